//! What the store tells of itself in numbers, for a monitoring system to read.
//!
//! Invariants:
//! - Labels come from closed sets (verdicts, rules, paths of a flush, projections) and, where said,
//!   the code of an agency. No id, no content and nobody's subject is ever a label.
//! - What a command touches on its way was looked up before: counting it is an atomic addition.

mod command;
mod flush;

use std::fmt;
use std::sync::Arc;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use command::Commands;
pub(crate) use flush::FlushPath;
use flush::{Flush, Flushes};

use crate::error::CommandError;
use crate::writer::{Intent, Verdict};

/// The store's counters, gauges and histograms; cheap to clone, all clones are the same.
#[derive(Clone, Default)]
pub struct Metrics(Arc<Families>);

#[derive(Default)]
struct Families {
    commands: Commands,
    flushes: Flushes,
    queue_depth: Family<AgencyLabels, Gauge>,
    projection_lag: Family<ProjectionLabels, Gauge>,
    projection_failed: Family<ProjectionLabels, Gauge>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AgencyLabels {
    agency: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ProjectionLabels {
    projection: &'static str,
    agency: String,
}

impl Metrics {
    /// Adds all of them to a registry, whose prefix stands before their names:
    ///
    /// - `commands`, counter: commands by `verdict` (accepted, replayed, refused, stale,
    ///   version_required, key_reused, forbidden, not_found, overloaded, failed, validated) and `rule`. A
    ///   command that several rules refuse counts once for each of them, as does one that was refused
    ///   strictly for its warnings; `rule` is empty for other verdicts. What was only to be validated is
    ///   `validated` whatever came of it, or `failed`.
    /// - `flush_duration`, histogram in seconds: from deciding a batch to its commit, by `path` (fast:
    ///   on what is cached; locked: under the lane's lock; single: one command after a failure) and
    ///   `result` (settled; moved: another process wrote, nothing was stored; failed).
    /// - `flush_commands` and `flush_events`, histograms of numbers: what one settled flush held.
    /// - `flush_size`, histogram in bytes: the bodies of the events one settled flush stored.
    /// - `queue_depth`, gauge in commands: those that wait for the writer, by `agency`.
    /// - `projection_lag`, gauge in events: those in the log of `agency` that `projection` has not
    ///   seen yet.
    /// - `projection_failed`, gauge: 1 if `projection` has stopped for `agency` after a failure,
    ///   else 0.
    pub fn register(&self, registry: &mut Registry) {
        let families = &self.0;
        families.commands.register(registry);
        families.flushes.register(registry);
        registry.register(
            "queue_depth",
            "Commands that wait for the writer",
            families.queue_depth.clone(),
        );
        registry.register(
            "projection_lag",
            "Events in the log that the projection has not seen yet",
            families.projection_lag.clone(),
        );
        registry.register(
            "projection_failed",
            "1 if the projection has stopped after a failure, else 0",
            families.projection_failed.clone(),
        );
    }

    /// Says how many events of an agency's log a projection has not seen yet.
    pub fn set_projection_lag(&self, projection: &'static str, agency_code: &str, events: u64) {
        let labels = ProjectionLabels::new(projection, agency_code);
        let lag = self.0.projection_lag.get_or_create(&labels);
        lag.set(i64::try_from(events).unwrap_or(i64::MAX));
    }

    /// Says whether a projection has stopped for an agency after a failure.
    pub fn set_projection_failed(&self, projection: &'static str, agency_code: &str, failed: bool) {
        let labels = ProjectionLabels::new(projection, agency_code);
        let gauge = self.0.projection_failed.get_or_create(&labels);
        gauge.set(i64::from(failed));
    }

    /// The number of commands that wait in an agency's line; for the line to keep.
    pub(crate) fn queue_depth(&self, agency_code: &str) -> Gauge {
        let agency = agency_code.to_owned();
        let depths = &self.0.queue_depth;
        depths.get_or_create_owned(&AgencyLabels { agency })
    }

    /// Counts a verdict of the writer. What was only to be validated counts apart: a form may ask with every field that
    /// is filled in, and its refusals are nobody's failed attempts.
    pub(crate) fn count(&self, intent: &Intent, verdict: &Verdict) {
        let commands = &self.0.commands;
        match (intent, verdict) {
            (Intent::Record(_), Ok(receipt)) => commands.count_done(receipt),
            (Intent::Record(_), Err(error))
            | (Intent::Validate, Err(error @ CommandError::Store(_))) => {
                commands.count_error(error);
            }
            (Intent::Validate, Ok(_) | Err(_)) => commands.count_validated(),
        }
    }

    /// Counts a command that no writer gave a verdict on.
    pub(crate) fn count_unsettled(&self, error: &CommandError) {
        self.0.commands.count_error(error);
    }

    /// Starts the clock of a flush. One that is dropped without having ended has failed.
    pub(crate) fn begin_flush(&self, path: FlushPath) -> Flush {
        Flush::begin(self.clone(), path)
    }

    /// Counts what a flush held that was settled.
    pub(crate) fn count_flush(&self, commands: usize, events: usize, bytes: usize) {
        self.0.flushes.count(commands, events, bytes);
    }
}

impl ProjectionLabels {
    fn new(projection: &'static str, agency_code: &str) -> Self {
        Self {
            projection,
            agency: agency_code.to_owned(),
        }
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Metrics").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
