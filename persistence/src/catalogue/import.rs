//! Next year's list of districts into the code lists that lie in the database.
//!
//! Invariants:
//! - All of it or nothing, in one transaction, which also reads what it compares with and which only one import holds.
//! - Nothing is stored that a server could not read at its next start.
//!
//! On PostgreSQL the code lists are the owner's: the application reads them only.

use std::collections::BTreeMap;

use fallbuch_domain::catalogue::{
    Catalogue, CatalogueError, DistrictFile, Entry, Renewal, RenewalFault,
};
use sqlx::{Connection, PgConnection, Postgres, QueryBuilder, Sqlite, SqliteConnection};
use time::Date;

use super::stored;
use crate::database::{DatabaseUrl, sqlite_options};
use crate::entity::catalogue;
use crate::error::StoreError;
use crate::migration::{ENTRIES, SchemaMismatch, check_postgres, check_sqlite, insert_entries};

/// A list of districts was not taken over; the code lists are as they were.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The database refused or did not answer.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The database's schema is not the one this version needs.
    #[error(transparent)]
    Schema(#[from] SchemaMismatch),
    /// What lies in the database cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The code lists would be bad.
    #[error("catalogue: {0}")]
    Catalogue(#[from] CatalogueError),
    /// An entry cannot be written as JSON.
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// List, code lists and successors do not go together.
    #[error(transparent)]
    Renewal(#[from] RenewalFault),
}

/// What is read of an entry.
type Row = (String, String, i32, Option<Date>, Option<Date>, String);

const ROWS: &str = "SELECT kind, code, version, valid_from, valid_to, body FROM catalogue";

const CLOSE: &str = "UPDATE catalogue SET valid_to = $1, body = $2 \
    WHERE kind = $3 AND code = $4 AND version = $5";

/// Everything between the transaction's beginning and its end, the same on both databases.
macro_rules! renew {
    ($transaction:ident, $database:ty, $file:ident, $successors:ident, $today:ident, $dry_run:ident) => {{
        let rows: Vec<Row> = sqlx::query_as(ROWS).fetch_all(&mut *$transaction).await?;
        let before = entries(rows)?;
        let renewal = Catalogue::from_entries(before)?.renewal($file, $successors, $today)?;
        if !$dry_run {
            renewal.check_answered()?;
        }
        if !$dry_run && !renewal.is_empty() {
            for closed in &renewal.closed {
                sqlx::query(CLOSE)
                    .bind(closed.valid_to)
                    .bind(serde_json::to_string(&closed.body)?)
                    .bind(closed.kind.as_str())
                    .bind(&closed.code)
                    .bind(i32::try_from(closed.version).unwrap_or(i32::MAX))
                    .execute(&mut *$transaction)
                    .await?;
            }
            insert_entries!($transaction, $database, renewal.added);
            let rows: Vec<Row> = sqlx::query_as(ROWS).fetch_all(&mut *$transaction).await?;
            Catalogue::from_entries(entries(rows)?)?;
        }
        renewal
    }};
}

/// Takes a list of districts over, from its day on; `successors` are keys that took over, by the keys that ended: none
/// where nobody did. Servers read it at their next start. On PostgreSQL `url` is the owner's address.
///
/// # Errors
/// Why nothing was stored.
pub async fn import_districts(
    url: &DatabaseUrl,
    file: &DistrictFile,
    successors: &BTreeMap<String, Option<String>>,
    today: Date,
    dry_run: bool,
) -> Result<Renewal, ImportError> {
    match url {
        DatabaseUrl::Sqlite(options) => {
            // A database that is not there has no code lists.
            let options = sqlite_options(options).create_if_missing(false);
            let mut connection = SqliteConnection::connect_with(&options).await?;
            check_sqlite(&mut connection).await?;
            let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
            let renewal = renew!(transaction, Sqlite, file, successors, today, dry_run);
            transaction.commit().await?;
            connection.close().await?;
            Ok(renewal)
        }
        DatabaseUrl::Postgres(options) => {
            let mut connection = PgConnection::connect_with(options).await?;
            check_postgres(&mut connection).await?;
            let mut transaction = connection.begin().await?;
            // Servers may read on; another import waits.
            sqlx::query("LOCK TABLE catalogue IN SHARE ROW EXCLUSIVE MODE")
                .execute(&mut *transaction)
                .await?;
            let renewal = renew!(transaction, Postgres, file, successors, today, dry_run);
            transaction.commit().await?;
            connection.close().await?;
            Ok(renewal)
        }
    }
}

fn entries(rows: Vec<Row>) -> Result<Vec<Entry>, StoreError> {
    let rows = rows.into_iter();
    rows.map(|(kind, code, version, valid_from, valid_to, body)| {
        stored(catalogue::Model {
            kind,
            code,
            version,
            valid_from,
            valid_to,
            body,
        })
    })
    .collect()
}
