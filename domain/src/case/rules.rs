//! The rules of a case, as checks of (state, event, facts).
//!
//! Invariant: [`check`] begins with [`admission`], the part that does not depend on the command's
//! body. So what `allowed-commands` says and what the server then does cannot disagree, and a
//! correction can re-check any later event with the same functions.

use uuid::Uuid;

use super::CaseState;
use super::command::CommandKind;
use super::event::CaseEvent;
use super::topic::Circumstances;
use crate::facts::Facts;
use crate::rule::{Finding, Findings, Rule};

/// Everything the rules say about `event` on top of `state`.
pub(super) fn check(
    state: Option<&CaseState>,
    event: &CaseEvent,
    on: &Circumstances<'_>,
) -> Findings {
    let happening = event.happening();
    let (kind, target) = happening.asked_by();
    let mut findings = Findings {
        refusals: admission(state, kind, target, on.facts),
        warnings: Vec::new(),
    };
    findings
        .refusals
        .extend(on.facts.not_in_the_future(on.occurred_on, "/occurred_on"));
    if let Some(state) = state {
        findings.warn(on.occurred_on < state.opened_on, || {
            Finding::new(Rule::R27).at("/occurred_on")
        });
        let began_on = state.began_on(kind, target);
        findings.warn(began_on.is_some_and(|day| on.occurred_on < day), || {
            Finding::new(Rule::R39).at("/occurred_on")
        });
    }
    if let CaseEvent::CaseOpened(opened) = event {
        super::opening::check_opened(opened, on, &mut findings);
    } else if let Some(state) = state {
        happening.check(state, on, &mut findings);
    }
    // Anything else without a case the admission has refused already (R01).
    findings
}

/// The rules that refuse a kind of command on a target, whatever its body says; empty means that
/// some body is accepted.
pub(super) fn admission(
    state: Option<&CaseState>,
    kind: CommandKind,
    target: Option<Uuid>,
    facts: &Facts<'_>,
) -> Vec<Finding> {
    let opening = kind == CommandKind::OpenCase;
    let Some(state) = state.filter(|_| !opening) else {
        // Opening comes first, and nothing but opening does.
        return if opening == state.is_none() {
            Vec::new()
        } else {
            vec![Finding::new(Rule::R01)]
        };
    };
    if state.closing.is_some() && !kind.after_closing() {
        return vec![Finding::new(Rule::R23)];
    }
    kind.admission(state, target, facts)
}

/// R03: whoever is to do something is a current member of the agency.
pub(super) fn current_member(member: Uuid, facts: &Facts<'_>, at: &str) -> Option<Finding> {
    let known = facts
        .agency
        .is_some_and(|agency| agency.member(member).is_some());
    (!known).then(|| {
        Finding::new(Rule::R03).at(at).because(
            "Die zuständige Person ist kein Mitglied der Agentur.",
            "The person in charge is no current member of the agency.",
        )
    })
}
