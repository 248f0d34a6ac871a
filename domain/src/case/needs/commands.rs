//! Capturing, revising and withdrawing needs.

use time::macros::date;
use uuid::Uuid;

use super::{NeedCaptured, NeedChanges, NeedRevised, NeedWithdrawn, Urgency, open};
use crate::case::command::bodies;
use crate::case::sample::lines;
use crate::case::timeline::quote;
use crate::case::topic::{Act, Making};
use crate::case::{CaseEvent, CaseState};
use crate::change::Change;
use crate::facts::Facts;
use crate::language::Language;
use crate::rule::{Finding, Rejection, Rule};
use crate::text::{Line, Prose};

bodies! {
    /// Captures a need.
    pub struct CaptureNeed on "The day it was put forward.", reason optional {
        /// Code of the quality dimension, from the catalogue.
        #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64))]
        pub dimension: String,
        /// The need in words.
        pub statement: Prose,
        /// How pressing it is.
        pub urgency: Urgency,
        /// What shows the need, such as a report or a figure.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(max_items = 20))]
        pub evidence: Option<Vec<Line>>,
    }

    /// Puts a need differently.
    pub struct ReviseNeed on "The day of the revision.", reason optional {
        /// The new values, at least one.
        pub changes: NeedChanges,
    }

    /// Withdraws a need.
    pub struct WithdrawNeed on "The day of the withdrawal.", reason required {}
}

impl Act for CaptureNeed {
    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::NeedCaptured(NeedCaptured {
            dimension: self.dimension.clone(),
            evidence: self.evidence.clone(),
            need: making.new_id(),
            statement: self.statement.clone(),
            urgency: self.urgency,
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2015 - 02 - 10),
            reason: None,
            dimension: "strategy".to_owned(),
            statement: "Es fehlt eine ressortübergreifende Gesamtstrategie für Bildung.".into(),
            urgency: Urgency::Medium,
            evidence: Some(lines(&[
                "Bildungs- und Sozialberichterstattung",
                "Beschluss des Stadtrats",
            ])),
        }
    }
}

impl Act for ReviseNeed {
    fn admission(state: &CaseState, target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        open(state, target)
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::NeedRevised(NeedRevised {
            changes: self.changes.clone(),
            need: making.target(),
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2015 - 02 - 24),
            reason: Some("Ergebnis der Abstimmung zwischen den Fachbereichen.".into()),
            changes: NeedChanges {
                dimension: Some("steering".to_owned()),
                evidence: Change::Set(lines(&["Beschluss des Stadtrats"])),
                statement: Some("Bildung wird nicht ressortübergreifend gesteuert.".into()),
                urgency: Some(Urgency::High),
            },
        }
    }
}

impl Act for WithdrawNeed {
    /// R21, and R14: no agreed priority refers to it; the priority is revised or dropped first.
    fn admission(state: &CaseState, target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        let mut findings = open(state, target);
        let agreed = state.priorities.iter().filter(|one| one.is_agreed());
        let naming = agreed.filter(|one| one.needs.iter().any(|id| Some(*id) == target));
        findings.extend(naming.map(|by| {
            let title = |language| quote(language, by.title.as_str());
            let named = Finding::new(Rule::R14).because(
                format!("Der Schwerpunkt {} nennt den Bedarf.", title(Language::De)),
                format!("The priority {} refers to the need.", title(Language::En)),
            );
            named.concerning(by.id)
        }));
        findings
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        let need = making.target();
        Ok(CaseEvent::NeedWithdrawn(NeedWithdrawn { need }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2015 - 03 - 03),
            reason: "Der Bedarf war doppelt erfasst.".into(),
        }
    }
}
