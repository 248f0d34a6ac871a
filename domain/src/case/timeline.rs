//! The history of a case as sentences that people read, in German and English.
//!
//! Invariant: a sentence says what the event says and nothing of later events: things are named as
//! the state before the event knew them, codes as the catalogue named them on that day. Texts that
//! members entered stay in their language.

use time::Date;

use super::CaseState;
use super::event::{CaseEvent, Participant};
use crate::catalogue::Catalogue;
use crate::language::Language;
use crate::text::{Line, Prose};

mod phrase;
#[cfg(test)]
mod tests;

pub(super) use phrase::{by_count, clause, day, euros, list, name, quote};
use phrase::{either, enumeration};

/// One event of a case as a sentence or a few, `before` being the state that it met.
#[must_use]
pub fn sentence(
    before: Option<&CaseState>,
    event: &CaseEvent,
    occurred_on: Date,
    reason: Option<&Prose>,
    language: Language,
    catalogue: &Catalogue,
) -> String {
    let told = event.happening().tell(&Telling {
        before,
        occurred_on,
        language,
        catalogue,
    });
    let mut text = phrase::sentence(&told);
    if let Some(reason) = reason {
        let because = either(language, "Begründung", "Reason");
        text.push_str(&phrase::sentence(&format!(
            " {because}: {}",
            clause(reason.as_str())
        )));
    }
    text
}

/// What an event is told with, and the turns of phrase that all of them share.
pub(crate) struct Telling<'a> {
    /// The state that it met.
    pub(super) before: Option<&'a CaseState>,
    /// The day it happened in the world.
    pub(super) occurred_on: Date,
    /// The language it is told in.
    pub(super) language: Language,
    /// The code lists, by which codes are named.
    pub(super) catalogue: &'a Catalogue,
}

impl Telling<'_> {
    pub(super) fn either<'t>(&self, de: &'t str, en: &'t str) -> &'t str {
        either(self.language, de, en)
    }

    pub(super) fn say(&self, de: &str, en: &str) -> String {
        self.either(de, en).to_owned()
    }

    /// The sentences that say something, each closed, on one line.
    pub(super) fn sentences(texts: &[String]) -> String {
        let told = texts.iter().filter(|text| !text.is_empty());
        told.map(|text| phrase::sentence(text))
            .collect::<Vec<_>>()
            .join(" ")
    }

    pub(super) fn about(&self, what: &str, topics: &[Line]) -> String {
        if topics.is_empty() {
            return what.to_owned();
        }
        format!("{what}: {}", self.lines(topics))
    }

    pub(super) fn present(&self, participants: &[Participant]) -> String {
        let functions: Vec<_> = participants
            .iter()
            .map(|one| one.function.clone())
            .collect();
        self.labelled("Beteiligt", "Present", &functions)
    }

    pub(super) fn labelled(&self, de: &str, en: &str, lines: &[Line]) -> String {
        if lines.is_empty() {
            return String::new();
        }
        format!("{}: {}", self.either(de, en), self.lines(lines))
    }

    pub(super) fn lines(&self, lines: &[Line]) -> String {
        enumeration(self.language, lines)
    }

    /// A field with its new value alone.
    pub(super) fn newly(&self, de: &str, en: &str, value: &str) -> String {
        format!("{} {value}", self.either(de, en))
    }

    /// What stands in a field now.
    pub(super) fn listed(&self, de: &str, en: &str, values: &str) -> String {
        format!("{}: {values}", self.either(de, en))
    }

    /// A field with its new value and, where that is another one, the old.
    pub(super) fn field(&self, de: &str, en: &str, value: &str, before: Option<String>) -> String {
        let name = self.either(de, en);
        match before.filter(|before| before != value) {
            Some(before) => {
                let previously = self.either("bisher", "previously");
                format!("{name} {value}, {previously} {before}")
            }
            None => format!("{name} {value}"),
        }
    }

    /// A thing that was changed, with the changed fields.
    pub(super) fn revision(&self, de: &str, en: &str, parts: &[String]) -> String {
        let what = self.either(de, en);
        if parts.is_empty() {
            return what.to_owned();
        }
        format!("{what}: {}", parts.join("; "))
    }

    pub(super) fn dimension(&self, code: &str) -> String {
        let known = self.catalogue.dimension(code, self.occurred_on);
        known
            .map_or(code, |known| known.name.get(self.language))
            .to_owned()
    }

    pub(super) fn focus_area(&self, code: &str) -> String {
        let known = self.catalogue.focus_area(code, self.occurred_on);
        known
            .map_or(code, |known| known.name.get(self.language))
            .to_owned()
    }
}
