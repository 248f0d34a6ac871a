//! The benches: each figure against its limit, measured in the same run on the same machine.
//!
//! Invariants: limit and figure take turns, on a fresh database per figure and with the database's
//! default durability; what is told is the median of the rounds; a missed figure is told as missed and
//! fails nothing.
//!
//! `make bench` runs all but the large ones, `make bench FIGURES="append.pg.32 read"` those whose names
//! begin so, `make bench-large` those on a log of a million events.

// A bench that cannot run ends by panicking; there is nobody to hand an error to.
#![expect(clippy::expect_used, reason = "a broken bench is a failed run")]

mod append;
mod ground;
mod http;
mod large;
mod latency;
mod load;
mod network;
mod over_http;
mod pgbench;
mod process;
mod replay;
mod report;
mod walls;

use report::Report;

/// As in the server.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() {
    let mut asked: Vec<_> = std::env::args().skip(1).collect();
    if asked.first().is_some_and(|first| first == "--large") {
        let mut report = Report::of(asked.split_off(1));
        large::measure_large(&mut report).await;
        report.finish().expect("the report can be written");
        return;
    }
    let mut report = Report::of(asked);
    append::measure(&mut report).await;
    over_http::measure(&mut report).await;
    walls::measure(&mut report).await;
    replay::measure(&mut report).await;
    large::measure(&mut report).await;
    latency::measure(&mut report).await;
    network::measure(&mut report).await;
    process::measure(&mut report);
    report.finish().expect("the report can be written");
}
