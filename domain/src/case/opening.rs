//! Opening a case: the municipality as it was that day, and the file number.

use time::Date;

use super::CaseState;
use super::command::{CommandKind, OpenCase};
use super::event::{CaseEvent, CaseOpened, MunicipalityReference};
use super::rules;
use crate::facts::Facts;
use crate::rule::{Finding, Rejection, Rule};

/// The counter of the year's file numbers.
pub(super) fn counter(occurred_on: Date) -> String {
    format!("case_number/{:04}", occurred_on.year())
}

/// The counter and the value that a file number stands for.
pub(super) fn counted(case_number: &str) -> Option<(String, u64)> {
    let mut parts = case_number.rsplit('-');
    let value = parts.next()?.parse().ok()?;
    Some((format!("case_number/{}", parts.next()?), value))
}

/// The opening event, or everything that is wrong where the municipality is not known.
pub(super) fn open(
    state: Option<&CaseState>,
    body: &OpenCase,
    facts: &Facts<'_>,
) -> Result<CaseEvent, Rejection> {
    let municipality = municipality(body, facts);
    let prefix = facts.agency.map(|agency| agency.case_prefix.clone());
    match (municipality, prefix) {
        (Ok(municipality), Some(prefix)) => {
            let counter = counter(body.occurred_on);
            let number = facts.next(&counter);
            Ok(CaseEvent::CaseOpened(CaseOpened {
                advisor: body.advisor,
                case_number: format!("{prefix}-{:04}-{number:04}", body.occurred_on.year()),
                municipality,
                origin: body.origin,
                site: body.site,
            }))
        }
        (municipality, _) => {
            let mut findings = rules::admission(state, CommandKind::OpenCase, None, facts);
            findings.extend(rules::not_in_the_future(
                body.occurred_on,
                facts,
                "/occurred_on",
            ));
            findings.extend(rules::opening::circumstances(
                &body.municipality.key,
                body.site,
                body.advisor,
                facts,
            ));
            findings.extend(municipality.err());
            Err(Rejection { findings })
        }
    }
}

fn municipality(body: &OpenCase, facts: &Facts<'_>) -> Result<MunicipalityReference, Finding> {
    let asked = &body.municipality;
    let Some(found) = facts.catalogue.municipality(&asked.key, body.occurred_on) else {
        return Err(rules::opening::unknown_municipality());
    };
    let entered = asked.name.as_ref().map(|name| name.as_str().to_owned());
    let Some(name) = found.name.or(entered) else {
        return Err(Finding::new(Rule::R03).at("/municipality/name").because(
            "Gemeindenamen stehen in keinem Verzeichnis; zu einem achtstelligen Schlüssel gehört der Name.",
            "Gemeinde names are in no list; an eight-digit key needs the name.",
        ));
    };
    Ok(MunicipalityReference {
        key: asked.key.clone(),
        kind: found.kind,
        land: found.land,
        name,
    })
}
