//! The command line and the environment: every flag is also a variable.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::identity::{IssuersError, TrustedIssuers};
use clap::{Args, Parser, Subcommand};
use fallbuch_domain::{Permission, Role};
use fallbuch_persistence::{DatabaseUrl, Rebuildable, Secret, UnsupportedDatabase};

/// Fallbuch: the case book of municipal education management advice.
#[derive(Debug, Parser)]
#[command(name = "fallbuch", version, about, propagate_version = true)]
pub struct CommandLine {
    #[command(flatten)]
    pub(crate) config: Config,
    #[command(subcommand)]
    pub(crate) action: Action,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Serve the API.
    Serve,
    /// Bring the database's schema up to date.
    Migrate,
    /// Print a token of the development issuer for a member with a role.
    Token {
        /// The agency's code, such as `transmit`.
        #[arg(long, env = "FALLBUCH_AGENCY")]
        agency: String,
        /// The role: reader, advisor, coordinator, agency_admin, privacy_officer, controller or service.
        #[arg(long, env = "FALLBUCH_ROLE", value_parser = role)]
        role: Role,
    },
    /// Admit members at the command line: the first administrator of an agency comes in this way.
    Member {
        #[command(subcommand)]
        action: MemberAction,
    },
    /// Fill an empty database with the nine agencies and a demo case, and print how to begin.
    Demo,
    /// Rebuild what follows from the log, while servers go on.
    Rebuild {
        /// heads (newest states, lists, unique keys and counters), activity, or all.
        #[arg(value_parser = rebuildable)]
        what: Rebuild,
        /// Only of this agency; by default of all.
        #[arg(long, env = "FALLBUCH_AGENCY")]
        agency: Option<String>,
        /// Change nothing: compare with what follows from the log, and fail if anything differs.
        #[arg(long)]
        check: bool,
    },
    /// Print the OpenAPI document.
    Openapi,
}

/// What to do with members.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum MemberAction {
    /// Admit somebody as a member; asked again for a member it changes nothing.
    Admit {
        #[command(flatten)]
        login: LoginArguments,
        /// A role, and again for each further one; `service` for a program.
        #[arg(long = "role", required = true, value_parser = role)]
        roles: Vec<Role>,
        /// The id of a site the member is limited to, and again for each further one; by default none is a limit.
        #[arg(long = "site")]
        sites: Vec<uuid::Uuid>,
        /// A permission of a service account, and again for each further one.
        #[arg(long = "permission", value_parser = permission)]
        permissions: Vec<Permission>,
    },
    /// End somebody's membership.
    Leave {
        #[command(flatten)]
        login: LoginArguments,
    },
    /// List the members of an agency with what they are.
    List {
        /// The agency's code.
        #[arg(long, env = "FALLBUCH_AGENCY")]
        agency: String,
    },
}

/// Who, and where.
#[derive(Clone, Debug, Args)]
pub(crate) struct LoginArguments {
    /// The agency's code.
    #[arg(long, env = "FALLBUCH_AGENCY")]
    pub(crate) agency: String,
    /// The identity provider: the tokens' `iss`.
    #[arg(long)]
    pub(crate) issuer: String,
    /// Its subject: the tokens' `sub`.
    #[arg(long)]
    pub(crate) subject: String,
}

/// What to rebuild.
#[derive(Clone, Debug)]
pub(crate) struct Rebuild(pub(crate) Vec<Rebuildable>);

fn rebuildable(name: &str) -> Result<Rebuild, String> {
    if name == "all" {
        return Ok(Rebuild(Rebuildable::all().collect()));
    }
    let names = || {
        Rebuildable::all()
            .map(Rebuildable::name)
            .collect::<Vec<_>>()
    };
    Rebuildable::named(name)
        .map(|one| Rebuild(vec![one]))
        .ok_or_else(|| format!("expected all or one of {}", names().join(", ")))
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
    /// The address by which the owner of a PostgreSQL database migrates it.
    #[arg(
        long,
        env = "FALLBUCH_OWNER_DATABASE_URL",
        global = true,
        hide_env_values = true
    )]
    pub(crate) owner_database_url: Option<String>,
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
        if let Some(url) = &self.database_url {
            return Ok(url.parse()?);
        }
        self.make_data_dir()?;
        Ok(DatabaseUrl::sqlite_file(
            &self.data_dir.join("fallbuch.sqlite3"),
        ))
    }

    /// The database of the projector, if it has a role of its own.
    ///
    /// # Errors
    /// If the address names none that is supported.
    pub(crate) fn projector_database(&self) -> Result<Option<DatabaseUrl>, ConfigError> {
        let url = self.projector_database_url.as_deref();
        Ok(url.map(str::parse).transpose()?)
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

fn read(path: &Path) -> Result<Vec<u8>, ConfigError> {
    std::fs::read(path).map_err(|source| ConfigError::File {
        path: path.to_owned(),
        source,
    })
}

fn permission(code: &str) -> Result<Permission, String> {
    Permission::ALL
        .iter()
        .copied()
        .find(|permission| permission.code() == code)
        .ok_or_else(|| {
            let codes: Vec<_> = Permission::ALL.iter().map(|one| one.code()).collect();
            format!("expected one of {}", codes.join(", "))
        })
}

fn role(code: &str) -> Result<Role, String> {
    Role::ALL
        .iter()
        .copied()
        .find(|role| role.code() == code)
        .ok_or_else(|| {
            let codes: Vec<_> = Role::ALL.iter().map(|role| role.code()).collect();
            format!("expected one of {}", codes.join(", "))
        })
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn config(bind: &str, metrics: &[&str]) -> Config {
        let line = ["fallbuch", "serve", "--bind", bind];
        CommandLine::parse_from(line.iter().chain(metrics)).config
    }

    #[test]
    fn metrics_are_told_nowhere_by_default() {
        let config = config("127.0.0.1:8080", &[]);
        assert_eq!(config.metrics_address().unwrap(), None);
    }

    #[test]
    fn metrics_have_an_address_of_their_own() {
        for (bind, metrics) in [
            ("127.0.0.1:8080", "127.0.0.1:9090"),
            ("127.0.0.1:8080", "127.0.0.2:8080"),
            ("127.0.0.1:0", "127.0.0.1:0"),
            ("[::1]:8080", "127.0.0.1:8080"),
        ] {
            let address = config(bind, &["--metrics-bind", metrics]).metrics_address();
            assert_eq!(address.unwrap(), Some(metrics.parse().unwrap()));
        }
        for (bind, metrics) in [
            ("127.0.0.1:8080", "127.0.0.1:8080"),
            ("0.0.0.0:8080", "127.0.0.1:8080"),
            ("127.0.0.1:8080", "0.0.0.0:8080"),
            ("[::]:8080", "0.0.0.0:8080"),
        ] {
            let address = config(bind, &["--metrics-bind", metrics]).metrics_address();
            let error = address.unwrap_err().to_string();
            assert!(error.contains("FALLBUCH_METRICS_BIND"), "{error}");
        }
    }
}
