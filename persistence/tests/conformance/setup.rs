//! A fresh database per test, an agency on it, and commands to its cases.

use std::sync::atomic::{AtomicU32, Ordering};

use fallbuch_domain::agency::AgencyOpened;
use fallbuch_domain::agency::command::Terms;
use fallbuch_domain::case::command::{CloseCase, MunicipalityKey, OpenCase, RecordContact};
use fallbuch_domain::case::event::Channel;
use fallbuch_domain::case::{CaseCommand, ClosingReason, Origin};
use fallbuch_domain::text::{Line, Prose};
use fallbuch_domain::{Command, Permission, Role};
use fallbuch_persistence::{
    Access, CommandError, DatabaseUrl, Expected, IdempotencyKey, Identity, Metrics, Options,
    Receipt, Roles, Secret, Sources, Store, migrate,
};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, SqliteConnection};
use tempfile::TempDir;
use time::Date;
use time::macros::date;
use uuid::Uuid;

pub(crate) const DAY: Date = date!(2015 - 03 - 02);

/// Makes of one scenario a module with two tests, `sqlite` and `postgres`.
macro_rules! on_both {
    (async fn $name:ident($engine:ident: Engine) $body:block) => {
        mod $name {
            use super::*;

            async fn scenario($engine: Engine) $body

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                scenario(Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                scenario(Engine::Postgres).await;
            }
        }
    };
}
pub(crate) use on_both;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// The machine's time, ids and salts.
pub(crate) fn system() -> Sources {
    Sources::system()
}

/// A migrated database; a file of SQLite goes with it, one of PostgreSQL with its cluster.
pub(crate) struct Database {
    application: DatabaseUrl,
    _folder: TempDir,
}

/// The roles beside the owner and the application that `tests/with-postgres.sh` makes.
const PROJECTOR: &str = "fallbuch_projector";
const SUPERUSER: &str = "postgres";

/// A connection that no wall holds up, for looking and for attacks: PostgreSQL's superuser.
pub(crate) enum Raw {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Database {
    pub(crate) async fn new(engine: Engine) -> (Self, Raw) {
        let folder = tempfile::tempdir().unwrap();
        match engine {
            Engine::Sqlite => {
                let url = DatabaseUrl::sqlite_file(&folder.path().join("test.sqlite3"));
                migrate(&url, Roles::default()).await.unwrap();
                let DatabaseUrl::Sqlite(options) = &url else {
                    unreachable!()
                };
                let raw = Raw::Sqlite(options.connect().await.unwrap());
                (
                    Self {
                        application: url,
                        _folder: folder,
                    },
                    raw,
                )
            }
            Engine::Postgres => {
                let (owner, application) = postgres().await;
                let roles = Roles {
                    application: Some(application.get_username()),
                    projector: Some(PROJECTOR),
                };
                migrate(&owner, roles).await.unwrap();
                let superuser = application.clone().username(SUPERUSER);
                let raw = Raw::Postgres(superuser.connect().await.unwrap());
                let application = DatabaseUrl::Postgres(Box::new(application));
                (
                    Self {
                        application,
                        _folder: folder,
                    },
                    raw,
                )
            }
        }
    }

    pub(crate) async fn open(&self) -> Store {
        self.open_with(system()).await
    }

    pub(crate) async fn open_with(&self, sources: Sources) -> Store {
        let options = Options {
            url: self.application.clone(),
            projector: match &self.application {
                DatabaseUrl::Sqlite(_) => None,
                DatabaseUrl::Postgres(options) => {
                    let projector = options.as_ref().clone().username(PROJECTOR);
                    Some(DatabaseUrl::Postgres(Box::new(projector)))
                }
            },
            connections: None,
            patience: std::time::Duration::from_secs(30),
            insecure_role: false,
            secret: Secret::new(vec![7; 32]).unwrap(),
            origin: "test.local".to_owned(),
            metrics: Metrics::default(),
            sources,
        };
        Store::open(options).await.unwrap()
    }

    /// How somebody reaches it whom no wall holds up: PostgreSQL's superuser.
    pub(crate) fn unwalled(&self) -> DatabaseUrl {
        match &self.application {
            DatabaseUrl::Sqlite(options) => DatabaseUrl::Sqlite(options.clone()),
            DatabaseUrl::Postgres(options) => {
                let superuser = options.as_ref().clone().username(SUPERUSER);
                DatabaseUrl::Postgres(Box::new(superuser))
            }
        }
    }

    /// How the application reaches it.
    pub(crate) fn application(&self) -> &DatabaseUrl {
        &self.application
    }
}

/// A new database on the throw-away cluster, as its owner and as the application reach it.
async fn postgres() -> (DatabaseUrl, PgConnectOptions) {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let missing = "no PostgreSQL: run `make test`, or tests/with-postgres.sh cargo test";
    let cluster: PgConnectOptions = std::env::var("FALLBUCH_TEST_POSTGRES_URL")
        .expect(missing)
        .parse()
        .unwrap();
    let role = std::env::var("FALLBUCH_TEST_POSTGRES_APP_ROLE").expect(missing);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("conformance_{}_{count}", std::process::id());
    let mut connection = PgConnection::connect_with(&cluster).await.unwrap();
    let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::query(create).execute(&mut connection).await.unwrap();
    let owner = cluster.database(&name);
    (
        DatabaseUrl::Postgres(Box::new(owner.clone())),
        owner.username(&role),
    )
}

impl Raw {
    /// The first column of every row.
    pub(crate) async fn numbers(&mut self, sql: &'static str) -> Vec<i64> {
        match self {
            Self::Sqlite(connection) => sqlx::query_scalar(sql).fetch_all(connection).await,
            Self::Postgres(connection) => sqlx::query_scalar(sql).fetch_all(connection).await,
        }
        .unwrap()
    }

    pub(crate) async fn run(&mut self, sql: &'static str) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(connection) => sqlx::query(sql).execute(connection).await.map(|_| ()),
            Self::Postgres(connection) => sqlx::query(sql).execute(connection).await.map(|_| ()),
        }
    }
}

/// An agency with one site and one coordinator.
#[derive(Clone)]
pub(crate) struct Agency {
    pub(crate) store: Store,
    pub(crate) access: Access,
    pub(crate) site: Uuid,
}

impl Agency {
    pub(crate) async fn found(store: &Store, code: &str) -> Self {
        let operator = store.operator();
        let access = operator
            .open_agency(date!(2014 - 06 - 01), agency(code))
            .await
            .unwrap();
        operator
            .open_site(&access, date!(2014 - 06 - 01), "Halle")
            .await
            .unwrap();
        let login = login(code);
        let roles = vec![Role::Coordinator];
        operator
            .admit_member(
                &access,
                date!(2014 - 06 - 01),
                &login,
                Terms::of_roles(roles),
            )
            .await
            .unwrap();
        Self::enter(store, code).await
    }

    /// The same agency through another store on the same database.
    pub(crate) async fn enter(store: &Store, code: &str) -> Self {
        let access = store
            .access(&login(code), code, Permission::CaseOpen)
            .await
            .unwrap();
        let site = store.agency(&access).await.unwrap().sites[0].id;
        Self {
            store: store.clone(),
            access,
            site,
        }
    }

    pub(crate) async fn execute(
        &self,
        case: Option<Uuid>,
        expected: Expected,
        command: CaseCommand,
        key: &str,
    ) -> Result<Receipt, CommandError> {
        let fingerprint = self.store.fingerprint(&[key.as_bytes()]);
        let key = IdempotencyKey {
            key: key.to_owned(),
            fingerprint,
        };
        let command = Command::Case(command);
        self.store
            .execute(&self.access, case, expected, command, key)
            .await
    }

    pub(crate) async fn open(
        &self,
        key: &str,
        municipality: &str,
    ) -> Result<Receipt, CommandError> {
        self.execute(None, Expected::New, self.opening(municipality, None), key)
            .await
    }

    pub(crate) fn opening(&self, municipality: &str, name: Option<&str>) -> CaseCommand {
        let advisor = self.access.principal().id();
        opening(self.site, advisor, municipality, name)
    }

    pub(crate) async fn contact(&self, case: Uuid, key: &str) -> Result<Receipt, CommandError> {
        self.execute(Some(case), Expected::Any, contact(), key)
            .await
    }

    pub(crate) async fn close(&self, case: &Receipt, key: &str) -> Result<Receipt, CommandError> {
        let expected = Expected::Version(case.version);
        self.execute(Some(case.stream), expected, closing(), key)
            .await
    }
}

/// What an agency with this code is.
pub(crate) fn agency(code: &str) -> AgencyOpened {
    AgencyOpened {
        carrier: Line::from("Träger"),
        case_prefix: "TM".to_owned(),
        code: code.to_owned(),
        land_codes: vec!["15".to_owned()],
        name: Line::from("Agentur"),
    }
}

pub(crate) fn opening(
    site: Uuid,
    advisor: Uuid,
    municipality: &str,
    name: Option<&str>,
) -> CaseCommand {
    CaseCommand::OpenCase(OpenCase {
        occurred_on: DAY,
        reason: None,
        municipality: MunicipalityKey {
            key: municipality.to_owned(),
            name: name.map(Line::from),
        },
        site,
        advisor,
        origin: Origin::Request,
    })
}

pub(crate) fn contact() -> CaseCommand {
    CaseCommand::RecordContact(RecordContact {
        occurred_on: DAY,
        reason: None,
        channel: Channel::Call,
        participants: Vec::new(),
        topics: vec![Line::from("Bildungsbericht")],
    })
}

pub(crate) fn closing() -> CaseCommand {
    CaseCommand::CloseCase(CloseCase {
        occurred_on: DAY,
        reason: ClosingReason::Completed,
        summary: Prose::from("Beratung abgeschlossen."),
        acknowledge: Vec::new(),
    })
}

pub(crate) fn login(agency: &str) -> Identity {
    Identity {
        issuer: "urn:test".to_owned(),
        subject: format!("coordinator@{agency}"),
    }
}
