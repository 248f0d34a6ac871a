//! Time that stands still at a word: it holds a store in the middle of a decision.
//!
//! A writer asks for the time once per command, after it has read what it decides on. On SQLite that is
//! inside of its transaction, with its position known; on PostgreSQL too if it has locked the lane.

use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use fallbuch_domain::Timestamp;
use fallbuch_persistence::{Clock, Sources};

/// An instant at which a trigger of the test refuses every event.
pub(crate) const DOOMSDAY: i64 = 32_500_000_000_000_000;

/// For how long, at the most.
const PATIENCE: Duration = Duration::from_secs(20);

/// A clock that can be stopped.
pub(crate) struct Gate {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    closed: bool,
    doomed: bool,
    inside: usize,
}

impl Gate {
    /// A clock, and the sources of a store that goes by it.
    pub(crate) fn new() -> (Arc<Self>, Sources) {
        let system = Sources::system();
        let gate = Arc::new(Self {
            clock: system.clock,
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let sources = Sources {
            clock: gate.clone(),
            ids: system.ids,
        };
        (gate, sources)
    }

    /// Whoever asks for the time from now on is held.
    pub(crate) fn close(&self) {
        self.state().closed = true;
    }

    pub(crate) fn open(&self) {
        self.state().closed = false;
        self.changed.notify_all();
    }

    /// Whether the time is doomsday.
    pub(crate) fn doom(&self, doomed: bool) {
        self.state().doomed = doomed;
    }

    /// Whether somebody is held.
    pub(crate) fn is_occupied(&self) -> bool {
        self.state().inside > 0
    }

    /// Returns once somebody is held.
    pub(crate) async fn occupied(&self) {
        for _ in 0..5_000 {
            if self.is_occupied() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        panic!("nobody asked for the time");
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl Clock for Gate {
    fn now(&self) -> Timestamp {
        if self.state().closed {
            // The other tasks of this thread go on elsewhere.
            tokio::task::block_in_place(|| {
                let mut state = self.state();
                state.inside += 1;
                // A test that failed meanwhile opens no gate, and its runtime waits for this thread.
                let waited = self
                    .changed
                    .wait_timeout_while(state, PATIENCE, |state| state.closed);
                let mut state = waited.unwrap().0;
                state.inside -= 1;
            });
        }
        if self.state().doomed {
            return Timestamp::from_unix_microseconds(DOOMSDAY).unwrap();
        }
        self.clock.now()
    }
}
