//! The attendance of many cases at one offering, over HTTP and on both databases.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use fallbuch_domain::Role;
use fallbuch_tests::document::Document;
use fallbuch_tests::{Client, Engine, Offers, Pending, World, check_rebuild, fresh_key, on_both};
use serde_json::{Value, json};
use uuid::Uuid;

const HOME: &str = "/v1/agencies/transmit";
const NOTHING: &str = "019f0000-0000-7000-8000-00000000dead";

/// Opens a case and tells its id.
async fn open(client: &Client, agency: &str, municipality: &str, who: (Uuid, Uuid)) -> String {
    let body = json!({
        "occurred_on": "2015-03-02", "municipality": {"key": municipality}, "origin": "request",
        "site": who.0, "advisor": who.1,
    });
    let path = format!("/v1/agencies/{agency}/cases");
    let opened = client.post(&path, &body).send().await.expect_status(201);
    let case = opened.header("location").unwrap();
    case.rsplit('/').next().unwrap().to_owned()
}

fn entry(case: &str) -> Value {
    json!({"case_id": case, "participants": [{"function": "Schulverwaltung", "count": 2}]})
}

fn body(cases: &[&str]) -> Value {
    let entries: Vec<_> = cases.iter().map(|case| entry(case)).collect();
    json!({"occurred_on": "2016-04-14", "attendances": entries})
}

fn post(client: &Client, offering: &str, body: &Value) -> Pending {
    client.post(&format!("{HOME}/offerings/{offering}/attendances"), body)
}

async fn results(request: Pending) -> Vec<Value> {
    let answer = request.send().await.expect_status(200).json();
    answer["results"].as_array().unwrap().clone()
}

fn statuses(results: &[Value]) -> Vec<u64> {
    let statuses = results.iter().map(|one| one["status"].as_u64().unwrap());
    statuses.collect()
}

async fn who(world: &World, agency: &str, site: &str) -> (Uuid, Uuid) {
    let site = world.site(agency, site).await;
    (site, world.member(agency, Role::Advisor).await)
}

/// The answer of the single command.
async fn single(client: &Client, case: &str, version: u64, offering: &str) -> Value {
    let body = json!({
        "occurred_on": "2016-04-14", "offering": offering,
        "participants": [{"function": "Schulverwaltung", "count": 2}],
    });
    let request = client.post(&format!("{HOME}/cases/{case}/qualifications"), &body);
    let request = request.if_match(&format!("\"{version}\""));
    request.send().await.json()
}

on_both!(
    async fn each_case_gets_the_verdict_of_its_own_command(engine: Engine) {
        let world = World::founded(engine, &["transmit", "bayern"]).await;
        let document = Document::served(&world.anonymous()).await;
        let client = world.as_role("transmit", Role::Coordinator);
        let offering = Offers::of(&world, "transmit").await.offering;
        let here = who(&world, "transmit", "").await;
        let fresh = open(&client, "transmit", "15002", here).await;
        let again = open(&client, "transmit", "15003", here).await;
        let closed = open(&client, "transmit", "15001", here).await;
        let close = json!({"occurred_on": "2016-03-02", "reason": "completed", "summary": "Ende.", "acknowledge": []});
        let closing = client.post(&format!("{HOME}/cases/{closed}/closures"), &close);
        closing.if_match("\"1\"").send().await.expect_status(201);
        single(&client, &again, 1, &offering).await;
        let elsewhere = world.as_role("bayern", Role::Coordinator);
        let there = who(&world, "bayern", "").await;
        let foreign = open(&elsewhere, "bayern", "09162", there).await;

        let all = [
            fresh.as_str(),
            &again,
            &closed,
            &foreign,
            NOTHING,
            &offering,
        ];
        let key = fresh_key();
        let request = post(&client, &offering, &body(&all)).key(&key);
        let answer = request.clone().send().await.expect_status(200);
        let schema = document.named("record_attendances").success().1["content"]
            ["application/json"]["schema"]
            .clone();
        assert_eq!(
            document.deviations(&schema, &answer.json()),
            Vec::<String>::new()
        );
        let told = answer.json()["results"].as_array().unwrap().clone();
        assert_eq!(statuses(&told), [201, 409, 409, 404, 404, 404]);
        for (case, one) in all.iter().zip(&told) {
            assert_eq!(one["case_id"], *case);
        }
        assert_eq!(told[0]["version"], 2);
        assert_eq!(told[0]["events"][0]["type"], "qualification_attended");
        assert_eq!(told[0]["warnings"], json!([]));
        // The same problem as the command of its own, and for all that is not there the same one.
        assert_eq!(
            told[1]["problem"],
            single(&client, &again, 2, &offering).await
        );
        assert_eq!(
            told[2]["problem"],
            single(&client, &closed, 2, &offering).await
        );
        assert_eq!(
            told[4]["problem"],
            single(&client, NOTHING, 1, &offering).await
        );
        assert_eq!(told[3]["problem"], told[4]["problem"]);
        assert_eq!(told[5]["problem"], told[4]["problem"]);
        let state = client.get(&format!("{HOME}/cases/{fresh}")).send().await;
        let state = state.expect_status(200).json();
        assert_eq!(state["qualifications"][0]["participants"], 2);

        // An offering that was not held, and one that is not there.
        let plan = json!({"occurred_on": "2016-01-04", "title": "Später", "format": "theme_day", "on": "2999-05-20", "place": "Halle"});
        let planned = client
            .post(&format!("{HOME}/offerings"), &plan)
            .send()
            .await;
        if planned.status == 201 {
            let planned = planned.json()["events"][0]["stream"]["id"].clone();
            let told = results(post(&client, planned.as_str().unwrap(), &body(&[&fresh]))).await;
            assert_eq!(
                (statuses(&told), &told[0]["problem"]["rule"]),
                (vec![409], &json!("R34"))
            );
        } else {
            panic!("{}", planned.text());
        }
        post(&client, NOTHING, &body(&[&fresh]))
            .send()
            .await
            .expect_status(404);
        check_rebuild(&world.database).unwrap();
        world.stop().await;
    }
);

on_both!(
    async fn a_key_acts_once_for_each_case(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let client = world.as_role("transmit", Role::Coordinator);
        let offering = Offers::of(&world, "transmit").await.offering;
        let here = who(&world, "transmit", "").await;
        let first = open(&client, "transmit", "15002", here).await;
        let second = open(&client, "transmit", "15003", here).await;
        let close = json!({"occurred_on": "2016-03-02", "reason": "completed", "summary": "Ende.", "acknowledge": []});
        let closing = client.post(&format!("{HOME}/cases/{second}/closures"), &close);
        closing.if_match("\"1\"").send().await.expect_status(201);

        let key = fresh_key();
        let request = post(&client, &offering, &body(&[&first, &second])).key(&key);
        let done = request.clone().send().await.expect_status(200);
        assert_eq!(done.header("idempotent-replayed"), None);
        let done = done.json()["results"].as_array().unwrap().clone();
        assert_eq!(statuses(&done), [201, 409]);
        let told = results(request.clone()).await;
        assert_eq!(told, done, "the same results");

        // What was refused is decided anew.
        let reopen = json!({"occurred_on": "2016-04-15", "reason": "Versehen."});
        let reopening = client.post(&format!("{HOME}/cases/{second}/reopenings"), &reopen);
        reopening.if_match("\"2\"").send().await.expect_status(201);
        let anew = results(request.clone()).await;
        assert_eq!(statuses(&anew), [201, 201]);
        assert_eq!(anew[0], done[0]);
        let again = request.clone().send().await.expect_status(200);
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!(again.json()["results"], json!(anew));
        let raw = world.raw().await;
        let recorded = "SELECT COUNT(*) FROM event WHERE type = 'qualification_attended'";
        assert_eq!(raw.number(recorded).await, 2);

        // The key stands for what was said of the case; without it R34 refuses.
        let mut changed = body(&[&first, &second]);
        changed["attendances"][0]["feedback"] = json!("Gut.");
        let told = results(post(&client, &offering, &changed).key(&key)).await;
        assert_eq!(statuses(&told), [422, 201]);
        assert_eq!(told[0]["problem"]["code"], "idempotency-key-reused");
        let told = results(post(&client, &offering, &body(&[&first, &second]))).await;
        assert_eq!(statuses(&told), [409, 409]);
        assert_eq!(raw.number(recorded).await, 2);
        raw.close().await;
        world.stop().await;
    }
);

on_both!(
    async fn a_list_that_breaks_the_contract_does_nothing(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let client = world.as_role("transmit", Role::Coordinator);
        let offering = Offers::of(&world, "transmit").await.offering;
        let here = who(&world, "transmit", "").await;
        let case = open(&client, "transmit", "15002", here).await;
        let raw = world.raw().await;
        let before = raw.contents().await;
        let twice = post(&client, &offering, &body(&[&case, NOTHING, &case]));
        let twice = twice.send().await.expect_status(400).json();
        assert_eq!(twice["errors"][0]["pointer"], "/attendances/2/case_id");
        assert_eq!(twice["errors"][0]["code"], "not_unique");
        assert_eq!(twice["errors"].as_array().unwrap().len(), 1);
        let many: Vec<_> = (0..201_u128)
            .map(|one| Uuid::from_u128(one).to_string())
            .collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        let mut nobody = body(&[&case]);
        nobody["attendances"][0]["participants"] = json!([]);
        let mut unknown = body(&[&case]);
        unknown["attendances"][0]["name"] = json!("x");
        for (wrong, pointer) in [
            (body(&[]), "/attendances"),
            (body(&many), "/attendances"),
            (nobody, "/attendances/0/participants"),
            (unknown, "/attendances/0/name"),
            (body(&["x"]), "/attendances/0/case_id"),
        ] {
            let told = post(&client, &offering, &wrong).send().await;
            let told = told.expect_status(400).json();
            assert_eq!(told["errors"][0]["pointer"], pointer);
        }
        let keyless = post(&client, &offering, &body(&[&case])).without_header("idempotency-key");
        let keyless = keyless.send().await.expect_status(400).json();
        assert_eq!(keyless["code"], "missing-idempotency-key");
        assert_eq!(raw.contents().await, before);
        raw.close().await;
        world.stop().await;
    }
);

on_both!(
    async fn it_asks_for_both_permissions_and_knows_of_sites(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let client = world.as_role("transmit", Role::Coordinator);
        let offering = Offers::of(&world, "transmit").await.offering;
        let in_halle = who(&world, "transmit", "Halle").await;
        let in_leipzig = who(&world, "transmit", "Leipzig").await;
        let halle = open(&client, "transmit", "15002", in_halle).await;
        let leipzig = open(&client, "transmit", "15003", in_leipzig).await;
        let both = body(&[&halle, &leipzig, NOTHING]);
        let reader = world.as_role("transmit", Role::Reader);
        let refused = post(&reader, &offering, &both).send().await;
        let refused = refused.expect_status(403).json();
        assert_eq!(refused["required_permission"], "offering:write");
        let admin = world.as_role("transmit", Role::AgencyAdmin);
        for (name, permissions, lacking) in [
            (
                "holds",
                json!(["agency:read", "offering:write"]),
                "case:record",
            ),
            (
                "records",
                json!(["case:read", "case:record"]),
                "offering:write",
            ),
        ] {
            let login = json!({"issuer": fallbuch_api::ISSUER, "subject": name});
            let wish = json!({"occurred_on": "2015-03-02", "login": login, "roles": ["service"], "permissions": permissions});
            let admitted = admin.post(&format!("{HOME}/members"), &wish).if_match("*");
            admitted.send().await.expect_status(201);
            let service = world.as_login(&fallbuch_persistence::Identity {
                issuer: fallbuch_api::ISSUER.to_owned(),
                subject: name.to_owned(),
            });
            // Once by what the database says, once by what was seen a moment ago.
            for _ in 0..2 {
                let refused = post(&service, &offering, &both).send().await;
                let refused = refused.expect_status(403).json();
                assert_eq!(refused["required_permission"], lacking, "{name}");
            }
        }
        let limited = world.admit("transmit", "in-leipzig", Role::Advisor, vec![in_leipzig.0]);
        let told = results(post(&limited.await, &offering, &both)).await;
        assert_eq!(statuses(&told), [404, 201, 404]);
        assert_eq!(
            told[0]["problem"], told[2]["problem"],
            "foreign and absent alike"
        );
        let stranger = world.anonymous();
        post(&stranger, &offering, &both)
            .send()
            .await
            .expect_status(401);
        world.stop().await;
    }
);

on_both!(
    async fn it_can_be_only_validated_and_asked_for_strictly(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let document = Document::served(&world.anonymous()).await;
        let client = world.as_role("transmit", Role::Coordinator);
        let offering = Offers::of(&world, "transmit").await.offering;
        let here = who(&world, "transmit", "").await;
        let case = open(&client, "transmit", "15002", here).await;
        let raw = world.raw().await;
        let before = raw.contents().await;
        let request = post(&client, &offering, &body(&[&case, NOTHING]));
        let tried = request.clone().query("validate_only=true");
        let tried = tried.without_header("idempotency-key").send().await;
        let tried = tried.expect_status(200).json();
        let schema = document.named("record_attendances").success().1["content"]
            ["application/json"]["schema"]
            .clone();
        assert_eq!(document.deviations(&schema, &tried), Vec::<String>::new());
        let told = tried["results"].as_array().unwrap();
        assert_eq!(statuses(told), [200, 404]);
        assert_eq!(told[0]["version"], 2);
        assert_eq!(told[0]["events"][0].get("id"), None);
        assert_eq!(raw.contents().await, before, "nothing was stored");
        let strict = request.header("prefer", "handling=strict").send().await;
        let strict = strict.expect_status(200);
        assert_eq!(strict.header("preference-applied"), Some("handling=strict"));
        assert_eq!(strict.header("content-language"), Some("de"));
        assert_eq!(strict.json()["results"][0]["status"], 201);
        raw.close().await;
        world.stop().await;
    }
);

on_both!(
    async fn two_hundred_cases_are_settled_in_one_request(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let client = world.as_role("transmit", Role::Coordinator);
        let offering = Offers::of(&world, "transmit").await.offering;
        let here = who(&world, "transmit", "").await;
        // Municipalities that are in no list have eight digits and a name.
        let opened = (1..=200).map(async |number| {
            let body = json!({
                "occurred_on": "2015-03-02", "origin": "request", "site": here.0, "advisor": here.1,
                "municipality": {"key": format!("15081{number:03}"), "name": format!("Gemeinde {number}")},
            });
            let opened = client.post(&format!("{HOME}/cases"), &body).send().await;
            let opened = opened.expect_status(201);
            let case = opened.header("location").unwrap().rsplit('/').next();
            case.unwrap().to_owned()
        });
        let cases = futures_util::future::join_all(opened).await;
        let cases: Vec<_> = cases.iter().map(String::as_str).collect();
        // Somebody sends it a second time before the first answer.
        let request = post(&client, &offering, &body(&cases)).key("many");
        let (one, other) = tokio::join!(results(request.clone()), results(request));
        assert!(one.iter().all(|result| result["status"] == 201), "{one:?}");
        assert_eq!(one, other);
        let raw = world.raw().await;
        let recorded = "SELECT COUNT(*) FROM event WHERE type = 'qualification_attended'";
        assert_eq!(raw.number(recorded).await, 200);
        raw.close().await;
        world.stop().await;
    }
);
