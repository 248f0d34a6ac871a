//! Folding many streams of an agency, one after the other.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use fallbuch_domain::case::FollowUpRow;
use fallbuch_domain::envelope::read_event;
use fallbuch_domain::{Claim, Key, State, StreamKind};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::database::Database;
use crate::error::StoreError;
use crate::read::unsigned;
use crate::session::{HeadRow, signed};
use crate::tenant::{Scope, on_bound, stated};

/// How many events are read at a time. The next ones are read while these are folded.
const PAGE: i64 = 4_000;

/// A stream folded to its end.
pub(super) struct FoldedStream {
    pub(super) id: Uuid,
    pub(super) head: HeadRow,
    /// The unique keys it holds.
    pub(super) keys: BTreeSet<Key>,
    /// Its follow-ups, if it has any.
    pub(super) follow_ups: Vec<FollowUpRow>,
    /// Whether the generation may hold an older state of it.
    pub(super) again: bool,
}

/// The state of a fold.
pub(super) struct Fold {
    reading: Reading,
    /// The page that is being read; none behind the last.
    page: Option<JoinHandle<Result<Vec<Row>, StoreError>>>,
    rows: VecDeque<Row>,
    stream: Option<Open>,
    counters: BTreeMap<String, u64>,
}

/// What a fold reads.
#[derive(Clone)]
struct Reading {
    database: Database,
    scope: Scope,
    /// The last position that counts.
    until: i64,
    /// Only these streams, in their order; none for all.
    streams: Option<VecDeque<Uuid>>,
    /// The stream and version of the last row read.
    after: (Uuid, i64),
}

/// An event: stream, kind, version, position, recorded_at, body.
type Row = (Uuid, String, i64, i64, i64, Vec<u8>);

/// A stream in the middle of its fold.
struct Open {
    id: Uuid,
    kind: StreamKind,
    state: Option<State>,
    version: i64,
    last_position: i64,
    recorded_at: i64,
    keys: BTreeSet<Key>,
}

impl Fold {
    /// Of every stream of the agency, up to a position.
    pub(super) fn of_all(database: &Database, scope: Scope, until: u64) -> Self {
        Self::of(database, scope, until, None, BTreeMap::new())
    }

    /// Of the streams that have events between two positions, on top of these counters.
    pub(super) async fn of_changed(
        database: &Database,
        scope: Scope,
        (after, until): (u64, u64),
        counters: BTreeMap<String, u64>,
    ) -> Result<Self, StoreError> {
        const CHANGED: &str = "SELECT DISTINCT stream_id FROM event \
             WHERE agency_id = $1 AND position > $2 AND position <= $3 ORDER BY stream_id";
        let mut bound = database.bound(scope).await?;
        let streams: Vec<Uuid> = on_bound!(bound, connection => {
            sqlx::query_scalar(stated(CHANGED))
                .bind(scope.agency())
                .bind(signed(after))
                .bind(signed(until))
                .fetch_all(connection)
                .await?
        });
        Ok(Self::of(
            database,
            scope,
            until,
            Some(streams.into()),
            counters,
        ))
    }

    fn of(
        database: &Database,
        scope: Scope,
        until: u64,
        streams: Option<VecDeque<Uuid>>,
        counters: BTreeMap<String, u64>,
    ) -> Self {
        let mut fold = Self {
            reading: Reading {
                database: database.clone(),
                scope,
                until: signed(until),
                streams,
                after: (Uuid::nil(), 0),
            },
            page: None,
            rows: VecDeque::new(),
            stream: None,
            counters,
        };
        fold.read_on();
        fold
    }

    /// What the counters have reached.
    pub(super) fn counters(self) -> BTreeMap<String, u64> {
        self.counters
    }

    /// Some streams more, each folded to its end; none behind the last.
    pub(super) async fn next(
        &mut self,
        streams: usize,
    ) -> Result<Option<Vec<FoldedStream>>, StoreError> {
        let mut folded = Vec::new();
        while folded.len() < streams {
            let Some(row) = self.row().await? else {
                let last = self.stream.take();
                folded.extend(last.map(|open| self.close(open)).transpose()?);
                break;
            };
            if self.stream.as_ref().is_none_or(|open| open.id != row.0) {
                let ended = self.stream.replace(Open::of(&row)?);
                folded.extend(ended.map(|open| self.close(open)).transpose()?);
            }
            if let Some(open) = &mut self.stream {
                open.add(&row, &mut self.counters)?;
            }
        }
        Ok((!folded.is_empty()).then_some(folded))
    }

    fn close(&self, open: Open) -> Result<FoldedStream, StoreError> {
        open.close(self.reading.streams.is_some())
    }

    async fn row(&mut self) -> Result<Option<Row>, StoreError> {
        while self.rows.is_empty() {
            let Some(page) = self.page.take() else {
                return Ok(None);
            };
            let rows = page.await.map_err(|_| StoreError::Stopped)??;
            let more = i64::try_from(rows.len()).unwrap_or(0) >= PAGE;
            let last = rows.last().filter(|_| more).map(|last| (last.0, last.2));
            self.rows = rows.into();
            self.read_behind(last);
        }
        Ok(self.rows.pop_front())
    }

    /// Begins to read what is behind the last row of a full page; a page that was not full was the end
    /// of its stream, or of everything.
    fn read_behind(&mut self, last: Option<(Uuid, i64)>) {
        match (last, &mut self.reading.streams) {
            (Some(last), _) => self.reading.after = last,
            (None, Some(streams)) => {
                streams.pop_front();
                self.reading.after = (Uuid::nil(), 0);
            }
            (None, None) => return,
        }
        self.read_on();
    }

    /// Begins to read the next page.
    fn read_on(&mut self) {
        if self
            .reading
            .streams
            .as_ref()
            .is_some_and(VecDeque::is_empty)
        {
            return;
        }
        let reading = self.reading.clone();
        self.page = Some(tokio::spawn(async move { reading.page().await }));
    }
}

impl Reading {
    async fn page(&self) -> Result<Vec<Row>, StoreError> {
        const ALL: &str = "SELECT stream_id, stream_kind, version, position, recorded_at, body \
             FROM event WHERE agency_id = $1 AND (stream_id, version) > ($2, $3) \
             AND position <= $4 ORDER BY stream_id, version LIMIT $5";
        const ONE: &str = "SELECT stream_id, stream_kind, version, position, recorded_at, body \
             FROM event WHERE agency_id = $1 AND stream_id = $2 AND version > $3 \
             AND position <= $4 ORDER BY version LIMIT $5";
        let (sql, stream) = match &self.streams {
            None => (ALL, self.after.0),
            Some(streams) => (ONE, streams.front().copied().unwrap_or_default()),
        };
        let mut bound = self.database.bound(self.scope).await?;
        Ok(on_bound!(bound, connection => {
            sqlx::query_as(stated(sql))
                .bind(self.scope.agency())
                .bind(stream)
                .bind(self.after.1)
                .bind(self.until)
                .bind(PAGE)
                .fetch_all(connection)
                .await?
        }))
    }
}

impl Open {
    fn of(row: &Row) -> Result<Self, StoreError> {
        let kind = StreamKind::from_code(&row.1)
            .ok_or_else(|| StoreError::Corrupt(format!("stream kind {}", row.1)))?;
        Ok(Self {
            id: row.0,
            kind,
            state: None,
            version: 0,
            last_position: 0,
            recorded_at: 0,
            keys: BTreeSet::new(),
        })
    }

    fn add(&mut self, row: &Row, counters: &mut BTreeMap<String, u64>) -> Result<(), StoreError> {
        let (_, _, version, position, recorded_at, body) = row;
        if *version != self.version + 1 {
            let gap = format!("version {} of {} is missing", self.version + 1, self.id);
            return Err(StoreError::Corrupt(gap));
        }
        let event = read_event(self.kind, body).map_err(|error| {
            StoreError::Corrupt(format!("event at position {position}: {error}"))
        })?;
        for claim in State::claims(self.state.as_ref(), &event) {
            match claim {
                Claim::Take(key) => {
                    self.keys.insert(key);
                }
                Claim::Release(key) => {
                    self.keys.remove(&key);
                }
                Claim::Count { counter, value } => {
                    let reached = counters.entry(counter).or_default();
                    *reached = value.max(*reached);
                }
            }
        }
        self.state = State::evolve(self.state.take(), &event);
        (self.version, self.last_position) = (*version, *position);
        self.recorded_at = *recorded_at;
        Ok(())
    }

    fn close(self, again: bool) -> Result<FoldedStream, StoreError> {
        let state = self
            .state
            .ok_or_else(|| StoreError::Corrupt(format!("events of {} left no state", self.id)))?;
        let version = unsigned(self.version)?;
        let position = unsigned(self.last_position)?;
        Ok(FoldedStream {
            id: self.id,
            head: HeadRow::of(&state, version, position, self.recorded_at)?,
            keys: self.keys,
            follow_ups: state.follow_ups_since(None),
            again,
        })
    }
}
