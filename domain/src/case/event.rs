//! What happens in a case: the events' data as stored, served and documented.
//!
//! Invariant: members are declared in the order of their names (see [`crate::envelope`]).

use serde::{Deserialize, Serialize};
use time::Date;
use uuid::Uuid;

use crate::catalogue::MunicipalityKind;
use crate::change::Change;
use crate::event_macro::events;
use crate::text::{Line, Prose};

events! {
    /// An event of a case.
    CaseEvent {
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
        /// The case was closed.
        CaseClosed(CaseClosed) = "case_closed" 1,
        /// The closed case was taken up again.
        CaseReopened(CaseReopened) = "case_reopened" 1,
    }
}

/// A data type of the wire: serialisable, comparable, in the contract.
macro_rules! wire {
    ($( $(#[$meta:meta])* pub $kind:ident $name:ident $body:tt )+) => {
        $(
            #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
            #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
            $(#[$meta])*
            pub $kind $name $body
        )+
    };
}
pub(crate) use wire;

wire! {
    /// The municipality as it was on the opening day.
    pub struct MunicipalityReference {
        /// District key (five digits), Gemeinde key (eight) or Berlin borough (`11000-01`).
        pub key: String,
        /// Its kind.
        pub kind: MunicipalityKind,
        /// The Land's two-digit code.
        pub land: String,
        /// Its official name; for a Gemeinde the name that was entered.
        pub name: String,
    }

    /// How the case came about.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum Origin {
        /// At the agency's kick-off event.
        Kickoff,
        /// The municipality asked.
        Request,
        /// The agency approached the municipality.
        Approach,
    }

    /// Data of `case_opened`.
    pub struct CaseOpened {
        /// The member who advises.
        pub advisor: Uuid,
        /// The file number, unique in the agency, such as `TM-2014-0007`.
        pub case_number: String,
        /// The municipality as it was on the opening day.
        pub municipality: MunicipalityReference,
        /// How the case came about.
        pub origin: Origin,
        /// The agency's site in charge.
        pub site: Uuid,
    }

    /// How agency and municipality were in contact.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum Channel {
        /// At the kick-off event.
        KickoffEvent,
        /// By telephone or video call.
        Call,
        /// By letter or electronic mail.
        Mail,
        /// On a visit.
        Visit,
        /// In a meeting.
        Meeting,
    }

    /// Somebody who took part, named by function only.
    #[serde(deny_unknown_fields)]
    pub struct Participant {
        /// The function, such as `Dezernentin für Bildung`. No name.
        pub function: Line,
    }

    /// Data of `contact_recorded`.
    pub struct ContactRecorded {
        /// How.
        pub channel: Channel,
        /// Who took part, by function.
        pub participants: Vec<Participant>,
        /// What was talked about.
        pub topics: Vec<Line>,
    }

    /// What an initial meeting came to.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum MeetingOutcome {
        /// The municipality wants to go on.
        Interested,
        /// It has not decided.
        Undecided,
        /// It does not want to go on.
        Declined,
    }

    /// Data of `initial_meeting_held`.
    pub struct InitialMeetingHeld {
        /// What is to happen next.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next_step: Option<Line>,
        /// What it came to.
        pub outcome: MeetingOutcome,
        /// Who took part, by function.
        pub participants: Vec<Participant>,
        /// Where.
        pub place: Line,
        /// What was talked about.
        pub topics: Vec<Line>,
    }

    /// How pressing a need is.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum Urgency {
        /// It can wait.
        Low,
        /// It should be met.
        Medium,
        /// It presses.
        High,
    }

    /// Data of `need_captured`.
    pub struct NeedCaptured {
        /// Code of the quality dimension.
        pub dimension: String,
        /// What shows the need, such as a report or a figure.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub evidence: Option<Vec<Line>>,
        /// The need's id.
        pub need: Uuid,
        /// The need in words.
        pub statement: Prose,
        /// How pressing it is.
        pub urgency: Urgency,
    }

    /// What a revision changes of a need; absent members stay, `null` clears.
    #[serde(deny_unknown_fields)]
    #[cfg_attr(feature = "openapi", schema(min_properties = 1))]
    pub struct NeedChanges {
        /// Code of the quality dimension.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64))]
        pub dimension: Option<String>,
        /// What shows the need; `null` clears it.
        #[serde(default, skip_serializing_if = "Change::is_keep")]
        #[cfg_attr(feature = "openapi", schema(schema_with = crate::change::clearable_evidence))]
        pub evidence: Change<Vec<Line>>,
        /// The need in words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub statement: Option<Prose>,
        /// How pressing it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub urgency: Option<Urgency>,
    }

    /// Data of `need_revised`.
    pub struct NeedRevised {
        /// The new values.
        pub changes: NeedChanges,
        /// The need.
        pub need: Uuid,
    }

    /// Data of `need_withdrawn`; the reason stands in the envelope.
    pub struct NeedWithdrawn {
        /// The need.
        pub need: Uuid,
    }

    /// Data of `priority_agreed`.
    pub struct PriorityAgreed {
        /// Code of the focus area, if it comes from one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub focus_area: Option<String>,
        /// The needs it meets.
        pub needs: Vec<Uuid>,
        /// The priority's id.
        pub priority: Uuid,
        /// Its place among the case's priorities; 1 is the first.
        pub rank: u32,
        /// The day by which it is to be reached.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub target_on: Option<Date>,
        /// Its title.
        pub title: Line,
    }

    /// What a revision changes of a priority; absent members stay, `null` clears.
    #[serde(deny_unknown_fields)]
    #[cfg_attr(feature = "openapi", schema(min_properties = 1))]
    pub struct PriorityChanges {
        /// Code of the focus area; `null` clears it.
        #[serde(default, skip_serializing_if = "Change::is_keep")]
        #[cfg_attr(feature = "openapi", schema(schema_with = crate::change::clearable_code))]
        pub focus_area: Change<String>,
        /// The needs it meets.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(max_items = 50))]
        pub needs: Option<Vec<Uuid>>,
        /// Its place among the case's priorities.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 99))]
        pub rank: Option<u32>,
        /// The day by which it is to be reached; `null` clears it.
        #[serde(default, skip_serializing_if = "Change::is_keep")]
        #[cfg_attr(feature = "openapi", schema(schema_with = crate::change::clearable_date))]
        pub target_on: Change<Date>,
        /// Its title.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub title: Option<Line>,
    }

    /// Data of `priority_revised`.
    pub struct PriorityRevised {
        /// The new values.
        pub changes: PriorityChanges,
        /// The priority.
        pub priority: Uuid,
    }

    /// Data of `priority_dropped`; the reason stands in the envelope.
    pub struct PriorityDropped {
        /// The priority.
        pub priority: Uuid,
    }

    /// Data of `agreement_drafted`.
    pub struct AgreementDrafted {
        /// The agreement's id, the same for all its revisions.
        pub agreement: Uuid,
        /// Until when it is meant to hold.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub planned_until: Option<Date>,
        /// The priorities it names, at least one.
        pub priorities: Vec<Uuid>,
        /// 1 for the first draft, 2 for the next.
        pub revision: u32,
    }

    /// Data of `agreement_draft_discarded`; the reason stands in the envelope.
    pub struct AgreementDraftDiscarded {
        /// The agreement.
        pub agreement: Uuid,
    }

    /// For whom somebody signs.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum Party {
        /// The municipality.
        Municipality,
        /// The agency.
        Agency,
        /// A third party, such as a foundation.
        Third,
    }

    /// One signature under an agreement.
    #[serde(deny_unknown_fields)]
    pub struct Signature {
        /// The signatory's function, such as `Oberbürgermeister`. No name.
        pub function: Line,
        /// For whom.
        pub party: Party,
        /// When.
        pub signed_on: Date,
    }

    /// What ends an agreement besides its date.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum EndCondition {
        /// The goals are reached.
        GoalsReached,
        /// The programme's phase ends.
        PhaseEnd,
    }

    /// Data of `agreement_signed`.
    pub struct AgreementSigned {
        /// The agreement.
        pub agreement: Uuid,
        /// What ends it besides its date.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub end_condition: Option<EndCondition>,
        /// The revision that was signed.
        pub revision: u32,
        /// The signatures.
        pub signatures: Vec<Signature>,
        /// The first day it holds.
        pub valid_from: Date,
        /// The last day it holds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub valid_until: Option<Date>,
    }

    /// Why a case was closed.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum ClosingReason {
        /// The advice is complete.
        Completed,
        /// The municipality is not interested.
        NoInterest,
        /// The programme's phase has ended.
        PhaseEnd,
        /// It should never have been opened.
        OpenedInError,
    }

    /// Data of `case_closed`.
    pub struct CaseClosed {
        /// The open items that were closed over knowingly.
        pub acknowledged: Vec<Uuid>,
        /// Why.
        pub reason: ClosingReason,
        /// What the case came to.
        pub summary: Prose,
    }

    /// Data of `case_reopened`; the reason stands in the envelope.
    pub struct CaseReopened {}
}
