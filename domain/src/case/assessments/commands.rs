//! Starting, feeding, completing and abandoning assessments.

use time::Date;
use time::macros::date;
use uuid::Uuid;

use super::state::running;
use super::{
    AssessmentAbandoned, AssessmentCompleted, AssessmentMethod, AssessmentStarted, DimensionRated,
    InterviewHeld,
};
use crate::case::command::{CommandKind, bodies};
use crate::case::sample::{self, lines};
use crate::case::topic::{Act, Making};
use crate::case::{CaseEvent, CaseState};
use crate::facts::Facts;
use crate::rule::{Finding, Rejection, Rule};
use crate::text::{Line, Prose};

bodies! {
    /// Starts an assessment.
    pub struct StartAssessment on "The day it began.", reason optional {
        /// How it is made.
        #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 5))]
        pub methods: Vec<AssessmentMethod>,
    }

    /// Records an interview of an assessment.
    pub struct RecordInterview on "The day of the interview.", reason optional {
        /// Who was asked, by function. No name.
        pub function: Line,
        /// The minutes, as a document linked to the case.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub minutes: Option<Uuid>,
    }

    /// Rates a quality dimension; a second rating replaces the first.
    pub struct RateDimension on "The day of the rating.", reason optional {
        /// Code of the quality dimension, from the version that the assessment rates.
        #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64))]
        pub dimension: String,
        /// 0 (nothing there) to 4 (fully there).
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 4))]
        pub level: u32,
        /// Why this level.
        pub rationale: Prose,
        /// What shows it.
        #[cfg_attr(feature = "openapi", schema(max_items = 20))]
        pub evidence: Vec<Line>,
    }

    /// Completes an assessment.
    pub struct CompleteAssessment on "The day it was completed.", reason optional {
        /// What it came to.
        pub summary: Prose,
        /// The needs of this case that came of it.
        #[cfg_attr(feature = "openapi", schema(max_items = 50))]
        pub needs: Vec<Uuid>,
        /// The day the results were presented.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub presented_on: Option<Date>,
    }

    /// Gives an assessment up.
    pub struct AbandonAssessment on "The day it was given up.", reason required {}
}

impl Act for StartAssessment {
    /// The newest version of the dimensions on that day, or R12.
    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        let catalogue = making.facts.catalogue;
        let Some(version) = catalogue.dimensions_version(self.occurred_on) else {
            let none = Finding::new(Rule::R12).because(
                "An diesem Tag gelten keine Qualitätsdimensionen.",
                "No quality dimensions are valid on that day.",
            );
            return Err(making.rejection(CommandKind::StartAssessment, self.occurred_on, none));
        };
        Ok(CaseEvent::AssessmentStarted(AssessmentStarted {
            assessment: making.new_id(),
            catalogue_version: version,
            methods: self.methods.clone(),
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2015 - 09 - 01),
            reason: None,
            methods: vec![AssessmentMethod::Interviews, AssessmentMethod::Documents],
        }
    }
}

impl Act for RecordInterview {
    fn admission(state: &CaseState, target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        running(state, target)
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::InterviewHeld(InterviewHeld {
            assessment: making.target(),
            function: self.function.clone(),
            minutes: self.minutes,
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2015 - 09 - 15),
            reason: None,
            function: "Leitung des Fachbereichs Bildung".into(),
            minutes: Some(sample::DOCUMENT),
        }
    }
}

impl Act for RateDimension {
    fn admission(state: &CaseState, target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        running(state, target)
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::DimensionRated(DimensionRated {
            assessment: making.target(),
            dimension: self.dimension.clone(),
            evidence: self.evidence.clone(),
            level: self.level,
            rationale: self.rationale.clone(),
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2015 - 10 - 06),
            reason: None,
            dimension: "data".to_owned(),
            level: 2,
            rationale: "Daten liegen vor, werden aber nicht gemeinsam ausgewertet.".into(),
            evidence: lines(&["Bildungs- und Sozialberichterstattung"]),
        }
    }
}

impl Act for CompleteAssessment {
    fn admission(state: &CaseState, target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        running(state, target)
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::AssessmentCompleted(AssessmentCompleted {
            assessment: making.target(),
            needs: self.needs.clone(),
            presented_on: self.presented_on,
            summary: self.summary.clone(),
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2015 - 12 - 08),
            reason: None,
            summary: "Steuerung und Datenbasierung brauchen einen gemeinsamen Rahmen.".into(),
            needs: vec![sample::NEED],
            presented_on: Some(date!(2015 - 12 - 03)),
        }
    }
}

impl Act for AbandonAssessment {
    fn admission(state: &CaseState, target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        running(state, target)
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::AssessmentAbandoned(AssessmentAbandoned {
            assessment: making.target(),
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2016 - 02 - 02),
            reason: "Sie geht in der Erfassung vom Herbst auf.".into(),
        }
    }
}
