//! Every operation as a request, well or badly made.

use fallbuch_domain::Role;
use fallbuch_domain::agency;
use fallbuch_domain::case::{CommandKind, sample};
use fallbuch_tests::document::{Document, Operation};
use fallbuch_tests::{Client, Pending, World, fresh_key, offer_body};
use reqwest::Method;
use serde_json::json;
use uuid::{Uuid, uuid};

/// An id that nothing has.
pub(crate) const NOTHING: Uuid = uuid!("019f0000-0000-7000-8000-00000000dead");

/// The ways in which a request is well or badly made.
pub(crate) const MANNERS: [&str; 7] = [
    "right",
    "broken body",
    "no headers",
    "no body",
    "wrong type",
    "not JSON taken",
    "bad query",
];

fn in_manner(request: Pending, manner: &str) -> Pending {
    match manner {
        "broken body" => request.raw_body("{\"occurred_on\": \"gest", "application/json"),
        "no headers" => request
            .without_header("if-match")
            .without_header("idempotency-key"),
        "no body" => request.raw_body("", ""),
        "wrong type" => request.raw_body("a,b", "text/csv"),
        "not JSON taken" => request.header("accept", "text/csv"),
        _ => request,
    }
}

/// An operation on these agency, case and thing, in this manner.
pub(crate) fn request(
    client: &Client,
    operation: &Operation,
    on: (&str, &str, &str),
    manner: &str,
) -> Pending {
    let (agency, case, thing) = on;
    let mut path = operation.address(|name| match name {
        "agency" => agency.to_owned(),
        "case_id" => case.to_owned(),
        "version" => "1".to_owned(),
        _ => thing.to_owned(),
    });
    if manner == "bad query" {
        path.push_str("?limit=many&nonsense=1");
    }
    let method: Method = operation.method.to_uppercase().parse().unwrap();
    let mut request = client.request(method.clone(), &path);
    if method == Method::POST {
        let kind = CommandKind::ALL
            .iter()
            .find(|kind| kind.operation() == operation.id);
        let mut of_agencies = agency::sample::bodies().unwrap().into_iter();
        let of_agency = of_agencies.find(|(id, _)| *id == operation.id);
        let of_agency = of_agency.map_or(json!({}), |(_, body)| body);
        let mut body = kind.map_or(of_agency, |kind| sample::body(*kind));
        if let Some(offer) = offer_body(&operation.id) {
            body = offer;
        }
        if operation.id == "record_attendances" {
            // Whoever gets that far hears that there is no such case.
            let participants = json!([{"function": "Schulverwaltung", "count": 1}]);
            let attendance = json!({"case_id": NOTHING, "participants": participants});
            body = json!({"occurred_on": "2016-04-14", "attendances": [attendance]});
        }
        if operation.id == "describe_solution" {
            // It names nothing that is not there: whoever gets that far meets a rule (R12).
            body["origin"] = json!("nowhere");
        }
        request = request
            .key(&fresh_key())
            .if_match("\"1\"")
            .raw_body(body.to_string(), "application/json");
    }
    in_manner(request, manner)
}

pub(crate) async fn operations(world: &World) -> Vec<Operation> {
    Document::served(&world.anonymous()).await.operations()
}

/// The only case of the demo, and one of its needs.
pub(crate) async fn halle(world: &World) -> (String, String) {
    let client = world.as_role("transmit", Role::Reader);
    let list = client
        .get("/v1/agencies/transmit/cases")
        .send()
        .await
        .expect_status(200)
        .json();
    let id = list["items"][0]["case_id"].as_str().unwrap().to_owned();
    let case = client
        .get(&format!("/v1/agencies/transmit/cases/{id}"))
        .send()
        .await;
    let need = case.expect_status(200).json()["needs"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    (id, need)
}
