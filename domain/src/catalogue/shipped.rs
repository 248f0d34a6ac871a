//! The data files that the product ships, each with the line that names its source.
//!
//! Invariant: a file of the catalogue holds one version of one kind.

use serde::Deserialize;
use serde_json::{Map, Value};
use time::Date;

use super::entry::{CatalogueError, Entry, EntryKind};
use super::iso_date;

/// A shipped file: its name for messages and its content.
pub(super) struct File {
    pub(super) name: &'static str,
    pub(super) json: &'static str,
}

pub(super) const AGENCIES: File = File {
    name: "agencies.json",
    json: include_str!("../../data/agencies.json"),
};

pub(super) const LISTS: [(EntryKind, File); 6] = [
    (
        EntryKind::Municipality,
        File {
            name: "municipalities.json",
            json: include_str!("../../data/municipalities.json"),
        },
    ),
    (
        EntryKind::Dimension,
        File {
            name: "dimensions.json",
            json: include_str!("../../data/dimensions.json"),
        },
    ),
    (
        EntryKind::FocusArea,
        File {
            name: "focus_areas.json",
            json: include_str!("../../data/focus_areas.json"),
        },
    ),
    (
        EntryKind::Programme,
        File {
            name: "programmes.json",
            json: include_str!("../../data/programmes.json"),
        },
    ),
    (
        EntryKind::Origin,
        File {
            name: "origins.json",
            json: include_str!("../../data/origins.json"),
        },
    ),
    (
        EntryKind::Format,
        File {
            name: "formats.json",
            json: include_str!("../../data/formats.json"),
        },
    ),
];

/// An agency with which an empty store is seeded.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShippedAgency {
    /// The code in addresses, unique.
    pub code: String,
    /// The agency's full name.
    pub name: String,
    /// The organisation that carries it.
    pub carrier: String,
    /// The prefix of its case numbers, unique.
    pub case_prefix: String,
    /// The codes of the Länder it serves.
    pub land_codes: Vec<String>,
    /// The names of its sites.
    pub sites: Vec<String>,
}

#[derive(Deserialize)]
struct AgencyFile {
    agencies: Vec<ShippedAgency>,
}

#[derive(Deserialize)]
struct ListFile {
    version: u32,
    entries: Vec<ListedEntry>,
}

#[derive(Deserialize)]
struct ListedEntry {
    code: String,
    #[serde(default, with = "iso_date::option")]
    valid_from: Option<Date>,
    #[serde(default, with = "iso_date::option")]
    valid_to: Option<Date>,
    #[serde(flatten)]
    body: Map<String, Value>,
}

/// The nine agencies with which an empty store is seeded.
///
/// # Errors
/// [`CatalogueError::File`] if the data file does not have the expected form.
pub fn shipped_agencies() -> Result<Vec<ShippedAgency>, CatalogueError> {
    let file: AgencyFile = AGENCIES.parse()?;
    Ok(file.agencies)
}

pub(super) fn entries() -> Result<Vec<Entry>, CatalogueError> {
    let mut entries = Vec::new();
    for (kind, file) in LISTS {
        let list: ListFile = file.parse()?;
        entries.extend(list.entries.into_iter().map(|listed| Entry {
            kind,
            code: listed.code,
            version: list.version,
            valid_from: listed.valid_from,
            valid_to: listed.valid_to,
            body: Value::Object(listed.body),
        }));
    }
    Ok(entries)
}

impl File {
    fn parse<T: for<'json> Deserialize<'json>>(&self) -> Result<T, CatalogueError> {
        serde_json::from_str(self.json).map_err(|fault| CatalogueError::File {
            file: self.name,
            fault,
        })
    }
}
