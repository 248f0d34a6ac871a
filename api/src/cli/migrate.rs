//! What the owner of the database does at the command line: schema and shipped code lists.

use fallbuch_persistence::{DatabaseUrl, Roles, migrate};

use super::CliError;
use crate::config::Config;

/// The database as its owner reaches it.
///
/// # Errors
/// If its address is missing or wrong.
pub(super) fn owned(config: &Config) -> Result<DatabaseUrl, CliError> {
    match (config.owner_database()?, config.database()) {
        (Some(owner), _) => Ok(owner),
        (None, Ok(url @ DatabaseUrl::Sqlite(_))) => Ok(url),
        (None, Ok(DatabaseUrl::Postgres(_))) => Err(CliError::NoOwner),
        (None, Err(error)) => Err(error.into()),
    }
}

/// Brings it up to date.
///
/// # Errors
/// If an address is missing or wrong, or a migration fails.
pub(super) async fn run(config: &Config) -> Result<String, CliError> {
    let url = owned(config)?;
    if matches!(url, DatabaseUrl::Sqlite(_)) {
        config.make_data_dir()?;
    }
    let application = match (&config.application_role, config.database()) {
        (Some(role), _) => Some(role.clone()),
        (None, Ok(DatabaseUrl::Postgres(options))) => Some(options.get_username().to_owned()),
        (None, _) => None,
    };
    let projector = match (&config.projector_role, config.projector_database()?) {
        (Some(role), _) => Some(role.clone()),
        (None, Some(DatabaseUrl::Postgres(options))) => Some(options.get_username().to_owned()),
        (None, _) => None,
    };
    let roles = Roles {
        application: application.as_deref(),
        projector: projector.as_deref(),
    };
    migrate(&url, roles).await?;
    Ok(format!("The schema is up to date ({url}).\n"))
}
