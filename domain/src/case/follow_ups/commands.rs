//! Scheduling follow-ups, and what becomes of them.

use time::Date;
use time::macros::date;
use uuid::Uuid;

use super::{
    FollowUpCancelled, FollowUpCompleted, FollowUpReassigned, FollowUpRescheduled,
    FollowUpScheduled, open,
};
use crate::case::command::bodies;
use crate::case::sample;
use crate::case::topic::{Act, Making};
use crate::case::{CaseEvent, CaseState};
use crate::facts::Facts;
use crate::rule::{Finding, Rejection};
use crate::text::{Line, Prose};

bodies! {
    /// Schedules a follow-up.
    pub struct ScheduleFollowUp on "The day it was scheduled.", reason optional {
        /// What it is about.
        pub title: Line,
        /// When it is due.
        pub due_on: Date,
        /// The member who has to come back to it.
        pub assignee: Uuid,
    }

    /// Gives a follow-up another day.
    pub struct RescheduleFollowUp on "The day it was rescheduled.", reason optional {
        /// When it is due now.
        pub due_on: Date,
    }

    /// Hands a follow-up to another member.
    pub struct ReassignFollowUp on "The day it was handed over.", reason optional {
        /// The member who has to come back to it now.
        pub assignee: Uuid,
    }

    /// Records that a follow-up is done.
    pub struct CompleteFollowUp on "The day it was done.", reason optional {
        /// What it came to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub outcome: Option<Prose>,
    }

    /// Gives a follow-up up.
    pub struct CancelFollowUp on "The day it was given up.", reason required {}
}

impl Act for ScheduleFollowUp {
    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::FollowUpScheduled(FollowUpScheduled {
            assignee: self.assignee,
            due_on: self.due_on,
            follow_up: making.new_id(),
            title: self.title.clone(),
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2016 - 01 - 12),
            reason: None,
            title: "Stand der Geschäftsordnung erfragen".into(),
            due_on: date!(2016 - 03 - 15),
            assignee: sample::ADVISOR,
        }
    }
}

impl Act for RescheduleFollowUp {
    fn admission(state: &CaseState, target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        open(state, target)
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::FollowUpRescheduled(FollowUpRescheduled {
            due_on: self.due_on,
            follow_up: making.target(),
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2016 - 03 - 08),
            reason: Some("Die Lenkungsgruppe tagt erst im April.".into()),
            due_on: date!(2016 - 04 - 19),
        }
    }
}

impl Act for ReassignFollowUp {
    fn admission(state: &CaseState, target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        open(state, target)
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::FollowUpReassigned(FollowUpReassigned {
            assignee: self.assignee,
            follow_up: making.target(),
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2016 - 03 - 22),
            reason: Some("Vertretung während des Urlaubs.".into()),
            assignee: sample::ADVISOR,
        }
    }
}

impl Act for CompleteFollowUp {
    fn admission(state: &CaseState, target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        open(state, target)
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::FollowUpCompleted(FollowUpCompleted {
            follow_up: making.target(),
            outcome: self.outcome.clone(),
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2016 - 04 - 19),
            reason: None,
            outcome: Some("Die Lenkungsgruppe berät den Entwurf im Mai.".into()),
        }
    }
}

impl Act for CancelFollowUp {
    fn admission(state: &CaseState, target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        open(state, target)
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::FollowUpCancelled(FollowUpCancelled {
            follow_up: making.target(),
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2016 - 02 - 16),
            reason: "Die Frage hat sich erledigt.".into(),
        }
    }
}
