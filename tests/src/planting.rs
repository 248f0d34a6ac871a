//! Bad bodies, made from a schema: each breaks the contract in places that are known.
//!
//! Texts that are planted hold [`MARK`], so that a test can see whether an answer repeats them.

mod places;

use serde_json::{Value, json};

use crate::document::Document;
use places::{Place, places};

/// What no answer may repeat.
pub const MARK: &str = "Geheim4711";

/// A member that no schema has, as a pointer writes it: the name needs both escapes.
const UNKNOWN: &str = "un~1known~0member";

/// How deeply a body may be nested.
const DEPTH: usize = 32;

/// A body that has to be refused.
#[derive(Clone, Debug)]
pub struct Plant {
    /// What is wrong with it.
    pub what: String,
    /// The body.
    pub body: Vec<u8>,
    /// The problem's code.
    pub code: &'static str,
    /// Every place that the problem has to name, and no other, with what it says of it.
    pub expected: Vec<(String, &'static str)>,
}

impl Plant {
    fn new(
        what: impl Into<String>,
        body: impl Into<Vec<u8>>,
        expected: Vec<(String, &'static str)>,
    ) -> Self {
        Self {
            what: what.into(),
            body: body.into(),
            code: "invalid-request",
            expected,
        }
    }
}

/// Bodies for `schema` that a server refuses.
#[must_use]
pub fn refused(document: &Document, schema: &Value, example: Option<&Value>) -> Vec<Plant> {
    let whole = document.whole(schema, example);
    let places = places(document, schema, &whole);
    let mut plants = no_objects();
    for place in &places {
        plants.extend(wrong_types(&whole, place));
        plants.extend(wrong_values(&whole, place));
        plants.extend(wrong_objects(&whole, place));
    }
    plants.extend(too_deep(&whole));
    plants.push(nothing_but_wrong(&whole, &places));
    plants
}

/// Bodies for `schema` at its very bounds, which keep to it.
#[must_use]
pub fn accepted(
    document: &Document,
    schema: &Value,
    example: Option<&Value>,
) -> Vec<(String, Value)> {
    let whole = document.whole(schema, example);
    let mut bodies = vec![("every member".to_owned(), whole.clone())];
    if let Some(example) = example {
        bodies.push(("the example".to_owned(), example.clone()));
    }
    for place in places(document, schema, &whole) {
        let values = place.bounds().into_iter();
        bodies.extend(values.map(|value| {
            let what = format!("{} at its bound", place.pointer);
            (what, with(&whole, &place.pointer, value))
        }));
        for name in place.optional() {
            let what = format!("{} without {name}", place.pointer);
            bodies.push((what, without(&whole, &place.pointer, &name)));
        }
    }
    bodies
}

/// Bytes that are no JSON, and JSON that is no object.
fn no_objects() -> Vec<Plant> {
    let malformed = [
        "",
        " ",
        "{",
        "{\"occurred_on\":}",
        "{} {}",
        "{'a': 1}",
        "{\"a\": 1,}",
        "nul",
        "{\"a\": \"\\ud800\"}",
        "{\"a\": 01}",
        "{\"a\": NaN}",
        "{\"a\": 1e400}",
        "{\"a\": \"line\nbreak\"}",
        "\u{feff}{}",
    ];
    let malformed = malformed.into_iter().map(|text| Plant {
        code: "malformed-json",
        ..Plant::new(
            format!("no JSON {text:?}"),
            text,
            vec![(String::new(), "syntax")],
        )
    });
    let others = [json!([]), Value::Null, json!(MARK), json!(1), json!(true)];
    let others = others.into_iter().map(|value| {
        let expected = vec![(String::new(), "wrong_type")];
        Plant::new(format!("{value} at the top"), value.to_string(), expected)
    });
    let mut plants: Vec<Plant> = malformed.chain(others).collect();
    plants.push(Plant::new(
        "bytes that are not UTF-8",
        b"{\"reason\": \"Geheim4711\xff\"}".to_vec(),
        vec![(String::new(), "not_utf8")],
    ));
    plants
}

/// The place holds every JSON type that its schema does not allow.
fn wrong_types(whole: &Value, place: &Place) -> Vec<Plant> {
    if place.pointer.is_empty() {
        return Vec::new();
    }
    let values = place.wrong_types().into_iter();
    values
        .map(|value| {
            Plant::new(
                format!("{value} at {}", place.pointer),
                text(&with(whole, &place.pointer, value)),
                vec![(place.pointer.clone(), "wrong_type")],
            )
        })
        .collect()
}

/// The place holds values of the right type that its schema does not allow.
fn wrong_values(whole: &Value, place: &Place) -> Vec<Plant> {
    let values = place.wrong_values().into_iter();
    values
        .map(|(value, code)| {
            let shown: String = value.to_string().chars().take(40).collect();
            Plant::new(
                format!("{shown} at {} ({code})", place.pointer),
                text(&with(whole, &place.pointer, value)),
                vec![(place.pointer.clone(), code)],
            )
        })
        .chain(place.wrong_numbers().into_iter().map(|(number, code)| {
            let body = text(&with(whole, &place.pointer, json!(MARK)));
            Plant::new(
                format!("{number} at {}", place.pointer),
                body.replace(&format!("\"{MARK}\""), number),
                vec![(place.pointer.clone(), code)],
            )
        }))
        .collect()
}

/// The object at the place lacks members, has unknown ones, or names one twice.
fn wrong_objects(whole: &Value, place: &Place) -> Vec<Plant> {
    if place.members().is_empty() {
        return Vec::new();
    }
    let at = &place.pointer;
    let mut plants = Vec::new();
    for name in place.required() {
        plants.push(Plant::new(
            format!("{at} without {name}"),
            text(&without(whole, at, &name)),
            vec![(format!("{at}/{name}"), "missing")],
        ));
    }
    for name in place.members() {
        plants.push(Plant::new(
            format!("{at} with {name} twice"),
            twice(whole, at, &name),
            vec![(format!("{at}/{name}"), "duplicate_key")],
        ));
    }
    let unknown = with(whole, &format!("{at}/{UNKNOWN}"), json!(MARK));
    plants.push(Plant::new(
        format!("{at} with an unknown member"),
        text(&unknown),
        vec![(format!("{at}/{UNKNOWN}"), "unknown")],
    ));
    plants.push(Plant::new(
        format!("{at} with U+0000 in a name"),
        text(&with(whole, &format!("{at}/a\0b"), json!(1))),
        vec![(format!("{at}/a\0b"), "nul_character")],
    ));
    let missing = place.required().into_iter();
    let missing: Vec<_> = missing
        .map(|name| (format!("{at}/{name}"), "missing"))
        .collect();
    if !missing.is_empty() {
        plants.push(Plant::new(
            format!("{at} empty"),
            text(&with(whole, at, json!({}))),
            missing,
        ));
    }
    plants
}

/// Lists in lists: one level more than allowed, and the last that is.
fn too_deep(whole: &Value) -> Vec<Plant> {
    // The body itself is the first level.
    let nested = |levels: usize| {
        let value = (1..levels).fold(json!([]), |inner, _| json!([inner]));
        text(&with(whole, "/deep", value))
    };
    let unknown = ("/deep".to_owned(), "unknown");
    let deepest = format!("/deep{}", "/0".repeat(DEPTH - 1));
    vec![
        Plant::new(
            "lists nested too deeply",
            nested(DEPTH),
            vec![unknown.clone(), (deepest.clone(), "too_deep")],
        ),
        Plant::new(
            "lists nested very deeply",
            nested(100),
            vec![unknown.clone(), (deepest, "too_deep")],
        ),
        Plant::new(
            "lists nested as deeply as allowed",
            nested(DEPTH - 1),
            vec![unknown],
        ),
    ]
}

/// Every leaf wrong and every object with an unknown member: all has to be named at once.
fn nothing_but_wrong(whole: &Value, places: &[Place]) -> Plant {
    let mut body = whole.clone();
    let mut expected = Vec::new();
    for place in places {
        if place.is_leaf() {
            if let Some(wrong) = place.wrong_types().into_iter().next() {
                body = with(&body, &place.pointer, wrong);
                expected.push((place.pointer.clone(), "wrong_type"));
            }
        } else if !place.members().is_empty() {
            let pointer = format!("{}/{UNKNOWN}", place.pointer);
            body = with(&body, &pointer, json!(MARK));
            expected.push((pointer, "unknown"));
        }
    }
    Plant::new("everything wrong", text(&body), expected)
}

fn text(value: &Value) -> String {
    value.to_string()
}

/// The value with another one at the pointer; the last member need not be there yet.
fn with(whole: &Value, pointer: &str, value: Value) -> Value {
    let mut body = whole.clone();
    let Some((parent, name)) = pointer.rsplit_once('/') else {
        return value;
    };
    let name = name.replace("~1", "/").replace("~0", "~");
    match body.pointer_mut(parent).expect("the parent is there") {
        Value::Object(members) => {
            members.insert(name, value);
        }
        Value::Array(items) => {
            let index: usize = name.parse().expect("an index");
            items[index] = value;
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            panic!("{parent} holds nothing")
        }
    }
    body
}

/// The value without a member of the object at the pointer.
fn without(whole: &Value, pointer: &str, name: &str) -> Value {
    let mut body = whole.clone();
    let object = body.pointer_mut(pointer).and_then(Value::as_object_mut);
    object.expect("an object").remove(name);
    body
}

/// The value as text, in which the object at the pointer names a member twice.
fn twice(whole: &Value, pointer: &str, name: &str) -> String {
    let mark = format!("{MARK}-again");
    let again = &whole.pointer(pointer).expect("an object")[name];
    let body = with(whole, &format!("{pointer}/{mark}"), again.clone());
    text(&body).replace(&format!("\"{mark}\":"), &format!("\"{name}\":"))
}
