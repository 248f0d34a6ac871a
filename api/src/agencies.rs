//! Who am I, and the agencies with their sites, members and audits.

pub(crate) mod access_log;
pub(crate) mod engagements;
pub(crate) mod members;
pub(crate) mod network;
pub(crate) mod sites;

use actix_web::{HttpResponse, get};
use fallbuch_domain::Timestamp;

use crate::answer::{Caching, representation};
use crate::contract::{AgencyList, AgencyView, MeView, MembershipView};
use crate::operation;
use crate::problem::Problem;
use crate::request::{Caller, Request};

/// Who am I?
///
/// The caller's identity with every agency it is a member of: roles, permissions and sites there,
/// and when the token ends. Rights come from the agencies' own membership, not from the token.
#[utoipa::path(tag = "agencies", responses((status = 200, description = "Who the caller is.", body = MeView)))]
#[get("/v1/me")]
pub(crate) async fn who_am_i(caller: Caller<operation::WhoAmI>) -> Result<HttpResponse, Problem> {
    let memberships = caller
        .services
        .store
        .memberships(&caller.identity.as_login())
        .await?;
    let me = MeView {
        issuer: caller.identity.issuer().to_owned(),
        subject: caller.identity.subject().to_owned(),
        expires_at: Timestamp::new(caller.identity.expires_at()),
        memberships: memberships.into_iter().map(MembershipView::new).collect(),
    };
    representation(&caller.headers, 0, &me, Caching::Revalidate)
}

/// List the agencies
///
/// The agencies the caller is a member of, in the order of their codes; all of them for members of the
/// network who administer it or audit.
#[utoipa::path(tag = "agencies", responses((status = 200, description = "The agencies.", body = AgencyList)))]
#[get("/v1/agencies")]
pub(crate) async fn list_agencies(
    caller: Caller<operation::ListAgencies>,
) -> Result<HttpResponse, Problem> {
    let login = caller.identity.as_login();
    let known = caller.services.store.known_agencies(&login).await?;
    let known = known.iter();
    let list = AgencyList {
        items: known.map(|(id, one)| AgencyView::new(*id, one)).collect(),
    };
    representation(&caller.headers, 0, &list, Caching::Revalidate)
}

/// Read an agency
///
/// Its name, carrier, Länder and the prefix of its file numbers; the phase it is in, and the day it was closed.
#[utoipa::path(tag = "agencies", responses((status = 200, description = "The agency.", body = AgencyView)))]
#[get("/v1/agencies/{agency}")]
pub(crate) async fn read_agency(
    request: Request<operation::ReadAgency>,
) -> Result<HttpResponse, Problem> {
    let agency = request.store().agency(&request.access).await?;
    let view = AgencyView::new(request.access.agency(), &agency);
    representation(&request.headers, 0, &view, Caching::Revalidate)
}
