//! A clock that can be moved on.

use std::sync::atomic::{AtomicI64, Ordering};

use fallbuch_domain::Timestamp;
use fallbuch_persistence::{Clock, Sources};
use time::{Date, Duration};

/// The machine's time, and so many seconds more.
#[derive(Debug, Default)]
pub struct Ahead(AtomicI64);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        let now = Sources::system().clock.now().as_offset();
        Timestamp::new(now + Duration::seconds(self.0.load(Ordering::Relaxed)))
    }
}

impl Ahead {
    /// Moves the time on.
    pub fn later(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }

    /// The day it is.
    #[must_use]
    pub fn today(&self) -> Date {
        self.now().berlin_date()
    }
}
