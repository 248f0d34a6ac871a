//! One row of the catalogue as it is stored, and what can be wrong with it.
//!
//! Invariant: the body holds only what the columns beside it do not: no code, version or dates.

use std::fmt;
use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde_json::Value;
use time::Date;

/// The code list to which an entry belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// A district, independent city or borough; its code is the key.
    Municipality,
    /// A quality dimension.
    Dimension,
    /// A focus area of target agreements.
    FocusArea,
    /// A funding programme with its calls.
    Programme,
    /// A programme from which model solutions come.
    Origin,
    /// A format of offerings.
    Format,
}

impl EntryKind {
    /// Every kind, in the order of declaration.
    pub const ALL: [Self; 6] = [
        Self::Municipality,
        Self::Dimension,
        Self::FocusArea,
        Self::Programme,
        Self::Origin,
        Self::Format,
    ];

    /// The stored form, `snake_case`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Municipality => "municipality",
            Self::Dimension => "dimension",
            Self::FocusArea => "focus_area",
            Self::Programme => "programme",
            Self::Origin => "origin",
            Self::Format => "format",
        }
    }
}

impl fmt::Display for EntryKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A stored kind that this version of the product does not know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind of catalogue entry: {0:?}")]
pub struct UnknownEntryKind(pub String);

impl FromStr for EntryKind {
    type Err = UnknownEntryKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| UnknownEntryKind(text.to_owned()))
    }
}

/// One version of one code, in the form in which it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The code list.
    pub kind: EntryKind,
    /// The code, unique within its kind and version; a municipality's key.
    pub code: String,
    /// The version of this code: 1, 2, …
    pub version: u32,
    /// The first valid day; none if the entry was valid before the initiative began.
    pub valid_from: Option<Date>,
    /// The last valid day; none if no end is known.
    pub valid_to: Option<Date>,
    /// What the kind says beyond the columns: names, questions, calls.
    pub body: Value,
}

impl Entry {
    pub(super) fn parse_body<T: DeserializeOwned>(&self) -> Result<T, EntryFault> {
        T::deserialize(&self.body).map_err(EntryFault::Body)
    }

    pub(super) fn with_fault(&self, fault: EntryFault) -> CatalogueError {
        CatalogueError::Entry {
            kind: self.kind,
            code: self.code.clone(),
            version: self.version,
            fault,
        }
    }
}

/// Why a catalogue could not be built; each message holds its cause.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// A shipped data file is not of the expected form.
    #[error("catalogue file {file} is malformed: {fault}")]
    File {
        /// The file's name.
        file: &'static str,
        /// What is wrong with it, with line and column.
        fault: serde_json::Error,
    },
    /// An entry is bad.
    #[error("catalogue entry {kind} {code:?} version {version} is bad: {fault}")]
    Entry {
        /// The entry's kind.
        kind: EntryKind,
        /// The entry's code.
        code: String,
        /// The entry's version.
        version: u32,
        /// What is wrong with it.
        fault: EntryFault,
    },
}

/// What is wrong with an entry.
#[derive(Debug, thiserror::Error)]
pub enum EntryFault {
    /// The body does not have the form of its kind.
    #[error("its body is malformed: {0}")]
    Body(serde_json::Error),
    /// The same kind, code and version came twice.
    #[error("it occurs twice")]
    Duplicate,
    /// Versions count from 1.
    #[error("its version is 0")]
    VersionZero,
    /// The last valid day precedes the first.
    #[error("its validity ends before it begins")]
    ReversedValidity,
    /// The key is neither five digits nor, for a borough, five digits with a sub-key.
    #[error("its key does not have the form of its kind")]
    MalformedKey,
    /// The Land's code is not the first two digits of the key.
    #[error("its Land {0:?} is not the first two digits of its key")]
    ForeignLand(String),
    /// The successor is no key of the catalogue.
    #[error("its successor {0:?} is not in the catalogue")]
    UnknownSuccessor(String),
}
