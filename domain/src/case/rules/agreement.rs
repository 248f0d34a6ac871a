//! Rules of target agreements: R05 to R09 and their part of R21.

use time::Date;
use uuid::Uuid;

use super::super::event::{AgreementDrafted, AgreementSigned, Party, Signature};
use super::super::{Agreement, AgreementStatus, CaseState, MeetingOutcome};
use super::not_in_the_future;
use super::plan::is_agreed;
use crate::facts::Facts;
use crate::rule::{Finding, Findings, Rule};

pub(super) fn draft(state: &CaseState, target: Option<Uuid>) -> Result<&Agreement, Finding> {
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

/// R21 and the part of R05 that no body can mend.
pub(super) fn ready_to_sign(state: &CaseState, target: Option<Uuid>) -> Vec<Finding> {
    let agreement = match draft(state, target) {
        Ok(agreement) => agreement,
        Err(finding) => return vec![finding],
    };
    let mut findings = Findings::default();
    let meeting = state.initial_meeting.as_ref();
    findings.require(meeting.is_some(), || {
        Finding::new(Rule::R05).because(
            "Es hat noch kein Erstgespräch stattgefunden.",
            "No initial meeting was held yet.",
        )
    });
    let declined = meeting.is_some_and(|last| last.outcome == MeetingOutcome::Declined);
    findings.require(!declined, || {
        Finding::new(Rule::R05).because(
            "Das letzte Erstgespräch endete mit einer Absage.",
            "The latest initial meeting ended in a refusal.",
        )
    });
    let any = agreement
        .priorities
        .iter()
        .filter_map(|id| state.priority(*id))
        .any(is_agreed);
    findings.require(any, || {
        Finding::new(Rule::R05).because(
            "Der Entwurf nennt keinen vereinbarten Schwerpunkt mehr.",
            "The draft names no agreed priority any more.",
        )
    });
    findings.refusals
}

/// R21: a draft names at least one priority, and agreed ones only.
pub(super) fn drafted(state: &CaseState, drafted: &AgreementDrafted, findings: &mut Findings) {
    findings.require(!drafted.priorities.is_empty(), || {
        Finding::new(Rule::R21).at("/priorities").because(
            "Ein Entwurf nennt mindestens einen Schwerpunkt.",
            "A draft names at least one priority.",
        )
    });
    for (index, id) in drafted.priorities.iter().enumerate() {
        findings.require(state.priority(*id).is_some_and(is_agreed), || {
            Finding::new(Rule::R21)
                .at(format!("/priorities/{index}"))
                .because(
                    "Ein Entwurf nennt nur Schwerpunkte dieses Falls, die vereinbart sind.",
                    "A draft names only priorities of this case that are agreed.",
                )
        });
    }
}

/// R05 (signatures), R06, R07, R08, R09, and R26 for the days of signature.
pub(super) fn signed(
    state: &CaseState,
    signed: &AgreementSigned,
    facts: &Facts<'_>,
    findings: &mut Findings,
) {
    let by = |party| {
        signed
            .signatures
            .iter()
            .any(|signature| signature.party == party)
    };
    findings.require(by(Party::Municipality), || {
        Finding::new(Rule::R05).at("/signatures").because(
            "Die Unterschrift der Kommune fehlt.",
            "The municipality's signature is missing.",
        )
    });
    findings.require(by(Party::Agency), || {
        Finding::new(Rule::R05).at("/signatures").because(
            "Die Unterschrift der Agentur fehlt.",
            "The agency's signature is missing.",
        )
    });
    for (index, Signature { signed_on, .. }) in signed.signatures.iter().enumerate() {
        let at = format!("/signatures/{index}/signed_on");
        findings
            .refusals
            .extend(not_in_the_future(*signed_on, facts, &at));
        findings.warn(*signed_on > signed.valid_from, || {
            Finding::new(Rule::R07).at(at)
        });
    }
    match signed.valid_until {
        Some(until) => findings.require(signed.valid_from <= until, || {
            Finding::new(Rule::R06).at("/valid_until")
        }),
        None => findings.require(false, || Finding::new(Rule::R09).at("/valid_until")),
    }
    findings.require(!overlaps(state, signed), || {
        Finding::new(Rule::R08).at("/valid_from")
    });
}

/// Whether another signed agreement holds on a day of the period. Without a usable end the period
/// is its first day, so that only an overlap is named that no end could mend.
fn overlaps(state: &CaseState, signed: &AgreementSigned) -> bool {
    let from = signed.valid_from;
    let until: Date = signed.valid_until.map_or(from, |until| until.max(from));
    state
        .signed_agreements()
        .filter(|(agreement, _)| agreement.id != signed.agreement)
        .any(|(_, terms)| {
            terms.valid_from <= until && terms.valid_until.is_none_or(|end| from <= end)
        })
}
