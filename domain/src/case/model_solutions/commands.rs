//! Proposing, selecting, adapting, adopting and rejecting model solutions.

use time::macros::date;
use uuid::Uuid;

use super::ModelSolutionStatus::{Proposed, Selected};
use super::{
    ModelSolutionAdapted, ModelSolutionAdopted, ModelSolutionProposed, ModelSolutionRejected,
    ModelSolutionSelected, is_at,
};
use crate::case::command::{CommandKind, bodies};
use crate::case::sample;
use crate::case::topic::{Act, Making};
use crate::case::{CaseEvent, CaseState};
use crate::catalogue::Catalogue;
use crate::facts::{Facts, Needs};
use crate::rule::{Finding, Rejection, Rule};
use crate::text::Prose;

bodies! {
    /// Proposes one of the agency's solutions.
    pub struct ProposeModelSolution on "The day of the proposal.", reason optional {
        /// The agency's solution; not a withdrawn one (R34).
        pub solution: Uuid,
        /// Key of the municipality that gives it; if absent, the solution's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(pattern = r"^([0-9]{5}|[0-9]{8}|[0-9]{5}-[0-9]{2})$", example = "05913"))]
        pub donor: Option<String>,
        /// The priority it serves; an agreed one of this case.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub priority: Option<Uuid>,
    }

    /// Selects a proposed model solution.
    pub struct SelectModelSolution on "The day it was selected.", reason optional {}

    /// Records how a selected model solution was adapted.
    pub struct AdaptModelSolution on "The day it was adapted.", reason optional {
        /// What was changed, and why.
        pub adaptation: Prose,
    }

    /// Records that a selected model solution was adopted.
    pub struct AdoptModelSolution on "The day it was adopted.", reason optional {}

    /// Rejects a model solution that is not adopted.
    pub struct RejectModelSolution on "The day it was rejected.", reason required {}
}

impl Act for ProposeModelSolution {
    fn needs(&self, _state: Option<&CaseState>, _catalogue: &Catalogue) -> Needs {
        Needs {
            streams: vec![self.solution],
            ..Needs::default()
        }
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        let Some(solution) = making.facts.solution(self.solution) else {
            let unknown = Finding::new(Rule::R34).at("/solution");
            let kind = CommandKind::ProposeModelSolution;
            return Err(making.rejection(kind, self.occurred_on, unknown));
        };
        let donor = self.donor.as_ref().or(solution.donor.as_ref());
        Ok(CaseEvent::ModelSolutionProposed(ModelSolutionProposed {
            donor: donor.cloned(),
            priority: self.priority,
            solution: self.solution,
            title: solution.title.clone(),
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2016 - 01 - 19),
            reason: None,
            solution: sample::SOLUTION,
            donor: None,
            priority: Some(sample::PRIORITY),
        }
    }
}

impl Act for SelectModelSolution {
    fn admission(state: &CaseState, target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        is_at(state, target, &[Proposed])
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        let solution = making.target();
        Ok(CaseEvent::ModelSolutionSelected(ModelSolutionSelected {
            solution,
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2016 - 02 - 23),
            reason: None,
        }
    }
}

impl Act for AdaptModelSolution {
    fn admission(state: &CaseState, target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        is_at(state, target, &[Selected])
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::ModelSolutionAdapted(ModelSolutionAdapted {
            adaptation: self.adaptation.clone(),
            solution: making.target(),
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2016 - 04 - 26),
            reason: None,
            adaptation: "Die Gremien tagen halbjährlich, weil die Ämter kleiner sind.".into(),
        }
    }
}

impl Act for AdoptModelSolution {
    fn admission(state: &CaseState, target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        is_at(state, target, &[Selected])
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        let solution = making.target();
        Ok(CaseEvent::ModelSolutionAdopted(ModelSolutionAdopted {
            solution,
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2016 - 10 - 18),
            reason: None,
        }
    }
}

impl Act for RejectModelSolution {
    fn admission(state: &CaseState, target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        is_at(state, target, &[Proposed, Selected])
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        let solution = making.target();
        Ok(CaseEvent::ModelSolutionRejected(ModelSolutionRejected {
            solution,
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2016 - 02 - 23),
            reason: "Sie setzt ein eigenes Amt voraus.".into(),
        }
    }
}
