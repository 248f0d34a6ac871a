//! The official list of districts: the file GV100AD that the Federal Statistical Office publishes.
//!
//! Lines of fixed width, one record each. Columns 1–2 say what it is about (10 a Land, 40 a district or independent
//! city, 60 a local municipality, …), 3–10 the day the file is about (`YYYYMMDD`). Of a district 11–15 are the key,
//! 23–72 the name, and 123–124 say what it is. Of associations and local municipalities 11–15 are the district's key and
//! 19–22 the association's. Columns are characters, counted from 1; the bytes are UTF-8 in some years and ISO-8859-15 in
//! others.
//!
//! That a file is whole it says nowhere, but its form shows some of what may be missing: records have 220 columns and an
//! end of the line; every district and every association has local municipalities, which stand behind it. This was so in
//! the files of 2018, 2021 and 2023. A file that was cut between two districts shows nothing; what ends by it has to be
//! confirmed (`renewal.rs`).
//!
//! Invariant: a [`DistrictFile`] was read without a fault, is about one day, names no key twice, has districts in all
//! sixteen Länder, and shows nothing of being cut off. Every character of its names can be seen.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

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

/// The record of an association of local municipalities, or of one that is in none.
const ASSOCIATION: &str = "50";

/// The record of a local municipality.
const LOCAL: &str = "60";

/// How many columns a record has.
const WIDTH: usize = 220;

/// What DOS writes behind a text.
const DOS_END: u8 = 0x1a;

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

/// Name and code; what of a name cannot be seen, as its number.
impl fmt::Display for ListedDistrict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.name.chars() {
            if is_seen(character) {
                formatter.write_char(character)?;
            } else {
                write!(formatter, "{}", character.escape_unicode())?;
            }
        }
        write!(formatter, " ({})", self.kind.code())
    }
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
    /// There are local municipalities of districts that are not there; the first ones of these.
    #[error(
        "the file is not whole: it has local municipalities of the districts {}, but not the districts (records 40)",
        .0.join(", ")
    )]
    MissingDistricts(Vec<String>),
    /// There are districts or associations without any local municipality; the first ones of them.
    #[error(
        "the file is not whole: it has no local municipalities (records 60) of {}",
        .0.join(", ")
    )]
    MissingMunicipalities(Vec<String>),
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
        let text = decoded(bytes.strip_suffix(&[DOS_END]).unwrap_or(bytes));
        let (mut records, mut faults) = (Records::default(), Vec::new());
        let mut lines = (1..).zip(text.lines()).peekable();
        while let Some((number, line)) = lines.next() {
            let record = Record(line.chars().collect());
            if record.is_blank() {
                continue;
            }
            let is_open = lines.peek().is_none() && !text.ends_with('\n');
            let read = match record.0.len() {
                length if is_open && length < WIDTH => {
                    Err((length + 1, "the file ends within this line, it is cut off"))
                }
                _ => records.take(&record),
            };
            faults.extend(read.err().map(|(column, what)| FileFault {
                line: number,
                column,
                what,
            }));
            if faults.len() == FAULTS {
                break;
            }
        }
        let (Some(day), true) = (records.day, faults.is_empty()) else {
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
        records.check_whole()?;
        let districts = records.districts;
        Ok(Self { day, districts })
    }
}

/// What was read so far.
#[derive(Default)]
struct Records {
    day: Option<Date>,
    districts: BTreeMap<String, ListedDistrict>,
    /// The keys of district and association.
    associations: BTreeSet<(String, String)>,
    /// Where local municipalities are: the keys of district and association.
    locals: BTreeSet<(String, String)>,
}

impl Records {
    fn take(&mut self, record: &Record) -> Result<(), Fault> {
        let kind = record.text(1, 2);
        if !RECORDS.contains(&kind.as_str()) {
            return Err((1, "there is no such kind of record"));
        }
        let form = format_description!("[year][month][day]");
        let own = Date::parse(&record.text(3, 10), form);
        let own = own.map_err(|_| (3, "a day as YYYYMMDD is expected"))?;
        if *self.day.get_or_insert(own) != own {
            return Err((3, "another day than in the lines before"));
        }
        match kind.as_str() {
            DISTRICT => {
                let (key, district) = record.district()?;
                if self.districts.insert(key, district).is_some() {
                    return Err((11, "this key stands in a line before"));
                }
            }
            ASSOCIATION => {
                self.associations.insert(record.association()?);
            }
            LOCAL => {
                self.locals.insert(record.association()?);
            }
            _ => {}
        }
        Ok(())
    }

    /// Nothing shows that something is missing.
    fn check_whole(&self) -> Result<(), UnreadableFile> {
        let lands = (1..=LANDS).map(|land| format!("{land:02}"));
        let in_land = |land: &String| {
            let mut keys = self.districts.keys();
            keys.any(|key| key.starts_with(land.as_str()))
        };
        let missing: Vec<_> = lands.filter(|land| !in_land(land)).collect();
        if !missing.is_empty() {
            return Err(UnreadableFile::MissingLands(missing));
        }
        // Waters on the border and the sea are in no district: their key ends in 000.
        let below = self.associations.iter().chain(&self.locals);
        let below: BTreeSet<_> = below.map(|(district, _)| district).collect();
        let missing = below.iter().filter(|district| {
            !self.districts.contains_key(district.as_str()) && !district.ends_with("000")
        });
        let missing: Vec<_> = missing.take(FAULTS).map(ToString::to_string).collect();
        if !missing.is_empty() {
            return Err(UnreadableFile::MissingDistricts(missing));
        }
        let inhabited: BTreeSet<_> = self.locals.iter().map(|(district, _)| district).collect();
        let districts = self.districts.keys();
        let districts = districts.filter(|district| !inhabited.contains(district));
        let associations = self.associations.difference(&self.locals);
        let associations = associations.map(|(district, own)| format!("{district} {own}"));
        let missing = districts.cloned().chain(associations);
        let missing: Vec<_> = missing.take(FAULTS).collect();
        if missing.is_empty() {
            Ok(())
        } else {
            Err(UnreadableFile::MissingMunicipalities(missing))
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

    /// The district's key.
    fn key(&self) -> Result<String, Fault> {
        let key = self.text(11, 15);
        let land = key.get(..2).and_then(|land| land.parse::<u8>().ok());
        if is_digits(&key, 5) && land.is_some_and(|land| (1..=LANDS).contains(&land)) {
            Ok(key)
        } else {
            Err((
                11,
                "a key of five digits is expected, its Land from 01 to 16",
            ))
        }
    }

    /// The keys of the district and of the association in it.
    fn association(&self) -> Result<(String, String), Fault> {
        let own = self.text(19, 22);
        if is_digits(&own, 4) {
            Ok((self.key()?, own))
        } else {
            Err((19, "the four digits of an association are expected"))
        }
    }

    fn district(&self) -> Result<(String, ListedDistrict), Fault> {
        let key = self.key()?;
        if !self.text(16, 22).trim_matches(' ').is_empty() {
            return Err((16, "a district has a key of five digits and nothing behind"));
        }
        let name = self.text(NAME, 72);
        if let Some(at) = name.chars().position(|character| !is_seen(character)) {
            return Err((NAME + at, "a character that cannot be seen by itself"));
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

fn is_digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a reader sees the character as one of its own: no control or format character, no separator but the space,
/// no mark on the letter before, nothing without a meaning.
fn is_seen(character: char) -> bool {
    match character {
        // These are escaped in literals only.
        '\'' | '"' | '\\' => true,
        // Letters and a sign that are blank, and what stands for a character that was lost.
        '\u{115f}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}' | '\u{fffd}' => false,
        other => other.escape_debug().count() == 1,
    }
}

/// The text of the bytes: UTF-8 if they are, with or without a byte order mark, else ISO-8859-15. UTF-8 may be cut off
/// within its last character.
fn decoded(bytes: &[u8]) -> String {
    let is_other = |error: std::str::Utf8Error| error.error_len().is_some();
    if std::str::from_utf8(bytes).is_err_and(is_other) {
        return bytes.iter().copied().map(latin_9).collect();
    }
    let text = String::from_utf8_lossy(bytes);
    text.trim_start_matches('\u{feff}').to_owned()
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
