//! Needs.

use actix_web::{HttpResponse, post};
use fallbuch_domain::case::CaseCommand;
use fallbuch_domain::case::command::{CaptureNeed, ReviseNeed, WithdrawNeed};

use crate::answer::CommandAnswer;
use crate::operation;
use crate::problem::Problem;
use crate::request::{Command, Request};

/// Capture a need
///
/// Takes up a need of the municipality in one of the quality dimensions. The server makes its id; it
/// stands in the answer's event.
#[utoipa::path(
    tag = "needs",
    request_body = CaptureNeed,
    responses((status = 201, description = "The need is captured.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/cases/{case_id}/needs")]
pub(crate) async fn capture_need(
    request: Request<operation::CaptureNeed, Command<CaptureNeed>>,
) -> Result<HttpResponse, Problem> {
    request.on_case(CaseCommand::CaptureNeed).await
}

/// Revise a need
///
/// Changes the members named in `changes`; absent ones stay, `null` clears an optional one. Only
/// while the need stands (R21).
#[utoipa::path(
    tag = "needs",
    request_body = ReviseNeed,
    responses((status = 201, description = "The need is revised.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/cases/{case_id}/needs/{need_id}/revisions")]
pub(crate) async fn revise_need(
    request: Request<operation::ReviseNeed, Command<ReviseNeed>>,
) -> Result<HttpResponse, Problem> {
    request.on_target(CaseCommand::ReviseNeed).await
}

/// Withdraw a need
///
/// The need does not stand any more; it stays visible with its status. Only while it stands (R21).
#[utoipa::path(
    tag = "needs",
    request_body = WithdrawNeed,
    responses((status = 201, description = "The need is withdrawn.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/cases/{case_id}/needs/{need_id}/withdrawals")]
pub(crate) async fn withdraw_need(
    request: Request<operation::WithdrawNeed, Command<WithdrawNeed>>,
) -> Result<HttpResponse, Problem> {
    request.on_target(CaseCommand::WithdrawNeed).await
}
