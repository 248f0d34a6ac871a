//! Members: who may do what in an agency, now and at any instant of the past.

use actix_web::{HttpResponse, get, post};
use fallbuch_domain::Timestamp;
use fallbuch_domain::agency::AgencyCommand;
use fallbuch_domain::agency::command::{AdmitMember, ChangeMemberRoles, RecordDeparture};
use fallbuch_persistence::{Identity, Point};

use crate::answer::{Caching, CommandAnswer, representation};
use crate::contract::{MemberList, MemberView};
use crate::operation;
use crate::problem::Problem;
use crate::request::{Command, Parameters, Query, Request, instant};

/// Where the list that tells of a member is, below its agency.
const LIST: &str = "members";

/// At which instant.
pub(crate) struct Then {
    recorded_at: Option<Timestamp>,
}

impl Query for Then {
    fn take(parameters: &mut Parameters) -> Self {
        Self {
            recorded_at: instant(parameters, "recorded_at"),
        }
    }
}

/// List the members of an agency
///
/// The agency's members by id, with their roles, everything they may do, and the sites they are
/// limited to; with `recorded_at` those of that instant, so that it can be told who had which right
/// when. Names are personal data and not part of this list. Its ETag is the version to name in
/// `If-Match` when a member is admitted, changed or leaves.
#[utoipa::path(
    tag = "agencies",
    params(("recorded_at" = Option<String>, Query, format = DateTime, description = "As it was at that instant (RFC 3339).", example = "2015-03-27T12:00:00Z")),
    responses((status = 200, description = "The members.", body = MemberList))
)]
#[get("/v1/agencies/{agency}/members")]
pub(crate) async fn list_members(
    request: Request<operation::ListMembers, (), Then>,
) -> Result<HttpResponse, Problem> {
    let (version, agency) = request.addressed.agency()?;
    let members = match request.query.recorded_at {
        None => agency.members.iter().map(MemberView::new).collect(),
        Some(instant) => {
            let point = Point::RecordedAt(instant);
            let then = request.store().agency_as_of(&request.access, point).await?;
            let members = then.map(|agency| agency.members).unwrap_or_default();
            members.iter().map(MemberView::new).collect()
        }
    };
    let list = MemberList { items: members };
    representation(&request.headers, version, &list, Caching::Revalidate)
}

/// Admit a member
///
/// Whoever signs in as `login` is a member of the agency from the moment this is recorded, with the
/// roles given, at the sites given. A program is admitted as a service account: with the role
/// `service` alone and the permissions it needs by name (R31). Who left and is admitted again is the
/// same member as before. The login stands in no event.
#[utoipa::path(
    tag = "agencies",
    request_body = AdmitMember,
    responses((status = 201, description = "The member is admitted; its id stands in the event.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/members")]
pub(crate) async fn admit_member(
    request: Request<operation::AdmitMember, Command<AdmitMember>>,
) -> Result<HttpResponse, Problem> {
    let body = &request.body.body;
    let login = Identity {
        issuer: body.login.issuer.clone(),
        subject: body.login.subject.clone(),
    };
    let (store, access) = (request.store(), &request.access);
    let member = if request.body.is_dry_run() {
        store.foresee_member(access, &login).await?
    } else {
        store.reserve_member(access, &login).await?
    };
    let list = request.below_agency(LIST);
    request
        .on_agency(&list, |body| AgencyCommand::admit(member, body))
        .await
}

/// Change what a member may do
///
/// Says the member's roles, sites and permissions from now on, whole. In force when it is recorded:
/// a command of the member that is decided later needs the new right. Only while it is a member (R21).
#[utoipa::path(
    tag = "agencies",
    request_body = ChangeMemberRoles,
    responses((status = 201, description = "The member's roles are changed.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/members/{member_id}/role-changes")]
pub(crate) async fn change_member_roles(
    request: Request<operation::ChangeMemberRoles, Command<ChangeMemberRoles>>,
) -> Result<HttpResponse, Problem> {
    let member = request.addressed.target()?;
    let list = request.below_agency(LIST);
    request
        .on_agency(&list, |body| AgencyCommand::change_roles(member, body))
        .await
}

/// Record that a member left
///
/// In force when it is recorded: nothing of the member stands behind it in the agency's log. From
/// then on the agency is to the member what it is to a stranger. Only while it is a member (R21).
#[utoipa::path(
    tag = "agencies",
    request_body = RecordDeparture,
    responses((status = 201, description = "The member left.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/members/{member_id}/departures")]
pub(crate) async fn record_departure(
    request: Request<operation::RecordDeparture, Command<RecordDeparture>>,
) -> Result<HttpResponse, Problem> {
    let member = request.addressed.target()?;
    let list = request.below_agency(LIST);
    request
        .on_agency(&list, |body| AgencyCommand::depart(member, body))
        .await
}
