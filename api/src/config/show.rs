//! The effective configuration, and where each setting comes from.

use std::ffi::OsString;
use std::fmt::Write as _;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args as _, Command, CommandFactory as _};
use fallbuch_persistence::DatabaseUrl;

use super::{CommandLine, Config};

/// Every setting of this command line and this process's environment as a line: its variable, its value, its origin.
/// A secret is never shown; of a database's address neither user nor password.
///
/// # Errors
/// If the command line cannot be read.
pub(crate) fn show(line: impl IntoIterator<Item = OsString>) -> Result<String, clap::Error> {
    let matches = CommandLine::command().try_get_matches_from(line)?;
    let mut deepest = &matches;
    while let Some((_, inner)) = deepest.subcommand() {
        deepest = inner;
    }
    let mut text = String::new();
    for setting in Config::augment_args(Command::new("settings")).get_arguments() {
        let (Some(variable), id) = (setting.get_env(), setting.get_id().as_str()) else {
            continue;
        };
        let value = match value(deepest, id) {
            Some(value) if setting.is_hide_env_values_set() => redacted(&value),
            Some(value) => format!("{value:?}"),
            None => "not set".to_owned(),
        };
        let origin = match deepest.value_source(id) {
            Some(ValueSource::CommandLine) => "command line",
            Some(ValueSource::EnvVariable) => "environment",
            _ => "default",
        };
        // Writing to a string does not fail.
        let _infallible = writeln!(text, "{}={value} ({origin})", variable.to_string_lossy());
    }
    Ok(text)
}

fn value(matches: &ArgMatches, id: &str) -> Option<String> {
    let values = matches.get_raw(id)?;
    let values: Vec<_> = values.map(|one| one.to_string_lossy()).collect();
    Some(values.join(","))
}

/// What may be told of a secret: of a database's address, which database and where.
fn redacted(value: &str) -> String {
    match value.parse::<DatabaseUrl>() {
        Ok(url) => format!("[{url}]"),
        Err(_) => "[set, not shown]".to_owned(),
    }
}
