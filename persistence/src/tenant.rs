//! The walls around an agency's rows: a scope that only a checked caller has, and connections that are bound to it.
//!
//! Invariants:
//! - A statement on an agency's rows runs on a [`Bound`] connection or in a bound transaction, and both are made
//!   from a [`Scope`] alone. The statement names the agency as well: that is the first wall, on both databases.
//! - On PostgreSQL the second one is row-level security, forced on every tenant table. Its policies compare with the
//!   connection's setting `app.agency_id`. A connection that is bound to nobody has none, and a statement on it
//!   raises; so does one that names another agency by mistake, or it finds nothing.
//! - A connection is bound before it is handed out and unbound when it comes back to its pool. One that cannot be
//!   unbound is closed.
//!
//! The setting lasts as long as a connection is lent, not as long as a transaction: whoever keeps a connection, as
//! writers and readers do, binds it once, and a statement costs one round trip (ADR 0017).

#[cfg(test)]
mod mutation;
#[cfg(test)]
mod tests;

use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseTransaction, DbErr, Statement, TransactionTrait,
};
use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres, Sqlite};
use uuid::Uuid;

use crate::database::Database;
use crate::error::is_away;

/// One agency's rows, for whoever was found to have access to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Scope(Uuid);

impl Scope {
    /// The scope of `agency`. Made in five places: for a caller whose membership is being looked up or was found
    /// (`store/entrance.rs`), for members of the network and the agencies they open (`store/network.rs`), for the
    /// machine's owner (`onboarding.rs`), for projections (`projection/worker.rs`), and by an
    /// [`Access`](crate::Access), which comes from the first three. A test holds the source against this list.
    pub(crate) fn of(agency: Uuid) -> Self {
        Self(agency)
    }

    /// The agency.
    pub(crate) fn agency(self) -> Uuid {
        self.0
    }
}

/// A connection that reaches one agency's rows.
pub(crate) enum Bound {
    /// SQLite knows the first wall only.
    Sqlite(PoolConnection<Sqlite>),
    /// The setting is the scope's.
    Postgres(PoolConnection<Postgres>),
}

/// The same lines on either connection.
macro_rules! on_bound {
    ($bound:expr, $connection:ident => $lines:expr) => {
        match &mut $bound {
            $crate::tenant::Bound::Sqlite($connection) => {
                let $connection = &mut **$connection;
                $lines
            }
            $crate::tenant::Bound::Postgres($connection) => {
                let $connection = &mut **$connection;
                $lines
            }
        }
    };
}
pub(crate) use on_bound;

impl Database {
    /// A connection bound to the scope's agency.
    pub(crate) async fn bound(&self, scope: Scope) -> Result<Bound, sqlx::Error> {
        Ok(match self {
            Self::Sqlite(pool) => Bound::Sqlite(pool.acquire().await?),
            Self::Postgres(pool) => Bound::Postgres(bound(pool, scope).await?),
        })
    }

    /// A transaction bound to the scope's agency, for reading by entity.
    pub(crate) async fn begin_reading(&self, scope: Scope) -> Result<DatabaseTransaction, DbErr> {
        let transaction = self.queries().begin().await?;
        bind(&transaction, scope).await?;
        Ok(transaction)
    }

    /// A transaction bound to the scope's agency, for writing: on SQLite it has the file's write lock from
    /// its beginning.
    pub(crate) async fn begin_writing(&self, scope: Scope) -> Result<DatabaseTransaction, DbErr> {
        let options = sea_orm::TransactionOptions {
            sqlite_transaction_mode: Some(sea_orm::SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let transaction = self.queries().begin_with_options(options).await?;
        bind(&transaction, scope).await?;
        Ok(transaction)
    }
}

/// Binds a transaction, for as long as it lasts.
async fn bind(transaction: &DatabaseTransaction, scope: Scope) -> Result<(), DbErr> {
    let backend = transaction.get_database_backend();
    if backend == DatabaseBackend::Postgres {
        let bind = "SELECT set_config('app.agency_id', $1, true)";
        let agency = scope.0.to_string().into();
        let statement = Statement::from_sql_and_values(backend, bind, [agency]);
        transaction.query_one_raw(statement).await?;
    }
    Ok(())
}

/// A connection of the pool, bound to the scope's agency until it is given back.
pub(crate) async fn bound(
    pool: &PgPool,
    scope: Scope,
) -> Result<PoolConnection<Postgres>, sqlx::Error> {
    let agency = scope.0.to_string();
    let mut stale = 0;
    loop {
        let mut connection = pool.acquire().await?;
        match set(&mut connection, &agency).await {
            Ok(()) => return Ok(connection),
            // The server went away and is back: what the pool kept of it is thrown away, one by one.
            Err(error) if is_away(&error) && stale < pool.options().get_max_connections() => {
                stale += 1;
                drop(connection.detach());
            }
            Err(error) => return Err(error),
        }
    }
}

/// Takes the connection's agency away: what a pool does with each one that comes back.
pub(crate) async fn unbind(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    set(connection, "").await
}

pub(crate) async fn set(connection: &mut PgConnection, agency: &str) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT set_config('app.agency_id', $1, false)")
        .bind(agency)
        .execute(connection)
        .await?;
    Ok(())
}

/// A statement on agencies' rows, on its way to the database: in tests one can be changed there, to see that leaving
/// the agency out is noticed.
#[cfg(not(test))]
pub(crate) const fn stated(statement: &'static str) -> &'static str {
    statement
}

#[cfg(test)]
pub(crate) fn stated(statement: &'static str) -> sqlx::AssertSqlSafe<String> {
    sqlx::AssertSqlSafe(mutation::stated(statement))
}

/// The same for a statement that was put together.
#[cfg(not(test))]
pub(crate) fn restated(statement: &str) -> std::borrow::Cow<'_, str> {
    statement.into()
}

#[cfg(test)]
pub(crate) fn restated(statement: &str) -> std::borrow::Cow<'_, str> {
    mutation::stated(statement).into()
}
