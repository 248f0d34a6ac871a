//! Figures over an agency's cases.

use actix_web::{HttpResponse, get};
use fallbuch_domain::Timestamp;
use serde::Serialize;
use time::Date;
use utoipa::ToSchema;

use crate::answer::{Caching, representation};
use crate::language::Localized;
use crate::operation;
use crate::problem::Problem;
use crate::request::{Parameters, Query, Request};

/// How often what happened, month by month.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActivityReport {
    /// The position in the agency's log up to which events are counted. What was recorded in the last
    /// moments may be missing; ask again until it is at least the `position` of your own event.
    position: u64,
    /// When the event at that position was recorded; absent before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    recorded_at: Option<Timestamp>,
    /// The counts, by month, then by type.
    items: Vec<ActivityItem>,
}

/// How often something happened in a month.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActivityItem {
    /// The first day of the month in which it happened in the world.
    #[schema(example = "2015-03-01")]
    month: Date,
    /// The event's type, such as `agreement_signed`. Types may be added.
    #[schema(example = "agreement_signed")]
    r#type: String,
    /// How often.
    #[schema(minimum = 1)]
    count: u64,
}

/// Which months.
pub(crate) struct Months {
    from: Option<Date>,
    to: Option<Date>,
}

impl Query for Months {
    fn take(parameters: &mut Parameters) -> Self {
        let day = || {
            Localized::fixed(
                "Erwartet wird ein Tag wie 2015-09-01.",
                "A day such as 2015-09-01 is expected.",
            )
        };
        let from = parameters.value("from", day(), crate::request::day);
        let to = parameters.value("to", day(), crate::request::day);
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            parameters.refuse(
                "to",
                Localized::fixed("from liegt nach to.", "from is later than to."),
            );
        }
        Self { from, to }
    }
}

/// Read an agency's activity
///
/// How often what happened in which month, by the day it happened in the world: cases opened,
/// contacts, meetings, needs, agreements signed and so on, over all cases of the agency. Months in
/// which nothing happened are not listed.
///
/// Not for members who are limited to sites.
#[utoipa::path(
    tag = "statistics",
    params(
        ("from" = Option<Date>, Query, description = "From the month of this day on.", example = "2015-01-01"),
        ("to" = Option<Date>, Query, description = "Up to the month of this day.", example = "2015-12-31")
    ),
    responses((status = 200, description = "The counts.", body = ActivityReport))
)]
#[get("/v1/agencies/{agency}/statistics/activity")]
pub(crate) async fn read_activity(
    request: Request<operation::ReadActivity, (), Months>,
) -> Result<HttpResponse, Problem> {
    let months = (request.query.from, request.query.to);
    let activity = request.store().activity(&request.access, months).await?;
    let items = activity.counts.into_iter().map(|count| ActivityItem {
        month: count.month,
        r#type: count.event_type,
        count: count.count,
    });
    let report = ActivityReport {
        position: activity.position,
        recorded_at: activity.recorded_at,
        items: items.collect(),
    };
    representation(
        &request.headers,
        report.position,
        &report,
        Caching::Revalidate,
    )
}
