//! The contract: OpenAPI 3.1, made from the handlers and completed by what all of them share.
//!
//! Invariant: the document is the same bytes in every build; `openapi/openapi.json` is this one.

mod events;
mod examples;
mod shared;

use actix_web::App;
use serde_json::{Map, Value, json};
use utoipa_actix_web::AppExt as _;

use crate::operation::operations;
use crate::registry::Registry;
use crate::{
    agencies, attendances, cases, catalogue, feed, follow_ups, health, offerings, solutions,
    statistics,
};

/// Registers every operation; what is not here is neither served nor documented.
pub(crate) fn configure(registry: &mut impl Registry) {
    registry
        .service(agencies::who_am_i)
        .service(agencies::list_agencies)
        .service(agencies::read_agency)
        .service(agencies::network::open_agency)
        .service(agencies::network::rename_agency)
        .service(agencies::network::set_phase)
        .service(agencies::network::close_agency)
        .service(agencies::sites::list_sites)
        .service(agencies::sites::open_site)
        .service(agencies::sites::close_site)
        .service(agencies::members::list_members)
        .service(agencies::members::admit_member)
        .service(agencies::members::change_member_roles)
        .service(agencies::members::record_departure)
        .service(agencies::engagements::list_own_audit_engagements)
        .service(agencies::engagements::list_audit_engagements)
        .service(agencies::engagements::request_audit_engagement)
        .service(agencies::engagements::approve_audit_engagement)
        .service(agencies::engagements::end_audit_engagement)
        .service(agencies::access_log::read_access_log)
        .service(feed::read_feed)
        .service(statistics::read_activity)
        .service(catalogue::list_municipalities)
        .service(catalogue::list_dimensions)
        .service(catalogue::list_focus_areas)
        .service(catalogue::list_programmes)
        .service(catalogue::list_origins)
        .service(catalogue::list_formats)
        .service(offerings::schedule_offering)
        .service(offerings::list_offerings)
        .service(offerings::read_offering)
        .service(offerings::postpone_offering)
        .service(offerings::hold_offering)
        .service(offerings::cancel_offering)
        .service(attendances::record_attendances)
        .service(solutions::describe_solution)
        .service(solutions::list_solutions)
        .service(solutions::read_solution)
        .service(solutions::revise_solution)
        .service(solutions::withdraw_solution)
        .service(follow_ups::list_follow_ups)
        .service(cases::open_case)
        .service(cases::list_cases)
        .service(cases::read_case)
        .service(cases::list_allowed_commands)
        .service(cases::history::list_events)
        .service(cases::history::read_event)
        .service(cases::history::read_version)
        .service(cases::history::read_timeline)
        .configure(cases::contacts::configure)
        .configure(cases::needs::configure)
        .configure(cases::priorities::configure)
        .configure(cases::agreements::configure)
        .configure(cases::renewals::configure)
        .configure(cases::assessments::configure)
        .configure(cases::model_solutions::configure)
        .configure(cases::measures::configure)
        .configure(cases::qualifications::configure)
        .configure(cases::funding::configure)
        .configure(cases::records::configure)
        .configure(cases::follow_ups::configure)
        .configure(cases::participants::configure)
        .configure(cases::documents::configure)
        .configure(cases::closing::configure)
        .service(health::check_liveness)
        .service(health::check_readiness);
}

/// The document cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("the OpenAPI document: {0}")]
pub struct ContractError(#[from] serde_json::Error);

/// The whole document.
///
/// # Errors
/// If an example cannot be written as JSON.
pub(crate) fn document() -> Result<Value, ContractError> {
    let (_, collected) = App::new()
        .into_utoipa_app()
        .configure(|config| configure(config))
        .split_for_parts();
    let mut document = serde_json::to_value(collected)?;
    document["components"]["schemas"] = shared::with_common(&document["components"]["schemas"])?;
    events::with_content(&mut document["components"]["schemas"]);
    events::with_code_lists(&mut document["components"]["schemas"]);
    without_null_options(&mut document);
    with_distinct_items(&mut document["components"]["schemas"]);
    document["openapi"] = json!("3.1.0");
    document["info"] = shared::info();
    document["servers"] =
        json!([{"url": "/", "description": "The server this document comes from."}]);
    document["tags"] = shared::tags();
    document["components"]["securitySchemes"] = shared::security_schemes();
    document["components"]["responses"] = shared::responses()?;
    document["components"]["parameters"] = shared::parameters();
    document["components"]["headers"] = shared::headers();
    let examples = examples::all()?;
    if let Some(paths) = document["paths"].as_object_mut() {
        for (path, item) in paths.iter_mut() {
            for (method, operation) in item.as_object_mut().into_iter().flatten() {
                complete(path, method, operation, &examples);
            }
        }
    }
    Ok(document)
}

/// The document as it is committed and served.
///
/// # Errors
/// If it cannot be written as JSON.
pub(crate) fn text_of(document: &Value) -> Result<String, ContractError> {
    Ok(serde_json::to_string_pretty(document)? + "\n")
}

/// Adds to an operation what it shares with others of its kind.
fn complete(path: &str, method: &str, operation: &mut Value, examples: &examples::Examples) {
    let id = operation["operationId"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let permission = operations().find(|(known, _)| *known == id);
    let is_command = method == "post";
    let names_version = !shared::CREATING.contains(&id.as_str()) && id != shared::OF_MANY;
    operation["security"] = match permission {
        None => json!([]),
        Some((_, None)) => json!([{"bearer": []}]),
        Some((_, Some(permission))) => json!([{"bearer": [permission.code()]}]),
    };
    if let Some((_, Some(permission))) = permission {
        let description = operation["description"].as_str().unwrap_or_default();
        let description = format!("{description}\n\nPermission: `{}`.", permission.code());
        operation["description"] = json!(description.trim_start());
    }
    let mut parameters = shared::path_parameters(path);
    if permission.is_some() {
        parameters.push(reference("parameters", "AcceptLanguage"));
    }
    if is_command {
        parameters.push(reference("parameters", "ValidateOnly"));
        parameters.push(reference("parameters", "Prefer"));
        parameters.push(reference("parameters", "IdempotencyKey"));
        if names_version {
            parameters.push(reference("parameters", "IfMatch"));
        }
    } else if permission.is_some() {
        parameters.push(reference("parameters", "IfNoneMatch"));
        if shared::PAGED.contains(&id.as_str()) {
            parameters.push(reference("parameters", "Limit"));
            parameters.push(reference("parameters", "Cursor"));
        }
    }
    // Names in the path stand first; those of the handler come from its own list.
    let own = operation["parameters"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let own = own
        .into_iter()
        .filter(|parameter| parameter["in"] != "path");
    let own = own.map(|mut parameter| {
        shared::without_filling_in(&mut parameter);
        parameter
    });
    operation["parameters"] = parameters.into_iter().chain(own).collect();
    if operation["parameters"] == json!([])
        && let Some(members) = operation.as_object_mut()
    {
        members.remove("parameters");
    }
    answers(method, operation, permission.is_some(), path, &id, examples);
}

fn answers(
    method: &str,
    operation: &mut Value,
    secured: bool,
    path: &str,
    id: &str,
    examples: &examples::Examples,
) {
    let is_command = method == "post";
    let of_many = id == shared::OF_MANY;
    let success = if is_command && !of_many { "201" } else { "200" };
    let response = &mut operation["responses"][success];
    response["headers"] = shared::success_headers(id, is_command, secured);
    if let Some(example) = examples.response(id) {
        response["content"]["application/json"]["example"] = example.clone();
    }
    if is_command && !of_many {
        operation["responses"]["200"] = shared::validated(examples.response(id));
    }
    if let Some(example) = examples.request(id) {
        operation["requestBody"]["content"]["application/json"]["example"] = example.clone();
        operation["requestBody"]["required"] = json!(true);
    }
    let mut problems = vec![("500", "Internal")];
    if secured {
        problems.extend([
            ("400", "InvalidRequest"),
            ("401", "Unauthenticated"),
            ("406", "NotAcceptable"),
            ("429", "TooManyRequests"),
            ("503", "Overloaded"),
        ]);
    }
    if path.contains("{agency}") {
        problems.extend([("403", "Forbidden"), ("404", "NotFound")]);
    } else if id == "open_agency" {
        problems.push(("403", "Forbidden"));
    }
    if is_command {
        problems.extend([
            ("408", "RequestTimeout"),
            ("413", "PayloadTooLarge"),
            ("415", "UnsupportedMediaType"),
        ]);
        // What the rules say about each of many cases stands among the results.
        if !of_many {
            problems.extend([("409", "RuleRefused"), ("422", "IdempotencyKeyReused")]);
        }
        if !shared::CREATING.contains(&id) && !of_many {
            problems.extend([("412", "VersionStale"), ("428", "PreconditionRequired")]);
        }
    } else if secured {
        operation["responses"]["304"] = reference("responses", "NotModified");
    } else {
        // Whoever asks for health sends nothing that could be wrong but the method.
        problems.push(("405", "MethodNotAllowed"));
        if id == "check_readiness" {
            problems.push(("503", "Overloaded"));
        }
    }
    for (status, name) in problems {
        operation["responses"][status] = reference("responses", name);
    }
}

fn reference(kind: &str, name: &str) -> Value {
    json!({"$ref": format!("#/components/{kind}/{name}")})
}

/// The only spelling of an id in what clients send.
const ID: &str = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";

/// A command names nothing twice: in what clients send lists of ids and of codes are sets, and an id has one spelling,
/// as it has in paths.
fn with_distinct_items(schemas: &mut Value) {
    let Some(all) = schemas.as_object_mut() else {
        return;
    };
    let codes = all.iter().filter(|(_, schema)| schema["enum"].is_array());
    let codes: Vec<Value> = codes
        .map(|(name, _)| json!(format!("#/components/schemas/{name}")))
        .collect();
    let sent = all
        .values_mut()
        .filter(|schema| schema["additionalProperties"] == json!(false));
    let properties = sent.filter_map(|schema| schema["properties"].as_object_mut());
    for property in properties.flat_map(|all| all.values_mut()) {
        if property["format"] == "uuid" {
            property["pattern"] = json!(ID);
        }
        if property["items"]["format"] == "uuid" {
            property["uniqueItems"] = json!(true);
            property["items"]["pattern"] = json!(ID);
        }
        if codes.contains(&property["items"]["$ref"]) {
            property["uniqueItems"] = json!(true);
        }
    }
}

/// An absent optional member is left out and never `null`; the generator says otherwise of every
/// `Option`. Members that `null` clears say so by `anyOf`, which stays.
fn without_null_options(value: &mut Value) {
    let is_null = |schema: &Value| schema == &json!({"type": "null"});
    match value {
        Value::Object(members) => {
            if let Some(Value::Array(types)) = members.get_mut("type") {
                types.retain(|one| one != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    members.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(choices)) = members.get("oneOf")
                && choices.iter().any(is_null)
                && let [only] = choices
                    .iter()
                    .filter(|choice| !is_null(choice))
                    .collect::<Vec<_>>()
                    .as_slice()
                && let Some(only) = only.as_object().cloned()
            {
                members.remove("oneOf");
                members.extend(only);
            }
            for (name, member) in members.iter_mut() {
                if name != "example" && name != "examples" {
                    without_null_options(member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(without_null_options),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The members of an object, for building one.
type Members = Map<String, Value>;
