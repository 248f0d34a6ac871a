//! The walls between agencies, roles and sites: what is foreign and what is absent answer alike, a
//! missing permission is named, and nothing answers without a token.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use fallbuch_domain::case::{CommandKind, sample};
use fallbuch_domain::{Role, agency};
use fallbuch_tests::document::{Document, Operation};
use fallbuch_tests::{
    Answer, Cast, Client, Engine, Pending, SampleCase, Step, World, command_path, fresh_key,
    on_both, sample_target,
};
use reqwest::Method;
use serde_json::{Value, json};
use time::Duration;
use uuid::{Uuid, uuid};

/// An id that nothing has.
const NOTHING: Uuid = uuid!("019f0000-0000-7000-8000-00000000dead");

/// Everything of an answer that may not differ between what is foreign and what is absent.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    status: u16,
    headers: BTreeMap<String, String>,
    text: String,
}

impl Seen {
    fn of(answer: &Answer) -> Self {
        let headers = answer.headers.iter();
        Self {
            status: answer.status,
            headers: headers
                .filter(|(name, _)| !matches!(name.as_str(), "date" | "x-request-id"))
                .map(|(name, value)| (name.to_string(), format!("{value:?}")))
                .collect(),
            text: answer.text(),
        }
    }
}

/// The ways in which a request is well or badly made.
const MANNERS: [&str; 7] = [
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
fn request(
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
        let body = kind.map_or(of_agency, |kind| sample::body(*kind));
        request = request
            .key(&fresh_key())
            .if_match("\"1\"")
            .raw_body(body.to_string(), "application/json");
    }
    in_manner(request, manner)
}

async fn operations(world: &World) -> Vec<Operation> {
    Document::served(&world.anonymous()).await.operations()
}

/// The only case of the demo, and one of its needs.
async fn halle(world: &World) -> (String, String) {
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

on_both!(
    async fn foreign_and_absent_answer_alike(engine: Engine) {
        let world = World::demo(engine).await;
        let (case, need) = halle(&world).await;
        let nothing = NOTHING.to_string();
        let outsider = world.as_role("bayern", Role::Coordinator);
        let (mut asked, mut commands) = (0, 0);
        for operation in operations(&world).await {
            if !operation.path.contains("{agency}") {
                continue;
            }
            let mut places = vec![
                ("transmit", case.as_str(), need.as_str()),
                ("transmit", nothing.as_str(), nothing.as_str()),
                ("nirgends", case.as_str(), need.as_str()),
                ("nirgends", nothing.as_str(), "no-id"),
            ];
            if operation.path.contains("{case_id}") {
                places.push(("bayern", &case, &need));
                places.push(("bayern", &nothing, &nothing));
                places.push(("bayern", &nothing, "no-id"));
            }
            for manner in MANNERS {
                let first = request(&outsider, &operation, places[0], manner)
                    .send()
                    .await;
                let first = Seen::of(&first);
                assert_eq!(
                    first.status, 404,
                    "{} {manner}: {}",
                    operation.id, first.text
                );
                for place in &places[1..] {
                    let answer = request(&outsider, &operation, *place, manner).send().await;
                    let context = format!("{} {manner} {place:?}", operation.id);
                    assert_eq!(Seen::of(&answer), first, "{context}");
                    asked += 1;
                }
            }
            commands += usize::from(operation.method.eq_ignore_ascii_case("post"));
        }
        let of_agencies = agency::sample::bodies().unwrap().len();
        assert_eq!(commands, CommandKind::ALL.len() + of_agencies);
        assert!(asked > 700, "{asked} requests");
        let raw = world.raw().await;
        assert_eq!(
            raw.number("SELECT COUNT(*) FROM event WHERE stream_kind = 'case'")
                .await,
            14
        );
        raw.close().await;
    }
);

on_both!(
    async fn an_agency_is_known_to_its_members_only(engine: Engine) {
        let world = World::founded(engine, &["transmit", "bayern"]).await;
        let outsider = world.as_role("bayern", Role::Coordinator);
        let agencies = outsider
            .get("/v1/agencies")
            .send()
            .await
            .expect_status(200)
            .json();
        let codes: Vec<_> = agencies["items"].as_array().unwrap().iter().collect();
        assert_eq!(codes.len(), 1);
        assert_eq!(codes[0]["code"], "bayern");
        // Somebody whom no agency knows is nobody's member, but somebody.
        let stranger = world.as_login(&fallbuch_api::demo::login("nirgends", Role::Reader));
        let me = stranger
            .get("/v1/me")
            .send()
            .await
            .expect_status(200)
            .json();
        assert_eq!(me["memberships"], json!([]));
        let there = stranger.get("/v1/agencies/transmit").send().await;
        let nowhere = stranger.get("/v1/agencies/nirgends").send().await;
        assert_eq!(Seen::of(&there).status, 404);
        assert_eq!(Seen::of(&there), Seen::of(&nowhere));
    }
);

on_both!(
    async fn a_missing_permission_is_named_whatever_is_sent(engine: Engine) {
        let world = World::demo(engine).await;
        let (case, need) = halle(&world).await;
        let nothing = NOTHING.to_string();
        let mut refused = 0;
        for operation in operations(&world).await {
            let Some(permission) = operation.permission.as_deref() else {
                continue;
            };
            for role in Role::ALL {
                let named = fallbuch_api::demo::terms_of(*role).permissions;
                let mut granted = role.permissions().iter().chain(named.iter().flatten());
                if granted.any(|one| one.code() == permission) {
                    continue;
                }
                let client = world.as_role("transmit", *role);
                let on = ("transmit", case.as_str(), need.as_str());
                let first = request(&client, &operation, on, "right").send().await;
                let problem = first.json();
                assert_eq!(first.status, 403, "{role:?} {}: {problem}", operation.id);
                assert_eq!(problem["required_permission"], permission);
                // Neither what is sent nor whether the case exists changes the answer.
                for manner in MANNERS {
                    let absent = ("transmit", nothing.as_str(), nothing.as_str());
                    for place in [on, absent] {
                        let again = request(&client, &operation, place, manner).send().await;
                        let context = format!("{role:?} {} {manner} {place:?}", operation.id);
                        assert_eq!(
                            (again.status, again.text()),
                            (403, first.text()),
                            "{context}"
                        );
                    }
                }
                refused += 1;
            }
        }
        assert!(refused > 60, "{refused} refusals");
    }
);

/// Tokens that are none, or none of ours, or no more.
fn bad_tokens(world: &World) -> Vec<(&'static str, Client)> {
    let elsewhere = tempfile::tempdir().unwrap();
    let subject = fallbuch_api::demo::login("transmit", Role::Coordinator).subject;
    let token = |data_dir: &std::path::Path, audience: &str, lifetime| {
        fallbuch_api::development_token(&world.store, data_dir, &subject, audience, lifetime)
            .unwrap()
    };
    let (here, hour) = (world.database.data_dir(), Duration::hours(1));
    let good = token(here, "fallbuch", hour);
    let unsigned = format!("{}.", good.rsplit_once('.').unwrap().0);
    let anonymous = world.anonymous();
    vec![
        ("none", anonymous.clone()),
        ("empty", anonymous.with_token("")),
        ("garbage", anonymous.with_token("abc.def.ghi")),
        ("unsigned", anonymous.with_token(&unsigned)),
        (
            "of another key",
            anonymous.with_token(&token(elsewhere.path(), "fallbuch", hour)),
        ),
        (
            "for another audience",
            anonymous.with_token(&token(here, "elsewhere", hour)),
        ),
        (
            "expired",
            anonymous.with_token(&token(here, "fallbuch", Duration::minutes(-10))),
        ),
        (
            "too long",
            anonymous.with_token(&token(here, "fallbuch", Duration::hours(25))),
        ),
    ]
}

on_both!(
    async fn nothing_answers_without_a_token(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let nothing = NOTHING.to_string();
        let on = ("transmit", nothing.as_str(), nothing.as_str());
        let (mut secured, mut open) = (0, 0);
        let operations = operations(&world).await;
        for (what, client) in bad_tokens(&world) {
            for operation in &operations {
                if !operation.secured {
                    let answer = request(&client, operation, on, "right").send().await;
                    assert_eq!(answer.status, 200, "{} {what}", operation.id);
                    open += 1;
                    continue;
                }
                for manner in ["right", "broken body"] {
                    let answer = request(&client, operation, on, manner).send().await;
                    let context = format!("{} {what} {manner}: {}", operation.id, answer.text());
                    assert_eq!(answer.status, 401, "{context}");
                    assert_eq!(answer.json()["code"], "unauthenticated", "{context}");
                    let challenge = answer.header("www-authenticate").unwrap();
                    assert!(challenge.starts_with("Bearer"), "{context} {challenge}");
                }
                secured += 1;
            }
        }
        assert!(
            secured >= 8 * 32 && open >= 8 * 2,
            "{secured} secured, {open} open"
        );
    }
);

on_both!(
    async fn who_is_limited_to_sites_sees_their_cases_only(engine: Engine) {
        let world = World::demo(engine).await;
        let (case, need) = halle(&world).await;
        let (halle, leipzig) = (
            world.site("transmit", "Halle").await,
            world.site("transmit", "Leipzig").await,
        );
        let inside = world
            .admit("transmit", "in-halle", Role::Coordinator, vec![halle])
            .await;
        let outside = world
            .admit("transmit", "in-leipzig", Role::Coordinator, vec![leipzig])
            .await;
        let cases = "/v1/agencies/transmit/cases";
        let listed = async |client: &Client| {
            let list = client.get(cases).send().await.expect_status(200).json();
            list["items"].as_array().unwrap().len()
        };
        assert_eq!((listed(&inside).await, listed(&outside).await), (1, 0));
        let path = format!("{cases}/{case}");
        assert_eq!(inside.get(&path).send().await.status, 200);

        // For the other site's member the case is not there, whatever is asked of it.
        let nothing = NOTHING.to_string();
        for operation in operations(&world).await {
            if !operation.path.contains("{case_id}") {
                continue;
            }
            for manner in MANNERS {
                let here = ("transmit", case.as_str(), need.as_str());
                let nowhere = ("transmit", nothing.as_str(), nothing.as_str());
                let here = request(&outside, &operation, here, manner).send().await;
                let nowhere = request(&outside, &operation, nowhere, manner).send().await;
                assert_eq!(
                    here.status,
                    404,
                    "{} {manner}: {}",
                    operation.id,
                    here.text()
                );
                assert_eq!(
                    Seen::of(&here),
                    Seen::of(&nowhere),
                    "{} {manner}",
                    operation.id
                );
            }
        }
        // Nor is another site's case opened by that member, nor named where it stands in the way.
        let advisor = world.member("transmit", Role::Advisor).await;
        let opening = |key: &str, site: Uuid| {
            json!({"occurred_on": "2015-01-05", "municipality": {"key": key}, "site": site,
                   "advisor": advisor, "origin": "kickoff"})
        };
        let refused = outside.post(cases, &opening("15003", halle)).send().await;
        let refused = refused.expect_status(409).json();
        assert_eq!(
            (&refused["rule"], &refused["errors"][0]["pointer"]),
            (&json!("R03"), &json!("/site"))
        );
        let taken = outside.post(cases, &opening("15002", leipzig)).send().await;
        let taken = taken.expect_status(409);
        assert_eq!(taken.json()["rule"], "R02");
        assert!(!taken.text().contains(&case), "{}", taken.text());
        let own = outside.post(cases, &opening("14713", leipzig)).send().await;
        assert_eq!(own.expect_status(201).json()["version"], 1);
        assert_eq!((listed(&inside).await, listed(&outside).await), (1, 1));
        let contact = json!({"occurred_on": "2016-01-01", "channel": "call", "participants": [],
                             "topics": []});
        let contact = inside
            .post(&format!("{path}/contacts"), &contact)
            .if_match("*");
        assert_eq!(contact.send().await.status, 201);
    }
);

on_both!(
    async fn a_thing_of_another_case_is_none_of_this_one(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let cast = Cast::of(&world, "transmit").await;
        let client = world.as_role("transmit", Role::Coordinator);
        let until_drafted: Vec<_> = Step::walk()
            .into_iter()
            .take_while(|step| step.kind != CommandKind::DiscardAgreementDraft)
            .collect();
        let one = SampleCase::after(&client, &cast, "15083001", until_drafted.clone()).await;
        let other = SampleCase::after(&client, &cast, "15083002", until_drafted).await;
        for kind in CommandKind::ALL {
            let Some(target) = sample_target(*kind) else {
                continue;
            };
            let send = async |target: Uuid| {
                let path = format!("{}{}", one.path, command_path(*kind, Some(target)));
                let request = client.post(&path, &one.body(*kind));
                Seen::of(
                    &request
                        .if_match(&format!("\"{}\"", one.version))
                        .send()
                        .await,
                )
            };
            let foreign = send(other.real(target)).await;
            assert_eq!(foreign.status, 404, "{kind:?}: {}", foreign.text);
            assert_eq!(foreign, send(NOTHING).await, "{kind:?}");
        }
        // Nor may a body name it.
        let priority = json!({"occurred_on": "2015-03-10", "title": "x", "rank": 1,
                              "needs": [other.real(sample::NEED)]});
        let draft = json!({"occurred_on": "2015-04-07",
                           "priorities": [other.real(sample::PRIORITY)]});
        for (noun, body, rule) in [
            ("priorities", priority, "R14"),
            ("agreements", draft, "R21"),
        ] {
            let request = client.post(&format!("{}/{noun}", one.path), &body);
            let answer = request
                .if_match(&format!("\"{}\"", one.version))
                .send()
                .await;
            let problem: Value = answer.expect_status(409).json();
            assert_eq!(problem["rule"], rule);
        }
    }
);
