//! Closing and reopening.

use actix_web::{HttpResponse, post};
use fallbuch_domain::case::CaseCommand;
use fallbuch_domain::case::command::{CloseCase, ReopenCase};

use crate::answer::CommandAnswer;
use crate::operation;
use crate::problem::Problem;
use crate::request::{Command, Request};

/// Close a case
///
/// Closes the file. Every agreement in force has to be named in `acknowledge` (R24). Afterwards
/// nothing is recorded any more (R23); the municipality is free for a new case.
#[utoipa::path(
    tag = "closing",
    request_body = CloseCase,
    responses((status = 201, description = "The case is closed.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/cases/{case_id}/closures")]
pub(crate) async fn close_case(
    request: Request<operation::CloseCase, Command<CloseCase>>,
) -> Result<HttpResponse, Problem> {
    request.on_case(CaseCommand::CloseCase).await
}

/// Reopen a case
///
/// Takes a closed file up again, with a reason (R25), unless the agency has another open case of the
/// municipality by now (R02).
#[utoipa::path(
    tag = "closing",
    request_body = ReopenCase,
    responses((status = 201, description = "The case is open again.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/cases/{case_id}/reopenings")]
pub(crate) async fn reopen_case(
    request: Request<operation::ReopenCase, Command<ReopenCase>>,
) -> Result<HttpResponse, Problem> {
    request.on_case(CaseCommand::ReopenCase).await
}
