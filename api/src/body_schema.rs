//! Bodies checked against the published contract, every violation at once.
//!
//! The validators are compiled from the very document that is served, so that contract and check
//! cannot drift apart. Deserialising comes after and would stop at its first error.

mod violations_of;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

use crate::violation::{MAX_VIOLATIONS, Violation};

const SCHEMAS: &str = "#/components/schemas/";

/// A compiled validator for every schema of the contract that a request's body is held against.
pub(crate) struct BodySchemas(HashMap<String, Validator>);

/// Why the contract's schemas could not be compiled, or were asked for what they do not hold.
#[derive(Debug, thiserror::Error)]
pub enum BodySchemaError {
    /// A schema refers to one that does not exist.
    #[error("schema {from} refers to {to}, which the contract does not define")]
    Dangling {
        /// The schema that refers.
        from: String,
        /// The name it refers to.
        to: String,
    },
    /// A schema is not valid by itself.
    #[error("schema {name} does not compile: {reason}")]
    Invalid {
        /// The schema.
        name: String,
        /// What the compiler says.
        reason: String,
    },
    /// There is no schema of this name.
    #[error("the contract defines no schema {0}")]
    Unknown(String),
}

impl BodySchemas {
    /// Compiles the schemas of the bodies that the operations of an OpenAPI 3.1 document take. Those of
    /// answers are far larger, and nothing is held against them here.
    pub(crate) fn from_openapi(document: &Value) -> Result<Self, BodySchemaError> {
        let mut schemas = document["components"]["schemas"]
            .as_object()
            .cloned()
            .unwrap_or_default();
        schemas.values_mut().for_each(bound_small_integers);
        let mut validators = HashMap::new();
        for name in bodies(document) {
            let root = json!({
                "$ref": format!("{SCHEMAS}{name}"),
                "components": { "schemas": with_referenced(&name, &schemas)? },
            });
            let validator = jsonschema::options()
                .with_draft(Draft::Draft202012)
                .should_validate_formats(true)
                .build(&root)
                .map_err(|error| BodySchemaError::Invalid {
                    name: name.clone(),
                    reason: error.to_string(),
                })?;
            validators.insert(name, validator);
        }
        Ok(Self(validators))
    }

    /// Everything that is wrong with a body by the schema of this name, at most the first hundred.
    pub(crate) fn validate(
        &self,
        name: &str,
        body: &Value,
    ) -> Result<Vec<Violation>, BodySchemaError> {
        let validator = self
            .0
            .get(name)
            .ok_or_else(|| BodySchemaError::Unknown(name.to_owned()))?;
        let mut violations: Vec<Violation> = Vec::new();
        for error in validator.iter_errors(body) {
            for violation in violations_of::violations_of(&error) {
                if !violations.contains(&violation) {
                    violations.push(violation);
                }
            }
            if violations.len() >= MAX_VIOLATIONS {
                violations.truncate(MAX_VIOLATIONS);
                break;
            }
        }
        Ok(violations)
    }
}

/// The names of the schemas of the operations' bodies.
fn bodies(document: &Value) -> BTreeSet<String> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let operations = paths.flat_map(|(_, item)| item.as_object().into_iter().flatten());
    let mut names = BTreeSet::new();
    for (_, operation) in operations {
        references(&operation["requestBody"], &mut names);
    }
    names
}

/// A schema and all it refers to, directly or not: compiling the whole document once per schema
/// would take the square of its size.
fn with_referenced<'a>(
    name: &str,
    schemas: &'a Map<String, Value>,
) -> Result<BTreeMap<String, &'a Value>, BodySchemaError> {
    let mut found = BTreeMap::new();
    let mut open = vec![(name.to_owned(), name.to_owned())];
    while let Some((from, name)) = open.pop() {
        if found.contains_key(&name) {
            continue;
        }
        let Some(schema) = schemas.get(&name) else {
            return Err(BodySchemaError::Dangling { from, to: name });
        };
        let mut names = BTreeSet::new();
        references(schema, &mut names);
        open.extend(
            names
                .into_iter()
                .map(|referenced| (name.clone(), referenced)),
        );
        found.insert(name, schema);
    }
    Ok(found)
}

fn references(schema: &Value, names: &mut BTreeSet<String>) {
    match schema {
        Value::Object(members) => {
            if let Some(name) = members
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|target| target.strip_prefix(SCHEMAS))
            {
                names.insert(name.to_owned());
            }
            members
                .values()
                .for_each(|member| references(member, names));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Gives `format: int32` the bounds it stands for; formats of numbers are not asserted otherwise,
/// and deserialising would fail without a pointer.
fn bound_small_integers(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.get("format").and_then(Value::as_str) == Some("int32") {
                members.entry("minimum").or_insert_with(|| i32::MIN.into());
                members.entry("maximum").or_insert_with(|| i32::MAX.into());
            }
            members.values_mut().for_each(bound_small_integers);
        }
        Value::Array(items) => items.iter_mut().for_each(bound_small_integers),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests;
