//! Sites: where an agency works, opened and closed by its administrators.

use actix_web::{HttpResponse, get, post};
use fallbuch_domain::agency::AgencyCommand;
use fallbuch_domain::agency::site::{CloseSite, OpenSite};

use crate::answer::{Caching, CommandAnswer, representation};
use crate::contract::SiteList;
use crate::language::Localized;
use crate::operation;
use crate::problem::Problem;
use crate::request::{Command, Parameters, Query, Request};

/// Where the list is, below its agency.
const LIST: &str = "sites";

/// Which sites.
pub(crate) struct Which {
    all: bool,
}

impl Query for Which {
    fn take(parameters: &mut Parameters) -> Self {
        let expected = Localized::fixed(
            "Erwartet wird true oder false.",
            "Either true or false is expected.",
        );
        let all = parameters.parsed("all", expected);
        Self {
            all: all.unwrap_or(false),
        }
    }
}

/// List the sites of an agency
///
/// The agency's open sites; with `all=true` the closed ones as well, which have a `closed_on`. A case belongs to a
/// site and keeps it when the site is closed; only opening a case needs an open one (R03). Its ETag is the version to
/// name in `If-Match` when a site is opened or closed.
#[utoipa::path(
    tag = "agencies",
    params(("all" = Option<bool>, Query, description = "Closed sites as well.", example = true)),
    responses((status = 200, description = "The sites.", body = SiteList))
)]
#[get("/v1/agencies/{agency}/sites")]
pub(crate) async fn list_sites(
    request: Request<operation::ListSites, (), Which>,
) -> Result<HttpResponse, Problem> {
    let (version, agency) = request.addressed.agency()?;
    let items = if request.query.all {
        agency.sites.clone()
    } else {
        agency.open_sites().cloned().collect()
    };
    let list = SiteList { items };
    representation(&request.headers, version, &list, Caching::Revalidate)
}

/// Open a site
///
/// Cases can be opened there from now on, and members be limited to it.
#[utoipa::path(
    tag = "agencies",
    request_body = OpenSite,
    responses((status = 201, description = "The site is open; its id stands in the event.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/sites")]
pub(crate) async fn open_site(
    request: Request<operation::OpenSite, Command<OpenSite>>,
) -> Result<HttpResponse, Problem> {
    let list = request.below_agency(LIST);
    request.on_agency(&list, AgencyCommand::OpenSite).await
}

/// Close a site
///
/// No case is opened there any more. The cases it has keep it and go on, and who is limited to it still sees them. A
/// site is closed once (R21); whoever closes the last one is told (R37).
#[utoipa::path(
    tag = "agencies",
    request_body = CloseSite,
    responses((status = 201, description = "The site is closed.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/sites/{site_id}/closures")]
pub(crate) async fn close_site(
    request: Request<operation::CloseSite, Command<CloseSite>>,
) -> Result<HttpResponse, Problem> {
    let site = request.addressed.target()?;
    let list = request.below_agency(LIST);
    request
        .on_agency(&list, |body| AgencyCommand::CloseSite { site, body })
        .await
}
