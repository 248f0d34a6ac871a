//! Contacts and initial meetings.

use actix_web::{HttpResponse, post};
use fallbuch_domain::case::CaseCommand;
use fallbuch_domain::case::command::{RecordContact, RecordInitialMeeting};

use crate::answer::CommandAnswer;
use crate::operation;
use crate::problem::Problem;
use crate::request::{Command, Request};

/// Record a contact
///
/// Records that agency and municipality were in contact. Participants are named by function only. A
/// contact means the same on every version, so `If-Match: *` is accepted.
#[utoipa::path(
    tag = "contacts",
    request_body = RecordContact,
    responses((status = 201, description = "The contact is recorded.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/cases/{case_id}/contacts")]
pub(crate) async fn record_contact(
    request: Request<operation::RecordContact, Command<RecordContact>>,
) -> Result<HttpResponse, Problem> {
    request.on_case(CaseCommand::RecordContact).await
}

/// Record an initial meeting
///
/// Records the initial meeting and what it came to. An agreement can be signed only after one that
/// did not end in a refusal (R05); of several the one held last counts.
#[utoipa::path(
    tag = "contacts",
    request_body = RecordInitialMeeting,
    responses((status = 201, description = "The meeting is recorded.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/cases/{case_id}/initial-meetings")]
pub(crate) async fn record_initial_meeting(
    request: Request<operation::RecordInitialMeeting, Command<RecordInitialMeeting>>,
) -> Result<HttpResponse, Problem> {
    request.on_case(CaseCommand::RecordInitialMeeting).await
}
