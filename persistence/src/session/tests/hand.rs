//! Two connections to one database, driven statement by statement, and an owner who looks on.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, SqliteConnection};
use tempfile::TempDir;
use time::macros::date;

use super::super::*;
use crate::database::{DatabaseUrl, sqlite_options};
use crate::migration::{Roles, migrate};
use crate::tenant::set;

/// One connection, as a writer has it.
pub(super) enum Party {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Calls one function of [`Session`] on whichever connection it is.
macro_rules! on {
    ($party:expr, $connection:ident => $call:expr) => {
        match $party {
            Party::Sqlite($connection) => $call.await,
            Party::Postgres($connection) => $call.await,
        }
    };
}

impl Party {
    pub(super) async fn run(&mut self, sql: &'static str) {
        match self {
            Self::Sqlite(connection) => sqlx::query(sql).execute(connection).await.map(|_| ()),
            Self::Postgres(connection) => sqlx::query(sql).execute(connection).await.map(|_| ()),
        }
        .unwrap();
    }

    pub(super) async fn begin(&mut self) {
        match self {
            Self::Sqlite(_) => self.run("BEGIN IMMEDIATE").await,
            Self::Postgres(_) => self.run("BEGIN").await,
        }
    }

    pub(super) async fn commit(&mut self) {
        self.run("COMMIT").await;
    }

    pub(super) async fn roll_back(&mut self) {
        self.run("ROLLBACK").await;
    }

    /// As a statement of its own if no transaction was begun.
    pub(super) async fn append(&mut self, batch: &Batch) -> Result<bool, sqlx::Error> {
        on!(self, connection => Session::append(connection, batch))
    }

    pub(super) async fn try_lane(&mut self, lock: bool) -> Result<Option<Lane>, sqlx::Error> {
        on!(self, connection => Session::lane(connection, AGENCY, lock))
    }

    pub(super) async fn lane(&mut self, lock: bool) -> Lane {
        self.try_lane(lock).await.unwrap().unwrap()
    }

    pub(super) async fn heads(&mut self, streams: &[Uuid]) -> Vec<(Uuid, StoredHead)> {
        let rows = Generation {
            agency: AGENCY,
            number: 1,
        };
        on!(self, connection => Session::heads(connection, rows, streams)).unwrap()
    }

    pub(super) async fn recorded(&mut self, commands: &[Uuid]) -> HashMap<Uuid, Recorded> {
        on!(self, connection => Session::recorded(connection, AGENCY, commands)).unwrap()
    }
}

const AGENCY: Uuid = Uuid::from_u128(1);

/// A migrated database with one lane at position 0, two parties, and the owner.
pub(super) struct Hand {
    pub(super) first: Party,
    pub(super) second: Party,
    pub(super) owner: Party,
    streams: u128,
    _folder: TempDir,
}

impl Hand {
    pub(super) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::sqlite_file(&folder.path().join("test.sqlite3"));
        migrate(&url, Roles::default()).await.unwrap();
        let DatabaseUrl::Sqlite(options) = &url else {
            unreachable!()
        };
        let options = sqlite_options(options);
        let connect = async || Party::Sqlite(options.connect().await.unwrap());
        Self::begin([connect().await, connect().await, connect().await], folder).await
    }

    /// The cluster's own database, without any schema, as the application's role.
    pub(super) fn postgres_url() -> DatabaseUrl {
        let missing = "no PostgreSQL: run `make test`, or tests/with-postgres.sh cargo test";
        let cluster: PgConnectOptions = std::env::var("FALLBUCH_TEST_POSTGRES_URL")
            .expect(missing)
            .parse()
            .unwrap();
        let role = std::env::var("FALLBUCH_TEST_POSTGRES_APP_ROLE").expect(missing);
        DatabaseUrl::Postgres(Box::new(cluster.username(&role)))
    }

    pub(super) async fn postgres() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let missing = "no PostgreSQL: run `make test`, or tests/with-postgres.sh cargo test";
        let cluster: PgConnectOptions = std::env::var("FALLBUCH_TEST_POSTGRES_URL")
            .expect(missing)
            .parse()
            .unwrap();
        let role = std::env::var("FALLBUCH_TEST_POSTGRES_APP_ROLE").expect(missing);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("session_{}_{count}", std::process::id());
        let mut connection = PgConnection::connect_with(&cluster).await.unwrap();
        let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
        sqlx::query(create).execute(&mut connection).await.unwrap();
        let owner = cluster.database(&name);
        let url = DatabaseUrl::Postgres(Box::new(owner.clone()));
        let roles = Roles {
            application: Some(&role),
            projector: None,
        };
        migrate(&url, roles).await.unwrap();
        let application = owner.clone().username(&role);
        let connect = async |role: &str| {
            let options = application.clone().username(role);
            let mut connection = options.connect().await.unwrap();
            set(&mut connection, &AGENCY.to_string()).await.unwrap();
            Party::Postgres(connection)
        };
        // The last one is held up by no wall.
        let parties = [
            connect(&role).await,
            connect(&role).await,
            connect("postgres").await,
        ];
        Self::begin(parties, tempfile::tempdir().unwrap()).await
    }

    async fn begin([first, second, mut owner]: [Party; 3], folder: TempDir) -> Self {
        const LANE: &str = "INSERT INTO lane (agency_id) VALUES ($1)";
        match &mut owner {
            Party::Sqlite(owner) => sqlx::query(LANE)
                .bind(AGENCY)
                .execute(owner)
                .await
                .map(|_| ()),
            Party::Postgres(owner) => sqlx::query(LANE)
                .bind(AGENCY)
                .execute(owner)
                .await
                .map(|_| ()),
        }
        .unwrap();
        Self {
            first,
            second,
            owner,
            streams: 100,
            _folder: folder,
        }
    }

    /// A batch of one-event commands on top of `from`, each in a stream of its own.
    pub(super) fn batch(&mut self, from: Lane, commands: &[Uuid]) -> Batch {
        let mut batch = Batch::new(AGENCY, from);
        for (index, command) in (1..).zip(commands) {
            self.streams += 1;
            let stream = Uuid::from_u128(self.streams);
            let position = signed(from.position + index);
            batch.events.push(EventRow {
                position,
                stream,
                version: 1,
                stream_kind: "case",
                event_type: "case_opened",
                schema: 1,
                occurred_on: date!(2015 - 03 - 02),
                recorded_at: from.last_recorded_at + position,
                command: *command,
                record: Some(CommandRecord {
                    fingerprint: vec![7],
                    event_count: 1,
                    warnings: None,
                }),
                body_hash: vec![0; 32],
                mac: vec![0; 32],
                body: b"{}".to_vec(),
            });
            let head = HeadRow {
                stream_kind: "case",
                version: 1,
                last_position: position,
                recorded_at: from.last_recorded_at + position,
                state_schema: 1,
                state: "{}".to_owned(),
                case: None,
            };
            batch.heads.insert(stream, head);
        }
        batch
    }

    /// The commands in the log, in the order of their positions, which are dense.
    pub(super) async fn log(&mut self) -> Vec<Uuid> {
        const LOG: &str =
            "SELECT position, command_id FROM event WHERE agency_id = $1 ORDER BY position";
        let rows: Vec<(i64, Uuid)> = match &mut self.owner {
            Party::Sqlite(owner) => sqlx::query_as(LOG).bind(AGENCY).fetch_all(owner).await,
            Party::Postgres(owner) => sqlx::query_as(LOG).bind(AGENCY).fetch_all(owner).await,
        }
        .unwrap();
        for (expected, (position, _)) in (1..).zip(&rows) {
            assert_eq!(*position, expected);
        }
        rows.into_iter().map(|(_, command)| command).collect()
    }

    pub(super) async fn lane(&mut self) -> Lane {
        self.owner.lane(false).await
    }

    /// Puts the lane where it is not.
    pub(super) async fn lie(&mut self, lane: Lane) {
        const LIE: &str =
            "UPDATE lane SET position = $2, last_recorded_at = $3 WHERE agency_id = $1";
        macro_rules! lie {
            ($owner:expr) => {
                sqlx::query(LIE)
                    .bind(AGENCY)
                    .bind(signed(lane.position))
                    .bind(lane.last_recorded_at)
                    .execute($owner)
                    .await
                    .map(|done| done.rows_affected())
            };
        }
        let done = match &mut self.owner {
            Party::Sqlite(owner) => lie!(owner),
            Party::Postgres(owner) => lie!(owner),
        };
        assert_eq!(done.unwrap(), 1);
    }

    /// That the log itself refused, and by what; SQLite's trigger stands before its keys.
    pub(super) fn assert_refused_by(&self, refused: &sqlx::Error, constraint: &str) {
        let error = refused.as_database_error().unwrap();
        match self.owner {
            Party::Postgres(_) => assert_eq!(error.constraint(), Some(constraint), "{refused}"),
            Party::Sqlite(_) => assert!(error.message().contains("append-only"), "{refused}"),
        }
    }
}

/// The SQLSTATE of what PostgreSQL refused.
pub(super) fn code(error: &sqlx::Error) -> String {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.map(String::from).unwrap_or_default()
}

/// Returns once somebody in this database waits for a lock.
pub(super) async fn waits_for_a_lock(owner: &mut Party) {
    const WAITING: &str = "SELECT count(*) FROM pg_locks AS held WHERE NOT granted AND EXISTS ( \
         SELECT 1 FROM pg_stat_activity WHERE pid = held.pid AND datname = current_database())";
    let Party::Postgres(owner) = owner else {
        unreachable!()
    };
    for _ in 0..2_000 {
        let waiting: i64 = sqlx::query_scalar(WAITING)
            .fetch_one(&mut *owner)
            .await
            .unwrap();
        if waiting > 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("nobody waits for a lock");
}
