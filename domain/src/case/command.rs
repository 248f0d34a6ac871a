//! What may be asked of a case: the list of all kinds of commands. Its topic says what each of them is.
//!
//! Ids of new things, the file number, revisions and the municipality's name, kind and Land are
//! the server's to make.

use uuid::Uuid;

use super::CaseState;
use super::topic::{Act, Dated, Making};
use crate::catalogue::Catalogue;
use crate::facts::{Facts, Needs};
use crate::rights::Permission;
use crate::rule::Finding;
use crate::text::Prose;

pub use super::agreements::commands::{
    DiscardAgreementDraft, DraftAgreement, RedraftAgreement, SignAgreement,
};
pub use super::assessments::commands::{
    AbandonAssessment, CompleteAssessment, RateDimension, RecordInterview, StartAssessment,
};
pub use super::assignments::commands::{AssignAdvisor, SucceedMunicipality};
pub use super::closing::commands::{CloseCase, PauseCase, ReopenCase, ResumeCase};
pub use super::contacts::commands::{RecordContact, RecordInitialMeeting};
pub use super::documents::commands::{LinkDocument, UnlinkDocument};
pub use super::follow_ups::commands::{
    CancelFollowUp, CompleteFollowUp, ReassignFollowUp, RescheduleFollowUp, ScheduleFollowUp,
};
pub use super::funding::commands::{
    AdviseOnFunding, ChangeFundingPeriod, RecordFundingDecision, SubmitFundingApplication,
};
pub use super::measures::commands::{CancelMeasure, CompleteMeasure, PlanMeasure};
pub use super::model_solutions::commands::{
    AdaptModelSolution, AdoptModelSolution, ProposeModelSolution, RejectModelSolution,
    SelectModelSolution,
};
pub use super::needs::commands::{CaptureNeed, ReviseNeed, WithdrawNeed};
pub use super::opening::commands::{MunicipalityKey, OpenCase};
pub use super::participants::commands::{
    AddParticipant, ChangeParticipant, RecordParticipantDeparture,
};
pub use super::priorities::commands::{AgreePriority, DropPriority, RevisePriority};
pub use super::qualifications::commands::RecordQualification;
pub use super::records::commands::{RecordCouncilResolution, RecordMilestone, ReviewProgress};
pub use super::renewals::commands::{AmendAgreement, EndAgreement, ExtendAgreement};

/// Makes the bodies that clients send: each with its day, its reason and what is its own.
macro_rules! bodies {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident on $day:literal, reason $reason:ident { $($members:tt)* }
    )+) => { $(
        $crate::case::command::bodies! { @$reason
            $(#[$meta])* $name $day { $($members)* }
        }
    )+ };
    (@optional $(#[$meta:meta])* $name:ident $day:literal { $($members:tt)* }) => {
        $crate::case::event::wire! {
            $(#[$meta])*
            #[serde(deny_unknown_fields)]
            pub struct $name {
                #[doc = $day]
                pub occurred_on: time::Date,
                /// Why, if it needs saying.
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub reason: Option<$crate::text::Prose>,
                $($members)*
            }
        }
        $crate::case::command::bodies! { @dated $name |body| body.reason.as_ref() }
    };
    (@required $(#[$meta:meta])* $name:ident $day:literal { $($members:tt)* }) => {
        $crate::case::event::wire! {
            $(#[$meta])*
            #[serde(deny_unknown_fields)]
            pub struct $name {
                #[doc = $day]
                pub occurred_on: time::Date,
                /// Why.
                pub reason: $crate::text::Prose,
                $($members)*
            }
        }
        $crate::case::command::bodies! { @dated $name |body| Some(&body.reason) }
    };
    // The reason is a code of the event's own data.
    (@coded $(#[$meta:meta])* $name:ident $day:literal { $($members:tt)* }) => {
        $crate::case::event::wire! {
            $(#[$meta])*
            #[serde(deny_unknown_fields)]
            pub struct $name {
                #[doc = $day]
                pub occurred_on: time::Date,
                $($members)*
            }
        }
        $crate::case::command::bodies! { @dated $name |_body| None }
    };
    (@dated $name:ident |$body:ident| $reason:expr) => {
        impl $crate::case::topic::Dated for $name {
            fn occurred_on(&self) -> time::Date {
                self.occurred_on
            }

            fn reason(&self) -> Option<&$crate::text::Prose> {
                let $body = self;
                $reason
            }
        }
    };
}
pub(super) use bodies;

/// The body of a kind of command to a case.
pub trait CommandBody {
    /// The kind.
    const KIND: CommandKind;
}

/// Makes the enums of commands and of their kinds from one line for each.
macro_rules! commands {
    ($( $name:ident = $operation:literal $permission:ident on $target:ident $( ($id:ty) )?; )+) => {
        /// A command to a case: the body and, where it is about one of the case's things, that
        /// thing's id.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "each variant is its body, documented there")]
        pub enum CaseCommand { $( $name($( $id, )? $name), )+ }

        /// A kind of command to a case; its operation in the contract.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "each variant is named like its body, documented there")]
        pub enum CommandKind { $( $name, )+ }

        $( impl CommandBody for $name {
            const KIND: CommandKind = CommandKind::$name;
        } )+

        impl CaseCommand {
            /// Its kind.
            #[must_use]
            pub fn kind(&self) -> CommandKind {
                match self { $( Self::$name(..) => CommandKind::$name, )+ }
            }

            /// What it is about, if that is one of the case's things.
            #[must_use]
            pub fn target(&self) -> Option<Uuid> {
                match self { $( Self::$name(..) => commands!(@target self $name $($id)?), )+ }
            }

            /// The day it happened in the world.
            #[must_use]
            pub fn occurred_on(&self) -> time::Date {
                match self { $( Self::$name(.., body) => body.occurred_on(), )+ }
            }

            /// Why.
            #[must_use]
            pub fn reason(&self) -> Option<&Prose> {
                match self { $( Self::$name(.., body) => body.reason(), )+ }
            }

            /// What it needs to know beyond its case.
            #[must_use]
            pub fn needs(&self, state: Option<&CaseState>, catalogue: &Catalogue) -> Needs {
                match self { $( Self::$name(.., body) => body.needs(state, catalogue), )+ }
            }

            /// The body as JSON.
            ///
            /// # Errors
            /// None that are known: bodies have string keys only.
            pub fn body(&self) -> serde_json::Result<serde_json::Value> {
                match self { $( Self::$name(.., body) => serde_json::to_value(body), )+ }
            }

            pub(super) fn event(
                &self,
                making: &mut Making<'_>,
            ) -> Result<super::CaseEvent, crate::rule::Rejection> {
                match self { $( Self::$name(.., body) => body.event(making), )+ }
            }

            /// The same about another thing.
            #[cfg(test)]
            pub(super) fn about(mut self, id: Uuid) -> Self {
                match &mut self { $( Self::$name(.., _body) => commands!(@about self $name id $($id)?), )+ }
                self
            }

            /// The same on another day.
            #[cfg(test)]
            pub(super) fn on(mut self, day: time::Date) -> Self {
                match &mut self { $( Self::$name(.., body) => body.occurred_on = day, )+ }
                self
            }
        }

        impl CommandKind {
            /// Every kind, in the order in which a case usually meets them.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The operationId in the contract.
            #[must_use]
            pub const fn operation(self) -> &'static str {
                match self { $( Self::$name => $operation, )+ }
            }

            /// The permission it asks for.
            #[must_use]
            pub const fn permission(self) -> Permission {
                match self { $( Self::$name => Permission::$permission, )+ }
            }

            /// What it is about.
            #[must_use]
            pub const fn target(self) -> Target {
                match self { $( Self::$name => Target::$target, )+ }
            }

            /// Whether the command means the same on whatever version it meets, so that it need
            /// not name the one it was made on.
            #[must_use]
            pub const fn commutes(self) -> bool {
                match self { $( Self::$name => <$name as Act>::COMMUTES, )+ }
            }

            /// Whether a closed case takes it, too.
            pub(super) const fn after_closing(self) -> bool {
                match self { $( Self::$name => <$name as Act>::AFTER_CLOSING, )+ }
            }

            /// What its admission needs to know beyond the case, whatever the body.
            #[must_use]
            pub fn needs(self, state: &CaseState, catalogue: &Catalogue) -> Needs {
                match self { $( Self::$name => <$name as Act>::admission_needs(state, catalogue), )+ }
            }

            /// The command with this body, about this thing.
            ///
            /// # Errors
            /// If the body is none of this kind.
            pub fn command(
                self,
                target: Uuid,
                body: serde_json::Value,
            ) -> serde_json::Result<CaseCommand> {
                Ok(match self { $( Self::$name => {
                    let body: $name = serde_json::from_value(body)?;
                    commands!(@make $name target body $($id)?)
                } )+ })
            }

            pub(super) fn admission(
                self,
                state: &CaseState,
                target: Option<Uuid>,
                facts: &Facts<'_>,
            ) -> Vec<Finding> {
                match self { $( Self::$name => <$name as Act>::admission(state, target, facts), )+ }
            }

            /// The command of this kind that the samples have, about this thing.
            pub(super) fn sample(self, target: Uuid) -> CaseCommand {
                match self { $( Self::$name => {
                    commands!(@make $name target (<$name as Act>::sample()) $($id)?)
                } )+ }
            }
        }
    };
    (@target $command:ident $name:ident) => { None };
    (@target $command:ident $name:ident $id:ty) => {
        if let Self::$name(target, _) = $command { Some(*target) } else { None }
    };
    (@about $command:ident $name:ident $to:ident) => { panic!("{} has no target", stringify!($name)) };
    (@about $command:ident $name:ident $to:ident $id:ty) => {
        if let Self::$name(target, _) = &mut $command { *target = $to; }
    };
    (@make $name:ident $target:ident $body:tt) => { CaseCommand::$name($body) };
    (@make $name:ident $target:ident $body:tt $id:ty) => { CaseCommand::$name($target, $body) };
}

commands! {
    OpenCase = "open_case" CaseOpen on NewCase;
    RecordContact = "record_contact" CaseRecord on Case;
    RecordInitialMeeting = "record_initial_meeting" CaseRecord on Case;
    CaptureNeed = "capture_need" CaseRecord on Case;
    ReviseNeed = "revise_need" CaseRecord on Need(Uuid);
    WithdrawNeed = "withdraw_need" CaseRecord on Need(Uuid);
    AgreePriority = "agree_priority" CaseRecord on Case;
    RevisePriority = "revise_priority" CaseRecord on Priority(Uuid);
    DropPriority = "drop_priority" CaseRecord on Priority(Uuid);
    DraftAgreement = "draft_agreement" AgreementWrite on Case;
    RedraftAgreement = "redraft_agreement" AgreementWrite on Agreement(Uuid);
    DiscardAgreementDraft = "discard_agreement_draft" AgreementWrite on Agreement(Uuid);
    SignAgreement = "sign_agreement" AgreementSign on Agreement(Uuid);
    AmendAgreement = "amend_agreement" AgreementSign on Agreement(Uuid);
    ExtendAgreement = "extend_agreement" AgreementSign on Agreement(Uuid);
    EndAgreement = "end_agreement" AgreementSign on Agreement(Uuid);
    RecordCouncilResolution = "record_council_resolution" CaseRecord on Case;
    StartAssessment = "start_assessment" CaseRecord on Case;
    RecordInterview = "record_interview" CaseRecord on Assessment(Uuid);
    RateDimension = "rate_dimension" CaseRecord on Assessment(Uuid);
    CompleteAssessment = "complete_assessment" CaseRecord on Assessment(Uuid);
    AbandonAssessment = "abandon_assessment" CaseRecord on Assessment(Uuid);
    ProposeModelSolution = "propose_model_solution" CaseRecord on Case;
    SelectModelSolution = "select_model_solution" CaseRecord on ModelSolution(Uuid);
    AdaptModelSolution = "adapt_model_solution" CaseRecord on ModelSolution(Uuid);
    AdoptModelSolution = "adopt_model_solution" CaseRecord on ModelSolution(Uuid);
    RejectModelSolution = "reject_model_solution" CaseRecord on ModelSolution(Uuid);
    PlanMeasure = "plan_measure" CaseRecord on Case;
    CompleteMeasure = "complete_measure" CaseRecord on Measure(Uuid);
    CancelMeasure = "cancel_measure" CaseRecord on Measure(Uuid);
    RecordQualification = "record_qualification" CaseRecord on Case;
    AdviseOnFunding = "advise_on_funding" CaseRecord on Case;
    SubmitFundingApplication = "submit_funding_application" CaseRecord on Case;
    RecordFundingDecision = "record_funding_decision" CaseRecord on Application(Uuid);
    ChangeFundingPeriod = "change_funding_period" CaseRecord on Application(Uuid);
    RecordMilestone = "record_milestone" CaseRecord on Case;
    ReviewProgress = "review_progress" CaseRecord on Case;
    ScheduleFollowUp = "schedule_follow_up" CaseRecord on Case;
    RescheduleFollowUp = "reschedule_follow_up" CaseRecord on FollowUp(Uuid);
    ReassignFollowUp = "reassign_follow_up" CaseRecord on FollowUp(Uuid);
    CompleteFollowUp = "complete_follow_up" CaseRecord on FollowUp(Uuid);
    CancelFollowUp = "cancel_follow_up" CaseRecord on FollowUp(Uuid);
    AddParticipant = "add_participant" CaseAssign on Case;
    ChangeParticipant = "change_participant" CaseAssign on Participant(Uuid);
    RecordParticipantDeparture = "record_participant_departure" CaseAssign on Participant(Uuid);
    AssignAdvisor = "assign_advisor" CaseAssign on Case;
    SucceedMunicipality = "succeed_municipality" CaseAssign on Case;
    LinkDocument = "link_document" CaseRecord on Case;
    UnlinkDocument = "unlink_document" CaseRecord on Document(Uuid);
    PauseCase = "pause_case" CaseClose on Case;
    ResumeCase = "resume_case" CaseClose on Case;
    CloseCase = "close_case" CaseClose on Case;
    ReopenCase = "reopen_case" CaseReopen on Case;
}

/// What a kind of command is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A case that does not exist yet.
    NewCase,
    /// The case as a whole.
    Case,
    /// One of its needs.
    Need,
    /// One of its priorities.
    Priority,
    /// One of its agreements.
    Agreement,
    /// One of its assessments.
    Assessment,
    /// One of its model solutions.
    ModelSolution,
    /// One of its measures.
    Measure,
    /// One of its applications for funding.
    Application,
    /// One of its follow-ups.
    FollowUp,
    /// One of its participants.
    Participant,
    /// One of its documents.
    Document,
}

impl Target {
    /// Every kind of thing of a case, in the order in which a case usually meets them.
    pub const THINGS: &[Self] = &[
        Self::Need,
        Self::Priority,
        Self::Agreement,
        Self::Assessment,
        Self::ModelSolution,
        Self::Measure,
        Self::Application,
        Self::FollowUp,
        Self::Participant,
        Self::Document,
    ];

    /// How an address names the id of such a thing; none for a case as a whole.
    #[must_use]
    pub const fn parameter(self) -> Option<&'static str> {
        match self {
            Self::NewCase | Self::Case => None,
            Self::Need => Some("need_id"),
            Self::Priority => Some("priority_id"),
            Self::Agreement => Some("agreement_id"),
            Self::Assessment => Some("assessment_id"),
            Self::ModelSolution => Some("model_solution_id"),
            Self::Measure => Some("measure_id"),
            Self::Application => Some("application_id"),
            Self::FollowUp => Some("follow_up_id"),
            Self::Participant => Some("participant_id"),
            Self::Document => Some("document_id"),
        }
    }
}
