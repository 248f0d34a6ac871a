//! Who advises, and whom: another advisor, and the municipality that took over.

use time::Date;
use uuid::Uuid;

use super::CaseState;
use super::command::CommandKind;
use super::event::wire;
use super::opening::{
    MunicipalityReference, no_other_open_case, outside_the_laender, unknown_municipality,
};
use super::rules::current_member;
use super::timeline::{Telling, day};
use super::topic::{Circumstances, Happening};
use crate::facts::{Claim, Facts, Key};
use crate::rule::{Finding, Findings, Rule};

pub(super) mod commands;

wire! {
    /// Data of `advisor_assigned`.
    pub struct AdvisorAssigned {
        /// The member who advises.
        pub member: Uuid,
        /// The first day.
        pub valid_from: Date,
    }

    /// Data of `municipality_succeeded`; the reason stands in the envelope.
    pub struct MunicipalitySucceeded {
        /// The key that ended.
        pub from: String,
        /// The municipality that took over, as it began.
        pub to: MunicipalityReference,
    }
}

impl Happening for AdvisorAssigned {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::AssignAdvisor, None)
    }

    fn apply(&self, state: &mut CaseState, _occurred_on: Date) {
        // An assignment entered late does not outrank one that was made after it.
        if state.advisor_since <= self.valid_from {
            state.advisor = self.member;
            state.advisor_since = self.valid_from;
        }
    }

    /// R03, and R26 for the first day.
    fn check(&self, _state: &CaseState, on: &Circumstances<'_>, findings: &mut Findings) {
        let stranger = current_member(self.member, on.facts, "/member");
        findings.refusals.extend(stranger);
        let future = on.facts.not_in_the_future(self.valid_from, "/valid_from");
        findings.refusals.extend(future);
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        // Members have no names here, and nobody reads ids: the event has the member's.
        let from = day(telling.language, self.valid_from);
        let present = telling.before.map(|state| state.advisor);
        if present == Some(self.member) {
            telling.say(
                &format!("Beratung ab {from} durch dasselbe Mitglied der Agentur"),
                &format!("Advised by the same member of the agency from {from}"),
            )
        } else {
            telling.say(
                &format!("Beratung ab {from} durch ein anderes Mitglied der Agentur"),
                &format!("Advised by another member of the agency from {from}"),
            )
        }
    }
}

impl Happening for MunicipalitySucceeded {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::SucceedMunicipality, None)
    }

    fn apply(&self, state: &mut CaseState, _occurred_on: Date) {
        let former = std::mem::replace(&mut state.municipality, self.to.clone());
        state.former_municipalities.push(former);
    }

    /// R02 and R03: the one that the catalogue names, from its first day on; R04.
    fn check(&self, state: &CaseState, on: &Circumstances<'_>, findings: &mut Findings) {
        let catalogue = on.facts.catalogue;
        let key = &self.to.key;
        let takes_over = catalogue.takes_over(key, &state.municipality.key);
        findings.require(takes_over, || {
            Finding::new(Rule::R03).at("/municipality/key").because(
                "Der Schlüssel ist nicht der Nachfolger, den das Verzeichnis nennt.",
                "The key is not the successor that the catalogue names.",
            )
        });
        let known = catalogue.municipality(key, on.occurred_on);
        findings.require(known.is_some(), || {
            unknown_municipality("/municipality/key")
        });
        let ended = catalogue.municipality(&self.from, on.occurred_on);
        findings.require(ended.is_none(), || {
            Finding::new(Rule::R03).at("/occurred_on").because(
                "Der bisherige Schlüssel gilt an diesem Tag noch.",
                "The present key is still valid on that day.",
            )
        });
        findings.refusals.extend(held_elsewhere(key, on.facts));
        outside_the_laender(&self.to.land, on.facts, findings);
    }

    /// The successor's key comes to the one it has: it is still the case of what that one stood for.
    fn claims(&self, _before: Option<&CaseState>) -> Vec<Claim> {
        vec![Claim::Take(Key::open_case(&self.to.key))]
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let (from, to) = (&self.from, format!("{} ({})", self.to.name, self.to.key));
        telling.say(
            &format!("Nachfolge der Kommune {from}: der Fall gilt nun {to}"),
            &format!("Succession of the municipality {from}: the case is now about {to}"),
        )
    }
}

/// R02 for the municipality that took over.
fn held_elsewhere(key: &str, facts: &Facts<'_>) -> Option<Finding> {
    no_other_open_case(key, facts).map(|finding| finding.at("/municipality/key"))
}
