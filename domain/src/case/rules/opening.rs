//! Rules of opening: R02, R03 and R04.

use uuid::Uuid;

use super::super::event::CaseOpened;
use super::Circumstances;
use crate::facts::{Facts, Key};
use crate::rule::{Finding, Findings, Rule};

/// R02, R03 and R04 for a case with its municipality.
pub(super) fn opened(opened: &CaseOpened, on: &Circumstances<'_>, findings: &mut Findings) {
    let municipality = &opened.municipality;
    findings.refusals.extend(circumstances(
        &municipality.key,
        opened.site,
        opened.advisor,
        on.facts,
    ));
    let known = on
        .facts
        .catalogue
        .municipality(&municipality.key, on.occurred_on)
        .is_some();
    findings.require(known, unknown_municipality);
    let lands = on.facts.agency.map_or(&[][..], |agency| &agency.land_codes);
    findings.warn(!lands.contains(&municipality.land), || {
        Finding::new(Rule::R04).at("/municipality/key")
    });
}

/// R02, and R03 for site and advisor: what holds whether or not the key names a municipality.
pub(in super::super) fn circumstances(
    municipality: &str,
    site: Uuid,
    advisor: Uuid,
    facts: &Facts<'_>,
) -> Vec<Finding> {
    let mut findings = Findings::default();
    let open_elsewhere = no_other_open_case(municipality, facts);
    findings
        .refusals
        .extend(open_elsewhere.map(|finding| finding.at("/municipality/key")));
    let agency = facts.agency;
    findings.require(
        agency.is_some_and(|agency| agency.site(site).is_some()),
        || {
            Finding::new(Rule::R03).at("/site").because(
                "Der Standort gehört nicht zu den offenen Standorten der Agentur.",
                "The site is none of the agency's open sites.",
            )
        },
    );
    findings.require(
        agency.is_some_and(|agency| agency.member(advisor).is_some()),
        || {
            Finding::new(Rule::R03).at("/advisor").because(
                "Die zuständige Person ist kein Mitglied der Agentur.",
                "The advisor is no current member of the agency.",
            )
        },
    );
    findings.refusals
}

/// R02.
pub(super) fn no_other_open_case(municipality: &str, facts: &Facts<'_>) -> Option<Finding> {
    facts
        .other_holder(&Key::open_case(municipality))
        .map(|_| Finding::new(Rule::R02))
}

/// R03 for the municipality.
pub(in super::super) fn unknown_municipality() -> Finding {
    Finding::new(Rule::R03).at("/municipality/key").because(
        "Der Schlüssel benennt am Tag der Eröffnung keine Kommune.",
        "The key names no municipality on the opening day.",
    )
}
