//! The events of a stream, and the states they lead to.

use std::collections::VecDeque;
use std::sync::Arc;

use fallbuch_domain::envelope::{UnreadableEvent, read_event};
use fallbuch_domain::{Event, State, StreamKind, Timestamp};
use time::Date;
use uuid::Uuid;

use super::case::CaseRead;
use super::{Page, RecordedBody, instant, unsigned};
use crate::access::Access;
use crate::database::Database;
use crate::error::StoreError;
use crate::session::signed;
use crate::store::Store;
use crate::tenant::{Scope, on_bound, stated};

/// How many events a fold reads at a time.
const FOLD_PAGE: u64 = 1_000;

/// How many pages of a long stream are read ahead of the fold.
const AHEAD: usize = 3;

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
        self.bodies(access.scope(), stream, after, limit).await
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
        let mut bound = self.readers().bound(access.scope()).await?;
        let body: Option<Vec<u8>> = on_bound!(bound, connection => {
            sqlx::query_scalar(stated(BODY))
                .bind(access.agency())
                .bind(stream)
                .bind(signed(version))
                .fetch_optional(connection)
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
        let folded = self.fold(access.scope(), id, point).await?;
        Ok(folded.and_then(|folded| match (folded.state, point) {
            (State::Case(_), Point::Version(version)) if folded.version != version => None,
            (State::Case(state), _) => Some(CaseRead {
                id,
                version: folded.version,
                recorded_at: folded.recorded_at,
                state: Arc::new(state),
            }),
            (State::Agency(_) | State::Offering(_) | State::Solution(_), _) => None,
        }))
    }

    /// Folds a stream's events as of a point; none if no state comes of it. While one page is folded the
    /// next ones are read: versions are dense, so it is known where each page begins.
    pub(crate) async fn fold(
        &self,
        scope: Scope,
        stream: Uuid,
        point: Point,
    ) -> Result<Option<Folded>, StoreError> {
        let page = |number: u64| {
            let readers = self.readers().clone();
            tokio::spawn(async move { page_of(&readers, (scope, stream), number).await })
        };
        let mut folded = None::<Folded>;
        // Most streams are one page; the others follow once the first is known to be full.
        let mut pages = VecDeque::from([page(0)]);
        let mut asked = 1;
        while let Some(next) = pages.pop_front() {
            let events = next.await.map_err(|_| StoreError::Stopped)??;
            if events.len() as u64 == FOLD_PAGE {
                while pages.len() < AHEAD {
                    pages.push_back(page(asked));
                    asked += 1;
                }
            } else {
                pages.clear();
            }
            for Dated {
                version,
                recorded_at,
                event,
            } in events
            {
                if point.is_before(version, recorded_at) {
                    return Ok(folded);
                }
                let event = event?;
                if !point.admits(event.occurred_on) {
                    continue;
                }
                let state = State::evolve(folded.map(|folded| folded.state), &event);
                folded = state.map(|state| Folded {
                    state,
                    version,
                    recorded_at,
                });
            }
        }
        Ok(folded)
    }

    async fn bodies(
        &self,
        scope: Scope,
        stream: Uuid,
        after: u64,
        limit: u64,
    ) -> Result<Page<RecordedBody>, StoreError> {
        const BODIES: &str = "SELECT body FROM event WHERE agency_id = $1 AND stream_id = $2 \
             AND version > $3 AND body IS NOT NULL ORDER BY version LIMIT $4";
        let mut bound = self.readers().bound(scope).await?;
        let bodies: Vec<Vec<u8>> = on_bound!(bound, connection => {
            sqlx::query_scalar(stated(BODIES))
                .bind(scope.agency())
                .bind(stream)
                .bind(signed(after))
                .bind(signed(limit + 1))
                .fetch_all(connection)
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

impl Point {
    /// Whether it lies before the event of this version, and so before all that follow it: instants
    /// never decrease within an agency.
    fn is_before(self, version: u64, recorded_at: Timestamp) -> bool {
        match self {
            Self::Version(last) => last < version,
            Self::RecordedAt(instant) => instant < recorded_at,
            Self::Now | Self::ValidOn(_) => false,
        }
    }

    /// Whether what happened on this day belongs to the history up to it.
    fn admits(self, occurred_on: Date) -> bool {
        match self {
            Self::ValidOn(day) => occurred_on <= day,
            Self::Now | Self::Version(_) | Self::RecordedAt(_) => true,
        }
    }
}

/// An event for a fold, with its place in the stream. One that cannot be read is an error only for
/// whoever comes to it.
struct Dated {
    version: u64,
    recorded_at: Timestamp,
    event: Result<Event, UnreadableEvent>,
}

/// A page of a stream's events, oldest first; the last one is not full.
async fn page_of(
    readers: &Database,
    (scope, stream): (Scope, Uuid),
    number: u64,
) -> Result<Vec<Dated>, StoreError> {
    const ROWS: &str = "SELECT version, recorded_at, stream_kind, body FROM event \
         WHERE agency_id = $1 AND stream_id = $2 AND version > $3 AND version <= $4 \
         ORDER BY version";
    let mut bound = readers.bound(scope).await?;
    let rows: Vec<(i64, i64, String, Vec<u8>)> = on_bound!(bound, connection => {
        sqlx::query_as(stated(ROWS))
            .bind(scope.agency())
            .bind(stream)
            .bind(signed(number * FOLD_PAGE))
            .bind(signed((number + 1) * FOLD_PAGE))
            .fetch_all(connection)
            .await?
    });
    // Parsing takes longer than reading: somebody else can have the connection meanwhile.
    drop(bound);
    let mut events = Vec::with_capacity(rows.len());
    for (version, recorded_at, kind, body) in rows {
        let kind = StreamKind::from_code(&kind)
            .ok_or_else(|| StoreError::Corrupt(format!("stream kind {kind}")))?;
        events.push(Dated {
            version: unsigned(version)?,
            recorded_at: instant(recorded_at)?,
            event: read_event(kind, &body),
        });
    }
    Ok(events)
}

/// The state that a stream's events lead to.
pub(crate) struct Folded {
    pub(crate) state: State,
    pub(crate) version: u64,
    pub(crate) recorded_at: Timestamp,
}
