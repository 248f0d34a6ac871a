//! What can go wrong: with a command, and with the store itself.

use fallbuch_domain::envelope::UnreadableEvent;
use fallbuch_domain::{Finding, Permission, Rejection};
use sea_orm::{DbErr, RuntimeErr};

use crate::read::RecordedBody;

/// Why a command was not carried out. Nothing of it was stored.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// Rules refuse it.
    #[error(transparent)]
    Refused(#[from] Rejection),
    /// No rule refuses it, but it was not to be carried out with warnings.
    #[error("refused for its warnings")]
    Warned(Vec<Finding>),
    /// It was made on an older version of the stream.
    #[error("the stream is at version {current_version}")]
    Stale {
        /// The stream's version now.
        current_version: u64,
        /// The events after the version the command was made on, oldest first, at most 200.
        events: Vec<RecordedBody>,
    },
    /// It has to name the version it was made on.
    #[error("the command has to name the version it was made on")]
    VersionRequired,
    /// The idempotency key belongs to another command.
    #[error("the idempotency key belongs to another command")]
    KeyReused,
    /// The member has not, or no longer, the right to do this.
    #[error("the permission {} is missing", .0.code())]
    Forbidden(Permission),
    /// There is no such stream in the agency.
    #[error("there is no such stream")]
    NotFound,
    /// Too many commands wait for the agency's writer; try again later.
    #[error("too many commands are waiting")]
    Overloaded,
    /// The store failed; whether the command was carried out is told by its key.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or did not answer.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A query failed.
    #[error("query: {0}")]
    Query(#[from] DbErr),
    /// A stored event cannot be read.
    #[error("stored event: {0}")]
    Event(#[from] UnreadableEvent),
    /// Something cannot be written as JSON, or a stored text is none.
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A stored value is not what it must be.
    #[error("stored value: {0}")]
    Corrupt(String),
    /// The code lists cannot be read.
    #[error("catalogue: {0}")]
    Catalogue(#[from] fallbuch_domain::catalogue::CatalogueError),
    /// The database's schema is not the one this version needs.
    #[error("{0}")]
    Schema(#[from] crate::migration::SchemaMismatch),
    /// A value that is fixed at the first start is another one now.
    #[error("{0}")]
    Setting(#[from] crate::setting::SettingChanged),
    /// The database does not keep one agency from another.
    #[error("{0}")]
    Wall(#[from] crate::wall::Breaches),
    /// A key could not be derived.
    #[error(transparent)]
    Key(#[from] crate::evidence::KeyDerivation),
    /// The database is away; whether a command was carried out is told by its key.
    #[error("the database is away")]
    Unavailable,
    /// The store is being shut down.
    #[error("the store is shutting down")]
    Stopped,
    /// Another rebuild of the same rows began meanwhile.
    #[error("another rebuild of the same began meanwhile")]
    Overtaken,
    /// A query failed that answers several callers.
    #[error("{0}")]
    Shared(std::sync::Arc<StoreError>),
}

impl StoreError {
    /// Whether a stored event is of a type or shape that only another version of the software knows.
    #[must_use]
    pub fn is_unknown_event(&self) -> bool {
        if let Self::Shared(error) = self {
            return error.is_unknown_event();
        }
        matches!(self, Self::Event(event) if event.is_unknown())
    }

    /// Whether the database is away for a while, rather than refusing this one thing.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Database(error) => is_away(error),
            Self::Query(
                DbErr::Query(RuntimeErr::SqlxError(error))
                | DbErr::Exec(RuntimeErr::SqlxError(error)),
            ) => is_away(error),
            Self::Unavailable
            | Self::Stopped
            | Self::Query(DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) => true,
            Self::Shared(error) => error.is_passing(),
            Self::Query(_)
            | Self::Event(_)
            | Self::Json(_)
            | Self::Corrupt(_)
            | Self::Overtaken
            | Self::Catalogue(_)
            | Self::Schema(_)
            | Self::Setting(_)
            | Self::Wall(_)
            | Self::Key(_) => false,
        }
    }
}

/// Whether there is no connection, or one that is ending.
pub(crate) fn is_away(error: &sqlx::Error) -> bool {
    if let sqlx::Error::Database(refusal) = error {
        let code = refusal.code();
        return code.is_some_and(|code| AWAY.contains(&code.as_ref()));
    }
    matches!(
        error,
        sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
    )
}

/// What PostgreSQL says while it ends, starts, recovers, or has no connection left: admin_shutdown,
/// crash_shutdown, cannot_connect_now, too_many_connections; and where it stopped a statement that took too long or
/// waited too long for a lock: query_canceled, lock_not_available, idle_in_transaction_session_timeout. What SQLite says while another process
/// holds the file's lock for too long: SQLITE_BUSY, and with it recovering or with an old snapshot.
const AWAY: [&str; 10] = [
    "57P01", "57P02", "57P03", "53300", "57014", "55P03", "25P03", "5", "261", "517",
];

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::sync::Arc;

    use sqlx::error::{DatabaseError, ErrorKind};

    use super::*;

    /// What PostgreSQL says, by its code.
    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Said(&'static str);

    impl DatabaseError for Said {
        fn message(&self) -> &str {
            self.0
        }

        fn code(&self) -> Option<Cow<'_, str>> {
            Some(self.0.into())
        }

        fn as_error(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
            self
        }

        fn as_error_mut(&mut self) -> &mut (dyn std::error::Error + Send + Sync + 'static) {
            self
        }

        fn into_error(self: Box<Self>) -> Box<dyn std::error::Error + Send + Sync + 'static> {
            self
        }

        fn kind(&self) -> ErrorKind {
            ErrorKind::Other
        }
    }

    /// The three ways in which one error of the database comes to the store.
    fn ways(error: impl Fn() -> sqlx::Error) -> [StoreError; 3] {
        let runtime = || RuntimeErr::SqlxError(Arc::new(error()));
        [
            error().into(),
            DbErr::Query(runtime()).into(),
            DbErr::Exec(runtime()).into(),
        ]
    }

    fn said(code: &'static str) -> [StoreError; 3] {
        ways(|| sqlx::Error::Database(Box::new(Said(code))))
    }

    #[test]
    fn a_database_that_ends_or_starts_is_away() {
        for code in AWAY {
            assert!(said(code).iter().all(StoreError::is_passing), "{code}");
        }
        let reset = || std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        let broken = ways(|| sqlx::Error::Io(reset()));
        assert!(broken.iter().all(StoreError::is_passing));
    }

    #[test]
    fn a_database_that_refuses_one_thing_is_not_away() {
        // unique_violation, insufficient_privilege, undefined_table.
        for code in ["23505", "42501", "42P01"] {
            assert!(!said(code).iter().any(StoreError::is_passing), "{code}");
        }
        let missing = ways(|| sqlx::Error::RowNotFound);
        assert!(!missing.iter().any(StoreError::is_passing));
    }
}
