//! Connections: PostgreSQL by one pool, SQLite by one writing connection and a pool of readers.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbErr, SqlxPostgresConnector, SqlxSqliteConnector,
    Statement, Value,
};
use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use crate::error::StoreError;
use crate::tenant::unbind;

/// Readers are flat from eight connections up; the writers have their own beside them.
const READERS: u32 = 8;
const WRITERS: u32 = 16;
/// The worker has one at a time; a rebuild reads ahead of what it writes.
const PROJECTORS: u32 = 4;
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// How many prepared statements SQLite's writer keeps: those of a batch's every length among them.
const STATEMENTS: usize = 256;

/// How much of the file SQLite's writer keeps in memory, in KiB where negative: commands touch pages all
/// over it.
const WRITER_PAGES: &str = "-16384";

/// After how many pages of the write-ahead log they are moved into the file; a page that is written
/// again before that is moved once.
const CHECKPOINT: &str = "4000";

/// How long a connection is taken to be alive after its last use; after that it is asked, which
/// takes a round trip.
const TRUSTED: Duration = Duration::from_secs(1);

/// Which database, and where; its display hides the password.
#[derive(Clone)]
pub enum DatabaseUrl {
    /// A file of SQLite.
    Sqlite(Box<SqliteConnectOptions>),
    /// A database of PostgreSQL.
    Postgres(Box<PgConnectOptions>),
}

/// The address names no database that is supported.
#[derive(Debug, thiserror::Error)]
#[error("{0}: expected sqlite://… or postgres://…")]
pub struct UnsupportedDatabase(String);

impl DatabaseUrl {
    /// The file of SQLite at `path`.
    #[must_use]
    pub fn sqlite_file(path: &Path) -> Self {
        Self::Sqlite(Box::new(SqliteConnectOptions::new().filename(path)))
    }

    /// The file of SQLite, if there is none yet.
    #[must_use]
    pub fn missing_file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(options) => Some(options.get_filename()).filter(|file| !file.exists()),
            Self::Postgres(_) => None,
        }
    }
}

impl FromStr for DatabaseUrl {
    type Err = UnsupportedDatabase;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        // The address can hold a password: an error names the scheme alone.
        let scheme = url.split(':').next().unwrap_or_default();
        let error = || UnsupportedDatabase(format!("database address with scheme {scheme:?}"));
        match scheme {
            "sqlite" => SqliteConnectOptions::from_str(url)
                .map(|options| Self::Sqlite(Box::new(options)))
                .map_err(|_| error()),
            "postgres" | "postgresql" => PgConnectOptions::from_str(url)
                .map(|options| Self::Postgres(Box::new(options)))
                .map_err(|_| error()),
            _ => Err(error()),
        }
    }
}

impl std::fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(options) => write!(f, "SQLite, {}", options.get_filename().display()),
            Self::Postgres(options) => write!(
                f,
                "PostgreSQL, {} on {}:{}",
                options.get_database().unwrap_or("default database"),
                options.get_host(),
                options.get_port()
            ),
        }
    }
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

/// Connections for one purpose: to append, or to read. The two never wait for each other.
#[derive(Clone, Debug)]
pub(crate) enum Database {
    /// To append there is one connection: SQLite has one writer at a time anyway.
    Sqlite(SqlitePool),
    /// A pool of PostgreSQL.
    Postgres(PgPool),
}

impl Database {
    /// The same connections for queries by entity on what is no agency's: lanes, settings, code lists.
    pub(crate) fn queries(&self) -> DatabaseConnection {
        match self {
            Self::Sqlite(pool) => SqlxSqliteConnector::from_sqlx_sqlite_pool(pool.clone()),
            Self::Postgres(pool) => SqlxPostgresConnector::from_sqlx_postgres_pool(pool.clone()),
        }
    }

    /// Runs one statement on what is no agency's, in the same words on both databases.
    pub(crate) async fn run(&self, sql: &str, values: Vec<Value>) -> Result<(), DbErr> {
        let connection = self.queries();
        let backend = connection.get_database_backend();
        connection
            .execute_raw(Statement::from_sql_and_values(backend, sql, values))
            .await?;
        Ok(())
    }
}

/// Opens the connections of the projector's role, if the address is PostgreSQL's: SQLite knows no roles, and the
/// application does its work there.
pub(crate) async fn connect_projector(
    url: &DatabaseUrl,
    most: Option<u32>,
    patience: Duration,
) -> Result<Option<Database>, StoreError> {
    match url {
        DatabaseUrl::Sqlite(_) => Ok(None),
        DatabaseUrl::Postgres(options) => {
            let options = postgres_options(options, patience);
            let pool = postgres_pool(most.unwrap_or(PROJECTORS), options).await?;
            Ok(Some(Database::Postgres(pool)))
        }
    }
}

/// Opens the connections: those that append, and those that read.
pub(crate) async fn connect(
    url: &DatabaseUrl,
    most: Option<u32>,
    patience: Duration,
) -> Result<(Database, Database), StoreError> {
    match url {
        DatabaseUrl::Sqlite(options) => {
            let options = sqlite_options(options);
            let writer = sqlite_writer(&options).await?;
            let readers = SqlitePoolOptions::new()
                .max_connections(READERS)
                .acquire_timeout(ACQUIRE_TIMEOUT)
                .connect_with(options)
                .await?;
            Ok((Database::Sqlite(writer), Database::Sqlite(readers)))
        }
        DatabaseUrl::Postgres(options) => {
            let options = postgres_options(options, patience);
            let writers = postgres_pool(most.unwrap_or(WRITERS), options.clone()).await?;
            let readers = postgres_pool(most.unwrap_or(READERS), options).await?;
            Ok((Database::Postgres(writers), Database::Postgres(readers)))
        }
    }
}

/// Every statement is found by its keys, whatever their values: planning it anew costs more than running it. None
/// runs, or waits for a lock, for ever; nor does a transaction that nobody goes on with.
fn postgres_options(options: &PgConnectOptions, patience: Duration) -> PgConnectOptions {
    let options = options.clone().application_name("fallbuch");
    let milliseconds = |time: Duration| format!("{}ms", time.as_millis().max(1));
    options
        .options([("plan_cache_mode", "force_generic_plan")])
        .options([
            ("statement_timeout", milliseconds(patience)),
            ("lock_timeout", milliseconds(patience / 2)),
            (
                "idle_in_transaction_session_timeout",
                milliseconds(patience * 2),
            ),
        ])
}

async fn postgres_pool(connections: u32, options: PgConnectOptions) -> Result<PgPool, sqlx::Error> {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .before_acquire(|connection, usage| {
            Box::pin(async move {
                if usage.idle_for > TRUSTED {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .after_release(|connection, _| {
            Box::pin(async move {
                unbind(connection).await?;
                Ok(true)
            })
        })
        .connect_with(options)
        .await
}

/// The one connection that writes to a file of SQLite.
pub(crate) async fn sqlite_writer(
    options: &SqliteConnectOptions,
) -> Result<SqlitePool, sqlx::Error> {
    SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(
            options
                .clone()
                .statement_cache_capacity(STATEMENTS)
                .pragma("cache_size", WRITER_PAGES)
                .pragma("wal_autocheckpoint", CHECKPOINT),
        )
        .await
}

/// Durable at every commit, readers beside the writer, references checked.
pub(crate) fn sqlite_options(options: &SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .clone()
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
}
