//! The REST API of Fallbuch.
//!
//! A request meets, from the outside in: the log line ([`request_log`]), security headers
//! ([`headers`]), problems in the caller's language ([`problem_rendering`]), CORS, the panic guard
//! ([`panics`]); then the one extractor, [`request::Request`], which is the only way a handler gets
//! at the store; then the handler. [`openapi::configure`] lists the handlers.
//!
//! A recipe for a new endpoint: a line in [`operation`], the handler beside its resource, a line in
//! [`openapi::configure`], an example in `openapi/examples.rs`, then `make openapi`.

mod agencies;
mod answer;
mod attendances;
mod body_schema;
mod cases;
mod catalogue;
mod cli;
mod client_address;
mod command;
mod config;
mod contract;
pub mod demo;
mod docs;
mod dry_run;
mod etag;
mod feed;
mod follow_ups;
mod headers;
mod health;
mod idempotency_key;
mod identity;
mod import;
mod language;
mod limits;
mod metrics;
mod metrics_listener;
mod offerings;
mod openapi;
mod operation;
mod panics;
mod prefer;
mod private_file;
mod problem;
mod problem_catalogue;
mod problem_page;
mod problem_rendering;
mod registry;
mod request;
mod request_log;
mod response;
mod security_log;
mod server;
mod solutions;
mod statistics;
mod strict_json;
mod unmatched;
mod violation;

pub use cli::{CliError, Unfinished, run};
pub use client_address::{Proxy, TrustedProxies};
pub use config::CommandLine;
pub use identity::{IssuersError, TrustedIssuers};
pub use metrics::{RequestMetrics, registry};
pub use metrics_listener::start_metrics;
pub use server::{ISSUER, ServeError, ServerOptions, development_token, start};
