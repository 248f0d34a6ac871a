//! The commands of the binary.

mod catalogue;
mod demo;
mod members;
mod migrate;
mod tables;

use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener};

use actix_web::dev::ServerHandle;
use fallbuch_domain::Role;
use fallbuch_domain::catalogue::UnreadableFile;
use fallbuch_persistence::{
    CommandError, DatabaseUrl, ImportError, Metrics, MigrateError, Operator, Options, Rebuildable,
    Roles, Sources, Store, StoreError, migrate,
};
use time::Duration;

pub use self::tables::Unfinished;
use crate::config::{Action, CommandLine, Config, ConfigAction, ConfigError, show};
use crate::demo::DemoError;
use crate::import::{TablesError, TemplateError};
use crate::metrics::{RequestMetrics, registry};
use crate::metrics_listener::start_metrics;
use crate::openapi::{ContractError, document, text_of};
use crate::panics::log_panics_without_payload;
use crate::server::{ISSUER, ServeError, ServerOptions, development_token, start};

/// How long a printed token is valid.
const TOKEN_LIFETIME: Duration = Duration::hours(12);

/// How long a health check waits for an answer.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

/// A command failed.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The schema could not be brought up to date.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// The store failed or could not be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The server could not be started or failed.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The contract cannot be made.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// The demo's data could not be stored.
    #[error("demo: {0}")]
    Demo(#[from] DemoError),
    /// There is nothing to work on: a mistyped folder is not filled with an empty database.
    #[error("there is no database at {0}; `fallbuch serve` and `fallbuch demo` make one")]
    NoDatabase(String),
    /// There is no such agency.
    #[error("there is no agency {0:?}")]
    NoAgency(String),
    /// Nobody has the role.
    #[error("no login of the development issuer is a member of {agency:?} with the role {role}")]
    NoMember {
        /// The agency's code.
        agency: String,
        /// The role's code.
        role: &'static str,
    },
    /// Rows are not what follows from the log.
    #[error("{text}{differences} differences from the log")]
    Differences {
        /// What was compared, a line each.
        text: String,
        /// How many differences there are.
        differences: usize,
    },
    /// A command was refused.
    #[error("{0}")]
    Refused(#[from] CommandError),
    /// The login is no member's.
    #[error("{0} is no member of {1}")]
    Stranger(String, String),
    /// There was no import.
    #[error("import: {0}")]
    Tables(#[from] TablesError),
    /// A template could not be written.
    #[error("template: {0}")]
    Template(#[from] TemplateError),
    /// What was asked for was done in part, or not at all; the report says why.
    #[error("{}", .0.text)]
    Unfinished(Unfinished),
    /// The owner's address is needed.
    #[error(
        "schema and code lists of PostgreSQL are the owner's: give the owner's address in FALLBUCH_OWNER_DATABASE_URL"
    )]
    NoOwner,
    /// A file cannot be opened.
    #[error("{0}: {1}")]
    File(String, std::io::Error),
    /// A file is no list of districts.
    #[error(transparent)]
    Unreadable(#[from] UnreadableFile),
    /// A list of districts was not taken over.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// Two successors were given for one key.
    #[error("{0} was given two successors")]
    TwoSuccessors(String),
    /// The command line cannot be read.
    #[error(transparent)]
    CommandLine(#[from] clap::Error),
    /// The server does not answer that it can serve.
    #[error("not ready: {0}")]
    NotReady(String),
    /// The signal handler or the listener.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// Carries the command line out; what is for the caller comes back as text for standard output.
///
/// # Errors
/// What went wrong, for a person to read.
pub async fn run(line: CommandLine) -> Result<String, CliError> {
    let config = line.config;
    match line.action {
        Action::Serve => serve(&config).await.map(|()| String::new()),
        Action::Migrate => migrate::run(&config).await,
        Action::Token { agency, role } => token(&config, &agency, role).await,
        Action::Member { action } => {
            let store = open(&config).await?;
            let done = members::run(&store, action).await;
            store.shutdown().await;
            done
        }
        Action::Catalogue { action } => catalogue::run(&migrate::owned(&config)?, action).await,
        Action::Demo { size, seed } => demo::run(&config, size, seed).await,
        Action::Import(arguments) => tables::run(&config, *arguments).await,
        Action::Rebuild {
            what,
            agency,
            check,
        } => rebuild(&config, &what.0, agency.as_deref(), check).await,
        Action::Openapi => Ok(text_of(&document()?)?),
        Action::Config {
            action: ConfigAction::Show,
        } => Ok(show(std::env::args_os())?),
        Action::Health => ask_health(&config).await,
    }
}

async fn open(config: &Config) -> Result<Store, CliError> {
    let url = config.database()?;
    if matches!(url, DatabaseUrl::Sqlite(_)) {
        config.make_data_dir()?;
        migrate(&url, Roles::default()).await?;
    }
    let secret = config.secret(&url)?;
    let options = Options {
        url,
        projector: config.projector_database()?,
        connections: None,
        patience: config.patience(),
        insecure_role: config.insecure_database_role,
        secret,
        origin: config.origin.clone(),
        sources: Sources::system(),
        metrics: Metrics::default(),
    };
    Ok(Store::open(options).await?)
}

/// The store of a database that is there.
async fn open_existing(config: &Config) -> Result<Store, CliError> {
    if let Some(file) = config.database()?.missing_file() {
        return Err(CliError::NoDatabase(file.display().to_string()));
    }
    open(config).await
}

async fn serve(config: &Config) -> Result<(), CliError> {
    let (issuers, development_issuer) = config.issuers()?;
    let metrics_address = config.metrics_address()?;
    config.make_data_dir()?;
    log_panics_without_payload();
    let store = open(config).await?;
    let listener = TcpListener::bind(config.bind)?;
    let address = listener.local_addr()?;
    let requests = RequestMetrics::default();
    let options = ServerOptions {
        audience: config.audience.clone(),
        issuers,
        development_issuer,
        allowed_origins: config.allowed_origins.clone(),
        local: config.is_local(),
        rate_limit: config.rate_limit(),
        trusted_proxies: config.trusted_proxies(),
        security_contact: config.security_contact.clone(),
        workers: None,
        metrics: requests.clone(),
    };
    let metrics = match metrics_address {
        Some(address) => Some(tell_metrics(address, &store, &requests)?),
        None => None,
    };
    let server = start(listener, store.clone(), &config.data_dir, options)?;
    tracing::info!(%address, database = %config.database()?, "serving");
    if config.insecure_dev_issuer && !config.is_local() {
        tracing::warn!(
            "INSECURE: tokens of the development issuer are accepted beyond this machine"
        );
    }
    let outcome = server.await;
    if let Some(metrics) = metrics {
        metrics.stop(false).await;
    }
    store.shutdown().await;
    tracing::info!("stopped");
    Ok(outcome?)
}

/// Asks the server on this machine whether it can serve.
async fn ask_health(config: &Config) -> Result<String, CliError> {
    let url = format!("{}/health/ready", base_of(config));
    let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE);
    let asked = async { client.build()?.get(&url).send().await?.error_for_status() };
    match asked.await {
        Ok(_) => Ok("ready\n".to_owned()),
        Err(error) => Err(CliError::NotReady(error.to_string())),
    }
}

/// The server's address for who is on this machine.
fn base_of(config: &Config) -> String {
    // Every address of this machine is reached by its own.
    let host = if config.bind.ip().is_unspecified() {
        "127.0.0.1".to_owned()
    } else {
        SocketAddr::from((config.bind.ip(), 0))
            .to_string()
            .trim_end_matches(":0")
            .to_owned()
    };
    format!("http://{host}:{}", config.bind.port())
}

/// Tells the metrics on a listener of their own, until it is stopped.
fn tell_metrics(
    address: SocketAddr,
    store: &Store,
    requests: &RequestMetrics,
) -> Result<ServerHandle, CliError> {
    let listener = TcpListener::bind(address)?;
    let address = listener.local_addr()?;
    let server = start_metrics(listener, registry(store.metrics(), requests))?;
    let handle = server.handle();
    tokio::spawn(async move {
        if let Err(error) = server.await {
            tracing::error!(%error, "metrics are told no more");
        }
    });
    tracing::info!(%address, "telling metrics");
    if !address.ip().is_loopback() {
        tracing::warn!(%address, "metrics are told to whoever reaches this address");
    }
    Ok(handle)
}

/// A token for the first member of the agency with the role.
async fn token_for(
    config: &Config,
    store: &Store,
    agency: &str,
    role: Role,
) -> Result<String, CliError> {
    let operator: Operator = store.operator();
    let access = operator
        .agency(agency)
        .await?
        .ok_or_else(|| CliError::NoAgency(agency.to_owned()))?;
    let subjects = operator.subjects(&access, ISSUER, role).await?;
    let no_member = || CliError::NoMember {
        agency: agency.to_owned(),
        role: role.code(),
    };
    let subject = subjects.first().ok_or_else(no_member)?;
    Ok(development_token(
        store,
        &config.data_dir,
        subject,
        &config.audience,
        TOKEN_LIFETIME,
    )?)
}

async fn token(config: &Config, agency: &str, role: Role) -> Result<String, CliError> {
    let store = open_existing(config).await?;
    let token = token_for(config, &store, agency, role).await;
    store.shutdown().await;
    Ok(token? + "\n")
}

async fn rebuild(
    config: &Config,
    what: &[Rebuildable],
    agency: Option<&str>,
    check: bool,
) -> Result<String, CliError> {
    let store = open_existing(config).await?;
    let done = rebuild_in(&store.operator(), what, agency, check).await;
    store.shutdown().await;
    let (text, differences) = done?;
    if differences == 0 {
        Ok(text)
    } else {
        Err(CliError::Differences { text, differences })
    }
}

/// What was done as a line for each agency and projection, and how many differences were found.
async fn rebuild_in(
    operator: &Operator,
    what: &[Rebuildable],
    agency: Option<&str>,
    check: bool,
) -> Result<(String, usize), CliError> {
    let agencies = match agency {
        None => operator.agencies().await?,
        Some(code) => {
            let access = operator.agency(code).await?;
            vec![access.ok_or_else(|| CliError::NoAgency(code.to_owned()))?]
        }
    };
    let (mut text, mut differences) = (String::new(), 0);
    for access in &agencies {
        for what in what {
            let code = access.agency_code();
            let (verb, done) = if check {
                ("as the log says", operator.check(access, *what).await?)
            } else {
                ("rebuilt", operator.rebuild(access, *what).await?)
            };
            let name = what.name();
            if done.differences.is_empty() {
                // Writing to a string does not fail.
                let _infallible = writeln!(text, "{code} {name}: {verb} ({} events)", done.events);
            }
            for difference in done.differences {
                differences += 1;
                let _infallible = writeln!(text, "{code} {name}: {difference}");
            }
        }
    }
    Ok((text, differences))
}
