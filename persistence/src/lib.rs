//! The event store of Fallbuch on SQLite and PostgreSQL; the only place that knows SQL.
//!
//! Invariants:
//! - An acknowledged command is durable, a refused one left nothing.
//! - Positions are dense and in commit order per agency, versions dense per stream.
//! - No function reads or writes an agency's rows without an [`Access`], and every statement
//!   carries the agency.
//! - States, lists, keys and counters follow from the log and can be rebuilt from it.
//!
//! The way of a command: [`Store::execute`] puts it into its agency's queue; the agency's
//! [`writer`] replays, checks the right, the version and the rules on the newest state, and appends
//! with one compare-and-set on the agency's lane.
//!
//! A recipe for a new list: one migration, one entity, one query in [`read`], one row from
//! `fallbuch_domain`. A new event type needs nothing here.

mod access;
mod access_log;
mod catalogue;
mod database;
mod directory;
mod entity;
mod error;
mod evidence;
mod metrics;
mod migration;
mod onboarding;
mod projection;
mod read;
mod reader;
mod rebuild;
mod session;
mod setting;
mod sources;
mod store;
mod tenant;
mod wall;
mod writer;

pub use access::{
    Access, AccessDenied, Acquaintance, Entry, Errand, Identity, Membership, Principal,
};
pub use access_log::{RecordedVisit, Visit};
pub use catalogue::import::{ImportError, import_districts};
pub use database::{DatabaseUrl, UnsupportedDatabase};
pub use error::{CommandError, StoreError};
pub use evidence::Secret;
pub use metrics::Metrics;
pub use migration::{MigrateError, Roles, migrate};
pub use onboarding::Operator;
pub use projection::{Following, StoppedAt};
pub use read::{
    Activity, ActivityCount, CaseFilter, CaseHead, CaseListItem, CaseRead, Earlier, FollowUpFilter,
    FollowUpListItem, Page, Point, RecordedBody, StreamRead,
};
pub use rebuild::{Rebuildable, Rebuilt};
pub use sources::{Clock, IdSource, Sources};
pub use store::{Options, Store};
pub use wall::Breaches;
pub use writer::{Expected, Handling, IdempotencyKey, Preview, Receipt};
