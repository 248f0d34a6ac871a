//! Model solutions: the agency's catalogue of what it passes on.

use actix_web::{HttpRequest, HttpResponse, get, post};
use fallbuch_domain::solution::command::{DescribeSolution, ReviseSolution, WithdrawSolution};
use fallbuch_domain::solution::{SolutionCommand, SolutionStatus};
use fallbuch_domain::{Command as DomainCommand, State, StreamKind};

use crate::answer::{Caching, CommandAnswer, PageInfo, linked, representation};
use crate::contract::{SolutionPage, SolutionView};
use crate::language::Localized;
use crate::operation;
use crate::problem::Problem;
use crate::request::{Command, Paging, Parameters, Query, Request};

/// Where the agency's list is, below it.
const LIST: &str = "solutions";

/// Describe a model solution
///
/// Takes a solution up into the agency's catalogue. Its origin, dimensions, focus areas and the donor's
/// key are valid on the day (R12). The answer's `Location` is the solution.
#[utoipa::path(
    tag = "solutions",
    request_body = DescribeSolution,
    responses((status = 201, description = "The solution is described.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/solutions")]
pub(crate) async fn describe_solution(
    request: Request<operation::DescribeSolution, Command<DescribeSolution>>,
) -> Result<HttpResponse, Problem> {
    let make = |body| DomainCommand::Solution(SolutionCommand::Describe(body));
    request.begin(LIST, make).await
}

/// Revise a model solution
///
/// Changes the members named in `changes`; absent ones stay, `null` clears the donor. Only while the
/// solution is offered (R21).
#[utoipa::path(
    tag = "solutions",
    request_body = ReviseSolution,
    responses((status = 201, description = "The solution is revised.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/solutions/{solution_id}/revisions")]
pub(crate) async fn revise_solution(
    request: Request<operation::ReviseSolution, Command<ReviseSolution>>,
) -> Result<HttpResponse, Problem> {
    let make = |body| DomainCommand::Solution(SolutionCommand::Revise(body));
    request.on_stream(LIST, make).await
}

/// Withdraw a model solution
///
/// The solution is offered no more; it stays visible with its status. Only while it is offered (R21).
#[utoipa::path(
    tag = "solutions",
    request_body = WithdrawSolution,
    responses((status = 201, description = "The solution is withdrawn.", body = CommandAnswer))
)]
#[post("/v1/agencies/{agency}/solutions/{solution_id}/withdrawals")]
pub(crate) async fn withdraw_solution(
    request: Request<operation::WithdrawSolution, Command<WithdrawSolution>>,
) -> Result<HttpResponse, Problem> {
    let make = |body| DomainCommand::Solution(SolutionCommand::Withdraw(body));
    request.on_stream(LIST, make).await
}

/// Which solutions of the list.
pub(crate) struct SolutionQuery {
    status: Option<SolutionStatus>,
    dimension: Option<String>,
    focus_area: Option<String>,
    origin: Option<String>,
    paging: Paging,
}

impl Query for SolutionQuery {
    fn take(parameters: &mut Parameters) -> Self {
        let status = Localized::fixed(
            "Erwartet wird offered oder withdrawn.",
            "One of offered and withdrawn is expected.",
        );
        Self {
            status: parameters.value("status", status, SolutionStatus::from_code),
            dimension: parameters.text("dimension"),
            focus_area: parameters.text("focus_area"),
            origin: parameters.text("origin"),
            paging: Paging::take(parameters),
        }
    }
}

impl SolutionQuery {
    /// Whether a state is that of a solution as it is asked for.
    fn wants(&self, state: &State) -> bool {
        let among = |codes: &[String], code: &Option<String>| {
            code.as_ref().is_none_or(|code| codes.contains(code))
        };
        state.as_solution().is_some_and(|solution| {
            self.status.is_none_or(|status| solution.status == status)
                && among(&solution.dimensions, &self.dimension)
                && among(&solution.focus_areas, &self.focus_area)
                && among(std::slice::from_ref(&solution.origin), &self.origin)
        })
    }
}

/// List the model solutions of an agency
///
/// The agency's catalogue, those described last first. Filters combine; a cursor goes with the filters
/// it was handed out for.
#[utoipa::path(
    tag = "solutions",
    params(
        ("status" = Option<SolutionStatus>, Query, description = "Only solutions with this status."),
        ("dimension" = Option<String>, Query, description = "Only solutions that serve the quality dimension with this code.", example = "data"),
        ("focus_area" = Option<String>, Query, description = "Only solutions that serve the focus area with this code.", example = "education_reporting"),
        ("origin" = Option<String>, Query, description = "Only solutions of the programme with this code.", example = "lernen_vor_ort")
    ),
    responses((status = 200, description = "A page of solutions.", body = SolutionPage))
)]
#[get("/v1/agencies/{agency}/solutions")]
pub(crate) async fn list_solutions(
    request: Request<operation::ListSolutions, (), SolutionQuery>,
    http: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = &request.query;
    let (before, limit) = (query.paging.id()?, query.paging.limit);
    let wanted = |state: &State| query.wants(state);
    let kind = StreamKind::Solution;
    let page = request
        .store()
        .streams(&request.access, kind, before, limit, wanted)
        .await?;
    let body = SolutionPage {
        page: PageInfo::of(&request.query.paging, &page, |solution| solution.id),
        items: page.items.iter().filter_map(SolutionView::of).collect(),
    };
    let response = representation(&request.headers, 0, &body, Caching::Revalidate)?;
    Ok(linked(response, &http, &body.page))
}

/// Read a model solution
///
/// What it is, where it comes from and what it serves. The `ETag` carries the version that the next
/// command names in `If-Match`.
#[utoipa::path(
    tag = "solutions",
    responses((status = 200, description = "The solution.", body = SolutionView))
)]
#[get("/v1/agencies/{agency}/solutions/{solution_id}")]
pub(crate) async fn read_solution(
    request: Request<operation::ReadSolution>,
) -> Result<HttpResponse, Problem> {
    let solution = request.addressed.stream()?;
    let view = SolutionView::of(solution).ok_or_else(Problem::not_found)?;
    representation(
        &request.headers,
        solution.version,
        &view,
        Caching::Revalidate,
    )
}
