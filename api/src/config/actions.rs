//! What the binary can be asked to do.

use clap::{Args, Subcommand, ValueEnum};
use fallbuch_domain::{Permission, Role};
use fallbuch_persistence::Rebuildable;

use super::ImportArguments;
use crate::demo::network::Extent;

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
        /// The role: reader, advisor, coordinator, agency_admin, privacy_officer, controller or service; in the agency
        /// `network` network_admin, network_reporter or auditor_general.
        #[arg(long, env = "FALLBUCH_ROLE", value_parser = role)]
        role: Role,
    },
    /// Admit members at the command line: the first administrator of an agency comes in this way.
    Member {
        #[command(subcommand)]
        action: MemberAction,
    },
    /// Take over newer code lists.
    Catalogue {
        #[command(subcommand)]
        action: CatalogueAction,
    },
    /// Fill an empty database with the nine agencies and a demo, and print how to begin.
    Demo {
        /// How much is told.
        #[arg(long, value_enum, default_value_t)]
        size: DemoSize,
        /// What chance decides in the network's histories: the same seed, the same histories.
        #[arg(long, default_value_t = Extent::SEED)]
        seed: u64,
    },
    /// Import an agency's own tables.
    Import(Box<ImportArguments>),
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
    /// The configuration.
    Config {
        #[command(subcommand)]
        action: ConfigAction,
    },
    /// Ask the server on this machine whether it can serve; for health checks.
    Health,
}

/// How much the demo tells.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum DemoSize {
    /// The agencies, and what the public record tells.
    #[default]
    Small,
    /// Ten years of all nine agencies, invented: 220 cases, 40,000 events.
    Network,
}

/// What to do with the configuration.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum ConfigAction {
    /// Print every setting with its value and where it comes from; what is secret is not shown.
    Show,
}

/// What to do with the code lists.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum CatalogueAction {
    /// Take over the official list of districts and independent cities of a newer day, whole or not at all; servers
    /// know it once they are restarted.
    Import {
        /// The file GV100AD of the Federal Statistical Office, unpacked.
        file: std::path::PathBuf,
        /// A key that ended and the key that took over, such as 16056=16063; again for each further one.
        #[arg(long = "successor", value_name = "OLD=NEW", value_parser = successor)]
        successors: Vec<(String, String)>,
        /// A key that ended and that no other took over; again for each further one.
        #[arg(long = "ended-without-successor", value_name = "KEY", value_parser = district_key)]
        ended: Vec<String>,
        /// Say what would change, and store nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

fn is_district_key(key: &str) -> bool {
    key.len() == 5 && key.bytes().all(|byte| byte.is_ascii_digit())
}

fn district_key(key: &str) -> Result<String, String> {
    let key = Some(key).filter(|key| is_district_key(key));
    key.map(str::to_owned)
        .ok_or_else(|| "expected a key of five digits".to_owned())
}

fn successor(pair: &str) -> Result<(String, String), String> {
    let keys = pair.split_once('=');
    keys.filter(|(old, new)| is_district_key(old) && is_district_key(new) && old != new)
        .map(|(old, new)| (old.to_owned(), new.to_owned()))
        .ok_or_else(|| "expected two different keys of five digits: OLD=NEW".to_owned())
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
