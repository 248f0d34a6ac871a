//! The rules' ids and sentences, and what a check finds.
//!
//! Invariant: a rule's id never changes its meaning; frontends and auditors refer to it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::catalogue::Text;
use crate::language::Language;

macro_rules! rules {
    ($( $(#[$doc:meta])* $id:ident : $de:literal, $en:literal; )+) => {
        /// A rule of the domain by its stable id.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum Rule {
            $( $(#[$doc])* $id, )+
        }

        impl Rule {
            /// Every rule, in the order of the ids.
            pub const ALL: &[Self] = &[$(Self::$id),+];

            /// The stable id, such as `R05`.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $( Self::$id => stringify!($id), )+ }
            }

            /// The rule in one sentence.
            #[must_use]
            pub fn sentence(self, language: Language) -> &'static str {
                match (self, language) {
                    $( (Self::$id, Language::De) => $de, (Self::$id, Language::En) => $en, )+
                }
            }
        }
    };
}

rules! {
    /// Opening comes first and only once.
    R01: "Ein Beratungsfall beginnt mit seiner Eröffnung, und zwar genau einmal.",
         "A case begins with its opening, exactly once.";
    /// One open case per agency and municipality.
    R02: "Je Agentur und Kommune ist höchstens ein Beratungsfall offen.",
         "An agency has at most one open case per municipality.";
    /// Municipality, site and advisor are valid.
    R03: "Der Kreisschlüssel gilt am Tag der Eröffnung, der Standort ist offen, und die zuständige Person ist Mitglied der Agentur.",
         "The district key is valid on the opening day, the site is open, and the advisor is a current member.";
    /// A municipality outside the agency's Länder.
    R04: "Die Kommune liegt außerhalb der Länder der Agentur.",
         "The municipality lies outside the agency's Länder.";
    /// What signing needs.
    R05: "Eine Zielvereinbarung setzt ein Erstgespräch ohne Absage, einen Entwurf mit mindestens einem vereinbarten Schwerpunkt und die Unterschriften beider Seiten voraus.",
         "Signing needs an initial meeting that was not declined, a draft with at least one agreed priority, and the signatures of both parties.";
    /// A period begins before it ends.
    R06: "Die Laufzeit beginnt nicht nach ihrem Ende.",
         "The agreement's period does not begin after its end.";
    /// A signature after the period began.
    R07: "Eine Unterschrift ist jünger als der Beginn der Laufzeit.",
         "A signature is later than the beginning of the period.";
    /// Periods do not overlap.
    R08: "Die Laufzeiten der Zielvereinbarungen eines Falls überschneiden sich nicht.",
         "The periods of a case's agreements do not overlap.";
    /// An agreement has an end.
    R09: "Eine Zielvereinbarung hat ein Enddatum, auch wenn sie eine Endbedingung nennt.",
         "An agreement has an end date, even if it names an end condition.";
    /// Pausing and resuming.
    R10: "Nur ein offener Fall, der nicht ruht, kann ruhen; nur einer, der ruht, wird fortgesetzt.",
         "Only an open case that is not paused is paused, and only a paused one is resumed.";
    /// An assessment before signing.
    R11: "Die Bedarfserfassung beginnt, bevor eine Zielvereinbarung unterzeichnet ist.",
         "The assessment begins before an agreement is signed.";
    /// Codes are valid on the day.
    R12: "Ein Katalogcode gilt an dem Tag, an dem das Ereignis stattfand; Gespräche, Einschätzungen und Abschluss gehören in eine laufende Bedarfserfassung.",
         "A catalogue code is valid on the day the event occurred; interviews, ratings and completion belong in a running assessment.";
    /// An assessment is completed with gaps.
    R13: "Die Bedarfserfassung schließt ab, ohne dass jede Dimension eingeschätzt ist.",
         "The assessment is completed though not every dimension is rated.";
    /// Priorities and what they stand on.
    R14: "Ein Schwerpunkt bezieht sich nur auf bestehende Bedarfe dieses Falls; aus einer unterzeichneten Zielvereinbarung fällt er nur durch deren Fortschreibung.",
         "A priority refers only to standing needs of this case; from a signed agreement it is dropped only by amendment.";
    /// The steps of a model solution.
    R15: "Ausgewählt wird, was vorgeschlagen ist; angepasst und übernommen wird, was ausgewählt ist; verworfen wird vor der Übernahme.",
         "What is selected was proposed; what is adapted or adopted was selected; a rejection comes before the adoption.";
    /// A model solution before any assessment.
    R16: "Die Modelllösung wird ausgewählt, bevor eine Bedarfserfassung abgeschlossen ist.",
         "The model solution is selected before any assessment was completed.";
    /// Nobody is their own donor.
    R17: "Der Transfergeber ist eine andere Kommune als die beratene.",
         "The donor is another municipality than the recipient.";
    /// What an application needs.
    R18: "Ein Antrag setzt eine antragsberechtigte Kommune und, wo das Programm sie verlangt, eine am Tag des Antrags laufende Zielvereinbarung voraus.",
         "An application needs an eligible kind of municipality and, where the programme demands it, an agreement in force on the day of submission.";
    /// After the deadline.
    R19: "Der Antrag kommt nach dem Stichtag der Antragsrunde.",
         "The application comes after the call's deadline.";
    /// One decision per application.
    R20: "Über einen Antrag wird einmal entschieden; Betrag, Stellen und Zeitraum hat nur eine Bewilligung.",
         "An application is decided once; only a grant has an amount, posts and a period.";
    /// Things change only while open.
    R21: "Die Dinge eines Falls ändern sich nur, solange sie offen sind, und genannt werden nur solche, die es sind.",
         "A case's things change only while they are open, and only such are referred to.";
    /// A due date in the past.
    R22: "Der Termin liegt in der Vergangenheit.",
         "The due date lies in the past.";
    /// A closed case stays closed.
    R23: "Nach dem Abschluss sind nur noch Berichtigungen, nachgereichte Dokumente, Aufbewahrung, Übergabe und Wiedereröffnung möglich.",
         "After closing only corrections, late documents, retention, transfer and reopening are possible.";
    /// Closing names what is still open.
    R24: "Beim Abschluss ist jede laufende Zielvereinbarung, jede offene Wiedervorlage und jeder Antrag ohne Entscheidung ausdrücklich zu nennen.",
         "Closing names every running agreement, every open follow-up and every undecided application explicitly.";
    /// Reopening has a reason.
    R25: "Eine Wiedereröffnung betrifft einen abgeschlossenen Fall und nennt ihren Grund.",
         "A reopening concerns a closed case and gives its reason.";
    /// Nothing happens in the future.
    R26: "Was geschehen ist, liegt nicht in der Zukunft.",
         "What happened does not lie in the future.";
    /// Back-dating before the opening day.
    R27: "Das Datum liegt vor dem Tag der Eröffnung.",
         "The date is before the opening day.";
    /// Roles and permissions of a member go together.
    R31: "Ein Dienstkonto hat allein die Rolle service und nennt seine Rechte; Personen haben Rollen und nennen keine.",
         "A service account has the role service alone and names its permissions; people have roles and name none.";
    /// An agency without an administrator.
    R32: "Danach verwaltet niemand mehr die Mitglieder der Agentur; das kann nur noch, wer die Maschine betreibt.",
         "Nobody administers the agency's members after this; only the machine's operator can.";
    /// An auditor's access has a purpose, a period and an approval.
    R33: "Ein Prüfungszugang wird für höchstens 366 Tage beantragt, solange sein Zeitraum dauert genehmigt und einmal beendet.",
         "An audit engagement is asked for over 366 days at the most, approved while its period lasts, and ended once.";
    /// What a case takes from the agency's catalogues is there.
    R34: "Ein Fall bezieht sich nur auf durchgeführte Qualifizierungen, auf jede einmal, und auf Modelllösungen, die nicht zurückgezogen sind.",
         "A case refers only to offerings that were held, to each once, and to model solutions that are not withdrawn.";
    /// A closed agency records nothing any more.
    R35: "Eine geschlossene Agentur nimmt nichts mehr auf, außer wer ihr Archiv lesen darf: Mitglieder und Prüfungszugänge.",
         "A closed agency records nothing any more, except who may read its archive: members and audit engagements.";
    /// An agency's code is its own.
    R36: "Ein Kürzel gehört genau einer Agentur, für immer.",
         "A code belongs to exactly one agency, for ever.";
    /// An agency without an open site.
    R37: "Danach hat die Agentur keinen offenen Standort mehr, und ein neuer Beratungsfall braucht einen.",
         "The agency has no open site after this, and a new case needs one.";
    /// The network stays.
    R38: "Das Netzwerk selbst wird nicht geschlossen.",
         "The network itself is not closed.";
    /// Before the beginning of what it is about.
    R39: "Das Datum liegt vor dem Beginn dessen, worum es geht.",
         "The date is before the beginning of what it is about.";
}

/// One rule that a check found to be touched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// The member of the command's body that it is about (RFC 6901), if one alone is.
    pub pointer: Option<String>,
    /// What exactly, where the rule's own sentence would not say.
    pub detail: Option<Text>,
    /// The thing of the case that stands against the command, where the body does not name it: what is
    /// still open, or what refers to the command's target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concerns: Option<Uuid>,
}

impl Finding {
    /// A finding that the rule's sentence explains.
    #[must_use]
    pub fn new(rule: Rule) -> Self {
        Self {
            rule,
            pointer: None,
            detail: None,
            concerns: None,
        }
    }

    /// R12: a code that no list has on the day.
    #[must_use]
    pub fn unknown_code(pointer: impl Into<String>) -> Self {
        Self::new(Rule::R12).at(pointer).because(
            "Der Code steht an diesem Tag nicht im Katalog.",
            "The catalogue does not have the code on that day.",
        )
    }

    /// R12: a municipality's key that names none on the day.
    #[must_use]
    pub fn unknown_key(pointer: impl Into<String>) -> Self {
        Self::new(Rule::R12).at(pointer).because(
            "Der Schlüssel benennt an diesem Tag keine Kommune.",
            "The key names no municipality on that day.",
        )
    }

    /// Names the member of the body.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    /// Says what exactly, in German and English.
    #[must_use]
    pub fn because(mut self, de: impl Into<String>, en: impl Into<String>) -> Self {
        self.detail = Some(Text {
            de: de.into(),
            en: en.into(),
        });
        self
    }

    /// Names the thing of the case that stands against the command.
    #[must_use]
    pub fn concerning(mut self, thing: Uuid) -> Self {
        self.concerns = Some(thing);
        self
    }

    /// The sentence for a person.
    #[must_use]
    pub fn message(&self, language: Language) -> &str {
        match &self.detail {
            Some(detail) => detail.get(language),
            None => self.rule.sentence(language),
        }
    }
}

/// Everything a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Rules that refuse.
    pub refusals: Vec<Finding>,
    /// Rules that only warn.
    pub warnings: Vec<Finding>,
}

impl Findings {
    /// Adds a refusal unless `holds`.
    pub fn require(&mut self, holds: bool, finding: impl FnOnce() -> Finding) {
        if !holds {
            self.refusals.push(finding());
        }
    }

    /// Adds a warning if `noticed`.
    pub fn warn(&mut self, noticed: bool, finding: impl FnOnce() -> Finding) {
        if noticed {
            self.warnings.push(finding());
        }
    }

    /// One refusal unless `holds`, for checks that find nothing else.
    #[must_use]
    pub fn unless(holds: bool, finding: impl FnOnce() -> Finding) -> Vec<Finding> {
        if holds { Vec::new() } else { vec![finding()] }
    }

    /// The warnings, or the rejection if anything refuses.
    ///
    /// # Errors
    /// All refusals.
    pub fn verdict(self) -> Result<Vec<Finding>, Rejection> {
        if self.refusals.is_empty() {
            Ok(self.warnings)
        } else {
            Err(Rejection {
                findings: self.refusals,
            })
        }
    }
}

/// A command that rules refuse; nothing happened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("refused by {}", self.rules())]
pub struct Rejection {
    /// Every rule that refuses, the first one first; never empty.
    pub findings: Vec<Finding>,
}

impl Rejection {
    /// The rejection by one finding.
    #[must_use]
    pub fn by(finding: Finding) -> Self {
        Self {
            findings: vec![finding],
        }
    }

    fn rules(&self) -> String {
        let ids: Vec<_> = self
            .findings
            .iter()
            .map(|finding| finding.rule.id())
            .collect();
        ids.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_speaks_both_languages() {
        for rule in Rule::ALL {
            for language in [Language::De, Language::En] {
                let sentence = rule.sentence(language);
                assert!(sentence.ends_with('.'), "{}: {sentence}", rule.id());
            }
            assert_ne!(rule.sentence(Language::De), rule.sentence(Language::En));
        }
    }

    #[test]
    fn any_refusal_outweighs_warnings() {
        let mut findings = Findings::default();
        findings.warn(true, || Finding::new(Rule::R27));
        assert_eq!(findings.clone().verdict().unwrap().len(), 1);
        findings.require(false, || Finding::new(Rule::R26));
        let rejection = findings.verdict().unwrap_err();
        assert_eq!(rejection.to_string(), "refused by R26");
    }
}
