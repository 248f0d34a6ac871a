//! The events of a stream, and the states they lead to.

use std::sync::Arc;

use fallbuch_domain::envelope::StoredEvent;
use fallbuch_domain::{State, Timestamp};
use time::Date;
use uuid::Uuid;

use super::case::CaseRead;
use super::{Page, RecordedBody};
use crate::access::Access;
use crate::database::on_pool;
use crate::error::StoreError;
use crate::session::signed;
use crate::store::Store;

/// How many events a fold reads at a time.
const FOLD_PAGE: u64 = 500;

impl Store {
    /// A page of a stream's events after `version`, oldest first.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn events(
        &self,
        access: &Access,
        stream: Uuid,
        after: u64,
        limit: u64,
    ) -> Result<Page<RecordedBody>, StoreError> {
        self.bodies(access.agency(), stream, after, limit).await
    }

    /// One event of a stream.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn event(
        &self,
        access: &Access,
        stream: Uuid,
        version: u64,
    ) -> Result<Option<RecordedBody>, StoreError> {
        // By the column: the body may be one that this version cannot read.
        const BODY: &str = "SELECT body FROM event WHERE agency_id = $1 AND stream_id = $2 \
             AND version = $3 AND body IS NOT NULL";
        let body: Option<Vec<u8>> = on_pool!(self.readers(), pool => {
            sqlx::query_scalar(BODY)
                .bind(access.agency())
                .bind(stream)
                .bind(signed(version))
                .fetch_optional(pool)
                .await?
        });
        Ok(body.map(RecordedBody::new))
    }

    /// The state of a case as of a point; none if there is no such point in its history.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn case_as_of(
        &self,
        access: &Access,
        id: Uuid,
        point: Point,
    ) -> Result<Option<CaseRead>, StoreError> {
        let folded = self.fold(access.agency(), id, point).await?;
        Ok(folded.and_then(|folded| match (folded.state, point) {
            (State::Case(_), Point::Version(version)) if folded.version != version => None,
            (State::Case(state), _) => Some(CaseRead {
                id,
                version: folded.version,
                recorded_at: folded.recorded_at,
                state: Arc::new(state),
            }),
            (State::Agency(_), _) => None,
        }))
    }

    /// Folds a stream's events as of a point; none if no state comes of it.
    pub(crate) async fn fold(
        &self,
        agency: Uuid,
        stream: Uuid,
        point: Point,
    ) -> Result<Option<Folded>, StoreError> {
        let (mut folded, mut reached) = (None::<Folded>, 0);
        loop {
            let page = self.bodies(agency, stream, reached, FOLD_PAGE).await?;
            for body in &page.items {
                let stored = body.read()?;
                reached = stored.version;
                match point.admits(&stored) {
                    Admitted::Yes => {}
                    Admitted::NotThis => continue,
                    Admitted::NoMore => return Ok(folded),
                }
                let state = State::evolve(folded.map(|folded| folded.state), &stored.event()?);
                folded = state.map(|state| Folded {
                    state,
                    version: stored.version,
                    recorded_at: stored.recorded_at,
                });
            }
            if !page.has_more {
                return Ok(folded);
            }
        }
    }

    async fn bodies(
        &self,
        agency: Uuid,
        stream: Uuid,
        after: u64,
        limit: u64,
    ) -> Result<Page<RecordedBody>, StoreError> {
        const BODIES: &str = "SELECT body FROM event WHERE agency_id = $1 AND stream_id = $2 \
             AND version > $3 AND body IS NOT NULL ORDER BY version LIMIT $4";
        let bodies: Vec<Vec<u8>> = on_pool!(self.readers(), pool => {
            sqlx::query_scalar(BODIES)
                .bind(agency)
                .bind(stream)
                .bind(signed(after))
                .bind(signed(limit + 1))
                .fetch_all(pool)
                .await?
        });
        Ok(Page::cut(
            bodies.into_iter().map(RecordedBody::new).collect(),
            limit,
        ))
    }
}

/// A point in a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// After the last event there is.
    Now,
    /// After the event of this version.
    Version(u64),
    /// What was known at this instant.
    RecordedAt(Timestamp),
    /// What was true on this day, as far as it is known today: the events that occurred by then, in
    /// the order of their versions.
    ValidOn(Date),
}

enum Admitted {
    Yes,
    NotThis,
    NoMore,
}

impl Point {
    /// Whether an event belongs to the history up to this point.
    fn admits(self, event: &StoredEvent) -> Admitted {
        let (belongs, else_) = match self {
            Self::Now => (true, Admitted::NoMore),
            Self::Version(version) => (event.version <= version, Admitted::NoMore),
            // Instants never decrease within an agency.
            Self::RecordedAt(instant) => (event.recorded_at <= instant, Admitted::NoMore),
            Self::ValidOn(day) => (event.occurred_on <= day, Admitted::NotThis),
        };
        if belongs { Admitted::Yes } else { else_ }
    }
}

/// The state that a stream's events lead to.
pub(crate) struct Folded {
    pub(crate) state: State,
    pub(crate) version: u64,
    pub(crate) recorded_at: Timestamp,
}
