//! Pausing, resuming, closing and reopening a case.

use time::Date;
use time::macros::date;
use uuid::Uuid;

use super::{CaseClosed, CasePaused, CaseReopened, CaseResumed, ClosingReason};
use crate::case::command::bodies;
use crate::case::sample;
use crate::case::topic::{Act, Making};
use crate::case::{CaseEvent, CaseState};
use crate::catalogue::Catalogue;
use crate::facts::{Facts, Needs};
use crate::rule::{Finding, Findings, Rejection, Rule};
use crate::text::Prose;

bodies! {
    /// Lets the case rest.
    pub struct PauseCase on "The day from which it rests.", reason required {
        /// The day until which it is meant to rest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub until: Option<Date>,
    }

    /// Goes on with the case that rested.
    pub struct ResumeCase on "The day from which it goes on.", reason optional {}

    /// Closes the case.
    pub struct CloseCase on "The closing day.", reason coded {
        /// Why.
        pub reason: ClosingReason,
        /// What the case came to.
        pub summary: Prose,
        /// The ids of the open items that are closed over knowingly (R24).
        #[cfg_attr(feature = "openapi", schema(max_items = 200))]
        pub acknowledge: Vec<Uuid>,
    }

    /// Takes the closed case up again.
    pub struct ReopenCase on "The day of the reopening.", reason required {}
}

impl Act for PauseCase {
    /// R10.
    fn admission(state: &CaseState, _target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        Findings::unless(state.pause.is_none(), || {
            Finding::new(Rule::R10).because("Der Fall ruht bereits.", "The case is paused already.")
        })
    }

    fn event(&self, _making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::CasePaused(CasePaused { until: self.until }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2016 - 06 - 01),
            reason: "Die Kommune wählt eine neue Verwaltungsspitze.".into(),
            until: Some(date!(2016 - 09 - 30)),
        }
    }
}

impl Act for ResumeCase {
    /// R10.
    fn admission(state: &CaseState, _target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        Findings::unless(state.pause.is_some(), || {
            Finding::new(Rule::R10).because("Der Fall ruht nicht.", "The case is not paused.")
        })
    }

    fn event(&self, _making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::CaseResumed(CaseResumed {}))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2016 - 09 - 12),
            reason: Some("Die neue Verwaltungsspitze will weitermachen.".into()),
        }
    }
}

impl Act for CloseCase {
    fn event(&self, _making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::CaseClosed(CaseClosed {
            acknowledged: self.acknowledge.clone(),
            reason: self.reason,
            summary: self.summary.clone(),
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: sample::VALID_UNTIL,
            reason: ClosingReason::PhaseEnd,
            summary: "Das Bildungskonzept liegt dem Stadtrat vor; die Lenkungsgruppe arbeitet."
                .into(),
            acknowledge: vec![sample::AGREEMENT],
        }
    }
}

impl Act for ReopenCase {
    const AFTER_CLOSING: bool = true;

    /// R25: only a closed case is reopened; and R02.
    fn admission(state: &CaseState, _target: Option<Uuid>, facts: &Facts<'_>) -> Vec<Finding> {
        if state.closing.is_none() {
            return vec![Finding::new(Rule::R25).because(
                "Der Fall ist nicht abgeschlossen.",
                "The case is not closed.",
            )];
        }
        let mut keys = state.open_case_keys();
        let taken = keys.any(|key| facts.other_holder(&key).is_some());
        Findings::unless(!taken, || Finding::new(Rule::R02))
    }

    fn admission_needs(state: &CaseState, _catalogue: &Catalogue) -> Needs {
        Needs {
            keys: state.open_case_keys().collect(),
            ..Needs::default()
        }
    }

    fn event(&self, _making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::CaseReopened(CaseReopened {}))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2017 - 05 - 15),
            reason: "Die Kommune bittet um Begleitung der Umsetzung.".into(),
        }
    }
}
