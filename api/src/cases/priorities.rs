//! Priorities.

use actix_web::{HttpResponse, post};
use fallbuch_domain::case::CaseCommand;
use fallbuch_domain::case::command::{AgreePriority, DropPriority, RevisePriority};

use crate::answer::CommandAnswer;
use crate::operation;
use crate::problem::Problem;
use crate::request::{Command, Request};

/// Agree a priority
///
/// Records a priority that agency and municipality agreed, from a focus area of the catalogue or of
/// its own. It refers only to standing needs of this case (R14).
#[utoipa::path(
    tag = "priorities",
    request_body = AgreePriority,
    responses((status = 201, description = "The priority is agreed.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/cases/{case_id}/priorities")]
pub(crate) async fn agree_priority(
    request: Request<operation::AgreePriority, Command<AgreePriority>>,
) -> Result<HttpResponse, Problem> {
    request.on_case(CaseCommand::AgreePriority).await
}

/// Revise a priority
///
/// Changes the members named in `changes`; absent ones stay, `null` clears an optional one. Only
/// while the priority is agreed (R21).
#[utoipa::path(
    tag = "priorities",
    request_body = RevisePriority,
    responses((status = 201, description = "The priority is revised.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/cases/{case_id}/priorities/{priority_id}/revisions")]
pub(crate) async fn revise_priority(
    request: Request<operation::RevisePriority, Command<RevisePriority>>,
) -> Result<HttpResponse, Problem> {
    request.on_target(CaseCommand::RevisePriority).await
}

/// Drop a priority
///
/// Gives the priority up; it stays visible with its status. One that a signed agreement names is
/// dropped only by amending the agreement (R14).
#[utoipa::path(
    tag = "priorities",
    request_body = DropPriority,
    responses((status = 201, description = "The priority is dropped.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/cases/{case_id}/priorities/{priority_id}/droppings")]
pub(crate) async fn drop_priority(
    request: Request<operation::DropPriority, Command<DropPriority>>,
) -> Result<HttpResponse, Problem> {
    request.on_target(CaseCommand::DropPriority).await
}
