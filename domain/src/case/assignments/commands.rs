//! Assigning an advisor, recording the succession of a municipality.

use time::Date;
use time::macros::date;
use uuid::Uuid;

use super::{AdvisorAssigned, MunicipalitySucceeded, held_elsewhere};
use crate::case::command::{CommandKind, bodies};
use crate::case::opening::commands::{MunicipalityKey, reference};
use crate::case::sample;
use crate::case::topic::{Act, Making};
use crate::case::{CaseEvent, CaseState};
use crate::facts::{Facts, Key, Needs};
use crate::rule::{Finding, Findings, Rejection, Rule};

bodies! {
    /// Assigns another advisor.
    pub struct AssignAdvisor on "The day of the assignment.", reason optional {
        /// The member who advises.
        pub member: Uuid,
        /// The first day.
        pub valid_from: Date,
    }

    /// Records that another municipality took over from the case's.
    pub struct SucceedMunicipality on "A day on which the present key had ended.", reason required {
        /// The municipality that took over, as the catalogue names it.
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
    /// R03: the catalogue names a successor, and its time has come.
    fn admission(state: &CaseState, _target: Option<Uuid>, facts: &Facts<'_>) -> Vec<Finding> {
        let (catalogue, key) = (facts.catalogue, &state.municipality.key);
        if catalogue.successor(key).is_none() {
            return vec![Finding::new(Rule::R03).because(
                "Das Verzeichnis nennt für die Kommune dieses Falls keinen Nachfolger.",
                "The catalogue names no successor of this case's municipality.",
            )];
        }
        Findings::unless(catalogue.municipality(key, facts.today).is_none(), || {
            Finding::new(Rule::R03).because(
                "Der bisherige Schlüssel gilt heute noch.",
                "The present key is still valid today.",
            )
        })
    }

    fn needs(&self, _state: Option<&CaseState>) -> Needs {
        Needs {
            keys: vec![Key::open_case(&self.municipality.key)],
            ..Needs::default()
        }
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
