//! What a writer remembers of an agency: the head, and states read after the head was known.

use std::num::NonZeroUsize;
use std::sync::Arc;

use fallbuch_domain::State;
use lru::LruCache;
use uuid::Uuid;

use super::Verdict;
use super::draft::Draft;
use crate::evidence::Sealer;
use crate::session::Lane;

/// How many states a writer keeps per agency.
const STATES: NonZeroUsize = NonZeroUsize::new(4_096).unwrap();

/// A stream's newest state.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) version: u64,
    pub(crate) state: Arc<State>,
}

/// What a writer knows of one agency.
pub(crate) struct AgencyCache {
    /// The head; every state here was read after it was known, or written by this writer.
    pub(crate) lane: Option<Lane>,
    pub(crate) states: LruCache<Uuid, Known>,
    pub(crate) sealer: Sealer,
}

impl AgencyCache {
    pub(crate) fn new(sealer: Sealer) -> Self {
        Self {
            lane: None,
            states: LruCache::new(STATES),
            sealer,
        }
    }

    /// Forgets everything: another process wrote, or it is not known whether we did.
    pub(crate) fn forget(&mut self) {
        self.lane = None;
        self.states.clear();
    }

    /// Keeps what was stored, and hands out the verdicts.
    pub(crate) fn keep(&mut self, draft: Draft) -> Vec<Verdict> {
        self.lane = Some(draft.batch.to());
        for (stream, known) in draft.states {
            self.states.put(stream, known);
        }
        draft.verdicts
    }
}
