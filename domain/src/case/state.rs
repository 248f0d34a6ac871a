//! What the state of a case is made of.
//!
//! Invariant: members are declared in the order of their names, so that a state's text is canonical.

use serde::{Deserialize, Serialize};
use time::Date;
use uuid::Uuid;

use super::event::{
    ClosingReason, EndCondition, MeetingOutcome, MunicipalityReference, Origin, Signature, Urgency,
    wire,
};

wire! {
    /// How far a case has come; follows from its events.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum Stage {
        /// In contact, no initial meeting yet.
        Contact,
        /// The initial meeting was held.
        Exploring,
        /// A target agreement is signed and not ended.
        Agreed,
        /// Closed.
        Closed,
    }

    /// The latest initial meeting.
    pub struct InitialMeeting {
        /// When it was held.
        pub held_on: Date,
        /// What it came to.
        pub outcome: MeetingOutcome,
    }

    /// Whether a need stands.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum NeedStatus {
        /// It stands.
        Open,
        /// It was withdrawn.
        Withdrawn,
    }

    /// A need of the municipality.
    pub struct Need {
        /// The day it was captured.
        pub captured_on: Date,
        /// Code of the quality dimension.
        pub dimension: String,
        /// What shows the need.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub evidence: Option<Vec<crate::text::Line>>,
        /// The need's id.
        pub id: Uuid,
        /// The need in words.
        pub statement: crate::text::Prose,
        /// Whether it stands.
        pub status: NeedStatus,
        /// How pressing it is.
        pub urgency: Urgency,
    }

    /// Whether a priority is pursued.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum PriorityStatus {
        /// It is agreed.
        Agreed,
        /// It was given up.
        Dropped,
    }

    /// A priority of the advice.
    pub struct Priority {
        /// The day it was agreed.
        pub agreed_on: Date,
        /// Code of the focus area, if it comes from one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub focus_area: Option<String>,
        /// The priority's id.
        pub id: Uuid,
        /// The needs it meets.
        pub needs: Vec<Uuid>,
        /// Its place; 1 is the first.
        pub rank: u32,
        /// Whether it is pursued.
        pub status: PriorityStatus,
        /// The day by which it is to be reached.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub target_on: Option<Date>,
        /// Its title.
        pub title: crate::text::Line,
    }

    /// How far an agreement has come.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum AgreementStatus {
        /// Drafted, not signed.
        Draft,
        /// The draft was given up.
        Discarded,
        /// Signed and not ended.
        Signed,
    }

    /// What was signed.
    pub struct SignedTerms {
        /// What ends it besides its date.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub end_condition: Option<EndCondition>,
        /// The signatures.
        pub signatures: Vec<Signature>,
        /// The day the signing was complete.
        pub signed_on: Date,
        /// The first day it holds.
        pub valid_from: Date,
        /// The last day it holds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub valid_until: Option<Date>,
    }

    /// A target agreement.
    pub struct Agreement {
        /// The agreement's id.
        pub id: Uuid,
        /// Until when it is meant to hold.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub planned_until: Option<Date>,
        /// The priorities it names.
        pub priorities: Vec<Uuid>,
        /// The latest revision.
        pub revision: u32,
        /// What was signed, once it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub signed: Option<SignedTerms>,
        /// How far it has come.
        pub status: AgreementStatus,
    }

    /// How the case was closed.
    pub struct Closing {
        /// When.
        pub closed_on: Date,
        /// Why.
        pub reason: ClosingReason,
        /// What it came to.
        pub summary: crate::text::Prose,
    }

    /// The state of a case.
    pub struct CaseState {
        /// The member who advises.
        pub advisor: Uuid,
        /// Its target agreements, in the order of their first drafts.
        pub agreements: Vec<Agreement>,
        /// The file number.
        pub case_number: String,
        /// How it was closed, while it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub closing: Option<Closing>,
        /// How many contacts are recorded.
        pub contacts: u64,
        /// The day of the earliest contact.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub first_contact_on: Option<Date>,
        /// The latest initial meeting.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub initial_meeting: Option<InitialMeeting>,
        /// The municipality as it was on the opening day.
        pub municipality: MunicipalityReference,
        /// Its needs, in the order of capture.
        pub needs: Vec<Need>,
        /// The opening day.
        pub opened_on: Date,
        /// How it came about.
        pub origin: Origin,
        /// Its priorities, in the order of agreement.
        pub priorities: Vec<Priority>,
        /// The site in charge.
        pub site: Uuid,
    }
}
