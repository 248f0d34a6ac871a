//! What waits for a writer: one bounded line per agency, served in turn.
//!
//! Invariant: a command that was let in is answered; one that finds its agency's line full is turned
//! away before anything of it was looked at. A flooding agency fills its own line and no other.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use uuid::Uuid;

use super::Submission;

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

/// The queue of one writer.
#[derive(Default)]
pub(crate) struct Queue {
    waiting: Mutex<Waiting>,
    arrived: Notify,
}

#[derive(Default)]
struct Waiting {
    /// Agencies with a line, the next one to be served in front.
    turns: VecDeque<Uuid>,
    lines: HashMap<Uuid, VecDeque<Submission>>,
    closed: bool,
}

impl Queue {
    /// Lets a command in.
    pub(crate) fn push(&self, submission: Submission) -> Result<(), TurnedAway> {
        let agency = submission.access.agency();
        let mut waiting = self.lock();
        if waiting.closed {
            return Err(TurnedAway::Closed);
        }
        let line = waiting.lines.entry(agency).or_default();
        if line.len() >= LINE {
            return Err(TurnedAway::Full);
        }
        let first = line.is_empty();
        line.push_back(submission);
        if first {
            waiting.turns.push_back(agency);
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
        let batch = line.drain(..line.len().min(limit)).collect();
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
