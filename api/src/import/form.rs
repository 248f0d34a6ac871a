//! The forms: which tables there are, and which columns each has.
//!
//! Invariant: what is here is what is read, what the templates show and what the documentation says.

pub(super) mod agreement;
pub(super) mod case;
pub(super) mod codes;
pub(super) mod contact;
pub(super) mod follow_up;
pub(super) mod need;
pub(super) mod priority;

use clap::ValueEnum;

use self::codes::Code;
use super::text::folded;
use crate::language::{Language, Localized};

/// A form of the import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Form {
    /// The cases.
    Cases,
    /// Contacts and initial meetings.
    Contacts,
    /// Needs.
    Needs,
    /// Priorities.
    Priorities,
    /// Target agreements, drafted and signed.
    Agreements,
    /// Follow-ups.
    FollowUps,
}

impl Form {
    /// Every form, in the order in which a case meets them.
    pub(crate) const ALL: [Self; 6] = [
        Self::Cases,
        Self::Contacts,
        Self::Needs,
        Self::Priorities,
        Self::Agreements,
        Self::FollowUps,
    ];

    /// The name on the command line and of English files.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Cases => "cases",
            Self::Contacts => "contacts",
            Self::Needs => "needs",
            Self::Priorities => "priorities",
            Self::Agreements => "agreements",
            Self::FollowUps => "follow_ups",
        }
    }

    /// The name of sheets and files.
    pub(super) fn title(self, language: Language) -> &'static str {
        let (german, english) = match self {
            Self::Cases => ("Fälle", "Cases"),
            Self::Contacts => ("Kontakte", "Contacts"),
            Self::Needs => ("Bedarfe", "Needs"),
            Self::Priorities => ("Schwerpunkte", "Priorities"),
            Self::Agreements => ("Zielvereinbarungen", "Agreements"),
            Self::FollowUps => ("Wiedervorlagen", "Follow-ups"),
        };
        match language {
            Language::De => german,
            Language::En => english,
        }
    }

    /// The columns, in the order of the templates.
    pub(super) fn columns(self) -> &'static [&'static Column] {
        match self {
            Self::Cases => case::COLUMNS,
            Self::Contacts => contact::COLUMNS,
            Self::Needs => need::COLUMNS,
            Self::Priorities => priority::COLUMNS,
            Self::Agreements => agreement::COLUMNS,
            Self::FollowUps => follow_up::COLUMNS,
        }
    }

    /// The form that a file or sheet is named after: `Bedarfe`, `needs_2015`, `02 Bedarfe`.
    pub(super) fn named(name: &str) -> Option<Self> {
        let name = folded(name);
        let names = |form: &Self| {
            let titles = [Language::De, Language::En].map(|one| folded(form.title(one)));
            titles.contains(&name) || titles.iter().any(|title| is_word_of(&name, title))
        };
        Self::ALL.into_iter().find(names)
    }
}

/// Whether the title stands in the name as whole words.
fn is_word_of(name: &str, title: &str) -> bool {
    format!("_{name}_").contains(&format!("_{title}_"))
}

/// Whether a column has to be filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needed {
    /// In every line.
    Always,
    /// In some lines; the explanation says in which.
    Sometimes,
    /// It can stay empty, or be left out.
    Never,
}

/// What stands in a column.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// The agency's own reference of a case, or its own number of a thing.
    Reference,
    /// Such numbers, several in a cell.
    References,
    /// A day.
    Day,
    /// One line of text.
    Line,
    /// Text of any number of lines.
    Prose,
    /// Several lines of text in a cell.
    Lines,
    /// A whole number.
    Whole,
    /// An official key.
    Key,
    /// A code of a fixed list.
    Code(&'static [Code]),
    /// A code of the catalogue of quality dimensions.
    Dimension,
    /// A code of the catalogue of focus areas.
    FocusArea,
    /// One of the agency's sites.
    Site,
    /// A member of the agency.
    Member,
}

/// A column of a form.
#[derive(Debug)]
pub(super) struct Column {
    /// The English header.
    pub(super) name: &'static str,
    /// The German header.
    pub(super) german: &'static str,
    /// Other headers it is known by.
    pub(super) synonyms: &'static [&'static str],
    /// Whether it has to be filled.
    pub(super) needed: Needed,
    /// What stands in it.
    pub(super) kind: Kind,
    /// The same for people.
    pub(super) says: Localized,
    /// An example, German and English.
    pub(super) example: (&'static str, &'static str),
}

impl Column {
    /// The header in the templates.
    pub(super) fn header(&self, language: Language) -> &'static str {
        match language {
            Language::De => self.german,
            Language::En => self.name,
        }
    }

    /// Whether it is known by this header.
    pub(super) fn is_called(&self, header: &str) -> bool {
        let header = folded(header);
        let mut names = self.synonyms.iter().chain([&self.name, &self.german]);
        names.any(|name| folded(name) == header)
    }

    /// The example in one language.
    pub(super) fn example(&self, language: Language) -> &'static str {
        match language {
            Language::De => self.example.0,
            Language::En => self.example.1,
        }
    }

    /// Whether they are the same column.
    pub(super) fn is(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

/// The reference of the case a line belongs to.
pub(super) static CASE: Column = Column {
    name: "reference",
    german: "aktenzeichen_alt",
    synonyms: &["aktenzeichen", "fall", "fallnummer", "case"],
    needed: Needed::Always,
    kind: Kind::Reference,
    says: Localized::fixed(
        "Ihr bisheriges Aktenzeichen des Falls, wie in der Tabelle der Fälle",
        "your own reference of the case, as in the table of cases",
    ),
    example: ("A-2014-17", "A-2014-17"),
};

/// The number of a line's thing among those of its case.
pub(super) static NUMBER: Column = Column {
    name: "number",
    german: "nummer",
    synonyms: &["nr", "lfd_nr", "laufende_nummer", "no"],
    needed: Needed::Always,
    kind: Kind::Reference,
    says: Localized::fixed(
        "Ihre eigene Nummer, einmalig im Fall und bleibend; ohne Komma, Semikolon und senkrechten Strich",
        "your own number, unique in the case and lasting; without comma, semicolon and vertical bar",
    ),
    example: ("1", "1"),
};

/// Why something was done, if it needs saying.
pub(super) static REASON: Column = Column {
    name: "reason",
    german: "grund",
    synonyms: &["begruendung", "anmerkung"],
    needed: Needed::Never,
    kind: Kind::Prose,
    says: Localized::fixed(
        "Warum, falls es der Erklärung bedarf; keine Namen",
        "why, if it needs saying; no names",
    ),
    example: ("", ""),
};

#[cfg(test)]
mod tests;
