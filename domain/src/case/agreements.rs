//! Target agreements: drafts and signing. What becomes of a signed one is in `renewals.rs`.

use time::Date;
use uuid::Uuid;

use super::command::CommandKind;
use super::event::wire;
use super::priorities::named_is_agreed;
use super::timeline::{Telling, day};
use super::topic::{Circumstances, Happening};
use super::{AgreementEnd, CaseState};
use crate::rule::{Finding, Findings, Rule};
use crate::text::Line;

pub(super) mod commands;
mod told;

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

    /// How far an agreement has come.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum AgreementStatus {
        /// Drafted, not signed.
        Draft,
        /// The draft was given up.
        Discarded,
        /// Signed and not ended.
        Signed,
        /// Ended.
        Ended,
    }

    /// What was signed, with what was amended and extended since.
    pub struct SignedTerms {
        /// What ends it besides its date.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub end_condition: Option<EndCondition>,
        /// The signatures.
        pub signatures: Vec<Signature>,
        /// The day the signing was complete.
        pub signed_on: Date,
        /// The first day it holds.
        pub valid_from: Date,
        /// The last day it holds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub valid_until: Option<Date>,
    }

    /// A target agreement.
    pub struct Agreement {
        /// The document of its latest revision.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub document: Option<Uuid>,
        /// How it ended, once it has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub end: Option<AgreementEnd>,
        /// The agreement's id.
        pub id: Uuid,
        /// Until when it is meant to hold.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub planned_until: Option<Date>,
        /// The priorities it names.
        pub priorities: Vec<Uuid>,
        /// The latest revision.
        pub revision: u32,
        /// What was signed, once it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub signed: Option<SignedTerms>,
        /// How far it has come.
        pub status: AgreementStatus,
    }
}

impl SignedTerms {
    /// Whether their period has `day` in it (both ends included).
    #[must_use]
    pub fn in_force_on(&self, day: Date) -> bool {
        self.have_a_day_in(day, day)
    }

    fn have_a_day_in(&self, from: Date, until: Date) -> bool {
        self.valid_from <= until && self.valid_until.is_none_or(|last| from <= last)
    }
}

impl Agreement {
    /// Whether it is or was in force on `day`: signed, in its period, and not ended by then. The day
    /// of its end is the first without it.
    #[must_use]
    pub fn in_force_on(&self, day: Date) -> bool {
        self.in_force_between(day, day)
    }

    /// Whether it is or was in force on a day from `from` to `until`.
    #[must_use]
    pub fn in_force_between(&self, from: Date, until: Date) -> bool {
        let Some(terms) = &self.signed else {
            return false;
        };
        let Some(end) = &self.end else {
            return terms.have_a_day_in(from, until);
        };
        // What ended before it began was never in force.
        let ran = end.ended_on.previous_day();
        ran.is_some_and(|last| {
            terms.valid_from <= last && from <= last && terms.have_a_day_in(from, until.min(last))
        })
    }
}

impl CaseState {
    /// The agreements that are signed and not ended, with their terms.
    pub fn signed_agreements(&self) -> impl Iterator<Item = (&Agreement, &SignedTerms)> {
        self.agreements
            .iter()
            .filter(|agreement| agreement.status == AgreementStatus::Signed)
            .filter_map(|agreement| Some((agreement, agreement.signed.as_ref()?)))
    }

    /// The agreement with this id.
    #[must_use]
    pub fn agreement(&self, id: Uuid) -> Option<&Agreement> {
        self.agreements.iter().find(|agreement| agreement.id == id)
    }

    pub(super) fn agreement_mut(&mut self, id: Uuid) -> Option<&mut Agreement> {
        self.agreements
            .iter_mut()
            .find(|agreement| agreement.id == id)
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

    fn apply(&self, state: &mut CaseState, _occurred_on: Date) {
        let draft = Agreement {
            document: self.document,
            end: None,
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

    /// R05 (signatures), R06, R07, R08, R09, and R26 for the days of signature.
    fn check(&self, state: &CaseState, on: &Circumstances<'_>, findings: &mut Findings) {
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
        let free = !overlaps(state, self.agreement, from, until);
        findings.require(free, || Finding::new(Rule::R08).at("/valid_from"));
        state.document_is_linked(self.document, "/document", findings);
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        self.told(telling)
    }
}

/// R08: whether another agreement is or was in force on a day of the period.
pub(super) fn overlaps(state: &CaseState, agreement: Uuid, from: Date, until: Date) -> bool {
    let mut others = state.agreements.iter().filter(|one| one.id != agreement);
    others.any(|one| one.in_force_between(from, until))
}
