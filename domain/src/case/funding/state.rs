//! What funding leaves in the state of its case.

use time::Date;
use uuid::Uuid;

use super::{AdviceOutcome, DecisionResult, Eligibility};
use crate::case::CaseState;
use crate::case::event::wire;
use crate::text::Line;

wire! {
    /// Advice on a programme.
    pub struct FundingAdvice {
        /// When it was given.
        pub advised_on: Date,
        /// Code of the call, if one was talked about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub call: Option<String>,
        /// Whether the municipality could apply on that day, and what decided it.
        pub eligibility: Eligibility,
        /// What the municipality makes of it.
        pub outcome: AdviceOutcome,
        /// Code of the programme.
        pub programme: String,
    }

    /// What became of an application.
    pub struct FundingDecision {
        /// The amount granted, in cents of a euro.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub amount_cents: Option<u64>,
        /// The last day of the grant's period.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub end_on: Option<Date>,
        /// The grant's code (Förderkennzeichen).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub grant_code: Option<Line>,
        /// The day of the notice.
        pub notice_on: Date,
        /// How many posts are paid.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub posts: Option<u32>,
        /// What became of it.
        pub result: DecisionResult,
        /// The first day of the grant's period.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub start_on: Option<Date>,
    }

    /// An application for funding.
    pub struct FundingApplication {
        /// The agreement that it relies on, if it names one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub agreement: Option<Uuid>,
        /// The amount asked for, in cents of a euro.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub amount_cents: Option<u64>,
        /// Code of the call.
        pub call: String,
        /// What became of it, once it is decided.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub decision: Option<FundingDecision>,
        /// The application's id.
        pub id: Uuid,
        /// The municipality's own share, in cents of a euro.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub own_share_cents: Option<u64>,
        /// Code of the programme.
        pub programme: String,
        /// The day it was submitted.
        pub submitted_on: Date,
    }
}

impl CaseState {
    /// The application with this id.
    #[must_use]
    pub fn application(&self, id: Uuid) -> Option<&FundingApplication> {
        self.funding_applications.iter().find(|one| one.id == id)
    }

    /// The applications without a decision.
    pub fn undecided_applications(&self) -> impl Iterator<Item = &FundingApplication> {
        let all = self.funding_applications.iter();
        all.filter(|one| one.decision.is_none())
    }

    pub(super) fn application_mut(&mut self, id: Uuid) -> Option<&mut FundingApplication> {
        self.funding_applications
            .iter_mut()
            .find(|one| one.id == id)
    }
}
