//! Workbooks (XLSX): every sheet is a table.

use std::io::Cursor;

use calamine::{
    Data, ExcelDateTime, ExcelDateTimeType, Reader as _, SheetType, Xlsx, XlsxError,
    open_workbook_from_rs,
};
use time::{Date, Month};

use super::{Cell, Row, Table};
use crate::import::problem::Source;
use crate::import::text::letter;
use crate::language::Localized;

type Workbook = Xlsx<Cursor<Vec<u8>>>;

/// What is wrong with lines, by their numbers.
type Faults = Vec<(Option<u32>, Localized)>;

/// How many columns a table may have: many more than any form has.
const COLUMNS: usize = 26 + 26 * 26;

/// How large the parts of a workbook may be together, in bytes.
const UNPACKED: u64 = 256 << 20;

/// The tables of a workbook.
pub(super) fn tables(file: &Source, bytes: Vec<u8>) -> Vec<Table> {
    if let Some(why) = too_large(&bytes) {
        return vec![Table::unreadable(file.clone(), why)];
    }
    let mut workbook: Workbook = match open_workbook_from_rs(Cursor::new(bytes)) {
        Ok(workbook) => workbook,
        Err(error) => return vec![Table::unreadable(file.clone(), unreadable(&error))],
    };
    // Sheets of charts and macros are no tables.
    let sheets = workbook.sheets_metadata().iter();
    let sheets = sheets.filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let sheets: Vec<String> = sheets.map(|sheet| sheet.name.clone()).collect();
    let counts_from_1904 = workbook.has_1904_epoch();
    let tables = sheets.into_iter().map(|sheet| {
        let source = Source {
            sheet: Some(sheet.clone()),
            ..file.clone()
        };
        match rows(&mut workbook, &sheet) {
            Ok((rows, faults)) => Table {
                counts_from_1904,
                ..Table::new(source, rows, faults)
            },
            Err(error) => Table::unreadable(source, unreadable(&error)),
        }
    });
    tables.collect()
}

fn unreadable(error: &XlsxError) -> Localized {
    Localized::made(
        format!("Die Arbeitsmappe kann nicht gelesen werden: {error}."),
        format!("The workbook cannot be read: {error}."),
    )
}

/// Why a workbook is not opened whose parts are far larger than they are packed: it would take all memory.
fn too_large(bytes: &[u8]) -> Option<Localized> {
    // An archive that cannot be read is told of by who opens the workbook.
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let parts = 0..archive.len();
    let sizes = parts.map(|part| archive.by_index_raw(part).map_or(0, |part| part.size()));
    let unpacked = sizes.fold(0, u64::saturating_add);
    (unpacked > UNPACKED).then(|| {
        let (megabytes, most) = (unpacked >> 20, UNPACKED >> 20);
        Localized::made(
            format!("Die Arbeitsmappe ist ausgepackt {megabytes} MB groß; höchstens {most} MB werden gelesen."),
            format!("The workbook is {megabytes} MB unpacked; at most {most} MB are read."),
        )
    })
}

/// The lines of a sheet, cell by cell, and what is wrong with lines as a whole: a sheet as a rectangle could be far
/// larger than what stands in it.
fn rows(workbook: &mut Workbook, sheet: &str) -> Result<(Vec<Row>, Faults), XlsxError> {
    let mut reader = workbook.worksheet_cells_reader(sheet)?;
    let (mut rows, mut faults): (Vec<Row>, Faults) = (Vec::new(), Vec::new());
    while let Some(found) = reader.next_cell()? {
        let (row, column) = found.get_position();
        let cell = cell(&Data::from(found.get_value().clone()));
        if cell == Cell::Empty {
            continue;
        }
        let line = row.saturating_add(1);
        let place = usize::try_from(column).unwrap_or(usize::MAX);
        if place >= COLUMNS {
            if faults.is_empty() {
                faults.push((Some(line), too_wide()));
            }
            continue;
        }
        if rows.last().is_none_or(|last| last.line != line) {
            rows.push(Row {
                line,
                cells: Vec::new(),
            });
        }
        if let Some(Row { cells, .. }) = rows.last_mut() {
            if cells.len() <= place {
                cells.resize(place + 1, Cell::Empty);
            }
            cells[place] = cell;
        }
    }
    Ok((rows, faults))
}

fn too_wide() -> Localized {
    let last = letter(COLUMNS - 1);
    Localized::made(
        format!("Rechts von Spalte {last} steht etwas; keine Tabelle ist so breit."),
        format!("Something stands to the right of column {last}; no table is that wide."),
    )
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a spreadsheet program itself keeps numbers as floats"
)]
fn cell(data: &Data) -> Cell {
    match data {
        Data::Empty => Cell::Empty,
        Data::Int(number) => Cell::Number(*number as f64),
        Data::Float(number) => Cell::Number(*number),
        Data::String(text) | Data::DateTimeIso(text) => Cell::of_text(text),
        Data::Bool(is_true) => Cell::Text(if *is_true { "WAHR" } else { "FALSCH" }.to_owned()),
        Data::DateTime(instant) if instant.is_datetime() => {
            day(instant).map_or_else(|| Cell::Fault(instant.as_f64().to_string()), Cell::Day)
        }
        Data::DateTime(instant) => Cell::Fault(instant.as_f64().to_string()),
        Data::DurationIso(text) => Cell::Fault(text.clone()),
        Data::Error(error) => Cell::Fault(error.to_string()),
    }
}

/// The day of an instant; none for a time of no day.
fn day(instant: &ExcelDateTime) -> Option<Date> {
    if instant.as_f64() < 1.0 {
        return None;
    }
    let (year, month, day, ..) = instant.to_ymd_hms_milli();
    let month = Month::try_from(month).ok()?;
    Date::from_calendar_date(year.into(), month, day).ok()
}

/// The day that a number stands for which the spreadsheet program shows as such, if it may be one at all.
pub(in super::super) fn day_of_number(number: f64) -> Option<Date> {
    // From 1954 to 2064: what is smaller or larger was never meant as a day.
    let is_likely = (20_000.0..60_000.0).contains(&number);
    let instant = ExcelDateTime::new(number, ExcelDateTimeType::DateTime, false);
    if is_likely { day(&instant) } else { None }
}
