//! What an assessment leaves in the state of its case.

use time::Date;
use uuid::Uuid;

use super::AssessmentMethod;
use crate::case::CaseState;
use crate::case::event::wire;
use crate::rule::{Finding, Findings, Rule};
use crate::text::{Line, Prose};

wire! {
    /// How far an assessment has come.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum AssessmentStatus {
        /// It is running.
        Running,
        /// It was completed.
        Completed,
        /// It was given up.
        Abandoned,
    }

    /// An interview of an assessment.
    pub struct Interview {
        /// Who was asked, by function.
        pub function: Line,
        /// When.
        pub held_on: Date,
        /// The minutes, as a document of the case.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub minutes: Option<Uuid>,
    }

    /// The latest rating of a dimension.
    pub struct Rating {
        /// Code of the quality dimension.
        pub dimension: String,
        /// What shows it.
        pub evidence: Vec<Line>,
        /// 0 (nothing there) to 4 (fully there).
        pub level: u32,
        /// When it was rated.
        pub rated_on: Date,
        /// Why this level.
        pub rationale: Prose,
    }

    /// An assessment of the case.
    pub struct Assessment {
        /// The version of the quality dimensions that it rates.
        pub catalogue_version: u32,
        /// The day it was completed or given up.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ended_on: Option<Date>,
        /// The assessment's id.
        pub id: Uuid,
        /// Its interviews.
        pub interviews: Vec<Interview>,
        /// How it is made.
        pub methods: Vec<AssessmentMethod>,
        /// The needs that came of it.
        pub needs: Vec<Uuid>,
        /// The day the results were presented.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub presented_on: Option<Date>,
        /// The latest rating of each dimension.
        pub ratings: Vec<Rating>,
        /// The day it began.
        pub started_on: Date,
        /// How far it has come.
        pub status: AssessmentStatus,
        /// What it came to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub summary: Option<Prose>,
    }
}

impl Assessment {
    /// The latest rating of a dimension.
    #[must_use]
    pub fn rating(&self, dimension: &str) -> Option<&Rating> {
        self.ratings.iter().find(|one| one.dimension == dimension)
    }
}

impl CaseState {
    /// The assessment with this id.
    #[must_use]
    pub fn assessment(&self, id: Uuid) -> Option<&Assessment> {
        self.assessments.iter().find(|one| one.id == id)
    }

    pub(super) fn assessment_mut(&mut self, id: Uuid) -> Option<&mut Assessment> {
        self.assessments.iter_mut().find(|one| one.id == id)
    }

    /// Whether an assessment was completed by then.
    pub(in crate::case) fn is_assessed_on(&self, day: Date) -> bool {
        self.assessments.iter().any(|one| {
            one.status == AssessmentStatus::Completed
                && one.ended_on.is_some_and(|ended_on| ended_on <= day)
        })
    }
}

/// R12: the assessment is running.
pub(super) fn running(state: &CaseState, target: Option<Uuid>) -> Vec<Finding> {
    let assessment = target.and_then(|id| state.assessment(id));
    let running = assessment.is_some_and(|one| one.status == AssessmentStatus::Running);
    Findings::unless(running, || {
        Finding::new(Rule::R12).because(
            "Die Bedarfserfassung ist abgeschlossen oder abgebrochen.",
            "The assessment was completed or abandoned.",
        )
    })
}
