//! The places of a body, each with the schema it has to keep to.

use serde_json::{Value, json};

use super::MARK;
use crate::document::Document;

/// One more than the greatest integer that every implementation of JSON keeps.
const TOO_LARGE: &str = "9007199254740992";

/// One place of a body.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Where it is.
    pub(super) pointer: String,
    schema: Value,
    nullable: bool,
    /// What stands there in a body that keeps to the contract.
    sample: Value,
}

/// Every place of `whole`, a value with every member that `schema` knows; the outer ones first.
pub(super) fn places(document: &Document, schema: &Value, whole: &Value) -> Vec<Place> {
    let mut found = Vec::new();
    collect(document, schema, whole, "", &mut found);
    found
}

fn collect(
    document: &Document,
    schema: &Value,
    value: &Value,
    pointer: &str,
    found: &mut Vec<Place>,
) {
    let mut schema = document.resolved(schema);
    let mut nullable = false;
    for name in ["anyOf", "oneOf"] {
        if let Some(branches) = schema[name].as_array() {
            nullable = branches.iter().any(|branch| branch["type"] == "null");
            let something = branches.iter().find(|branch| branch["type"] != "null");
            schema = document.resolved(something.expect("a branch besides null"));
        }
    }
    found.push(Place {
        pointer: pointer.to_owned(),
        schema: schema.clone(),
        nullable,
        sample: value.clone(),
    });
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        let pointer = format!("{pointer}/{name}");
        collect(document, member, &value[name], &pointer, found);
    }
    if let Some(first) = value.get(0) {
        let pointer = format!("{pointer}/0");
        collect(document, &schema["items"], first, &pointer, found);
    }
}

impl Place {
    fn kind(&self) -> &str {
        self.schema["type"].as_str().expect("a schema has one type")
    }

    fn limit(&self, name: &str) -> Option<usize> {
        let limit = self.schema.get(name)?.as_u64()?;
        usize::try_from(limit).ok()
    }

    /// Whether nothing is below it.
    pub(super) fn is_leaf(&self) -> bool {
        !matches!(self.kind(), "object" | "array")
    }

    /// The members of the object.
    pub(super) fn members(&self) -> Vec<String> {
        let members = self.schema["properties"].as_object().into_iter().flatten();
        members.map(|(name, _)| name.clone()).collect()
    }

    /// The members the object has to have.
    pub(super) fn required(&self) -> Vec<String> {
        let required = self.schema["required"].as_array().into_iter().flatten();
        required
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    }

    /// The members the object can do without.
    pub(super) fn optional(&self) -> Vec<String> {
        let required = self.required();
        let mut members = self.members();
        members.retain(|name| !required.contains(name));
        members
    }

    /// A value of every JSON type that is not allowed here.
    pub(super) fn wrong_types(&self) -> Vec<Value> {
        let all = [
            ("boolean", json!(true)),
            ("integer", json!(4711)),
            ("string", json!(MARK)),
            ("array", json!([MARK])),
            ("object", json!({MARK: MARK})),
            ("null", Value::Null),
        ];
        all.into_iter()
            .filter(|(kind, _)| *kind != self.kind() && !(*kind == "null" && self.nullable))
            .map(|(_, value)| value)
            .collect()
    }

    /// Values of the right type that are not allowed here.
    pub(super) fn wrong_values(&self) -> Vec<(Value, &'static str)> {
        match self.kind() {
            "string" => self.wrong_texts(),
            "array" => self.wrong_lists(),
            "object" if self.schema["minProperties"] == 1 => vec![(json!({}), "too_few_items")],
            _ => Vec::new(),
        }
    }

    fn wrong_texts(&self) -> Vec<(Value, &'static str)> {
        let mut found = vec![(json!(format!("{MARK}\0")), "nul_character")];
        let mut add = |texts: &[&str], code| {
            found.extend(texts.iter().map(|text| (json!(text), code)));
        };
        match self.schema["format"].as_str() {
            Some("date") => add(
                &[
                    "",
                    "2015-02-30",
                    "2015-13-01",
                    "2015-2-3",
                    "30.02.2015",
                    "2015-04-27T00:00:00Z",
                    " 2015-04-27",
                    "02015-04-27",
                    MARK,
                ],
                "format",
            ),
            Some("uuid") => add(
                &[
                    "",
                    "4711",
                    "014f8806ef4070008000000000f00001",
                    "{014f8806-ef40-7000-8000-00000000f001}",
                    "014f8806-ef40-7000-8000-00000000f00g",
                    MARK,
                ],
                "format",
            ),
            Some(other) => panic!("nothing wrong is known for the format {other}"),
            None => {}
        }
        if self.schema.get("enum").is_some() {
            add(&["", MARK], "enum");
        }
        if self.schema["format"] == "uuid" {
            // An id has one spelling.
            add(&["014F8806-EF40-7000-8000-00000000F001"], "pattern");
        } else if self.schema.get("pattern").is_some() && self.limit("maxLength").is_none() {
            // A code of digits; blank and broken lines are not in it either.
            add(
                &["", "1500", "15002 ", "\n15002", "１５００２", MARK],
                "pattern",
            );
        }
        if let Some(limit) = self.limit("maxLength") {
            let text: String = MARK.chars().cycle().take(limit + 1).collect();
            found.push((json!(text), "too_long"));
            found.push((json!("ü".repeat(limit + 1)), "too_long"));
        }
        if self.limit("minLength") == Some(1) {
            found.push((json!(""), "too_short"));
        }
        if self.is_line() {
            let breaks = [format!("{MARK}\nb"), format!("{MARK}\r"), "\n".to_owned()];
            found.extend(breaks.map(|text| (json!(text), "pattern")));
        }
        if self.schema.get("pattern").is_some() && self.limit("maxLength").is_some() {
            let blanks = [" ", "\t \u{a0}", "\u{2003}"];
            found.extend(blanks.map(|text| (json!(text), "pattern")));
        }
        found
    }

    fn is_line(&self) -> bool {
        self.schema["pattern"]
            .as_str()
            .is_some_and(|pattern| pattern.contains("\\r\\n"))
    }

    fn wrong_lists(&self) -> Vec<(Value, &'static str)> {
        let mut found = Vec::new();
        if let Some(limit) = self.limit("maxItems") {
            found.push((self.items(limit + 1), "too_many_items"));
        }
        if self.limit("minItems") == Some(1) {
            found.push((json!([]), "too_few_items"));
        }
        if self.schema["uniqueItems"] == true {
            let one = self.items(1)[0].clone();
            found.push((json!([one, one]), "not_unique"));
        }
        found
    }

    /// Whether it is a text of letters and digits that a pattern names.
    fn is_code(&self) -> bool {
        self.schema["pattern"]
            .as_str()
            .is_some_and(|pattern| !pattern.contains("\\S"))
    }

    /// Whether its items have a form that no item can be made up for.
    fn has_pattern(&self) -> bool {
        let items = &self.schema["items"];
        items["pattern"].is_string() || items["$ref"].is_string()
    }

    /// As many items, different where they are ids or may stand once, and else as far as those of the
    /// sample are.
    fn items(&self, count: usize) -> Value {
        let different = self.sample.as_array().map_or(1, |items| items.len().max(1));
        let item = |number: usize| match self.schema["items"]["format"].as_str() {
            Some("uuid") => json!(format!("014f8806-ef40-7000-8000-{number:012x}")),
            None if self.schema["uniqueItems"] == true && !self.has_pattern() => {
                json!(format!("code_{number}"))
            }
            _ => self.sample[number % different].clone(),
        };
        (0..count).map(item).collect()
    }

    /// Numbers that are not allowed here, as they are written.
    pub(super) fn wrong_numbers(&self) -> Vec<(&'static str, &'static str)> {
        if self.kind() != "integer" {
            return Vec::new();
        }
        let mut found = vec![
            ("1.5", "not_an_integer"),
            ("1.0", "not_an_integer"),
            ("1e1", "not_an_integer"),
            (TOO_LARGE, "out_of_range"),
            ("-9007199254740992", "out_of_range"),
            ("123456789012345678901234567890", "not_an_integer"),
        ];
        if self.schema["format"] == "int32" {
            found.push(("2147483648", "out_of_range"));
        }
        let bounds = [("minimum", 1, "0"), ("maximum", 99, "100")];
        for (name, bound, beyond) in bounds {
            if self.schema[name] == bound {
                found.push((beyond, "out_of_range"));
            }
        }
        found
    }

    /// The values at the bounds of what is allowed.
    pub(super) fn bounds(&self) -> Vec<Value> {
        let mut found = Vec::new();
        if self.nullable {
            found.push(Value::Null);
        }
        if let Some(limit) = self.limit("maxLength") {
            if self.is_code() {
                let sample = self.sample.as_str().unwrap_or_default();
                let longest: String = sample.chars().cycle().take(limit).collect();
                found.push(json!(longest));
            } else {
                // Characters are counted, not bytes and not UTF-16 units.
                found.push(json!("ü".repeat(limit)));
                found.push(json!("😀".repeat(limit)));
            }
        }
        if self.limit("minLength") == Some(1) {
            found.push(json!("a"));
        }
        if let Some(limit) = self.limit("maxItems") {
            let is_set_of_codes = self.schema["uniqueItems"] == true && self.has_pattern();
            let different = self.sample.as_array().map_or(0, Vec::len);
            found.push(self.items(if is_set_of_codes { different } else { limit }));
            found.push(self.items(self.limit("minItems").unwrap_or(0)));
        }
        for name in ["minimum", "maximum"] {
            found.extend(self.schema.get(name).cloned());
        }
        let codes = self.schema["enum"].as_array().into_iter().flatten();
        found.extend(codes.cloned());
        if self.schema["format"] == "date" {
            found.extend(["0000-01-01", "2016-02-29", "9999-12-31"].map(|day| json!(day)));
        }
        found
    }
}
