//! Reads the cells of one line as what their columns say; whatever does not fit is a problem of its cell.
//!
//! Invariant: nothing is guessed. A cell is read as what it plainly says, or named.

use std::collections::BTreeSet;

use fallbuch_domain::text::{Line, Prose};
use serde::de::DeserializeOwned;
use serde_json::Value;
use time::Date;
use uuid::Uuid;

use super::day::day;
use super::form::codes::{self, Code};
use super::form::{Column, Needed};
use super::known::Known;
use super::number::{plain, whole};
use super::problem::{Place, Problem, Reach, Spot};
use super::sheet::Sheet;
use super::table::workbook::day_of_number;
use super::table::{Cell, Row};
use super::text::parts;
use super::wording;
use crate::language::Localized;

/// What separates lines of text in a cell.
const BETWEEN_LINES: &[char] = &[';', '|', '\n'];

/// What separates references in a cell.
pub(super) const BETWEEN_REFERENCES: &[char] = &[';', '|', '\n', ','];

/// A line that is being read.
pub(super) struct RowReader<'a> {
    sheet: &'a Sheet<'a>,
    row: &'a Row,
    known: &'a Known<'a>,
    /// What is wrong with it so far.
    pub(super) problems: Vec<Problem>,
    /// What was read so far, in one spelling: the same line, written differently, is the same.
    values: Vec<(&'static str, String)>,
    /// Whether a column is missing that every line needs.
    incomplete: bool,
}

/// A place among what was read of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    problems: usize,
    values: usize,
}

impl<'a> RowReader<'a> {
    /// Begins to read a line.
    pub(super) fn new(sheet: &'a Sheet<'a>, row: &'a Row, known: &'a Known<'a>) -> Self {
        let mut reader = Self {
            sheet,
            row,
            known,
            problems: Vec::new(),
            values: Vec::new(),
            incomplete: false,
        };
        if let Some(spot) = sheet.stray(row) {
            reader.report_at(Some(spot), wording::stray());
        }
        reader
    }

    /// The table it stands in.
    pub(super) fn table(&self) -> usize {
        self.sheet.table
    }

    /// The reference or number that stands there, without a word if none does.
    pub(super) fn peek(&self, column: &'static Column) -> Option<String> {
        match self.raw(column)? {
            Cell::Text(text) => Some(text.clone()),
            Cell::Number(number) => plain(*number),
            Cell::Empty | Cell::Day(_) | Cell::Fault(_) | Cell::Garbled => None,
        }
    }

    /// The place reached so far.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            problems: self.problems.len(),
            values: self.values.len(),
        }
    }

    /// Whether all that was read since is as it should be.
    pub(super) fn is_sound_since(&self, mark: Mark) -> bool {
        !self.incomplete && self.problems.len() == mark.problems
    }

    /// What was read between two places.
    pub(super) fn values(&self, from: Mark, to: Mark) -> Vec<(&'static str, String)> {
        let values = self.values.get(from.values..to.values);
        values.unwrap_or_default().to_vec()
    }

    /// The place of a column in this line.
    pub(super) fn place(&self, column: &'static Column) -> Place {
        self.place_of(Some(self.sheet.spot(column)))
    }

    fn place_of(&self, column: Option<Spot>) -> Place {
        Place {
            table: self.sheet.table,
            line: Some(self.row.line),
            column,
        }
    }

    /// Names a problem of a column.
    pub(super) fn report(&mut self, column: &'static Column, message: Localized) {
        self.report_at(Some(self.sheet.spot(column)), message);
    }

    fn report_at(&mut self, column: Option<Spot>, message: Localized) {
        self.problems.push(Problem {
            place: self.place_of(column),
            message,
            reach: Reach::Row,
        });
    }

    /// Whether something stands there, whatever it is.
    pub(super) fn is_filled(&self, column: &'static Column) -> bool {
        self.raw(column).is_some_and(|cell| *cell != Cell::Empty)
    }

    /// Names a column that has to be filled in this line and is not.
    pub(super) fn require(&mut self, column: &'static Column, because: Localized) {
        if !self.is_filled(column) {
            self.report(column, because);
        }
    }

    /// Names a column that has to be empty in this line and is not.
    pub(super) fn forbid(&mut self, column: &'static Column, because: Localized) {
        if self.is_filled(column) {
            self.report(column, because);
        }
    }

    fn raw(&self, column: &'static Column) -> Option<&'a Cell> {
        self.row.cells.get(self.sheet.index(column)?)
    }

    /// What stands there; none if nothing does.
    fn cell(&mut self, column: &'static Column) -> Option<&'a Cell> {
        let always = column.needed == Needed::Always;
        if always && self.sheet.index(column).is_none() {
            self.incomplete = true;
            return None;
        }
        let cell = self.raw(column).filter(|cell| **cell != Cell::Empty);
        match cell {
            Some(Cell::Fault(fault)) => {
                self.report(column, wording::fault(fault));
                return None;
            }
            Some(Cell::Garbled) => {
                self.report(column, wording::garbled());
                return None;
            }
            Some(Cell::Empty | Cell::Text(_) | Cell::Number(_) | Cell::Day(_)) | None => {}
        }
        if always && cell.is_none() {
            self.report(column, wording::missing());
        }
        cell
    }

    /// Keeps what was read, or names what was wrong.
    fn keep<T>(
        &mut self,
        column: &'static Column,
        read: Result<T, Localized>,
        spelling: impl FnOnce(&T) -> String,
    ) -> Option<T> {
        match read {
            Ok(value) => {
                self.values.push((column.name, spelling(&value)));
                Some(value)
            }
            Err(message) => {
                self.report(column, message);
                None
            }
        }
    }

    /// The text that stands there.
    fn text(&mut self, column: &'static Column) -> Option<String> {
        let text = match self.cell(column)? {
            Cell::Text(text) => Ok(text.clone()),
            Cell::Number(number) => plain(*number).ok_or_else(|| wording::number(*number)),
            Cell::Day(day) => Err(wording::day_for_text(*day)),
            Cell::Empty | Cell::Fault(_) | Cell::Garbled => return None,
        };
        match text {
            Ok(text) => Some(text),
            Err(message) => {
                self.report(column, message);
                None
            }
        }
    }

    /// A word of the agency's own: a reference or number.
    pub(super) fn reference(&mut self, column: &'static Column) -> Option<String> {
        let text = self.text(column)?;
        let read = if text.contains('\n') || text.chars().count() > 100 {
            Err(wording::long_reference())
        } else {
            Ok(text)
        };
        self.keep(column, read, Clone::clone)
    }

    /// The number of a thing of the case.
    pub(super) fn number(&mut self, column: &'static Column) -> Option<String> {
        let number = self.reference(column)?;
        if number.contains(BETWEEN_REFERENCES) {
            self.report(column, wording::separator_in_number());
            return None;
        }
        Some(number)
    }

    /// Numbers of other things of the case.
    pub(super) fn references(&mut self, column: &'static Column) -> Option<Vec<String>> {
        let text = self.text(column)?;
        let numbers = parts(&text, BETWEEN_REFERENCES);
        let twice = numbers.iter().collect::<BTreeSet<_>>().len() < numbers.len();
        let read = if twice {
            Err(wording::named_twice())
        } else {
            Ok(numbers)
        };
        self.keep(column, read, |numbers| numbers.join("\n"))
    }

    /// A day.
    pub(super) fn day(&mut self, column: &'static Column) -> Option<Date> {
        let read = match self.cell(column)? {
            Cell::Day(day) => Ok(*day),
            Cell::Text(text) => day(text),
            Cell::Number(number) if !self.sheet.counts_from_1904 => {
                day_of_number(*number).ok_or_else(|| wording::number(*number))
            }
            Cell::Number(number) => Err(wording::number(*number)),
            Cell::Empty | Cell::Fault(_) | Cell::Garbled => return None,
        };
        self.keep(column, read, ToString::to_string)
    }

    /// A line of text.
    pub(super) fn line(&mut self, column: &'static Column) -> Option<Line> {
        let text = self.text(column)?;
        let read = one_line(text);
        self.keep(column, read, |line| line.as_str().to_owned())
    }

    /// Several lines of text.
    pub(super) fn lines(&mut self, column: &'static Column) -> Option<Vec<Line>> {
        let text = self.text(column)?;
        let lines = parts(&text, BETWEEN_LINES).into_iter().map(one_line);
        let read = lines.collect::<Result<Vec<_>, _>>();
        let spelling = |lines: &Vec<Line>| {
            let lines = lines.iter().map(Line::as_str);
            lines.collect::<Vec<_>>().join("\n")
        };
        self.keep(column, read, spelling)
    }

    /// Text of any number of lines.
    pub(super) fn prose(&mut self, column: &'static Column) -> Option<Prose> {
        let text = self.text(column)?;
        let length = text.chars().count();
        let read = if length > 4_000 {
            Err(wording::too_long(length, 4_000))
        } else {
            Ok(Prose(text))
        };
        self.keep(column, read, |prose| prose.as_str().to_owned())
    }

    /// A whole number.
    pub(super) fn whole(&mut self, column: &'static Column) -> Option<u32> {
        let read = match self.cell(column)? {
            Cell::Number(number) => whole(&number.to_string(), false),
            Cell::Text(text) => whole(text, true),
            Cell::Day(day) => Err(wording::day_for_text(*day)),
            Cell::Empty | Cell::Fault(_) | Cell::Garbled => return None,
        };
        self.keep(column, read, ToString::to_string)
    }

    /// An official key, whose zeros count.
    pub(super) fn key(&mut self, column: &'static Column) -> Option<String> {
        let text = self.text(column)?;
        let has = |part: &str, count| {
            part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        let of_borough = text.split_once('-');
        let of_borough = of_borough.is_some_and(|(city, own)| has(city, 5) && has(own, 2));
        let has_form = has(&text, 5) || has(&text, 8) || of_borough;
        let read = if has(&text, 4) || has(&text, 7) {
            Err(wording::lost_zero(self.known.with_leading_zero(&text)))
        } else if !has_form {
            Err(wording::no_key())
        } else {
            Ok(text)
        };
        self.keep(column, read, Clone::clone)
    }

    /// A code of a fixed list, as the word or the code.
    pub(super) fn code<T: DeserializeOwned>(
        &mut self,
        column: &'static Column,
        list: &'static [Code],
    ) -> Option<T> {
        let text = self.text(column)?;
        let wire = codes::wire(list, &text);
        let value = |wire: &str| serde_json::from_value(Value::String(wire.to_owned())).ok();
        let read = wire.and_then(|wire| Some((wire, value(wire)?)));
        let read = read.ok_or_else(|| wording::unknown_code(list));
        let kept = self.keep(column, read, |(wire, _)| (*wire).to_owned());
        kept.map(|(_, value)| value)
    }

    /// The same as it is on the wire.
    pub(super) fn wire(
        &mut self,
        column: &'static Column,
        list: &'static [Code],
    ) -> Option<&'static str> {
        let text = self.text(column)?;
        let read = codes::wire(list, &text).ok_or_else(|| wording::unknown_code(list));
        self.keep(column, read, |wire| (*wire).to_owned())
    }

    /// The code that stands there, without a word if none does.
    pub(super) fn wire_of(
        &self,
        column: &'static Column,
        list: &'static [Code],
    ) -> Option<&'static str> {
        match self.raw(column)? {
            Cell::Text(text) => codes::wire(list, text),
            Cell::Empty | Cell::Number(_) | Cell::Day(_) | Cell::Fault(_) | Cell::Garbled => None,
        }
    }

    /// A quality dimension.
    pub(super) fn dimension(&mut self, column: &'static Column) -> Option<String> {
        let text = self.text(column)?;
        let read = self.known.dimension(&text);
        self.keep(column, read, Clone::clone)
    }

    /// A focus area.
    pub(super) fn focus_area(&mut self, column: &'static Column) -> Option<String> {
        let text = self.text(column)?;
        let read = self.known.focus_area(&text);
        self.keep(column, read, Clone::clone)
    }

    /// One of the agency's sites.
    pub(super) fn site(&mut self, column: &'static Column) -> Option<Uuid> {
        let text = self.text(column)?;
        let read = self.known.site(&text);
        self.keep(column, read, ToString::to_string)
    }

    /// A member of the agency.
    pub(super) fn member(&mut self, column: &'static Column) -> Option<Uuid> {
        let text = self.text(column)?;
        let read = self.known.member(&text);
        self.keep(column, read, ToString::to_string)
    }
}

fn one_line(text: String) -> Result<Line, Localized> {
    let length = text.chars().count();
    if text.contains('\n') {
        Err(wording::line_break())
    } else if length > 200 {
        Err(wording::too_long(length, 200))
    } else {
        Ok(Line(text))
    }
}
