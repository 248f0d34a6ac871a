//! Follow-ups (Wiedervorlagen): what somebody has to come back to, and when.

use time::Date;
use uuid::Uuid;

use super::CaseState;
use super::command::CommandKind;
use super::event::wire;
use super::rules::current_member;
use super::timeline::{Telling, clause, day, name, quote};
use super::topic::{Circumstances, Happening};
use crate::rule::{Finding, Findings, Rule};
use crate::text::{Line, Prose};

pub(super) mod commands;

wire! {
    /// Data of `follow_up_scheduled`.
    pub struct FollowUpScheduled {
        /// The member who has to come back to it.
        pub assignee: Uuid,
        /// When it is due.
        pub due_on: Date,
        /// The follow-up's id.
        pub follow_up: Uuid,
        /// What it is about.
        pub title: Line,
    }

    /// Data of `follow_up_rescheduled`.
    pub struct FollowUpRescheduled {
        /// When it is due now.
        pub due_on: Date,
        /// The follow-up.
        pub follow_up: Uuid,
    }

    /// Data of `follow_up_reassigned`.
    pub struct FollowUpReassigned {
        /// The member who has to come back to it now.
        pub assignee: Uuid,
        /// The follow-up.
        pub follow_up: Uuid,
    }

    /// Data of `follow_up_completed`.
    pub struct FollowUpCompleted {
        /// The follow-up.
        pub follow_up: Uuid,
        /// What it came to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub outcome: Option<Prose>,
    }

    /// Data of `follow_up_cancelled`; the reason stands in the envelope.
    pub struct FollowUpCancelled {
        /// The follow-up.
        pub follow_up: Uuid,
    }

    /// How far a follow-up has come.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum FollowUpStatus {
        /// It is to be done.
        Open,
        /// It is done.
        Completed,
        /// It was given up.
        Cancelled,
    }

    /// A follow-up of the case.
    pub struct FollowUp {
        /// The member who has to come back to it.
        pub assignee: Uuid,
        /// When it is due.
        pub due_on: Date,
        /// The follow-up's id.
        pub id: Uuid,
        /// What it came to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub outcome: Option<Prose>,
        /// The day it was scheduled.
        pub scheduled_on: Date,
        /// How far it has come.
        pub status: FollowUpStatus,
        /// What it is about.
        pub title: Line,
    }
}

impl FollowUpStatus {
    /// Every status.
    pub const ALL: &[Self] = &[Self::Open, Self::Completed, Self::Cancelled];

    /// The code on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.code() == code)
    }
}

impl CaseState {
    /// The follow-up with this id.
    #[must_use]
    pub fn follow_up(&self, id: Uuid) -> Option<&FollowUp> {
        self.follow_ups.iter().find(|one| one.id == id)
    }

    /// The follow-ups that are to be done.
    pub fn open_follow_ups(&self) -> impl Iterator<Item = &FollowUp> {
        let all = self.follow_ups.iter();
        all.filter(|one| one.status == FollowUpStatus::Open)
    }

    fn follow_up_mut(&mut self, id: Uuid) -> Option<&mut FollowUp> {
        self.follow_ups.iter_mut().find(|one| one.id == id)
    }
}

impl Happening for FollowUpScheduled {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::ScheduleFollowUp, None)
    }

    fn apply(&self, state: &mut CaseState, occurred_on: Date) {
        state.follow_ups.push(FollowUp {
            assignee: self.assignee,
            due_on: self.due_on,
            id: self.follow_up,
            outcome: None,
            scheduled_on: occurred_on,
            status: FollowUpStatus::Open,
            title: self.title.clone(),
        });
    }

    fn check(&self, _state: &CaseState, on: &Circumstances<'_>, findings: &mut Findings) {
        let stranger = current_member(self.assignee, on.facts, "/assignee");
        findings.refusals.extend(stranger);
        not_in_the_past(self.due_on, on, findings);
    }

    fn made(&self) -> Option<Uuid> {
        Some(self.follow_up)
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let title = quote(telling.language, self.title.as_str());
        let due = day(telling.language, self.due_on);
        telling.say(
            &format!("Wiedervorlage {title} zum {due}"),
            &format!("Follow-up {title} scheduled for {due}"),
        )
    }
}

impl Happening for FollowUpRescheduled {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::RescheduleFollowUp, Some(self.follow_up))
    }

    fn apply(&self, state: &mut CaseState, _occurred_on: Date) {
        if let Some(follow_up) = state.follow_up_mut(self.follow_up) {
            follow_up.due_on = self.due_on;
        }
    }

    fn check(&self, _state: &CaseState, on: &Circumstances<'_>, findings: &mut Findings) {
        not_in_the_past(self.due_on, on, findings);
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let follow_up = telling.follow_up(self.follow_up);
        let before = telling
            .before
            .and_then(|state| state.follow_up(self.follow_up))
            .map(|one| day(telling.language, one.due_on));
        let due = day(telling.language, self.due_on);
        telling.revision(
            &format!("Wiedervorlage {follow_up} verlegt"),
            &format!("Follow-up {follow_up} rescheduled"),
            &[telling.field("neuer Termin", "new date", &due, before)],
        )
    }
}

impl Happening for FollowUpReassigned {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::ReassignFollowUp, Some(self.follow_up))
    }

    fn apply(&self, state: &mut CaseState, _occurred_on: Date) {
        if let Some(follow_up) = state.follow_up_mut(self.follow_up) {
            follow_up.assignee = self.assignee;
        }
    }

    fn check(&self, _state: &CaseState, on: &Circumstances<'_>, findings: &mut Findings) {
        let stranger = current_member(self.assignee, on.facts, "/assignee");
        findings.refusals.extend(stranger);
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let follow_up = telling.follow_up(self.follow_up);
        let before = telling
            .before
            .and_then(|state| state.follow_up(self.follow_up));
        if before.is_some_and(|one| one.assignee == self.assignee) {
            telling.say(
                &format!("Wiedervorlage {follow_up} bei demselben Mitglied der Agentur belassen"),
                &format!("Follow-up {follow_up} left with the same member of the agency"),
            )
        } else {
            telling.say(
                &format!("Wiedervorlage {follow_up} an ein anderes Mitglied der Agentur übergeben"),
                &format!("Follow-up {follow_up} handed to another member of the agency"),
            )
        }
    }
}

impl Happening for FollowUpCompleted {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::CompleteFollowUp, Some(self.follow_up))
    }

    fn apply(&self, state: &mut CaseState, _occurred_on: Date) {
        if let Some(follow_up) = state.follow_up_mut(self.follow_up) {
            follow_up.status = FollowUpStatus::Completed;
            follow_up.outcome.clone_from(&self.outcome);
        }
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let follow_up = telling.follow_up(self.follow_up);
        let outcome = self.outcome.as_ref();
        let outcome = outcome.map_or(String::new(), |text| format!(": {}", clause(&text.0)));
        telling.say(
            &format!("Wiedervorlage {follow_up} erledigt{outcome}"),
            &format!("Follow-up {follow_up} completed{outcome}"),
        )
    }
}

impl Happening for FollowUpCancelled {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::CancelFollowUp, Some(self.follow_up))
    }

    fn apply(&self, state: &mut CaseState, _occurred_on: Date) {
        if let Some(follow_up) = state.follow_up_mut(self.follow_up) {
            follow_up.status = FollowUpStatus::Cancelled;
        }
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let follow_up = telling.follow_up(self.follow_up);
        telling.say(
            &format!("Wiedervorlage {follow_up} gestrichen"),
            &format!("Follow-up {follow_up} cancelled"),
        )
    }
}

/// R22.
fn not_in_the_past(due_on: Date, on: &Circumstances<'_>, findings: &mut Findings) {
    findings.warn(due_on < on.facts.today, || {
        Finding::new(Rule::R22).at("/due_on")
    });
}

/// R21: the follow-up is to be done.
fn open(state: &CaseState, target: Option<Uuid>) -> Vec<Finding> {
    let open = state.open_follow_ups().any(|one| Some(one.id) == target);
    Findings::unless(open, || {
        Finding::new(Rule::R21).because(
            "Die Wiedervorlage ist erledigt oder gestrichen.",
            "The follow-up was completed or cancelled.",
        )
    })
}

impl Telling<'_> {
    /// The follow-up by its title, or by its id if the state before does not know it.
    fn follow_up(&self, id: Uuid) -> String {
        let known = self.before.and_then(|state| state.follow_up(id));
        known.map_or(id.to_string(), |one| {
            name(self.language, one.title.as_str())
        })
    }
}
