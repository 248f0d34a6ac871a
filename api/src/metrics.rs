//! Requests in numbers, and everything that is counted as one registry.
//!
//! Invariant: labels are operation and status alone, both from closed sets; no address, no agency, no
//! caller. Who reads the numbers is not asked: they stand on a listener of their own
//! ([`crate::metrics_listener`]).

use std::sync::Arc;
use std::time::Instant;

use fallbuch_persistence::Metrics;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

/// What every name begins with.
const PREFIX: &str = "fallbuch";

/// Upper bounds of a request's duration, in seconds.
const SECONDS: [f64; 13] = [
    0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// The server's counters of requests; cheap to clone, all clones are the same.
#[derive(Clone, Debug, Default)]
pub struct RequestMetrics(Arc<Families>);

#[derive(Debug)]
struct Families {
    requests: Family<RequestLabels, Counter>,
    durations: Family<RequestLabels, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    operation: &'static str,
    status: u16,
}

impl Default for Families {
    fn default() -> Self {
        let seconds: fn() -> Histogram = || Histogram::new(SECONDS);
        Self {
            requests: Family::default(),
            durations: Family::new_with_constructor(seconds),
            in_flight: Gauge::default(),
        }
    }
}

impl RequestMetrics {
    /// Adds all of them to a registry, whose prefix stands before their names:
    ///
    /// - `http_requests`, counter: requests by `operation` (its id in the contract, or unknown) and
    ///   `status` (499 if the caller went away before the answer).
    /// - `http_request_duration`, histogram in seconds: from the request's head to the answer's, by
    ///   the same.
    /// - `http_requests_in_flight`, gauge: requests that are being answered.
    fn register(&self, registry: &mut Registry) {
        let families = &self.0;
        registry.register(
            "http_requests",
            "Requests by operation and status",
            families.requests.clone(),
        );
        registry.register_with_unit(
            "http_request_duration",
            "From the head of a request to the head of its answer",
            Unit::Seconds,
            families.durations.clone(),
        );
        registry.register(
            "http_requests_in_flight",
            "Requests that are being answered",
            families.in_flight.clone(),
        );
    }

    /// A request has come.
    pub(crate) fn begin(&self) {
        self.0.in_flight.inc();
    }

    /// It is answered, or abandoned.
    pub(crate) fn end(&self, operation: &'static str, status: u16, began: Instant) {
        let labels = RequestLabels { operation, status };
        self.0.requests.get_or_create(&labels).inc();
        let took = began.elapsed().as_secs_f64();
        self.0.durations.get_or_create(&labels).observe(took);
        self.0.in_flight.dec();
    }
}

/// Everything a process counts: the store's numbers, the server's, and which version runs.
#[must_use]
pub fn registry(store: &Metrics, requests: &RequestMetrics) -> Registry {
    let mut registry = Registry::with_prefix(PREFIX);
    let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
    registry.register("build", "The version that runs", version);
    store.register(&mut registry);
    requests.register(&mut registry);
    registry
}
