//! Workbooks (XLSX): every sheet is a table.

use std::io::Cursor;

use calamine::{
    Data, ExcelDateTime, ExcelDateTimeType, Reader as _, Xlsx, XlsxError, open_workbook_from_rs,
};
use time::{Date, Month};

use super::{Cell, Row, Table};
use crate::import::problem::Source;
use crate::import::text::trimmed;
use crate::language::Localized;

type Workbook = Xlsx<Cursor<Vec<u8>>>;

/// The tables of a workbook.
pub(super) fn tables(file: &Source, bytes: Vec<u8>) -> Vec<Table> {
    let mut workbook: Workbook = match open_workbook_from_rs(Cursor::new(bytes)) {
        Ok(workbook) => workbook,
        Err(error) => return vec![Table::unreadable(file.clone(), unreadable(&error))],
    };
    let sheets = workbook.sheet_names();
    let counts_from_1904 = workbook.has_1904_epoch();
    let tables = sheets.into_iter().map(|sheet| {
        let source = Source {
            sheet: Some(sheet.clone()),
            ..file.clone()
        };
        match rows(&mut workbook, &sheet) {
            Ok(rows) => Table {
                counts_from_1904,
                ..Table::new(source, rows, Vec::new())
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

/// The lines of a sheet, cell by cell: a sheet as a rectangle could be far larger than what stands in it.
fn rows(workbook: &mut Workbook, sheet: &str) -> Result<Vec<Row>, XlsxError> {
    let mut reader = workbook.worksheet_cells_reader(sheet)?;
    let mut rows: Vec<Row> = Vec::new();
    while let Some(found) = reader.next_cell()? {
        let (row, column) = found.get_position();
        let cell = cell(&Data::from(found.get_value().clone()));
        if cell == Cell::Empty {
            continue;
        }
        let line = row.saturating_add(1);
        if rows.last().is_none_or(|last| last.line != line) {
            rows.push(Row {
                line,
                cells: Vec::new(),
            });
        }
        let place = usize::try_from(column).unwrap_or(usize::MAX);
        if let Some(Row { cells, .. }) = rows.last_mut() {
            while cells.len() < place {
                cells.push(Cell::Empty);
            }
            cells.push(cell);
        }
    }
    Ok(rows)
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
        Data::String(text) | Data::DateTimeIso(text) => {
            let text = trimmed(text);
            if text.is_empty() {
                Cell::Empty
            } else {
                Cell::Text(text)
            }
        }
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
