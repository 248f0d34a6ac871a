//! Flushes: how long they take, on which path, and how much they hold.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::Metrics;

/// Upper bounds of durations, in seconds.
const SECONDS: [f64; 14] = [
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// Upper bounds of numbers of commands or events.
const NUMBERS: [f64; 10] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];

/// Upper bounds of sizes, in bytes.
const BYTES: [f64; 7] = [
    1_024.0,
    4_096.0,
    16_384.0,
    65_536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
];

/// The way a batch was settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum FlushPath {
    /// Decided on what is cached.
    Fast,
    /// Decided under the lane's lock.
    Locked,
    /// One command by itself, after a flush failed.
    Single,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum FlushResult {
    /// Its verdicts are true and what they store is stored.
    Settled,
    /// The lane had moved; nothing was stored.
    Moved,
    /// The store failed.
    Failed,
}

impl EncodeLabelValue for FlushPath {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        let name = match self {
            Self::Fast => "fast",
            Self::Locked => "locked",
            Self::Single => "single",
        };
        name.encode(encoder)
    }
}

impl EncodeLabelValue for FlushResult {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        let name = match self {
            Self::Settled => "settled",
            Self::Moved => "moved",
            Self::Failed => "failed",
        };
        name.encode(encoder)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EncodeLabelSet)]
struct FlushLabels {
    path: FlushPath,
    result: FlushResult,
}

/// What can come of a flush; only the fast path may find the lane moved.
const KINDS: [(FlushPath, FlushResult); 7] = [
    (FlushPath::Fast, FlushResult::Settled),
    (FlushPath::Fast, FlushResult::Moved),
    (FlushPath::Fast, FlushResult::Failed),
    (FlushPath::Locked, FlushResult::Settled),
    (FlushPath::Locked, FlushResult::Failed),
    (FlushPath::Single, FlushResult::Settled),
    (FlushPath::Single, FlushResult::Failed),
];

/// The histograms of all flushes.
pub(super) struct Flushes {
    family: Family<FlushLabels, Histogram, fn() -> Histogram>,
    durations: BTreeMap<(FlushPath, FlushResult), Histogram>,
    commands: Histogram,
    events: Histogram,
    bytes: Histogram,
}

impl Default for Flushes {
    fn default() -> Self {
        let seconds: fn() -> Histogram = || Histogram::new(SECONDS);
        let family = Family::new_with_constructor(seconds);
        let durations = KINDS.map(|(path, result)| {
            let labels = FlushLabels { path, result };
            ((path, result), family.get_or_create_owned(&labels))
        });
        Self {
            durations: durations.into(),
            family,
            commands: Histogram::new(NUMBERS),
            events: Histogram::new(NUMBERS),
            bytes: Histogram::new(BYTES),
        }
    }
}

impl Flushes {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register_with_unit(
            "flush_duration",
            "From deciding a batch of commands to its commit",
            Unit::Seconds,
            self.family.clone(),
        );
        registry.register(
            "flush_commands",
            "Commands that one flush settled",
            self.commands.clone(),
        );
        registry.register(
            "flush_events",
            "Events that one flush stored",
            self.events.clone(),
        );
        registry.register_with_unit(
            "flush_size",
            "Bodies of the events that one flush stored",
            Unit::Bytes,
            self.bytes.clone(),
        );
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "what one flush holds is far below 2^52"
    )]
    pub(super) fn count(&self, commands: usize, events: usize, bytes: usize) {
        self.commands.observe(commands as f64);
        self.events.observe(events as f64);
        self.bytes.observe(bytes as f64);
    }

    fn end(&self, path: FlushPath, result: FlushResult, took: Duration) {
        if let Some(duration) = self.durations.get(&(path, result)) {
            duration.observe(took.as_secs_f64());
        }
    }
}

/// A flush on its way; dropped without having ended, it has failed.
pub(crate) struct Flush {
    metrics: Metrics,
    path: FlushPath,
    result: FlushResult,
    began: Instant,
}

impl Flush {
    pub(super) fn begin(metrics: Metrics, path: FlushPath) -> Self {
        Self {
            metrics,
            path,
            result: FlushResult::Failed,
            began: Instant::now(),
        }
    }

    /// It was committed, or needed to store nothing.
    pub(crate) fn settled(mut self) {
        self.result = FlushResult::Settled;
    }

    /// The lane had moved; nothing was stored.
    pub(crate) fn moved(mut self) {
        self.result = FlushResult::Moved;
    }
}

impl Drop for Flush {
    fn drop(&mut self) {
        let flushes = &self.metrics.0.flushes;
        flushes.end(self.path, self.result, self.began.elapsed());
    }
}
