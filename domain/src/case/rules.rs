//! The rules of a case, as checks of (state, event, facts).
//!
//! Invariant: [`check`] begins with [`admission`], the part that does not depend on the command's
//! body. So what `allowed-commands` says and what the server then does cannot disagree, and a
//! correction can re-check any later event with the same functions.

use time::Date;
use uuid::Uuid;

use super::CaseState;
use super::command::CommandKind;
use super::event::CaseEvent;
use crate::facts::Facts;
use crate::rule::{Finding, Findings, Rule};
use crate::text::Prose;

mod agreement;
mod closing;
pub(super) mod opening;
mod plan;

/// What surrounds an event when it is checked.
pub(super) struct Circumstances<'a> {
    /// The day it happened in the world.
    pub occurred_on: Date,
    /// Why.
    pub reason: Option<&'a Prose>,
    /// What is known beyond the case.
    pub facts: &'a Facts<'a>,
}

/// Everything the rules say about `event` on top of `state`.
pub(super) fn check(
    state: Option<&CaseState>,
    event: &CaseEvent,
    on: &Circumstances<'_>,
) -> Findings {
    let (kind, target) = kind_and_target(event);
    let mut findings = Findings {
        refusals: admission(state, kind, target, on.facts),
        warnings: Vec::new(),
    };
    findings
        .refusals
        .extend(not_in_the_future(on.occurred_on, on.facts, "/occurred_on"));
    if let Some(state) = state {
        findings.warn(on.occurred_on < state.opened_on, || {
            Finding::new(Rule::R27).at("/occurred_on")
        });
    }
    match (event, state) {
        (CaseEvent::CaseOpened(opened), _) => opening::opened(opened, on, &mut findings),
        (event, Some(state)) => content(state, event, on, &mut findings),
        // Without a case the admission has refused already (R01).
        (_, None) => {}
    }
    findings
}

/// What the rules say about the event's own data.
fn content(state: &CaseState, event: &CaseEvent, on: &Circumstances<'_>, findings: &mut Findings) {
    match event {
        CaseEvent::NeedCaptured(captured) => {
            plan::dimension(&captured.dimension, "/dimension", on, findings);
        }
        CaseEvent::NeedRevised(revised) => {
            if let Some(code) = &revised.changes.dimension {
                plan::dimension(code, "/changes/dimension", on, findings);
            }
        }
        CaseEvent::PriorityAgreed(agreed) => {
            if let Some(code) = &agreed.focus_area {
                plan::focus_area(code, "/focus_area", on, findings);
            }
            plan::standing_needs(state, &agreed.needs, "/needs", findings);
        }
        CaseEvent::PriorityRevised(revised) => {
            if let Some(code) = revised.changes.focus_area.set() {
                plan::focus_area(code, "/changes/focus_area", on, findings);
            }
            if let Some(needs) = &revised.changes.needs {
                plan::standing_needs(state, needs, "/changes/needs", findings);
            }
        }
        CaseEvent::AgreementDrafted(drafted) => agreement::drafted(state, drafted, findings),
        CaseEvent::AgreementSigned(signed) => agreement::signed(state, signed, on.facts, findings),
        CaseEvent::CaseClosed(closed) => closing::closed(state, closed, on.occurred_on, findings),
        CaseEvent::CaseReopened(_) => closing::reopened(on.reason, findings),
        CaseEvent::CaseOpened(_)
        | CaseEvent::ContactRecorded(_)
        | CaseEvent::InitialMeetingHeld(_)
        | CaseEvent::NeedWithdrawn(_)
        | CaseEvent::PriorityDropped(_)
        | CaseEvent::AgreementDraftDiscarded(_) => {}
    }
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
    if state.closing.is_some() && kind != CommandKind::ReopenCase {
        return vec![Finding::new(Rule::R23)];
    }
    let refusal = match kind {
        CommandKind::OpenCase
        | CommandKind::RecordContact
        | CommandKind::RecordInitialMeeting
        | CommandKind::CaptureNeed
        | CommandKind::AgreePriority
        | CommandKind::CloseCase => None,
        CommandKind::ReviseNeed | CommandKind::WithdrawNeed => plan::need_open(state, target),
        CommandKind::RevisePriority => plan::priority_agreed(state, target),
        CommandKind::DropPriority => {
            plan::priority_agreed(state, target).or_else(|| plan::not_signed_for(state, target))
        }
        CommandKind::DraftAgreement => plan::any_priority_agreed(state),
        CommandKind::RedraftAgreement => agreement::draft(state, target)
            .err()
            .or_else(|| plan::any_priority_agreed(state)),
        CommandKind::DiscardAgreementDraft => agreement::draft(state, target).err(),
        CommandKind::SignAgreement => return agreement::ready_to_sign(state, target),
        CommandKind::ReopenCase => closing::closed_before(state)
            .or_else(|| opening::no_other_open_case(&state.municipality.key, facts)),
    };
    refusal.into_iter().collect()
}

/// The command an event comes from, and what it is about.
fn kind_and_target(event: &CaseEvent) -> (CommandKind, Option<Uuid>) {
    match event {
        CaseEvent::CaseOpened(_) => (CommandKind::OpenCase, None),
        CaseEvent::ContactRecorded(_) => (CommandKind::RecordContact, None),
        CaseEvent::InitialMeetingHeld(_) => (CommandKind::RecordInitialMeeting, None),
        CaseEvent::NeedCaptured(_) => (CommandKind::CaptureNeed, None),
        CaseEvent::NeedRevised(revised) => (CommandKind::ReviseNeed, Some(revised.need)),
        CaseEvent::NeedWithdrawn(withdrawn) => (CommandKind::WithdrawNeed, Some(withdrawn.need)),
        CaseEvent::PriorityAgreed(_) => (CommandKind::AgreePriority, None),
        CaseEvent::PriorityRevised(one) => (CommandKind::RevisePriority, Some(one.priority)),
        CaseEvent::PriorityDropped(one) => (CommandKind::DropPriority, Some(one.priority)),
        CaseEvent::AgreementDrafted(one) if one.revision <= 1 => {
            (CommandKind::DraftAgreement, None)
        }
        CaseEvent::AgreementDrafted(one) => (CommandKind::RedraftAgreement, Some(one.agreement)),
        CaseEvent::AgreementDraftDiscarded(one) => {
            (CommandKind::DiscardAgreementDraft, Some(one.agreement))
        }
        CaseEvent::AgreementSigned(one) => (CommandKind::SignAgreement, Some(one.agreement)),
        CaseEvent::CaseClosed(_) => (CommandKind::CloseCase, None),
        CaseEvent::CaseReopened(_) => (CommandKind::ReopenCase, None),
    }
}

/// R26 for one day of the body.
pub(super) fn not_in_the_future(day: Date, facts: &Facts<'_>, at: &str) -> Option<Finding> {
    (day > facts.today).then(|| Finding::new(Rule::R26).at(at))
}
