//! Assigning an advisor, recording the succession of a municipality.

use time::Date;
use time::macros::date;
use uuid::Uuid;

use super::{AdvisorAssigned, MunicipalitySucceeded, held_elsewhere};
use crate::case::command::{CommandKind, bodies};
use crate::case::opening::commands::{MunicipalityKey, reference};
use crate::case::opening::no_other_open_case;
use crate::case::sample;
use crate::case::topic::{Act, Making};
use crate::case::{CaseEvent, CaseState};
use crate::catalogue::Catalogue;
use crate::facts::{Facts, Key, Needs};
use crate::rule::{Finding, Findings, Rejection, Rule};

bodies! {
    /// Assigns another advisor.
    pub struct AssignAdvisor on "The day of the assignment.", reason optional {
        /// The member who advises.
        pub member: Uuid,
        /// The first day. An assignment that begins before the present one, as is entered late, stands in
        /// the history and leaves the present advisor.
        pub valid_from: Date,
    }

    /// Records that another municipality took over from the case's.
    pub struct SucceedMunicipality on "A day on which the present key had ended.", reason required {
        /// The municipality that took over, as the catalogue names it; of a local municipality its new
        /// key, in the district that took over its own.
        pub municipality: MunicipalityKey,
    }
}

impl Act for AssignAdvisor {
    fn event(&self, _making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::AdvisorAssigned(AdvisorAssigned {
            member: self.member,
            valid_from: self.valid_from,
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2016 - 01 - 04),
            reason: Some("Wechsel der Zuständigkeit.".into()),
            member: sample::ADVISOR,
            valid_from: date!(2016 - 01 - 04),
        }
    }
}

impl Act for SucceedMunicipality {
    /// R03: the catalogue names a successor, and its time has come; R02 for the successor.
    fn admission(state: &CaseState, _target: Option<Uuid>, facts: &Facts<'_>) -> Vec<Finding> {
        let (catalogue, key) = (facts.catalogue, &state.municipality.key);
        if !catalogue.is_succeeded(key) {
            return vec![Finding::new(Rule::R03).because(
                "Das Verzeichnis nennt für die Kommune dieses Falls keinen Nachfolger.",
                "The catalogue names no successor of this case's municipality.",
            )];
        }
        let ended = catalogue.municipality(key, facts.today).is_none();
        let mut findings = Findings::unless(ended, || {
            Finding::new(Rule::R03).because(
                "Der bisherige Schlüssel gilt heute noch.",
                "The present key is still valid today.",
            )
        });
        let successor = catalogue.successor(key);
        findings.extend(successor.and_then(|key| no_other_open_case(key, facts)));
        findings
    }

    fn admission_needs(state: &CaseState, catalogue: &Catalogue) -> Needs {
        let successor = catalogue.successor(&state.municipality.key);
        Needs {
            keys: successor.map(Key::open_case).into_iter().collect(),
            ..Needs::default()
        }
    }

    fn needs(&self, state: Option<&CaseState>, catalogue: &Catalogue) -> Needs {
        let admission = state.map(|state| Self::admission_needs(state, catalogue));
        let mut needs = admission.unwrap_or_default();
        needs.keys.push(Key::open_case(&self.municipality.key));
        needs
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        let (asked, day) = (&self.municipality, self.occurred_on);
        let to = reference(asked, day, making.facts).map_err(|finding| {
            let mut no = making.rejection(CommandKind::SucceedMunicipality, day, finding);
            // What holds whether or not the key names a municipality.
            no.findings.extend(held_elsewhere(&asked.key, making.facts));
            no
        })?;
        let from = making.state.map(|state| state.municipality.key.clone());
        Ok(CaseEvent::MunicipalitySucceeded(MunicipalitySucceeded {
            from: from.unwrap_or_default(),
            to,
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2016 - 11 - 01),
            reason: "Die Landkreise Göttingen und Osterode am Harz sind vereinigt.".into(),
            municipality: MunicipalityKey {
                key: "03159".to_owned(),
                name: None,
            },
        }
    }
}
