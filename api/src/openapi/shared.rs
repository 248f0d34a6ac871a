//! What operations have in common: who is asked, headers, problems.

use fallbuch_domain::Role;
use fallbuch_domain::agency::AgencyEvent;
use fallbuch_domain::case::{CaseEvent, Target};
use fallbuch_domain::offering::OfferingEvent;
use fallbuch_domain::solution::SolutionEvent;
use serde_json::{Value, json};
use utoipa::{PartialSchema as _, ToSchema as _};

use super::{ContractError, Members, reference};
use crate::dry_run::{ONLY_RECORDED, ValidationAnswer};
use crate::language::Language;
use crate::problem::ProblemBody;
use crate::problem_catalogue::ProblemCode;

/// Lists that come in pages.
pub(super) const PAGED: &[&str] = &[
    "list_cases",
    "list_follow_ups",
    "list_events",
    "read_timeline",
    "read_feed",
    "read_access_log",
    "list_offerings",
    "list_solutions",
];

/// Commands that begin a stream, and so are made on no version of one.
pub(super) const CREATING: &[&str] = &[
    "open_agency",
    "open_case",
    "schedule_offering",
    "describe_solution",
];

/// The command to many cases, each of which is decided by itself on its newest version.
pub(super) const OF_MANY: &str = "record_attendances";

const ABOUT: &str = "Fallbuch keeps the cases of the agencies that advise Landkreise and kreisfreie \
Städte on data-based municipal education management. A case is a stream of events; its state, its \
timeline and every past version follow from them.\n\n\
**Begin.** Ask `GET /v1/me` which agencies you belong to, open a case, and follow `allowed-commands`.\n\n\
**Commands** are `POST`s on nouns. Each carries an `Idempotency-Key`: sent again with the same key and \
body it acts once and answers the same. Commands to an existing case name the version they were made \
on in `If-Match` (its `ETag`); if the case has moved on, the 412 carries the events since. With \
`?validate_only=true` a command is checked whole and nothing of it is stored; with `Prefer: handling=strict` \
warnings refuse it.\n\n\
**Errors** are problem details (RFC 9457) that name every violation; `code` is stable, `/problems/{code}` \
explains it. What is absent and what belongs to another agency are answered alike.\n\n\
**Personal data.** Texts about a municipality are official record and stand in clear for ever. People \
are named by function only.";

pub(super) fn info() -> Value {
    json!({
        "title": "Fallbuch",
        "version": env!("CARGO_PKG_VERSION"),
        "summary": "Event-sourced case histories of municipal education management advice.",
        "description": ABOUT,
        "contact": {"name": "The operator of this server"},
        "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
    })
}

/// In the order in which a case meets them.
pub(super) fn tags() -> Value {
    json!([
        {"name": "agencies", "description": "Who am I, and the agencies with their sites and members."},
        {"name": "audit", "description": "Auditors' engagements, and the log of what they read."},
        {"name": "offerings", "description": "Theme days, workshops and the like, to which the agency invites."},
        {"name": "solutions", "description": "Model solutions that the agency passes on."},
        {"name": "cases", "description": "Opening, finding and reading cases, and what may be done next."},
        {"name": "contacts", "description": "Contacts and initial meetings."},
        {"name": "needs", "description": "The municipality's needs."},
        {"name": "priorities", "description": "What agency and municipality agree to work on."},
        {"name": "agreements", "description": "Target agreements, from the first draft to the signatures and their end."},
        {"name": "assessments", "description": "How education management stands: interviews, ratings, needs that come of it."},
        {"name": "model-solutions", "description": "The agency's solutions in a case, from the proposal to the adoption."},
        {"name": "measures", "description": "What is done for a priority."},
        {"name": "qualifications", "description": "Offerings that municipalities attended."},
        {"name": "funding", "description": "Advice on programmes, applications, decisions, periods."},
        {"name": "records", "description": "Council resolutions, milestones, progress reviews."},
        {"name": "follow-ups", "description": "What members have to come back to, in a case and across cases."},
        {"name": "participants", "description": "Who takes part and who advises; the municipality's succession."},
        {"name": "documents", "description": "Documents by where they are and what they hash to."},
        {"name": "closing", "description": "Pausing, resuming, closing and reopening."},
        {"name": "history", "description": "Events, past versions, the timeline and the agency's feed."},
        {"name": "statistics", "description": "Figures over an agency's cases."},
        {"name": "catalogue", "description": "Code lists with validity, the same for all agencies."},
        {"name": "operation", "description": "Whether the service lives and can serve."},
    ])
}

pub(super) fn security_schemes() -> Value {
    json!({"bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": format!("A signed JWT of a configured issuer. It proves identity only; rights come from the \
            agency's own membership. Each operation names the permission it asks for as the one entry of its \
            `security` requirement.\n\n{}", roles_table()),
        "x-roles": roles(),
    }})
}

/// Which role may do what, as it stands in `fallbuch_domain::rights`, for programs.
fn roles() -> Value {
    let of_role = |role: &Role| {
        let permissions = role.permissions().iter().map(|one| one.code());
        (role.code().to_owned(), permissions.collect::<Value>())
    };
    Value::Object(Role::ALL.iter().map(of_role).collect())
}

/// The same for people.
fn roles_table() -> String {
    let row = |role: &Role| {
        let permissions: Vec<_> = role.permissions().iter().map(|one| one.code()).collect();
        let permissions = if *role == Role::Service {
            "those that were named when it was admitted".to_owned()
        } else if *role == Role::Operator {
            "none here: the machine's owner acts at the command line".to_owned()
        } else {
            permissions.join(", ")
        };
        format!("| `{}` | {permissions} |", role.code())
    };
    let rows: Vec<_> = Role::ALL.iter().map(row).collect();
    let text = "`network_admin`, `network_reporter` and `auditor_general` are roles of members of the agency `network`; \
                of their permissions network:admin and audit:request hold in every agency. `auditor` is what an \
                `auditor_general` is in an agency that approved an engagement, on its days and for its cases.";
    format!(
        "| role | permissions |\n|---|---|\n{}\n\n{text}",
        rows.join("\n")
    )
}

fn parameter(
    name: &str,
    place: &str,
    required: bool,
    text: &str,
    schema: &Value,
    example: &Value,
) -> Value {
    json!({
        "name": name, "in": place, "required": required, "description": text, "schema": schema,
        "example": example,
    })
}

/// Moves the example of a parameter that is not in the path into its schema: interactive documentation fills in what
/// stands beside it, and nobody's first request should name a cursor, a version or a key of somebody else's.
pub(super) fn without_filling_in(parameter: &mut Value) {
    if parameter["in"] != "path"
        && let Some(members) = parameter.as_object_mut()
        && let Some(example) = members.remove("example")
    {
        members["schema"]["examples"] = json!([example]);
    }
}

pub(super) fn parameters() -> Value {
    let uuid = json!({"type": "string", "format": "uuid"});
    let version = json!({"type": "integer", "format": "int64", "minimum": 1});
    let id = "014f8806-ef40-7000-8000-00000000d001";
    let things = Target::THINGS.iter().filter_map(|thing| {
        let name = thing.parameter()?;
        let text = format!(
            "The {}'s id.",
            name.trim_end_matches("_id").replace('_', " ")
        );
        let parameter = parameter(name, "path", true, &text, &uuid, &json!(id));
        Some((component(name), parameter))
    });
    let mut parameters: Members = things.collect();
    let others = json!({
        "Agency": parameter("agency", "path", true, "The agency's code.",
            &json!({"type": "string", "pattern": "^[a-z0-9-]+$"}), &json!("transmit")),
        "CaseId": parameter("case_id", "path", true, "The case's id.", &uuid, &json!(id)),
        "EngagementId": parameter("engagement_id", "path", true, "The engagement's id.", &uuid, &json!(id)),
        "MemberId": parameter("member_id", "path", true, "The member's id.", &uuid, &json!(id)),
        "OfferingId": parameter("offering_id", "path", true, "The offering's id.", &uuid, &json!(id)),
        "SolutionId": parameter("solution_id", "path", true, "The solution's id.", &uuid, &json!(id)),
        "SiteId": parameter("site_id", "path", true, "The site's id.", &uuid, &json!(id)),
        "Version": parameter("version", "path", true, "The version: the event's place in the case.",
            &version, &json!(7)),
        "AcceptLanguage": parameter("Accept-Language", "header", false,
            "The language of sentences: German (default) or English.",
            &json!({"type": "string"}), &json!("en")),
        "IdempotencyKey": parameter("Idempotency-Key", "header", true,
            "A new random value for each command; the same one when it is sent again. It has no effect with \
             `validate_only=true` and may be left out there.",
            &json!({"type": "string", "minLength": 1, "maxLength": 255}),
            &json!("8e03978e-40d5-43e8-bc93-6894a57f9324")),
        "IfMatch": parameter("If-Match", "header", true,
            "The version the command was made on, as in the ETag of the case, offering or solution; without it 428. `*` only for \
             contacts and documents, and for commands to the agency itself, its sites, members and audit engagements, which mean the same on every version.",
            &json!({"type": "string"}), &json!("\"7\"")),
        "Prefer": parameter("Prefer", "header", false,
            "`handling=strict` (RFC 7240): where rules would only warn, the command is refused \
             (409 `warnings-refused`) and nothing is stored. What was carried out before under the same key is \
             answered as it was. Other preferences are ignored.",
            &json!({"type": "string"}), &json!("handling=strict")),
        "ValidateOnly": parameter("validate_only", "query", false,
            "`true` decides the command on the newest state, as it would be decided without, answers 200 with \
             what it would record, and stores nothing. Every refusal is the one that the command itself would meet.",
            &json!({"type": "boolean", "default": false}), &json!(true)),
        "IfNoneMatch": parameter("If-None-Match", "header", false,
            "The ETag of the representation you have; 304 if it is still the same.",
            &json!({"type": "string"}), &json!("\"7.1a2b3c4d\"")),
        "Limit": parameter("limit", "query", false, "How many items at the most.",
            &json!({"type": "integer", "minimum": 1, "maximum": 200, "default": 50}), &json!(50)),
        "Cursor": parameter("cursor", "query", false, "`page.next` of the page before.",
            &json!({"type": "string"}), &json!("Nw")),
    });
    parameters.extend(others.as_object().cloned().unwrap_or_default());
    parameters.values_mut().for_each(without_filling_in);
    Value::Object(parameters)
}

/// The name of a path parameter's component: `need_id` is `NeedId`.
fn component(parameter: &str) -> String {
    let word = |word: &str| {
        let (first, rest) = word.split_at(1.min(word.len()));
        first.to_ascii_uppercase() + rest
    };
    parameter.split('_').map(word).collect()
}

/// The parameters that stand in a path, in its order.
pub(super) fn path_parameters(path: &str) -> Vec<Value> {
    let names = path.split(['{', '}']).skip(1).step_by(2);
    names
        .map(|name| reference("parameters", &component(name)))
        .collect()
}

pub(super) fn headers() -> Value {
    let header = |text: &str, example: &str| json!({"description": text, "schema": {"type": "string"}, "example": example});
    json!({
        "ETag": header("The version, and behind the dot this representation.", "\"7.1a2b3c4d\""),
        "Location": header("The case or agency after opening it, the offering or solution, the agency or its list of sites, members or audit engagements after changing it, else the command's last event.",
            "/v1/agencies/transmit/cases/014f8806-ef40-7000-8000-00000000d001"),
        "Link": header("The next page (RFC 8288).", "</v1/agencies/transmit/cases?cursor=Nw>; rel=\"next\""),
        "ContentLanguage": header("The language of the sentences.", "de"),
        "IdempotentReplayed": header("`true` if the command was carried out before.", "true"),
        "PreferenceApplied": header("`handling=strict` if it was asked for and no rule warns (RFC 7240); also with 409 `warnings-refused`.", "handling=strict"),
        "RequestId": header("The request's id in the server's log.", "01980000-0000-7000-8000-000000000000"),
        "RateLimit": header("How many requests are left, and in how many seconds all are again (draft-ietf-httpapi-ratelimit-headers); absent where the server sets no limit.", "\"caller\";r=5999;t=1"),
        "RateLimitPolicy": header("How many requests a caller has in each agency in how many seconds; absent where the server sets no limit.", "\"caller\";q=6000;w=60"),
        "RetryAfter": header("After how many seconds to try again.", "1"),
        "WwwAuthenticate": header("How to authenticate (RFC 6750).", "Bearer"),
    })
}

pub(super) fn success_headers(id: &str, is_command: bool, secured: bool) -> Value {
    let mut headers = Members::new();
    let mut add = |name: &str, component: &str| {
        headers.insert(name.to_owned(), reference("headers", component));
    };
    add("X-Request-Id", "RequestId");
    if secured {
        add("RateLimit", "RateLimit");
        add("RateLimit-Policy", "RateLimitPolicy");
    }
    if secured && id != OF_MANY {
        add("ETag", "ETag");
    }
    if is_command {
        add("Preference-Applied", "PreferenceApplied");
        add("Idempotent-Replayed", "IdempotentReplayed");
        add("Content-Language", "ContentLanguage");
    }
    if is_command && id != OF_MANY {
        add("Location", "Location");
    }
    if PAGED.contains(&id) {
        add("Link", "Link");
    }
    if matches!(id, "read_timeline" | "list_allowed_commands") {
        add("Content-Language", "ContentLanguage");
    }
    Value::Object(headers)
}

/// What every command answers that is only to be validated. `done` is the example of its answer when carried out.
pub(super) fn validated(done: Option<&Value>) -> Value {
    let mut headers = Members::new();
    for (name, component) in [
        ("X-Request-Id", "RequestId"),
        ("RateLimit", "RateLimit"),
        ("RateLimit-Policy", "RateLimitPolicy"),
        ("Content-Language", "ContentLanguage"),
        ("Preference-Applied", "PreferenceApplied"),
    ] {
        headers.insert(name.to_owned(), reference("headers", component));
    }
    let mut content = json!({"schema": reference("schemas", &ValidationAnswer::name())});
    if let Some(done) = done {
        let mut example = done.clone();
        let events = example["events"].as_array_mut().into_iter().flatten();
        for event in events.filter_map(Value::as_object_mut) {
            event.retain(|name, _| !ONLY_RECORDED.contains(&name.as_str()));
        }
        content["example"] = example;
    }
    json!({
        "description": "With `validate_only=true`: nothing refuses the command, and this is what it would record. \
            Nothing was stored.",
        "headers": headers,
        "content": {"application/json": content},
    })
}

/// The schemas with those that no handler names: problems, what is validated, and the data of events.
pub(super) fn with_common(collected: &Value) -> Result<Value, ContractError> {
    let mut schemas = vec![(ProblemBody::name().into_owned(), ProblemBody::schema())];
    ProblemBody::schemas(&mut schemas);
    schemas.push((
        ValidationAnswer::name().into_owned(),
        ValidationAnswer::schema(),
    ));
    ValidationAnswer::schemas(&mut schemas);
    schemas.extend(CaseEvent::data_schemas());
    schemas.extend(AgencyEvent::data_schemas());
    schemas.extend(OfferingEvent::data_schemas());
    schemas.extend(SolutionEvent::data_schemas());
    let mut all = collected.as_object().cloned().unwrap_or_default();
    for (name, schema) in schemas {
        all.insert(name, serde_json::to_value(schema)?);
    }
    Ok(Value::Object(all))
}

/// The problems, each with an example as the server writes it.
pub(super) fn responses() -> Result<Value, ContractError> {
    let mut responses = Members::new();
    for (name, problem) in super::examples::problems()? {
        let body = serde_json::to_value(problem.to_body(Language::En))?;
        let code = problem.code();
        let mut description = code.kind().meaning.text(Language::En).to_owned();
        if code == ProblemCode::RuleRefused {
            let strictly = ProblemCode::WarningsRefused;
            let meaning = strictly.kind().meaning.text(Language::En);
            description = format!("{description}\n\n`{}`: {meaning}", strictly.as_str());
        }
        let mut response = json!({
            "description": description,
            "headers": {"X-Request-Id": reference("headers", "RequestId")},
            "content": {"application/problem+json": {
                "schema": reference("schemas", "Problem"),
                "example": body,
            }},
        });
        if code == ProblemCode::Unauthenticated {
            response["headers"]["WWW-Authenticate"] = reference("headers", "WwwAuthenticate");
        }
        if matches!(code, ProblemCode::Overloaded | ProblemCode::TooManyRequests) {
            response["headers"]["Retry-After"] = reference("headers", "RetryAfter");
        }
        responses.insert(name.to_owned(), response);
    }
    responses.insert(
        "NotModified".to_owned(),
        json!({
            "description": "The representation is the one you have.",
            "headers": {"ETag": reference("headers", "ETag")},
        }),
    );
    Ok(Value::Object(responses))
}
