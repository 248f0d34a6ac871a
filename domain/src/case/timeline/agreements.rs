//! Drafts and signings as sentences.

use uuid::Uuid;

use super::super::event::{AgreementDrafted, AgreementSigned, Party};
use super::phrase::{by_count, day, list};
use super::{Telling, wording};
use crate::text::Line;

impl Telling<'_> {
    pub(super) fn drafted(&self, drafted: &AgreementDrafted) -> String {
        let with = self.with_priorities(&drafted.priorities);
        let until = drafted.planned_until.map_or(String::new(), |until| {
            let until = day(self.language, until);
            self.say(
                &format!(", vorgesehen bis {until}"),
                &format!(", planned until {until}"),
            )
        });
        match drafted.revision {
            0 | 1 => self.say(
                &format!("Zielvereinbarung{with} entworfen{until}"),
                &format!("Target agreement{with} drafted{until}"),
            ),
            revision => self.say(
                &format!("Zielvereinbarung{with} neu gefasst ({revision}. Entwurf){until}"),
                &format!("Target agreement{with} redrafted (draft {revision}){until}"),
            ),
        }
    }

    pub(super) fn signed(&self, signed: &AgreementSigned) -> String {
        let parties = [Party::Municipality, Party::Agency, Party::Third];
        let by: Vec<_> = parties
            .iter()
            .filter_map(|party| self.signatures(signed, *party))
            .collect();
        let by = list(self.language, &by);
        let from = day(self.language, signed.valid_from);
        let valid = match signed.valid_until.map(|until| day(self.language, until)) {
            Some(until) => self.say(
                &format!("gültig vom {from} bis {until}"),
                &format!("valid from {from} to {until}"),
            ),
            None => self.say(&format!("gültig ab {from}"), &format!("valid from {from}")),
        };
        let ends = signed.end_condition.map_or(String::new(), |condition| {
            let condition = wording::end_condition(self.language, condition);
            self.say(
                &format!("; sie endet auch, sobald {condition}"),
                &format!("; it also ends once {condition}"),
            )
        });
        self.say(
            &format!("Zielvereinbarung unterzeichnet: {by}, {valid}{ends}"),
            &format!("Target agreement signed: {by}, {valid}{ends}"),
        )
    }

    /// A party with its signatories, and the day where it is not that of the signing.
    fn signatures(&self, signed: &AgreementSigned, party: Party) -> Option<String> {
        let of_party = signed
            .signatures
            .iter()
            .filter(|signature| signature.party == party);
        let functions: Vec<_> = of_party
            .map(|signature| {
                let function = &signature.function;
                if signature.signed_on == self.occurred_on {
                    return function.clone();
                }
                let on = day(self.language, signature.signed_on);
                Line(self.say(
                    &format!("{function} am {on}"),
                    &format!("{function} on {on}"),
                ))
            })
            .collect();
        let name = wording::party(self.language, party);
        (!functions.is_empty()).then(|| format!("{name} ({})", self.lines(&functions)))
    }

    /// What a draft names, for the middle of a sentence.
    pub(super) fn with_priorities(&self, ids: &[Uuid]) -> String {
        let names: Vec<_> = ids.iter().map(|id| self.priority(*id)).collect();
        let names = list(self.language, &names);
        let with = match ids.len() {
            0 => return String::new(),
            count => self.either(
                by_count(count, "mit dem Schwerpunkt", "mit den Schwerpunkten"),
                by_count(count, "with the priority", "with the priorities"),
            ),
        };
        format!(" {with} {names}")
    }
}
