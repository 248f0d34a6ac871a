//! Recording resolutions and milestones, reviewing progress.

use time::macros::date;
use uuid::Uuid;

use super::{
    Attainment, AttainmentLevel, CouncilResolutionRecorded, MilestoneKind, MilestoneReached,
    ProgressReviewed, PublicUrl, ResolutionResult,
};
use crate::case::command::bodies;
use crate::case::sample::{self, lines};
use crate::case::topic::{Act, Making};
use crate::case::{CaseEvent, CaseState};
use crate::facts::Facts;
use crate::rule::{Finding, Findings, Rejection, Rule};
use crate::text::Line;

bodies! {
    /// Records what a council or committee resolved.
    pub struct RecordCouncilResolution on "The day of the resolution.", reason optional {
        /// The council or committee.
        pub body: Line,
        /// What it was about.
        pub subject: Line,
        /// What it came to.
        pub result: ResolutionResult,
        /// Where the resolution is found, such as a paper's number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reference: Option<Line>,
    }

    /// Records that a milestone was reached.
    pub struct RecordMilestone on "The day it was reached.", reason optional {
        /// Its kind.
        pub kind: MilestoneKind,
        /// What was reached.
        pub title: Line,
        /// Where it can be seen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub public_url: Option<PublicUrl>,
    }

    /// Reviews how far an agreement's priorities are attained.
    pub struct ReviewProgress on "The day of the review.", reason optional {
        /// The agreement; a signed one of this case.
        pub agreement: Uuid,
        /// How far its priorities are attained.
        #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 50))]
        pub attainment: Vec<Attainment>,
        /// What comes next.
        #[cfg_attr(feature = "openapi", schema(max_items = 20))]
        pub next_steps: Vec<Line>,
    }
}

impl Act for RecordCouncilResolution {
    fn event(&self, _making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::CouncilResolutionRecorded(
            CouncilResolutionRecorded {
                body: self.body.clone(),
                reference: self.reference.clone(),
                result: self.result,
                subject: self.subject.clone(),
            },
        ))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2016 - 01 - 27),
            reason: None,
            body: "Stadtrat".into(),
            subject: "Bildungsbericht als Grundlage der Bildungsplanung".into(),
            result: ResolutionResult::Decided,
            reference: Some("Vorlage VI/2016/01500".into()),
        }
    }
}

impl Act for RecordMilestone {
    fn event(&self, _making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::MilestoneReached(MilestoneReached {
            kind: self.kind,
            public_url: self.public_url.clone(),
            title: self.title.clone(),
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2016 - 11 - 15),
            reason: None,
            kind: MilestoneKind::Report,
            title: "Erster Bildungsbericht".into(),
            public_url: Some(PublicUrl(
                "https://example.org/bildungsbericht-2016.pdf".to_owned(),
            )),
        }
    }
}

impl Act for ReviewProgress {
    /// R21: some agreement was signed.
    fn admission(state: &CaseState, _target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        let mut agreements = state.agreements.iter();
        let any = agreements.any(|one| one.signed.is_some() && !one.priorities.is_empty());
        Findings::unless(any, || {
            Finding::new(Rule::R21).because(
                "Es ist keine Zielvereinbarung unterzeichnet.",
                "No agreement is signed.",
            )
        })
    }

    fn event(&self, _making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::ProgressReviewed(ProgressReviewed {
            agreement: self.agreement,
            attainment: self.attainment.clone(),
            next_steps: self.next_steps.clone(),
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2016 - 11 - 29),
            reason: None,
            agreement: sample::AGREEMENT,
            attainment: vec![Attainment {
                level: AttainmentLevel::Partly,
                priority: sample::PRIORITY,
                remark: Some("Die Lenkungsgruppe tagt vierteljährlich.".into()),
            }],
            next_steps: lines(&["Geschäftsordnung beschließen"]),
        }
    }
}
