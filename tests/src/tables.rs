//! Tables as agencies keep them, and the files that hold them.

use encoding_rs::{Encoding, UTF_8, UTF_16LE, WINDOWS_1252};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use time::Date;
use time::macros::format_description;

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A number, where the file's kind knows such.
    Number(f64),
    /// A day, where the file's kind knows such.
    Day(Date),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Date> for Value {
    fn from(day: Date) -> Self {
        Self::Day(day)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl Value {
    /// The text that a German spreadsheet program writes for it.
    fn shown(&self) -> String {
        let form = format_description!("[day].[month].[year]");
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string().replace('.', ","),
            Self::Day(day) => day.format(form).expect("a day has a text"),
        }
    }
}

/// How a file of text is written.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// What stands between cells.
    pub separator: char,
    /// The encoding.
    pub encoding: &'static Encoding,
    /// Whether a byte order mark stands before it.
    pub mark: bool,
}

impl Style {
    /// As German spreadsheet programs write it.
    pub const GERMAN: Self = Self {
        separator: ';',
        encoding: WINDOWS_1252,
        mark: false,
    };
    /// As those programs write `CSV UTF-8`.
    pub const MARKED: Self = Self {
        separator: ';',
        encoding: UTF_8,
        mark: true,
    };
    /// As others write it.
    pub const COMMAS: Self = Self {
        separator: ',',
        encoding: UTF_8,
        mark: false,
    };
    /// As those programs write `Unicode text`.
    pub const WIDE: Self = Self {
        separator: '\t',
        encoding: UTF_16LE,
        mark: true,
    };
}

/// A table: its name, and its lines with the headers first.
#[derive(Clone, Debug)]
pub struct Table {
    /// The sheet's name.
    pub name: &'static str,
    /// The lines.
    pub lines: Vec<Vec<Value>>,
}

impl Table {
    /// The table as a file of text, with empty columns and lines at the end, as such programs leave them.
    #[must_use]
    pub fn text(&self, style: Style) -> Vec<u8> {
        let separator = style.separator.to_string();
        let quoted = |value: &Value| {
            let text = value.shown();
            if text.contains([style.separator, '"', '\n']) {
                format!("\"{}\"", text.replace('"', "\"\""))
            } else {
                text
            }
        };
        let lines = self.lines.iter().map(|line| {
            let cells: Vec<_> = line.iter().map(quoted).collect();
            format!("{}{separator}{separator}\r\n", cells.join(&separator))
        });
        let empty = separator.repeat(self.lines[0].len() + 1);
        let end = format!("{empty}\r\n{empty}\r\n\r\n");
        let mut text: String = lines.chain([end]).collect();
        if style.mark {
            text.insert(0, '\u{feff}');
        }
        if style.encoding == UTF_16LE {
            return text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        }
        let (bytes, _, lossy) = style.encoding.encode(&text);
        assert!(!lossy, "{} has every character", style.encoding.name());
        bytes.into_owned()
    }
}

/// The tables as a workbook, with formatted and empty cells behind them.
#[must_use]
pub fn workbook(tables: &[Table]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let day_format = Format::new().set_num_format("dd.mm.yyyy");
    for table in tables {
        let sheet = workbook.add_worksheet();
        sheet.set_name(table.name).expect("a name of a sheet");
        let place = |number: usize| u32::try_from(number).expect("few lines");
        for (line, values) in table.lines.iter().enumerate() {
            for (column, value) in (0_u16..).zip(values) {
                let line = place(line);
                let written = match value {
                    Value::Text(text) if text.is_empty() => {
                        sheet.write_blank(line, column, &day_format)
                    }
                    Value::Text(text) => sheet.write_string(line, column, text),
                    Value::Number(number) => sheet.write_number(line, column, *number),
                    Value::Day(day) => {
                        let year = u16::try_from(day.year()).expect("a year of today");
                        let day = ExcelDateTime::from_ymd(year, day.month().into(), day.day());
                        let day = day.expect("a day of the calendar");
                        sheet.write_datetime_with_format(line, column, &day, &day_format)
                    }
                };
                written.expect("a cell is written");
            }
        }
        let end = place(table.lines.len() + 5);
        let blank = sheet.write_blank(end, 20, &day_format);
        blank.expect("an empty cell is written");
    }
    workbook.save_to_buffer().expect("a workbook is written")
}
