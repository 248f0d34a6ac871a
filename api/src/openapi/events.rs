//! Events in the contract: what an event's `data` are follows from its `type` and `schema`, so that a
//! generated client knows the members once it has asked for the type.
//!
//! There is no branch for types to come: its `type` would be any text, and with it no type would tell
//! anything about the data. Clients are told to pass over types that they do not know; only after a
//! downgrade a server tells of one that its own contract does not have.

use fallbuch_domain::agency::AgencyEvent;
use fallbuch_domain::case::{CaseEvent, CommandKind};
use fallbuch_domain::offering::OfferingEvent;
use fallbuch_domain::solution::SolutionEvent;
use serde_json::{Value, json};

use super::reference;

/// The schema of what an event says.
const CONTENT: &str = "EventContent";

/// The schemas of events, whose members `type`, `schema` and `data` belong together.
const EVENTS: [&str; 2] = ["RecordedEvent", "ProspectiveEvent"];

const BELONG_TOGETHER: [&str; 3] = ["data", "schema", "type"];

/// Has the events' schemas say which data a type has.
pub(super) fn with_content(schemas: &mut Value) {
    schemas[CONTENT] = content();
    for event in EVENTS {
        let event = &mut schemas[event];
        if let Some(members) = event["properties"].as_object_mut() {
            members.retain(|name, _| !BELONG_TOGETHER.contains(&name.as_str()));
        }
        if let Some(required) = event["required"].as_array_mut() {
            required.retain(|name| BELONG_TOGETHER.iter().all(|one| name != one));
        }
        event["allOf"] = json!([reference("schemas", CONTENT)]);
    }
}

/// Lists the types of a timeline and the commands to a case, so that a client's table of words can be
/// checked for gaps.
pub(super) fn with_code_lists(schemas: &mut Value) {
    let types = CaseEvent::TYPES.iter().map(|(wire, _)| *wire);
    schemas["TimelineEntry"]["properties"]["type"]["enum"] = types.collect();
    let commands = CommandKind::ALL.iter().map(|kind| kind.operation());
    schemas["AllowedCommand"]["properties"]["command"]["enum"] = commands.collect();
}

/// One shape per type and version of its data, those of earlier releases among them.
fn content() -> Value {
    let names = CaseEvent::data_names()
        .into_iter()
        .chain(AgencyEvent::data_names())
        .chain(OfferingEvent::data_names())
        .chain(SolutionEvent::data_names());
    let shapes = names.map(|(wire, schema, name)| {
        json!({
            "title": name,
            "type": "object",
            "required": BELONG_TOGETHER,
            "properties": {
                "type": {"type": "string", "const": wire, "description": "The event's type."},
                "schema": {
                    "type": "integer",
                    "const": schema,
                    "description": "The version of the shape of `data`.",
                },
                "data": reference("schemas", &name),
            },
        })
    });
    json!({
        "description": "What an event says. Types may be added: a client passes over those that it does not know. \
            A server that was set back to an earlier version passes on what a later one recorded, as it is.",
        "oneOf": shapes.collect::<Vec<_>>(),
    })
}
