//! Code lists at the command line: next year's official list of districts.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::error::ErrorKind;
use fallbuch_domain::catalogue::{Change, DistrictFile, Renewal};
use fallbuch_persistence::{DatabaseUrl, Sources, import_districts};

use super::CliError;
use crate::config::CatalogueAction;

/// Carries it out on the owner's database; the answer is for standard output.
///
/// # Errors
/// If the file cannot be read, or what it says does not go together with what is known.
pub(super) async fn run(url: &DatabaseUrl, action: CatalogueAction) -> Result<String, CliError> {
    let CatalogueAction::Import {
        file,
        successors,
        ended,
        dry_run,
    } = action;
    let unreadable = |error| CliError::File(file.display().to_string(), error);
    let districts = DistrictFile::read(&std::fs::read(&file).map_err(unreadable)?)?;
    let mut by_key = BTreeMap::new();
    for (key, successor) in successors {
        if by_key.insert(key.clone(), Some(successor)).is_some() {
            return Err(CliError::TwoSuccessors(key));
        }
    }
    for key in ended {
        if let Some(Some(successor)) = by_key.insert(key.clone(), None) {
            let both = format!("{key} is given the successor {successor} and to have none");
            let both = clap::Error::raw(ErrorKind::ArgumentConflict, both);
            return Err(CliError::CommandLine(both));
        }
    }
    let today = Sources::system().clock.now().berlin_date();
    let renewal = import_districts(url, &districts, &by_key, today, dry_run).await?;
    Ok(told(&renewal, dry_run))
}

/// What changes, a line for each key, and what is to be done now.
fn told(renewal: &Renewal, dry_run: bool) -> String {
    let mut text = format!(
        "{} districts and independent cities on {}.\n",
        renewal.listed, renewal.day
    );
    for change in &renewal.changes {
        text.push_str(&line(change, renewal));
    }
    text.push_str(match (renewal.is_empty(), dry_run) {
        (true, _) => "Nothing changes.\n",
        (false, true) => "Dry run: nothing was stored.\n",
        (false, false) => {
            "Stored. Servers read the code lists at their start: restart every server.\n"
        }
    });
    if let Err(unanswered) = renewal.check_answered() {
        // Writing to a string does not fail.
        let _infallible = writeln!(text, "{unanswered}");
    }
    text
}

fn line(change: &Change, renewal: &Renewal) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _infallible = match change {
        Change::Began { key, now } => writeln!(text, "{key} began: {now}"),
        Change::Ended {
            key,
            was,
            successor: Some(successor),
        } => writeln!(text, "{key} ended: {was}, succeeded by {successor}"),
        Change::Ended {
            key,
            was,
            successor: None,
        } if renewal.unanswered.contains_key(key) => {
            writeln!(text, "{key} ended: {was}, no successor given")
        }
        Change::Ended {
            key,
            was,
            successor: None,
        } => writeln!(text, "{key} ended: {was}, without a successor"),
        Change::Altered { key, was, now } => {
            writeln!(text, "{key} changed: {now}, before {was}")
        }
        Change::Succeeded { key, successor } => {
            writeln!(text, "{key} ended before: succeeded by {successor}")
        }
    };
    text
}
