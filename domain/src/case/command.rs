//! What may be asked of a case: the bodies as clients send them, and what kind of command each is.
//!
//! Ids of new things, the file number, revisions and the municipality's name, kind and Land are
//! the server's to make.

use serde::{Deserialize, Serialize};
use time::Date;
use uuid::Uuid;

use super::event::{
    Channel, ClosingReason, EndCondition, MeetingOutcome, NeedChanges, Origin, Participant,
    PriorityChanges, Signature, Urgency, wire,
};
use super::{CaseState, opening};
use crate::facts::{Key, Needs};
use crate::rights::Permission;
use crate::text::{Line, Prose};

macro_rules! bodies {
    ($( $(#[$doc:meta])* pub struct $name:ident { $($members:tt)* } )+) => {
        wire! { $(
            $(#[$doc])*
            #[serde(deny_unknown_fields)]
            pub struct $name { $($members)* }
        )+ }
    };
}

bodies! {
    /// The municipality of a new case.
    pub struct MunicipalityKey {
        /// District key (five digits), Gemeinde key (eight) or Berlin borough (`11000-01`).
        #[cfg_attr(feature = "openapi", schema(pattern = r"^([0-9]{5}|[0-9]{8}|[0-9]{5}-[0-9]{2})$", example = "15002"))]
        pub key: String,
        /// The name; needed for a Gemeinde only, whose names are in no list.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<Line>,
    }

    /// Opens a case.
    pub struct OpenCase {
        /// The opening day; its year stands in the file number.
        pub occurred_on: Date,
        /// Why, if it needs saying.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Prose>,
        /// The municipality.
        pub municipality: MunicipalityKey,
        /// The site in charge.
        pub site: Uuid,
        /// The member who advises.
        pub advisor: Uuid,
        /// How the case came about.
        pub origin: Origin,
    }

    /// Records a contact.
    pub struct RecordContact {
        /// The day of the contact.
        pub occurred_on: Date,
        /// Why, if it needs saying.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Prose>,
        /// How.
        pub channel: Channel,
        /// Who took part, by function.
        #[cfg_attr(feature = "openapi", schema(max_items = 50))]
        pub participants: Vec<Participant>,
        /// What was talked about.
        #[cfg_attr(feature = "openapi", schema(max_items = 20))]
        pub topics: Vec<Line>,
    }

    /// Records the initial meeting.
    pub struct RecordInitialMeeting {
        /// The day of the meeting.
        pub occurred_on: Date,
        /// Why, if it needs saying.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Prose>,
        /// Where.
        pub place: Line,
        /// Who took part, by function.
        #[cfg_attr(feature = "openapi", schema(max_items = 50))]
        pub participants: Vec<Participant>,
        /// What was talked about.
        #[cfg_attr(feature = "openapi", schema(max_items = 20))]
        pub topics: Vec<Line>,
        /// What it came to.
        pub outcome: MeetingOutcome,
        /// What is to happen next.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next_step: Option<Line>,
    }

    /// Captures a need.
    pub struct CaptureNeed {
        /// The day it was put forward.
        pub occurred_on: Date,
        /// Why, if it needs saying.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Prose>,
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
    pub struct ReviseNeed {
        /// The day of the revision.
        pub occurred_on: Date,
        /// Why, if it needs saying.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Prose>,
        /// The new values, at least one.
        pub changes: NeedChanges,
    }

    /// Withdraws a need.
    pub struct WithdrawNeed {
        /// The day of the withdrawal.
        pub occurred_on: Date,
        /// Why.
        pub reason: Prose,
    }

    /// Agrees a priority.
    pub struct AgreePriority {
        /// The day it was agreed.
        pub occurred_on: Date,
        /// Why, if it needs saying.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Prose>,
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
    pub struct RevisePriority {
        /// The day of the revision.
        pub occurred_on: Date,
        /// Why, if it needs saying.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Prose>,
        /// The new values, at least one.
        pub changes: PriorityChanges,
    }

    /// Gives a priority up.
    pub struct DropPriority {
        /// The day it was given up.
        pub occurred_on: Date,
        /// Why.
        pub reason: Prose,
    }

    /// Drafts a target agreement, or drafts it anew.
    pub struct DraftAgreement {
        /// The day of the draft.
        pub occurred_on: Date,
        /// Why, if it needs saying.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Prose>,
        /// The priorities it names.
        #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 50))]
        pub priorities: Vec<Uuid>,
        /// Until when it is meant to hold.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub planned_until: Option<Date>,
    }

    /// Gives a draft up.
    pub struct DiscardAgreementDraft {
        /// The day it was given up.
        pub occurred_on: Date,
        /// Why.
        pub reason: Prose,
    }

    /// Records that the agreement was signed.
    pub struct SignAgreement {
        /// The day the signing was complete.
        pub occurred_on: Date,
        /// Why, if it needs saying.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Prose>,
        /// The signatures; both parties' are needed (R05), a third is possible.
        #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 20))]
        pub signatures: Vec<Signature>,
        /// The first day it holds.
        pub valid_from: Date,
        /// The last day it holds; R09 asks for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub valid_until: Option<Date>,
        /// What ends it besides its date.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub end_condition: Option<EndCondition>,
    }

    /// Closes the case.
    pub struct CloseCase {
        /// The closing day.
        pub occurred_on: Date,
        /// Why.
        pub reason: ClosingReason,
        /// What the case came to.
        pub summary: Prose,
        /// The ids of the open items that are closed over knowingly (R24).
        #[cfg_attr(feature = "openapi", schema(max_items = 200))]
        pub acknowledge: Vec<Uuid>,
    }

    /// Takes the closed case up again.
    pub struct ReopenCase {
        /// The day of the reopening.
        pub occurred_on: Date,
        /// Why.
        pub reason: Prose,
    }
}

/// A command to a case: the body and, where it is about one of the case's things, that thing's id.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is its body, documented there")]
pub enum CaseCommand {
    OpenCase(OpenCase),
    RecordContact(RecordContact),
    RecordInitialMeeting(RecordInitialMeeting),
    CaptureNeed(CaptureNeed),
    ReviseNeed(Uuid, ReviseNeed),
    WithdrawNeed(Uuid, WithdrawNeed),
    AgreePriority(AgreePriority),
    RevisePriority(Uuid, RevisePriority),
    DropPriority(Uuid, DropPriority),
    DraftAgreement(DraftAgreement),
    RedraftAgreement(Uuid, DraftAgreement),
    DiscardAgreementDraft(Uuid, DiscardAgreementDraft),
    SignAgreement(Uuid, SignAgreement),
    CloseCase(CloseCase),
    ReopenCase(ReopenCase),
}

macro_rules! kinds {
    ($( $name:ident = $operation:literal $permission:ident $target:ident, )+) => {
        /// A kind of command to a case; its operation in the contract.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "each variant is named like its body, documented there")]
        pub enum CommandKind { $( $name, )+ }

        impl CommandKind {
            /// Every kind, in the order in which a case usually meets them.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The operationId in the contract.
            #[must_use]
            pub fn operation(self) -> &'static str {
                match self { $( Self::$name => $operation, )+ }
            }

            /// The permission it asks for.
            #[must_use]
            pub fn permission(self) -> Permission {
                match self { $( Self::$name => Permission::$permission, )+ }
            }

            /// What it is about.
            #[must_use]
            pub fn target(self) -> Target {
                match self { $( Self::$name => Target::$target, )+ }
            }
        }
    };
}

kinds! {
    OpenCase = "open_case" CaseOpen NewCase,
    RecordContact = "record_contact" CaseRecord Case,
    RecordInitialMeeting = "record_initial_meeting" CaseRecord Case,
    CaptureNeed = "capture_need" CaseRecord Case,
    ReviseNeed = "revise_need" CaseRecord Need,
    WithdrawNeed = "withdraw_need" CaseRecord Need,
    AgreePriority = "agree_priority" CaseRecord Case,
    RevisePriority = "revise_priority" CaseRecord Priority,
    DropPriority = "drop_priority" CaseRecord Priority,
    DraftAgreement = "draft_agreement" AgreementWrite Case,
    RedraftAgreement = "redraft_agreement" AgreementWrite Agreement,
    DiscardAgreementDraft = "discard_agreement_draft" AgreementWrite Agreement,
    SignAgreement = "sign_agreement" AgreementSign Agreement,
    CloseCase = "close_case" CaseClose Case,
    ReopenCase = "reopen_case" CaseReopen Case,
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
}

impl CaseCommand {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> CommandKind {
        match self {
            Self::OpenCase(_) => CommandKind::OpenCase,
            Self::RecordContact(_) => CommandKind::RecordContact,
            Self::RecordInitialMeeting(_) => CommandKind::RecordInitialMeeting,
            Self::CaptureNeed(_) => CommandKind::CaptureNeed,
            Self::ReviseNeed(..) => CommandKind::ReviseNeed,
            Self::WithdrawNeed(..) => CommandKind::WithdrawNeed,
            Self::AgreePriority(_) => CommandKind::AgreePriority,
            Self::RevisePriority(..) => CommandKind::RevisePriority,
            Self::DropPriority(..) => CommandKind::DropPriority,
            Self::DraftAgreement(_) => CommandKind::DraftAgreement,
            Self::RedraftAgreement(..) => CommandKind::RedraftAgreement,
            Self::DiscardAgreementDraft(..) => CommandKind::DiscardAgreementDraft,
            Self::SignAgreement(..) => CommandKind::SignAgreement,
            Self::CloseCase(_) => CommandKind::CloseCase,
            Self::ReopenCase(_) => CommandKind::ReopenCase,
        }
    }

    /// What it needs to know beyond its case.
    #[must_use]
    pub fn needs(&self, state: Option<&CaseState>) -> Needs {
        if let Self::OpenCase(body) = self {
            return Needs {
                keys: vec![Key::open_case(&body.municipality.key)],
                counters: vec![opening::counter(body.occurred_on)],
                ..Needs::default()
            };
        }
        self.kind().needs(state)
    }
}

impl CommandKind {
    /// What its admission needs to know beyond the case, whatever the body.
    #[must_use]
    pub fn needs(self, state: Option<&CaseState>) -> Needs {
        match (self, state) {
            (Self::ReopenCase, Some(state)) => Needs {
                keys: vec![Key::open_case(&state.municipality.key)],
                ..Needs::default()
            },
            _ => Needs::default(),
        }
    }
}

impl CommandKind {
    /// Whether the command means the same on whatever version it meets, so that it need not name
    /// the one it was made on.
    #[must_use]
    pub fn commutes(self) -> bool {
        self == Self::RecordContact
    }
}
