//! Target agreements.

use actix_web::{HttpResponse, post};
use fallbuch_domain::case::CaseCommand;
use fallbuch_domain::case::command::{DiscardAgreementDraft, DraftAgreement, SignAgreement};

use crate::answer::CommandAnswer;
use crate::operation;
use crate::problem::Problem;
use crate::request::{Command, Request};

/// Draft an agreement
///
/// Drafts a target agreement (Zielvereinbarung) over agreed priorities (R21). The server makes its id
/// and gives it revision 1.
#[utoipa::path(
    tag = "agreements",
    request_body = DraftAgreement,
    responses((status = 201, description = "The agreement is drafted.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/cases/{case_id}/agreements")]
pub(crate) async fn draft_agreement(
    request: Request<operation::DraftAgreement, Command<DraftAgreement>>,
) -> Result<HttpResponse, Problem> {
    request.on_case(CaseCommand::DraftAgreement).await
}

/// Redraft an agreement
///
/// Replaces the draft by a new one with the next revision. Only while it is a draft (R21).
#[utoipa::path(
    tag = "agreements",
    request_body = DraftAgreement,
    responses((status = 201, description = "The agreement is redrafted.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/cases/{case_id}/agreements/{agreement_id}/revisions")]
pub(crate) async fn redraft_agreement(
    request: Request<operation::RedraftAgreement, Command<DraftAgreement>>,
) -> Result<HttpResponse, Problem> {
    request.on_target(CaseCommand::RedraftAgreement).await
}

/// Discard a draft
///
/// Gives the draft up; it stays visible with its status. Only while it is a draft (R21).
#[utoipa::path(
    tag = "agreements",
    request_body = DiscardAgreementDraft,
    responses((status = 201, description = "The draft is discarded.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/cases/{case_id}/agreements/{agreement_id}/discardings")]
pub(crate) async fn discard_agreement_draft(
    request: Request<operation::DiscardAgreementDraft, Command<DiscardAgreementDraft>>,
) -> Result<HttpResponse, Problem> {
    request.on_target(CaseCommand::DiscardAgreementDraft).await
}

/// Sign an agreement
///
/// Records that the latest revision was signed. Both parties' signatures are needed, an initial
/// meeting that did not end in a refusal, and at least one agreed priority (R05); the period has an
/// end (R09) and overlaps no other (R08).
#[utoipa::path(
    tag = "agreements",
    request_body = SignAgreement,
    responses((status = 201, description = "The agreement is signed.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/cases/{case_id}/agreements/{agreement_id}/signatures")]
pub(crate) async fn sign_agreement(
    request: Request<operation::SignAgreement, Command<SignAgreement>>,
) -> Result<HttpResponse, Problem> {
    request.on_target(CaseCommand::SignAgreement).await
}
