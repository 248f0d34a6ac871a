//! The official list of districts: the file GV100AD that the Federal Statistical Office publishes.
//!
//! Lines of fixed width, one record each. Columns 1–2 say what it is about (10 a Land, 40 a district or independent
//! city, 60 a local municipality, …), 3–10 the day the file is about (`YYYYMMDD`). Of a district 11–15 are the key,
//! 23–72 the name, and 123–124 say what it is. Columns are characters, counted from 1; the bytes are UTF-8 in some years
//! and ISO-8859-15 in others.
//!
//! Invariant: a [`DistrictFile`] was read whole and without a fault, is about one day, names no key twice, and has
//! districts in all sixteen Länder.

use std::collections::BTreeMap;
use std::fmt;

use time::Date;
use time::macros::format_description;

use super::MunicipalityKind;

/// How many faults are told at the most.
const FAULTS: usize = 20;

/// How many Länder there are; their codes begin with 01.
const LANDS: u8 = 16;

/// The records there are: Land, Regierungsbezirk, Region, district, association, local municipality.
const RECORDS: [&str; 6] = ["10", "20", "30", "40", "50", "60"];

/// The record of a district or independent city.
const DISTRICT: &str = "40";

/// Where the name of a district begins.
const NAME: usize = 23;

/// Where it is said what a district is.
const KIND: usize = 123;

/// The districts and independent cities there are on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DistrictFile {
    /// The day.
    pub day: Date,
    /// By key.
    pub districts: BTreeMap<String, ListedDistrict>,
}

/// A district or independent city as the file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedDistrict {
    /// The official name.
    pub name: String,
    /// What it is.
    pub kind: MunicipalityKind,
}

/// Something in the file that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFault {
    /// The line, from 1.
    pub line: usize,
    /// The column in it, in characters from 1.
    pub column: usize,
    /// What is wrong.
    pub what: &'static str,
}

impl fmt::Display for FileFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, what } = self;
        write!(formatter, "line {line}, column {column}: {what}")
    }
}

/// Why a file is no list of districts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableFile {
    /// Lines cannot be read; the first ones of them.
    #[error("the file cannot be read:\n{}", lines(.0))]
    Lines(Vec<FileFault>),
    /// Whole Länder are missing, so the file is not whole.
    #[error("the file is not whole: it has no districts in the Länder {}", .0.join(", "))]
    MissingLands(Vec<String>),
}

fn lines(faults: &[FileFault]) -> String {
    let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

impl DistrictFile {
    /// Reads the file's bytes.
    ///
    /// # Errors
    /// [`UnreadableFile`] names every line that cannot be read, the first twenty at most.
    pub fn read(bytes: &[u8]) -> Result<Self, UnreadableFile> {
        let text = decoded(bytes);
        let (mut day, mut districts, mut faults) = (None, BTreeMap::new(), Vec::new());
        for (number, line) in (1..).zip(text.lines()) {
            let record = Record(line.chars().collect());
            if record.is_blank() {
                continue;
            }
            let read = record.read(&mut day, &mut districts);
            faults.extend(read.err().map(|(column, what)| FileFault {
                line: number,
                column,
                what,
            }));
            if faults.len() == FAULTS {
                break;
            }
        }
        let (Some(day), true) = (day, faults.is_empty()) else {
            let empty = FileFault {
                line: 1,
                column: 1,
                what: "there is no record",
            };
            let faults = if faults.is_empty() {
                vec![empty]
            } else {
                faults
            };
            return Err(UnreadableFile::Lines(faults));
        };
        let lands = (1..=LANDS).map(|land| format!("{land:02}"));
        let in_land = |land: &String| districts.keys().any(|key| key.starts_with(land.as_str()));
        let missing: Vec<_> = lands.filter(|land| !in_land(land)).collect();
        if missing.is_empty() {
            Ok(Self { day, districts })
        } else {
            Err(UnreadableFile::MissingLands(missing))
        }
    }
}

/// A column and what is wrong there.
type Fault = (usize, &'static str);

/// The characters of a line.
struct Record(Vec<char>);

impl Record {
    fn is_blank(&self) -> bool {
        self.0.iter().all(|character| *character == ' ')
    }

    /// The text from one column to another, both included; shorter if the line ends before.
    fn text(&self, from: usize, to: usize) -> String {
        let columns = self.0.iter().skip(from - 1).take(to + 1 - from);
        columns.collect()
    }

    fn read(
        &self,
        day: &mut Option<Date>,
        districts: &mut BTreeMap<String, ListedDistrict>,
    ) -> Result<(), Fault> {
        let kind = self.text(1, 2);
        if !RECORDS.contains(&kind.as_str()) {
            return Err((1, "there is no such kind of record"));
        }
        let form = format_description!("[year][month][day]");
        let own = Date::parse(&self.text(3, 10), form);
        let own = own.map_err(|_| (3, "a day as YYYYMMDD is expected"))?;
        if *day.get_or_insert(own) != own {
            return Err((3, "another day than in the lines before"));
        }
        if kind != DISTRICT {
            return Ok(());
        }
        let (key, district) = self.district()?;
        match districts.insert(key, district) {
            None => Ok(()),
            Some(_) => Err((11, "this key stands in a line before")),
        }
    }

    fn district(&self) -> Result<(String, ListedDistrict), Fault> {
        let key = self.text(11, 15);
        let digits = key.len() == 5 && key.bytes().all(|byte| byte.is_ascii_digit());
        let land = key.get(..2).and_then(|land| land.parse::<u8>().ok());
        if !digits || !land.is_some_and(|land| (1..=LANDS).contains(&land)) {
            return Err((
                11,
                "a key of five digits is expected, its Land from 01 to 16",
            ));
        }
        if !self.text(16, 22).trim_matches(' ').is_empty() {
            return Err((16, "a district has a key of five digits and nothing behind"));
        }
        let name = self.text(NAME, 72);
        if let Some(at) = name.chars().position(char::is_control) {
            return Err((NAME + at, "a control character"));
        }
        let name = name.trim_matches(' ');
        if name.is_empty() {
            return Err((NAME, "a name is expected"));
        }
        let kind = match self.text(KIND, 124).as_str() {
            // Kreisfreie Stadt, Stadtkreis.
            "41" | "42" => MunicipalityKind::IndependentCity,
            // Kreis, Landkreis, Regionalverband.
            "43" | "44" | "45" => MunicipalityKind::District,
            _ => return Err((KIND, "41, 42, 43, 44 or 45 is expected")),
        };
        let name = name.to_owned();
        Ok((key, ListedDistrict { name, kind }))
    }
}

/// The text of the bytes: UTF-8 if they are, with or without a byte order mark, else ISO-8859-15.
fn decoded(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
        Err(_) => bytes.iter().copied().map(latin_9).collect(),
    }
}

/// What a byte means in ISO-8859-15: the first 256 characters but for eight.
fn latin_9(byte: u8) -> char {
    match byte {
        0xa4 => '€',
        0xa6 => 'Š',
        0xa8 => 'š',
        0xb4 => 'Ž',
        0xb8 => 'ž',
        0xbc => 'Œ',
        0xbd => 'œ',
        0xbe => 'Ÿ',
        other => char::from(other),
    }
}

#[cfg(test)]
mod tests;
