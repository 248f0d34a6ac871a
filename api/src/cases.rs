//! Cases: opening, the list, and the state of one.

use actix_web::{HttpRequest, HttpResponse, get, post};
use fallbuch_domain::case::command::OpenCase;
use fallbuch_domain::case::{CaseCommand, Stage};
use fallbuch_persistence::{CaseFilter, Point};

pub(crate) mod agreements;
pub(crate) mod assessments;
pub(crate) mod closing;
mod commands;
pub(crate) mod contacts;
pub(crate) mod documents;
pub(crate) mod follow_ups;
pub(crate) mod funding;
pub(crate) mod history;
pub(crate) mod measures;
pub(crate) mod model_solutions;
pub(crate) mod needs;
pub(crate) mod participants;
pub(crate) mod priorities;
pub(crate) mod qualifications;
pub(crate) mod records;
pub(crate) mod renewals;

use crate::answer::{Caching, CommandAnswer, PageInfo, linked, representation};
use crate::contract::{AllowedCommand, AllowedCommands, CasePage, CaseSummary, CaseView};
use crate::language::Localized;
use crate::operation;
use crate::problem::Problem;
use crate::request::{Command, Paging, Parameters, Query, Request, counted, instant};

/// Open a case
///
/// Opens the file of a municipality. The server assigns the file number and takes the
/// municipality's name, kind and Land from the catalogue as they were on the opening day. An agency
/// has at most one open case per municipality (R02). The answer's `Location` is the case.
#[utoipa::path(
    tag = "cases",
    request_body = OpenCase,
    responses((status = 201, description = "The case is open.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/cases")]
pub(crate) async fn open_case(
    request: Request<operation::CaseOperation<OpenCase>, Command<OpenCase>>,
) -> Result<HttpResponse, Problem> {
    request.open(CaseCommand::OpenCase).await
}

/// Which cases of the list.
pub(crate) struct CaseQuery {
    filter: CaseFilter,
    paging: Paging,
}

impl Query for CaseQuery {
    fn take(parameters: &mut Parameters) -> Self {
        let uuid = || Localized::fixed("Erwartet wird eine UUID.", "A UUID is expected.");
        let stage = Localized::fixed(
            "Erwartet wird contact, exploring, agreed, paused oder closed.",
            "One of contact, exploring, agreed, paused and closed is expected.",
        );
        Self {
            filter: CaseFilter {
                stage: parameters.value("stage", stage, Stage::from_code),
                municipality: parameters.text("municipality"),
                site: parameters.parsed("site", uuid()),
                advisor: parameters.parsed("advisor", uuid()),
            },
            paging: Paging::take(parameters),
        }
    }
}

/// List the cases of an agency
///
/// The cases the caller may see, the newest first. Filters combine; a cursor goes with the filters
/// it was handed out for.
#[utoipa::path(
    tag = "cases",
    params(
        ("stage" = Option<Stage>, Query, description = "Only cases of this stage."),
        ("municipality" = Option<String>, Query, description = "Only the cases of the municipality with this key.", example = "15002"),
        ("site" = Option<Uuid>, Query, description = "Only cases of this site."),
        ("advisor" = Option<Uuid>, Query, description = "Only cases of this member.")
    ),
    responses((status = 200, description = "A page of cases.", body = CasePage))
)]
#[get("/v1/agencies/{agency}/cases")]
pub(crate) async fn list_cases(
    request: Request<operation::ListCases, (), CaseQuery>,
    http: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let CaseQuery { filter, paging } = &request.query;
    let page = request
        .store()
        .cases(&request.access, filter, paging.id()?, paging.limit)
        .await?;
    let info = PageInfo::of(paging, &page, |item| item.id);
    let today = request.store().sources().clock.now().berlin_date();
    let items = page
        .items
        .into_iter()
        .map(|item| CaseSummary::new(item, today))
        .collect();
    let body = CasePage { items, page: info };
    let response = representation(&request.headers, 0, &body, Caching::Revalidate)?;
    Ok(linked(response, &http, &body.page))
}

/// As of when a case is read.
pub(crate) struct AsOf(Point);

impl Query for AsOf {
    fn take(parameters: &mut Parameters) -> Self {
        let version = Localized::fixed(
            "Erwartet wird eine ganze Zahl ab 1.",
            "A whole number from 1 is expected.",
        );
        let day = Localized::fixed(
            "Erwartet wird ein Datum wie 2015-04-27.",
            "A date such as 2015-04-27 is expected.",
        );
        let points = [
            (
                "version",
                parameters.value("version", version, |text| counted(text).map(Point::Version)),
            ),
            (
                "recorded_at",
                instant(parameters, "recorded_at").map(Point::RecordedAt),
            ),
            (
                "valid_on",
                parameters.value("valid_on", day, |text| {
                    crate::request::day(text).map(Point::ValidOn)
                }),
            ),
        ];
        let mut points = points
            .into_iter()
            .filter_map(|(name, point)| Some((name, point?)));
        let point = points.next().map_or(Point::Now, |(_, point)| point);
        for (name, _) in points {
            parameters.refuse(
                name,
                Localized::fixed(
                    "Von version, recorded_at und valid_on ist nur eines möglich.",
                    "Only one of version, recorded_at and valid_on is possible.",
                ),
            );
        }
        Self(point)
    }
}

/// Read a case
///
/// The state of the case with its needs, priorities and agreements. The `ETag` carries the version
/// that the next command names in `If-Match`.
///
/// One of three parameters goes back in time: `version` to the state after that many events,
/// `recorded_at` to what was known at that instant, `valid_on` to what was true on that day as far as
/// it is known today: what happened by then, in the order in which it was recorded.
#[utoipa::path(
    tag = "cases",
    params(
        ("version" = Option<u64>, Query, description = "After that many events.", example = 7, minimum = 1),
        ("recorded_at" = Option<String>, Query, format = DateTime, description = "As it was known at that instant (RFC 3339)."),
        ("valid_on" = Option<Date>, Query, description = "As it was true on that day.")
    ),
    responses((status = 200, description = "The case.", body = CaseView))
)]
#[get("/v1/agencies/{agency}/cases/{case_id}")]
pub(crate) async fn read_case(
    request: Request<operation::ReadCase, (), AsOf>,
) -> Result<HttpResponse, Problem> {
    let case = request.addressed.case()?;
    let AsOf(point) = request.query;
    if point == Point::Now {
        let today = request.store().sources().clock.now().berlin_date();
        let view = CaseView::new(case, today);
        return representation(&request.headers, case.version, &view, Caching::Revalidate);
    }
    let past = request
        .store()
        .case_as_of(&request.access, case.id, point)
        .await?;
    let past = past.ok_or_else(Problem::not_found)?;
    let (version, then) = match point {
        Point::ValidOn(day) => (past.version, day),
        Point::Now | Point::Version(_) | Point::RecordedAt(_) => {
            (past.version, past.recorded_at.berlin_date())
        }
    };
    // Only a version is settled for good; of an instant or a day more may become known.
    let caching = match point {
        Point::Version(_) => Caching::Immutable,
        Point::Now | Point::RecordedAt(_) | Point::ValidOn(_) => Caching::Revalidate,
    };
    representation(
        &request.headers,
        version,
        &CaseView::new(&past, then),
        caching,
    )
}

/// List what may be done next
///
/// Every command to the case, once per target: whether some body would be accepted from the caller
/// now, or else the first rule that refuses or the permission the caller lacks. What is allowed here
/// is exactly what the server accepts: both ask the same function.
#[utoipa::path(tag = "cases", responses((status = 200, description = "The commands.", body = AllowedCommands)))]
#[get("/v1/agencies/{agency}/cases/{case_id}/allowed-commands")]
pub(crate) async fn list_allowed_commands(
    request: Request<operation::ListAllowedCommands>,
) -> Result<HttpResponse, Problem> {
    let case = request.addressed.case()?;
    let admissions = request.store().admissions(&request.access, case).await?;
    let items = admissions.into_iter().map(|admission| {
        let permission = admission.kind.permission();
        let lacking = (!request.access.may(permission)).then_some(permission);
        let refusal = admission.refusal.filter(|_| lacking.is_none());
        AllowedCommand {
            command: admission.kind.operation(),
            target: admission.target,
            allowed: lacking.is_none() && refusal.is_none(),
            rule: refusal.as_ref().map(|finding| finding.rule),
            concerns: refusal.as_ref().and_then(|finding| finding.concerns),
            message: refusal.map(|finding| finding.message(request.language).to_owned()),
            required_permission: lacking,
        }
    });
    let body = AllowedCommands {
        items: items.collect(),
    };
    let response = representation(&request.headers, case.version, &body, Caching::Revalidate)?;
    Ok(crate::answer::in_language(response, request.language))
}
