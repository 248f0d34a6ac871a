//! Every problem the server answers keeps to the contract: its shape, and that the operation says
//! so.

use fallbuch_domain::Role;
use fallbuch_domain::case::CommandKind;
use fallbuch_tests::document::{Document, Operation};
use fallbuch_tests::{Answer, Cast, Engine, SampleCase, Step, World, on_both};
use serde_json::{Value, json};

use super::AGENCY;

on_both!(
    async fn every_problem_keeps_to_its_schema_and_is_announced(engine: Engine) {
        let world = World::founded(engine, &[AGENCY]).await;
        let document = Document::served(&world.anonymous()).await;
        let coordinator = world.as_role(AGENCY, Role::Coordinator);
        let cast = Cast::of(&world, AGENCY).await;
        let meeting = CommandKind::RecordInitialMeeting;
        let until = Step::walk()
            .into_iter()
            .take_while(|step| step.kind != meeting);
        let case = SampleCase::after(&coordinator, &cast, "15088020", until).await;
        let operation = document.named(meeting.operation());
        let (path, body) = (case.address(meeting, None), case.body(meeting));
        let post = || coordinator.post(&path, &body);
        let tag = format!("\"{}\"", case.version);
        let mut future = body.clone();
        future["occurred_on"] = json!("2999-01-01");

        let check = |status: u16, answer: Answer| {
            assert_eq!(answer.status, status, "{}", answer.text());
            problem(&document, &operation, &answer);
        };
        check(
            400,
            coordinator
                .post(&path, &json!({}))
                .if_match(&tag)
                .send()
                .await,
        );
        check(
            400,
            post()
                .without_header("idempotency-key")
                .if_match(&tag)
                .send()
                .await,
        );
        check(401, post().without_header("authorization").send().await);
        check(
            403,
            world
                .as_role(AGENCY, Role::Reader)
                .post(&path, &body)
                .send()
                .await,
        );
        let elsewhere = path.replace(AGENCY, "no-such-agency");
        check(404, coordinator.post(&elsewhere, &body).send().await);
        check(406, post().header("accept", "text/html").send().await);
        check(
            409,
            coordinator.post(&path, &future).if_match(&tag).send().await,
        );
        check(412, post().if_match("\"1\"").send().await);
        check(
            413,
            post()
                .raw_body(vec![b' '; 300_000], "application/json")
                .send()
                .await,
        );
        check(415, post().raw_body("{}", "text/plain").send().await);
        check(428, post().send().await);
        check(428, post().if_match("*").send().await);
        let done = post()
            .key("used")
            .if_match(&tag)
            .send()
            .await
            .expect_status(201);
        headers(&document, &operation, &done);
        check(
            422,
            coordinator.post(&path, &future).key("used").send().await,
        );
        world.stop().await;
    }
);

/// The answer is a problem as the contract describes it, with a status that the operation announces.
fn problem(document: &Document, operation: &Operation, answer: &Answer) {
    let schema = json!({"$ref": "#/components/schemas/Problem"});
    let deviations = document.deviations(&schema, &answer.json());
    assert_eq!(deviations, Vec::<String>::new(), "{}", answer.text());
    let status = answer.status.to_string();
    let announced = &operation.raw["responses"][&status];
    let announced = document.resolved(announced);
    let media = &announced["content"]["application/problem+json"];
    assert!(
        media.is_object(),
        "{}: {status} is not announced",
        operation.id
    );
    let headers = announced["headers"].as_object().into_iter().flatten();
    for (name, _) in headers {
        assert!(answer.header(name).is_some(), "{status} without {name}");
    }
}

/// The answer has every header that the contract promises of a success, but the replay's and the preference's.
fn headers(document: &Document, operation: &Operation, answer: &Answer) {
    let (_, success) = operation.success();
    let promised = document.resolved(success)["headers"].as_object();
    for (name, _) in promised.into_iter().flatten() {
        let is_there = answer.header(name).is_some();
        let is_for_some = ["Idempotent-Replayed", "Preference-Applied"].contains(&name.as_str());
        assert_eq!(is_there, !is_for_some, "{name}");
    }
}

on_both!(
    async fn the_examples_of_problems_are_problems(engine: Engine) {
        let world = World::empty(engine).await;
        let document = Document::served(&world.anonymous()).await;
        let responses = document.json()["components"]["responses"].as_object();
        let mut checked = 0;
        for (name, response) in responses.unwrap() {
            let media = &response["content"]["application/problem+json"];
            let Some(example) = media.get("example") else {
                assert_eq!(name, "NotModified");
                continue;
            };
            let deviations = document.deviations(&media["schema"], example);
            assert_eq!(deviations, Vec::<String>::new(), "{name}");
            checked += 1;
        }
        assert!(checked > 12, "{checked} problems");
        for parameter in document.json()["components"]["parameters"]
            .as_object()
            .unwrap()
        {
            let (name, parameter) = parameter;
            // Only what stands in the path is filled in by interactive documentation.
            let in_path = parameter["in"] == "path";
            assert_eq!(in_path, parameter.get("example").is_some(), "{name}");
            let example = if in_path {
                &parameter["example"]
            } else {
                &parameter["schema"]["examples"][0]
            };
            let deviations = document.deviations(&parameter["schema"], example);
            assert_eq!(deviations, Vec::<String>::new(), "{name}");
        }
        world.stop().await;
    }
);

on_both!(
    async fn every_kind_of_problem_has_its_page(engine: Engine) {
        let world = World::empty(engine).await;
        let document = Document::served(&world.anonymous()).await;
        let codes = &document.json()["components"]["schemas"]["ProblemCode"]["enum"];
        for code in codes.as_array().unwrap() {
            let code = code.as_str().unwrap();
            let mut titles = Vec::new();
            for language in ["de", "en"] {
                let page = |accept: &str| {
                    let address = format!("/problems/{code}");
                    let page = world.anonymous().get(&address).header("accept", accept);
                    page.header("accept-language", language)
                };
                let data = page("application/json").send().await.expect_status(200);
                assert_eq!(data.header("content-language"), Some(language), "{code}");
                let data = data.json();
                assert_eq!(data["type"], format!("urn:fallbuch:problem:{code}"));
                let title = data["title"].as_str().unwrap().to_owned();
                let html = page("text/html").send().await.expect_status(200).text();
                assert!(
                    html.contains(&format!("<html lang=\"{language}\">")),
                    "{code}"
                );
                assert!(html.contains(&title), "{code}: {title}");
                for outside in ["http://", "https://", "src=", "<script"] {
                    assert!(!html.contains(outside), "{code}: {outside}");
                }
                titles.push(title);
            }
            assert_ne!(titles[0], titles[1], "{code}");
        }
        world.stop().await;
    }
);

#[test]
fn a_value_that_breaks_its_schema_is_noticed() {
    let document = Document::from_json(json!({"components": {"schemas": {
        "Leaf": {"type": "object", "properties": {"on": {"type": "string", "format": "date"}}},
        "Tree": {"type": "object", "required": ["leaf"], "properties": {
            "leaf": {"$ref": "#/components/schemas/Leaf"},
            "either": {"anyOf": [{"$ref": "#/components/schemas/Leaf"}, {"type": "null"}]},
        }},
    }}}));
    let tree = json!({"$ref": "#/components/schemas/Tree"});
    let deviations = |value: Value| document.deviations(&tree, &value).len();
    assert_eq!(
        deviations(json!({"leaf": {"on": "2015-04-27"}, "either": null})),
        0
    );
    assert_eq!(deviations(json!({})), 1, "a member is missing");
    assert_eq!(
        deviations(json!({"leaf": {"on": "2015-02-30"}})),
        1,
        "no such day"
    );
    assert_eq!(
        deviations(json!({"leaf": {"at": 1}})),
        1,
        "not in the contract"
    );
    assert_eq!(
        deviations(json!({"leaf": {}, "either": {"at": 1}})),
        1,
        "nor there"
    );
}
