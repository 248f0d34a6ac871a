//! Projections that follow the log: rows that answer a question, written some time after the events
//! they come from.
//!
//! Invariants:
//! - The checkpoint moves in the same transaction as the rows, so an event counts exactly once.
//! - Of one projection and agency one worker at a time, across all processes: whoever holds the
//!   checkpoint's row.
//! - Positions are taken one after the other; a page with a gap is refused, an event that cannot be
//!   applied stops the projection for its agency. Nothing is skipped.
//! - Everything can be thrown away and rebuilt to the same rows (see [`crate::rebuild`]).
//!
//! A new projection is a variant here with its tables, a file below, and a migration.

mod activity;
mod worker;

use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseTransaction, DbErr, Statement, Value};
use time::Date;

use crate::database::Database;
use crate::error::StoreError;
use crate::session::signed;
use crate::tenant::{Scope, restated};

pub use worker::{Following, StoppedAt};
pub(crate) use worker::{Worker, begin_first};

/// How many events one transaction takes at the most.
pub(crate) const PAGE: u64 = 4_000;

/// A projection that follows the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Projection {
    /// How often what happened in which month.
    Activity,
}

/// The rows of one generation of a projection for one agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) projection: Projection,
    pub(crate) scope: Scope,
    pub(crate) generation: i32,
}

/// What a projection is told of an event.
#[derive(Clone, Debug)]
pub(crate) struct Logged {
    pub(crate) position: i64,
    pub(crate) event_type: String,
    pub(crate) occurred_on: Date,
}

impl Projection {
    /// All of them.
    pub(crate) const ALL: &[Self] = &[Self::Activity];

    /// The name in commands, metrics and health.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Activity => "activity",
        }
    }

    /// The projection with this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.name() == name)
    }

    /// Its table, and everything its rows say.
    pub(crate) fn table(self) -> (&'static str, &'static str) {
        match self {
            Self::Activity => ("activity", "month, type, count"),
        }
    }

    /// The columns that tell the rows of one generation apart.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Activity => "month, type",
        }
    }

    async fn apply(
        self,
        transaction: &DatabaseTransaction,
        place: Place,
        events: &[Logged],
    ) -> Result<(), DbErr> {
        match self {
            Self::Activity => activity::apply(transaction, place, events).await,
        }
    }
}

/// How far an advance came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Advance {
    /// To this position; there may be more.
    To(u64),
    /// To the end of what was asked for.
    Done,
    /// Somebody else is at it.
    Taken,
}

/// Why an advance stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The database is away or refused for a reason of its own.
    Store(StoreError),
    /// This event cannot be applied.
    Event { position: i64, error: StoreError },
}

impl<E: Into<StoreError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Store(error.into())
    }
}

impl Place {
    /// Applies the next page of events up to `until`, in one transaction with the checkpoint.
    pub(crate) async fn advance(self, database: &Database, until: u64) -> Result<Advance, Stop> {
        let transaction = begin(database, self.scope).await?;
        let Some(from) = self.checkpoint(&transaction, true).await? else {
            return Ok(Advance::Taken);
        };
        let page = PAGE.min(until.saturating_sub(from));
        if page == 0 {
            return Ok(Advance::Done);
        }
        let events = self.logged(&transaction, from, page).await?;
        if events.is_empty() {
            return Ok(Advance::Done);
        }
        let reached = from + events.len() as u64;
        if self.apply(&transaction, &events).await.is_err() {
            // At once: whoever finds the checkpoint's row held takes it for somebody else's.
            transaction.rollback().await?;
            return self.one_by_one(database, &events).await;
        }
        self.keep(&transaction, reached).await?;
        transaction.commit().await?;
        Ok(if reached == until {
            Advance::Done
        } else {
            Advance::To(reached)
        })
    }

    /// Applies events one by one, each in a transaction of its own: so it is known which one fails,
    /// and those before it count.
    async fn one_by_one(self, database: &Database, events: &[Logged]) -> Result<Advance, Stop> {
        for event in events {
            let transaction = begin(database, self.scope).await?;
            let before = self.checkpoint(&transaction, true).await?;
            if before.map(signed) != Some(event.position - 1) {
                return Ok(Advance::Taken);
            }
            let applied = self.apply(&transaction, std::slice::from_ref(event)).await;
            if let Err(error) = applied {
                let error = StoreError::from(error);
                return Err(if error.is_passing() {
                    Stop::Store(error)
                } else {
                    let position = event.position;
                    Stop::Event { position, error }
                });
            }
            let reached = u64::try_from(event.position).unwrap_or(0);
            self.keep(&transaction, reached).await?;
            transaction.commit().await?;
        }
        let last = events.last().map_or(0, |event| event.position);
        Ok(Advance::To(u64::try_from(last).unwrap_or(0)))
    }

    /// Goes on to `until` within a transaction.
    pub(crate) async fn catch_up(
        self,
        transaction: &DatabaseTransaction,
        until: u64,
    ) -> Result<(), StoreError> {
        loop {
            let from = self.checkpoint(transaction, false).await?;
            let from = from.ok_or(StoreError::Overtaken)?;
            let page = PAGE.min(until.saturating_sub(from));
            let events = self.logged(transaction, from, page).await?;
            if events.is_empty() {
                return Ok(());
            }
            self.apply(transaction, &events).await?;
            self.keep(transaction, from + events.len() as u64).await?;
        }
    }

    async fn apply(
        self,
        transaction: &DatabaseTransaction,
        events: &[Logged],
    ) -> Result<(), DbErr> {
        self.projection.apply(transaction, self, events).await
    }

    /// The checkpoint, with its row locked; none if the row is not there, or if somebody else holds it
    /// and `skip` says not to wait.
    pub(crate) async fn checkpoint(
        self,
        transaction: &DatabaseTransaction,
        skip: bool,
    ) -> Result<Option<u64>, StoreError> {
        let lock = match (for_update(transaction), skip) {
            (" FOR UPDATE", true) => " FOR UPDATE SKIP LOCKED",
            (lock, _) => lock,
        };
        let sql = format!(
            "SELECT position FROM projection WHERE agency_id = $1 AND name = $2 AND generation = $3{lock}"
        );
        let row = transaction
            .query_one_raw(self.statement(transaction, &sql, []))
            .await?;
        let position = row
            .map(|row| row.try_get::<i64>("", "position"))
            .transpose()?;
        position.map(crate::read::unsigned).transpose()
    }

    /// At most `limit` events after `position`, dense.
    async fn logged(
        self,
        transaction: &DatabaseTransaction,
        position: u64,
        limit: u64,
    ) -> Result<Vec<Logged>, StoreError> {
        let statement = Statement::from_sql_and_values(
            transaction.get_database_backend(),
            restated(
                "SELECT position, type, occurred_on FROM event WHERE agency_id = $1 \
                 AND position > $2 ORDER BY position LIMIT $3",
            ),
            [
                self.scope.agency().into(),
                signed(position).into(),
                signed(limit).into(),
            ],
        );
        let rows = transaction.query_all_raw(statement).await?;
        let mut events = Vec::with_capacity(rows.len());
        for (expected, row) in (signed(position) + 1..).zip(&rows) {
            let event = Logged {
                position: row.try_get("", "position")?,
                event_type: row.try_get("", "type")?,
                occurred_on: row.try_get("", "occurred_on")?,
            };
            if event.position != expected {
                let gap = format!("position {expected} of {} is missing", self.scope.agency());
                return Err(StoreError::Corrupt(gap));
            }
            events.push(event);
        }
        Ok(events)
    }

    /// Moves the checkpoint; a failure that was noted is over.
    async fn keep(self, transaction: &DatabaseTransaction, position: u64) -> Result<(), DbErr> {
        let sql = "UPDATE projection SET position = $4, failed_at = NULL, failure = NULL \
                   WHERE agency_id = $1 AND name = $2 AND generation = $3";
        let statement = self.statement(transaction, sql, [signed(position).into()]);
        transaction.execute_raw(statement).await?;
        Ok(())
    }

    /// Notes at which event the projection stopped.
    pub(crate) async fn note_failure(
        self,
        database: &Database,
        position: i64,
        failure: &str,
    ) -> Result<(), StoreError> {
        let transaction = begin(database, self.scope).await?;
        let sql = "UPDATE projection SET failed_at = $4, failure = $5 \
                   WHERE agency_id = $1 AND name = $2 AND generation = $3";
        let values = [position.into(), failure.into()];
        transaction
            .execute_raw(self.statement(&transaction, sql, values))
            .await?;
        Ok(transaction.commit().await?)
    }

    /// A statement whose first three values are this place.
    pub(crate) fn statement<const N: usize>(
        self,
        connection: &impl ConnectionTrait,
        sql: &str,
        values: [Value; N],
    ) -> Statement {
        let place = [
            self.scope.agency().into(),
            self.projection.name().into(),
            self.generation.into(),
        ];
        let values = place.into_iter().chain(values).collect::<Vec<_>>();
        Statement::from_sql_and_values(connection.get_database_backend(), restated(sql), values)
    }
}

/// What a SELECT that locks its rows ends with: nothing on SQLite, whose transaction holds the file's
/// only write lock already.
pub(crate) fn for_update(transaction: &DatabaseTransaction) -> &'static str {
    if transaction.get_database_backend() == DatabaseBackend::Postgres {
        " FOR UPDATE"
    } else {
        ""
    }
}

/// A transaction of the connections that append, bound to the scope's agency. On PostgreSQL its commit does not
/// wait for the disk: what a crash takes away, rows and checkpoint together, is made again from the log.
pub(crate) async fn begin(database: &Database, scope: Scope) -> Result<DatabaseTransaction, DbErr> {
    let transaction = database.begin_writing(scope).await?;
    if transaction.get_database_backend() == DatabaseBackend::Postgres {
        transaction
            .execute_unprepared("SET LOCAL synchronous_commit = off")
            .await?;
    }
    Ok(transaction)
}
