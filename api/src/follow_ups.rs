//! Follow-ups across the cases of an agency: what is due next, and what is overdue.

use actix_web::{HttpRequest, HttpResponse, get};
use fallbuch_domain::case::FollowUpStatus;
use fallbuch_persistence::{FollowUpFilter, FollowUpListItem};
use serde::Serialize;
use time::Date;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::answer::{Caching, PageInfo, linked, representation};
use crate::language::Localized;
use crate::operation;
use crate::problem::Problem;
use crate::request::{Paging, Parameters, Query, Request, day};
use crate::violation::Violation;

/// A follow-up with what is needed to know its case by.
#[derive(Serialize, ToSchema)]
pub(crate) struct FollowUpSummary {
    /// The follow-up's id.
    follow_up: Uuid,
    /// The case.
    case_id: Uuid,
    /// The case's file number.
    #[schema(example = "TM-2014-0001")]
    case_number: String,
    /// The case's municipality; after a succession the successor.
    municipality: MunicipalityName,
    /// What it is about.
    title: String,
    /// When it is due.
    due_on: Date,
    /// Whether it is open and was due before today.
    overdue: bool,
    /// The member who has to come back to it.
    assignee: Uuid,
    /// How far it has come.
    status: FollowUpStatus,
    /// The site in charge of the case.
    site: Uuid,
    /// The case's newest version: the one to name in `If-Match`.
    #[schema(minimum = 1)]
    version: u64,
}

/// A municipality by key and name.
#[derive(Serialize, ToSchema)]
pub(crate) struct MunicipalityName {
    /// The official key.
    #[schema(example = "15002")]
    key: String,
    /// The name.
    #[schema(example = "Halle (Saale)")]
    name: String,
}

impl FollowUpSummary {
    /// What is told of a follow-up on `today`.
    pub(crate) fn new(item: FollowUpListItem, today: Date) -> Self {
        Self {
            follow_up: item.id,
            case_id: item.case,
            case_number: item.case_number,
            municipality: MunicipalityName {
                key: item.municipality_key,
                name: item.municipality_name,
            },
            title: item.title,
            due_on: item.due_on,
            overdue: item.status == FollowUpStatus::Open && item.due_on < today,
            assignee: item.assignee,
            status: item.status,
            site: item.site,
            version: item.case_version,
        }
    }
}

/// A page of follow-ups.
#[derive(Serialize, ToSchema)]
pub(crate) struct FollowUpPage {
    /// The follow-ups, those due first in front.
    items: Vec<FollowUpSummary>,
    /// Where the page stands in the list.
    page: PageInfo,
}

/// Whose follow-ups.
#[derive(Clone, Copy)]
enum Assignee {
    /// The caller's own.
    Caller,
    /// A member's.
    Member(Uuid),
}

/// Which follow-ups of the list.
pub(crate) struct FollowUpQuery {
    status: FollowUpStatus,
    overdue: Option<bool>,
    assignee: Option<Assignee>,
    case: Option<Uuid>,
    due_before: Option<Date>,
    paging: Paging,
}

impl Query for FollowUpQuery {
    fn take(parameters: &mut Parameters) -> Self {
        let status = Localized::fixed(
            "Erwartet wird open, completed oder cancelled.",
            "One of open, completed and cancelled is expected.",
        );
        let overdue = Localized::fixed(
            "Erwartet wird true oder false.",
            "Either true or false is expected.",
        );
        let assignee = Localized::fixed(
            "Erwartet wird me oder eine UUID.",
            "Either me or a UUID is expected.",
        );
        let case = Localized::fixed("Erwartet wird eine UUID.", "A UUID is expected.");
        let before = Localized::fixed(
            "Erwartet wird ein Tag wie 2015-09-01.",
            "A day such as 2015-09-01 is expected.",
        );
        let query = Self {
            status: parameters
                .value("status", status, FollowUpStatus::from_code)
                .unwrap_or(FollowUpStatus::Open),
            overdue: parameters.value("overdue", overdue, |text| text.parse().ok()),
            assignee: parameters.value("assignee", assignee, |text| match text {
                "me" => Some(Assignee::Caller),
                id => id.parse().ok().map(Assignee::Member),
            }),
            case: parameters.parsed("case", case),
            due_before: parameters.value("due_before", before, day),
            paging: Paging::take(parameters),
        };
        if query.overdue == Some(true) && query.status != FollowUpStatus::Open {
            parameters.refuse("overdue", Localized::fixed(
                "Überfällig ist nur, was offen ist: overdue=true geht mit keinem anderen status.",
                "Only what is open is overdue: overdue=true goes with no other status.",
            ));
        }
        query
    }
}

impl FollowUpQuery {
    /// The filter of this query, asked by `caller` on `today`.
    fn filter(&self, caller: Uuid, today: Date) -> FollowUpFilter {
        // Of two bounds the earlier one.
        let overdue = (self.overdue == Some(true)).then_some(today);
        let bounds = [self.due_before, overdue].into_iter().flatten();
        let open = self.status == FollowUpStatus::Open;
        FollowUpFilter {
            status: self.status,
            assignee: self.assignee.map(|assignee| match assignee {
                Assignee::Caller => caller,
                Assignee::Member(id) => id,
            }),
            case: self.case,
            // What is not open is not overdue, whenever it was due.
            due_from: (self.overdue == Some(false) && open).then_some(today),
            due_before: bounds.min(),
        }
    }

    /// The day and id that the cursor stands for.
    fn after(&self) -> Result<Option<(Date, Uuid)>, Violation> {
        self.paging.place(|cursor| {
            let (due_on, id) = cursor.split_once('/')?;
            Some((day(due_on)?, Uuid::try_parse(id).ok()?))
        })
    }
}

/// List follow-ups across cases
///
/// The follow-ups of the cases the caller may see, those due first in front: the open ones, unless `status` says
/// otherwise. Filters combine; a cursor goes with the filters it was handed out for. A command is seen in the very next
/// answer.
///
/// A follow-up is overdue from the day after `due_on`, by the calendar of Berlin. One that was left open in a case that
/// is closed is not to be done: it is in no list until the case is reopened. Completed and cancelled ones are listed
/// whatever became of their case.
#[utoipa::path(
    tag = "follow-ups",
    params(
        ("overdue" = Option<bool>, Query, description = "`true`: only open ones that were due before today; `false`: only those that are not overdue.", example = true),
        ("assignee" = Option<String>, Query, description = "Only those of this member; `me` is the caller.", example = "me"),
        ("status" = Option<FollowUpStatus>, Query, description = "Only those that have come so far; `open` if it is not said."),
        ("due_before" = Option<Date>, Query, description = "Only those due before this day.", example = "2016-03-16"),
        ("case" = Option<Uuid>, Query, description = "Only those of this case.")
    ),
    responses((status = 200, description = "A page of follow-ups.", body = FollowUpPage))
)]
#[get("/v1/agencies/{agency}/follow-ups")]
pub(crate) async fn list_follow_ups(
    request: Request<operation::ListFollowUps, (), FollowUpQuery>,
    http: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (query, today) = (&request.query, request.services.today());
    let filter = query.filter(request.access.principal().id(), today);
    let page = request
        .store()
        .follow_ups(&request.access, &filter, query.after()?, query.paging.limit)
        .await?;
    let last = page.items.last().filter(|_| page.has_more);
    let info = PageInfo {
        next: last.map(|last| {
            let place = format!("{}/{}", last.due_on, last.id);
            query.paging.cursor_after(place)
        }),
        has_more: page.has_more,
    };
    let items = page.items.into_iter();
    let body = FollowUpPage {
        items: items
            .map(|item| FollowUpSummary::new(item, today))
            .collect(),
        page: info,
    };
    let response = representation(&request.headers, 0, &body, Caching::Revalidate)?;
    Ok(linked(response, &http, &body.page))
}
