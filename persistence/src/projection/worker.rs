//! The worker: four times a second looks which agencies have events that a projection has not seen.
//!
//! Invariant: it holds no transaction while it waits, and each page is a transaction of its own. A
//! projection that stopped at an event is left alone until the process starts again or it is rebuilt;
//! the others go on.

use std::collections::HashSet;
use std::time::Duration;

use fallbuch_domain::envelope::StoredEvent;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use tokio::sync::watch;
use uuid::Uuid;

use super::{Advance, Place, Projection, Stop};
use crate::database::Database;
use crate::error::StoreError;
use crate::metrics::Metrics;
use crate::read::unsigned;
use crate::store::Store;

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

#[derive(Clone, Debug, FromQueryResult)]
struct Progress {
    agency_id: Uuid,
    code: String,
    /// The position of the newest event.
    head: i64,
    generation: Option<i32>,
    position: Option<i64>,
    failed_at: Option<i64>,
    /// The body of the event it stopped at.
    body: Option<Vec<u8>>,
}

impl Store {
    /// How far each projection has followed the log of each agency.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn following(&self) -> Result<Vec<Following>, StoreError> {
        let mut all = Vec::new();
        for projection in Projection::ALL {
            for progress in progress(self.readers(), *projection).await? {
                all.push(progress.as_following(*projection)?);
            }
        }
        Ok(all)
    }
}

impl Progress {
    fn as_following(&self, projection: Projection) -> Result<Following, StoreError> {
        let stopped_at = self.failed_at.map(|position| {
            let body = self.body.as_deref().unwrap_or_default();
            let event = StoredEvent::from_bytes(body).ok().map(|event| event.id);
            Ok::<_, StoreError>(StoppedAt {
                position: unsigned(position)?,
                event,
            })
        });
        Ok(Following {
            projection: projection.name(),
            agency: self.code.clone(),
            lag: unsigned(self.head)?.saturating_sub(unsigned(self.position.unwrap_or(0))?),
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

    /// Brings every projection up to what was the head at its beginning.
    async fn pass(&mut self) -> Result<(), StoreError> {
        for projection in Projection::ALL {
            for progress in progress(&self.readers, *projection).await? {
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
        let agency = progress.agency_id;
        let Some(generation) = progress.generation else {
            return begin_first(&self.writers, projection, agency).await;
        };
        let place = Place {
            projection,
            agency,
            generation,
        };
        if progress.position >= Some(progress.head) || self.stopped.contains(&place) {
            return Ok(());
        }
        while !*self.stop.borrow() {
            match place.advance(&self.writers, unsigned(progress.head)?).await {
                Ok(Advance::To(_)) => {}
                Ok(Advance::Done | Advance::Taken) => return Ok(()),
                Err(Stop::Store(error)) => return Err(error),
                Err(Stop::Event { position, error }) => {
                    tracing::error!(
                        projection = projection.name(), %agency, position, %error,
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

/// How far `projection` is in each agency.
async fn progress(
    database: &Database,
    projection: Projection,
) -> Result<Vec<Progress>, StoreError> {
    let queries = database.queries();
    let statement = Statement::from_sql_and_values(
        queries.get_database_backend(),
        "SELECT lane.agency_id, lane.code, lane.position AS head, projection.generation, \
         projection.position, projection.failed_at, CASE WHEN projection.failed_at IS NOT NULL THEN \
         (SELECT event.body FROM event WHERE event.agency_id = lane.agency_id \
         AND event.position = projection.failed_at) END AS body FROM lane LEFT JOIN projection \
         ON projection.agency_id = lane.agency_id AND projection.name = $1 AND projection.live \
         ORDER BY lane.code",
        [projection.name().into()],
    );
    let rows = queries.query_all_raw(statement).await?;
    let progress = rows.iter().map(|row| Progress::from_query_result(row, ""));
    Ok(progress.collect::<Result<_, _>>()?)
}

/// Makes the checkpoint of an agency that the projection has not seen before.
pub(crate) async fn begin_first(
    database: &Database,
    projection: Projection,
    agency: Uuid,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO projection (agency_id, name, generation, position, live) \
               SELECT agency_id, $2, 1, 0, TRUE FROM lane WHERE agency_id = $1 AND NOT EXISTS \
               (SELECT 1 FROM projection WHERE agency_id = $1 AND name = $2) \
               ON CONFLICT DO NOTHING";
    let values = vec![agency.into(), projection.name().into()];
    Ok(database.run(sql, values).await?)
}
