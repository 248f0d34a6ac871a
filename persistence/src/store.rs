//! The store: one value that opens the database, takes commands and answers queries.

mod commands;
mod entrance;
mod network;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::hmac;
use fallbuch_domain::Key;
use fallbuch_domain::catalogue::Catalogue;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::access::Access;
use crate::database::{self, Database, DatabaseUrl};
use crate::directory::Directory;
use crate::error::StoreError;
use crate::evidence::Secret;
use crate::metrics::Metrics;
use crate::projection::Worker;
use crate::reader::Reader;
use crate::sources::Sources;
use crate::tenant::{Scope, on_bound, stated};
use crate::writer::{Queue, Workshop};
use crate::{catalogue, migration, setting, wall};

/// What a store is opened with.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which database, as the application's role.
    pub url: DatabaseUrl,
    /// The same database as the projector's role, which alone writes what follows the log; none if the application
    /// does that as well.
    pub projector: Option<DatabaseUrl>,
    /// How many connections each pool of PostgreSQL has at the most; none for as many as are usual.
    pub connections: Option<u32>,
    /// How long a statement on PostgreSQL may run; half of it how long it may wait for a lock.
    pub patience: Duration,
    /// Whether a role that could go round the walls between agencies is put up with: for trying out only.
    pub insecure_role: bool,
    /// The secret that the log's MACs rest on.
    pub secret: Secret,
    /// Where the log comes from; fixed at the first start.
    pub origin: String,
    /// Time, ids and salts.
    pub sources: Sources,
    /// Where the store counts what it does.
    pub metrics: Metrics,
}

/// The event store; cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    /// The connections that read, for single statements and for queries by entity.
    readers: Database,
    queries: DatabaseConnection,
    /// The projector's own connections, where it has a role of its own.
    projector: Option<Database>,
    directory: Directory,
    workshop: Workshop,
    fingerprint_key: hmac::Key,
    /// Where writers run: not on the thread of whoever asks first, which may end before them.
    runtime: Handle,
    /// None once the store is being shut down.
    writers: Mutex<Option<HashMap<Uuid, Serving>>>,
    /// None once the store is being shut down.
    desks: Mutex<Option<Desks>>,
    /// The worker that keeps projections up to the log, once it was asked for.
    follower: Mutex<Option<(watch::Sender<bool>, JoinHandle<()>)>>,
}

/// The agencies' readers, with the tasks that answer them.
type Desks = HashMap<Scope, (Reader, JoinHandle<()>)>;

/// A writer's queue, and the task that serves it.
struct Serving {
    queue: Arc<Queue>,
    task: JoinHandle<()>,
}

impl Store {
    /// Opens the store on a database whose schema is up to date.
    ///
    /// # Errors
    /// If the database cannot be reached, its schema is another one, or its origin or secret are.
    pub async fn open(options: Options) -> Result<Self, StoreError> {
        let (database, readers) =
            database::connect(&options.url, options.connections, options.patience).await?;
        let queries = readers.queries();
        migration::check(&database).await?;
        let projector = match &options.projector {
            Some(url) => {
                database::connect_projector(url, options.connections, options.patience).await?
            }
            None => None,
        };
        for database in std::iter::once(&database).chain(&projector) {
            if let Database::Postgres(pool) = database {
                wall::check(pool, options.insecure_role).await?;
            }
        }
        setting::fix(&database, &queries, &options.origin, &options.secret).await?;
        let catalogue = Arc::new(catalogue::load(&queries).await?);
        Ok(Self(Arc::new(Inner {
            readers,
            queries,
            projector,
            directory: Directory::new(),
            runtime: Handle::current(),
            fingerprint_key: options.secret.key("fallbuch fingerprint")?,
            workshop: Workshop {
                database,
                sources: options.sources,
                catalogue,
                secret: options.secret,
                origin: options.origin.into(),
                metrics: options.metrics,
            },
            writers: Mutex::new(Some(HashMap::new())),
            desks: Mutex::new(Some(HashMap::new())),
            follower: Mutex::new(None),
        })))
    }

    /// The agency's reader, which is started if there is none.
    pub(crate) fn reader(&self, scope: Scope) -> Result<Reader, StoreError> {
        let mut desks = self.0.desks.lock().unwrap_or_else(PoisonError::into_inner);
        let desks = desks.as_mut().ok_or(StoreError::Stopped)?;
        let (reader, _) = desks.entry(scope).or_insert_with(|| {
            let (reader, desk) = Reader::new(scope, self.0.readers.clone());
            (reader, self.0.runtime.spawn(desk))
        });
        Ok(reader.clone())
    }

    /// Keeps the projections that follow the log up to it, from now until the store is shut down. Any
    /// number of processes may do so on one database.
    pub fn follow(&self) {
        let (stop, stopped) = watch::channel(false);
        let connections = (self.projector().clone(), self.readers().clone());
        let metrics = self.0.workshop.metrics.clone();
        let worker = Worker::new(connections, metrics, stopped);
        let task = self.0.runtime.spawn(worker.run());
        let mut follower = self
            .0
            .follower
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // A worker that was there before ends by itself when its sender goes.
        *follower = Some((stop, task));
    }

    /// Takes no more commands, settles those that wait, and closes the connections.
    pub async fn shutdown(&self) {
        let follower = self
            .0
            .follower
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some((stop, task)) = follower {
            stop.send_replace(true);
            if let Err(error) = task.await {
                tracing::error!(%error, "the worker of projections did not end well");
            }
        }
        let desks = self
            .0
            .desks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        for (_, (reader, task)) in desks.into_iter().flatten() {
            drop(reader);
            if let Err(error) = task.await {
                tracing::error!(%error, "a reader did not end well");
            }
        }
        let writers = self
            .0
            .writers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        for (_, Serving { queue, task }) in writers.into_iter().flatten() {
            queue.close();
            if let Err(error) = task.await {
                tracing::error!(%error, "a writer did not end well");
            }
        }
        for database in std::iter::once(self.database()).chain(&self.0.projector) {
            match database {
                Database::Sqlite(pool) => pool.close().await,
                Database::Postgres(pool) => pool.close().await,
            }
        }
        if let Err(error) = self.0.queries.close_by_ref().await {
            tracing::warn!(%error, "the readers' connections did not close well");
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// If it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let backend = self.queries().get_database_backend();
        self.queries()
            .query_one_raw(Statement::from_string(backend, "SELECT 1"))
            .await?;
        Ok(())
    }

    /// The HMAC of a request's parts, by which a retry is told from another command.
    #[must_use]
    pub fn fingerprint(&self, parts: &[&[u8]]) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.0.fingerprint_key);
        for part in parts {
            // The length before each part: no two lists of parts run together.
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        context.sign().as_ref().to_vec()
    }

    /// The stream that holds a unique key of the agency.
    pub(crate) async fn key_holder(
        &self,
        access: &Access,
        key: &Key,
    ) -> Result<Option<Uuid>, StoreError> {
        const HOLDER: &str = "SELECT stream_id FROM unique_key WHERE agency_id = $1 AND kind = $2 \
             AND key = $3 AND generation = (SELECT generation FROM lane WHERE agency_id = $1)";
        let mut bound = self.readers().bound(access.scope()).await?;
        Ok(on_bound!(bound, connection => {
            sqlx::query_scalar(stated(HOLDER))
                .bind(access.agency())
                .bind(key.kind)
                .bind(&key.value)
                .fetch_optional(connection)
                .await?
        }))
    }

    /// The code lists.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.0.workshop.catalogue
    }

    /// Time, ids and salts.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.0.workshop.sources
    }

    /// What the store counts.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.0.workshop.metrics
    }

    pub(crate) fn queries(&self) -> &DatabaseConnection {
        &self.0.queries
    }

    pub(crate) fn readers(&self) -> &Database {
        &self.0.readers
    }

    pub(crate) fn database(&self) -> &Database {
        &self.0.workshop.database
    }

    /// The connections that write what follows from the log.
    pub(crate) fn projector(&self) -> &Database {
        self.0
            .projector
            .as_ref()
            .unwrap_or(&self.0.workshop.database)
    }
}
