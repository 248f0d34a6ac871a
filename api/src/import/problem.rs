//! What is wrong with a table, and where.

use crate::language::{Language, Localized};

use super::text::letter;

/// Where a table comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    /// The file's name.
    pub(super) file: String,
    /// The sheet, if the file has sheets.
    pub(super) sheet: Option<String>,
}

impl Source {
    /// The name for people.
    pub(super) fn name(&self, language: Language) -> String {
        match (&self.sheet, language) {
            (None, _) => self.file.clone(),
            (Some(sheet), Language::De) => format!("{}, Blatt „{sheet}“", self.file),
            (Some(sheet), Language::En) => format!("{}, sheet \"{sheet}\"", self.file),
        }
    }
}

/// A column of a table: its header, and its place if it is there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    /// Counted from 0; none for a column that is missing.
    pub(super) index: Option<usize>,
    /// As it stands in the table.
    pub(super) header: String,
}

/// A place in the tables of a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The table, counted from 0.
    pub(super) table: usize,
    /// The line as a spreadsheet program shows it.
    pub(super) line: Option<u32>,
    /// The column.
    pub(super) column: Option<Spot>,
}

impl Place {
    /// A whole table.
    pub(super) fn table(table: usize) -> Self {
        Self {
            table,
            line: None,
            column: None,
        }
    }

    /// The place for people, such as `bedarfe.csv, Zeile 17, Spalte D „dringlichkeit“`.
    pub(super) fn name(&self, sources: &[Source], language: Language) -> String {
        let german = language == Language::De;
        let source = sources.get(self.table);
        let mut parts: Vec<_> = source
            .map(|source| source.name(language))
            .into_iter()
            .collect();
        if let Some(line) = self.line {
            let word = if german { "Zeile" } else { "line" };
            parts.push(format!("{word} {line}"));
        }
        if let Some(Spot { index, header }) = &self.column {
            let word = if german { "Spalte" } else { "column" };
            let letter = index.map(|index| format!(" {}", letter(index)));
            let header = match (header.as_str(), german) {
                ("", _) => String::new(),
                (header, true) => format!(" „{header}“"),
                (header, false) => format!(" \"{header}\""),
            };
            parts.push(format!("{word}{}{header}", letter.unwrap_or_default()));
        }
        parts.join(", ")
    }
}

/// How far a problem reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// The table as a whole: nothing of the run can be trusted.
    Table,
    /// A row that belongs to no case.
    Row,
    /// The case with this reference.
    Case(String),
    /// Two cases of which one at the most can be right.
    Cases([String; 2]),
}

/// One thing that keeps something from being imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// Where.
    pub(super) place: Place,
    /// What.
    pub(super) message: Localized,
    /// What cannot be imported because of it.
    pub(super) reach: Reach,
}
