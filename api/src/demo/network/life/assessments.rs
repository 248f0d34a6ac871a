//! Assessments with their ratings, and the model solutions that come of them.

use fallbuch_domain::case::{AssessmentStatus, CommandKind, ModelSolutionStatus, NeedStatus};
use serde_json::json;
use uuid::Uuid;

use super::super::plan::PlanError;
use super::super::words;
use super::{Life, filled};

impl Life<'_> {
    pub(super) fn assessment(&mut self) -> Result<bool, PlanError> {
        let Some(case) = self.case() else {
            return Ok(false);
        };
        let mut assessments = case.assessments.iter();
        let running = assessments.find(|one| one.status == AssessmentStatus::Running);
        let Some(running) = running else {
            let begins = case.assessments.len() < 3 && !case.priorities.is_empty();
            let begins = begins && self.dice.chance(30);
            return if begins { self.assess() } else { Ok(false) };
        };
        let (id, interviews) = (running.id, running.interviews.len());
        let version = running.catalogue_version;
        let unrated = self.ground.catalogue.dimensions_in(version);
        let unrated = unrated.filter(|one| running.rating(&one.code).is_none());
        let unrated: Vec<_> = unrated.map(|one| one.code.clone()).collect();
        match self.dice.between(1, 10) {
            1..=4 if interviews < 8 => self.interview(id),
            10 if self.dice.chance(5) => {
                let body = json!({"reason": self.reason()});
                self.enter_on(CommandKind::AbandonAssessment, id, body)
            }
            _ if unrated.is_empty() => self.complete_assessment(id),
            _ => {
                let dimension = self.dice.one(&unrated);
                self.rate(id, &dimension.unwrap_or_default())
            }
        }
    }

    fn assess(&mut self) -> Result<bool, PlanError> {
        let methods = ["interviews", "survey", "documents", "workshop", "data"];
        let body = json!({"methods": self.dice.words(&methods, 1, 3)});
        self.enter(CommandKind::StartAssessment, body)
    }

    fn interview(&mut self, assessment: Uuid) -> Result<bool, PlanError> {
        let body = json!({
            "function": self.dice.word(words::FUNCTIONS),
            "minutes": self.paper(),
        });
        self.enter_on(CommandKind::RecordInterview, assessment, filled(body))
    }

    fn rate(&mut self, assessment: Uuid, dimension: &str) -> Result<bool, PlanError> {
        let theme = self.dice.word(words::THEMES);
        let body = json!({
            "dimension": dimension,
            "level": self.dice.between(0, 4),
            "rationale": format!("Zum Thema {theme} {}.", self.dice.word(words::GAPS)),
            "evidence": self.dice.words(words::EVIDENCE, 0, 3),
        });
        self.enter_on(CommandKind::RateDimension, assessment, body)
    }

    fn complete_assessment(&mut self, assessment: Uuid) -> Result<bool, PlanError> {
        let needs = self.case().map_or(&[][..], |case| &case.needs);
        let open = needs.iter().filter(|need| need.status == NeedStatus::Open);
        let mut needs: Vec<_> = open.map(|need| need.id).collect();
        self.dice.shuffle(&mut needs);
        needs.truncate(3);
        let body = json!({
            "summary": self.dice.word(words::OUTCOMES),
            "needs": needs,
            "presented_on": self.dice.chance(70).then_some(self.day),
        });
        self.enter_on(CommandKind::CompleteAssessment, assessment, filled(body))
    }

    pub(super) fn model_solution(&mut self) -> Result<bool, PlanError> {
        let Some(case) = self.case() else {
            return Ok(false);
        };
        let solutions = case.model_solutions.iter();
        let under_way = solutions.filter(|one| {
            matches!(
                one.status,
                ModelSolutionStatus::Proposed | ModelSolutionStatus::Selected
            )
        });
        let under_way: Vec<_> = under_way
            .map(|one| (one.id, one.status, one.adaptations.len()))
            .collect();
        let Some((id, status, adaptations)) = self.dice.one(&under_way) else {
            return self.propose();
        };
        if self.dice.chance(12) {
            let body = json!({"reason": self.reason()});
            return self.enter_on(CommandKind::RejectModelSolution, id, body);
        }
        if status == ModelSolutionStatus::Proposed {
            return self.enter_on(CommandKind::SelectModelSolution, id, json!({}));
        }
        if adaptations < 2 || self.dice.chance(40) {
            let body = json!({"adaptation": self.dice.word(words::OUTCOMES)});
            return self.enter_on(CommandKind::AdaptModelSolution, id, body);
        }
        self.enter_on(CommandKind::AdoptModelSolution, id, json!({}))
    }

    fn propose(&mut self) -> Result<bool, PlanError> {
        let agreed = self.agreed();
        let Some(case) = self.case().filter(|_| !agreed.is_empty()) else {
            return Ok(false);
        };
        let offered = self.offers.offered.iter();
        let offered = offered.filter(|one| {
            one.from <= self.day && self.day < one.until && case.model_solution(one.id).is_none()
        });
        let offered: Vec<_> = offered.map(|one| one.id).collect();
        let Some(solution) = self.dice.one(&offered) else {
            return Ok(false);
        };
        let body = json!({"solution": solution, "priority": self.dice.one(&agreed)});
        self.enter(CommandKind::ProposeModelSolution, body)
    }
}
