//! Paths, queries and headers, of commands and of reads.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fallbuch_tests::document::Operation;
use fallbuch_tests::planting::MARK;
use fallbuch_tests::{Engine, Pending, on_both};
use serde_json::Value;

use super::target::{Expected, Findings, Target, language};

const INVALID: (u16, &str) = (400, "invalid-request");

/// An id that is well formed and names nothing.
const NOTHING: &str = "01a2f806-ef40-7000-8000-00000000dead";

/// The request with a body where the operation takes one.
fn whole(target: &Target, operation: &Operation, address: &str) -> Pending {
    let request = target.request(operation, address);
    match operation.request_schema() {
        None => request,
        Some(schema) => {
            let body = target.document.whole(schema, operation.request_example());
            request.raw_body(body.to_string(), "application/json")
        }
    }
}

fn secured(target: &Target) -> Vec<Operation> {
    let mut all = target.document.operations();
    all.retain(|operation| operation.secured);
    assert!(all.len() > 30, "the contract lost its operations");
    all
}

fn name(parameter: &Value) -> String {
    parameter["name"].as_str().expect("a name").to_owned()
}

on_both!(
    async fn an_id_in_the_path_that_is_none_is_named(engine: Engine) {
        let target = Target::new(engine).await;
        let mut findings = Findings::default();
        for (number, operation) in secured(&target).into_iter().enumerate() {
            let language = language(number);
            let mut all_wrong = Vec::new();
            for parameter in operation.parameters_in("path") {
                let name = name(parameter);
                let wrong = match parameter["schema"]["format"].as_str() {
                    Some("uuid") => wrong_ids(&target.id(&name)),
                    Some("int64") => wrong_versions(),
                    _ => continue,
                };
                let expected = ("path", format!("/{name}"), "format");
                all_wrong.push(expected.clone());
                for value in wrong {
                    let address = operation.address(|placeholder| {
                        let is_it = placeholder == name;
                        if is_it {
                            value.clone()
                        } else {
                            target.id(placeholder)
                        }
                    });
                    let what = format!("{} at {address}", operation.id);
                    let request = whole(&target, &operation, &address);
                    let answer = request.header("accept-language", language).send().await;
                    let expected = [expected.clone()];
                    findings.extend(
                        target
                            .check(&what, language, &answer, INVALID, &expected)
                            .err(),
                    );
                }
            }
            if all_wrong.is_empty() {
                continue;
            }
            // Every wrong part of the request at once.
            let address = operation.address(|placeholder| match placeholder {
                "agency" => target.id(placeholder),
                _ => MARK.to_owned(),
            });
            all_wrong.push(("query", "/planted".to_owned(), "unknown"));
            let mut request = whole(&target, &operation, &format!("{address}?planted={MARK}"));
            if operation.request_schema().is_some() {
                all_wrong.push(("header", "/Idempotency-Key".to_owned(), "malformed"));
                all_wrong.push(("header", "/If-Match".to_owned(), "malformed"));
                all_wrong.push(("body", "/planted".to_owned(), "unknown"));
                let body = operation.request_example().expect("an example");
                let mut body = body.clone();
                body["planted"] = MARK.into();
                request = request
                    .key("two words")
                    .if_match(MARK)
                    .raw_body(body.to_string(), "application/json");
            }
            let what = format!("{} with everything wrong", operation.id);
            let answer = request.header("accept-language", language).send().await;
            findings.extend(
                target
                    .check(&what, language, &answer, INVALID, &all_wrong)
                    .err(),
            );
        }
        findings.extend(target.unchanged("wrong ids").await.err());
        findings.none();
    }
);

fn wrong_ids(right: &str) -> Vec<String> {
    vec![
        right.to_uppercase(),
        right.replace('-', ""),
        format!("%7B{right}%7D"),
        format!("{right}0"),
        format!("{right}%00"),
        format!("{right}%2Ftimeline"),
        "4711".to_owned(),
        MARK.to_owned(),
        "%20".to_owned(),
        "%00".to_owned(),
        "%C3%28".to_owned(),
    ]
}

fn wrong_versions() -> Vec<String> {
    let wrong = [
        "0",
        "-1",
        "+1",
        "01",
        "1.0",
        "1e1",
        "0x1",
        "%20",
        "%00",
        "18446744073709551616",
        MARK,
    ];
    wrong.map(str::to_owned).to_vec()
}

on_both!(
    async fn what_the_path_names_and_is_not_there_is_not_found(engine: Engine) {
        let target = Target::new(engine).await;
        let mut findings = Findings::default();
        let absent = |format: Option<&str>| match format {
            Some("uuid") => vec![NOTHING],
            Some("int64") => vec!["4711", "9223372036854775807", "9223372036854775808"],
            _ => vec!["no-such-agency", MARK, "%00", "a%00b", "%20", "%C3%28", "'"],
        };
        for (number, operation) in secured(&target).into_iter().enumerate() {
            let language = language(number);
            for parameter in operation.parameters_in("path") {
                let name = name(parameter);
                for value in absent(parameter["schema"]["format"].as_str()) {
                    let address = operation.address(|placeholder| {
                        let is_it = placeholder == name;
                        if is_it {
                            value.to_owned()
                        } else {
                            target.id(placeholder)
                        }
                    });
                    let what = format!("{} at {address}", operation.id);
                    let request = whole(&target, &operation, &address);
                    let answer = request.header("accept-language", language).send().await;
                    let problem = (404, "not-found");
                    findings.extend(target.check(&what, language, &answer, problem, &[]).err());
                }
            }
        }
        findings.extend(target.unchanged("absent things").await.err());
        findings.none();
    }
);

on_both!(
    async fn a_parameter_that_is_unknown_twice_or_wrong_is_named(engine: Engine) {
        let target = Target::new(engine).await;
        let mut findings = Findings::default();
        for (number, operation) in secured(&target).into_iter().enumerate() {
            let language = language(number);
            let address = target.address(&operation);
            let mut queries = vec![
                (format!("planted={MARK}"), vec![("planted", "unknown")]),
                ("planted".to_owned(), vec![("planted", "unknown")]),
                (
                    "a=1&b=2".to_owned(),
                    vec![("a", "unknown"), ("b", "unknown")],
                ),
                ("un%2Fknown~=1".to_owned(), vec![("un~1known~0", "unknown")]),
            ];
            let parameters = operation.parameters_in("query");
            for parameter in &parameters {
                let name = parameter["name"].as_str().expect("a name");
                for (value, code) in wrong_parameters(&target, parameter) {
                    queries.push((format!("{name}={value}"), vec![(name, code)]));
                }
                let right = right_parameter(&target, parameter);
                let twice = format!("{name}={right}&{name}={right}");
                queries.push((twice, vec![(name, "unknown")]));
            }
            for (query, expected) in queries {
                let expected = expected.into_iter();
                let expected: Vec<Expected> = expected
                    .map(|(name, code)| ("query", format!("/{name}"), code))
                    .collect();
                let what = format!("{} with ?{query}", operation.id);
                let request = whole(&target, &operation, &format!("{address}?{query}"));
                let answer = request.header("accept-language", language).send().await;
                findings.extend(
                    target
                        .check(&what, language, &answer, INVALID, &expected)
                        .err(),
                );
            }
        }
        findings.extend(target.unchanged("wrong parameters").await.err());
        findings.none();
    }
);

on_both!(
    async fn a_parameter_at_its_bounds_is_answered(engine: Engine) {
        let target = Target::new(engine).await;
        let mut findings = Findings::default();
        let mut count = 0;
        for operation in secured(&target) {
            let address = target.address(&operation);
            for parameter in operation.parameters_in("query") {
                let name = parameter["name"].as_str().expect("a name");
                // A cursor is a list's own; the lists have their tests.
                if name == "cursor" {
                    continue;
                }
                let mut values = vec![right_parameter(&target, parameter)];
                let schema = target.document.resolved(&parameter["schema"]);
                // A version that the case has not reached is not found.
                if name == "limit" {
                    values.extend(["minimum", "maximum"].map(|bound| schema[bound].to_string()));
                }
                if schema["format"] == "date" {
                    values.extend(["0001-01-01", "2014-12-01", "9999-12-31"].map(str::to_owned));
                }
                if schema["format"] == "date-time" {
                    let instants = ["9999-12-31T23:59:59Z", "2999-01-01T00:00:00%2B14:00"];
                    values.extend(instants.map(str::to_owned));
                }
                for value in values {
                    count += 1;
                    let url = format!("{address}?{name}={value}");
                    let answer = whole(&target, &operation, &url).send().await;
                    // On a day before everything there is no case yet. What is only validated may be refused, and
                    // is never carried out.
                    let refused = name == "validate_only" && matches!(answer.status, 409 | 412);
                    if !(matches!(answer.status, 200 | 404) || refused)
                        || answer.status == 404 && name == "limit"
                    {
                        let text = answer.text();
                        findings.add(format!("{url}: {} {text}", answer.status));
                    }
                }
            }
        }
        assert!(count > 10, "the contract lost its parameters");
        findings.none();
    }
);

on_both!(
    async fn a_cursor_beyond_the_list_ends_it(engine: Engine) {
        let target = Target::new(engine).await;
        for id in ["list_events", "read_timeline"] {
            let operation = target.document.named(id);
            let list = target.address(&operation);
            let first = target.client(&operation).get(&format!("{list}?limit=1"));
            let first = first.send().await.expect_status(200).json();
            let cursor = first["page"]["next"].as_str().unwrap();
            let cursor = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).unwrap()).unwrap();
            let (of_the_list, _) = cursor.split_once('.').unwrap();
            for position in [4_711, (1 << 63) - 1, 1 << 63, u64::MAX] {
                let cursor = URL_SAFE_NO_PAD.encode(format!("{of_the_list}.{position}"));
                let url = format!("{list}?cursor={cursor}");
                let answer = target.client(&operation).get(&url).send().await;
                let page = answer.expect_status(200).json();
                assert_eq!(page["items"], serde_json::json!([]), "{url}");
                assert_eq!(page["page"]["has_more"], false, "{url}");
            }
        }
    }
);

/// What a parameter takes.
fn right_parameter(target: &Target, parameter: &Value) -> String {
    let schema = target.document.resolved(&parameter["schema"]);
    let text = |value: &Value| value.as_str().map_or(value.to_string(), str::to_owned);
    match (parameter["schema"]["examples"].get(0), &schema["enum"][0]) {
        _ if schema["format"] == "date-time" => "2999-01-01T00:00:00Z".to_owned(),
        (Some(example), _) if parameter["name"] != "cursor" => text(example),
        (_, Value::String(first)) => first.clone(),
        _ if schema["format"] == "date" => "2999-01-01".to_owned(),
        _ if schema["format"] == "uuid" => NOTHING.to_owned(),
        // The first version; and for lists of ids none that was handed out.
        _ => "MQ".to_owned(),
    }
}

/// What a parameter does not take, as it stands in an address.
fn wrong_parameters(target: &Target, parameter: &Value) -> Vec<(String, &'static str)> {
    let schema = target.document.resolved(&parameter["schema"]);
    let mut wrong = vec![MARK, "%C3%28", "%20"];
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("integer"), _) => {
            wrong.extend(["", "-1", "1.5", "1e1", "0x1", "01", "18446744073709551616"]);
            if schema["minimum"] != 0 {
                wrong.push("0");
            }
            if schema["maximum"] == 200 {
                wrong.push("201");
            }
        }
        (Some("boolean"), _) => wrong.extend(["", "1", "True", "TRUE", "yes", "true%20"]),
        (_, Some("date")) => wrong.extend(["", "2015-02-30", "30.02.2015", "2015-2-3"]),
        (_, Some("date-time")) => wrong.extend([
            "",
            "2015-09-01",
            "2015-02-30T00:00:00Z",
            "2015-09-01T08:30:00",
            "9999-12-31T23:59:59-01:00",
        ]),
        (_, Some("uuid")) => wrong.extend(["", "4711"]),
        _ if schema.get("enum").is_some() => wrong.push(""),
        _ if parameter["name"] == "cursor" => {
            // Not base64; base64 of no text, of U+0000, of what no list hands out.
            wrong.extend(["!", "%", "_w", "AA", "R2VoZWltNDcxMQ", "LTE"]);
        }
        // A text of any kind: only what one of the databases does not take is wrong with it.
        _ => wrong.clear(),
    }
    let wrong = wrong.into_iter().map(|value| (value, "malformed"));
    let nul = ["%00", "2015%00"].map(|value| (value, "nul_character"));
    wrong
        .chain(nul)
        .map(|(value, code)| (value.to_owned(), code))
        .collect()
}

on_both!(
    async fn a_header_that_cannot_be_read_is_named(engine: Engine) {
        let target = Target::new(engine).await;
        let mut findings = Findings::default();
        let tags = [
            "",
            "1",
            "\"1",
            "1\"",
            "*, \"1\"",
            "\"1\" \"2\"",
            "\"a b\"",
            MARK,
        ];
        let long = "k".repeat(256);
        let keys = ["", " ", "\"\"", "\"", "\"a", "a\"", "two words", "ä", &long];
        for (number, operation) in secured(&target).into_iter().enumerate() {
            let language = language(number);
            let address = target.address(&operation);
            let request = || {
                let request = whole(&target, &operation, &address);
                request.header("accept-language", language)
            };
            let is_command = operation.request_schema().is_some();
            let conditions = if is_command {
                "If-Match"
            } else {
                "If-None-Match"
            };
            let mut checks = Vec::new();
            for tag in tags {
                checks.push((conditions, tag, "malformed"));
            }
            if is_command {
                checks.extend(keys.map(|key| ("Idempotency-Key", key, "malformed")));
            }
            for (name, value, code) in checks {
                let what = format!("{} with {name}: {value:?}", operation.id);
                let answer = request().header(name, value).send().await;
                let expected = [("header", format!("/{name}"), code)];
                findings.extend(
                    target
                        .check(&what, language, &answer, INVALID, &expected)
                        .err(),
                );
            }
            for accept in [
                "text/html",
                "application/xml, text/*",
                "application/json;q=0",
            ] {
                let what = format!("{} as {accept}", operation.id);
                let answer = request().header("accept", accept).send().await;
                let problem = (406, "not-acceptable");
                findings.extend(target.check(&what, language, &answer, problem, &[]).err());
            }
            // Whoever says nothing of itself hears nothing of what else is wrong.
            let what = format!("{} without a token", operation.id);
            let nobody = request().without_header("authorization").if_match(MARK);
            let answer = nobody.send().await;
            let problem = (401, "unauthenticated");
            findings.extend(target.check(&what, language, &answer, problem, &[]).err());
            if answer.header("www-authenticate").is_none() {
                findings.add(format!("{what}: no WWW-Authenticate"));
            }
        }
        findings.extend(target.unchanged("wrong headers").await.err());
        findings.none();
    }
);
