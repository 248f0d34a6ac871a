//! Time, ids and salts by number: what a step draws depends on the step, not on how often the store
//! decides it.
//!
//! Invariant: every decision begins with the clock, and every event with its salt. So a decision
//! that is made again, because another process was faster, draws the same ids again.

use std::sync::{Arc, Mutex, MutexGuard};

use fallbuch_domain::Timestamp;
use fallbuch_persistence::{Clock, IdSource, Sources};
use uuid::Uuid;

/// The number of the script and of its step, and what was drawn in it.
pub(super) struct Numbered(Mutex<Drawn>);

struct Drawn {
    script: u32,
    step: u32,
    now: Timestamp,
    /// Whether several commands are on their way at once: then nothing is drawn twice.
    together: bool,
    things: u16,
    events: u16,
    salted: bool,
}

/// What an id is for.
#[derive(Clone, Copy)]
enum Kind {
    Thing = 1,
    Event = 2,
    Salt = 3,
}

impl Numbered {
    pub(super) fn new(start: Timestamp) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Drawn {
            script: 0,
            step: 0,
            now: start,
            together: false,
            things: 0,
            events: 0,
            salted: false,
        })))
    }

    /// The sources that draw from here.
    pub(super) fn sources(self: &Arc<Self>) -> Sources {
        Sources {
            clock: self.clone(),
            ids: self.clone(),
        }
    }

    /// Goes on to a step.
    pub(super) fn begin(&self, script: u32, step: u32, now: Timestamp, together: bool) {
        *self.drawn() = Drawn {
            script,
            step,
            now,
            together,
            things: 0,
            events: 0,
            salted: false,
        };
    }

    fn drawn(&self) -> MutexGuard<'_, Drawn> {
        self.0.lock().unwrap()
    }
}

impl Drawn {
    fn id(&self, kind: Kind, number: u16) -> Uuid {
        let millis = u64::try_from(self.now.unix_microseconds() / 1_000).unwrap();
        let mut random = [0; 10];
        random[1] = kind as u8;
        random[3..6].copy_from_slice(&self.script.to_be_bytes()[1..]);
        random[6..8].copy_from_slice(&self.step.to_be_bytes()[2..]);
        random[8..].copy_from_slice(&number.to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}

impl Clock for Numbered {
    fn now(&self) -> Timestamp {
        let mut drawn = self.drawn();
        if !drawn.together {
            (drawn.things, drawn.events) = (0, 0);
        }
        drawn.now
    }
}

impl IdSource for Numbered {
    fn id(&self) -> Uuid {
        let mut drawn = self.drawn();
        if std::mem::take(&mut drawn.salted) {
            drawn.events += 1;
            drawn.id(Kind::Event, drawn.events)
        } else {
            drawn.things += 1;
            drawn.id(Kind::Thing, drawn.things)
        }
    }

    fn salt(&self) -> [u8; 16] {
        let mut drawn = self.drawn();
        drawn.salted = true;
        drawn.id(Kind::Salt, drawn.events + 1).into_bytes()
    }
}

/// The time, ids and salt of an event that another store recorded already.
pub(super) struct Repeated {
    pub(super) now: Timestamp,
    pub(super) thing: Uuid,
    pub(super) event: Uuid,
    pub(super) salt: [u8; 16],
    pub(super) salted: Mutex<bool>,
}

impl Clock for Repeated {
    fn now(&self) -> Timestamp {
        self.now
    }
}

impl IdSource for Repeated {
    fn id(&self) -> Uuid {
        let salted = std::mem::take(&mut *self.salted.lock().unwrap());
        if salted { self.event } else { self.thing }
    }

    fn salt(&self) -> [u8; 16] {
        *self.salted.lock().unwrap() = true;
        self.salt
    }
}
