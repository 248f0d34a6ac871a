//! The one source of time, ids and randomness; everywhere else they are injected.

use std::sync::{Arc, Mutex, PoisonError};

use fallbuch_domain::Timestamp;
use uuid::Uuid;

/// Tells the present instant.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// Makes ids and salts.
pub trait IdSource: Send + Sync {
    /// A new UUIDv7.
    fn id(&self) -> Uuid;
    /// 128 random bits.
    fn salt(&self) -> [u8; 16];
    /// What an agency's own events draw from; none if that is the same for all. A test that gives each
    /// agency its own can hold what an agency is told side by side with others against what it is told
    /// alone, byte for byte.
    fn of_agency(&self, _agency: Uuid) -> Option<Sources> {
        None
    }
}

/// Where time, ids and salts come from.
#[derive(Clone)]
pub struct Sources {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Ids and salts.
    pub ids: Arc<dyn IdSource>,
}

impl Sources {
    /// The machine's clock and its cryptographic randomness.
    #[must_use]
    pub fn system() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            ids: Arc::new(SystemIds),
        }
    }

    /// What the agency's own events draw from.
    pub(crate) fn of(&self, agency: Uuid) -> Self {
        self.ids.of_agency(agency).unwrap_or_else(|| self.clone())
    }

    /// Reproducible ones for tests: each call to the clock is a second later than the one before,
    /// ids and salts count up from `seed`.
    #[must_use]
    pub fn fixed(start: Timestamp, seed: u64) -> Self {
        let fixed = Arc::new(Fixed {
            start,
            seed,
            calls: Mutex::new((0, 0)),
        });
        Self {
            clock: fixed.clone(),
            ids: fixed,
        }
    }
}

impl std::fmt::Debug for Sources {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sources")
    }
}

struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one source of time")]
    fn now(&self) -> Timestamp {
        Timestamp::new(time::OffsetDateTime::now_utc())
    }
}

struct SystemIds;

impl IdSource for SystemIds {
    #[expect(clippy::disallowed_methods, reason = "this is the one source of ids")]
    fn id(&self) -> Uuid {
        Uuid::now_v7()
    }

    /// # Panics
    /// If the operating system has no randomness to give: nothing can go on without it.
    #[expect(
        clippy::disallowed_methods,
        clippy::expect_used,
        reason = "the one source of salts"
    )]
    fn salt(&self) -> [u8; 16] {
        let mut salt = [0; 16];
        aws_lc_rs::rand::fill(&mut salt).expect("the operating system gives randomness");
        salt
    }
}

struct Fixed {
    start: Timestamp,
    seed: u64,
    /// Seconds told and ids made so far.
    calls: Mutex<(i64, u64)>,
}

impl Fixed {
    fn next_id(&self) -> u64 {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.1 += 1;
        calls.1
    }
}

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.0 += 1;
        Timestamp::new(self.start.as_offset() + time::Duration::seconds(calls.0))
    }
}

impl IdSource for Fixed {
    fn id(&self) -> Uuid {
        let millis = u64::try_from(self.start.unix_microseconds() / 1_000).unwrap_or(0);
        let mut random = [0; 10];
        random[2..].copy_from_slice(&(self.seed << 32 | self.next_id()).to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    fn salt(&self) -> [u8; 16] {
        (u128::from(self.seed) << 64 | u128::from(self.next_id())).to_be_bytes()
    }
}
