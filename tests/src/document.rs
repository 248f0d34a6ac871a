//! The contract as a client reads it: operations, schemas, and whether a value keeps to them.
//!
//! Tests are generated from it, so that a new operation is covered without being named.

use std::collections::BTreeMap;

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

use crate::client::Client;

/// The methods an address of the contract may have.
const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// An OpenAPI 3.1 document.
#[derive(Clone, Debug)]
pub struct Document(Value);

/// One operation of it, with everything it refers to on its first level put in place.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The operationId.
    pub id: String,
    /// The method, in capitals.
    pub method: String,
    /// The path with its placeholders.
    pub path: String,
    /// The permission the contract says it asks for.
    pub permission: Option<String>,
    /// Whether it asks for a token.
    pub secured: bool,
    /// All parameters, resolved.
    pub parameters: Vec<Value>,
    /// The operation itself, as it stands in the document.
    pub raw: Value,
}

impl Document {
    /// The document the server hands out.
    pub async fn served(client: &Client) -> Self {
        let answer = client.get("/openapi.json").send().await.expect_status(200);
        Self(answer.json())
    }

    /// A document of one's own.
    #[must_use]
    pub fn from_json(document: Value) -> Self {
        Self(document)
    }

    /// The document as JSON.
    #[must_use]
    pub fn json(&self) -> &Value {
        &self.0
    }

    /// Every operation.
    #[must_use]
    pub fn operations(&self) -> Vec<Operation> {
        let paths = self.0["paths"].as_object().expect("the document has paths");
        let mut all = Vec::new();
        for (path, item) in paths {
            for method in METHODS {
                if let Some(operation) = item.get(method) {
                    all.push(self.operation(path, method, operation));
                }
            }
        }
        all
    }

    /// The operation with this id.
    #[must_use]
    pub fn named(&self, id: &str) -> Operation {
        let found = self.operations().into_iter().find(|one| one.id == id);
        found.unwrap_or_else(|| panic!("the contract has no operation {id}"))
    }

    fn operation(&self, path: &str, method: &str, operation: &Value) -> Operation {
        let text = |name: &str| operation[name].as_str().map(str::to_owned);
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        Operation {
            id: text("operationId").unwrap_or_default(),
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            permission: operation["security"][0]["bearer"][0]
                .as_str()
                .map(str::to_owned),
            secured: operation["security"]
                .as_array()
                .is_none_or(|schemes| !schemes.is_empty()),
            parameters: parameters.map(|one| self.resolved(one).clone()).collect(),
            raw: operation.clone(),
        }
    }

    /// What a value stands for: itself, or what its `$ref` names.
    #[must_use]
    pub fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value.get("$ref").and_then(Value::as_str) {
            None => value,
            Some(target) => {
                let pointer = target.strip_prefix('#').unwrap_or(target);
                let found = self.0.pointer(pointer);
                self.resolved(found.unwrap_or_else(|| panic!("{target} is not there")))
            }
        }
    }

    /// A validator for a schema of this document.
    #[must_use]
    pub fn validator(&self, schema: &Value) -> Validator {
        let root =
            json!({"allOf": [schema], "components": {"schemas": self.0["components"]["schemas"]}});
        jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .build(&root)
            .unwrap_or_else(|error| panic!("{error}: {schema}"))
    }

    /// Everything in which `value` does not keep to `schema`: violations, and members that no schema
    /// names.
    #[must_use]
    pub fn deviations(&self, schema: &Value, value: &Value) -> Vec<String> {
        let validator = self.validator(schema);
        let mut found: Vec<String> = validator
            .iter_errors(value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        self.undocumented(schema, value, "", &mut found);
        found
    }

    fn undocumented(&self, schema: &Value, value: &Value, pointer: &str, found: &mut Vec<String>) {
        let schema = self.resolved(schema);
        if let Some(branches) = choices(schema) {
            // The branch that fits and leaves the fewest members unexplained is the one that is meant.
            let of_branch = |branch: &Value| {
                let mut found = Vec::new();
                self.undocumented(branch, value, pointer, &mut found);
                found
            };
            let fitting = branches
                .iter()
                .filter(|branch| self.validator(branch).is_valid(value));
            let least = fitting.map(of_branch).min_by_key(Vec::len);
            found.extend(least.unwrap_or_default());
            return;
        }
        match value {
            Value::Object(members) => {
                let Some(known) = self.members(schema, value) else {
                    return;
                };
                for (name, member) in members {
                    let pointer = format!("{pointer}/{name}");
                    match known.get(name.as_str()) {
                        Some(schema) => self.undocumented(schema, member, &pointer, found),
                        None => found.push(format!("{pointer}: not in the contract")),
                    }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let pointer = format!("{pointer}/{index}");
                    self.undocumented(&schema["items"], item, &pointer, found);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// The schemas of the members that an object may have, those of `allOf` among them; none if anything
    /// may be in it.
    fn members<'a>(
        &'a self,
        schema: &'a Value,
        value: &Value,
    ) -> Option<BTreeMap<&'a str, &'a Value>> {
        let own = schema["properties"].as_object();
        let parts = schema["allOf"].as_array();
        if own.is_none() && parts.is_none() {
            return None;
        }
        let own = own.into_iter().flatten();
        let mut known: BTreeMap<_, _> = own.map(|(name, of)| (name.as_str(), of)).collect();
        for part in parts.into_iter().flatten() {
            let part = self.resolved(part);
            let meant = match choices(part) {
                None => Some(part),
                Some(branches) => branches.iter().find(|branch| constants_fit(branch, value)),
            };
            known.extend(
                meant
                    .and_then(|part| self.members(part, value))
                    .unwrap_or_default(),
            );
        }
        Some(known)
    }

    /// A value with every member the schema knows, taken from `example` where it has it.
    #[must_use]
    pub fn whole(&self, schema: &Value, example: Option<&Value>) -> Value {
        let schema = self.resolved(schema);
        if let Some(branches) = choices(schema) {
            let something = branches.iter().find(|branch| branch["type"] != "null");
            return self.whole(something.unwrap_or(&Value::Null), example);
        }
        if let Some(properties) = schema["properties"].as_object() {
            let member = |(name, schema): (&String, &Value)| {
                let example = example.and_then(|example| example.get(name));
                (name.clone(), self.whole(schema, example))
            };
            return Value::Object(properties.iter().map(member).collect::<Map<_, _>>());
        }
        if schema["type"] == "array" {
            let first = example.and_then(|example| example.get(0));
            return json!([self.whole(&schema["items"], first)]);
        }
        if let Some(example) = example.or(schema.get("example")) {
            return example.clone();
        }
        match (
            schema["type"].as_str(),
            schema["format"].as_str(),
            &schema["enum"][0],
        ) {
            (_, _, Value::String(first)) => json!(first),
            (Some("string"), Some("uuid"), _) => json!("014f8806-ef40-7000-8000-00000000f001"),
            (Some("string"), Some("date"), _) => json!("2015-04-01"),
            (Some("string"), None, _) => json!("Ein Text"),
            (Some("integer"), _, _) => schema.get("minimum").cloned().unwrap_or(json!(1)),
            (Some("boolean"), _, _) => json!(true),
            other => panic!("no value is known for {other:?}: {schema}"),
        }
    }
}

impl Operation {
    /// The schema of the body it takes.
    #[must_use]
    pub fn request_schema(&self) -> Option<&Value> {
        self.raw
            .pointer("/requestBody/content/application~1json/schema")
    }

    /// The worked example of the body it takes.
    #[must_use]
    pub fn request_example(&self) -> Option<&Value> {
        self.raw
            .pointer("/requestBody/content/application~1json/example")
    }

    /// The status of its success, with that response.
    #[must_use]
    pub fn success(&self) -> (u16, &Value) {
        let responses = self.raw["responses"].as_object();
        let mut successes = responses.into_iter().flatten().filter_map(|(status, one)| {
            let status = status.parse().ok()?;
            (200..300).contains(&status).then_some((status, one))
        });
        let first = successes.next();
        // A command is validated (200) or carried out (201).
        let second = successes.next().filter(|(status, _)| *status == 201);
        assert!(successes.next().is_none(), "{} has one success", self.id);
        // Many cases in one request have a verdict each, validated or not, and the answer is 200 in any case.
        let acts = self.method == "POST" && self.id != "record_attendances";
        assert_eq!(second.is_some(), acts, "{}", self.id);
        second
            .or(first)
            .unwrap_or_else(|| panic!("{} has a success", self.id))
    }

    /// The names of the parameters in this place (`path`, `query`, `header`).
    #[must_use]
    pub fn parameters_in(&self, place: &str) -> Vec<&Value> {
        let all = self.parameters.iter();
        all.filter(|one| one["in"] == place).collect()
    }

    /// The address with every placeholder replaced by what `fill` gives for its name.
    #[must_use]
    pub fn address(&self, fill: impl Fn(&str) -> String) -> String {
        let pieces = self.path.split(['{', '}']).enumerate();
        pieces
            .map(|(index, piece)| match index % 2 {
                0 => piece.to_owned(),
                _ => fill(piece),
            })
            .collect()
    }
}

/// The branches of a choice.
/// Whether the members that a branch names as constants are such.
fn constants_fit(branch: &Value, value: &Value) -> bool {
    let mut members = branch["properties"].as_object().into_iter().flatten();
    members.all(|(name, of)| {
        of.get("const")
            .is_none_or(|constant| value[name] == *constant)
    })
}

fn choices(schema: &Value) -> Option<&Vec<Value>> {
    ["anyOf", "oneOf"]
        .into_iter()
        .find_map(|name| schema.get(name)?.as_array())
        // A code list may be written as a choice of constants: that is one shape.
        .filter(|branches| branches.iter().any(|branch| branch.get("const").is_none()))
}
