//! A case's history: events, past states, sentences.

use actix_web::{HttpRequest, HttpResponse, get};
use fallbuch_domain::case::{CaseState, timeline};
use fallbuch_domain::catalogue::Catalogue;
use fallbuch_domain::{Event, EventData, State};

use fallbuch_persistence::{Point, StoreError};

use crate::answer::{Caching, PageInfo, in_language, linked, representation};
use crate::contract::{CaseView, EventPage, RecordedEvent, TimelineEntry, TimelinePage};
use crate::language::Language;
use crate::operation;
use crate::problem::Problem;
use crate::request::{Paging, Request};

/// How many events a fold reads at a time.
const FOLD_PAGE: u64 = 500;

/// List the events of a case
///
/// The events as they stand in the log, oldest first, each exactly the bytes that are hashed.
#[utoipa::path(tag = "history", responses((status = 200, description = "A page of events.", body = EventPage)))]
#[get("/v1/agencies/{agency}/cases/{case_id}/events")]
pub(crate) async fn list_events(
    request: Request<operation::ListEvents, (), Paging>,
    http: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (case, limit) = (request.addressed.head()?, request.query.limit);
    let after = request.query.number()?;
    let page = request
        .store()
        .events(&request.access, case.id, after, limit)
        .await?;
    let reached = after + page.items.len() as u64;
    let body = EventPage {
        items: page.items,
        page: info(&request.query, reached, page.has_more),
    };
    let response = representation(&request.headers, case.version, &body, Caching::Revalidate)?;
    Ok(linked(response, &http, &body.page))
}

/// Read an event of a case
///
/// One event exactly as it stands in the log. It never changes.
#[utoipa::path(tag = "history", responses((status = 200, description = "The event.", body = RecordedEvent)))]
#[get("/v1/agencies/{agency}/cases/{case_id}/events/{version}")]
pub(crate) async fn read_event(
    request: Request<operation::ReadEvent>,
) -> Result<HttpResponse, Problem> {
    let (case, version) = (request.addressed.head()?, request.addressed.version()?);
    let event = request
        .store()
        .event(&request.access, case.id, version)
        .await?;
    let event = event.ok_or_else(Problem::not_found)?;
    representation(&request.headers, version, &event, Caching::Immutable)
}

/// Read a case at a version
///
/// The state of the case after its first `version` events, with `expired` as it was on the day the
/// last of them was recorded. It never changes.
#[utoipa::path(tag = "history", responses((status = 200, description = "The case at that version.", body = CaseView)))]
#[get("/v1/agencies/{agency}/cases/{case_id}/versions/{version}")]
pub(crate) async fn read_version(
    request: Request<operation::ReadVersion>,
) -> Result<HttpResponse, Problem> {
    let (case, version) = (request.addressed.head()?, request.addressed.version()?);
    let point = Point::Version(version);
    let past = request
        .store()
        .case_as_of(&request.access, case.id, point)
        .await?;
    let past = past.ok_or_else(Problem::not_found)?;
    let then = past.recorded_at.berlin_date();
    representation(
        &request.headers,
        version,
        &CaseView::new(&past, then),
        Caching::Immutable,
    )
}

/// Read the timeline of a case
///
/// The history as readable sentences in German or English (`Accept-Language`), oldest first.
#[utoipa::path(tag = "history", responses((status = 200, description = "A page of the timeline.", body = TimelinePage)))]
#[get("/v1/agencies/{agency}/cases/{case_id}/timeline")]
pub(crate) async fn read_timeline(
    request: Request<operation::ReadTimeline, (), Paging>,
    http: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (case, limit, language) = (
        request.addressed.head()?,
        request.query.limit,
        request.language,
    );
    let after = request.query.number()?;
    let (store, access) = (request.store(), &request.access);
    let (mut state, mut read, mut has_more) = (None, 0, true);
    let mut items = Vec::new();
    // A sentence names needs and priorities as they were then: so the state goes along from the start.
    while has_more && (items.len() as u64) < limit {
        let page = store.events(access, case.id, read, FOLD_PAGE).await?;
        has_more = page.has_more;
        for body in &page.items {
            if items.len() as u64 == limit {
                has_more = true;
                break;
            }
            let stored = body.read()?;
            let event = stored.event().map_err(StoreError::from)?;
            read = stored.version;
            if read > after {
                let before = state.as_ref().and_then(State::as_case);
                items.push(TimelineEntry {
                    version: stored.version,
                    occurred_on: stored.occurred_on,
                    recorded_at: stored.recorded_at,
                    event_type: stored.event_type,
                    text: sentence(before, &event, language, store.catalogue()),
                });
            }
            state = State::evolve(state, &event);
        }
    }
    let body = TimelinePage {
        items,
        page: info(&request.query, read, has_more),
    };
    let response = representation(&request.headers, case.version, &body, Caching::Revalidate)?;
    Ok(linked(in_language(response, language), &http, &body.page))
}

fn sentence(
    before: Option<&CaseState>,
    event: &Event,
    language: Language,
    catalogue: &Catalogue,
) -> String {
    match &event.data {
        EventData::Case(data) => timeline::sentence(
            before,
            data,
            event.occurred_on,
            event.reason.as_ref(),
            language,
            catalogue,
        ),
        EventData::Agency(_) | EventData::Offering(_) | EventData::Solution(_) => {
            event.data.event_type().to_owned()
        }
    }
}

fn info(paging: &Paging, reached: u64, has_more: bool) -> PageInfo {
    PageInfo {
        next: has_more.then(|| paging.cursor_after(reached)),
        has_more,
    }
}
