//! Recording that the municipality attended an offering.

use time::macros::date;
use uuid::Uuid;

use super::{Attendees, QualificationAttended};
use crate::case::command::{CommandKind, bodies};
use crate::case::sample;
use crate::case::topic::{Act, Making};
use crate::case::{CaseEvent, CaseState};
use crate::catalogue::Catalogue;
use crate::facts::Needs;
use crate::rule::{Finding, Rejection, Rule};
use crate::text::Prose;

bodies! {
    /// Records that the municipality attended an offering.
    pub struct RecordQualification on "The day it was attended.", reason optional {
        /// The agency's offering; one that was held (R34).
        pub offering: Uuid,
        /// Who took part, by function.
        #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 50))]
        pub participants: Vec<Attendees>,
        /// What the participants said about it. No names.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub feedback: Option<Prose>,
    }
}

impl Act for RecordQualification {
    fn needs(&self, _state: Option<&CaseState>, _catalogue: &Catalogue) -> Needs {
        Needs {
            streams: vec![self.offering],
            ..Needs::default()
        }
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        let Some(offering) = making.facts.offering(self.offering) else {
            let unknown = Finding::new(Rule::R34).at("/offering");
            let kind = CommandKind::RecordQualification;
            return Err(making.rejection(kind, self.occurred_on, unknown));
        };
        Ok(CaseEvent::QualificationAttended(QualificationAttended {
            feedback: self.feedback.clone(),
            offering: self.offering,
            participants: self.participants.clone(),
            title: offering.title.clone(),
        }))
    }

    fn sample() -> Self {
        let of = |function: &str, count| Attendees {
            count,
            function: function.into(),
        };
        Self {
            occurred_on: date!(2016 - 04 - 14),
            reason: None,
            offering: sample::OFFERING,
            participants: vec![
                of("Bildungsmonitoring", 1),
                of("Sachbearbeitung Schulverwaltung", 2),
            ],
            feedback: Some("Der Austausch mit anderen Kommunen hat am meisten geholfen.".into()),
        }
    }
}
