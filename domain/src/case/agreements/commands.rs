//! Drafting, discarding and signing target agreements.

use time::Date;
use time::macros::date;
use uuid::Uuid;

use super::{
    Agreement, AgreementDraftDiscarded, AgreementDrafted, AgreementSigned, AgreementStatus,
    EndCondition, Party, Signature, some_day_suits,
};
use crate::case::command::bodies;
use crate::case::priorities::any_agreed;
use crate::case::sample;
use crate::case::timeline::quote;
use crate::case::topic::{Act, Making};
use crate::case::{CaseEvent, CaseState};
use crate::facts::Facts;
use crate::language::Language;
use crate::rule::{Finding, Findings, Rejection, Rule};

bodies! {
    /// Drafts a target agreement.
    pub struct DraftAgreement on "The day of the draft.", reason optional {
        /// The priorities it names.
        #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 50))]
        pub priorities: Vec<Uuid>,
        /// Until when it is meant to hold.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub planned_until: Option<Date>,
        /// The draft, as a document linked to the case.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub document: Option<Uuid>,
    }

    /// Drafts a target agreement anew.
    pub struct RedraftAgreement on "The day of the draft.", reason optional {
        /// The priorities it names.
        #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 50))]
        pub priorities: Vec<Uuid>,
        /// Until when it is meant to hold.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub planned_until: Option<Date>,
        /// The draft, as a document linked to the case.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub document: Option<Uuid>,
    }

    /// Gives a draft up.
    pub struct DiscardAgreementDraft on "The day it was given up.", reason required {}

    /// Records that the agreement was signed.
    pub struct SignAgreement on "The day the signing was complete.", reason optional {
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
        /// What was signed, as a document linked to the case.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub document: Option<Uuid>,
    }
}

impl Act for DraftAgreement {
    fn admission(state: &CaseState, _target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        any_agreed(state)
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::AgreementDrafted(AgreementDrafted {
            agreement: making.new_id(),
            document: self.document,
            planned_until: self.planned_until,
            priorities: self.priorities.clone(),
            revision: 1,
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2015 - 04 - 07),
            reason: None,
            priorities: vec![sample::PRIORITY],
            planned_until: Some(date!(2016 - 12 - 31)),
            document: None,
        }
    }
}

impl Act for RedraftAgreement {
    fn admission(state: &CaseState, target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        match draft(state, target) {
            Ok(_) => any_agreed(state),
            Err(finding) => vec![finding],
        }
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::AgreementDrafted(AgreementDrafted {
            agreement: making.target(),
            document: self.document,
            planned_until: self.planned_until,
            priorities: self.priorities.clone(),
            revision: latest_revision(making) + 1,
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2015 - 04 - 13),
            reason: Some("Die Laufzeit folgt der Programmphase.".into()),
            priorities: vec![sample::PRIORITY],
            planned_until: Some(sample::VALID_UNTIL),
            document: None,
        }
    }
}

impl Act for DiscardAgreementDraft {
    fn admission(state: &CaseState, target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        draft(state, target).err().into_iter().collect()
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        let agreement = making.target();
        Ok(CaseEvent::AgreementDraftDiscarded(
            AgreementDraftDiscarded { agreement },
        ))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2015 - 04 - 20),
            reason: "Es bleibt bei einer einzigen Zielvereinbarung.".into(),
        }
    }
}

impl Act for SignAgreement {
    fn admission(state: &CaseState, target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        match draft(state, target) {
            Ok(draft) => ready_to_sign(state, draft),
            Err(finding) => vec![finding],
        }
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::AgreementSigned(AgreementSigned {
            agreement: making.target(),
            document: self.document,
            end_condition: self.end_condition,
            revision: latest_revision(making),
            signatures: self.signatures.clone(),
            valid_from: self.valid_from,
            valid_until: self.valid_until,
        }))
    }

    fn sample() -> Self {
        let by = |party, function: &str| Signature {
            function: function.into(),
            party,
            signed_on: sample::SIGNED_ON,
        };
        Self {
            occurred_on: sample::SIGNED_ON,
            reason: Some(sample::ASSUMED_DAY.into()),
            signatures: vec![
                by(Party::Municipality, "Oberbürgermeister"),
                by(Party::Agency, "Leitung"),
            ],
            valid_from: sample::SIGNED_ON,
            valid_until: Some(sample::VALID_UNTIL),
            end_condition: Some(EndCondition::GoalsReached),
            document: None,
        }
    }
}

fn latest_revision(making: &Making<'_>) -> u32 {
    let state = making.state;
    let agreement = state.and_then(|state| state.agreement(making.target()));
    agreement.map_or(0, |agreement| agreement.revision)
}

/// R21: the agreement is a draft.
fn draft(state: &CaseState, target: Option<Uuid>) -> Result<&Agreement, Finding> {
    target
        .and_then(|id| state.agreement(id))
        .filter(|agreement| agreement.status == AgreementStatus::Draft)
        .ok_or_else(|| {
            Finding::new(Rule::R21).because(
                "Die Zielvereinbarung ist kein Entwurf mehr.",
                "The agreement is no draft any more.",
            )
        })
}

/// The part of R05 that no body can mend.
fn ready_to_sign(state: &CaseState, draft: &Agreement) -> Vec<Finding> {
    let mut findings = Findings::default();
    findings.require(some_day_suits(state), || {
        let (de, en) = if state.initial_meetings.is_empty() {
            (
                "Es hat noch kein Erstgespräch stattgefunden.",
                "No initial meeting was held yet.",
            )
        } else {
            (
                "Das letzte Erstgespräch endete mit einer Absage.",
                "The latest initial meeting ended in a refusal.",
            )
        };
        Finding::new(Rule::R05).because(de, en)
    });
    let any = draft.priorities.iter().any(|id| state.pursues(*id));
    findings.require(any, || {
        Finding::new(Rule::R05).because(
            "Der Entwurf nennt keinen vereinbarten Schwerpunkt mehr.",
            "The draft names no agreed priority any more.",
        )
    });
    let named = draft.priorities.iter().filter_map(|id| state.priority(*id));
    for dropped in named.filter(|one| any && !one.is_agreed()) {
        let title = |language| quote(language, dropped.title.as_str());
        let finding = Finding::new(Rule::R21).because(
            format!(
                "Der Entwurf nennt den Schwerpunkt {}, der aufgegeben wurde; er ist neu zu fassen.",
                title(Language::De)
            ),
            format!(
                "The draft names the priority {}, which was dropped; it has to be redrafted.",
                title(Language::En)
            ),
        );
        findings.refusals.push(finding.concerning(dropped.id));
    }
    findings.refusals
}
