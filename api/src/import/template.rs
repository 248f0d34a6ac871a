//! Templates: for each form a table with its headers, an explanation and an example, which are remarks to the reader.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{DataValidation, Format, Workbook, Worksheet, XlsxError};

use super::form::codes::Code;
use super::form::{Column, Form, Kind, Needed};
use crate::language::Language;

/// How many lines of a sheet are formatted: as text, or with a list to choose from.
const LINES: u32 = 5_000;

/// Which template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Template {
    /// Of one form.
    Form(Form),
    /// Of all forms, a sheet for each.
    Workbook,
}

/// A template could not be written.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The file.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The workbook.
    #[error("workbook: {0}")]
    Workbook(#[from] XlsxError),
    /// The table.
    #[error("table: {0}")]
    Table(#[from] csv::Error),
    /// A workbook has another kind of file.
    #[error("{0}: the template of all forms is a workbook, whose name ends in .xlsx")]
    NoWorkbook(PathBuf),
}

/// Writes a template into a new file and is its path: the one that is named, or one after the form.
pub(crate) fn write_template(
    template: Template,
    language: Language,
    path: Option<&Path>,
) -> Result<PathBuf, TemplateError> {
    let usual = match template {
        Template::Form(form) => format!("{}.csv", form.title(language).to_lowercase()),
        Template::Workbook => "fallbuch-import.xlsx".to_owned(),
    };
    let path = path.map_or_else(|| PathBuf::from(usual), Path::to_owned);
    let ending = path.extension().unwrap_or_default();
    let is_workbook = ending.eq_ignore_ascii_case("xlsx");
    let bytes = match template {
        Template::Workbook if !is_workbook => return Err(TemplateError::NoWorkbook(path)),
        Template::Workbook => workbook(&Form::ALL, language)?,
        Template::Form(form) if is_workbook => workbook(&[form], language)?,
        Template::Form(form) => delimited(form, language)?,
    };
    let file = |source| TemplateError::File {
        path: path.clone(),
        source,
    };
    // What somebody has filled in already is never written over.
    let mut new = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .map_err(file)?;
    new.write_all(&bytes).map_err(file)?;
    Ok(path)
}

/// Headers, explanation and example of a form.
pub(super) fn lines(form: Form, language: Language) -> [Vec<String>; 3] {
    let columns = form.columns().iter();
    let headers = columns
        .clone()
        .map(|column| column.header(language).to_owned());
    let remark = |(place, text): (usize, String)| {
        if place == 0 {
            format!("# {text}")
        } else {
            text
        }
    };
    let says = columns.clone().map(|column| explained(column, language));
    let example = columns.map(|column| column.example(language).to_owned());
    [
        headers.collect(),
        says.enumerate().map(remark).collect(),
        example.enumerate().map(remark).collect(),
    ]
}

/// What belongs into a column.
pub(super) fn explained(column: &Column, language: Language) -> String {
    let german = language == Language::De;
    let needed = match (column.needed, german) {
        (Needed::Always, true) => " (Pflicht)",
        (Needed::Always, false) => " (required)",
        (Needed::Sometimes | Needed::Never, _) => "",
    };
    let choice = if let Kind::Code(codes) = column.kind {
        format!(": {}", words(codes, language).join(", "))
    } else {
        String::new()
    };
    format!("{}{needed}{choice}", column.says.text(language))
}

/// The words for codes.
pub(super) fn words(codes: &'static [Code], language: Language) -> Vec<&'static str> {
    let word = |code: &'static Code| match language {
        Language::De => code.words.first().copied().unwrap_or(code.wire),
        Language::En => code.wire,
    };
    codes.iter().map(word).collect()
}

/// As spreadsheet programs in German read it without asking.
fn delimited(form: Form, language: Language) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .terminator(csv::Terminator::CRLF)
        .from_writer(b"\xef\xbb\xbf".to_vec());
    for line in lines(form, language) {
        writer.write_record(line)?;
    }
    writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))
}

fn workbook(forms: &[Form], language: Language) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    for form in forms {
        fill(workbook.add_worksheet(), *form, language)?;
    }
    workbook.save_to_buffer()
}

fn fill(sheet: &mut Worksheet, form: Form, language: Language) -> Result<(), XlsxError> {
    sheet.set_name(form.title(language))?;
    let (head, says) = (
        Format::new().set_bold(),
        Format::new().set_italic().set_text_wrap(),
    );
    let day = Format::new().set_num_format("dd.mm.yyyy");
    // As text zeros stay, and 1-2 does not become a day.
    let text = Format::new().set_num_format("@");
    for (place, column) in (0..).zip(form.columns()) {
        sheet.set_column_width(place, 24)?;
        let is_day = matches!(column.kind, Kind::Day);
        sheet.set_column_format(place, if is_day { &day } else { &text })?;
        if let Kind::Code(codes) = column.kind {
            let choice = DataValidation::new().allow_list_strings(&words(codes, language))?;
            sheet.add_data_validation(1, place, LINES, place, &choice)?;
        }
    }
    let [headers, explanation, example] = lines(form, language);
    for (row, line, format) in [
        (0, headers, &head),
        (1, explanation, &says),
        (2, example, &text),
    ] {
        for (place, text) in (0..).zip(line).filter(|(_, text)| !text.is_empty()) {
            sheet.write_string_with_format(row, place, text, format)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}
