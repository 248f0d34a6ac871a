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

    /// Seconds until the day ends in Berlin.
    #[must_use]
    pub fn until_midnight(&self) -> i64 {
        let (today, now) = (self.today(), self.now().as_offset());
        let (mut before, mut after) = (0, 26 * 3_600);
        while after - before > 1 {
            let middle = i64::midpoint(before, after);
            let then = Timestamp::new(now + Duration::seconds(middle));
            if then.berlin_date() == today {
                before = middle;
            } else {
                after = middle;
            }
        }
        after
    }
}
