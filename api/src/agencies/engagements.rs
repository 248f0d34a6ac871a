//! Audit engagements: an auditor asks, the agency approves, sees and ends.

use actix_web::{HttpResponse, get, post};
use fallbuch_domain::agency::AgencyCommand;
use fallbuch_domain::agency::engagement::{
    ApproveAuditEngagement, EndAuditEngagement, RequestAuditEngagement,
};

use crate::answer::{Caching, CommandAnswer, representation};
use crate::contract::{EngagementList, EngagementView, OwnEngagementList, OwnEngagementView};
use crate::operation;
use crate::problem::Problem;
use crate::request::{Caller, Command, Request};

/// Where the agency's list is, below it.
const LIST: &str = "audit-engagements";

/// Where an auditor's own list is.
const OWN_LIST: &str = "/v1/me/audit-engagements";

/// List your own audit engagements
///
/// Every engagement that the caller asked for as an auditor of the network, in all agencies, whatever
/// came of it. Empty for everybody else.
#[utoipa::path(tag = "audit", responses((status = 200, description = "The engagements.", body = OwnEngagementList)))]
#[get("/v1/me/audit-engagements")]
pub(crate) async fn list_own_audit_engagements(
    caller: Caller<operation::ListOwnAuditEngagements>,
) -> Result<HttpResponse, Problem> {
    let today = caller.services.today();
    let login = caller.identity.as_login();
    let engagements = caller.services.store.engagements_of(&login).await?;
    let engagements = engagements.iter();
    let list = OwnEngagementList {
        items: engagements
            .map(|(agency, one)| OwnEngagementView::new(agency, one, today))
            .collect(),
    };
    representation(&caller.headers, 0, &list, Caching::Revalidate)
}

/// List the audit engagements of an agency
///
/// Who asked to audit the agency, for what purpose, which cases and which days, and what came of it. Its
/// ETag is the version to name in `If-Match` when one is approved or ended.
#[utoipa::path(tag = "audit", responses((status = 200, description = "The engagements.", body = EngagementList)))]
#[get("/v1/agencies/{agency}/audit-engagements")]
pub(crate) async fn list_audit_engagements(
    request: Request<operation::ListAuditEngagements>,
) -> Result<HttpResponse, Problem> {
    let today = request.services.today();
    let (version, agency) = request.addressed.agency()?;
    let engagements = agency.engagements.iter();
    let list = EngagementList {
        items: engagements
            .map(|one| EngagementView::new(one, today))
            .collect(),
    };
    representation(&request.headers, version, &list, Caching::Revalidate)
}

/// Ask for an audit engagement
///
/// An auditor of the network asks the agency for access to named cases or to all of them, for a purpose
/// and some days (R33). It gives nothing until the agency approves it.
#[utoipa::path(
    tag = "audit",
    request_body = RequestAuditEngagement,
    responses((status = 201, description = "The agency is asked; the engagement's id stands in the event.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/audit-engagements")]
pub(crate) async fn request_audit_engagement(
    request: Request<operation::RequestAuditEngagement, Command<RequestAuditEngagement>>,
) -> Result<HttpResponse, Problem> {
    let auditor = request.access.principal().id();
    request
        .on_agency(OWN_LIST, |body| AgencyCommand::RequestAuditEngagement {
            auditor,
            body,
        })
        .await
}

/// Approve an audit engagement
///
/// The auditor may read what it asked for, from the engagement's first day to its last: cases and their
/// histories, and, if it is about all cases, the agency's figures, access log and engagements. Every read
/// is in the access log before it is answered. The auditor changes nothing.
#[utoipa::path(
    tag = "audit",
    request_body = ApproveAuditEngagement,
    responses((status = 201, description = "The engagement is approved.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/audit-engagements/{engagement_id}/approvals")]
pub(crate) async fn approve_audit_engagement(
    request: Request<operation::ApproveAuditEngagement, Command<ApproveAuditEngagement>>,
) -> Result<HttpResponse, Problem> {
    let engagement = request.addressed.target()?;
    let list = request.below_agency(LIST);
    request
        .on_agency(&list, |body| AgencyCommand::ApproveAuditEngagement {
            engagement,
            body,
        })
        .await
}

/// End or decline an audit engagement
///
/// In force when it is recorded, whatever the day; an engagement also ends by itself after its last day.
/// One that was only asked for is declined by this.
#[utoipa::path(
    tag = "audit",
    request_body = EndAuditEngagement,
    responses((status = 201, description = "The engagement has ended.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/audit-engagements/{engagement_id}/endings")]
pub(crate) async fn end_audit_engagement(
    request: Request<operation::EndAuditEngagement, Command<EndAuditEngagement>>,
) -> Result<HttpResponse, Problem> {
    let engagement = request.addressed.target()?;
    let list = request.below_agency(LIST);
    request
        .on_agency(&list, |body| AgencyCommand::EndAuditEngagement {
            engagement,
            body,
        })
        .await
}
