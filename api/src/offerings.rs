//! Offerings: scheduling, what becomes of them, the list, and one of them.

use actix_web::{HttpRequest, HttpResponse, get, post};
use fallbuch_domain::offering::command::{
    CancelOffering, HoldOffering, PostponeOffering, ScheduleOffering,
};
use fallbuch_domain::offering::{OfferingCommand, OfferingStatus};
use fallbuch_domain::{Command as DomainCommand, State, StreamKind};

use crate::answer::{Caching, CommandAnswer, PageInfo, linked, representation};
use crate::contract::{OfferingPage, OfferingView};
use crate::language::Localized;
use crate::operation;
use crate::problem::Problem;
use crate::request::{Command, Paging, Parameters, Query, Request};

/// Where the agency's list is, below it.
const LIST: &str = "offerings";

/// Schedule an offering
///
/// Announces a theme day, a workshop or the like, at one of the agency's open sites or at another place:
/// exactly one of `site` and `place` is named (R03). The format is one of the catalogue (R12). A day in
/// the past is accepted with a warning (R22). The answer's `Location` is the offering.
#[utoipa::path(
    tag = "offerings",
    request_body = ScheduleOffering,
    responses((status = 201, description = "The offering is scheduled.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/offerings")]
pub(crate) async fn schedule_offering(
    request: Request<operation::ScheduleOffering, Command<ScheduleOffering>>,
) -> Result<HttpResponse, Problem> {
    let make = |body| DomainCommand::Offering(OfferingCommand::Schedule(body));
    request.begin(LIST, make).await
}

/// Postpone an offering
///
/// Puts the offering off to another day. It stays where it was unless `site` or `place` says where it
/// moves. Only while it is scheduled (R21).
#[utoipa::path(
    tag = "offerings",
    request_body = PostponeOffering,
    responses((status = 201, description = "The offering is postponed.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/offerings/{offering_id}/postponements")]
pub(crate) async fn postpone_offering(
    request: Request<operation::PostponeOffering, Command<PostponeOffering>>,
) -> Result<HttpResponse, Problem> {
    let make = |body| DomainCommand::Offering(OfferingCommand::Postpone(body));
    request.on_stream(LIST, make).await
}

/// Record that an offering was held
///
/// `occurred_on` is the day it was held. Only while it is scheduled (R21).
#[utoipa::path(
    tag = "offerings",
    request_body = HoldOffering,
    responses((status = 201, description = "The offering is held.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/offerings/{offering_id}/holdings")]
pub(crate) async fn hold_offering(
    request: Request<operation::HoldOffering, Command<HoldOffering>>,
) -> Result<HttpResponse, Problem> {
    let make = |body| DomainCommand::Offering(OfferingCommand::Hold(body));
    request.on_stream(LIST, make).await
}

/// Cancel an offering
///
/// Calls the offering off; it stays visible with its status. Only while it is scheduled (R21).
#[utoipa::path(
    tag = "offerings",
    request_body = CancelOffering,
    responses((status = 201, description = "The offering is cancelled.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/offerings/{offering_id}/cancellations")]
pub(crate) async fn cancel_offering(
    request: Request<operation::CancelOffering, Command<CancelOffering>>,
) -> Result<HttpResponse, Problem> {
    let make = |body| DomainCommand::Offering(OfferingCommand::Cancel(body));
    request.on_stream(LIST, make).await
}

/// Which offerings of the list.
pub(crate) struct OfferingQuery {
    status: Option<OfferingStatus>,
    paging: Paging,
}

impl Query for OfferingQuery {
    fn take(parameters: &mut Parameters) -> Self {
        let status = Localized::fixed(
            "Erwartet wird scheduled, held oder cancelled.",
            "One of scheduled, held and cancelled is expected.",
        );
        Self {
            status: parameters.value("status", status, OfferingStatus::from_code),
            paging: Paging::take(parameters),
        }
    }
}

/// List the offerings of an agency
///
/// The agency's offerings at all its sites, those scheduled last first.
#[utoipa::path(
    tag = "offerings",
    params(("status" = Option<OfferingStatus>, Query, description = "Only offerings with this status.")),
    responses((status = 200, description = "A page of offerings.", body = OfferingPage))
)]
#[get("/v1/agencies/{agency}/offerings")]
pub(crate) async fn list_offerings(
    request: Request<operation::ListOfferings, (), OfferingQuery>,
    http: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let OfferingQuery { status, paging } = &request.query;
    let wanted = |state: &State| {
        let offering = state.as_offering();
        offering.is_some_and(|offering| status.is_none_or(|status| offering.status == status))
    };
    let (kind, before) = (StreamKind::Offering, paging.id()?);
    let page = request
        .store()
        .streams(&request.access, kind, before, paging.limit, wanted)
        .await?;
    let body = OfferingPage {
        page: PageInfo::of(paging, &page, |offering| offering.id),
        items: page.items.iter().filter_map(OfferingView::of).collect(),
    };
    let response = representation(&request.headers, 0, &body, Caching::Revalidate)?;
    Ok(linked(response, &http, &body.page))
}

/// Read an offering
///
/// What is planned and what became of it. The `ETag` carries the version that the next command names in
/// `If-Match`.
#[utoipa::path(
    tag = "offerings",
    responses((status = 200, description = "The offering.", body = OfferingView))
)]
#[get("/v1/agencies/{agency}/offerings/{offering_id}")]
pub(crate) async fn read_offering(
    request: Request<operation::ReadOffering>,
) -> Result<HttpResponse, Problem> {
    let offering = request.addressed.stream()?;
    let view = OfferingView::of(offering).ok_or_else(Problem::not_found)?;
    representation(
        &request.headers,
        offering.version,
        &view,
        Caching::Revalidate,
    )
}
