//! What can go wrong: with a command, and with the store itself.

use fallbuch_domain::envelope::UnreadableEvent;
use fallbuch_domain::{Permission, Rejection};

use crate::read::RecordedBody;

/// Why a command was not carried out. Nothing of it was stored.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// Rules refuse it.
    #[error(transparent)]
    Refused(#[from] Rejection),
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
    Query(#[from] sea_orm::DbErr),
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
            Self::Database(error) => matches!(
                error,
                sqlx::Error::Io(_)
                    | sqlx::Error::PoolTimedOut
                    | sqlx::Error::PoolClosed
                    | sqlx::Error::WorkerCrashed
            ),
            Self::Unavailable
            | Self::Stopped
            | Self::Query(sea_orm::DbErr::ConnectionAcquire(_) | sea_orm::DbErr::Conn(_)) => true,
            Self::Shared(error) => error.is_passing(),
            Self::Query(_)
            | Self::Event(_)
            | Self::Json(_)
            | Self::Corrupt(_)
            | Self::Overtaken
            | Self::Catalogue(_)
            | Self::Schema(_)
            | Self::Setting(_)
            | Self::Key(_) => false,
        }
    }
}
