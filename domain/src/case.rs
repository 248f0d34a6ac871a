//! The case: one municipality's advice by one agency, from the first contact to the closing.
//!
//! Invariant: the state is a fold of the events and holds what rules and readers need, not the
//! history; its size does not grow with contacts.

use time::Date;
use uuid::Uuid;

pub mod command;
mod decide;
pub mod event;
mod opening;
mod row;
mod rules;
pub mod sample;
mod state;
#[cfg(test)]
mod tests;
pub mod timeline;

use crate::change::replace;
pub use command::{CaseCommand, CommandKind, Target};
pub use decide::{Admission, admissions, decide};
pub use event::{
    CaseEvent, ClosingReason, EndCondition, MeetingOutcome, MunicipalityReference, Origin,
    Signature, Urgency,
};
pub use row::{CaseRow, claims};
pub use state::{
    Agreement, AgreementStatus, CaseState, Closing, InitialMeeting, Need, NeedStatus, Priority,
    PriorityStatus, SignedTerms, Stage,
};

impl SignedTerms {
    /// Whether the agreement holds on `day` (both ends included).
    #[must_use]
    pub fn in_force_on(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_until.is_none_or(|until| day <= until)
    }
}

impl CaseState {
    /// The version of this state's stored shape.
    pub const SCHEMA: u32 = 1;

    /// How far the case has come.
    #[must_use]
    pub fn stage(&self) -> Stage {
        if self.closing.is_some() {
            Stage::Closed
        } else if self.signed_agreements().next().is_some() {
            Stage::Agreed
        } else if self.initial_meeting.is_some() {
            Stage::Exploring
        } else {
            Stage::Contact
        }
    }

    /// The last day of the last signed agreement, if one is signed and all of them have an end.
    #[must_use]
    pub fn agreed_until(&self) -> Option<Date> {
        self.signed_agreements()
            .map(|(_, terms)| terms.valid_until)
            .reduce(|left, right| left.zip(right).map(|(left, right)| left.max(right)))
            .flatten()
    }

    /// Whether the stage is `agreed` though the last agreement ran out before `today`.
    #[must_use]
    pub fn expired(&self, today: Date) -> bool {
        self.stage() == Stage::Agreed && self.agreed_until().is_some_and(|until| until < today)
    }

    /// The agreements that are signed and not ended, with their terms.
    pub fn signed_agreements(&self) -> impl Iterator<Item = (&Agreement, &SignedTerms)> {
        self.agreements
            .iter()
            .filter(|agreement| agreement.status == AgreementStatus::Signed)
            .filter_map(|agreement| Some((agreement, agreement.signed.as_ref()?)))
    }

    /// The need with this id.
    #[must_use]
    pub fn need(&self, id: Uuid) -> Option<&Need> {
        self.needs.iter().find(|need| need.id == id)
    }

    /// The priority with this id.
    #[must_use]
    pub fn priority(&self, id: Uuid) -> Option<&Priority> {
        self.priorities.iter().find(|priority| priority.id == id)
    }

    /// The agreement with this id.
    #[must_use]
    pub fn agreement(&self, id: Uuid) -> Option<&Agreement> {
        self.agreements.iter().find(|agreement| agreement.id == id)
    }

    /// The ids a kind of command can be about, whatever their status; `None` stands for the case
    /// as a whole.
    #[must_use]
    pub fn targets(&self, target: Target) -> Vec<Option<Uuid>> {
        match target {
            Target::NewCase => Vec::new(),
            Target::Case => vec![None],
            Target::Need => self.needs.iter().map(|need| Some(need.id)).collect(),
            Target::Priority => self.priorities.iter().map(|one| Some(one.id)).collect(),
            Target::Agreement => self.agreements.iter().map(|one| Some(one.id)).collect(),
        }
    }

    /// The state after `event`. Total: what does not fit leaves the state as it was.
    #[must_use]
    pub fn evolve(state: Option<Self>, event: &CaseEvent, occurred_on: Date) -> Option<Self> {
        match (state, event) {
            (None, CaseEvent::CaseOpened(opened)) => Some(Self::opened(opened, occurred_on)),
            (None, _) => None,
            (Some(mut state), event) => {
                state.apply(event, occurred_on);
                Some(state)
            }
        }
    }

    fn opened(opened: &event::CaseOpened, occurred_on: Date) -> Self {
        Self {
            advisor: opened.advisor,
            agreements: Vec::new(),
            case_number: opened.case_number.clone(),
            closing: None,
            contacts: 0,
            first_contact_on: None,
            initial_meeting: None,
            municipality: opened.municipality.clone(),
            needs: Vec::new(),
            opened_on: occurred_on,
            origin: opened.origin,
            priorities: Vec::new(),
            site: opened.site,
        }
    }

    fn apply(&mut self, event: &CaseEvent, occurred_on: Date) {
        match event {
            // Opening is first; a second one changes nothing (R01 refuses it).
            CaseEvent::CaseOpened(_) => {}
            CaseEvent::ContactRecorded(_) => {
                self.contacts += 1;
                let first = self
                    .first_contact_on
                    .map_or(occurred_on, |day| day.min(occurred_on));
                self.first_contact_on = Some(first);
            }
            CaseEvent::InitialMeetingHeld(held) => {
                // A meeting entered late does not outrank one that was held after it.
                if self
                    .initial_meeting
                    .as_ref()
                    .is_none_or(|last| last.held_on <= occurred_on)
                {
                    self.initial_meeting = Some(InitialMeeting {
                        held_on: occurred_on,
                        outcome: held.outcome,
                    });
                }
            }
            CaseEvent::NeedCaptured(captured) => self.needs.push(Need {
                captured_on: occurred_on,
                dimension: captured.dimension.clone(),
                evidence: captured.evidence.clone(),
                id: captured.need,
                statement: captured.statement.clone(),
                status: NeedStatus::Open,
                urgency: captured.urgency,
            }),
            CaseEvent::NeedRevised(revised) => {
                if let Some(need) = self.needs.iter_mut().find(|need| need.id == revised.need) {
                    let changes = &revised.changes;
                    replace(&mut need.dimension, changes.dimension.as_ref());
                    replace(&mut need.statement, changes.statement.as_ref());
                    replace(&mut need.urgency, changes.urgency.as_ref());
                    changes.evidence.apply(&mut need.evidence);
                }
            }
            CaseEvent::NeedWithdrawn(withdrawn) => {
                if let Some(need) = self.needs.iter_mut().find(|need| need.id == withdrawn.need) {
                    need.status = NeedStatus::Withdrawn;
                }
            }
            CaseEvent::PriorityAgreed(agreed) => self.priorities.push(Priority {
                agreed_on: occurred_on,
                focus_area: agreed.focus_area.clone(),
                id: agreed.priority,
                needs: agreed.needs.clone(),
                rank: agreed.rank,
                status: PriorityStatus::Agreed,
                target_on: agreed.target_on,
                title: agreed.title.clone(),
            }),
            CaseEvent::PriorityRevised(revised) => {
                let id = revised.priority;
                if let Some(priority) = self.priorities.iter_mut().find(|one| one.id == id) {
                    let changes = &revised.changes;
                    changes.focus_area.apply(&mut priority.focus_area);
                    replace(&mut priority.needs, changes.needs.as_ref());
                    replace(&mut priority.rank, changes.rank.as_ref());
                    changes.target_on.apply(&mut priority.target_on);
                    replace(&mut priority.title, changes.title.as_ref());
                }
            }
            CaseEvent::PriorityDropped(dropped) => {
                let id = dropped.priority;
                if let Some(priority) = self.priorities.iter_mut().find(|one| one.id == id) {
                    priority.status = PriorityStatus::Dropped;
                }
            }
            CaseEvent::AgreementDrafted(drafted) => self.draft(drafted),
            CaseEvent::AgreementDraftDiscarded(discarded) => {
                if let Some(agreement) = self.agreement_mut(discarded.agreement) {
                    agreement.status = AgreementStatus::Discarded;
                }
            }
            CaseEvent::AgreementSigned(signed) => {
                if let Some(agreement) = self.agreement_mut(signed.agreement) {
                    agreement.status = AgreementStatus::Signed;
                    agreement.signed = Some(SignedTerms {
                        end_condition: signed.end_condition,
                        signatures: signed.signatures.clone(),
                        signed_on: occurred_on,
                        valid_from: signed.valid_from,
                        valid_until: signed.valid_until,
                    });
                }
            }
            CaseEvent::CaseClosed(closed) => {
                self.closing = Some(Closing {
                    closed_on: occurred_on,
                    reason: closed.reason,
                    summary: closed.summary.clone(),
                });
            }
            CaseEvent::CaseReopened(_) => self.closing = None,
        }
    }

    fn agreement_mut(&mut self, id: Uuid) -> Option<&mut Agreement> {
        self.agreements
            .iter_mut()
            .find(|agreement| agreement.id == id)
    }

    fn draft(&mut self, drafted: &event::AgreementDrafted) {
        let draft = Agreement {
            id: drafted.agreement,
            planned_until: drafted.planned_until,
            priorities: drafted.priorities.clone(),
            revision: drafted.revision,
            signed: None,
            status: AgreementStatus::Draft,
        };
        match self.agreement_mut(drafted.agreement) {
            Some(agreement) => *agreement = draft,
            None => self.agreements.push(draft),
        }
    }
}
