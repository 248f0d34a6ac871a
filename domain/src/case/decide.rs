//! From a command to events: builds them, then asks the rules.

use time::Date;
use uuid::Uuid;

use super::command::{CaseCommand, CommandKind};
use super::event::{
    AgreementDraftDiscarded, AgreementDrafted, AgreementSigned, CaseClosed, CaseEvent,
    CaseReopened, ContactRecorded, InitialMeetingHeld, NeedCaptured, NeedRevised, NeedWithdrawn,
    PriorityAgreed, PriorityDropped, PriorityRevised,
};
use super::rules::{self, Circumstances};
use super::{CaseState, opening};
use crate::facts::Facts;
use crate::rule::{Finding, Rejection};
use crate::stream::{Decision, Event, EventData};
use crate::text::Prose;

/// Decides a command on the state of its case.
///
/// # Errors
/// Every rule that refuses.
pub fn decide(
    state: Option<&CaseState>,
    command: &CaseCommand,
    facts: &Facts<'_>,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<Decision, Rejection> {
    let event = build(state, command, facts, new_id)?;
    let (occurred_on, reason) = circumstances(command);
    let warnings = rules::check(
        state,
        &event,
        &Circumstances {
            occurred_on,
            reason,
            facts,
        },
    )
    .verdict()?;
    let data = EventData::Case(event);
    Ok(Decision {
        events: vec![Event {
            occurred_on,
            reason: reason.cloned(),
            data,
        }],
        warnings,
    })
}

/// One kind of command on one target, and whether some body would be accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    /// The kind of command.
    pub kind: CommandKind,
    /// What it would be about; none for the case as a whole.
    pub target: Option<Uuid>,
    /// The first rule that refuses whatever the body says.
    pub refusal: Option<Finding>,
}

/// Every command on every target of a case, and whether it is admitted now.
#[must_use]
pub fn admissions(state: &CaseState, facts: &Facts<'_>) -> Vec<Admission> {
    let per_kind = |kind: CommandKind| {
        let targets = state.targets(kind.target());
        targets.into_iter().map(move |target| Admission {
            kind,
            target,
            refusal: crate::agency::network::closed(facts)
                .into_iter()
                .chain(rules::admission(Some(state), kind, target, facts))
                .next(),
        })
    };
    CommandKind::ALL
        .iter()
        .copied()
        .flat_map(per_kind)
        .collect()
}

/// When and why, as the command says.
fn circumstances(command: &CaseCommand) -> (Date, Option<&Prose>) {
    match command {
        CaseCommand::OpenCase(body) => (body.occurred_on, body.reason.as_ref()),
        CaseCommand::RecordContact(body) => (body.occurred_on, body.reason.as_ref()),
        CaseCommand::RecordInitialMeeting(body) => (body.occurred_on, body.reason.as_ref()),
        CaseCommand::CaptureNeed(body) => (body.occurred_on, body.reason.as_ref()),
        CaseCommand::ReviseNeed(_, body) => (body.occurred_on, body.reason.as_ref()),
        CaseCommand::WithdrawNeed(_, body) => (body.occurred_on, Some(&body.reason)),
        CaseCommand::AgreePriority(body) => (body.occurred_on, body.reason.as_ref()),
        CaseCommand::RevisePriority(_, body) => (body.occurred_on, body.reason.as_ref()),
        CaseCommand::DropPriority(_, body) => (body.occurred_on, Some(&body.reason)),
        CaseCommand::DraftAgreement(body) | CaseCommand::RedraftAgreement(_, body) => {
            (body.occurred_on, body.reason.as_ref())
        }
        CaseCommand::DiscardAgreementDraft(_, body) => (body.occurred_on, Some(&body.reason)),
        CaseCommand::SignAgreement(_, body) => (body.occurred_on, body.reason.as_ref()),
        // The closing reason is a code of the event's own data.
        CaseCommand::CloseCase(body) => (body.occurred_on, None),
        CaseCommand::ReopenCase(body) => (body.occurred_on, Some(&body.reason)),
    }
}

/// The event the command asks for.
fn build(
    state: Option<&CaseState>,
    command: &CaseCommand,
    facts: &Facts<'_>,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<CaseEvent, Rejection> {
    let latest_revision = |agreement| {
        state
            .and_then(|state| state.agreement(agreement))
            .map_or(0, |agreement| agreement.revision)
    };
    Ok(match command.clone() {
        CaseCommand::OpenCase(body) => opening::open(state, &body, facts)?,
        CaseCommand::RecordContact(body) => CaseEvent::ContactRecorded(ContactRecorded {
            channel: body.channel,
            participants: body.participants,
            topics: body.topics,
        }),
        CaseCommand::RecordInitialMeeting(body) => {
            CaseEvent::InitialMeetingHeld(InitialMeetingHeld {
                next_step: body.next_step,
                outcome: body.outcome,
                participants: body.participants,
                place: body.place,
                topics: body.topics,
            })
        }
        CaseCommand::CaptureNeed(body) => CaseEvent::NeedCaptured(NeedCaptured {
            dimension: body.dimension,
            evidence: body.evidence,
            need: new_id(),
            statement: body.statement,
            urgency: body.urgency,
        }),
        CaseCommand::ReviseNeed(need, body) => CaseEvent::NeedRevised(NeedRevised {
            changes: body.changes,
            need,
        }),
        CaseCommand::WithdrawNeed(need, _) => CaseEvent::NeedWithdrawn(NeedWithdrawn { need }),
        CaseCommand::AgreePriority(body) => CaseEvent::PriorityAgreed(PriorityAgreed {
            focus_area: body.focus_area,
            needs: body.needs,
            priority: new_id(),
            rank: body.rank,
            target_on: body.target_on,
            title: body.title,
        }),
        CaseCommand::RevisePriority(priority, body) => {
            CaseEvent::PriorityRevised(PriorityRevised {
                changes: body.changes,
                priority,
            })
        }
        CaseCommand::DropPriority(priority, _) => {
            CaseEvent::PriorityDropped(PriorityDropped { priority })
        }
        CaseCommand::DraftAgreement(body) => CaseEvent::AgreementDrafted(AgreementDrafted {
            agreement: new_id(),
            planned_until: body.planned_until,
            priorities: body.priorities,
            revision: 1,
        }),
        CaseCommand::RedraftAgreement(agreement, body) => {
            CaseEvent::AgreementDrafted(AgreementDrafted {
                agreement,
                planned_until: body.planned_until,
                priorities: body.priorities,
                revision: latest_revision(agreement) + 1,
            })
        }
        CaseCommand::DiscardAgreementDraft(agreement, _) => {
            CaseEvent::AgreementDraftDiscarded(AgreementDraftDiscarded { agreement })
        }
        CaseCommand::SignAgreement(agreement, body) => {
            CaseEvent::AgreementSigned(AgreementSigned {
                agreement,
                end_condition: body.end_condition,
                revision: latest_revision(agreement),
                signatures: body.signatures,
                valid_from: body.valid_from,
                valid_until: body.valid_until,
            })
        }
        CaseCommand::CloseCase(body) => CaseEvent::CaseClosed(CaseClosed {
            acknowledged: body.acknowledge,
            reason: body.reason,
            summary: body.summary,
        }),
        CaseCommand::ReopenCase(_) => CaseEvent::CaseReopened(CaseReopened {}),
    })
}
