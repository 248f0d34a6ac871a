//! Planning, completing and cancelling measures.

use time::Date;
use time::macros::date;
use uuid::Uuid;

use super::{MeasureCancelled, MeasureCompleted, MeasurePlanned, planned};
use crate::case::command::bodies;
use crate::case::priorities::any_agreed;
use crate::case::sample;
use crate::case::topic::{Act, Making};
use crate::case::{CaseEvent, CaseState};
use crate::facts::Facts;
use crate::rule::{Finding, Rejection};
use crate::text::{Line, Prose};

bodies! {
    /// Plans a measure for a priority.
    pub struct PlanMeasure on "The day it was planned.", reason optional {
        /// The priority it serves; an agreed one of this case.
        pub priority: Uuid,
        /// Its title.
        pub title: Line,
        /// The day by which it is due.
        pub due_on: Date,
        /// Code of the format from the catalogue, if it is a qualification.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64))]
        pub format: Option<String>,
    }

    /// Records that a measure was done.
    pub struct CompleteMeasure on "The day it was done.", reason optional {
        /// What it came to.
        pub outcome: Prose,
    }

    /// Gives a measure up.
    pub struct CancelMeasure on "The day it was given up.", reason required {}
}

impl Act for PlanMeasure {
    fn admission(state: &CaseState, _target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        any_agreed(state)
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::MeasurePlanned(MeasurePlanned {
            due_on: self.due_on,
            format: self.format.clone(),
            measure: making.new_id(),
            priority: self.priority,
            title: self.title.clone(),
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2016 - 02 - 09),
            reason: None,
            priority: sample::PRIORITY,
            title: "Werkstatt zur Geschäftsordnung der Lenkungsgruppe".into(),
            due_on: date!(2016 - 06 - 30),
            format: Some("education_workshop".to_owned()),
        }
    }
}

impl Act for CompleteMeasure {
    fn admission(state: &CaseState, target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        planned(state, target)
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::MeasureCompleted(MeasureCompleted {
            measure: making.target(),
            outcome: self.outcome.clone(),
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2016 - 05 - 24),
            reason: None,
            outcome: "Ein Entwurf der Geschäftsordnung liegt vor.".into(),
        }
    }
}

impl Act for CancelMeasure {
    fn admission(state: &CaseState, target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        planned(state, target)
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::MeasureCancelled(MeasureCancelled {
            measure: making.target(),
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2016 - 03 - 01),
            reason: "Eine Werkstatt genügt.".into(),
        }
    }
}
