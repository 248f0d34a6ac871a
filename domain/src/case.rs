//! The case: one municipality's advice by one agency, from the first contact to the closing.
//!
//! Invariant: the state is a fold of the events and holds what rules and readers need, not the
//! history; its size does not grow with contacts.

use time::Date;
use uuid::Uuid;

mod agreements;
mod assessments;
mod assignments;
mod closing;
pub mod command;
mod contacts;
mod decide;
mod documents;
pub mod event;
mod follow_ups;
mod funding;
mod measures;
mod model_solutions;
mod needs;
mod opening;
mod participants;
mod priorities;
mod qualifications;
mod records;
mod renewals;
mod row;
mod rules;
pub mod sample;
mod state;
#[cfg(test)]
mod tests;
pub mod timeline;
mod topic;

pub use agreements::{Agreement, AgreementStatus, FormerPriority, SignedTerms};
pub use assessments::{Assessment, AssessmentStatus, Interview, Rating};
pub use closing::{Closing, Pause};
pub use command::{CaseCommand, CommandKind, Target};
pub use contacts::InitialMeeting;
pub use decide::{Admission, admissions, decide};
pub use documents::{Document, DocumentStatus};
pub use event::{
    CaseEvent, ClosingReason, EndCondition, MeetingOutcome, MunicipalityReference, Origin,
    Signature, Urgency,
};
pub use follow_ups::{FollowUp, FollowUpStatus};
pub use funding::{FundingAdvice, FundingApplication, FundingDecision};
pub use measures::{Measure, MeasureStatus};
pub use model_solutions::{ModelSolution, ModelSolutionStatus};
pub use needs::{Need, NeedStatus};
pub use participants::CaseParticipant;
pub use priorities::{Priority, PriorityStatus};
pub use qualifications::{Attendees, Qualification};
pub use records::{CouncilResolution, Milestone, ProgressReview};
pub use renewals::AgreementEnd;
pub use row::{CaseRow, FollowUpRow, claims};
pub use state::{CaseState, Stage};

use crate::facts::Key;

impl CaseEvent {
    /// The id of the thing that it makes, if it makes one.
    #[must_use]
    pub fn made(&self) -> Option<Uuid> {
        self.happening().made()
    }
}

impl CaseState {
    /// The version of this state's stored shape.
    pub const SCHEMA: u32 = 4;

    /// How far the case has come.
    #[must_use]
    pub fn stage(&self) -> Stage {
        if self.closing.is_some() {
            Stage::Closed
        } else if self.pause.is_some() {
            Stage::Paused
        } else if self.signed_agreements().next().is_some() {
            Stage::Agreed
        } else if !self.initial_meetings.is_empty() {
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

    /// The ids a kind of command can be about, whatever their status; `None` stands for the case
    /// as a whole.
    #[must_use]
    pub fn targets(&self, target: Target) -> Vec<Option<Uuid>> {
        fn all<T>(things: &[T], id: impl Fn(&T) -> Uuid) -> Vec<Option<Uuid>> {
            things.iter().map(|one| Some(id(one))).collect()
        }
        match target {
            Target::NewCase => Vec::new(),
            Target::Case => vec![None],
            Target::Need => all(&self.needs, |one| one.id),
            Target::Priority => all(&self.priorities, |one| one.id),
            Target::Agreement => all(&self.agreements, |one| one.id),
            Target::Assessment => all(&self.assessments, |one| one.id),
            Target::ModelSolution => all(&self.model_solutions, |one| one.id),
            Target::Measure => all(&self.measures, |one| one.id),
            Target::Application => all(&self.funding_applications, |one| one.id),
            Target::FollowUp => all(&self.follow_ups, |one| one.id),
            Target::Participant => all(&self.participants, |one| one.id),
            Target::Document => all(&self.documents, |one| one.id),
        }
    }

    /// Since when there is what a command is about (R39): the signed agreement for what becomes of one,
    /// the pause for resuming. What the opening day says already is left to R27.
    fn began_on(&self, kind: CommandKind, target: Option<Uuid>) -> Option<Date> {
        fn of<T>(
            things: &[T],
            target: Option<Uuid>,
            told: impl Fn(&T) -> (Uuid, Date),
        ) -> Option<Date> {
            let mut days = things.iter().map(told);
            days.find(|(id, _)| Some(*id) == target).map(|(_, day)| day)
        }
        match kind.target() {
            Target::Case if kind == CommandKind::ResumeCase => {
                self.pause.as_ref().map(|pause| pause.paused_on)
            }
            Target::Case if kind == CommandKind::ReopenCase => {
                self.closing.as_ref().map(|closing| closing.closed_on)
            }
            Target::NewCase | Target::Case | Target::Participant => None,
            Target::Need => of(&self.needs, target, |one| (one.id, one.captured_on)),
            Target::Priority => of(&self.priorities, target, |one| (one.id, one.agreed_on)),
            Target::Agreement => of(&self.agreements, target, |one| {
                let signed_on = one.signed.as_ref().map(|terms| terms.signed_on);
                (one.id, signed_on.unwrap_or(one.drafted_on))
            }),
            Target::Assessment => of(&self.assessments, target, |one| (one.id, one.started_on)),
            Target::ModelSolution => of(&self.model_solutions, target, |one| {
                (one.id, one.proposed_on)
            }),
            Target::Measure => of(&self.measures, target, |one| (one.id, one.planned_on)),
            Target::Application => of(&self.funding_applications, target, |one| {
                (one.id, one.submitted_on)
            }),
            Target::FollowUp => of(&self.follow_ups, target, |one| (one.id, one.scheduled_on)),
            Target::Document => of(&self.documents, target, |one| (one.id, one.linked_on)),
        }
    }

    /// The state after `event`. Total: what does not fit leaves the state as it was.
    #[must_use]
    pub fn evolve(state: Option<Self>, event: &CaseEvent, occurred_on: Date) -> Option<Self> {
        match (state, event) {
            (None, CaseEvent::CaseOpened(opened)) => Some(Self::opened(opened, occurred_on)),
            (None, _) => None,
            (Some(mut state), event) => {
                event.happening().apply(&mut state, occurred_on);
                Some(state)
            }
        }
    }

    fn opened(opened: &event::CaseOpened, occurred_on: Date) -> Self {
        Self {
            advisor: opened.advisor,
            advisor_since: occurred_on,
            agreements: Vec::new(),
            assessments: Vec::new(),
            council_resolutions: Vec::new(),
            follow_ups: Vec::new(),
            funding_advice: Vec::new(),
            funding_applications: Vec::new(),
            measures: Vec::new(),
            milestones: Vec::new(),
            model_solutions: Vec::new(),
            participants: Vec::new(),
            progress_reviews: Vec::new(),
            qualifications: Vec::new(),
            case_number: opened.case_number.clone(),
            closing: None,
            contacts: 0,
            documents: Vec::new(),
            first_contact_on: None,
            former_municipalities: Vec::new(),
            initial_meetings: Vec::new(),
            municipality: opened.municipality.clone(),
            needs: Vec::new(),
            opened_on: occurred_on,
            origin: opened.origin,
            pause: None,
            priorities: Vec::new(),
            site: opened.site,
        }
    }
}
