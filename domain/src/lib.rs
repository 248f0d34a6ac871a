//! What Fallbuch speaks about: events, states and rules of municipal education management advice.
//!
//! Invariant: everything here is pure. No clock, no randomness, no I/O, no async; time, new ids and
//! facts about other streams come in as arguments, so the same input gives the same answer for ever.
//!
//! A recipe for a new event type of the case stream: a variant and its data in [`case::event`], its
//! arm in [`case::CaseState::evolve`], the command in [`case::command`] with its arm in
//! [`case::decide`], its rules in [`case::rules`], its sentence in [`case::timeline`], its sample in
//! [`case::sample`]. The compiler names every place that is missing; scenarios in `case/tests` and a
//! golden file (`envelope/tests.rs` says how) are asked for by tests.

pub mod agency;
pub mod case;
pub mod catalogue;
pub mod change;
pub mod envelope;
mod event_macro;
pub mod facts;
pub mod language;
pub mod offering;
pub mod rights;
pub mod rule;
pub mod solution;
pub mod stream;
#[cfg(test)]
pub(crate) mod testing;
pub mod text;
pub mod time;

pub use facts::{Claim, Facts, Key, Needs};
pub use language::Language;
pub use rights::{Permission, Role};
pub use rule::{Finding, Findings, Rejection, Rule};
pub use stream::{Command, Decision, Event, EventData, State, StreamKind};
pub use time::Timestamp;
