//! The harness of the acceptance tests: the real server on a fresh database, and a client for it.
//!
//! Invariants: every [`World`] has a database of its own; every scenario runs on both engines (see
//! [`on_both!`]); a missing PostgreSQL is a failure, never a skip.

// A harness fails a test by panicking; there is nobody to hand an error to.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a broken harness is a failed test"
)]

mod ahead;
mod client;
mod cluster;
mod database;
mod desk;
mod dice;
pub mod document;
pub mod exposition;
pub mod linearizability;
mod log;
mod offers;
pub mod planting;
mod process;
mod raw;
mod rebuild;
pub mod reference;
mod sample_case;
mod seen;
pub mod tables;
mod world;

pub use ahead::Ahead;
pub use client::{Answer, Client, Pending, fresh_key};
pub use cluster::Cluster;
pub use database::{Database, Engine, ORIGIN, SECRET};
pub use desk::Desk;
pub use dice::Dice;
pub use fallbuch_persistence::DatabaseUrl;
pub use log::{Log, Verified};
pub use offers::{Offers, offer_body};
pub use process::{Ended, Server, binary, check_rebuild, fallbuch};
pub use raw::{EventRecord, HeadRecord, Lane, Raw};
pub use rebuild::{ListColumns, ListedFollowUp, Positions, Projected, ProjectedHead, Rebuilt};
pub use sample_case::{Cast, SampleCase, Step, command_path, list_of};
pub use seen::Seen;
pub use world::{MetricsListener, World};

/// Makes of one scenario a module with two tests, `sqlite` and `postgres`.
///
/// ```ignore
/// on_both!(async fn a_case_is_opened(engine: Engine) { … });
/// ```
#[macro_export]
macro_rules! on_both {
    ($(#[$attribute:meta])* async fn $name:ident($engine:ident: Engine) $body:block) => {
        $(#[$attribute])*
        mod $name {
            use super::*;

            async fn scenario($engine: Engine) $body

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                scenario($crate::Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                scenario($crate::Engine::Postgres).await;
            }
        }
    };
}
