//! How many requests a caller may make: each member in each agency by itself, and everybody else by identity.
//!
//! A bucket that fills evenly over a minute (GCRA). It is asked before the database is, and its key tells nothing: an
//! agency has a bucket of its own only for those it knows, so that foreign and absent agencies count alike.

use std::cell::Cell;
use std::num::NonZeroU32;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use fallbuch_persistence::{Acquaintance, Identity};
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

/// After how many requests full buckets are thrown away.
const CLEANING: u32 = 65_536;

/// The name of the one policy (draft-ietf-httpapi-ratelimit-headers).
const POLICY: &str = "caller";

/// Seconds in the policy's window.
const WINDOW: u32 = 60;

/// Whose requests are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Bucket {
    /// A member's in an agency.
    Member(Acquaintance),
    /// Whoever is no member of what is asked for, or asks for no agency.
    Bearer(Identity),
}

type Limiter =
    RateLimiter<Bucket, DashMapStateStore<Bucket>, DefaultClock, StateInformationMiddleware>;

/// The buckets.
pub(crate) struct Limits {
    limiter: Option<(Limiter, NonZeroU32)>,
    taken: AtomicU32,
}

/// What is left of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Allowance {
    /// Requests a minute.
    quota: u32,
    /// Requests that could be made at once.
    left: u32,
    /// Seconds until the bucket is full again; for who has none left, until the next request.
    seconds: u32,
}

impl Allowance {
    /// Seconds until another request is allowed.
    pub(crate) fn retry_after(self) -> u32 {
        self.seconds.max(1)
    }

    fn write(self, headers: &mut HeaderMap) {
        let Self {
            quota,
            left,
            seconds,
        } = self;
        let policy = format!("\"{POLICY}\";q={quota};w={WINDOW}");
        let now = format!("\"{POLICY}\";r={left};t={seconds}");
        for (name, value) in [("ratelimit-policy", policy), ("ratelimit", now)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

impl Limits {
    /// So many requests a minute, and as many at once; none for no limit.
    pub(crate) fn per_minute(quota: Option<NonZeroU32>) -> Self {
        let limiter = |quota: NonZeroU32| {
            let limiter = RateLimiter::dashmap(Quota::per_minute(quota));
            (limiter.with_middleware(), quota)
        };
        Self {
            limiter: quota.map(limiter),
            taken: AtomicU32::new(0),
        }
    }

    /// Takes one request out of a bucket; none if there is no limit.
    ///
    /// # Errors
    /// If the bucket is empty.
    pub(crate) fn take(&self, bucket: &Bucket) -> Result<Option<Allowance>, Allowance> {
        let Some((limiter, quota)) = &self.limiter else {
            return Ok(None);
        };
        // A full bucket is as good as none.
        if self.taken.fetch_add(1, Ordering::Relaxed) % CLEANING == CLEANING - 1 {
            limiter.retain_recent();
        }
        let quota = quota.get();
        match limiter.check_key(bucket) {
            Ok(state) => {
                let left = state.remaining_burst_capacity().min(quota);
                let missing = u64::from(quota - left) * u64::from(WINDOW);
                let seconds = missing.div_ceil(u64::from(quota));
                Ok(Some(Allowance {
                    quota,
                    left,
                    seconds: u32::try_from(seconds).unwrap_or(WINDOW),
                }))
            }
            Err(not_yet) => {
                let wait = not_yet.wait_time_from(DefaultClock::default().now());
                let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
                Err(Allowance {
                    quota,
                    left: 0,
                    seconds: u32::try_from(seconds).unwrap_or(WINDOW),
                })
            }
        }
    }
}

/// Where a request's allowance is put down for its answer.
#[derive(Clone, Default)]
pub(crate) struct Shelf(Rc<Cell<Option<Allowance>>>);

impl Shelf {
    /// Puts it down.
    pub(crate) fn put(&self, allowance: Allowance) {
        self.0.set(Some(allowance));
    }

    /// Tells the caller, if there is anything to tell.
    pub(crate) fn tell(&self, headers: &mut HeaderMap) {
        if let Some(allowance) = self.0.get() {
            allowance.write(headers);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bearer(subject: &str) -> Bucket {
        Bucket::Bearer(Identity {
            issuer: "issuer".to_owned(),
            subject: subject.to_owned(),
        })
    }

    #[test]
    fn each_bucket_is_emptied_by_itself() {
        let limits = Limits::per_minute(NonZeroU32::new(3));
        for bucket in [bearer("a"), bearer("b")] {
            let left: Vec<_> = (0..3)
                .map(|_| limits.take(&bucket).unwrap().unwrap().left)
                .collect();
            assert_eq!(left, [2, 1, 0]);
            let refused = limits.take(&bucket).unwrap_err();
            assert_eq!((refused.quota, refused.left), (3, 0));
            assert!((1..=20).contains(&refused.retry_after()));
        }
    }

    #[test]
    fn without_a_quota_there_is_no_end() {
        let limits = Limits::per_minute(None);
        assert!((0..100).all(|_| limits.take(&bearer("a")) == Ok(None)));
    }

    #[test]
    fn an_allowance_is_told_as_the_draft_has_it() {
        let mut headers = HeaderMap::new();
        let shelf = Shelf::default();
        shelf.tell(&mut headers);
        assert!(headers.is_empty());
        shelf.put(Allowance {
            quota: 600,
            left: 590,
            seconds: 1,
        });
        shelf.tell(&mut headers);
        assert_eq!(
            headers.get("ratelimit-policy").unwrap(),
            "\"caller\";q=600;w=60"
        );
        assert_eq!(headers.get("ratelimit").unwrap(), "\"caller\";r=590;t=1");
    }
}
