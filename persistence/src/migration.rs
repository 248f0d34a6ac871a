//! The schema: numbered SQL files per database, run by sqlx's migrator.
//!
//! SQLite migrates itself at the start. On PostgreSQL the owner's role migrates and grants the
//! application's role what it needs and no more; a start on an older schema is refused.

use fallbuch_domain::catalogue::Catalogue;
use sqlx::migrate::{Migrate, Migrator};
use sqlx::{
    AssertSqlSafe, Connection, PgConnection, Postgres, QueryBuilder, Sqlite, SqliteConnection,
};

use crate::database::{Database, DatabaseUrl, sqlite_options};
use crate::error::StoreError;

static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");
static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");

/// The oldest server this runs on, as `server_version_num` says it.
const OLDEST_POSTGRES: i32 = 150_000;

/// A migration failed; the database is as it was before the one that failed.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database refused or did not answer.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A migration failed or was changed after it was run.
    #[error("migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The shipped code lists cannot be read or written.
    #[error("catalogue: {0}")]
    Catalogue(#[from] fallbuch_domain::catalogue::CatalogueError),
    /// A code list's entry cannot be written as JSON.
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The server is too old.
    #[error("PostgreSQL 15 or later is needed, this is {0}")]
    ServerTooOld(String),
}

/// The database's schema is not the one this version needs.
#[derive(Debug, thiserror::Error)]
pub enum SchemaMismatch {
    /// It is older, or empty.
    #[error(
        "the database's schema is at {found}, this version needs {needed}: run `fallbuch migrate` \
         with the owner's address in FALLBUCH_OWNER_DATABASE_URL"
    )]
    Older {
        /// The newest migration that was run; 0 for none.
        found: i64,
        /// The newest migration this version knows.
        needed: i64,
    },
    /// It is newer.
    #[error(
        "the database's schema is at {found}, this version knows {needed} only: start a newer version"
    )]
    Newer {
        /// The newest migration that was run.
        found: i64,
        /// The newest migration this version knows.
        needed: i64,
    },
}

/// How many entries one statement adds.
pub(crate) const ENTRIES: usize = 100;

/// Adds the entries that are not there; none is ever changed: a change of a code list is a new version
/// of its entry. The statement is the same on both databases, its types are not.
macro_rules! insert_entries {
    ($transaction:ident, $database:ty, $entries:expr) => {
        for entries in $entries.chunks(ENTRIES) {
            let mut rows = Vec::with_capacity(entries.len());
            for entry in entries {
                rows.push((entry, serde_json::to_string(&entry.body)?));
            }
            let mut insert = QueryBuilder::<$database>::new(
                "INSERT INTO catalogue (kind, code, version, valid_from, valid_to, body) ",
            );
            insert.push_values(rows, |mut row, (entry, body)| {
                row.push_bind(entry.kind.as_str())
                    .push_bind(entry.code.clone())
                    .push_bind(i32::try_from(entry.version).unwrap_or(i32::MAX))
                    .push_bind(entry.valid_from)
                    .push_bind(entry.valid_to)
                    .push_bind(body);
            });
            insert.push(" ON CONFLICT (kind, code, version) DO NOTHING");
            insert.build().execute(&mut *$transaction).await?;
        }
    };
}

pub(crate) use insert_entries;

/// The roles of PostgreSQL that are granted what they need, beside the owner of the tables.
#[derive(Clone, Copy, Debug, Default)]
pub struct Roles<'a> {
    /// The application's; none leaves its rights as they are.
    pub application: Option<&'a str>,
    /// The projector's, which writes what follows the log; none if the application does that as well.
    pub projector: Option<&'a str>,
}

/// Brings the schema and the shipped code lists up to date. On PostgreSQL `url` is the owner's address.
///
/// # Errors
/// The migration that failed; those before it stay.
pub async fn migrate(url: &DatabaseUrl, roles: Roles<'_>) -> Result<(), MigrateError> {
    let entries = Catalogue::shipped_entries()?;
    match url {
        DatabaseUrl::Sqlite(options) => {
            let mut connection = SqliteConnection::connect_with(&sqlite_options(options)).await?;
            SQLITE.run(&mut connection).await?;
            let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
            insert_entries!(transaction, Sqlite, entries);
            transaction.commit().await?;
            connection.close().await?;
        }
        DatabaseUrl::Postgres(options) => {
            let mut connection = PgConnection::connect_with(options).await?;
            check_server(&mut connection).await?;
            POSTGRES.run(&mut connection).await?;
            let mut transaction = connection.begin().await?;
            insert_entries!(transaction, Postgres, entries);
            grant(&mut transaction, roles, options.get_username()).await?;
            transaction.commit().await?;
            connection.close().await?;
        }
    }
    Ok(())
}

async fn check_server(connection: &mut PgConnection) -> Result<(), MigrateError> {
    let number: String = sqlx::query_scalar("SHOW server_version_num")
        .fetch_one(&mut *connection)
        .await?;
    let name: String = sqlx::query_scalar("SHOW server_version")
        .fetch_one(connection)
        .await?;
    match number.parse::<i32>() {
        Ok(number) if number >= OLDEST_POSTGRES => Ok(()),
        _ => Err(MigrateError::ServerTooOld(name)),
    }
}

/// What the application does: append to the log and read it, never change it.
const APPLICATION: &[(&str, &str)] = &[
    ("SELECT", "_sqlx_migrations, catalogue"),
    ("SELECT, INSERT", "event, access_log"),
    ("SELECT, INSERT", "agency"),
    (
        "SELECT, INSERT, UPDATE",
        "lane, stream_head, follow_up, counter",
    ),
    ("SELECT, INSERT, UPDATE, DELETE", "unique_key"),
    ("SELECT", "projection, activity"),
    ("SELECT, INSERT, DELETE", "setting"),
    (
        "EXECUTE",
        "FUNCTION heads_of(uuid[]), logins_of(text, text), logins_here(text), reserve_login(text, text, uuid)",
    ),
];

/// What the projector does: write whatever follows from the log, and nothing else.
const PROJECTOR: &[(&str, &str)] = &[
    (
        "SELECT",
        "_sqlx_migrations, catalogue, agency, event, setting",
    ),
    ("SELECT, UPDATE", "lane"),
    ("EXECUTE", "FUNCTION heads_of(uuid[])"),
    (
        "SELECT, INSERT, UPDATE, DELETE",
        "stream_head, follow_up, unique_key, counter, projection, activity",
    ),
];

/// Grants each role what it does and takes everything else away; the owner needs no grant.
async fn grant(
    connection: &mut PgConnection,
    roles: Roles<'_>,
    owner: &str,
) -> Result<(), sqlx::Error> {
    let application = roles
        .application
        .into_iter()
        .map(|role| (role, APPLICATION));
    // Without a projector of its own the application does its work.
    let projector = roles.projector.or(roles.application);
    let projector = projector.into_iter().map(|role| (role, PROJECTOR));
    let granted: Vec<_> = application
        .chain(projector)
        .filter(|(role, _)| *role != owner)
        .collect();
    for (role, _) in &granted {
        let revoke = format!(
            "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}",
            quoted(role)
        );
        sqlx::query(AssertSqlSafe(revoke))
            .execute(&mut *connection)
            .await?;
    }
    for (role, rights) in granted {
        for (rights, tables) in rights {
            let grant = format!("GRANT {rights} ON {tables} TO {}", quoted(role));
            sqlx::query(AssertSqlSafe(grant))
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(())
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Refuses a schema that is not exactly the one this version needs.
pub(crate) async fn check(database: &Database) -> Result<(), StoreError> {
    match database {
        Database::Sqlite(pool) => {
            let mut connection = pool.acquire().await?;
            Ok(check_sqlite(&mut connection).await?)
        }
        Database::Postgres(pool) => {
            let mut connection = pool.acquire().await?;
            Ok(check_postgres(&mut connection).await?)
        }
    }
}

/// The same on one connection.
pub(crate) async fn check_sqlite(connection: &mut SqliteConnection) -> Result<(), SchemaMismatch> {
    compare(newest(connection).await, &SQLITE)
}

/// The same on one connection.
pub(crate) async fn check_postgres(connection: &mut PgConnection) -> Result<(), SchemaMismatch> {
    compare(newest(connection).await, &POSTGRES)
}

fn compare(found: i64, migrator: &Migrator) -> Result<(), SchemaMismatch> {
    let needed = migrator
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or(0);
    match found {
        found if found < needed => Err(SchemaMismatch::Older { found, needed }),
        found if found > needed => Err(SchemaMismatch::Newer { found, needed }),
        _ => Ok(()),
    }
}

/// The newest migration that was run; 0 if the table of migrations is not there.
async fn newest<C: Migrate>(connection: &mut C) -> i64 {
    let applied = connection.list_applied_migrations("_sqlx_migrations").await;
    applied.map_or(0, |all| {
        all.iter().map(|one| one.version).max().unwrap_or(0)
    })
}
