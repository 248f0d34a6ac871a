//! The access log: what auditors read of an agency.

use actix_web::{HttpRequest, HttpResponse, get};

use crate::answer::{Caching, PageInfo, linked, representation};
use crate::contract::{VisitPage, VisitView};
use crate::feed::Onward;
use crate::operation;
use crate::problem::Problem;
use crate::request::Request;

/// Read the access log of an agency
///
/// Every read of an auditor, and every attempt that was refused, in the order of their positions: 1, 2, 3,
/// … without a gap. An entry stands here before the auditor is answered. Go on with `after`, the
/// `position` of the last entry you have seen.
#[utoipa::path(
    tag = "audit",
    params(("after" = Option<u64>, Query, description = "Entries after this position.", example = 17)),
    responses((status = 200, description = "A page of the access log.", body = VisitPage))
)]
#[get("/v1/agencies/{agency}/access-log")]
pub(crate) async fn read_access_log(
    request: Request<operation::ReadAccessLog, (), Onward>,
    http: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let after = request.query.after()?;
    let limit = request.query.limit();
    let page = request
        .store()
        .access_log(&request.access, after, limit)
        .await?;
    let reached = after + page.items.len() as u64;
    let body = VisitPage {
        page: PageInfo {
            next: page.has_more.then(|| request.query.cursor_after(reached)),
            has_more: page.has_more,
        },
        items: page.items.into_iter().map(VisitView::new).collect(),
    };
    let response = representation(&request.headers, reached, &body, Caching::Revalidate)?;
    Ok(linked(response, &http, &body.page))
}
