//! Agreeing, revising and dropping priorities.

use time::Date;
use time::macros::date;
use uuid::Uuid;

use super::{PriorityAgreed, PriorityChanges, PriorityDropped, PriorityRevised, agreed};
use crate::case::command::bodies;
use crate::case::sample;
use crate::case::timeline::day;
use crate::case::topic::{Act, Making};
use crate::case::{Agreement, CaseEvent, CaseState};
use crate::change::Change;
use crate::facts::Facts;
use crate::language::Language;
use crate::rule::{Finding, Rejection, Rule};
use crate::text::Line;

bodies! {
    /// Agrees a priority.
    pub struct AgreePriority on "The day it was agreed.", reason optional {
        /// Code of the focus area from the catalogue, if it comes from one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64))]
        pub focus_area: Option<String>,
        /// Its title.
        pub title: Line,
        /// The needs of this case that it meets.
        #[cfg_attr(feature = "openapi", schema(max_items = 50))]
        pub needs: Vec<Uuid>,
        /// Its place among the case's priorities; 1 is the first.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 99))]
        pub rank: u32,
        /// The day by which it is to be reached.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub target_on: Option<Date>,
    }

    /// Changes a priority.
    pub struct RevisePriority on "The day of the revision.", reason optional {
        /// The new values, at least one.
        pub changes: PriorityChanges,
    }

    /// Gives a priority up.
    pub struct DropPriority on "The day it was given up.", reason required {}
}

impl Act for AgreePriority {
    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::PriorityAgreed(PriorityAgreed {
            focus_area: self.focus_area.clone(),
            needs: self.needs.clone(),
            priority: making.new_id(),
            rank: self.rank,
            target_on: self.target_on,
            title: self.title.clone(),
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2015 - 03 - 10),
            reason: None,
            focus_area: Some("education_concept".to_owned()),
            title: "Bildungskonzept „Bildungsstadt Halle“".into(),
            needs: vec![sample::NEED],
            rank: 1,
            target_on: Some(date!(2016 - 12 - 31)),
        }
    }
}

impl Act for RevisePriority {
    fn admission(state: &CaseState, target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        agreed(state, target)
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::PriorityRevised(PriorityRevised {
            changes: self.changes.clone(),
            priority: making.target(),
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2015 - 03 - 17),
            reason: Some("Der Stadtrat berät erst im Frühjahr 2017.".into()),
            changes: PriorityChanges {
                focus_area: Change::Set("steering_group".to_owned()),
                needs: Some(vec![sample::NEED]),
                rank: Some(2),
                target_on: Change::Set(date!(2017 - 03 - 31)),
                title: Some("Lenkungsgruppe Bildung".into()),
            },
        }
    }
}

impl Act for DropPriority {
    fn admission(state: &CaseState, target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        let dropped = agreed(state, target);
        if !dropped.is_empty() {
            return dropped;
        }
        // What was signed for is dropped only by amendment.
        let names = |one: &Agreement| target.is_some_and(|id| one.priorities.contains(&id));
        let signed = state.signed_agreements().filter(|(one, _)| names(one));
        let refusals = signed.map(|(one, terms)| {
            let from = |language| day(language, terms.valid_from);
            let refusal = Finding::new(Rule::R14).because(
                format!(
                    "Die Zielvereinbarung ab {} nennt den Schwerpunkt; bis zu ihrem Ende entfällt er nur durch ihre Fortschreibung.",
                    from(Language::De)
                ),
                format!(
                    "The agreement from {} names the priority; until it ends, only an amendment drops it.",
                    from(Language::En)
                ),
            );
            refusal.concerning(one.id)
        });
        refusals.collect()
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        let priority = making.target();
        Ok(CaseEvent::PriorityDropped(PriorityDropped { priority }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2015 - 03 - 24),
            reason: "Der Schwerpunkt geht in einem anderen auf.".into(),
        }
    }
}
