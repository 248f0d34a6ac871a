//! What waits for a writer: one bounded line per agency, served in turn.
//!
//! Invariant: a command that was let in is answered; one that finds its agency's line full is turned
//! away before anything of it was looked at. A flooding agency fills its own line and no other.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::Notify;
use uuid::Uuid;

use super::Submission;
use crate::error::{CommandError, StoreError};
use crate::metrics::Metrics;

/// How many commands of one agency may wait.
const LINE: usize = 1_024;

/// Why a command was not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TurnedAway {
    /// The agency's line is full.
    Full,
    /// The writer takes no more.
    Closed,
}

impl From<TurnedAway> for CommandError {
    fn from(away: TurnedAway) -> Self {
        match away {
            TurnedAway::Full => Self::Overloaded,
            TurnedAway::Closed => StoreError::Stopped.into(),
        }
    }
}

/// The queue of one writer.
#[derive(Default)]
pub(crate) struct Queue {
    waiting: Mutex<Waiting>,
    arrived: Notify,
    metrics: Metrics,
}

#[derive(Default)]
struct Waiting {
    /// Agencies with a line, the next one to be served in front.
    turns: VecDeque<Uuid>,
    lines: HashMap<Uuid, VecDeque<Submission>>,
    /// How long the line is of every agency that ever had one.
    depths: HashMap<Uuid, Gauge>,
    closed: bool,
}

impl Queue {
    /// A queue that tells how long its lines are.
    pub(crate) fn new(metrics: Metrics) -> Self {
        Self {
            metrics,
            ..Self::default()
        }
    }

    /// Lets a command in.
    pub(crate) fn push(&self, submission: Submission) -> Result<(), TurnedAway> {
        let agency = submission.access.agency();
        let mut waiting = self.lock();
        if waiting.closed {
            return Err(TurnedAway::Closed);
        }
        let Waiting {
            turns,
            lines,
            depths,
            ..
        } = &mut *waiting;
        let depth = depths
            .entry(agency)
            .or_insert_with(|| self.metrics.queue_depth(submission.access.agency_code()));
        let line = lines.entry(agency).or_default();
        if line.len() >= LINE {
            return Err(TurnedAway::Full);
        }
        let first = line.is_empty();
        line.push_back(submission);
        depth.inc();
        if first {
            turns.push_back(agency);
        }
        drop(waiting);
        self.arrived.notify_one();
        Ok(())
    }

    /// Takes at most `limit` commands of the agency whose turn it is, in their order; waits for one.
    /// None once the queue is closed and empty.
    pub(crate) async fn take(&self, limit: usize) -> Option<Vec<Submission>> {
        loop {
            // Registered before looking, so that nothing arrives unseen in between.
            let arrived = self.arrived.notified();
            {
                let mut waiting = self.lock();
                if let Some(batch) = waiting.next(limit) {
                    return Some(batch);
                }
                if waiting.closed {
                    return None;
                }
            }
            arrived.await;
        }
    }

    /// Whether nobody waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().turns.is_empty()
    }

    /// Lets nothing in any more; what waits is still served.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn next(&mut self, limit: usize) -> Option<Vec<Submission>> {
        let agency = self.turns.pop_front()?;
        let line = self.lines.get_mut(&agency)?;
        let batch: Vec<_> = line.drain(..line.len().min(limit)).collect();
        if let Some(depth) = self.depths.get(&agency) {
            depth.dec_by(i64::try_from(batch.len()).unwrap_or(i64::MAX));
        }
        if line.is_empty() {
            self.lines.remove(&agency);
        } else {
            self.turns.push_back(agency);
        }
        Some(batch)
    }
}

#[cfg(test)]
mod tests;
