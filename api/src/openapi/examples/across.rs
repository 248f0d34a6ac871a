//! Examples of what goes across cases: follow-ups, and the attendance of many cases.

use fallbuch_domain::case::{CommandKind, FollowUpStatus, sample};
use fallbuch_domain::rule::{Finding, Rejection, Rule};
use fallbuch_persistence::FollowUpListItem;
use serde_json::{Value, json};
use uuid::{Uuid, uuid};

use super::Examples;
use crate::follow_ups::FollowUpSummary;
use crate::language::Language;
use crate::problem::Problem;

/// A case that has the attendance already.
const OTHER_CASE: Uuid = uuid!("014f8806-ef40-7000-8000-00000000d002");

/// Adds them all.
pub(super) fn add(examples: &mut Examples) {
    let state = sample::state();
    let item = |one: &fallbuch_domain::case::FollowUp| FollowUpListItem {
        id: one.id,
        title: one.title.as_str().to_owned(),
        due_on: one.due_on,
        assignee: one.assignee,
        status: FollowUpStatus::Open,
        case: sample::CASE,
        case_version: sample::place(CommandKind::RescheduleFollowUp) as u64,
        case_number: state.case_number.clone(),
        municipality_key: state.municipality.key.clone(),
        municipality_name: state.municipality.name.as_str().to_owned(),
        site: state.site,
    };
    let first = state.follow_ups.iter().take(1);
    let items: Vec<_> = first
        .map(|one| FollowUpSummary::new(item(one), sample::TODAY))
        .collect();
    let page = json!({"items": items, "page": {"has_more": false}});
    examples
        .responses
        .insert("list_follow_ups".to_owned(), page);

    let single = sample::body(CommandKind::RecordQualification);
    let attendance = |case: Uuid, feedback: &Value| {
        let mut attendance = json!({"case_id": case, "participants": single["participants"]});
        if !feedback.is_null() {
            attendance["feedback"] = feedback.clone();
        }
        attendance
    };
    let request = json!({
        "occurred_on": single["occurred_on"],
        "attendances": [
            attendance(sample::CASE, &single["feedback"]),
            attendance(OTHER_CASE, &Value::Null),
        ],
    });
    let recorded = examples.responses.get("record_qualification").cloned();
    let mut recorded = recorded.unwrap_or_default();
    recorded["case_id"] = json!(sample::CASE);
    recorded["status"] = json!(201);
    let again = Finding::new(Rule::R34).at("/offering").because(
        "Die Teilnahme an dieser Qualifizierung ist in diesem Fall schon vermerkt.",
        "Attendance at this offering is on record in this case already.",
    );
    let problem = Problem::refused(&Rejection::by(again)).to_body(Language::En);
    let refused = json!({"case_id": OTHER_CASE, "status": 409, "problem": problem});
    let id = "record_attendances".to_owned();
    examples.requests.insert(id.clone(), request);
    examples
        .responses
        .insert(id, json!({"results": [recorded, refused]}));
}
