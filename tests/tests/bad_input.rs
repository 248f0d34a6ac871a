//! Bad input to every operation of the contract: refused with every place named, and nothing stored.
//!
//! The cases are made from the contract that the server hands out, so that a new operation is covered
//! without being named here.

// Scenarios are plain functions that the tests call, so the tests' freedom is said here.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod bad_input {
    pub(crate) mod bodies;
    pub(crate) mod requests;
    pub(crate) mod routes;
    pub(crate) mod target;
}
