//! How often what happened in which month: the read side of the projection `activity`.

use fallbuch_domain::Timestamp;
use sqlx::FromRow;
use time::Date;

use super::{instant, unsigned};
use crate::access::Access;
use crate::error::StoreError;
use crate::store::Store;
use crate::tenant::{on_bound, stated};

/// Figures of an agency's activity, as far as the projection has followed the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// The position up to which events are counted.
    pub position: u64,
    /// When the event at that position was recorded; none before the first.
    pub recorded_at: Option<Timestamp>,
    /// The counts, by month and type.
    pub counts: Vec<ActivityCount>,
}

/// How often something happened in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityCount {
    /// The month's first day.
    pub month: Date,
    /// The event's type.
    pub event_type: String,
    /// How often.
    pub count: u64,
}

#[derive(FromRow)]
struct Row {
    position: i64,
    recorded_at: Option<i64>,
    month: Option<Date>,
    event_type: Option<String>,
    count: Option<i64>,
}

impl Store {
    /// How often what happened in the agency, month by month, between two days' months (both
    /// included). One statement: the counts and the position they are true at belong together.
    ///
    /// Not for callers who are limited to sites: it counts all of them.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn activity(
        &self,
        access: &Access,
        (from, to): (Option<Date>, Option<Date>),
    ) -> Result<Activity, StoreError> {
        const COUNTS: &str = "SELECT projection.position, event.recorded_at, activity.month, \
             activity.type AS event_type, activity.count FROM projection \
             LEFT JOIN event ON event.agency_id = $1 AND event.position = projection.position \
             LEFT JOIN activity ON activity.agency_id = $1 \
             AND activity.generation = projection.generation \
             AND activity.month >= $2 AND activity.month <= $3 \
             WHERE projection.agency_id = $1 AND projection.name = 'activity' AND projection.live \
             ORDER BY activity.month, activity.type";
        let month = |day: Date| day.replace_day(1).unwrap_or(day);
        let mut bound = self.readers().bound(access.scope()).await?;
        let rows: Vec<Row> = on_bound!(bound, connection => {
            sqlx::query_as(stated(COUNTS))
                .bind(access.agency())
                .bind(from.map_or(FIRST, month))
                .bind(to.unwrap_or(LAST))
                .fetch_all(connection)
                .await?
        });
        let mut activity = Activity {
            position: 0,
            recorded_at: None,
            counts: Vec::new(),
        };
        for row in rows {
            activity.position = unsigned(row.position)?;
            activity.recorded_at = row.recorded_at.map(instant).transpose()?;
            if let (Some(month), Some(event_type), Some(count)) =
                (row.month, row.event_type, row.count)
            {
                activity.counts.push(ActivityCount {
                    month,
                    event_type,
                    count: unsigned(count)?,
                });
            }
        }
        Ok(activity)
    }
}

/// Days before and after everything that is recorded.
const FIRST: Date = time::macros::date!(0001 - 01 - 01);
const LAST: Date = time::macros::date!(9999 - 12 - 31);
