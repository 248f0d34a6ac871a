//! Tables as they are in files: lines of cells, whatever the file's kind.
//!
//! Invariant: a cell's text has no white space around it, and a line's number is the one a spreadsheet program shows.

mod delimited;
pub(super) mod workbook;

use std::path::Path;

use time::Date;

use super::problem::Source;
use super::text::{is_garbled, trimmed};
use crate::language::Localized;

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    /// Nothing but white space.
    Empty,
    /// A text, trimmed.
    Text(String),
    /// A number that is none of a text's digits: the spreadsheet program keeps it as such.
    Number(f64),
    /// A day that the spreadsheet program keeps as such.
    Day(Date),
    /// What a formula that fails leaves, such as `#REF!`, or a time of no day.
    Fault(String),
    /// A text with characters that are none of a text: it was saved in one encoding and read in another, or is no
    /// text at all.
    Garbled,
}

/// What formulas that fail leave in text files, in German and in English.
const FORMULA_FAULTS: [&str; 15] = [
    "#BEZUG!",
    "#DIV/0!",
    "#KALK!",
    "#LEER!",
    "#NAME?",
    "#NULL!",
    "#NUM!",
    "#NV",
    "#N/A",
    "#REF!",
    "#VALUE!",
    "#WERT!",
    "#ZAHL!",
    "#ÜBERLAUF!",
    "#SPILL!",
];

impl Cell {
    /// The cell with this text, which a file has.
    fn of_text(text: &str) -> Self {
        let text = trimmed(text);
        if text.is_empty() {
            Self::Empty
        } else if FORMULA_FAULTS.contains(&text.to_uppercase().as_str()) {
            Self::Fault(text)
        } else if is_garbled(&text) {
            Self::Garbled
        } else {
            Self::Text(text)
        }
    }
}

/// A line with its cells.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    /// The line as a spreadsheet program shows it.
    pub(super) line: u32,
    /// The cells from column A on.
    pub(super) cells: Vec<Cell>,
}

impl Row {
    /// Whether it says nothing.
    fn is_empty(&self) -> bool {
        self.cells.iter().all(|cell| *cell == Cell::Empty)
    }

    /// Whether it is a remark to whoever reads the table: its first cell begins with `#`.
    pub(super) fn is_remark(&self) -> bool {
        matches!(self.cells.first(), Some(Cell::Text(text)) if text.starts_with('#'))
    }
}

/// A table.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Table {
    /// Where it comes from.
    pub(super) source: Source,
    /// The lines that say something, remarks too.
    pub(super) rows: Vec<Row>,
    /// What is wrong with lines as a whole.
    pub(super) faults: Vec<(Option<u32>, Localized)>,
    /// Whether its numbers count days from 1904 on, as old ones do.
    pub(super) counts_from_1904: bool,
}

impl Table {
    fn new(source: Source, mut rows: Vec<Row>, faults: Vec<(Option<u32>, Localized)>) -> Self {
        rows.retain(|row| !row.is_empty());
        Self {
            source,
            rows,
            faults,
            counts_from_1904: false,
        }
    }

    /// A table that cannot be read at all.
    fn unreadable(source: Source, why: Localized) -> Self {
        Self::new(source, Vec::new(), vec![(None, why)])
    }
}

/// The tables of a file: its sheets, or the one it is.
pub(super) fn tables(path: &Path) -> Vec<Table> {
    let name = path.file_name().unwrap_or(path.as_os_str());
    let source = Source {
        file: name.to_string_lossy().into_owned(),
        sheet: None,
    };
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let why = Localized::made(
                format!("Die Datei kann nicht gelesen werden: {error}."),
                format!("The file cannot be read: {error}."),
            );
            return vec![Table::unreadable(source, why)];
        }
    };
    let ends_in = |endings: &[&str]| {
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        endings.iter().any(|one| ending.eq_ignore_ascii_case(one))
    };
    // By the content: a workbook is an archive of ZIP, whatever its name.
    if bytes.starts_with(b"PK\x03\x04") {
        workbook::tables(&source, bytes)
    } else if ends_in(&["xlsx", "xlsm", "xls", "xlsb", "ods"]) {
        let why = Localized::fixed(
            "Die Datei ist keine lesbare Arbeitsmappe im Format XLSX; geschützte und ältere Dateien bitte als XLSX ohne Kennwort speichern.",
            "The file is no readable workbook in the format XLSX; please save protected and older files as XLSX without a password.",
        );
        vec![Table::unreadable(source, why)]
    } else {
        vec![delimited::table(source, &bytes)]
    }
}
