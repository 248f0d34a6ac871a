//! Each violation names its own place and says nothing of the value.

use serde_json::json;

use super::*;
use crate::violation::ViolationCode as Code;

fn taking(schema: &str) -> Value {
    let reference = format!("#/components/schemas/{schema}");
    json!({"content": {"application/json": {"schema": {"$ref": reference}}}})
}

fn schemas() -> BodySchemas {
    BodySchemas::from_openapi(&json!({
        "openapi": "3.1.0",
        "paths": {"/cases": {"post": {"requestBody": taking("OpenCase")}}},
        "components": {"schemas": {
            "OpenCase": {
                "type": "object",
                "required": ["occurred_on", "municipality"],
                "additionalProperties": false,
                "properties": {
                    "occurred_on": {"type": "string", "format": "date"},
                    "municipality": {"$ref": "#/components/schemas/Municipality"},
                    "advisor": {"type": ["string", "null"], "format": "uuid"},
                    "site": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Site"}]},
                    "origin": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Origin"}]},
                    "count": {"type": "integer", "format": "int32", "minimum": 0},
                    "tags": {"type": "array", "maxItems": 2, "uniqueItems": true, "items": {"type": "string", "minLength": 1, "maxLength": 3}},
                    "channel": {"oneOf": [{"$ref": "#/components/schemas/Call"}, {"$ref": "#/components/schemas/Mail"}]},
                    "next": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/OpenCase"}]}
                }
            },
            "Municipality": {
                "type": "object", "required": ["key"], "additionalProperties": false,
                "properties": {"key": {"type": "string", "pattern": "^[0-9]{8}$"}, "a/b": {"type": "integer"}}
            },
            "Site": {"type": "string", "format": "uuid"},
            "Origin": {"type": "string", "enum": ["kick_off", "referral"]},
            "Call": {"type": "object", "required": ["type", "number"], "additionalProperties": false,
                "properties": {"type": {"type": "string", "enum": ["call"]}, "number": {"type": "string", "maxLength": 5}}},
            "Mail": {"type": "object", "required": ["type", "address"], "additionalProperties": false,
                "properties": {"type": {"const": "mail"}, "address": {"type": "string"}}}
        }}
    }))
    .unwrap()
}

fn found(mut body: Value) -> Vec<(String, Code)> {
    for (name, value) in [
        ("occurred_on", json!("2014-12-01")),
        ("municipality", json!({"key": "15002000"})),
    ] {
        let members = body.as_object_mut().unwrap();
        if members.get(name) == Some(&json!("absent")) {
            members.remove(name);
        } else {
            members.entry(name).or_insert(value);
        }
    }
    let violations = schemas().validate("OpenCase", &body).unwrap();
    violations
        .into_iter()
        .map(|violation| (violation.pointer.unwrap(), violation.code))
        .collect()
}

#[test]
fn each_violation_names_the_member_itself() {
    for (body, expected) in [
        (json!({}), &[][..]),
        (
            json!({"occurred_on": "absent"}),
            &[("/occurred_on", Code::Missing)],
        ),
        (
            json!({"municipality": {}}),
            &[("/municipality/key", Code::Missing)],
        ),
        (
            json!({"x": 1, "y/z": 2}),
            &[("/x", Code::Unknown), ("/y~1z", Code::Unknown)],
        ),
        (
            json!({"municipality": {"key": "15002000", "a/b": "x"}}),
            &[("/municipality/a~1b", Code::WrongType)],
        ),
        (
            json!({"municipality": {"key": "Halle"}}),
            &[("/municipality/key", Code::Pattern)],
        ),
        (
            json!({"municipality": null}),
            &[("/municipality", Code::WrongType)],
        ),
        (
            json!({"occurred_on": "2015-02-29"}),
            &[("/occurred_on", Code::Format)],
        ),
        (json!({"occurred_on": "2016-02-29"}), &[]),
        (
            json!({"occurred_on": "2015-2-9"}),
            &[("/occurred_on", Code::Format)],
        ),
        (
            json!({"occurred_on": 20_150_209}),
            &[("/occurred_on", Code::WrongType)],
        ),
        (json!({"advisor": null}), &[]),
        (json!({"advisor": "x"}), &[("/advisor", Code::Format)]),
        (json!({"advisor": 1}), &[("/advisor", Code::WrongType)]),
        (json!({"count": -1}), &[("/count", Code::OutOfRange)]),
        (
            json!({"count": 2_147_483_648_u64}),
            &[("/count", Code::OutOfRange)],
        ),
        (
            json!({"tags": ["", "long", "ok"]}),
            &[
                ("/tags", Code::TooManyItems),
                ("/tags/0", Code::TooShort),
                ("/tags/1", Code::TooLong),
            ],
        ),
        (json!({"tags": ["a", "a"]}), &[("/tags", Code::NotUnique)]),
    ] {
        let mut actual = found(body.clone());
        actual.sort_by(|one, other| one.0.cmp(&other.0));
        let expected: Vec<_> = expected
            .iter()
            .map(|(pointer, code)| ((*pointer).to_owned(), *code))
            .collect();
        assert_eq!(actual, expected, "{body}");
    }
}

#[test]
fn of_a_choice_the_meant_branch_speaks() {
    for (body, expected) in [
        (json!({"site": null}), &[][..]),
        (json!({"site": "x"}), &[("/site", Code::Format)]),
        (json!({"site": 1}), &[("/site", Code::WrongType)]),
        (json!({"origin": "moon"}), &[("/origin", Code::Enum)]),
        (
            json!({"next": {"occurred_on": "2014-12-01", "municipality": {"key": "15002000"}, "site": "x"}}),
            &[("/next/site", Code::Format)],
        ),
        (
            json!({"channel": {"type": "call", "number": "0123456"}}),
            &[("/channel/number", Code::TooLong)],
        ),
        (
            json!({"channel": {"type": "mail"}}),
            &[("/channel/address", Code::Missing)],
        ),
        (
            json!({"channel": {"type": "fax"}}),
            &[("/channel", Code::NoShapeFits)],
        ),
        (json!({"channel": 1}), &[("/channel", Code::WrongType)]),
    ] {
        let expected: Vec<_> = expected
            .iter()
            .map(|(pointer, code)| ((*pointer).to_owned(), *code))
            .collect();
        assert_eq!(found(body.clone()), expected, "{body}");
    }
}

#[test]
fn no_message_repeats_the_value() {
    let body = json!({
        "occurred_on": "Erika", "municipality": {"key": "Erika"}, "advisor": "Erika", "site": "Erika",
        "origin": "Erika", "count": "Erika", "tags": ["Erika"], "channel": "Erika",
    });
    let violations = schemas().validate("OpenCase", &body).unwrap();
    assert_eq!(violations.len(), 8);
    for violation in violations {
        assert!(
            !violation.message.de.contains("Erika"),
            "{}",
            violation.message.de
        );
        assert!(
            !violation.message.en.contains("Erika"),
            "{}",
            violation.message.en
        );
        assert_ne!(violation.message.de, violation.message.en);
    }
}

#[test]
fn broken_contracts_are_found_at_start() {
    let of = |schema: Value| {
        let paths = json!({"/a": {"post": {"requestBody": taking("A")}}});
        json!({"paths": paths, "components": {"schemas": {"A": schema}}})
    };
    let dangling = of(json!({"$ref": "#/components/schemas/B"}));
    assert!(matches!(
        BodySchemas::from_openapi(&dangling),
        Err(BodySchemaError::Dangling { .. })
    ));
    let invalid = of(json!({"type": "text"}));
    assert!(matches!(
        BodySchemas::from_openapi(&invalid),
        Err(BodySchemaError::Invalid { .. })
    ));
    assert!(matches!(
        schemas().validate("Nothing", &json!({})),
        Err(BodySchemaError::Unknown(_))
    ));
}

/// Every pattern in a JSON document.
fn patterns(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.extend(
                members
                    .get("pattern")
                    .and_then(Value::as_str)
                    .map(str::to_owned),
            );
            members.values().for_each(|one| patterns(one, found));
        }
        Value::Array(items) => items.iter().for_each(|one| patterns(one, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn no_pattern_of_a_body_is_shown_to_people() {
    let contract = crate::openapi::document().unwrap();
    let mut found = Vec::new();
    patterns(&contract["components"]["schemas"], &mut found);
    // Only answers have these.
    found.retain(|pattern| !pattern.contains(r"\d"));
    assert!(found.len() > 10, "{found:?}");
    for pattern in found {
        let schema = json!({"pattern": pattern});
        let validator = jsonschema::validator_for(&schema).unwrap();
        let blank = json!(" \n");
        let error = validator.iter_errors(&blank).next().unwrap();
        let violation = violations_of::violations_of(&error).remove(0);
        let message = violation.message.text(crate::language::Language::De);
        assert!(!message.contains("Muster"), "{pattern}: {message}");
    }
}
