//! What every database under the store has to hold, on SQLite and on PostgreSQL.

// Scenarios are plain functions that the tests call, so the tests' freedom is said here.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod batches;
mod by_hand;
mod catalogue_import;
mod dry_runs;
mod followers;
mod interleavings;
mod log;
mod model;
mod office;
mod product;
mod projections;
mod protocol;
mod random;
mod setup;
mod subject;
