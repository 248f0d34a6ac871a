//! From a table to a sheet of a form: which form it is, and which of its columns stands where.

use crate::language::{Language, Localized};

use super::form::{Column, Form, Needed};
use super::problem::{Place, Problem, Reach, Spot};
use super::table::{Cell, Row, Table};

/// A table whose form and columns are known.
#[derive(Debug)]
pub(super) struct Sheet<'a> {
    /// The table's place among those of the run.
    pub(super) table: usize,
    /// The form.
    pub(super) form: Form,
    /// The lines below the headers, without remarks.
    pub(super) rows: Vec<&'a Row>,
    /// How many lines were left out as remarks.
    pub(super) remarks: usize,
    /// Whether its numbers count days from 1904 on.
    pub(super) counts_from_1904: bool,
    /// The line of the headers.
    line: u32,
    /// What each column of the table is, from A on.
    columns: Vec<Option<&'static Column>>,
    /// The headers as they stand there.
    headers: Vec<String>,
}

impl<'a> Sheet<'a> {
    /// Reads a table's headers; none if it says nothing, or nobody can tell what.
    pub(super) fn of(number: usize, table: &'a Table, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut report = |line: Option<u32>, column: Option<Spot>, message: Localized| {
            problems.push(Problem {
                place: Place {
                    table: number,
                    line,
                    column,
                },
                message,
                reach: Reach::Table,
            });
        };
        for (line, message) in &table.faults {
            report(*line, None, message.clone());
        }
        let mut rows = table.rows.iter().filter(|row| !row.is_remark());
        let Some(header) = rows.next() else {
            // An empty sheet of a workbook says nothing; an empty file is not what somebody meant.
            if table.source.sheet.is_none() && table.rows.is_empty() && table.faults.is_empty() {
                report(None, None, empty());
            }
            return None;
        };
        let headers: Vec<String> = header.cells.iter().map(shown).collect();
        let name = table.source.sheet.as_ref().unwrap_or(&table.source.file);
        if table.source.sheet.is_some() && name.starts_with('#') {
            return None;
        }
        let Some(form) = form_of(name, &table.source.file, &headers) else {
            report(Some(header.line), None, unknown_form());
            return None;
        };
        let rows: Vec<&Row> = rows.collect();
        let sheet = Self {
            table: number,
            form,
            remarks: table.rows.len() - rows.len() - 1,
            counts_from_1904: table.counts_from_1904,
            line: header.line,
            columns: headers
                .iter()
                .map(|header| column_of(form, header))
                .collect(),
            rows,
            headers,
        };
        for (column, message) in sheet.wrong_headers() {
            report(Some(sheet.line), Some(column), message);
        }
        Some(sheet)
    }

    /// Where a column stands.
    pub(super) fn index(&self, column: &Column) -> Option<usize> {
        let mut columns = self.columns.iter().copied();
        columns.position(|one| one.is_some_and(|one| one.is(column)))
    }

    /// A column as it stands in the table, or as it is called if it does not.
    pub(super) fn spot(&self, column: &Column) -> Spot {
        let index = self.index(column);
        let header = index.and_then(|index| self.headers.get(index)).cloned();
        Spot {
            index,
            header: header.unwrap_or_else(|| column.german.to_owned()),
        }
    }

    /// A cell of a line that stands below no header.
    pub(super) fn stray(&self, row: &Row) -> Option<Spot> {
        let beyond = |index: usize| self.headers.get(index).is_none_or(String::is_empty);
        let mut cells = row.cells.iter().enumerate();
        let stray = cells.find(|(index, cell)| **cell != Cell::Empty && beyond(*index));
        stray.map(|(index, _)| Spot {
            index: Some(index),
            header: String::new(),
        })
    }

    fn wrong_headers(&self) -> Vec<(Spot, Localized)> {
        let mut wrong = Vec::new();
        for (index, (header, column)) in self.headers.iter().zip(&self.columns).enumerate() {
            let spot = || Spot {
                index: Some(index),
                header: header.clone(),
            };
            match column {
                None if header.is_empty() => {}
                None => wrong.push((spot(), unknown_header(self.form))),
                Some(column) if self.index(column) != Some(index) => {
                    wrong.push((spot(), twice(&self.spot(column))));
                }
                Some(_) => {}
            }
        }
        for column in self.form.columns() {
            if column.needed == Needed::Always && self.index(column).is_none() {
                wrong.push((self.spot(column), missing_header(column)));
            }
        }
        wrong
    }
}

/// A header as text.
fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) | Cell::Fault(text) => {
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        }
        Cell::Garbled => "\u{fffd}".to_owned(),
        Cell::Number(number) => number.to_string(),
        Cell::Day(day) => day.to_string(),
    }
}

fn column_of(form: Form, header: &str) -> Option<&'static Column> {
    let mut columns = form.columns().iter().copied();
    columns.find(|column| column.is_called(header))
}

/// The form by the sheet's name, else the file's, else the one whose columns the headers are.
fn form_of(sheet: &str, file: &str, headers: &[String]) -> Option<Form> {
    if let Some(form) = Form::named(sheet).or_else(|| Form::named(stem(file))) {
        return Some(form);
    }
    let has = |form: Form, column: &Column| {
        let found = headers.iter().filter_map(|header| column_of(form, header));
        found.into_iter().any(|one| one.is(column))
    };
    let fits = |form: &Form| {
        let mut needed = form
            .columns()
            .iter()
            .filter(|one| one.needed == Needed::Always);
        let all_known = headers
            .iter()
            .all(|header| header.is_empty() || column_of(*form, header).is_some());
        all_known && needed.all(|column| has(*form, column))
    };
    let mut fitting = Form::ALL.into_iter().filter(fits);
    let first = fitting.next()?;
    fitting.next().is_none().then_some(first)
}

fn stem(file: &str) -> &str {
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}

fn empty() -> Localized {
    Localized::fixed("Die Datei ist leer.", "The file is empty.")
}

fn unknown_form() -> Localized {
    let names = |language| Form::ALL.map(|form| form.title(language)).join(", ");
    Localized::made(
        format!(
            "Weder Name noch Überschriften sagen, welche Tabelle das ist. Bekannt sind: {}. Ein Blatt, das keine ist, heißt # und weiter.",
            names(Language::De)
        ),
        format!(
            "Neither the name nor the headers say which table this is. Known are: {}. A sheet that is none has a name that begins with #.",
            names(Language::En)
        ),
    )
}

fn unknown_header(form: Form) -> Localized {
    let names = |language| {
        let columns = form.columns().iter();
        columns
            .map(|one| one.header(language))
            .collect::<Vec<_>>()
            .join(", ")
    };
    Localized::made(
        format!(
            "Diese Überschrift ist nicht bekannt. Bekannt sind: {}.",
            names(Language::De)
        ),
        format!(
            "This header is not known. Known are: {}.",
            names(Language::En)
        ),
    )
}

fn twice(first: &Spot) -> Localized {
    let letter = super::text::letter(first.index.unwrap_or(0));
    Localized::made(
        format!("Dieselbe Angabe steht schon in Spalte {letter}."),
        format!("Column {letter} is the same already."),
    )
}

fn missing_header(column: &Column) -> Localized {
    let (german, english) = (
        column.says.text(Language::De),
        column.says.text(Language::En),
    );
    Localized::made(
        format!("Die Überschrift „{}“ fehlt: {german}.", column.german),
        format!("The header \"{}\" is missing: {english}.", column.name),
    )
}
