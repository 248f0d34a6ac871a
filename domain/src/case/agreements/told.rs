//! Agreements as sentences.

use uuid::Uuid;

use super::{AgreementSigned, EndCondition, Party};
use crate::case::timeline::{Telling, by_count, day, list};
use crate::language::Language;
use crate::text::Line;

impl AgreementSigned {
    pub(super) fn told(&self, telling: &Telling<'_>) -> String {
        let parties = [Party::Municipality, Party::Agency, Party::Third];
        let by: Vec<_> = parties
            .iter()
            .filter_map(|party| self.signatures_of(*party, telling))
            .collect();
        let by = list(telling.language, &by);
        let from = day(telling.language, self.valid_from);
        let until = self.valid_until.map(|until| day(telling.language, until));
        let valid = match until {
            Some(until) => telling.say(
                &format!("gültig vom {from} bis {until}"),
                &format!("valid from {from} to {until}"),
            ),
            None => telling.say(&format!("gültig ab {from}"), &format!("valid from {from}")),
        };
        let ends = self.end_condition.map_or(String::new(), |condition| {
            let condition = condition.word(telling.language);
            telling.say(
                &format!("; sie endet auch, sobald {condition}"),
                &format!("; it also ends once {condition}"),
            )
        });
        telling.say(
            &format!("Zielvereinbarung unterzeichnet: {by}, {valid}{ends}"),
            &format!("Target agreement signed: {by}, {valid}{ends}"),
        )
    }

    /// A party with its signatories, and the day where it is not that of the signing.
    fn signatures_of(&self, party: Party, telling: &Telling<'_>) -> Option<String> {
        let of_party = self.signatures.iter().filter(|one| one.party == party);
        let functions: Vec<_> = of_party
            .map(|signature| {
                let function = &signature.function;
                if signature.signed_on == telling.occurred_on {
                    return function.clone();
                }
                let on = day(telling.language, signature.signed_on);
                Line(telling.say(
                    &format!("{function} am {on}"),
                    &format!("{function} on {on}"),
                ))
            })
            .collect();
        let name = party.word(telling.language);
        (!functions.is_empty()).then(|| format!("{name} ({})", telling.lines(&functions)))
    }
}

impl Telling<'_> {
    /// What a draft names, for the middle of a sentence.
    pub(in crate::case) fn with_priorities(&self, ids: &[Uuid]) -> String {
        let with = match ids.len() {
            0 => return String::new(),
            count => self.either(
                by_count(count, "mit dem Schwerpunkt", "mit den Schwerpunkten"),
                by_count(count, "with the priority", "with the priorities"),
            ),
        };
        format!(" {with} {}", self.priorities(ids))
    }

    /// The agreement by what it names, for the middle of a sentence.
    pub(in crate::case) fn agreement(&self, id: Uuid) -> String {
        let known = self.before.and_then(|state| state.agreement(id));
        known.map_or(String::new(), |one| self.with_priorities(&one.priorities))
    }
}

impl Party {
    fn word(self, language: Language) -> &'static str {
        language.either(match self {
            Self::Municipality => ("Kommune", "municipality"),
            Self::Agency => ("Agentur", "agency"),
            Self::Third => ("Dritte", "third party"),
        })
    }
}

impl EndCondition {
    fn word(self, language: Language) -> &'static str {
        language.either(match self {
            Self::GoalsReached => ("die Ziele erreicht sind", "the goals are reached"),
            Self::PhaseEnd => ("die Programmphase endet", "the programme’s phase ends"),
        })
    }
}
