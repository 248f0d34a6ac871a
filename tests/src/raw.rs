//! The database by its own words, past the product: what a test compares, and what it tries to break.

use fallbuch_persistence::DatabaseUrl;
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use crate::database::Database;
use crate::rebuild::{FollowUps, ListedFollowUp, ProjectedHead};

/// A connection to the database that the product does not know of.
#[derive(Clone, Debug)]
pub enum Raw {
    /// A file of SQLite.
    Sqlite(SqlitePool),
    /// A database of PostgreSQL.
    Postgres(PgPool),
}

/// A row of the log with everything but what differs in type between the engines.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct EventRecord {
    /// The agency's code.
    pub code: String,
    /// The agency.
    pub agency_id: Uuid,
    /// The place in the agency's log.
    pub position: i64,
    /// The stream.
    pub stream_id: Uuid,
    /// The place in the stream.
    pub version: i64,
    /// The kind of stream.
    pub stream_kind: String,
    /// The event's type.
    #[sqlx(rename = "type")]
    pub event_type: String,
    /// Microseconds since 1970.
    pub recorded_at: i64,
    /// The command.
    pub command_id: Uuid,
    /// The request's fingerprint, on a command's first event.
    pub fingerprint: Option<Vec<u8>>,
    /// SHA-256 of the body.
    pub body_hash: Vec<u8>,
    /// The MAC.
    pub mac: Vec<u8>,
    /// The canonical body.
    pub body: Vec<u8>,
}

/// A row of the streams' newest states.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct HeadRecord {
    /// The agency.
    pub agency_id: Uuid,
    /// The stream.
    pub stream_id: Uuid,
    /// Its newest version.
    pub version: i64,
    /// The place of its newest event in the agency's log.
    pub last_position: i64,
    /// The state.
    pub state: String,
}

/// The head of an agency's log.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Lane {
    /// The agency.
    pub agency_id: Uuid,
    /// The agency's code.
    pub code: String,
    /// The place of its newest event.
    pub position: i64,
}

const EVENTS_AFTER: &str = "SELECT agency.code, event.agency_id, event.position, stream_id, version, \
    stream_kind, type, recorded_at, command_id, fingerprint, body_hash, mac, body \
    FROM event JOIN agency ON agency.agency_id = event.agency_id \
    WHERE event.agency_id = $1 AND event.position > $2 ORDER BY event.position";

const HEADS_AFTER: &str = "SELECT agency_id, stream_id, stream_kind, version, last_position, \
    recorded_at, state_schema, state, case_number, stage, municipality_key, municipality_name, \
    municipality_kind, land, site_id, advisor_id, opened_on, agreed_until FROM stream_head \
    WHERE agency_id = $1 AND last_position > $2 ORDER BY stream_id";

const EVENTS: &str = "SELECT agency.code, event.agency_id, event.position, stream_id, version, \
    stream_kind, type, recorded_at, command_id, fingerprint, body_hash, mac, body \
    FROM event JOIN agency ON agency.agency_id = event.agency_id ORDER BY agency.code, event.position";

const HEADS: &str = "SELECT agency_id, stream_id, version, last_position, state FROM stream_head \
    ORDER BY agency_id, stream_id";

/// The same lines on either pool.
macro_rules! on_pool {
    ($raw:expr, $pool:ident => $lines:expr) => {
        match $raw {
            Raw::Sqlite($pool) => $lines,
            Raw::Postgres($pool) => $lines,
        }
    };
}

impl Raw {
    /// As somebody whom no wall holds up: PostgreSQL's superuser. Triggers do.
    pub async fn owner(database: &Database) -> Self {
        Self::connect(&database.unwalled()).await
    }

    /// As the application.
    pub async fn application(database: &Database) -> Self {
        Self::connect(&database.url()).await
    }

    /// At any address.
    pub async fn connect(url: &DatabaseUrl) -> Self {
        match url {
            DatabaseUrl::Sqlite(options) => {
                let pool = SqlitePoolOptions::new().max_connections(1);
                let pool = pool.connect_with(options.as_ref().clone()).await;
                Self::Sqlite(pool.expect("the file opens"))
            }
            DatabaseUrl::Postgres(options) => {
                let pool = PgPoolOptions::new().max_connections(1);
                let pool = pool.connect_with(options.as_ref().clone()).await;
                Self::Postgres(pool.expect("the cluster answers"))
            }
        }
    }

    /// Runs one statement and says how many rows it touched.
    ///
    /// # Errors
    /// What the database says.
    pub async fn run(&self, sql: &str) -> Result<u64, sqlx::Error> {
        let statement = AssertSqlSafe(sql.to_owned());
        on_pool!(self, pool => Ok(sqlx::query(statement).execute(pool).await?.rows_affected()))
    }

    /// The first column of the first row, a whole number.
    pub async fn number(&self, sql: &str) -> i64 {
        let statement = AssertSqlSafe(sql.to_owned());
        on_pool!(self, pool => sqlx::query_scalar(statement).fetch_one(pool).await.unwrap())
    }

    /// Every event of every agency, by code and position.
    pub async fn events(&self) -> Vec<EventRecord> {
        on_pool!(self, pool => sqlx::query_as(EVENTS).fetch_all(pool).await.unwrap())
    }

    /// The newest state of every stream.
    pub async fn heads(&self) -> Vec<HeadRecord> {
        on_pool!(self, pool => sqlx::query_as(HEADS).fetch_all(pool).await.unwrap())
    }

    /// The head of every agency's log, by code.
    pub async fn lanes(&self) -> Vec<(String, i64)> {
        let lanes = "SELECT code, position FROM lane JOIN agency USING (agency_id) ORDER BY code";
        on_pool!(self, pool => sqlx::query_as(lanes).fetch_all(pool).await.unwrap())
    }

    /// The head of every agency's log, with the agency's id.
    pub async fn agencies(&self) -> Vec<Lane> {
        let lanes = "SELECT agency_id, code, position FROM lane JOIN agency USING (agency_id) ORDER BY code";
        on_pool!(self, pool => sqlx::query_as(lanes).fetch_all(pool).await.unwrap())
    }

    /// The agency's events after a position.
    pub async fn events_after(&self, agency: Uuid, position: i64) -> Vec<EventRecord> {
        on_pool!(self, pool => {
            let query = sqlx::query_as(EVENTS_AFTER).bind(agency).bind(position);
            query.fetch_all(pool).await.unwrap()
        })
    }

    /// The rows of the agency's streams that have events after a position.
    pub async fn projected_after(&self, agency: Uuid, position: i64) -> Vec<ProjectedHead> {
        on_pool!(self, pool => {
            let query = sqlx::query_as(HEADS_AFTER).bind(agency).bind(position);
            query.fetch_all(pool).await.unwrap()
        })
    }

    /// Every unique key that is held: agency, kind, key, and the stream that holds it.
    pub async fn unique_keys(&self) -> Vec<(Uuid, String, String, Uuid)> {
        let keys = "SELECT agency_id, kind, key, stream_id FROM unique_key";
        on_pool!(self, pool => sqlx::query_as(keys).fetch_all(pool).await.unwrap())
    }

    /// Every row of a follow-up.
    pub async fn follow_ups(&self) -> FollowUps {
        #[derive(sqlx::FromRow)]
        struct Row {
            agency_id: Uuid,
            stream_id: Uuid,
            follow_up_id: Uuid,
            #[sqlx(flatten)]
            listed: ListedFollowUp,
        }
        let all = "SELECT agency_id, stream_id, follow_up_id, due_on, status, assignee_id, title FROM follow_up";
        let rows: Vec<Row> =
            on_pool!(self, pool => sqlx::query_as(all).fetch_all(pool).await.unwrap());
        let rows = rows.into_iter();
        rows.map(|row| ((row.agency_id, row.stream_id, row.follow_up_id), row.listed))
            .collect()
    }

    /// Every counter: agency, name, and value.
    pub async fn counters(&self) -> Vec<(Uuid, String, i64)> {
        let counters = "SELECT agency_id, name, value FROM counter";
        on_pool!(self, pool => sqlx::query_as(counters).fetch_all(pool).await.unwrap())
    }

    /// Everything that a refused request must leave as it was: events, states and lanes.
    pub async fn contents(&self) -> (Vec<EventRecord>, Vec<HeadRecord>, Vec<(String, i64)>) {
        (self.events().await, self.heads().await, self.lanes().await)
    }

    /// Closes the connection.
    pub async fn close(self) {
        on_pool!(self, pool => pool.close().await);
    }
}
