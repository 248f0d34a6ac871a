//! Amending, extending and ending agreements.

use time::Date;
use time::macros::date;
use uuid::Uuid;

use super::{AgreementAmended, AgreementEndReason, AgreementEnded, AgreementExtended, signed};
use crate::case::command::bodies;
use crate::case::sample;
use crate::case::topic::{Act, Making};
use crate::case::{CaseEvent, CaseState};
use crate::facts::Facts;
use crate::rule::{Finding, Rejection};

bodies! {
    /// Amends a signed agreement: adds priorities, drops others.
    pub struct AmendAgreement on "The day the amendment was agreed.", reason required {
        /// Agreed priorities of this case that are named from now on, too.
        #[cfg_attr(feature = "openapi", schema(max_items = 50))]
        pub added: Vec<Uuid>,
        /// Priorities that are not named any more.
        #[cfg_attr(feature = "openapi", schema(max_items = 50))]
        pub dropped: Vec<Uuid>,
        /// The amendment, as a document linked to the case.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub document: Option<Uuid>,
    }

    /// Lets a signed agreement hold longer.
    pub struct ExtendAgreement on "The day the extension was agreed.", reason required {
        /// The last day it holds now; later than before (R06).
        pub valid_until: Date,
        /// The day the extension was signed.
        pub signed_on: Date,
        /// The extension, as a document linked to the case.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub document: Option<Uuid>,
    }

    /// Ends a signed agreement.
    pub struct EndAgreement on "The day it ended.", reason coded {
        /// Why.
        pub reason: AgreementEndReason,
    }
}

impl Act for AmendAgreement {
    fn admission(state: &CaseState, target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        let signed = signed(state, target);
        // An amendment that fits adds an agreed priority, or drops one and leaves another.
        let agreement = target.and_then(|id| state.agreement(id));
        match agreement.filter(|_| signed.is_empty()) {
            Some(agreement) => super::amendable(state, agreement),
            None => signed,
        }
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::AgreementAmended(AgreementAmended {
            added: self.added.clone(),
            agreement: making.target(),
            document: self.document,
            dropped: self.dropped.clone(),
            revision: next_revision(making),
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2015 - 11 - 03),
            reason: "Die Lenkungsgruppe nimmt das Bildungsmonitoring auf.".into(),
            added: vec![sample::THIRD_PRIORITY],
            dropped: Vec::new(),
            document: None,
        }
    }
}

impl Act for ExtendAgreement {
    fn admission(state: &CaseState, target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        let mut findings = signed(state, target);
        if findings.is_empty() {
            findings.extend(super::in_the_way_of_extending(state, target));
        }
        findings
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::AgreementExtended(AgreementExtended {
            agreement: making.target(),
            document: self.document,
            revision: next_revision(making),
            signed_on: self.signed_on,
            valid_until: self.valid_until,
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2017 - 04 - 03),
            reason: "Die Umsetzung braucht ein weiteres Jahr.".into(),
            valid_until: date!(2018 - 04 - 30),
            signed_on: date!(2017 - 04 - 03),
            document: Some(sample::DOCUMENT),
        }
    }
}

impl Act for EndAgreement {
    fn admission(state: &CaseState, target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        signed(state, target)
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::AgreementEnded(AgreementEnded {
            agreement: making.target(),
            reason: self.reason,
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2017 - 05 - 22),
            reason: AgreementEndReason::GoalsReached,
        }
    }
}

fn next_revision(making: &Making<'_>) -> u32 {
    let state = making.state;
    let agreement = state.and_then(|state| state.agreement(making.target()));
    agreement.map_or(1, |agreement| agreement.revision + 1)
}
