//! Commands that are only validated, and commands whose warnings refuse: over HTTP, on both databases.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use fallbuch_domain::Role;
use fallbuch_domain::case::{CommandKind, Target};
use fallbuch_persistence::Identity;
use fallbuch_tests::document::Document;
use fallbuch_tests::{
    Answer, Cast, Client, Engine, Pending, Raw, SampleCase, Step, World, on_both,
};
use serde_json::{Value, json};

const AGENCY: &str = "transmit";
const CASES: &str = "/v1/agencies/transmit/cases";
const MEMBERS: &str = "/v1/agencies/transmit/members";

/// Members of a recorded event that nobody has before.
const ONLY_RECORDED: [&str; 6] = [
    "command_id",
    "correlation_id",
    "id",
    "position",
    "recorded_at",
    "salt",
];

/// The request as one that is only validated: without a key.
fn validate(request: &Pending) -> Pending {
    let request = request.clone().query("validate_only=true");
    request.without_header("idempotency-key")
}

fn strictly(request: &Pending) -> Pending {
    request.clone().header("prefer", "handling=strict")
}

/// The answer to a command without what only a recorded event has, and without the id of the new thing.
fn foreseeable(answer: &Answer, step: &Step) -> Value {
    let mut answer = answer.json();
    for event in answer["events"].as_array_mut().unwrap() {
        let event = event.as_object_mut().unwrap();
        event.retain(|name, _| !ONLY_RECORDED.contains(&name.as_str()));
        if step.made.is_some() {
            // The thing made is named like its kind; a measure names its priority, too.
            let names = Target::THINGS
                .iter()
                .rev()
                .filter_map(|one| one.parameter());
            let mut names = names.map(|name| name.trim_end_matches("_id"));
            let made = names.find(|name| event["data"][*name].is_string());
            event["data"][made.unwrap()].take();
        }
    }
    if step.kind == CommandKind::OpenCase {
        assert!(answer["events"][0]["stream"]["id"].take().is_string());
    }
    answer
}

/// Everything in which a command could leave a trace.
async fn traces(raw: &Raw, client: &Client, path: &str) -> Vec<String> {
    let mut traces = vec![
        format!("{:?}", raw.contents().await),
        format!("{:?}", raw.unique_keys().await),
        format!("{:?}", raw.counters().await),
        raw.number("SELECT COUNT(*) FROM login").await.to_string(),
        raw.number("SELECT COUNT(*) FROM access_log")
            .await
            .to_string(),
    ];
    for read in [
        "/v1/agencies/transmit/events",
        CASES,
        "/v1/agencies/transmit/members",
        path,
    ] {
        let answer = client.get(read).send().await;
        traces.push(format!(
            "{} {:?} {}",
            answer.status,
            answer.header("etag"),
            answer.text()
        ));
    }
    traces
}

on_both!(
    async fn every_command_is_told_what_it_would_record_and_nothing_stays(engine: Engine) {
        let world = World::founded(engine, &[AGENCY]).await;
        let document = Document::served(&world.anonymous()).await;
        let raw = world.raw().await;
        let client = world.as_role(AGENCY, Role::Coordinator);
        let cast = Cast::of(&world, AGENCY).await;
        let mut case = SampleCase::unopened(&cast, "15083");
        for step in Step::whole_walk() {
            let kind = step.kind;
            case.provide(&client, kind).await;
            let request = case.request(&client, &step);
            let path = if case.path.is_empty() {
                CASES
            } else {
                &case.path
            };
            let before = traces(&raw, &client, path).await;
            let validated = validate(&request).send().await.expect_status(200);
            assert_eq!(validated.header("location"), None, "{kind:?}");
            assert_eq!(validated.header("etag"), None, "{kind:?}");
            assert_eq!(validated.header("preference-applied"), None, "{kind:?}");
            assert_eq!(validated.header("content-language"), Some("de"));
            let operation = document.named(kind.operation());
            let announced = &operation.raw["responses"]["200"];
            let schema = &announced["content"]["application/json"]["schema"];
            let wrong = document.deviations(schema, &validated.json());
            assert_eq!(wrong, Vec::<String>::new(), "{kind:?}");
            for (name, _) in announced["headers"].as_object().unwrap() {
                assert!(
                    validated.header(name).is_some() || name == "Preference-Applied",
                    "{kind:?} without {name}"
                );
            }
            // With a key, it is not used up.
            let keyed = request.clone().query("validate_only=true").key("tried");
            keyed.send().await.expect_status(200);
            // Strictly it is the same, unless there is a warning: a date of the sample is past by now.
            let warned = validated.json()["warnings"] != json!([]);
            let strict = strictly(&validate(&request)).send().await;
            assert_eq!(
                strict.status,
                if warned { 409 } else { 200 },
                "{kind:?}: {}",
                strict.text()
            );
            assert_eq!(strict.header("preference-applied"), Some("handling=strict"));
            assert_eq!(traces(&raw, &client, path).await, before, "{kind:?}");

            let done = strictly(&request).send().await;
            assert_eq!(done.header("preference-applied"), Some("handling=strict"));
            let done = if warned {
                done.expect_status(409);
                assert_eq!(traces(&raw, &client, path).await, before, "{kind:?}");
                request.send().await
            } else {
                assert_eq!(foreseeable(&strict, &step), foreseeable(&validated, &step));
                done
            };
            let done = done.expect_status(201);
            let foreseen = foreseeable(&done, &step);
            assert_eq!(foreseeable(&validated, &step), foreseen, "{kind:?}");
            case.follow(&done, &step);
        }
        raw.close().await;
        world.stop().await;
    }
);

on_both!(
    async fn a_refusal_is_the_one_that_the_command_itself_meets(engine: Engine) {
        let world = World::founded(engine, &[AGENCY]).await;
        let raw = world.raw().await;
        let client = world.as_role(AGENCY, Role::Coordinator);
        let cast = Cast::of(&world, AGENCY).await;
        let steps = Step::walk().into_iter().take(4);
        let case = SampleCase::after(&client, &cast, "15083001", steps).await;
        let path = format!("{}/closures", case.path);
        let body = case.body(CommandKind::CloseCase);
        let tag = format!("\"{}\"", case.version);
        let mut future = body.clone();
        future["occurred_on"] = json!("2999-01-01");
        let post = |client: &Client, body: &Value| client.post(&path, body).if_match(&tag);
        let nobody = client.clone().with_token("none");
        let stranger = world.as_login(&Identity {
            issuer: fallbuch_api::ISSUER.to_owned(),
            subject: "stranger".to_owned(),
        });
        let reader = world.as_role(AGENCY, Role::Reader);
        let before = traces(&raw, &client, &case.path).await;
        let refusals = [
            (401, post(&nobody, &body)),
            (404, post(&stranger, &body)),
            (403, post(&reader, &body)),
            (400, post(&client, &json!({}))),
            (400, post(&client, &body).query("planted=1")),
            (406, post(&client, &body).header("accept", "text/html")),
            (415, post(&client, &body).raw_body("{}", "text/plain")),
            (428, client.post(&path, &body)),
            (428, client.post(&path, &body).if_match("*")),
            (412, post(&client, &body).if_match("\"2\"")),
            (409, post(&client, &future)),
        ];
        for (status, request) in refusals {
            let validated = validate(&request).send().await;
            let strict = strictly(&validate(&request)).send().await;
            assert_eq!(traces(&raw, &client, &case.path).await, before, "{status}");
            let met = request.send().await.expect_status(status);
            for answer in [validated, strict] {
                assert_eq!((answer.status, answer.text()), (status, met.text()));
                assert_eq!(answer.header("preference-applied"), None);
            }
        }
        // What the parameter says has to be readable, and so has a key that is not needed.
        let malformed = post(&client, &body)
            .query("validate_only=maybe")
            .send()
            .await;
        let malformed = malformed.expect_status(400).json();
        assert_eq!(malformed["errors"][0]["pointer"], "/validate_only");
        let key = post(&client, &body)
            .query("validate_only=true")
            .key("two words");
        let malformed = key.send().await.expect_status(400).json();
        assert_eq!(malformed["errors"][0]["pointer"], "/Idempotency-Key");
        assert_eq!(traces(&raw, &client, &case.path).await, before);
        let needed = validate(&post(&client, &body)).query("validate_only=false");
        needed.send().await.expect_status(400);
        raw.close().await;
        world.stop().await;
    }
);

on_both!(
    async fn false_is_the_command_itself(engine: Engine) {
        let world = World::founded(engine, &[AGENCY]).await;
        let client = world.as_role(AGENCY, Role::Coordinator);
        let cast = Cast::of(&world, AGENCY).await;
        let case = SampleCase::unopened(&cast, "15083001");
        let step = Step::sample(CommandKind::OpenCase, None);
        let request = case.request(&client, &step).key("opening");
        let said = request.clone().query("validate_only=false");
        let done = said.send().await.expect_status(201);
        // Whether it is said or not, it is one request.
        let again = request.send().await.expect_status(201);
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!(again.text(), done.text());
        world.stop().await;
    }
);

on_both!(
    async fn strictness_refuses_what_would_be_warned_of(engine: Engine) {
        let world = World::founded(engine, &[AGENCY]).await;
        let document = Document::served(&world.anonymous()).await;
        let raw = world.raw().await;
        let client = world.as_role(AGENCY, Role::Coordinator);
        let cast = Cast::of(&world, AGENCY).await;
        // Munich lies outside the agency's Länder.
        let opening = json!({
            "occurred_on": "2015-03-02",
            "municipality": {"key": "09162"},
            "site": cast.site,
            "advisor": cast.advisor,
            "origin": "request",
        });
        let request = client.post(CASES, &opening).key("munich");
        let request = request.header("accept-language", "en");
        let before = traces(&raw, &client, CASES).await;
        let warned = validate(&request).send().await.expect_status(200);
        assert_eq!(warned.json()["warnings"][0]["rule"], "R04");
        for refused in [
            strictly(&validate(&request)),
            strictly(&request),
            request
                .clone()
                .header("prefer", "wait=5, Handling = \"Strict\""),
        ] {
            let refused = refused.send().await.expect_status(409);
            assert_eq!(
                refused.header("preference-applied"),
                Some("handling=strict")
            );
            let problem = refused.json();
            let schema = json!({"$ref": "#/components/schemas/Problem"});
            assert_eq!(document.deviations(&schema, &problem), Vec::<String>::new());
            assert_eq!(problem["code"], "warnings-refused");
            assert_eq!(problem["rule"], "R04");
            assert_eq!(problem["errors"].as_array().map(Vec::len), Some(1));
            let warning = &warned.json()["warnings"][0];
            assert_eq!(problem["errors"][0]["message"], warning["message"]);
            assert_eq!(traces(&raw, &client, CASES).await, before);
        }
        // The same key, with what is the default and whatever else is wished.
        let lenient = request
            .clone()
            .header("prefer", "handling=lenient, handling=strict");
        let done = lenient.send().await.expect_status(201);
        assert_eq!(done.json()["warnings"][0]["rule"], "R04");
        assert_eq!(done.header("preference-applied"), None);
        // It was a success and stays one; nothing was kept to, and nothing is said of it.
        let again = strictly(&request).send().await.expect_status(201);
        assert_eq!(again.text(), done.text());
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!(again.header("preference-applied"), None);
        raw.close().await;
        world.stop().await;
    }
);

on_both!(
    async fn a_validated_admission_reserves_no_login(engine: Engine) {
        let world = World::founded(engine, &[AGENCY]).await;
        let raw = world.raw().await;
        let admin = world.as_role(AGENCY, Role::AgencyAdmin);
        let admission = |subject: &str| {
            json!({
                "occurred_on": "2015-03-02",
                "login": {"issuer": fallbuch_api::ISSUER, "subject": subject},
                "roles": ["advisor"],
            })
        };
        let request = admin.post(MEMBERS, &admission("anna")).if_match("*");
        let before = traces(&raw, &admin, MEMBERS).await;
        let validated = validate(&request).send().await.expect_status(200).json();
        assert_eq!(traces(&raw, &admin, MEMBERS).await, before);
        let done = request.send().await.expect_status(201).json();
        let roles = |answer: &Value| answer["events"][0]["data"]["roles"].clone();
        assert_eq!(roles(&validated), roles(&done));
        let member = done["events"][0]["data"]["member"].as_str().unwrap();

        // Who is a member cannot be admitted again, whether asked in earnest or not.
        let again = admin.post(MEMBERS, &admission("anna")).if_match("*");
        let met = validate(&again).send().await.expect_status(409).text();
        assert_eq!(again.send().await.expect_status(409).text(), met);

        // The other acts of the agency, and who may not ask for them.
        let changes = format!("{MEMBERS}/{member}/role-changes");
        let change = json!({"occurred_on": "2015-03-03", "roles": ["reader"]});
        let change = admin.post(&changes, &change).if_match("*");
        let departures = format!("{MEMBERS}/{member}/departures");
        let departure = json!({"occurred_on": "2015-03-04", "reason": "Ende"});
        let departure = admin.post(&departures, &departure).if_match("*");
        let coordinator = world.as_role(AGENCY, Role::Coordinator);
        let refused = coordinator.post(MEMBERS, &admission("berta")).if_match("*");
        let before = traces(&raw, &admin, MEMBERS).await;
        for request in [&change, &departure] {
            let validated = validate(request).send().await.expect_status(200).json();
            assert_eq!(validated["events"][0]["data"]["member"], member);
        }
        let refused = validate(&refused).send().await.expect_status(403).json();
        assert_eq!(refused["required_permission"], "agency:admin");
        assert_eq!(traces(&raw, &admin, MEMBERS).await, before);
        raw.close().await;
        world.stop().await;
    }
);

on_both!(
    async fn the_last_administrator_is_kept_by_strictness(engine: Engine) {
        let world = World::founded(engine, &[AGENCY]).await;
        let admin = world.as_role(AGENCY, Role::AgencyAdmin);
        let member = world.member(AGENCY, Role::AgencyAdmin).await;
        let departures = format!("{MEMBERS}/{member}/departures");
        let departure = json!({"occurred_on": "2015-03-04", "reason": "Ende"});
        let request = admin.post(&departures, &departure).if_match("*");
        let refused = strictly(&request).send().await.expect_status(409).json();
        assert_eq!(refused["code"], "warnings-refused");
        assert_eq!(refused["rule"], "R32");
        let left = request.send().await.expect_status(201).json();
        assert_eq!(left["warnings"][0]["rule"], "R32");
        world.stop().await;
    }
);
