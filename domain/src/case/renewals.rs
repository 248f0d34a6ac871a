//! What becomes of a signed agreement: amendments, extensions, its end.

use time::Date;
use uuid::Uuid;

use super::agreements::{AgreementStatus, FormerPriority, overlaps};
use super::command::CommandKind;
use super::event::wire;
use super::priorities::named_is_agreed;
use super::timeline::{Telling, by_count, day};
use super::topic::{Circumstances, Happening};
use super::{Agreement, CaseState};
use crate::language::Language;
use crate::rule::{Finding, Findings, Rule};

pub(super) mod commands;

wire! {
    /// Data of `agreement_amended`; the reason stands in the envelope.
    pub struct AgreementAmended {
        /// The priorities that are named from now on, too.
        pub added: Vec<Uuid>,
        /// The agreement.
        pub agreement: Uuid,
        /// The amendment, as a document of the case.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub document: Option<Uuid>,
        /// The priorities that are not named any more.
        pub dropped: Vec<Uuid>,
        /// One more than the revision before.
        pub revision: u32,
    }

    /// Data of `agreement_extended`; the reason stands in the envelope.
    pub struct AgreementExtended {
        /// The agreement.
        pub agreement: Uuid,
        /// The extension, as a document of the case.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub document: Option<Uuid>,
        /// One more than the revision before.
        pub revision: u32,
        /// The day the extension was signed.
        pub signed_on: Date,
        /// The last day it holds now.
        pub valid_until: Date,
    }

    /// Why an agreement ended.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum AgreementEndReason {
        /// The goals are reached.
        GoalsReached,
        /// The programme's phase has ended.
        PhaseEnd,
        /// The municipality cancelled it.
        CancelledByMunicipality,
        /// The agency cancelled it.
        CancelledByAgency,
    }

    /// Data of `agreement_ended`.
    pub struct AgreementEnded {
        /// The agreement.
        pub agreement: Uuid,
        /// Why.
        pub reason: AgreementEndReason,
    }

    /// How an agreement ended.
    pub struct AgreementEnd {
        /// When.
        pub ended_on: Date,
        /// Why.
        pub reason: AgreementEndReason,
    }
}

impl Happening for AgreementAmended {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::AmendAgreement, Some(self.agreement))
    }

    fn apply(&self, state: &mut CaseState, occurred_on: Date) {
        if let Some(agreement) = state.agreement_mut(self.agreement) {
            agreement.revision = self.revision;
            let dropped = self.dropped.iter().map(|priority| FormerPriority {
                dropped_on: occurred_on,
                priority: *priority,
            });
            agreement.former_priorities.extend(dropped);
            agreement.document = self.document.or(agreement.document);
            agreement.priorities = self.priorities_after(agreement);
        }
    }

    /// R21: what is added is agreed, what is dropped was named, and something agreed stays.
    fn check(&self, state: &CaseState, _on: &Circumstances<'_>, findings: &mut Findings) {
        let Some(agreement) = state.agreement(self.agreement) else {
            return;
        };
        let changes = !self.added.is_empty() || !self.dropped.is_empty();
        findings.require(changes, || {
            Finding::new(Rule::R21).at("/added").because(
                "Eine Fortschreibung nimmt etwas auf oder lässt etwas fallen.",
                "An amendment adds or drops something.",
            )
        });
        for (index, id) in self.added.iter().enumerate() {
            let at = format!("/added/{index}");
            named_is_agreed(state, *id, &at, findings);
            findings.require(!agreement.priorities.contains(id), || {
                Finding::new(Rule::R21).at(at).because(
                    "Der Schwerpunkt steht schon in der Zielvereinbarung.",
                    "The priority stands in the agreement already.",
                )
            });
        }
        for (index, id) in self.dropped.iter().enumerate() {
            findings.require(agreement.priorities.contains(id), || {
                let at = format!("/dropped/{index}");
                Finding::new(Rule::R21).at(at).because(
                    "Der Schwerpunkt steht nicht in der Zielvereinbarung.",
                    "The priority does not stand in the agreement.",
                )
            });
        }
        let left = self.priorities_after(agreement);
        findings.require(left.iter().any(|id| state.pursues(*id)), || {
            Finding::new(Rule::R21).at("/dropped").because(
                "Eine Zielvereinbarung nennt mindestens einen vereinbarten Schwerpunkt.",
                "An agreement names at least one agreed priority.",
            )
        });
        state.document_is_linked(self.document, "/document", findings);
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let with = telling.agreement(self.agreement);
        let mut parts = Vec::new();
        if !self.added.is_empty() {
            let names = telling.priorities(&self.added);
            let de = by_count(self.added.len(), "neuer Schwerpunkt", "neue Schwerpunkte");
            let en = by_count(self.added.len(), "new priority", "new priorities");
            parts.push(telling.listed(de, en, &names));
        }
        if !self.dropped.is_empty() {
            let names = telling.priorities(&self.dropped);
            let de = by_count(self.dropped.len(), "es entfällt", "es entfallen");
            parts.push(telling.listed(de, "dropped", &names));
        }
        telling.revision(
            &format!("Zielvereinbarung{with} fortgeschrieben"),
            &format!("Target agreement{with} amended"),
            &parts,
        )
    }
}

impl AgreementAmended {
    fn priorities_after(&self, agreement: &Agreement) -> Vec<Uuid> {
        let kept = agreement.priorities.iter();
        let kept = kept.filter(|id| !self.dropped.contains(id));
        kept.chain(&self.added).copied().collect()
    }
}

impl Happening for AgreementExtended {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::ExtendAgreement, Some(self.agreement))
    }

    fn apply(&self, state: &mut CaseState, _occurred_on: Date) {
        if let Some(agreement) = state.agreement_mut(self.agreement) {
            agreement.revision = self.revision;
            agreement.document = self.document.or(agreement.document);
            if let Some(terms) = &mut agreement.signed {
                terms.valid_until = Some(self.valid_until);
            }
        }
    }

    /// R06: it ends later than before; R08: apart from other agreements, and while it ran.
    fn check(&self, state: &CaseState, on: &Circumstances<'_>, findings: &mut Findings) {
        let signed_on = self.signed_on;
        findings
            .refusals
            .extend(on.facts.not_in_the_future(signed_on, "/signed_on"));
        state.document_is_linked(self.document, "/document", findings);
        let agreement = state.agreement(self.agreement);
        let Some(terms) = agreement.and_then(|one| one.signed.as_ref()) else {
            return;
        };
        let from = terms.valid_from;
        let later = terms
            .valid_until
            .is_none_or(|until| until < self.valid_until);
        findings.require(later && from <= self.valid_until, || {
            Finding::new(Rule::R06).at("/valid_until").because(
                "Eine Verlängerung endet später als die Zielvereinbarung bisher.",
                "An extension ends later than the agreement did.",
            )
        });
        let until = self.valid_until.max(from);
        let overlaps = overlaps(state, self.agreement, from, until);
        findings
            .refusals
            .extend(overlaps.map(|finding| finding.at("/valid_until")));
        let over = terms.valid_until.is_some_and(|until| until < signed_on);
        findings.warn(over, || {
            Finding::new(Rule::R08).at("/signed_on").because(
                "Die Zielvereinbarung war abgelaufen, als sie verlängert wurde.",
                "The agreement had run out when it was extended.",
            )
        });
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let with = telling.agreement(self.agreement);
        let until = day(telling.language, self.valid_until);
        let signed = day(telling.language, self.signed_on);
        telling.say(
            &format!("Zielvereinbarung{with} verlängert bis {until}, unterzeichnet am {signed}"),
            &format!("Target agreement{with} extended to {until}, signed on {signed}"),
        )
    }
}

impl Happening for AgreementEnded {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::EndAgreement, Some(self.agreement))
    }

    fn apply(&self, state: &mut CaseState, occurred_on: Date) {
        if let Some(agreement) = state.agreement_mut(self.agreement) {
            agreement.status = AgreementStatus::Ended;
            agreement.end = Some(AgreementEnd {
                ended_on: occurred_on,
                reason: self.reason,
            });
        }
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let with = telling.agreement(self.agreement);
        let reason = self.reason.word(telling.language);
        telling.say(
            &format!("Zielvereinbarung{with} beendet ({reason})"),
            &format!("Target agreement{with} ended ({reason})"),
        )
    }
}

/// R21: the agreement is signed and not ended.
fn signed(state: &CaseState, target: Option<Uuid>) -> Vec<Finding> {
    let mut signed = state.signed_agreements();
    let signed = signed.any(|(one, _)| Some(one.id) == target);
    Findings::unless(signed, || {
        Finding::new(Rule::R21).because(
            "Die Zielvereinbarung ist nicht unterzeichnet oder schon beendet.",
            "The agreement is not signed, or has ended.",
        )
    })
}

/// R06 and R08: there is a day after its last one, and no other agreement begins on it.
fn in_the_way_of_extending(state: &CaseState, target: Option<Uuid>) -> Option<Finding> {
    let agreement = target.and_then(|id| state.agreement(id))?;
    let until = agreement.signed.as_ref()?.valid_until?;
    match until.next_day() {
        Some(next) => overlaps(state, agreement.id, next, next).next(),
        None => Some(Finding::new(Rule::R06)),
    }
}

/// R21: some priority is agreed that could be added, or one is named that could go while an agreed
/// one stays.
fn amendable(state: &CaseState, agreement: &Agreement) -> Vec<Finding> {
    let mut agreed = state.priorities.iter().filter(|one| one.is_agreed());
    let addable = agreed.any(|one| !agreement.priorities.contains(&one.id));
    let named = &agreement.priorities;
    let pursued = named.iter().filter(|id| state.pursues(**id)).count();
    let droppable = pursued > 0 && named.len() > 1;
    Findings::unless(addable || droppable, || {
        Finding::new(Rule::R21).because(
            "Es ist kein Schwerpunkt vereinbart, der hinzukommen oder entfallen könnte.",
            "No priority is agreed that could be added or dropped.",
        )
    })
}

impl AgreementEndReason {
    fn word(self, language: Language) -> &'static str {
        language.either(match self {
            Self::GoalsReached => ("Ziele erreicht", "goals reached"),
            Self::PhaseEnd => ("Ende der Programmphase", "end of the programme’s phase"),
            Self::CancelledByMunicipality => (
                "Kündigung durch die Kommune",
                "cancelled by the municipality",
            ),
            Self::CancelledByAgency => ("Kündigung durch die Agentur", "cancelled by the agency"),
        })
    }
}
