//! Model solutions in a case: from the proposal to the adoption.
//!
//! Invariant: within a case a model solution goes by the id of the agency's solution; its title is
//! kept as it was on the day of the proposal.

use time::Date;
use uuid::Uuid;

use super::CaseState;
use super::command::CommandKind;
use super::event::wire;
use super::priorities::named_is_agreed;
use super::timeline::{Telling, clause, name, quote};
use super::topic::{Circumstances, Happening};
use crate::rule::{Finding, Findings, Rule};
use crate::solution::SolutionStatus;
use crate::text::{Line, Prose};

pub(super) mod commands;

wire! {
    /// Data of `model_solution_proposed`.
    pub struct ModelSolutionProposed {
        /// Key of the municipality that gives it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub donor: Option<String>,
        /// The priority it serves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub priority: Option<Uuid>,
        /// The agency's solution.
        pub solution: Uuid,
        /// Its title on that day.
        pub title: Line,
    }

    /// Data of `model_solution_selected`.
    pub struct ModelSolutionSelected {
        /// The solution.
        pub solution: Uuid,
    }

    /// Data of `model_solution_adapted`.
    pub struct ModelSolutionAdapted {
        /// What was changed, and why.
        pub adaptation: Prose,
        /// The solution.
        pub solution: Uuid,
    }

    /// Data of `model_solution_adopted`.
    pub struct ModelSolutionAdopted {
        /// The solution.
        pub solution: Uuid,
    }

    /// Data of `model_solution_rejected`; the reason stands in the envelope.
    pub struct ModelSolutionRejected {
        /// The solution.
        pub solution: Uuid,
    }

    /// How far a model solution has come in the case.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum ModelSolutionStatus {
        /// It was proposed.
        Proposed,
        /// It was selected, and perhaps adapted since.
        Selected,
        /// It was adopted.
        Adopted,
        /// It was rejected.
        Rejected,
    }

    /// A model solution in the case.
    pub struct ModelSolution {
        /// What was changed, and why; one text per adaptation.
        pub adaptations: Vec<Prose>,
        /// Key of the municipality that gives it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub donor: Option<String>,
        /// The agency's solution, which is its id in the case, too.
        pub id: Uuid,
        /// The priority it serves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub priority: Option<Uuid>,
        /// The day it was proposed.
        pub proposed_on: Date,
        /// How far it has come.
        pub status: ModelSolutionStatus,
        /// Its title on the day of the proposal.
        pub title: Line,
    }
}

impl CaseState {
    /// The model solution with this id.
    #[must_use]
    pub fn model_solution(&self, id: Uuid) -> Option<&ModelSolution> {
        self.model_solutions.iter().find(|one| one.id == id)
    }

    fn model_solution_mut(&mut self, id: Uuid) -> Option<&mut ModelSolution> {
        self.model_solutions.iter_mut().find(|one| one.id == id)
    }
}

impl Happening for ModelSolutionProposed {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::ProposeModelSolution, None)
    }

    fn apply(&self, state: &mut CaseState, occurred_on: Date) {
        let proposed = ModelSolution {
            adaptations: Vec::new(),
            donor: self.donor.clone(),
            id: self.solution,
            priority: self.priority,
            proposed_on: occurred_on,
            status: ModelSolutionStatus::Proposed,
            title: self.title.clone(),
        };
        // What was rejected may be proposed again.
        match state.model_solution_mut(self.solution) {
            Some(earlier) => *earlier = proposed,
            None => state.model_solutions.push(proposed),
        }
    }

    /// R34, R15 for what is under way, R17, R12 for the donor, R21 for the priority.
    fn check(&self, state: &CaseState, on: &Circumstances<'_>, findings: &mut Findings) {
        let known = on.facts.solution(self.solution);
        findings.require(
            known.is_some_and(|one| one.status == SolutionStatus::Offered),
            || Finding::new(Rule::R34).at("/solution"),
        );
        let earlier = state.model_solution(self.solution);
        let free = earlier.is_none_or(|one| one.status == ModelSolutionStatus::Rejected);
        findings.require(free, || {
            Finding::new(Rule::R15).at("/solution").because(
                "Die Modelllösung ist in diesem Fall schon vorgeschlagen.",
                "The model solution is proposed in this case already.",
            )
        });
        if let Some(donor) = &self.donor {
            findings.require(*donor != state.municipality.key, || {
                Finding::new(Rule::R17).at("/donor")
            });
            let known = on.facts.catalogue.municipality(donor, on.occurred_on);
            // The solution's own donor was valid when the solution was described.
            let own = on.facts.solution(self.solution);
            let own = own.and_then(|solution| solution.donor.as_ref()) == Some(donor);
            findings.require(own || known.is_some(), || Finding::unknown_key("/donor"));
        }
        if let Some(priority) = self.priority {
            named_is_agreed(state, priority, "/priority", findings);
        }
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let title = quote(telling.language, self.title.as_str());
        let donor = self.donor.as_ref();
        let donor = donor.map_or(String::new(), |key| {
            let known = telling.catalogue.municipality(key, telling.occurred_on);
            let name = known.and_then(|one| one.name);
            let of = name.map_or(key.clone(), |name| format!("{name} ({key})"));
            let giver = telling.either("Transfergeber", "donor");
            format!("; {giver}: {of}")
        });
        let priority = self.priority.map_or(String::new(), |priority| {
            let priority = telling.priority(priority);
            telling.say(
                &format!(" zum Schwerpunkt {priority}"),
                &format!(" for the priority {priority}"),
            )
        });
        telling.say(
            &format!("Modelllösung {title}{priority} vorgeschlagen{donor}"),
            &format!("Model solution {title}{priority} proposed{donor}"),
        )
    }
}

impl Happening for ModelSolutionSelected {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::SelectModelSolution, Some(self.solution))
    }

    fn apply(&self, state: &mut CaseState, _occurred_on: Date) {
        if let Some(solution) = state.model_solution_mut(self.solution) {
            solution.status = ModelSolutionStatus::Selected;
        }
    }

    /// R16.
    fn check(&self, state: &CaseState, on: &Circumstances<'_>, findings: &mut Findings) {
        let assessed = state.is_assessed_on(on.occurred_on);
        findings.warn(!assessed, || Finding::new(Rule::R16));
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let solution = telling.model_solution(self.solution);
        telling.say(
            &format!("Modelllösung {solution} ausgewählt"),
            &format!("Model solution {solution} selected"),
        )
    }
}

impl Happening for ModelSolutionAdapted {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::AdaptModelSolution, Some(self.solution))
    }

    fn apply(&self, state: &mut CaseState, _occurred_on: Date) {
        if let Some(solution) = state.model_solution_mut(self.solution) {
            solution.adaptations.push(self.adaptation.clone());
        }
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let solution = telling.model_solution(self.solution);
        let adaptation = clause(self.adaptation.as_str());
        telling.say(
            &format!("Modelllösung {solution} angepasst: {adaptation}"),
            &format!("Model solution {solution} adapted: {adaptation}"),
        )
    }
}

impl Happening for ModelSolutionAdopted {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::AdoptModelSolution, Some(self.solution))
    }

    fn apply(&self, state: &mut CaseState, _occurred_on: Date) {
        if let Some(solution) = state.model_solution_mut(self.solution) {
            solution.status = ModelSolutionStatus::Adopted;
        }
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let solution = telling.model_solution(self.solution);
        telling.say(
            &format!("Modelllösung {solution} übernommen"),
            &format!("Model solution {solution} adopted"),
        )
    }
}

impl Happening for ModelSolutionRejected {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::RejectModelSolution, Some(self.solution))
    }

    fn apply(&self, state: &mut CaseState, _occurred_on: Date) {
        if let Some(solution) = state.model_solution_mut(self.solution) {
            solution.status = ModelSolutionStatus::Rejected;
        }
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let solution = telling.model_solution(self.solution);
        telling.say(
            &format!("Modelllösung {solution} verworfen"),
            &format!("Model solution {solution} rejected"),
        )
    }
}

impl ModelSolutionStatus {
    /// The status in German and in English.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Proposed => ("vorgeschlagen", "proposed"),
            Self::Selected => ("ausgewählt", "selected"),
            Self::Adopted => ("übernommen", "adopted"),
            Self::Rejected => ("verworfen", "rejected"),
        }
    }
}

/// R15: the model solution has come as far as the step needs.
fn is_at(state: &CaseState, target: Option<Uuid>, steps: &[ModelSolutionStatus]) -> Vec<Finding> {
    let solution = target.and_then(|id| state.model_solution(id));
    let there = solution.is_some_and(|one| steps.contains(&one.status));
    Findings::unless(there, || match solution {
        None => Finding::new(Rule::R15),
        Some(one) => {
            let (de, en) = one.status.words();
            Finding::new(Rule::R15).because(
                format!("Die Modelllösung ist {de}; das lässt diesen Schritt nicht zu."),
                format!("The model solution is {en}, which does not allow this step."),
            )
        }
    })
}

impl Telling<'_> {
    /// The model solution by its title, or by its id if the state before does not know it.
    fn model_solution(&self, id: Uuid) -> String {
        let known = self.before.and_then(|state| state.model_solution(id));
        known.map_or(id.to_string(), |one| {
            name(self.language, one.title.as_str())
        })
    }
}
