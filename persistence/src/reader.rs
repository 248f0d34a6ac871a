//! The reader: one task per agency that answers reads of newest states; those that wait together
//! share one query.
//!
//! Invariants:
//! - An answer comes from a query that began after its question was asked: whatever was acknowledged
//!   before, by whichever process, is in it.
//! - What is remembered is only ever compared by version under the same generation; the database
//!   says each time which version is the newest.
//!
//! There is no timer: while one query is under way the next questions gather. A state that is
//! remembered at the version the database names is not sent again.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use fallbuch_domain::agency::AgencyState;
use fallbuch_domain::case::CaseState;
use fallbuch_domain::{State, StreamKind, Timestamp};
use lru::LruCache;
use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres, SqliteConnection};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::database::Database;
use crate::error::{StoreError, is_away};
use crate::read::{instant, unsigned};
use crate::session::signed;
use crate::tenant::{Scope, bound, stated};

/// How many states a reader keeps.
const STATES: NonZeroUsize = NonZeroUsize::new(4_096).unwrap();

/// How many questions one query answers at the most.
const QUESTIONS: usize = 256;

/// How many questions may wait; whoever comes then waits to ask.
const WAITING: usize = 1_024;

/// How old what is remembered of an agency may be for [`Reader::recall`].
const FRESH: Duration = Duration::from_millis(100);

/// How long a reader without questions keeps its connection.
const KEPT: Duration = Duration::from_secs(1);

/// The newest state of a stream.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) version: u64,
    pub(crate) recorded_at: Timestamp,
    pub(crate) state: Newest,
}

/// The state itself.
#[derive(Clone, Debug)]
pub(crate) enum Newest {
    Agency(Arc<AgencyState>),
    Case(Arc<CaseState>),
    /// An offering or a solution.
    Other(Arc<State>),
    /// Stored in the shape of another version of the software: fold the log instead.
    OtherShape(StreamKind),
}

/// The agency and one of its streams, as they are now.
#[derive(Clone, Debug)]
pub(crate) struct Sight {
    pub(crate) agency: Option<Head>,
    pub(crate) stream: Option<Head>,
}

struct Question {
    stream: Option<Uuid>,
    reply: oneshot::Sender<Result<Sight, StoreError>>,
}

/// What is remembered, at the version at which it was read.
struct Memory {
    /// Of which generation it is.
    generation: i32,
    heads: LruCache<Uuid, Head>,
    /// When the last query began that answered; the agency's own head is from it.
    seen: Option<Instant>,
}

/// Where to ask an agency's reader.
#[derive(Clone)]
pub(crate) struct Reader {
    scope: Scope,
    questions: mpsc::Sender<Question>,
    memory: Arc<Mutex<Memory>>,
}

impl Reader {
    /// A reader of an agency, and what it does until nobody can ask it any more.
    pub(crate) fn new(scope: Scope, database: Database) -> (Self, impl Future<Output = ()> + Send) {
        let (sender, questions) = mpsc::channel(WAITING);
        let memory = Arc::new(Mutex::new(Memory {
            generation: 0,
            heads: LruCache::new(STATES),
            seen: None,
        }));
        let desk = Desk {
            scope,
            database,
            memory: Arc::clone(&memory),
            connection: None,
        };
        let reader = Self {
            scope,
            questions: sender,
            memory,
        };
        (reader, desk.serve(questions))
    }

    /// What is remembered of the agency and of `stream`, without asking: the agency as it was at most
    /// [`FRESH`] ago, the stream as it was once. None if one of them is not remembered.
    pub(crate) fn recall(&self, stream: Option<Uuid>) -> Option<Sight> {
        let mut memory = open(&self.memory);
        memory.seen.filter(|seen| seen.elapsed() <= FRESH)?;
        let agency = Some(memory.heads.get(&self.scope.agency())?.clone());
        let stream = match stream {
            Some(stream) => Some(memory.heads.get(&stream)?.clone()),
            None => None,
        };
        Some(Sight { agency, stream })
    }

    /// The agency's own newest state, and that of `stream`.
    ///
    /// # Errors
    /// If the store fails or stops.
    pub(crate) async fn ask(&self, stream: Option<Uuid>) -> Result<Sight, StoreError> {
        let (reply, answer) = oneshot::channel();
        let question = Question { stream, reply };
        let asked = self.questions.send(question).await;
        asked.map_err(|_| StoreError::Stopped)?;
        answer.await.map_err(|_| StoreError::Stopped)?
    }
}

/// A stored head as a query answers it; the state is left out where it is remembered.
type Row = (i32, Uuid, i64, i64, String, i32, Option<String>);

struct Desk {
    scope: Scope,
    database: Database,
    memory: Arc<Mutex<Memory>>,
    /// Kept between queries; given back after any error.
    connection: Option<PoolConnection<Postgres>>,
}

impl Desk {
    async fn serve(mut self, mut questions: mpsc::Receiver<Question>) {
        let mut batch = Vec::new();
        loop {
            let taken = questions.recv_many(&mut batch, QUESTIONS);
            match tokio::time::timeout(KEPT, taken).await {
                Ok(0) => return,
                Ok(_) => self.answer(&mut batch).await,
                Err(_) => self.connection = None,
            }
        }
    }

    async fn answer(&mut self, batch: &mut Vec<Question>) {
        let mut asked: Vec<Uuid> = batch.iter().filter_map(|one| one.stream).collect();
        asked.push(self.scope.agency());
        asked.sort_unstable();
        asked.dedup();
        let answer = self.look(&asked).await.map_err(Arc::new);
        if let Err(error) = &answer {
            tracing::warn!(agency = %self.scope.agency(), %error, "a query of newest states failed");
        }
        for question in batch.drain(..) {
            let sight = match &answer {
                Ok(heads) => Ok(Sight {
                    agency: heads.get(&self.scope.agency()).cloned(),
                    stream: question.stream.and_then(|id| heads.get(&id).cloned()),
                }),
                Err(error) => Err(StoreError::Shared(Arc::clone(error))),
            };
            if question.reply.send(sight).is_err() {
                tracing::debug!("nobody waits for the answer any more");
            }
        }
    }

    /// The newest states of the streams that are there.
    async fn look(&mut self, asked: &[Uuid]) -> Result<HashMap<Uuid, Head>, StoreError> {
        let began = Instant::now();
        let (generation, mut remembered) = {
            let mut memory = open(&self.memory);
            let heads = &mut memory.heads;
            let remembered = asked.iter();
            let remembered = remembered.filter_map(|id| Some((*id, heads.get(id)?.clone())));
            let remembered: HashMap<Uuid, Head> = remembered.collect();
            (memory.generation, remembered)
        };
        let known = |id| remembered.get(id).map_or(0, |head| signed(head.version));
        let known: Vec<i64> = asked.iter().map(known).collect();
        let place = (self.scope.agency(), generation);
        let rows = match self.database.clone() {
            Database::Postgres(pool) => {
                let kept = match self.connection.take() {
                    Some(mut kept) => match postgres(&mut kept, place, asked, &known).await {
                        Ok(rows) => Some((kept, rows)),
                        // The server went away meanwhile, and may be back: a read can be asked again.
                        Err(error) if is_away(&error) => None,
                        Err(error) => return Err(error.into()),
                    },
                    None => None,
                };
                let (connection, rows) = if let Some(answered) = kept {
                    answered
                } else {
                    let mut fresh = bound(&pool, self.scope).await?;
                    let rows = postgres(&mut fresh, place, asked, &known).await?;
                    (fresh, rows)
                };
                self.keep_connection(&pool, connection);
                rows
            }
            Database::Sqlite(pool) => {
                let mut connection = pool.acquire().await?;
                sqlite(&mut connection, place, asked, &known).await?
            }
        };
        let mut memory = open(&self.memory);
        if let Some((generation, ..)) = rows.first()
            && *generation != memory.generation
        {
            memory.generation = *generation;
            memory.heads.clear();
        }
        let mut heads = HashMap::with_capacity(rows.len());
        for row in rows {
            let stream = row.1;
            let head = match head(row)? {
                Some(head) => {
                    memory.heads.put(stream, head.clone());
                    head
                }
                None => remembered.remove(&stream).ok_or_else(|| {
                    StoreError::Corrupt(format!("no state of {stream} came, and none is known"))
                })?,
            };
            heads.insert(stream, head);
        }
        memory.seen = Some(began);
        Ok(heads)
    }

    /// Keeps the connection for the next query, unless another reader may be waiting for one.
    fn keep_connection(&mut self, pool: &PgPool, connection: PoolConnection<Postgres>) {
        let more = pool.size() < pool.options().get_max_connections() || pool.num_idle() > 0;
        self.connection = more.then_some(connection);
    }
}

fn open(memory: &Mutex<Memory>) -> MutexGuard<'_, Memory> {
    memory.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The head that a row brings; none if its state was left out.
fn head(row: Row) -> Result<Option<Head>, StoreError> {
    let (_, _, version, recorded_at, kind, schema, state) = row;
    let Some(state) = state else { return Ok(None) };
    let kind = StreamKind::from_code(&kind)
        .ok_or_else(|| StoreError::Corrupt(format!("stream kind {kind}")))?;
    let state = if u32::try_from(schema).ok() == Some(State::schema(kind)) {
        match State::from_stored(kind, &state)? {
            State::Agency(agency) => Newest::Agency(Arc::new(agency)),
            State::Case(case) => Newest::Case(Arc::new(case)),
            state @ (State::Offering(_) | State::Solution(_)) => Newest::Other(Arc::new(state)),
        }
    } else {
        Newest::OtherShape(kind)
    };
    Ok(Some(Head {
        version: unsigned(version)?,
        recorded_at: instant(recorded_at)?,
        state,
    }))
}

// Each stream is probed by itself, which LIMIT makes sure of: on a table that was never analysed the
// planner takes a join for cheaper, by a scan of the whole agency.
async fn postgres(
    connection: &mut PgConnection,
    (agency, generation): (Uuid, i32),
    asked: &[Uuid],
    known: &[i64],
) -> Result<Vec<Row>, sqlx::Error> {
    sqlx::query_as(stated("SELECT lane.generation, head.stream_id, head.version, head.recorded_at, head.stream_kind, \
         head.state_schema, CASE WHEN head.version <> ($4::bigint[])[i] OR lane.generation <> $2 \
         THEN head.state END \
         FROM lane CROSS JOIN generate_subscripts($3::uuid[], 1) AS i CROSS JOIN LATERAL ( \
         SELECT stream_id, version, recorded_at, stream_kind, state_schema, state FROM stream_head WHERE agency_id = lane.agency_id AND generation = lane.generation \
         AND stream_id = ($3::uuid[])[i] LIMIT 1) AS head WHERE lane.agency_id = $1"))
    .bind(agency)
    .bind(generation)
    .bind(asked)
    .bind(known)
    .fetch_all(connection)
    .await
}

async fn sqlite(
    connection: &mut SqliteConnection,
    (agency, generation): (Uuid, i32),
    asked: &[Uuid],
    known: &[i64],
) -> Result<Vec<Row>, sqlx::Error> {
    let mut rows = Vec::with_capacity(asked.len());
    for (stream, known) in asked.iter().zip(known) {
        let row = sqlx::query_as(stated(
            "SELECT lane.generation, head.stream_id, head.version, head.recorded_at, \
             head.stream_kind, head.state_schema, CASE WHEN head.version <> $4 \
             OR lane.generation <> $2 THEN head.state END \
             FROM lane JOIN stream_head AS head ON head.agency_id = lane.agency_id \
             AND head.generation = lane.generation AND head.stream_id = $3 \
             WHERE lane.agency_id = $1",
        ))
        .bind(agency)
        .bind(generation)
        .bind(*stream)
        .bind(*known)
        .fetch_optional(&mut *connection)
        .await?;
        rows.extend(row);
    }
    Ok(rows)
}
