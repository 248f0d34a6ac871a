//! Participants come, change and leave.

use time::Date;
use time::macros::date;
use uuid::Uuid;

use super::{ParticipantAdded, ParticipantChanged, ParticipantChanges, ParticipantLeft, current};
use crate::case::command::bodies;
use crate::case::topic::{Act, Making};
use crate::case::{CaseEvent, CaseState};
use crate::change::Change;
use crate::facts::Facts;
use crate::rule::{Finding, Findings, Rejection, Rule};
use crate::text::Line;

bodies! {
    /// Adds somebody who takes part in the case, by function.
    pub struct AddParticipant on "The day it was known.", reason optional {
        /// The function, such as `Leitung des Bildungsbüros`. No name.
        pub function: Line,
        /// The organisation, if it is not the municipality itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub organisation: Option<Line>,
        /// The first day.
        pub valid_from: Date,
    }

    /// Changes a participant's function or organisation.
    pub struct ChangeParticipant on "The day of the change.", reason optional {
        /// The new values, at least one.
        pub changes: ParticipantChanges,
    }

    /// Records that a participant left.
    pub struct RecordParticipantDeparture on "The day it was known.", reason optional {
        /// The last day.
        pub valid_to: Date,
    }
}

impl Act for AddParticipant {
    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::ParticipantAdded(ParticipantAdded {
            function: self.function.clone(),
            organisation: self.organisation.clone(),
            participant: making.new_id(),
            valid_from: self.valid_from,
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2015 - 05 - 11),
            reason: None,
            function: "Leitung des Bildungsbüros".into(),
            organisation: None,
            valid_from: date!(2015 - 05 - 01),
        }
    }
}

impl Act for ChangeParticipant {
    fn admission(state: &CaseState, target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        current(state, target)
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::ParticipantChanged(ParticipantChanged {
            changes: self.changes.clone(),
            participant: making.target(),
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2016 - 01 - 11),
            reason: None,
            changes: ParticipantChanges {
                function: Some("Koordination Bildungsmonitoring".into()),
                organisation: Change::Set("Volkshochschule".into()),
            },
        }
    }
}

impl Act for RecordParticipantDeparture {
    /// R21; and R06 where the first day lies ahead, so that no last day fits.
    fn admission(state: &CaseState, target: Option<Uuid>, facts: &Facts<'_>) -> Vec<Finding> {
        let gone = current(state, target);
        let participant = target.and_then(|id| state.participant(id));
        match participant.filter(|_| gone.is_empty()) {
            None => gone,
            Some(one) => Findings::unless(one.valid_from <= facts.today, || {
                Finding::new(Rule::R06).because(
                    "Die Beteiligung hat noch nicht begonnen.",
                    "The participation has not begun.",
                )
            }),
        }
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::ParticipantLeft(ParticipantLeft {
            participant: making.target(),
            valid_to: self.valid_to,
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2016 - 12 - 05),
            reason: Some("Wechsel in ein anderes Amt.".into()),
            valid_to: date!(2016 - 11 - 30),
        }
    }
}
