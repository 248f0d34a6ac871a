//! The document by itself: nothing dangles, nothing has collapsed, nothing a client sends is
//! unbounded.

use std::collections::BTreeSet;

use fallbuch_tests::document::Document;
use fallbuch_tests::{Engine, World, on_both};
use serde_json::{Value, json};

async fn document(engine: Engine) -> Document {
    let world = World::empty(engine).await;
    let document = Document::served(&world.anonymous()).await;
    world.stop().await;
    document
}

/// Every `$ref` below a value.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(target)) = members.get("$ref") {
                found.insert(target.clone());
            }
            members.values().for_each(|one| references(one, found));
        }
        Value::Array(items) => items.iter().for_each(|one| references(one, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

on_both!(
    async fn nothing_dangles_and_nothing_is_left_over(engine: Engine) {
        let document = document(engine).await;
        let mut used = BTreeSet::new();
        references(document.json(), &mut used);
        for target in &used {
            let pointer = target.strip_prefix('#').expect("within the document");
            assert!(document.json().pointer(pointer).is_some(), "{target}");
        }
        for (kind, all) in document.json()["components"].as_object().unwrap() {
            for name in all.as_object().into_iter().flat_map(|all| all.keys()) {
                // Schemes are named by operations.
                let is_used = used.contains(&format!("#/components/{kind}/{name}"));
                assert!(
                    is_used || kind == "securitySchemes",
                    "{kind} {name} is unused"
                );
            }
        }
    }
);

on_both!(
    async fn no_two_types_have_collapsed_into_one(engine: Engine) {
        let document = document(engine).await;
        let members = |name: &str| {
            let schema = &document.json()["components"]["schemas"][name];
            let parts = schema["allOf"].as_array().into_iter().flatten();
            let parts = parts.map(|part| document.resolved(part));
            let members = parts
                .chain([schema])
                .filter_map(|one| one["properties"].as_object());
            let members: BTreeSet<_> = members.flat_map(|one| one.keys().cloned()).collect();
            assert!(!members.is_empty(), "there is no {name}");
            members
        };
        // Names that two modules might both use, with a member that only the one meant has.
        for (name, member) in [
            ("Agency", "case_prefix"),
            ("Agreement", "revision"),
            ("AgreementDrafted", "planned_until"),
            ("AgreementSigned", "signatures"),
            ("AllowedCommand", "required_permission"),
            ("CaptureNeed", "occurred_on"),
            ("Case", "initial_meetings"),
            ("CaseSummary", "opened_on"),
            ("CloseCase", "acknowledge"),
            ("CaseClosed", "acknowledged"),
            ("Dimension", "guiding_question"),
            ("InitialMeeting", "outcome"),
            ("Membership", "permissions"),
            ("Member", "roles"),
            ("Municipality", "valid_to"),
            ("MunicipalityKey", "key"),
            ("MunicipalityReference", "land"),
            ("Need", "captured_on"),
            ("NeedCaptured", "need"),
            ("NeedChanges", "statement"),
            ("Priority", "status"),
            ("PriorityChanges", "target_on"),
            ("Problem", "current_version"),
            ("RecordedEvent", "salt"),
            ("Site", "name"),
            ("Violation", "pointer"),
            ("Warning", "rule"),
        ] {
            assert!(members(name).contains(member), "{name} has no {member}");
        }
        for (operation, body, answer) in [
            ("open_case", Some("OpenCase"), "CommandAnswer"),
            (
                "redraft_agreement",
                Some("RedraftAgreement"),
                "CommandAnswer",
            ),
            ("close_case", Some("CloseCase"), "CommandAnswer"),
            ("read_case", None, "Case"),
            ("list_cases", None, "CasePage"),
            ("read_version", None, "Case"),
            ("read_event", None, "RecordedEvent"),
            ("list_origins", None, "OriginList"),
            ("who_am_i", None, "Me"),
        ] {
            let operation = document.named(operation);
            let name = |schema: &Value| json!({"$ref": schema["$ref"]});
            let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
            let (_, success) = operation.success();
            let schema = &success["content"]["application/json"]["schema"];
            assert_eq!(name(schema), reference(answer), "{}", operation.id);
            let sent = operation.request_schema().map(name);
            assert_eq!(sent, body.map(reference), "{}", operation.id);
        }
    }
);

on_both!(
    async fn everything_a_client_sends_is_closed_and_bounded(engine: Engine) {
        let document = document(engine).await;
        let mut found = Vec::new();
        for operation in document.operations() {
            if let Some(schema) = operation.request_schema() {
                unbounded(&document, schema, &operation.id, &mut found);
            }
        }
        assert_eq!(found, Vec::<String>::new());
    }
);

/// Texts and lists without a greatest length, and objects that take any member.
fn unbounded(document: &Document, schema: &Value, place: &str, found: &mut Vec<String>) {
    let schema = document.resolved(schema);
    for name in ["anyOf", "oneOf"] {
        for branch in schema[name].as_array().into_iter().flatten() {
            unbounded(document, branch, place, found);
        }
    }
    let has = |name: &str| schema.get(name).is_some();
    let bounded = match schema["type"].as_str() {
        Some("string") => ["maxLength", "format", "enum", "pattern"]
            .into_iter()
            .any(has),
        Some("array") => has("maxItems"),
        Some("object") => schema["additionalProperties"] == json!(false),
        Some("integer") => has("minimum") && has("maximum"),
        _ => true,
    };
    if !bounded {
        found.push(place.to_owned());
    }
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        unbounded(document, member, &format!("{place}/{name}"), found);
    }
    if has("items") {
        unbounded(document, &schema["items"], &format!("{place}/0"), found);
    }
}

on_both!(
    async fn what_asks_for_no_token_is_only_health(engine: Engine) {
        let document = document(engine).await;
        let open = document.operations().into_iter();
        let open: Vec<_> = open.filter(|one| !one.secured).map(|one| one.id).collect();
        assert_eq!(open, ["check_liveness", "check_readiness"]);
        for operation in document.operations() {
            let named = operation.raw["security"][0].get("bearer").is_some();
            assert_eq!(named, operation.secured, "{}", operation.id);
            // What lies in an agency asks for a right there; of the rest only opening one does, in the network.
            let in_agency = operation.path.contains("{agency}") || operation.id == "open_agency";
            assert_eq!(
                operation.permission.is_some(),
                in_agency,
                "{}",
                operation.id
            );
            if let Some(permission) = operation.permission {
                let description = operation.raw["description"].as_str().unwrap();
                assert!(description.contains(&permission), "{}", operation.id);
            }
        }
    }
);
