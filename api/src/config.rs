//! The command line and the environment: every flag is also a variable.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::identity::{IssuersError, TrustedIssuers};
use clap::{Args, Parser};
use fallbuch_persistence::{DatabaseUrl, Secret, UnsupportedDatabase};

mod actions;
mod show;
mod tables;

pub(crate) use actions::{
    Action, CatalogueAction, ConfigAction, DemoSize, LoginArguments, MemberAction,
};
pub(crate) use show::show;
pub(crate) use tables::ImportArguments;

use crate::client_address::{Proxy, TrustedProxies};

/// Fallbuch: the case book of municipal education management advice.
#[derive(Debug, Parser)]
#[command(name = "fallbuch", version, about, propagate_version = true)]
pub struct CommandLine {
    #[command(flatten)]
    pub(crate) config: Config,
    #[command(subcommand)]
    pub(crate) action: Action,
}

/// Where and with what the product runs.
#[derive(Clone, Debug, Args)]
pub(crate) struct Config {
    /// The address and port to serve on.
    #[arg(
        long,
        env = "FALLBUCH_BIND",
        default_value = "127.0.0.1:8080",
        global = true
    )]
    pub(crate) bind: SocketAddr,
    /// Another address and port on which to tell metrics to whoever asks; none by default.
    #[arg(long, env = "FALLBUCH_METRICS_BIND", global = true)]
    pub(crate) metrics_bind: Option<SocketAddr>,
    /// The folder for the embedded database, the secret and the development issuer's key.
    #[arg(
        long,
        env = "FALLBUCH_DATA_DIR",
        default_value = "./data",
        global = true
    )]
    pub(crate) data_dir: PathBuf,
    /// The database; by default SQLite in the data folder.
    #[arg(
        long,
        env = "FALLBUCH_DATABASE_URL",
        global = true,
        hide_env_values = true
    )]
    pub(crate) database_url: Option<String>,
    /// A file with that address.
    #[arg(
        long,
        env = "FALLBUCH_DATABASE_URL_FILE",
        global = true,
        conflicts_with = "database_url"
    )]
    pub(crate) database_url_file: Option<PathBuf>,
    /// The address by which the owner of a PostgreSQL database migrates it and takes over code lists.
    #[arg(
        long,
        env = "FALLBUCH_OWNER_DATABASE_URL",
        global = true,
        hide_env_values = true
    )]
    pub(crate) owner_database_url: Option<String>,
    /// A file with that address.
    #[arg(
        long,
        env = "FALLBUCH_OWNER_DATABASE_URL_FILE",
        global = true,
        conflicts_with = "owner_database_url"
    )]
    pub(crate) owner_database_url_file: Option<PathBuf>,
    /// The PostgreSQL role that is granted what the application needs; by default the one in the
    /// database's address.
    #[arg(long, env = "FALLBUCH_APPLICATION_ROLE", global = true)]
    pub(crate) application_role: Option<String>,
    /// The PostgreSQL role that writes what follows from the log; by default the one in the projector's address,
    /// and without one the application's.
    #[arg(long, env = "FALLBUCH_PROJECTOR_ROLE", global = true)]
    pub(crate) projector_role: Option<String>,
    /// The address by which that role reaches the database.
    #[arg(
        long,
        env = "FALLBUCH_PROJECTOR_DATABASE_URL",
        global = true,
        hide_env_values = true
    )]
    pub(crate) projector_database_url: Option<String>,
    /// A file with that address.
    #[arg(
        long,
        env = "FALLBUCH_PROJECTOR_DATABASE_URL_FILE",
        global = true,
        conflicts_with = "projector_database_url"
    )]
    pub(crate) projector_database_url_file: Option<PathBuf>,
    /// Serve on PostgreSQL also as a role that could go round the walls between agencies. For trying out only.
    #[arg(long, env = "FALLBUCH_INSECURE_DATABASE_ROLE", global = true)]
    pub(crate) insecure_database_role: bool,
    /// Where the log comes from; fixed at the first start.
    #[arg(
        long,
        env = "FALLBUCH_ORIGIN",
        default_value = "fallbuch.local",
        global = true
    )]
    pub(crate) origin: String,
    /// The secret the log's MACs rest on, at least 32 bytes.
    #[arg(long, env = "FALLBUCH_SECRET", global = true, hide_env_values = true)]
    pub(crate) secret: Option<String>,
    /// A file with that secret.
    #[arg(
        long,
        env = "FALLBUCH_SECRET_FILE",
        global = true,
        conflicts_with = "secret"
    )]
    pub(crate) secret_file: Option<PathBuf>,
    /// What tokens have to name as their audience.
    #[arg(
        long,
        env = "FALLBUCH_AUDIENCE",
        default_value = "fallbuch",
        global = true
    )]
    pub(crate) audience: String,
    /// A file with the issuers whose tokens are accepted: a JSON list of objects with `issuer` and, for one that has no
    /// discovery document, `jwks_file`.
    #[arg(long, env = "FALLBUCH_ISSUERS_FILE", global = true)]
    pub(crate) issuers_file: Option<PathBuf>,
    /// Accept tokens of the development issuer also when serving beyond this machine. Whoever can
    /// run `fallbuch token` gets in as anybody: for trying out only.
    #[arg(long, env = "FALLBUCH_INSECURE_DEV_ISSUER", global = true)]
    pub(crate) insecure_dev_issuer: bool,
    /// Origins of web pages that may call the API, comma-separated; pages on this machine always
    /// may in local runs.
    #[arg(
        long,
        env = "FALLBUCH_ALLOWED_ORIGINS",
        global = true,
        value_delimiter = ','
    )]
    pub(crate) allowed_origins: Vec<String>,
    /// How many requests a minute each caller may make in each agency, and as many at once; 0 for no limit.
    #[arg(
        long,
        env = "FALLBUCH_RATE_LIMIT",
        default_value_t = 6_000,
        global = true
    )]
    pub(crate) rate_limit: u32,
    /// Addresses or nets of proxies, comma-separated, that are believed for whom they ask (X-Forwarded-For).
    #[arg(
        long,
        env = "FALLBUCH_TRUSTED_PROXIES",
        global = true,
        value_delimiter = ','
    )]
    pub(crate) trusted_proxies: Vec<Proxy>,
    /// Whom to tell of a weakness, such as `mailto:security@example.org`; told in /.well-known/security.txt.
    #[arg(long, env = "FALLBUCH_SECURITY_CONTACT", global = true, value_parser = contact)]
    pub(crate) security_contact: Option<String>,
    /// How many seconds a statement on PostgreSQL may run; half of it how long it may wait for a lock.
    #[arg(
        long,
        env = "FALLBUCH_STATEMENT_TIMEOUT",
        default_value_t = 30,
        value_parser = clap::value_parser!(u32).range(1..=3_600),
        global = true
    )]
    pub(crate) statement_timeout: u32,
}

/// The configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file or folder cannot be read or made.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database's address.
    #[error(transparent)]
    Database(#[from] UnsupportedDatabase),
    /// The secret is too short.
    #[error("the secret has fewer than {} bytes", Secret::MIN_LENGTH)]
    ShortSecret,
    /// A production database needs a secret that is kept apart from this machine's data folder.
    #[error(
        "PostgreSQL needs a secret: give at least 32 bytes in FALLBUCH_SECRET or FALLBUCH_SECRET_FILE"
    )]
    NoSecret,
    /// The file of issuers.
    #[error(transparent)]
    Issuers(#[from] IssuersError),
    /// Nobody could get in.
    #[error(
        "serving on {0}, beyond this machine, needs an issuer of tokens: name it in FALLBUCH_ISSUERS_FILE; the built-in \
         development issuer is only used there with FALLBUCH_INSECURE_DEV_ISSUER=true"
    )]
    NoIssuer(SocketAddr),
    /// Metrics are for others than the API.
    #[error(
        "metrics on {metrics}: FALLBUCH_METRICS_BIND has to be another address than FALLBUCH_BIND ({api})"
    )]
    SameAddress {
        /// The address for metrics.
        metrics: SocketAddr,
        /// The address of the API.
        api: SocketAddr,
    },
}

impl Config {
    /// The database of the application.
    ///
    /// # Errors
    /// If the address names none that is supported.
    pub(crate) fn database(&self) -> Result<DatabaseUrl, ConfigError> {
        if let Some(url) = given(
            self.database_url.as_ref(),
            self.database_url_file.as_deref(),
        )? {
            return Ok(url.parse()?);
        }
        Ok(DatabaseUrl::sqlite_file(
            &self.data_dir.join("fallbuch.sqlite3"),
        ))
    }

    /// The database of the projector, if it has a role of its own.
    ///
    /// # Errors
    /// If the address names none that is supported.
    pub(crate) fn projector_database(&self) -> Result<Option<DatabaseUrl>, ConfigError> {
        let file = self.projector_database_url_file.as_deref();
        let url = given(self.projector_database_url.as_ref(), file)?;
        Ok(url.map(|url| url.parse()).transpose()?)
    }

    /// The database as its owner reaches it, if that is given.
    ///
    /// # Errors
    /// If the address names none that is supported.
    pub(crate) fn owner_database(&self) -> Result<Option<DatabaseUrl>, ConfigError> {
        let file = self.owner_database_url_file.as_deref();
        let url = given(self.owner_database_url.as_ref(), file)?;
        Ok(url.map(|url| url.parse()).transpose()?)
    }

    /// How many requests a minute a caller may make; none for no limit.
    pub(crate) fn rate_limit(&self) -> Option<NonZeroU32> {
        NonZeroU32::new(self.rate_limit)
    }

    /// The proxies that are believed.
    pub(crate) fn trusted_proxies(&self) -> TrustedProxies {
        TrustedProxies::new(self.trusted_proxies.clone())
    }

    /// How long a statement may run.
    pub(crate) fn patience(&self) -> Duration {
        Duration::from_secs(self.statement_timeout.into())
    }

    /// Whether the server can be reached from this machine only.
    pub(crate) fn is_local(&self) -> bool {
        self.bind.ip().is_loopback()
    }

    /// Where metrics are to be told, if anywhere.
    ///
    /// # Errors
    /// If it is the address of the API.
    pub(crate) fn metrics_address(&self) -> Result<Option<SocketAddr>, ConfigError> {
        let Some(metrics) = self.metrics_bind else {
            return Ok(None);
        };
        let api = self.bind;
        let one_ip =
            metrics.ip() == api.ip() || metrics.ip().is_unspecified() || api.ip().is_unspecified();
        // Port 0 stands for any that is free.
        if one_ip && metrics.port() == api.port() && metrics.port() != 0 {
            return Err(ConfigError::SameAddress { metrics, api });
        }
        Ok(Some(metrics))
    }

    /// The issuers whose tokens are accepted, and whether those of the development issuer are.
    ///
    /// # Errors
    /// If the file of issuers cannot be used, or there is no issuer at all.
    pub(crate) fn issuers(&self) -> Result<(TrustedIssuers, bool), ConfigError> {
        let issuers = match &self.issuers_file {
            Some(path) => TrustedIssuers::read(path)?,
            None => TrustedIssuers::default(),
        };
        let development = self.is_local() || self.insecure_dev_issuer;
        if issuers.is_empty() && !development {
            return Err(ConfigError::NoIssuer(self.bind));
        }
        Ok((issuers, development))
    }

    /// The secret: given, or for the embedded database made at the first start.
    ///
    /// # Errors
    /// If it is too short, cannot be read, or is missing where it has to be given.
    pub(crate) fn secret(&self, database: &DatabaseUrl) -> Result<Secret, ConfigError> {
        let bytes = match (&self.secret, &self.secret_file, database) {
            (Some(secret), _, _) => secret.clone().into_bytes(),
            (None, Some(path), _) => read(path)?.trim_ascii().to_vec(),
            (None, None, DatabaseUrl::Sqlite(_)) => self.made_secret()?,
            (None, None, DatabaseUrl::Postgres(_)) => return Err(ConfigError::NoSecret),
        };
        Secret::new(bytes).ok_or(ConfigError::ShortSecret)
    }

    fn made_secret(&self) -> Result<Vec<u8>, ConfigError> {
        self.make_data_dir()?;
        let path = self.data_dir.join("secret");
        crate::private_file::read_or_make(&path, random_secret)
            .map_err(|source| ConfigError::File { path, source })
    }

    /// Makes the data folder if it is not there.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(crate) fn make_data_dir(&self) -> Result<(), ConfigError> {
        crate::private_file::make_folder(&self.data_dir).map_err(|source| ConfigError::File {
            path: self.data_dir.clone(),
            source,
        })
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "made once, before there is a store with sources"
)]
fn random_secret() -> std::io::Result<Vec<u8>> {
    let mut secret = vec![0; 32];
    aws_lc_rs::rand::fill(&mut secret).map_err(|_| std::io::Error::other("no randomness"))?;
    Ok(secret)
}

/// What is given itself or in a file.
fn given(value: Option<&String>, file: Option<&Path>) -> Result<Option<String>, ConfigError> {
    let (None, Some(path)) = (value, file) else {
        return Ok(value.cloned());
    };
    let text = String::from_utf8(read(path)?).map_err(|error| ConfigError::File {
        path: path.to_owned(),
        source: std::io::Error::new(std::io::ErrorKind::InvalidData, error),
    })?;
    Ok(Some(text.trim().to_owned()))
}

/// One line of a file of which whole lines mean something.
fn contact(text: &str) -> Result<String, String> {
    let is_address = ["mailto:", "https://", "tel:"]
        .iter()
        .any(|scheme| text.starts_with(scheme));
    if is_address && !text.contains(char::is_control) {
        Ok(text.to_owned())
    } else {
        Err("expected an address that begins with mailto:, https:// or tel:".to_owned())
    }
}

fn read(path: &Path) -> Result<Vec<u8>, ConfigError> {
    std::fs::read(path).map_err(|source| ConfigError::File {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests;
