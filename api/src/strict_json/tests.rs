//! What the strict reader lets through and everything it stops.

use serde_json::json;

use super::*;

/// The value of a body that has nothing wrong with it.
fn parse(bytes: &[u8]) -> Result<Value, StrictJsonError> {
    match read_all(bytes)? {
        (value, violations) if violations.is_empty() => Ok(value),
        (_, violations) => Err(StrictJsonError::Invalid(violations)),
    }
}

fn violations(text: &str) -> Vec<(String, ViolationCode)> {
    match parse(text.as_bytes()) {
        Err(StrictJsonError::Invalid(violations)) => violations
            .into_iter()
            .map(|violation| (violation.pointer.unwrap(), violation.code))
            .collect(),
        other => panic!("{text}: {other:?}"),
    }
}

fn nested(depth: usize) -> String {
    format!(
        r#"{{"a":{}{}}}"#,
        "[".repeat(depth - 1),
        "]".repeat(depth - 1)
    )
}

#[test]
fn ordinary_bodies_pass_unchanged() {
    let text = r#" {"a":[1,-2,{"ä":null}],"b":"x\ny","c":true,"max":9007199254740991,"min":-9007199254740991} "#;
    assert_eq!(
        parse(text.as_bytes()).unwrap(),
        serde_json::from_str::<Value>(text).unwrap()
    );
    assert_eq!(parse(b"{}").unwrap(), json!({}));
}

#[test]
fn everything_wrong_is_reported_in_one_pass() {
    let text = r#"{"a":1,"a":2,"a":3,"b":{"c/d":1,"c/d":1.5},"e":["\u0000",9007199254740992],"f\u0000~":0}"#;
    assert_eq!(
        violations(text),
        [
            ("/a".to_owned(), ViolationCode::DuplicateKey),
            ("/b/c~1d".to_owned(), ViolationCode::DuplicateKey),
            ("/b/c~1d".to_owned(), ViolationCode::NotAnInteger),
            ("/e/0".to_owned(), ViolationCode::NulCharacter),
            ("/e/1".to_owned(), ViolationCode::OutOfRange),
            ("/f\0~0".to_owned(), ViolationCode::NulCharacter),
        ]
    );
}

#[test]
fn escaped_and_plain_spelling_of_a_key_are_the_same_key() {
    assert_eq!(
        violations(r#"{"a":1,"\u0061":2}"#),
        [("/a".to_owned(), ViolationCode::DuplicateKey)]
    );
}

#[test]
fn numbers_are_integers_that_a_double_keeps() {
    for number in [
        "1.0",
        "1e3",
        "-0",
        "0.1",
        "1E-2",
        "123456789012345678901234567890",
    ] {
        assert_eq!(
            violations(&format!(r#"{{"n":{number}}}"#)),
            [("/n".to_owned(), ViolationCode::NotAnInteger)],
            "{number}"
        );
    }
    for number in [
        "9007199254740992",
        "-9007199254740992",
        "18446744073709551615",
        "-9223372036854775808",
    ] {
        assert_eq!(
            violations(&format!(r#"{{"n":{number}}}"#)),
            [("/n".to_owned(), ViolationCode::OutOfRange)],
            "{number}"
        );
    }
}

#[test]
fn nesting_ends_at_its_limit_even_when_it_goes_on_for_long() {
    assert!(parse(nested(MAX_DEPTH).as_bytes()).is_ok());
    for depth in [MAX_DEPTH + 1, 200, 100_000] {
        let found = violations(&nested(depth));
        assert_eq!(found.len(), 1, "{depth}");
        assert_eq!(
            found[0],
            (
                format!("/a{}", "/0".repeat(MAX_DEPTH - 1)),
                ViolationCode::TooDeep
            ),
            "{depth}"
        );
    }
}

#[test]
fn only_objects_stand_at_the_top() {
    for text in ["[]", "1", "null", r#""x""#, "true"] {
        assert_eq!(
            violations(text),
            [(String::new(), ViolationCode::WrongType)],
            "{text}"
        );
    }
}

#[test]
fn what_is_not_json_names_line_and_column() {
    for (text, place) in [
        ("", "Zeile 1, Spalte 0"),
        ("{\n \"a\": 1,\n}", "Zeile 3, Spalte 1"),
        ("{} {}", "Zeile 1, Spalte 4"),
        ("{'a':1}", "Zeile 1, Spalte 2"),
        (r#"{"a":"\ud800"}"#, "Zeile 1"),
        ("\u{feff}{}", "Zeile 1, Spalte 1"),
        (r#"{"a":01}"#, "Zeile 1"),
        (r#"{"a":NaN}"#, "Zeile 1"),
        (r#"{"a":1e999}"#, "Zeile 1"),
    ] {
        match parse(text.as_bytes()) {
            Err(StrictJsonError::Malformed(violation)) => {
                assert!(
                    violation.message.de.contains(place),
                    "{text}: {}",
                    violation.message.de
                );
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn other_encodings_are_refused() {
    let StrictJsonError::Invalid(found) = parse(b"{\"a\":\"\xff\"}").unwrap_err() else {
        panic!("expected a violation");
    };
    assert_eq!(found[0].code, ViolationCode::NotUtf8);
}

#[test]
fn the_number_of_violations_is_bounded() {
    let text = format!(
        r#"{{"{}":[{}1]}}"#,
        "k".repeat(10_000),
        "1.5,".repeat(5_000)
    );
    assert_eq!(violations(&text).len(), MAX_VIOLATIONS);
}

#[test]
fn ambiguity_is_seen_at_any_depth() {
    assert!(is_ambiguous(br#"{"iss":"a","x":{"y":1,"y":1}}"#));
    assert!(is_ambiguous(b"{"));
    assert!(!is_ambiguous(br#"{"iat":1.5,"aud":["a","a"]}"#));
}
