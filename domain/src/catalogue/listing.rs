//! One code list with all versions of its codes.
//!
//! Invariant: the versions of a code stand in ascending order and none occurs twice.

use std::collections::BTreeMap;

use time::Date;

use super::entry::{Entry, EntryFault};

/// The views of one kind, by code and version.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Listing<T> {
    by_code: BTreeMap<String, BTreeMap<u32, Dated<T>>>,
}

/// A view with its validity, both days included.
#[derive(Clone, Debug, PartialEq)]
struct Dated<T> {
    valid_from: Option<Date>,
    valid_to: Option<Date>,
    view: T,
}

impl<T> Dated<T> {
    fn is_valid_on(&self, day: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day <= to)
    }
}

// Not derived: an empty listing needs no default of its views.
impl<T> Default for Listing<T> {
    fn default() -> Self {
        Self {
            by_code: BTreeMap::new(),
        }
    }
}

impl<T> Listing<T> {
    /// Takes in the view made of `entry`, unless its version or validity is impossible or taken.
    pub(super) fn insert(&mut self, entry: &Entry, view: T) -> Result<(), EntryFault> {
        if entry.version == 0 {
            return Err(EntryFault::VersionZero);
        }
        if let (Some(from), Some(to)) = (entry.valid_from, entry.valid_to)
            && to < from
        {
            return Err(EntryFault::ReversedValidity);
        }
        let (valid_from, valid_to) = (entry.valid_from, entry.valid_to);
        let dated = Dated {
            valid_from,
            valid_to,
            view,
        };
        let versions = self.by_code.entry(entry.code.clone()).or_default();
        match versions.insert(entry.version, dated) {
            None => Ok(()),
            Some(_) => Err(EntryFault::Duplicate),
        }
    }

    /// Whether any version of this code exists, valid or ended.
    pub(super) fn has(&self, code: &str) -> bool {
        self.by_code.contains_key(code)
    }

    /// The highest version of this code that is valid on `day`.
    pub(super) fn valid_on(&self, code: &str, day: Date) -> Option<&T> {
        newest_on(self.by_code.get(code)?, day)
    }

    /// In the order of the codes: what is valid on `date`, one view per code, or every version.
    pub(super) fn list(&self, date: Option<Date>) -> impl Iterator<Item = &T> {
        self.by_code.values().flat_map(move |versions| {
            let newest = date.and_then(|day| newest_on(versions, day));
            let every = versions
                .values()
                .filter(move |_| date.is_none())
                .map(|dated| &dated.view);
            newest.into_iter().chain(every)
        })
    }

    /// Every version of a code with its number, the lowest first.
    pub(super) fn versions_of(&self, code: &str) -> impl Iterator<Item = (u32, &T)> {
        let versions = self.by_code.get(code).into_iter().flatten();
        versions.map(|(version, dated)| (*version, &dated.view))
    }

    /// Every version with its number, in the order of the codes.
    pub(super) fn versions(&self) -> impl Iterator<Item = (u32, &T)> {
        self.by_code
            .values()
            .flatten()
            .map(|(version, dated)| (*version, &dated.view))
    }
}

fn newest_on<T>(versions: &BTreeMap<u32, Dated<T>>, day: Date) -> Option<&T> {
    versions
        .values()
        .rev()
        .find(|dated| dated.is_valid_on(day))
        .map(|dated| &dated.view)
}
