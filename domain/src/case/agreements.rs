//! Target agreements: drafts and signing. What becomes of a signed one is in `renewals.rs`.

use time::Date;
use uuid::Uuid;

use super::command::CommandKind;
use super::event::wire;
use super::priorities::named_is_agreed;
use super::timeline::{Telling, day};
use super::topic::{Circumstances, Happening};
use super::{CaseState, MeetingOutcome};
use crate::language::Language;
use crate::rule::{Finding, Findings, Rule};
use crate::text::Line;

pub(super) mod commands;
mod state;
mod told;

pub use state::{Agreement, AgreementStatus, FormerPriority, SignedTerms};

wire! {
    /// Data of `agreement_drafted`.
    pub struct AgreementDrafted {
        /// The agreement's id, the same for all its revisions.
        pub agreement: Uuid,
        /// The draft, as a document of the case.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub document: Option<Uuid>,
        /// Until when it is meant to hold.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub planned_until: Option<Date>,
        /// The priorities it names, at least one.
        pub priorities: Vec<Uuid>,
        /// 1 for the first draft, 2 for the next.
        pub revision: u32,
    }

    /// Data of `agreement_draft_discarded`; the reason stands in the envelope.
    pub struct AgreementDraftDiscarded {
        /// The agreement.
        pub agreement: Uuid,
    }

    /// For whom somebody signs.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum Party {
        /// The municipality.
        Municipality,
        /// The agency.
        Agency,
        /// A third party, such as a foundation.
        Third,
    }

    /// One signature under an agreement.
    #[serde(deny_unknown_fields)]
    pub struct Signature {
        /// The signatory's function, such as `Oberbürgermeister`. No name.
        pub function: Line,
        /// For whom.
        pub party: Party,
        /// When.
        pub signed_on: Date,
    }

    /// What ends an agreement besides its date.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum EndCondition {
        /// The goals are reached.
        GoalsReached,
        /// The programme's phase ends.
        PhaseEnd,
    }

    /// Data of `agreement_signed`.
    pub struct AgreementSigned {
        /// The agreement.
        pub agreement: Uuid,
        /// What was signed, as a document of the case.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub document: Option<Uuid>,
        /// What ends it besides its date.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub end_condition: Option<EndCondition>,
        /// The revision that was signed.
        pub revision: u32,
        /// The signatures.
        pub signatures: Vec<Signature>,
        /// The first day it holds.
        pub valid_from: Date,
        /// The last day it holds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub valid_until: Option<Date>,
    }
}

impl Happening for AgreementDrafted {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        if self.revision <= 1 {
            (CommandKind::DraftAgreement, None)
        } else {
            (CommandKind::RedraftAgreement, Some(self.agreement))
        }
    }

    fn apply(&self, state: &mut CaseState, occurred_on: Date) {
        let before = state.agreement(self.agreement);
        let draft = Agreement {
            document: self.document,
            drafted_on: before.map_or(occurred_on, |before| before.drafted_on),
            end: None,
            former_priorities: Vec::new(),
            id: self.agreement,
            planned_until: self.planned_until,
            priorities: self.priorities.clone(),
            revision: self.revision,
            signed: None,
            status: AgreementStatus::Draft,
        };
        match state.agreement_mut(self.agreement) {
            Some(agreement) => *agreement = draft,
            None => state.agreements.push(draft),
        }
    }

    /// R21: a draft names at least one priority, and agreed ones only.
    fn check(&self, state: &CaseState, _on: &Circumstances<'_>, findings: &mut Findings) {
        findings.require(!self.priorities.is_empty(), || {
            Finding::new(Rule::R21).at("/priorities").because(
                "Ein Entwurf nennt mindestens einen Schwerpunkt.",
                "A draft names at least one priority.",
            )
        });
        for (index, id) in self.priorities.iter().enumerate() {
            named_is_agreed(state, *id, &format!("/priorities/{index}"), findings);
        }
        state.document_is_linked(self.document, "/document", findings);
    }

    fn made(&self) -> Option<Uuid> {
        Some(self.agreement)
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let with = telling.with_priorities(&self.priorities);
        let until = self.planned_until.map_or(String::new(), |until| {
            let until = day(telling.language, until);
            telling.say(
                &format!(", vorgesehen bis {until}"),
                &format!(", planned until {until}"),
            )
        });
        match self.revision {
            0 | 1 => telling.say(
                &format!("Zielvereinbarung{with} entworfen{until}"),
                &format!("Target agreement{with} drafted{until}"),
            ),
            revision => telling.say(
                &format!("Zielvereinbarung{with} neu gefasst ({revision}. Entwurf){until}"),
                &format!("Target agreement{with} redrafted (draft {revision}){until}"),
            ),
        }
    }
}

impl Happening for AgreementDraftDiscarded {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::DiscardAgreementDraft, Some(self.agreement))
    }

    fn apply(&self, state: &mut CaseState, _occurred_on: Date) {
        if let Some(agreement) = state.agreement_mut(self.agreement) {
            agreement.status = AgreementStatus::Discarded;
        }
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let with = telling.agreement(self.agreement);
        telling.say(
            &format!("Entwurf der Zielvereinbarung{with} verworfen"),
            &format!("Draft of the target agreement{with} discarded"),
        )
    }
}

impl Happening for AgreementSigned {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::SignAgreement, Some(self.agreement))
    }

    fn apply(&self, state: &mut CaseState, occurred_on: Date) {
        if let Some(agreement) = state.agreement_mut(self.agreement) {
            agreement.status = AgreementStatus::Signed;
            agreement.document = self.document.or(agreement.document);
            agreement.signed = Some(SignedTerms {
                end_condition: self.end_condition,
                signatures: self.signatures.clone(),
                signed_on: occurred_on,
                valid_from: self.valid_from,
                valid_until: self.valid_until,
            });
        }
    }

    /// R05 (meeting and signatures), R06, R07, R08, R09, and R26 for the days of signature.
    fn check(&self, state: &CaseState, on: &Circumstances<'_>, findings: &mut Findings) {
        // Where no day would do, the command was not admitted for that.
        let meeting = meeting_against(state, on.occurred_on).filter(|_| some_day_suits(state));
        findings
            .refusals
            .extend(meeting.map(|finding| finding.at("/occurred_on")));
        let by = |party| self.signatures.iter().any(|one| one.party == party);
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
        for (index, Signature { signed_on, .. }) in self.signatures.iter().enumerate() {
            let at = format!("/signatures/{index}/signed_on");
            findings
                .refusals
                .extend(on.facts.not_in_the_future(*signed_on, &at));
            findings.require(*signed_on <= on.occurred_on, || {
                Finding::new(Rule::R05).at(at.as_str()).because(
                    "Diese Unterschrift fehlte noch an dem Tag, an dem alle geleistet waren.",
                    "This signature was still missing on the day on which all were given.",
                )
            });
            findings.warn(*signed_on > self.valid_from, || {
                Finding::new(Rule::R07).at(at)
            });
        }
        match self.valid_until {
            Some(until) => findings.require(self.valid_from <= until, || {
                Finding::new(Rule::R06).at("/valid_until")
            }),
            None => findings.require(false, || Finding::new(Rule::R09).at("/valid_until")),
        }
        // Without a usable end the period is its first day, so that only an overlap is named that no
        // end could mend.
        let from = self.valid_from;
        let until = self.valid_until.map_or(from, |until| until.max(from));
        let overlaps = overlaps(state, self.agreement, from, until);
        findings
            .refusals
            .extend(overlaps.map(|finding| finding.at("/valid_from")));
        state.document_is_linked(self.document, "/document", findings);
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        self.told(telling)
    }
}

/// R05: what the initial meetings that were held by `day` have against signing on it.
fn meeting_against(state: &CaseState, day: Date) -> Option<Finding> {
    let because = |de: &str, en: &str| Some(Finding::new(Rule::R05).because(de, en));
    match state.last_meeting_until(day) {
        None => because(
            "Vor der Unterzeichnung hat kein Erstgespräch stattgefunden.",
            "No initial meeting was held before the signing.",
        ),
        Some(last) if last.outcome == MeetingOutcome::Declined => because(
            "Das letzte Erstgespräch vor der Unterzeichnung endete mit einer Absage.",
            "The last initial meeting before the signing ended in a refusal.",
        ),
        Some(_) => None,
    }
}

/// R05: whether there is a day on which the initial meetings have nothing against signing.
fn some_day_suits(state: &CaseState) -> bool {
    let mut days = state.initial_meetings.iter().map(|one| one.held_on);
    days.any(|day| meeting_against(state, day).is_none())
}

/// R08: every other agreement that is or was in force on a day of the period.
pub(super) fn overlaps(
    state: &CaseState,
    agreement: Uuid,
    from: Date,
    until: Date,
) -> impl Iterator<Item = Finding> {
    let others = state.agreements.iter();
    let others = others.filter(move |one| one.id != agreement && one.in_force_between(from, until));
    others.filter_map(|other| {
        let began = other.signed.as_ref()?.valid_from;
        let overlap = Finding::new(Rule::R08).because(
            format!(
                "Die Laufzeit überschneidet sich mit der der Zielvereinbarung ab {}.",
                day(Language::De, began)
            ),
            format!(
                "The period overlaps with that of the agreement from {}.",
                day(Language::En, began)
            ),
        );
        Some(overlap.concerning(other.id))
    })
}
