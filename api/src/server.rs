//! The HTTP server: services, middleware and routes put together.

use std::net::TcpListener;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};
use fallbuch_persistence::Store;
use time::Duration;

use crate::body_schema::{BodySchemaError, BodySchemas};
use crate::client_address::TrustedProxies;
use crate::docs::{self, Document, SecurityContact};
use crate::headers::{bound_head, cross_origin, head_as_get, set_headers};
use crate::identity::{
    DEVELOPMENT_ISSUER, DevelopmentIssuer, DevelopmentIssuerError, MismatchedKey, TokenVerifier,
    TrustedIssuers,
};
use crate::limits::Limits;
use crate::metrics::RequestMetrics;
use crate::openapi::{self, ContractError};
use crate::panics::catch_panics;
use crate::problem_rendering::render_problems;
use crate::request::Services;
use crate::request_log::RequestLog;
use crate::unmatched::{KnownPaths, unmatched};

/// How long the server waits for running requests when it stops, in seconds.
const SHUTDOWN: u64 = 30;

/// How many bytes of headers and address a request may have is the HTTP library's to bound (431);
/// how many connections one worker keeps is bounded here.
const CONNECTIONS_PER_WORKER: usize = 4_096;

/// With what a server runs.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// The audience tokens have to name.
    pub audience: String,
    /// The issuers whose tokens are accepted.
    pub issuers: TrustedIssuers,
    /// Whether tokens of the development issuer are accepted as well.
    pub development_issuer: bool,
    /// Origins of web pages that may call.
    pub allowed_origins: Vec<String>,
    /// Whether pages on this machine may call.
    pub local: bool,
    /// How many requests a minute each caller may make in each agency; none for no limit.
    pub rate_limit: Option<NonZeroU32>,
    /// The proxies that are believed for whom they ask.
    pub trusted_proxies: TrustedProxies,
    /// Whom to tell of a weakness, as an address such as `mailto:`; none for no `security.txt`.
    pub security_contact: Option<String>,
    /// How many threads take requests; none for one per processor.
    pub workers: Option<usize>,
    /// Where requests are counted.
    pub metrics: RequestMetrics,
}

/// The server cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The document cannot be made.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// The contract's schemas cannot be used.
    #[error("the contract's schemas: {0}")]
    Schemas(#[from] BodySchemaError),
    /// The development issuer's key.
    #[error(transparent)]
    Issuer(#[from] DevelopmentIssuerError),
    /// The development issuer's key does not fit its algorithm.
    #[error(transparent)]
    Key(#[from] MismatchedKey),
    /// The address cannot be listened on, or the server failed.
    #[error("server: {0}")]
    Io(#[from] std::io::Error),
}

/// Starts a server on `listener`, with the development issuer of `data_dir` if it is accepted, and keeps the
/// store's projections up to the log.
///
/// # Errors
/// If it cannot be started.
pub fn start(
    listener: TcpListener,
    store: Store,
    data_dir: &Path,
    options: ServerOptions,
) -> Result<Server, ServeError> {
    store.follow();
    let now = store.sources().clock.now().as_offset();
    let mut issuers: Vec<_> = options.issuers.issuers().collect();
    if options.development_issuer {
        issuers.push(DevelopmentIssuer::open(data_dir, now)?.issuer()?);
    }
    let contract = openapi::document()?;
    let ids = Arc::clone(&store.sources().ids);
    let services = web::Data::new(Services {
        schemas: BodySchemas::from_openapi(&contract)?,
        verifier: TokenVerifier::new(issuers, options.audience),
        store,
        limits: Limits::per_minute(options.rate_limit),
        proxies: options.trusted_proxies,
    });
    let whom_to_tell = web::Data::new(SecurityContact(options.security_contact));
    let document = web::Data::new(Document::new(openapi::text_of(&contract)?));
    let paths = web::Data::new(KnownPaths::from_openapi(&contract, docs::PATHS));
    let (origins, local) = (options.allowed_origins, options.local);
    let metrics = options.metrics;
    let server = HttpServer::new(move || {
        let ids = Arc::clone(&ids);
        App::new()
            .configure(openapi::configure)
            .app_data(services.clone())
            .app_data(document.clone())
            .app_data(whom_to_tell.clone())
            .app_data(paths.clone())
            .configure(docs::configure)
            .default_service(web::to(unmatched))
            .wrap(from_fn(bound_head))
            .wrap(from_fn(catch_panics))
            .wrap(cross_origin(&origins, local))
            .wrap(from_fn(render_problems))
            .wrap(from_fn(set_headers))
            .wrap(from_fn(head_as_get))
            .wrap(RequestLog::new(metrics.clone(), move || ids.id()))
    });
    let server = server
        .max_connections(CONNECTIONS_PER_WORKER)
        .shutdown_timeout(SHUTDOWN);
    let server = match options.workers {
        Some(workers) => server.workers(workers),
        None => server,
    };
    Ok(server.listen(listener)?.run())
}

/// A token of the development issuer of `data_dir` for `subject`.
///
/// # Errors
/// If its key cannot be used.
pub fn development_token(
    store: &Store,
    data_dir: &Path,
    subject: &str,
    audience: &str,
    lifetime: Duration,
) -> Result<String, ServeError> {
    let now = store.sources().clock.now().as_offset();
    Ok(DevelopmentIssuer::open(data_dir, now)?.sign(subject, audience, now, lifetime)?)
}

/// The name of the development issuer, as logins know it.
pub const ISSUER: &str = DEVELOPMENT_ISSUER;
