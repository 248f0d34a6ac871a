//! Rules of needs and priorities: R12, R14 and their part of R21.

use uuid::Uuid;

use super::super::{CaseState, NeedStatus, Priority, PriorityStatus};
use super::Circumstances;
use crate::rule::{Finding, Findings, Rule};

pub(super) fn dimension(code: &str, at: &str, on: &Circumstances<'_>, findings: &mut Findings) {
    let known = on.facts.catalogue.dimension(code, on.occurred_on).is_some();
    findings.require(known, || Finding::new(Rule::R12).at(at));
}

pub(super) fn focus_area(code: &str, at: &str, on: &Circumstances<'_>, findings: &mut Findings) {
    let known = on
        .facts
        .catalogue
        .focus_area(code, on.occurred_on)
        .is_some();
    findings.require(known, || Finding::new(Rule::R12).at(at));
}

pub(super) fn standing_needs(state: &CaseState, needs: &[Uuid], at: &str, findings: &mut Findings) {
    for (index, id) in needs.iter().enumerate() {
        let stands = state
            .need(*id)
            .is_some_and(|need| need.status == NeedStatus::Open);
        findings.require(stands, || {
            Finding::new(Rule::R14).at(format!("{at}/{index}"))
        });
    }
}

pub(super) fn need_open(state: &CaseState, target: Option<Uuid>) -> Option<Finding> {
    let need = target.and_then(|id| state.need(id));
    need.is_none_or(|need| need.status != NeedStatus::Open)
        .then(|| {
            Finding::new(Rule::R21)
                .because("Der Bedarf ist zurückgezogen.", "The need is withdrawn.")
        })
}

pub(super) fn is_agreed(priority: &Priority) -> bool {
    priority.status == PriorityStatus::Agreed
}

pub(super) fn priority_agreed(state: &CaseState, target: Option<Uuid>) -> Option<Finding> {
    let priority = target.and_then(|id| state.priority(id));
    (!priority.is_some_and(is_agreed)).then(|| {
        Finding::new(Rule::R21).because(
            "Der Schwerpunkt ist aufgegeben.",
            "The priority was dropped.",
        )
    })
}

pub(super) fn any_priority_agreed(state: &CaseState) -> Option<Finding> {
    (!state.priorities.iter().any(is_agreed)).then(|| {
        Finding::new(Rule::R21).because(
            "Es ist noch kein Schwerpunkt vereinbart, den ein Entwurf nennen könnte.",
            "No priority is agreed that a draft could name.",
        )
    })
}

/// R14: what was signed for is dropped only by amendment.
pub(super) fn not_signed_for(state: &CaseState, target: Option<Uuid>) -> Option<Finding> {
    let id = target?;
    let signed = state
        .signed_agreements()
        .any(|(one, _)| one.priorities.contains(&id));
    signed.then(|| Finding::new(Rule::R14))
}
