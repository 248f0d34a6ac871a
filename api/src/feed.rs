//! The agency's feed: every event of its log, by position.

use actix_web::{HttpRequest, HttpResponse, get};

use crate::answer::{Caching, PageInfo, linked, representation};
use crate::contract::EventPage;
use crate::language::Localized;
use crate::operation;
use crate::problem::Problem;
use crate::request::{Paging, Parameters, Query, Request, counted};

/// Where in a log, and how much of it.
pub(crate) struct Onward {
    after: Option<u64>,
    paging: Paging,
}

impl Query for Onward {
    fn take(parameters: &mut Parameters) -> Self {
        let position = Localized::fixed(
            "Erwartet wird eine Position: eine ganze Zahl ab 0.",
            "A position is expected: a whole number from 0.",
        );
        let after = parameters.value("after", position, |text| match text {
            "0" => Some(0),
            text => counted(text),
        });
        let paging = Paging::take(parameters);
        if after.is_some() && paging.cursor.is_some() {
            parameters.refuse(
                "cursor",
                Localized::fixed(
                    "Von after und cursor ist nur eines möglich.",
                    "Only one of after and cursor is possible.",
                ),
            );
        }
        Self { after, paging }
    }
}

impl Onward {
    /// The position after which to begin.
    pub(crate) fn after(&self) -> Result<u64, Problem> {
        match self.after {
            Some(after) => Ok(after),
            None => Ok(self.paging.number()?),
        }
    }

    /// The cursor that continues behind `position`.
    pub(crate) fn cursor_after(&self, position: u64) -> String {
        self.paging.cursor_after(position)
    }

    /// How many entries.
    pub(crate) fn limit(&self) -> u64 {
        self.paging.limit
    }
}

/// Read the feed of an agency
///
/// Every event of the agency, of all its cases and of the agency itself, in the order of their
/// positions: 1, 2, 3, … without a gap, each exactly as it stands in the log. Go on with `after`, the
/// `position` of the last event you have seen: nothing is missed and nothing comes twice, however
/// often you ask. Types of events may be added; pass over those you do not know.
///
/// Not for members who are limited to sites.
#[utoipa::path(
    tag = "history",
    params(("after" = Option<u64>, Query, description = "Events after this position.", example = 17)),
    responses((status = 200, description = "A page of the feed.", body = EventPage))
)]
#[get("/v1/agencies/{agency}/events")]
pub(crate) async fn read_feed(
    request: Request<operation::ReadFeed, (), Onward>,
    http: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let after = request.query.after()?;
    let limit = request.query.limit();
    let page = request.store().feed(&request.access, after, limit).await?;
    let reached = after + page.items.len() as u64;
    let body = EventPage {
        page: PageInfo {
            next: page.has_more.then(|| request.query.cursor_after(reached)),
            has_more: page.has_more,
        },
        items: page.items,
    };
    let response = representation(&request.headers, reached, &body, Caching::Revalidate)?;
    Ok(linked(response, &http, &body.page))
}
