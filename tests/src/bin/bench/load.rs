//! Closed loops: each waits for its answer before it asks again.

use std::future::Future;
use std::time::{Duration, Instant};

/// How often limit and figure take turns.
pub(crate) const ROUNDS: usize = 5;

/// How long one turn takes.
pub(crate) const TURN: Duration = Duration::from_secs(2);

/// How long a figure runs before its first turn.
pub(crate) const WARM_UP: Duration = Duration::from_millis(500);

/// One loop.
pub(crate) trait Load: Send + 'static {
    /// Asks once and waits for the answer.
    fn step(&mut self) -> impl Future<Output = ()> + Send;

    /// Waits before it asks again; not at all unless said otherwise.
    fn pause(&mut self) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }
}

/// What the loops of one turn did together.
pub(crate) struct Run {
    /// Answers per second.
    pub(crate) per_second: f64,
    /// How long each answer took, the shortest first.
    latencies: Vec<Duration>,
}

impl Run {
    /// How long the slowest of the fastest `share` took, in milliseconds.
    pub(crate) fn percentile(&self, share: f64) -> f64 {
        percentile(&self.latencies, share)
    }
}

/// Drives all loops at once for `length`.
pub(crate) async fn run<L: Load>(loops: Vec<L>, length: Duration) -> Run {
    let began = Instant::now();
    let tasks: Vec<_> = loops
        .into_iter()
        .map(|mut each| {
            tokio::spawn(async move {
                let mut latencies = Vec::new();
                while began.elapsed() < length {
                    let asked = Instant::now();
                    each.step().await;
                    latencies.push(asked.elapsed());
                    each.pause().await;
                }
                latencies
            })
        })
        .collect();
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await.expect("a loop ends well"));
    }
    let per_second = rate(latencies.len(), began.elapsed());
    latencies.sort_unstable();
    Run {
        per_second,
        latencies,
    }
}

/// So many in that time, per second.
pub(crate) fn rate(count: usize, length: Duration) -> f64 {
    number(count) / length.as_secs_f64()
}

/// The time that `share` of the sorted times do not exceed, in milliseconds.
pub(crate) fn percentile(sorted: &[Duration], share: f64) -> f64 {
    let passed = sorted
        .iter()
        .zip(1_usize..)
        .find(|(_, rank)| number(*rank) >= number(sorted.len()) * share);
    passed.map_or(f64::NAN, |(time, _)| milliseconds(*time))
}

/// A time in milliseconds.
pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// A count as a number to calculate with.
fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
