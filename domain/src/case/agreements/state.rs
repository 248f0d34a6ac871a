//! What an agreement leaves in the state of its case.

use time::Date;
use uuid::Uuid;

use super::{EndCondition, Signature};
use crate::case::event::wire;
use crate::case::{AgreementEnd, CaseState};

wire! {
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
        /// Ended.
        Ended,
    }

    /// What was signed, with what was amended and extended since.
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

    /// A priority that an agreement named until an amendment.
    pub struct FormerPriority {
        /// The day of the amendment.
        pub dropped_on: Date,
        /// The priority.
        pub priority: Uuid,
    }

    /// A target agreement.
    pub struct Agreement {
        /// The document of its latest revision.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub document: Option<Uuid>,
        /// The day of its first draft.
        pub drafted_on: Date,
        /// How it ended, once it has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub end: Option<AgreementEnd>,
        /// The priorities that amendments dropped from it, in the order in which they were recorded.
        pub former_priorities: Vec<FormerPriority>,
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
}

impl SignedTerms {
    /// Whether their period has `day` in it (both ends included).
    #[must_use]
    pub fn in_force_on(&self, day: Date) -> bool {
        self.have_a_day_in(day, day)
    }

    fn have_a_day_in(&self, from: Date, until: Date) -> bool {
        self.valid_from <= until && self.valid_until.is_none_or(|last| from <= last)
    }
}

impl Agreement {
    /// Whether it is or was in force on `day`: signed, in its period, and not ended by then. The day
    /// of its end is the first without it.
    #[must_use]
    pub fn in_force_on(&self, day: Date) -> bool {
        self.in_force_between(day, day)
    }

    /// Whether it is or was in force on a day from `from` to `until`.
    #[must_use]
    pub fn in_force_between(&self, from: Date, until: Date) -> bool {
        let Some(terms) = &self.signed else {
            return false;
        };
        let Some(end) = &self.end else {
            return terms.have_a_day_in(from, until);
        };
        // What ended before it began was never in force.
        let ran = end.ended_on.previous_day();
        ran.is_some_and(|last| {
            terms.valid_from <= last && from <= last && terms.have_a_day_in(from, until.min(last))
        })
    }

    /// Whether it names `priority`, or still named it on `day`: on the day of the amendment both the old
    /// and the new priorities count.
    #[must_use]
    pub fn names_on(&self, priority: Uuid, day: Date) -> bool {
        let mut former = self.former_priorities.iter();
        self.priorities.contains(&priority)
            || former.any(|one| one.priority == priority && day <= one.dropped_on)
    }
}

impl CaseState {
    /// The agreements that are signed and not ended, with their terms.
    pub fn signed_agreements(&self) -> impl Iterator<Item = (&Agreement, &SignedTerms)> {
        self.agreements
            .iter()
            .filter(|agreement| agreement.status == AgreementStatus::Signed)
            .filter_map(|agreement| Some((agreement, agreement.signed.as_ref()?)))
    }

    /// The agreement with this id.
    #[must_use]
    pub fn agreement(&self, id: Uuid) -> Option<&Agreement> {
        self.agreements.iter().find(|agreement| agreement.id == id)
    }

    pub(in crate::case) fn agreement_mut(&mut self, id: Uuid) -> Option<&mut Agreement> {
        self.agreements
            .iter_mut()
            .find(|agreement| agreement.id == id)
    }
}
