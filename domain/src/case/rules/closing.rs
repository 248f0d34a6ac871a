//! Rules of closing and reopening: R24 and R25.

use time::Date;

use super::super::CaseState;
use super::super::event::CaseClosed;
use crate::rule::{Finding, Findings, Rule};
use crate::text::Prose;

/// R24.
pub(super) fn closed(
    state: &CaseState,
    closed: &CaseClosed,
    occurred_on: Date,
    findings: &mut Findings,
) {
    for (agreement, terms) in state.signed_agreements() {
        let named = closed.acknowledged.contains(&agreement.id);
        findings.require(named || !terms.in_force_on(occurred_on), || {
            Finding::new(Rule::R24).at("/acknowledge").because(
                format!(
                    "Die Zielvereinbarung {} läuft noch und ist nicht genannt.",
                    agreement.id
                ),
                format!("Agreement {} is in force and not named.", agreement.id),
            )
        });
    }
    for (index, id) in closed.acknowledged.iter().enumerate() {
        let open = state
            .signed_agreements()
            .any(|(agreement, _)| agreement.id == *id);
        findings.require(open, || {
            Finding::new(Rule::R24)
                .at(format!("/acknowledge/{index}"))
                .because(
                    "Genannt ist etwas, das in diesem Fall nicht offen ist.",
                    "Something is named that is not open in this case.",
                )
        });
    }
}

/// R25: only a closed case is reopened.
pub(super) fn closed_before(state: &CaseState) -> Option<Finding> {
    state.closing.is_none().then(|| {
        Finding::new(Rule::R25).because(
            "Der Fall ist nicht abgeschlossen.",
            "The case is not closed.",
        )
    })
}

/// R25: a reopening gives its reason.
pub(super) fn reopened(reason: Option<&Prose>, findings: &mut Findings) {
    findings.require(reason.is_some_and(|why| !why.is_blank()), || {
        Finding::new(Rule::R25).at("/reason").because(
            "Der Grund der Wiedereröffnung fehlt.",
            "The reopening's reason is missing.",
        )
    });
}
