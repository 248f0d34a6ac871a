//! Code lists at the command line: next year's official list of districts.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use fallbuch_domain::catalogue::{Change, DistrictFile, ListedDistrict, Renewal};
use fallbuch_persistence::{DatabaseUrl, import_districts};

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
        dry_run,
    } = action;
    let unreadable = |error| CliError::File(file.display().to_string(), error);
    let districts = DistrictFile::read(&std::fs::read(&file).map_err(unreadable)?)?;
    let mut by_key = BTreeMap::new();
    for (key, successor) in successors {
        if by_key.insert(key.clone(), successor).is_some() {
            return Err(CliError::TwoSuccessors(key));
        }
    }
    let renewal = import_districts(url, &districts, &by_key, dry_run).await?;
    Ok(told(&renewal, dry_run))
}

/// What changes, a line for each key, and what is to be done now.
fn told(renewal: &Renewal, dry_run: bool) -> String {
    let mut text = format!(
        "{} districts and independent cities on {}.\n",
        renewal.listed, renewal.day
    );
    for change in &renewal.changes {
        text.push_str(&line(change));
    }
    text.push_str(match (renewal.is_empty(), dry_run) {
        (true, _) => "Nothing changes.\n",
        (false, true) => "Dry run: nothing was stored.\n",
        (false, false) => {
            "Stored. Servers read the code lists at their start: restart every server.\n"
        }
    });
    text
}

fn line(change: &Change) -> String {
    let is = |one: &ListedDistrict| format!("{} ({})", one.name, one.kind.code());
    let mut text = String::new();
    // Writing to a string does not fail.
    let _infallible = match change {
        Change::Began { key, now } => writeln!(text, "{key} began: {}", is(now)),
        Change::Ended {
            key,
            was,
            successor: Some(successor),
        } => writeln!(text, "{key} ended: {}, succeeded by {successor}", is(was)),
        Change::Ended {
            key,
            was,
            successor: None,
        } => writeln!(text, "{key} ended: {}, without a successor", is(was)),
        Change::Altered { key, was, now } => {
            writeln!(text, "{key} changed: {}, before {}", is(now), is(was))
        }
        Change::Succeeded { key, successor } => {
            writeln!(text, "{key} ended before: succeeded by {successor}")
        }
    };
    text
}
