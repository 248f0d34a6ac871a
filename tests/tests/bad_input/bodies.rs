//! The bodies of commands: everything that breaks their schemas, and what just does not.

use fallbuch_tests::document::Operation;
use fallbuch_tests::planting::{self, Plant};
use fallbuch_tests::{Engine, on_both};
use futures_util::StreamExt as _;
use futures_util::stream;
use serde_json::{Value, json};

use super::target::{AGENCY, Expected, Findings, Target, language};

/// How many requests are on their way at a time.
const AT_ONCE: usize = 8;

/// The largest body, in bytes.
const LARGEST: usize = 256 * 1024;

const JSON: &str = "application/json";

fn commands(target: &Target) -> Vec<(Operation, Value)> {
    let with_body = |operation: Operation| {
        let schema = operation.request_schema()?.clone();
        Some((operation, schema))
    };
    let all = target.document.operations().into_iter();
    let commands: Vec<_> = all.filter_map(with_body).collect();
    assert!(commands.len() >= 15, "the contract lost its commands");
    commands
}

on_both!(
    async fn a_body_that_breaks_its_schema_is_refused_with_every_place(engine: Engine) {
        let target = Target::new(engine).await;
        let mut findings = Findings::default();
        let mut requests = Vec::new();
        for (operation, schema) in commands(&target) {
            let example = operation.request_example();
            for plant in planting::refused(&target.document, &schema, example) {
                requests.push((operation.clone(), plant));
            }
        }
        assert!(requests.len() > 1_000, "only {} requests", requests.len());
        let checks = requests.into_iter().enumerate();
        let checks = checks.map(|(number, (operation, plant))| {
            let target = &target;
            async move { refused(target, number, &operation, plant).await }
        });
        let checks = stream::iter(checks).buffer_unordered(AT_ONCE);
        findings.extend(
            checks
                .filter_map(async |found| found.err())
                .collect::<Vec<_>>()
                .await,
        );
        findings.extend(target.unchanged("bad bodies").await.err());
        findings.none();
    }
);

async fn refused(
    target: &Target,
    number: usize,
    operation: &Operation,
    plant: Plant,
) -> Result<(), String> {
    let language = language(number);
    let request = target
        .request(operation, &target.address(operation))
        .key(&format!("plant-{number}"))
        .header("accept-language", language)
        .raw_body(plant.body, JSON);
    let expected = plant.expected.into_iter();
    let expected: Vec<Expected> = expected
        .map(|(pointer, code)| ("body", pointer, code))
        .collect();
    let what = format!("{}: {}", operation.id, plant.what);
    let answer = request.send().await;
    target.check(&what, language, &answer, (400, plant.code), &expected)
}

on_both!(
    async fn a_body_at_its_bounds_keeps_to_its_schema(engine: Engine) {
        let target = Target::new(engine).await;
        let mut findings = Findings::default();
        for (operation, schema) in commands(&target) {
            let example = operation.request_example();
            let bodies = planting::accepted(&target.document, &schema, example);
            for (number, (what, body)) in bodies.into_iter().enumerate() {
                // Without a key the body is checked and nothing is done: the key is all that is wrong.
                let language = language(number);
                let request = target
                    .request(&operation, &target.address(&operation))
                    .without_header("idempotency-key")
                    .header("accept-language", language)
                    .raw_body(body.to_string(), JSON);
                let what = format!("{}: {what}", operation.id);
                findings.extend(only_the_key(&target, &what, language, request).await.err());
            }
        }
        findings.extend(target.unchanged("bodies without a key").await.err());
        findings.none();
    }
);

async fn only_the_key(
    target: &Target,
    what: &str,
    language: &'static str,
    request: fallbuch_tests::Pending,
) -> Result<(), String> {
    let answer = request.send().await;
    let key = ("header", "/Idempotency-Key".to_owned(), "missing");
    let problem = (400, "missing-idempotency-key");
    target.check(what, language, &answer, problem, &[key])
}

on_both!(
    async fn a_body_is_bounded_in_bytes(engine: Engine) {
        let target = Target::new(engine).await;
        let mut findings = Findings::default();
        for (number, (operation, schema)) in commands(&target).into_iter().enumerate() {
            let example = operation.request_example();
            let body = target.document.whole(&schema, example).to_string();
            let padded = |size: usize| format!("{body}{}", " ".repeat(size - body.len()));
            let request = |size: usize| {
                target
                    .request(&operation, &target.address(&operation))
                    .without_header("idempotency-key")
                    .header("accept-language", language(number))
                    .raw_body(padded(size), JSON)
            };
            let (what, language) = (format!("{} in bytes", operation.id), language(number));
            let largest = only_the_key(&target, &what, language, request(LARGEST)).await;
            findings.extend(largest.err());
            for size in [LARGEST + 1, 2 * LARGEST] {
                let answer = request(size).send().await;
                let problem = (413, "payload-too-large");
                findings.extend(target.check(&what, language, &answer, problem, &[]).err());
            }
        }
        findings.extend(target.unchanged("large bodies").await.err());
        findings.none();
    }
);

on_both!(
    async fn a_body_of_another_media_type_or_encoding_is_refused(engine: Engine) {
        let target = Target::new(engine).await;
        let mut findings = Findings::default();
        let types = [
            "",
            "text/plain",
            "text/json",
            "application/xml",
            "application/problem+json",
            "application/jsonx",
            "application/json; charset=iso-8859-1",
            "application/json, text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "nonsense",
        ];
        let encodings = ["gzip", "br", "deflate", "x-unknown", "identity, gzip"];
        let refused = (415, "unsupported-media-type");
        for (number, (operation, schema)) in commands(&target).into_iter().enumerate() {
            let language = language(number);
            let example = operation.request_example();
            let body = target.document.whole(&schema, example).to_string();
            let request = |media_type: &str| {
                target
                    .request(&operation, &target.address(&operation))
                    .header("accept-language", language)
                    .raw_body(body.clone(), media_type)
            };
            for media_type in types {
                let what = format!("{} as {media_type:?}", operation.id);
                let answer = request(media_type).send().await;
                findings.extend(target.check(&what, language, &answer, refused, &[]).err());
            }
            for encoding in encodings {
                let what = format!("{} in {encoding}", operation.id);
                let answer = request(JSON).header("content-encoding", encoding).send();
                let answer = answer.await;
                findings.extend(target.check(&what, language, &answer, refused, &[]).err());
            }
            for spelling in ["application/json;charset=UTF-8", "Application/JSON"] {
                let what = format!("{} as {spelling:?}", operation.id);
                let request = request(spelling).without_header("idempotency-key");
                findings.extend(only_the_key(&target, &what, language, request).await.err());
            }
        }
        findings.extend(target.unchanged("other media types").await.err());
        findings.none();
    }
);

on_both!(
    async fn texts_at_their_bounds_are_stored_and_read_back(engine: Engine) {
        let target = Target::new(engine).await;
        let contact = target.document.named("record_contact");
        let (line, prose) = ("😀".repeat(200), "ü\u{1}\u{7f}\u{ffff}".repeat(1_000));
        let body = json!({
            "occurred_on": "2015-09-01",
            "reason": prose,
            "channel": "call",
            "participants": vec![json!({"function": line}); 50],
            "topics": vec![line; 20],
        });
        let answer = target
            .client(&contact)
            .post(&target.address(&contact), &body)
            .if_match("*")
            .send()
            .await
            .expect_status(201)
            .json();
        let event = &answer["events"][0];
        assert_eq!(event["reason"], body["reason"]);
        assert_eq!(event["data"]["participants"], body["participants"]);
        assert_eq!(event["data"]["topics"], body["topics"]);
        let case_id = target.id("case_id");
        let address = format!(
            "/v1/agencies/{AGENCY}/cases/{case_id}/events/{}",
            answer["version"]
        );
        let events = target.document.named("read_event");
        let read = target.client(&events).get(&address).send().await;
        assert_eq!(&read.expect_status(200).json(), event);
    }
);

on_both!(
    async fn an_id_in_two_spellings_is_one_id(engine: Engine) {
        let target = Target::new(engine).await;
        let draft = target.document.named("draft_agreement");
        let priority = target.id("priority_id");
        let body = json!({
            "occurred_on": "2015-09-01",
            "priorities": [priority, priority.to_uppercase()],
        });
        let answer = target
            .request(&draft, &target.address(&draft))
            .if_match("\"14\"")
            .raw_body(body.to_string(), JSON)
            .send()
            .await;
        assert_eq!(answer.status, 400, "{}", answer.text());
        target.unchanged("two spellings").await.unwrap();
    }
);
