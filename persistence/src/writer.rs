//! The writer: one task per agency on PostgreSQL, one for all on SQLite; its queue carries commands.
//!
//! Invariants:
//! - Every verdict, refusals too, is true at the agency's head: either the head did not move since
//!   everything it rests on was read (compare-and-set), or the lane was locked before reading.
//! - A verdict leaves after the commit.
//! - A command that is only to be validated is decided in its place like any other and adds nothing: its verdict
//!   waits for the same commit or compare, as a refusal's does (ADR 0022).
//! - The order of checks: replay by key, the member's right, the version, the rules.
//!
//! Commands that wait together are settled together: decided one after the other, each on the states
//! that the ones before it leave, and flushed in one statement with one commit.
//!
//! On PostgreSQL the first attempt decides on cached states and moves the lane only if it is still
//! where the cache says. If it is not, another process wrote: the caches go, the lane is locked
//! first, and everything is read again in later statements. An answer that got lost on the way
//! back from the database is resolved the same way: under the lock the command's key tells.

mod cache;
mod draft;
mod founding;
mod lookup;
mod queue;
mod rows;
mod submission;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fallbuch_domain::catalogue::Catalogue;
use sqlx::pool::PoolConnection;
use sqlx::{Connection, PgPool, Postgres, Sqlite};
use uuid::Uuid;

use crate::access::Access;
use crate::database::Database;
use crate::error::{CommandError, StoreError};
use crate::evidence::{Sealer, Secret};
use crate::metrics::{FlushPath, Metrics};
use crate::session::{Lane, Session};
use crate::sources::Sources;
use crate::tenant::{Scope, bound};
use cache::AgencyCache;
use draft::Draft;
pub(crate) use founding::Founding;
use lookup::{Lookup, command_ids, replay, replay_refused};
pub(crate) use queue::Queue;
pub use submission::{Expected, Handling, IdempotencyKey, Preview, Receipt};
pub(crate) use submission::{Intent, Submission};

/// How many commands one flush takes at the most.
const COMMANDS: usize = 256;

/// How many bytes of events one flush takes at the most; the command that passes it is the last.
const BYTES: usize = 4 << 20;

/// How long a writer without commands keeps its connection. The pool asks a connection for a sign
/// of life whenever it is taken or given back: two round trips that a busy writer saves.
const KEPT: Duration = Duration::from_secs(1);

/// How long a writer that always has commands keeps the connection that writes to SQLite.
const TURN: Duration = Duration::from_millis(20);

/// What every writer works with.
#[derive(Clone)]
pub(crate) struct Workshop {
    pub(crate) database: Database,
    pub(crate) sources: Sources,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) secret: Secret,
    pub(crate) origin: Arc<str>,
    pub(crate) metrics: Metrics,
}

/// One writer with what it knows of its agencies.
pub(crate) struct Writer {
    workshop: Workshop,
    agencies: HashMap<Uuid, AgencyCache>,
    /// Kept between batches; given back after any error, as nobody knows what state it is in.
    /// It is bound to the one agency that a writer serves on PostgreSQL.
    connection: Option<(Scope, PoolConnection<Postgres>)>,
    /// The same on SQLite, with the instant since when: others wait for the one connection that writes.
    file: Option<(PoolConnection<Sqlite>, Instant)>,
}

/// What a command came to.
pub(crate) type Verdict = Result<Receipt, CommandError>;

impl Writer {
    pub(crate) fn new(workshop: Workshop) -> Self {
        Self {
            workshop,
            agencies: HashMap::new(),
            connection: None,
            file: None,
        }
    }

    /// Settles what waits in the queue until it is closed and empty. There is no timer: at low load a
    /// batch is one command, and while one batch is flushed the next one gathers.
    pub(crate) async fn run(mut self, queue: Arc<Queue>) {
        while let Some(batch) = self.next(&queue).await {
            self.settle(batch).await;
            // Those who were answered come first: what they ask next goes into the same batch as what
            // waits already, and not one flush later.
            tokio::task::yield_now().await;
            if queue.is_empty()
                || self
                    .file
                    .as_ref()
                    .is_some_and(|(_, since)| since.elapsed() > TURN)
            {
                self.file = None;
            }
        }
    }

    async fn next(&mut self, queue: &Queue) -> Option<Vec<Submission>> {
        if self.connection.is_some() {
            if let Ok(batch) = tokio::time::timeout(KEPT, queue.take(COMMANDS)).await {
                return batch;
            }
            self.connection = None;
        }
        queue.take(COMMANDS).await
    }

    async fn settle(&mut self, mut batch: Vec<Submission>) {
        while let Some(first) = batch.first() {
            let access = first.access.clone();
            let verdicts = match self.verdicts(&access, &batch).await {
                Ok(verdicts) => verdicts,
                // No connection came, so nothing was sent; one by one they would wait as long again.
                Err(StoreError::Database(error @ sqlx::Error::PoolTimedOut)) => {
                    tracing::error!(agency = %access.agency(), %error, "the database is away");
                    away(batch.len())
                }
                Err(error) => {
                    let agency = access.agency();
                    tracing::warn!(%agency, %error, "flush failed, settling one by one");
                    self.one_by_one(&access, &batch).await
                }
            };
            // A flush takes as many commands as its bytes allow; the rest is the next one.
            let rest = batch.split_off(verdicts.len().clamp(1, batch.len()));
            for (submission, verdict) in batch.into_iter().zip(verdicts) {
                let metrics = &self.workshop.metrics;
                metrics.count(&submission.intent, &verdict);
                submission.answer(verdict);
            }
            batch = rest;
        }
    }

    async fn verdicts(
        &mut self,
        access: &Access,
        batch: &[Submission],
    ) -> Result<Vec<Verdict>, StoreError> {
        self.know(access)?;
        match self.settle_on_cache(access.scope(), batch).await {
            Ok(Some(verdicts)) => Ok(verdicts),
            Ok(None) => {
                let lookup = match self.workshop.database {
                    Database::Postgres(_) => Lookup::OfAll,
                    Database::Sqlite(_) => Lookup::OfRefused,
                };
                let flush = self.workshop.metrics.begin_flush(FlushPath::Locked);
                let scope = access.scope();
                let verdicts = self.settle_under_lock(scope, batch, lookup).await?;
                flush.settled();
                Ok(verdicts)
            }
            Err(error) => {
                self.forget(access.agency());
                Err(error)
            }
        }
    }

    /// Each command by itself under the lock: a bad one does not hurt its neighbours, and one whose
    /// commit was answered by silence is found by its key.
    async fn one_by_one(&mut self, access: &Access, batch: &[Submission]) -> Vec<Verdict> {
        let mut verdicts = Vec::with_capacity(batch.len());
        for submission in batch {
            let alone = std::slice::from_ref(submission);
            let flush = self.workshop.metrics.begin_flush(FlushPath::Single);
            let settled = self.settle_under_lock(access.scope(), alone, Lookup::OfAll);
            let verdict = match settled.await {
                Ok(mut verdict) => {
                    flush.settled();
                    verdict.pop().unwrap_or(Err(StoreError::Stopped.into()))
                }
                Err(error) if error.is_passing() => {
                    tracing::error!(agency = %access.agency(), %error, "the database is away");
                    // The others would wait for the same database.
                    verdicts.extend(away(batch.len() - verdicts.len()));
                    return verdicts;
                }
                Err(error) => Err(error.into()),
            };
            verdicts.push(verdict);
        }
        verdicts
    }

    /// Makes sure there is a cache for the agency, and a sealer in it.
    fn know(&mut self, access: &Access) -> Result<(), StoreError> {
        if !self.agencies.contains_key(&access.agency()) {
            let origin = format!("{}/{}", self.workshop.origin, access.agency_code());
            let sealer = Sealer::new(&self.workshop.secret, origin)?;
            self.agencies
                .insert(access.agency(), AgencyCache::new(sealer));
        }
        Ok(())
    }

    fn forget(&mut self, agency: Uuid) {
        if let Some(cache) = self.agencies.get_mut(&agency) {
            cache.forget();
        }
    }

    /// Decides on what is cached; none if the lane has moved since, or nothing is known yet.
    async fn settle_on_cache(
        &mut self,
        scope: Scope,
        batch: &[Submission],
    ) -> Result<Option<Vec<Verdict>>, StoreError> {
        let agency = scope.agency();
        let known = self.agencies.get(&agency).and_then(|cache| cache.lane);
        let (Database::Postgres(pool), Some(lane)) = (self.workshop.database.clone(), known) else {
            return Ok(None);
        };
        let flush = self.workshop.metrics.begin_flush(FlushPath::Fast);
        let mut connection = self.connection(&pool, scope).await?;
        let draft = self
            .decide(&mut *connection, lane, agency, batch, Lookup::OfRefused)
            .await?;
        let unmoved = if draft.is_empty() {
            let now = connection.lane(agency, false).await?;
            now.is_some_and(|now| now.position == lane.position)
        } else {
            connection.append(&draft.batch).await?
        };
        self.keep_connection(&pool, scope, connection);
        if unmoved {
            flush.settled();
        } else {
            flush.moved();
        }
        Ok(unmoved.then(|| self.keep(agency, draft)))
    }

    /// The connection that was kept for the agency, or one of the pool.
    async fn connection(
        &mut self,
        pool: &PgPool,
        scope: Scope,
    ) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        match self.connection.take() {
            Some((kept_for, connection)) if kept_for == scope => Ok(connection),
            Some(_) | None => bound(pool, scope).await,
        }
    }

    /// Keeps the connection for the next batch, unless another writer may be waiting for one.
    fn keep_connection(
        &mut self,
        pool: &PgPool,
        scope: Scope,
        connection: PoolConnection<Postgres>,
    ) {
        let more = pool.size() < pool.options().get_max_connections() || pool.num_idle() > 0;
        self.connection = more.then_some((scope, connection));
    }

    /// Locks the lane, then reads and decides; what comes out is final.
    async fn settle_under_lock(
        &mut self,
        scope: Scope,
        batch: &[Submission],
        lookup: Lookup,
    ) -> Result<Vec<Verdict>, StoreError> {
        let agency = scope.agency();
        let draft = match self.workshop.database.clone() {
            Database::Postgres(pool) => {
                let mut connection = self.connection(&pool, scope).await?;
                let mut transaction = connection.begin().await?;
                let draft = self
                    .decide_and_append(&mut *transaction, agency, batch, lookup)
                    .await?;
                transaction.commit().await?;
                self.keep_connection(&pool, scope, connection);
                draft
            }
            Database::Sqlite(pool) => {
                let (mut connection, since) = match self.file.take() {
                    Some(kept) => kept,
                    None => (pool.acquire().await?, Instant::now()),
                };
                let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
                let draft = self
                    .decide_and_append(&mut *transaction, agency, batch, lookup)
                    .await?;
                transaction.commit().await?;
                self.file = Some((connection, since));
                draft
            }
        };
        Ok(match draft {
            Some(draft) => self.keep(agency, draft),
            None => batch.iter().map(|_| Err(CommandError::NotFound)).collect(),
        })
    }

    /// None if the agency has no lane.
    async fn decide_and_append<S: Session>(
        &mut self,
        session: &mut S,
        agency: Uuid,
        batch: &[Submission],
        lookup: Lookup,
    ) -> Result<Option<Draft>, StoreError> {
        let Some(lane) = session.lane(agency, true).await? else {
            return Ok(None);
        };
        // Positions are dense: where the lane has not moved, nothing was appended.
        if self.agencies.get(&agency).and_then(|cache| cache.lane) != Some(lane) {
            self.forget(agency);
        }
        let draft = self.decide(session, lane, agency, batch, lookup).await?;
        if !draft.is_empty() && !session.append(&draft.batch).await? {
            return Err(StoreError::Corrupt(format!(
                "lane of {agency} moved while it was locked"
            )));
        }
        Ok(Some(draft))
    }

    /// Decides the commands in their order on top of `lane`, as many as one flush takes.
    async fn decide<S: Session>(
        &mut self,
        session: &mut S,
        lane: Lane,
        agency: Uuid,
        batch: &[Submission],
        lookup: Lookup,
    ) -> Result<Draft, StoreError> {
        let mut draft = Draft::new(agency, lane);
        let Some(cache) = self.agencies.get_mut(&agency) else {
            return Err(StoreError::Corrupt(format!("no cache for {agency}")));
        };
        draft.prefetch(session, cache, batch).await?;
        let recorded = match lookup {
            Lookup::OfAll => session.recorded(agency, &command_ids(batch)).await?,
            Lookup::OfRefused => HashMap::new(),
        };
        for submission in batch {
            let earlier = submission
                .identified()
                .and_then(|(key, id)| Some((key, recorded.get(&id)?)));
            let verdict = match earlier {
                Some((key, recorded)) => replay(session, agency, key, recorded).await,
                None => draft.add(session, cache, &self.workshop, submission).await,
            };
            if let Err(CommandError::Store(error)) = verdict {
                return Err(error);
            }
            draft.verdicts.push(verdict);
            if draft.bytes > BYTES {
                break;
            }
        }
        if lookup == Lookup::OfRefused {
            replay_refused(session, agency, batch, &mut draft).await?;
        }
        Ok(draft)
    }

    /// Keeps what was stored, for the commands that follow, and hands out the verdicts.
    fn keep(&mut self, agency: Uuid, draft: Draft) -> Vec<Verdict> {
        let (commands, events) = (draft.verdicts.len(), draft.batch.events.len());
        self.workshop
            .metrics
            .count_flush(commands, events, draft.bytes);
        match self.agencies.get_mut(&agency) {
            Some(cache) => cache.keep(draft),
            None => draft.verdicts,
        }
    }
}

/// The verdicts of so many commands while the database is away.
fn away(commands: usize) -> Vec<Verdict> {
    std::iter::repeat_with(|| Err(StoreError::Unavailable.into()))
        .take(commands)
        .collect()
}
