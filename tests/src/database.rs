//! A fresh database of either engine, gone with the value.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fallbuch_persistence::{DatabaseUrl, Metrics, Options, Roles, Secret, Sources, Store, migrate};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;

use crate::cluster::{APPLICATION, Cluster, PROJECTOR, SUPERUSER};

/// The secret of every test database.
pub const SECRET: [u8; 32] = *b"the tests' secret, of 32 bytes..";

/// The origin of every test database.
pub const ORIGIN: &str = "fallbuch.test";

/// How often it is looked whether a database's last connections are gone.
const LOOKS: u32 = 50;

/// Which database a scenario runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The embedded one.
    Sqlite,
    /// The throw-away cluster of `tests/with-postgres.sh`.
    Postgres,
}

/// A fresh database, with a folder for the server's own files.
pub struct Database {
    engine: Engine,
    directory: TempDir,
    place: Place,
}

enum Place {
    File(PathBuf),
    /// The owner's address of the database, and the maintenance database's.
    Cluster {
        owner: Box<PgConnectOptions>,
        maintenance: Box<PgConnectOptions>,
        application: String,
    },
}

impl Database {
    /// A database with the product's schema.
    pub async fn migrated(engine: Engine) -> Self {
        let database = Self::bare(engine).await;
        database.migrate().await;
        database
    }

    /// A database with the product's schema on a cluster of the test's own.
    pub async fn migrated_on(cluster: &Cluster) -> Self {
        let database = Self {
            engine: Engine::Postgres,
            directory: tempfile::tempdir().expect("a temporary directory"),
            place: database_at(cluster.maintenance(), APPLICATION.to_owned()).await,
        };
        database.migrate().await;
        database
    }

    /// A database without any schema.
    pub async fn bare(engine: Engine) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let place = match engine {
            Engine::Sqlite => Place::File(directory.path().join("fallbuch.sqlite")),
            Engine::Postgres => cluster_database().await,
        };
        Self {
            engine,
            directory,
            place,
        }
    }

    /// Which engine this is.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The folder for the server's own files.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        self.directory.path()
    }

    /// The address as the application uses it.
    #[must_use]
    pub fn url(&self) -> DatabaseUrl {
        match &self.place {
            Place::File(path) => DatabaseUrl::sqlite_file(path),
            Place::Cluster {
                owner, application, ..
            } => DatabaseUrl::Postgres(Box::new(owner.as_ref().clone().username(application))),
        }
    }

    /// The address as somebody uses it whom no wall holds up: PostgreSQL's superuser.
    #[must_use]
    pub fn unwalled(&self) -> DatabaseUrl {
        self.as_role(SUPERUSER)
    }

    /// The address as another role of the tests' cluster uses it.
    #[must_use]
    pub fn as_role(&self, role: &str) -> DatabaseUrl {
        match &self.place {
            Place::File(path) => DatabaseUrl::sqlite_file(path),
            Place::Cluster { owner, .. } => {
                DatabaseUrl::Postgres(Box::new(owner.as_ref().clone().username(role)))
            }
        }
    }

    /// The same as a text, such as `FALLBUCH_DATABASE_URL` holds it.
    #[must_use]
    pub fn address(&self) -> String {
        match &self.place {
            Place::File(path) => format!("sqlite://{}", path.display()),
            Place::Cluster {
                owner, application, ..
            } => address_of(owner, application),
        }
    }

    /// The same for the projector, which is a role on PostgreSQL alone.
    #[must_use]
    pub fn projector_address(&self) -> Option<String> {
        match &self.place {
            Place::File(_) => None,
            Place::Cluster { owner, .. } => Some(address_of(owner, PROJECTOR)),
        }
    }

    /// The address as the owner of the tables uses it.
    #[must_use]
    pub fn owner_url(&self) -> DatabaseUrl {
        match &self.place {
            Place::File(path) => DatabaseUrl::sqlite_file(path),
            Place::Cluster { owner, .. } => DatabaseUrl::Postgres(owner.clone()),
        }
    }

    /// The same as a text; none for a file, which has no owner beside the application.
    #[must_use]
    pub fn owner_address(&self) -> Option<String> {
        match &self.place {
            Place::File(_) => None,
            Place::Cluster { owner, .. } => Some(address_of(owner, owner.get_username())),
        }
    }

    /// Brings the schema up to date, as its owner.
    pub async fn migrate(&self) {
        let roles = match &self.place {
            Place::File(_) => Roles::default(),
            Place::Cluster { application, .. } => Roles {
                application: Some(application),
                projector: Some(PROJECTOR),
            },
        };
        migrate(&self.owner_url(), roles)
            .await
            .expect("the migrations run");
    }

    /// What a store is opened with: the tests' secret and origin, the machine's time.
    #[must_use]
    pub fn options(&self) -> Options {
        Options {
            url: self.url(),
            projector: match &self.place {
                Place::File(_) => None,
                Place::Cluster { .. } => Some(self.as_role(PROJECTOR)),
            },
            connections: None,
            patience: std::time::Duration::from_secs(30),
            insecure_role: false,
            secret: Secret::new(SECRET.to_vec()).expect("the secret is long enough"),
            origin: ORIGIN.to_owned(),
            sources: Sources::system(),
            metrics: Metrics::default(),
        }
    }

    /// A store on this database; several stand for several processes.
    pub async fn open(&self) -> Store {
        Store::open(self.options()).await.expect("the store opens")
    }

    /// Removes the database from the cluster once nobody is connected; a file goes with its folder.
    pub(crate) async fn remove(&self) {
        let Place::Cluster {
            owner, maintenance, ..
        } = &self.place
        else {
            return;
        };
        let name = owner.get_database().expect("it has a name");
        let Ok(mut connection) = PgConnection::connect_with(maintenance).await else {
            return;
        };
        let in_use = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = $1)";
        for _ in 0..LOOKS {
            let in_use = sqlx::query_scalar(in_use).bind(name);
            if let Ok(false) = in_use.fetch_one(&mut connection).await {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // The server itself would wait for others for five seconds.
        let removal = format!("SET statement_timeout = '1s'; DROP DATABASE {name}");
        for statement in removal.split("; ") {
            let statement = AssertSqlSafe(statement.to_owned());
            // One that somebody still uses goes with its cluster.
            if sqlx::query(statement)
                .execute(&mut connection)
                .await
                .is_err()
            {
                return;
            }
        }
    }
}

fn address_of(database: &PgConnectOptions, role: &str) -> String {
    let (host, port) = (database.get_host(), database.get_port());
    let name = database.get_database().expect("it has a name");
    format!("postgres://{role}@{host}:{port}/{name}")
}

/// Makes a database on the throw-away cluster.
async fn cluster_database() -> Place {
    let (Ok(url), Ok(application)) = (
        std::env::var("FALLBUCH_TEST_POSTGRES_URL"),
        std::env::var("FALLBUCH_TEST_POSTGRES_APP_ROLE"),
    ) else {
        panic!("no PostgreSQL for the tests: run make test, or tests/with-postgres.sh cargo test");
    };
    let maintenance = PgConnectOptions::from_str(&url).expect("an address of PostgreSQL");
    database_at(maintenance, application).await
}

async fn database_at(maintenance: PgConnectOptions, application: String) -> Place {
    static MADE: AtomicU64 = AtomicU64::new(0);
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    let name = format!("fallbuch_{}_{number}", std::process::id());
    let mut connection = PgConnection::connect_with(&maintenance)
        .await
        .expect("the throw-away cluster answers");
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut connection)
        .await
        .expect("a database is made");
    connection.close().await.expect("the connection closes");
    Place::Cluster {
        owner: Box::new(maintenance.clone().database(&name)),
        maintenance: Box::new(maintenance),
        application,
    }
}
