//! The worker: four times a second looks which agencies have events that a projection has not seen.
//!
//! Invariant: it holds no transaction while it waits, and each page is a transaction of its own. A
//! projection that stopped at an event is left alone until the process starts again or it is rebuilt;
//! the others go on.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use fallbuch_domain::envelope::StoredEvent;
use sqlx::FromRow;
use tokio::sync::watch;
use uuid::Uuid;

use super::{Advance, Place, Projection, Stop};
use crate::database::Database;
use crate::directory;
use crate::error::StoreError;
use crate::metrics::Metrics;
use crate::read::unsigned;
use crate::store::Store;
use crate::tenant::{Scope, on_bound, stated};

/// How often it looks.
const LOOK: Duration = Duration::from_millis(250);

/// Follows the log for every projection of every agency.
pub(crate) struct Worker {
    writers: Database,
    readers: Database,
    metrics: Metrics,
    stop: watch::Receiver<bool>,
    /// Those that stopped since this process began.
    stopped: HashSet<Place>,
    /// Up to which position an agency's projections are known to have come.
    reached: HashMap<(Projection, Scope), i64>,
}

/// How far one projection of one agency has followed the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Following {
    /// The projection.
    pub projection: &'static str,
    /// The agency's code.
    pub agency: String,
    /// How many events it has not seen yet.
    pub lag: u64,
    /// The event at which it stopped, if it did.
    pub stopped_at: Option<StoppedAt>,
}

/// The event that a projection cannot apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoppedAt {
    /// Its place in the agency's log.
    pub position: u64,
    /// Its id, if its body can be read so far.
    pub event: Option<Uuid>,
}

/// A projection's checkpoint that counts.
#[derive(Clone, Debug, FromRow)]
struct Checkpoint {
    generation: i32,
    position: i64,
    failed_at: Option<i64>,
    /// The body of the event it stopped at.
    body: Option<Vec<u8>>,
}

/// An agency's log.
#[derive(Clone)]
struct Log {
    scope: Scope,
    code: String,
    /// The position of the newest event.
    head: i64,
}

/// How far a projection is in an agency; no checkpoint if it has not begun there.
struct Progress {
    log: Log,
    checkpoint: Option<Checkpoint>,
}

impl Store {
    /// How far each projection has followed the log of each agency.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn following(&self) -> Result<Vec<Following>, StoreError> {
        let mut all = Vec::new();
        let logs = logs(self.readers()).await?;
        for projection in Projection::ALL {
            for log in &logs {
                let progress = Progress::of(self.readers(), *projection, log).await?;
                all.push(progress.as_following(*projection)?);
            }
        }
        Ok(all)
    }
}

impl Progress {
    /// Looks into one agency, as whoever follows its log.
    async fn of(
        database: &Database,
        projection: Projection,
        log: &Log,
    ) -> Result<Self, StoreError> {
        const LIVE: &str = "SELECT generation, position, failed_at, CASE WHEN failed_at IS NOT NULL \
             THEN (SELECT event.body FROM event WHERE event.agency_id = $1 \
             AND event.position = projection.failed_at) END AS body FROM projection \
             WHERE agency_id = $1 AND name = $2 AND live";
        let mut bound = database.bound(log.scope).await?;
        let checkpoint = on_bound!(bound, connection => {
            sqlx::query_as(stated(LIVE))
                .bind(log.scope.agency())
                .bind(projection.name())
                .fetch_optional(connection)
                .await?
        });
        Ok(Self {
            log: log.clone(),
            checkpoint,
        })
    }

    fn as_following(&self, projection: Projection) -> Result<Following, StoreError> {
        let checkpoint = self.checkpoint.as_ref();
        let failed = checkpoint.and_then(|at| Some((at.failed_at?, at.body.as_deref())));
        let stopped_at = failed.map(|(position, body)| {
            let body = body.unwrap_or_default();
            let event = StoredEvent::from_bytes(body).ok().map(|event| event.id);
            Ok::<_, StoreError>(StoppedAt {
                position: unsigned(position)?,
                event,
            })
        });
        let position = checkpoint.map_or(0, |at| at.position);
        Ok(Following {
            projection: projection.name(),
            agency: self.log.code.clone(),
            lag: unsigned(self.log.head)?.saturating_sub(unsigned(position)?),
            stopped_at: stopped_at.transpose()?,
        })
    }
}

impl Worker {
    /// A worker that ends when `stop` says true.
    pub(crate) fn new(
        (writers, readers): (Database, Database),
        metrics: Metrics,
        stop: watch::Receiver<bool>,
    ) -> Self {
        Self {
            writers,
            readers,
            metrics,
            stop,
            stopped: HashSet::new(),
            reached: HashMap::new(),
        }
    }

    /// Works until it is stopped.
    pub(crate) async fn run(mut self) {
        while !*self.stop.borrow() {
            if let Err(error) = self.pass().await {
                tracing::warn!(%error, "projections wait for the database");
            }
            let stopped = self.stop.wait_for(|stop| *stop);
            // Time is up, or the store is gone: the loop's condition tells.
            if let Ok(Err(_)) = tokio::time::timeout(LOOK, stopped).await {
                return;
            }
        }
    }

    /// Brings every projection up to what was the head at its beginning. An agency whose head has not moved
    /// since a projection reached it is not looked into.
    async fn pass(&mut self) -> Result<(), StoreError> {
        let logs = logs(&self.readers).await?;
        for projection in Projection::ALL {
            for log in &logs {
                let scope = log.scope;
                if self.reached.get(&(*projection, scope)) == Some(&log.head) {
                    continue;
                }
                let progress = Progress::of(&self.readers, *projection, log).await?;
                let following = progress.as_following(*projection)?;
                let (name, agency) = (following.projection, following.agency.as_str());
                let failed = following.stopped_at.is_some();
                self.metrics.set_projection_lag(name, agency, following.lag);
                self.metrics.set_projection_failed(name, agency, failed);
                self.follow(*projection, &progress).await?;
            }
        }
        Ok(())
    }

    async fn follow(
        &mut self,
        projection: Projection,
        progress: &Progress,
    ) -> Result<(), StoreError> {
        let scope = progress.log.scope;
        let Some(checkpoint) = &progress.checkpoint else {
            return begin_first(&self.writers, projection, scope).await;
        };
        let place = Place {
            projection,
            scope,
            generation: checkpoint.generation,
        };
        let head = progress.log.head;
        if checkpoint.position >= head {
            self.reached.insert((projection, scope), head);
            return Ok(());
        }
        if self.stopped.contains(&place) {
            return Ok(());
        }
        while !*self.stop.borrow() {
            match place.advance(&self.writers, unsigned(head)?).await {
                Ok(Advance::To(_)) => {}
                Ok(Advance::Done | Advance::Taken) => return Ok(()),
                Err(Stop::Store(error)) => return Err(error),
                Err(Stop::Event { position, error }) => {
                    tracing::error!(
                        projection = projection.name(), agency = %progress.log.code, position, %error,
                        "a projection stopped at an event it cannot apply"
                    );
                    self.stopped.insert(place);
                    let failure = error.to_string();
                    return place.note_failure(&self.writers, position, &failure).await;
                }
            }
        }
        Ok(())
    }
}

/// The heads of all logs, in the order of the agencies' codes.
async fn logs(database: &Database) -> Result<Vec<Log>, StoreError> {
    const POSTGRES: &str = "SELECT agency_id, head FROM heads_of($1)";
    const SQLITE: &str = "SELECT agency_id, position FROM lane";
    let agencies = directory::agencies(&database.queries()).await?;
    let heads: Vec<(Uuid, i64)> = match database {
        Database::Postgres(pool) => {
            let ids: Vec<_> = agencies.iter().map(|agency| agency.agency_id).collect();
            let query = sqlx::query_as(stated(POSTGRES)).bind(ids);
            query.fetch_all(pool).await?
        }
        Database::Sqlite(pool) => sqlx::query_as(stated(SQLITE)).fetch_all(pool).await?,
    };
    let heads: HashMap<_, _> = heads.into_iter().collect();
    let logs = agencies.into_iter().filter_map(|agency| {
        Some(Log {
            scope: Scope::of(agency.agency_id),
            head: *heads.get(&agency.agency_id)?,
            code: agency.code,
        })
    });
    Ok(logs.collect())
}

/// Makes the checkpoint of an agency that the projection has not seen before.
pub(crate) async fn begin_first(
    database: &Database,
    projection: Projection,
    scope: Scope,
) -> Result<(), StoreError> {
    const BEGIN: &str = "INSERT INTO projection (agency_id, name, generation, position, live) \
               SELECT agency_id, $2, 1, 0, TRUE FROM lane WHERE agency_id = $1 AND NOT EXISTS \
               (SELECT 1 FROM projection WHERE agency_id = $1 AND name = $2) \
               ON CONFLICT DO NOTHING";
    let mut bound = database.bound(scope).await?;
    on_bound!(bound, connection => {
        sqlx::query(stated(BEGIN))
            .bind(scope.agency())
            .bind(projection.name())
            .execute(connection)
            .await?;
    });
    Ok(())
}
