//! What happens in a case: the list of all types of events. What each of them is stands in its
//! topic.
//!
//! Invariant: members are declared in the order of their names (see [`crate::envelope`]).

use crate::event_macro::events;

pub use super::agreements::{
    AgreementDraftDiscarded, AgreementDrafted, AgreementSigned, EndCondition, Party, Signature,
};
pub use super::assessments::{
    AssessmentAbandoned, AssessmentCompleted, AssessmentMethod, AssessmentStarted, DimensionRated,
    InterviewHeld,
};
pub use super::assignments::{AdvisorAssigned, MunicipalitySucceeded};
pub use super::closing::{CaseClosed, CasePaused, CaseReopened, CaseResumed, ClosingReason};
pub use super::contacts::{
    Channel, ContactRecorded, InitialMeetingHeld, MeetingOutcome, Participant,
};
pub use super::documents::{DocumentLinked, DocumentUnlinked, MediaType, Sha256};
pub use super::follow_ups::{
    FollowUpCancelled, FollowUpCompleted, FollowUpReassigned, FollowUpRescheduled,
    FollowUpScheduled,
};
pub use super::funding::{
    AdviceOutcome, DecisionResult, Eligibility, EligibilityCriterion, FundingAdviceGiven,
    FundingApplicationSubmitted, FundingDecided, FundingPeriodChanged,
};
pub use super::measures::{MeasureCancelled, MeasureCompleted, MeasurePlanned};
pub use super::model_solutions::{
    ModelSolutionAdapted, ModelSolutionAdopted, ModelSolutionProposed, ModelSolutionRejected,
    ModelSolutionSelected,
};
pub use super::needs::{NeedCaptured, NeedChanges, NeedRevised, NeedWithdrawn, Urgency};
pub use super::opening::{CaseOpened, MunicipalityReference, Origin};
pub use super::participants::{
    ParticipantAdded, ParticipantChanged, ParticipantChanges, ParticipantLeft,
};
pub use super::priorities::{PriorityAgreed, PriorityChanges, PriorityDropped, PriorityRevised};
pub use super::qualifications::{Attendees, QualificationAttended};
pub use super::records::{
    Attainment, AttainmentLevel, CouncilResolutionRecorded, MilestoneKind, MilestoneReached,
    ProgressReviewed, PublicUrl, ResolutionResult,
};
pub use super::renewals::{
    AgreementAmended, AgreementEndReason, AgreementEnded, AgreementExtended,
};

/// A data type of the wire: serialisable, comparable, in the contract.
macro_rules! wire {
    ($( $(#[$meta:meta])* pub $kind:ident $name:ident $body:tt )+) => {
        $(
            #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
            #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
            $(#[$meta])*
            pub $kind $name $body
        )+
    };
}
pub(crate) use wire;

events! {
    /// An event of a case.
    CaseEvent: super::topic::Happening {
        /// The file was opened.
        CaseOpened(CaseOpened) = "case_opened" 1,
        /// Agency and municipality were in contact.
        ContactRecorded(ContactRecorded) = "contact_recorded" 1,
        /// The initial meeting was held.
        InitialMeetingHeld(InitialMeetingHeld) = "initial_meeting_held" 1,
        /// A need was captured.
        NeedCaptured(NeedCaptured) = "need_captured" 1,
        /// A need was put differently.
        NeedRevised(NeedRevised) = "need_revised" 1,
        /// A need does not stand any more.
        NeedWithdrawn(NeedWithdrawn) = "need_withdrawn" 1,
        /// A priority was agreed.
        PriorityAgreed(PriorityAgreed) = "priority_agreed" 1,
        /// A priority was changed.
        PriorityRevised(PriorityRevised) = "priority_revised" 1,
        /// A priority was given up.
        PriorityDropped(PriorityDropped) = "priority_dropped" 1,
        /// A target agreement was drafted, or drafted anew.
        AgreementDrafted(AgreementDrafted) = "agreement_drafted" 1,
        /// A draft was given up.
        AgreementDraftDiscarded(AgreementDraftDiscarded) = "agreement_draft_discarded" 1,
        /// The target agreement was signed.
        AgreementSigned(AgreementSigned) = "agreement_signed" 1,
        /// A signed agreement was amended.
        AgreementAmended(AgreementAmended) = "agreement_amended" 1,
        /// A signed agreement was extended.
        AgreementExtended(AgreementExtended) = "agreement_extended" 1,
        /// A signed agreement ended.
        AgreementEnded(AgreementEnded) = "agreement_ended" 1,
        /// A council or committee resolved something.
        CouncilResolutionRecorded(CouncilResolutionRecorded) = "council_resolution_recorded" 1,
        /// An assessment began.
        AssessmentStarted(AssessmentStarted) = "assessment_started" 1,
        /// An interview of an assessment was held.
        InterviewHeld(InterviewHeld) = "interview_held" 1,
        /// A dimension was rated.
        DimensionRated(DimensionRated) = "dimension_rated" 1,
        /// An assessment was completed.
        AssessmentCompleted(AssessmentCompleted) = "assessment_completed" 1,
        /// An assessment was given up.
        AssessmentAbandoned(AssessmentAbandoned) = "assessment_abandoned" 1,
        /// A model solution was proposed.
        ModelSolutionProposed(ModelSolutionProposed) = "model_solution_proposed" 1,
        /// A model solution was selected.
        ModelSolutionSelected(ModelSolutionSelected) = "model_solution_selected" 1,
        /// A model solution was adapted.
        ModelSolutionAdapted(ModelSolutionAdapted) = "model_solution_adapted" 1,
        /// A model solution was adopted.
        ModelSolutionAdopted(ModelSolutionAdopted) = "model_solution_adopted" 1,
        /// A model solution was rejected.
        ModelSolutionRejected(ModelSolutionRejected) = "model_solution_rejected" 1,
        /// A measure was planned.
        MeasurePlanned(MeasurePlanned) = "measure_planned" 1,
        /// A measure was done.
        MeasureCompleted(MeasureCompleted) = "measure_completed" 1,
        /// A measure was given up.
        MeasureCancelled(MeasureCancelled) = "measure_cancelled" 1,
        /// The municipality attended an offering.
        QualificationAttended(QualificationAttended) = "qualification_attended" 1,
        /// Advice on a programme was given.
        FundingAdviceGiven(FundingAdviceGiven) = "funding_advice_given" 1,
        /// An application was submitted.
        FundingApplicationSubmitted(FundingApplicationSubmitted) = "funding_application_submitted" 1,
        /// An application was decided.
        FundingDecided(FundingDecided) = "funding_decided" 1,
        /// A grant's period was changed.
        FundingPeriodChanged(FundingPeriodChanged) = "funding_period_changed" 1,
        /// A milestone was reached.
        MilestoneReached(MilestoneReached) = "milestone_reached" 1,
        /// Progress was reviewed.
        ProgressReviewed(ProgressReviewed) = "progress_reviewed" 1,
        /// A follow-up was scheduled.
        FollowUpScheduled(FollowUpScheduled) = "follow_up_scheduled" 1,
        /// A follow-up got another day.
        FollowUpRescheduled(FollowUpRescheduled) = "follow_up_rescheduled" 1,
        /// A follow-up was handed to another member.
        FollowUpReassigned(FollowUpReassigned) = "follow_up_reassigned" 1,
        /// A follow-up is done.
        FollowUpCompleted(FollowUpCompleted) = "follow_up_completed" 1,
        /// A follow-up was given up.
        FollowUpCancelled(FollowUpCancelled) = "follow_up_cancelled" 1,
        /// Somebody takes part.
        ParticipantAdded(ParticipantAdded) = "participant_added" 1,
        /// A participant's function or organisation changed.
        ParticipantChanged(ParticipantChanged) = "participant_changed" 1,
        /// A participant left.
        ParticipantLeft(ParticipantLeft) = "participant_left" 1,
        /// Another member advises.
        AdvisorAssigned(AdvisorAssigned) = "advisor_assigned" 1,
        /// Another municipality took over.
        MunicipalitySucceeded(MunicipalitySucceeded) = "municipality_succeeded" 1,
        /// A document was linked.
        DocumentLinked(DocumentLinked) = "document_linked" 1,
        /// A document was unlinked.
        DocumentUnlinked(DocumentUnlinked) = "document_unlinked" 1,
        /// The case rests.
        CasePaused(CasePaused) = "case_paused" 1,
        /// The case goes on.
        CaseResumed(CaseResumed) = "case_resumed" 1,
        /// The case was closed.
        CaseClosed(CaseClosed) = "case_closed" 1,
        /// The closed case was taken up again.
        CaseReopened(CaseReopened) = "case_reopened" 1,
    }
}
