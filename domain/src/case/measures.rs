//! Measures: what is done for a priority.

use time::Date;
use uuid::Uuid;

use super::CaseState;
use super::command::CommandKind;
use super::event::wire;
use super::priorities::named_is_agreed;
use super::timeline::{Telling, clause, day, name, quote};
use super::topic::{Circumstances, Happening};
use crate::rule::{Finding, Findings, Rule};
use crate::text::{Line, Prose};

pub(super) mod commands;

wire! {
    /// Data of `measure_planned`.
    pub struct MeasurePlanned {
        /// The day by which it is due.
        pub due_on: Date,
        /// Code of the format, if it is a qualification.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub format: Option<String>,
        /// The measure's id.
        pub measure: Uuid,
        /// The priority it serves.
        pub priority: Uuid,
        /// Its title.
        pub title: Line,
    }

    /// Data of `measure_completed`.
    pub struct MeasureCompleted {
        /// The measure.
        pub measure: Uuid,
        /// What it came to.
        pub outcome: Prose,
    }

    /// Data of `measure_cancelled`; the reason stands in the envelope.
    pub struct MeasureCancelled {
        /// The measure.
        pub measure: Uuid,
    }

    /// How far a measure has come.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum MeasureStatus {
        /// It is planned.
        Planned,
        /// It is done.
        Completed,
        /// It was given up.
        Cancelled,
    }

    /// A measure of the case.
    pub struct Measure {
        /// The day by which it is due.
        pub due_on: Date,
        /// The day it was done or given up.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ended_on: Option<Date>,
        /// Code of the format, if it is a qualification.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub format: Option<String>,
        /// The measure's id.
        pub id: Uuid,
        /// What it came to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub outcome: Option<Prose>,
        /// The day it was planned.
        pub planned_on: Date,
        /// The priority it serves.
        pub priority: Uuid,
        /// How far it has come.
        pub status: MeasureStatus,
        /// Its title.
        pub title: Line,
    }
}

impl CaseState {
    /// The measure with this id.
    #[must_use]
    pub fn measure(&self, id: Uuid) -> Option<&Measure> {
        self.measures.iter().find(|one| one.id == id)
    }

    fn end_measure(&mut self, id: Uuid, status: MeasureStatus, on: Date) -> Option<&mut Measure> {
        let measure = self.measures.iter_mut().find(|one| one.id == id)?;
        measure.status = status;
        measure.ended_on = Some(on);
        Some(measure)
    }
}

impl Happening for MeasurePlanned {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::PlanMeasure, None)
    }

    fn apply(&self, state: &mut CaseState, occurred_on: Date) {
        state.measures.push(Measure {
            due_on: self.due_on,
            ended_on: None,
            format: self.format.clone(),
            id: self.measure,
            outcome: None,
            planned_on: occurred_on,
            priority: self.priority,
            status: MeasureStatus::Planned,
            title: self.title.clone(),
        });
    }

    /// R21 for the priority, R12 for the format, R22 for the day.
    fn check(&self, state: &CaseState, on: &Circumstances<'_>, findings: &mut Findings) {
        named_is_agreed(state, self.priority, "/priority", findings);
        if let Some(code) = &self.format {
            let known = on.facts.catalogue.format(code, on.occurred_on).is_some();
            findings.require(known, || Finding::unknown_code("/format"));
        }
        findings.warn(self.due_on < on.facts.today, || {
            Finding::new(Rule::R22).at("/due_on")
        });
    }

    fn made(&self) -> Option<Uuid> {
        Some(self.measure)
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let title = quote(telling.language, self.title.as_str());
        let priority = telling.priority(self.priority);
        let due = day(telling.language, self.due_on);
        telling.say(
            &format!("Maßnahme {title} zum Schwerpunkt {priority} geplant bis {due}"),
            &format!("Measure {title} for the priority {priority} planned, due by {due}"),
        )
    }
}

impl Happening for MeasureCompleted {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::CompleteMeasure, Some(self.measure))
    }

    fn apply(&self, state: &mut CaseState, occurred_on: Date) {
        let done = state.end_measure(self.measure, MeasureStatus::Completed, occurred_on);
        if let Some(measure) = done {
            measure.outcome = Some(self.outcome.clone());
        }
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let (measure, outcome) = (telling.measure(self.measure), clause(self.outcome.as_str()));
        telling.say(
            &format!("Maßnahme {measure} abgeschlossen: {outcome}"),
            &format!("Measure {measure} completed: {outcome}"),
        )
    }
}

impl Happening for MeasureCancelled {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::CancelMeasure, Some(self.measure))
    }

    fn apply(&self, state: &mut CaseState, occurred_on: Date) {
        state.end_measure(self.measure, MeasureStatus::Cancelled, occurred_on);
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let measure = telling.measure(self.measure);
        telling.say(
            &format!("Maßnahme {measure} aufgegeben"),
            &format!("Measure {measure} cancelled"),
        )
    }
}

/// R21: the measure is planned.
fn planned(state: &CaseState, target: Option<Uuid>) -> Vec<Finding> {
    let measure = target.and_then(|id| state.measure(id));
    let planned = measure.is_some_and(|one| one.status == MeasureStatus::Planned);
    Findings::unless(planned, || {
        Finding::new(Rule::R21).because(
            "Die Maßnahme ist abgeschlossen oder aufgegeben.",
            "The measure was completed or cancelled.",
        )
    })
}

impl Telling<'_> {
    /// The measure by its title, or by its id if the state before does not know it.
    fn measure(&self, id: Uuid) -> String {
        let known = self.before.and_then(|state| state.measure(id));
        known.map_or(id.to_string(), |one| {
            name(self.language, one.title.as_str())
        })
    }
}
