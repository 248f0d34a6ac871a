//! The agency's access log: what auditors read of it, and what they were refused.
//!
//! Invariants:
//! - A visit is committed before it is answered; if it cannot be, there is no answer.
//! - Positions are dense and in commit order per agency, and the database refuses to change or remove a row.

use fallbuch_domain::Timestamp;
use sqlx::{Connection, FromRow};
use uuid::Uuid;

use crate::access::Access;
use crate::error::StoreError;
use crate::read::{Page, instant, unsigned};
use crate::session::signed;
use crate::store::Store;
use crate::tenant::{Bound, Scope, on_bound, stated};

/// One time that an auditor came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The engagement by which it was let in; none if none was in force.
    pub engagement: Option<Uuid>,
    /// The auditor: a member of the network.
    pub member: Uuid,
    /// The operation's id.
    pub operation: String,
    /// The case it asked for; whether there is such a case is not said.
    pub case: Option<Uuid>,
    /// Whether it was let in.
    pub was_permitted: bool,
}

/// A visit as it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedVisit {
    /// The place in the agency's access log, from 1.
    pub position: u64,
    /// When.
    pub recorded_at: Timestamp,
    /// The visit.
    pub visit: Visit,
}

#[derive(FromRow)]
struct Row {
    position: i64,
    recorded_at: i64,
    member_id: Uuid,
    engagement_id: Option<Uuid>,
    operation: String,
    case_id: Option<Uuid>,
    was_permitted: bool,
}

impl TryFrom<Row> for RecordedVisit {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            position: unsigned(row.position)?,
            recorded_at: instant(row.recorded_at)?,
            visit: Visit {
                engagement: row.engagement_id,
                member: row.member_id,
                operation: row.operation,
                case: row.case_id,
                was_permitted: row.was_permitted,
            },
        })
    }
}

/// Writes a visit down.
pub(crate) async fn record(store: &Store, scope: Scope, visit: &Visit) -> Result<(), StoreError> {
    // Whoever comes at the same time waits here, so that each statement sees the row of the one before.
    const TURN: &str = "SELECT pg_advisory_xact_lock(hashtextextended('access_log ' || $1, 0))";
    const INSERT: &str = "INSERT INTO access_log (agency_id, position, recorded_at, member_id, \
         engagement_id, operation, case_id, was_permitted) \
         SELECT $1, COALESCE(MAX(position), 0) + 1, $2, $3, $4, $5, $6, $7 FROM access_log \
         WHERE agency_id = $1";
    macro_rules! insert {
        ($connection:expr) => {
            sqlx::query(stated(INSERT))
                .bind(scope.agency())
                .bind(store.sources().clock.now().unix_microseconds())
                .bind(visit.member)
                .bind(visit.engagement)
                .bind(&visit.operation)
                .bind(visit.case)
                .bind(visit.was_permitted)
                .execute($connection)
                .await?
        };
    }
    match store.database().bound(scope).await? {
        // The one connection that writes is this one.
        Bound::Sqlite(mut connection) => {
            insert!(&mut *connection);
        }
        Bound::Postgres(mut connection) => {
            let mut transaction = connection.begin().await?;
            sqlx::query(stated(TURN))
                .bind(scope.agency().to_string())
                .execute(&mut *transaction)
                .await?;
            insert!(&mut *transaction);
            transaction.commit().await?;
        }
    }
    Ok(())
}

impl Store {
    /// A page of the agency's access log after `position`, in the order of the positions.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn access_log(
        &self,
        access: &Access,
        position: u64,
        limit: u64,
    ) -> Result<Page<RecordedVisit>, StoreError> {
        const VISITS: &str = "SELECT position, recorded_at, member_id, engagement_id, operation, \
             case_id, was_permitted FROM access_log WHERE agency_id = $1 AND position > $2 \
             ORDER BY position LIMIT $3";
        let mut bound = self.readers().bound(access.scope()).await?;
        let rows: Vec<Row> = on_bound!(bound, connection => {
            sqlx::query_as(stated(VISITS))
                .bind(access.agency())
                .bind(signed(position))
                .bind(signed(limit + 1))
                .fetch_all(connection)
                .await?
        });
        let visits = rows.into_iter().map(RecordedVisit::try_from);
        Ok(Page::cut(visits.collect::<Result<_, _>>()?, limit))
    }
}
