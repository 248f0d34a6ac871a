//! From a command to events: builds them, then asks the rules.

use uuid::Uuid;

use super::CaseState;
use super::command::{CaseCommand, CommandKind};
use super::rules;
use super::topic::{Circumstances, Making};
use crate::facts::Facts;
use crate::rule::{Finding, Rejection};
use crate::stream::{Decision, EventData};

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
    let event = command.event(&mut Making {
        state,
        target: command.target(),
        facts,
        new_id,
    })?;
    let (occurred_on, reason) = (command.occurred_on(), command.reason());
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
    Ok(Decision::of(occurred_on, reason.cloned(), data, warnings))
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
