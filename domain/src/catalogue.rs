//! The catalogue: versioned code lists with validity, built once and only read afterwards.
//!
//! Invariant: every entry in a `Catalogue` has passed the checks of its kind, so that look-ups
//! cannot fail; and an entry is valid from `valid_from` to `valid_to`, **both days included**
//! (`valid_to` is the last valid day, a successor begins on the next). A missing bound is open:
//! no `valid_from` means valid since before the initiative began. If several versions of a code
//! are valid on a day, the highest version counts.

use time::Date;

mod codes;
mod district_file;
mod entry;
mod iso_date;
mod listing;
mod municipality;
mod programme;
mod renewal;
mod shipped;
#[cfg(test)]
mod tests;

pub use codes::{Dimension, FocusArea, Format, Origin, Text};
pub use district_file::{DistrictFile, FileFault, ListedDistrict, UnreadableFile};
pub use entry::{CatalogueError, Entry, EntryFault, EntryKind, UnknownEntryKind};
pub use municipality::{Municipality, MunicipalityKind, MunicipalityOn};
pub use programme::{Call, FundedCost, FundedPost, Programme};
pub use renewal::{Change, Renewal, RenewalFault};
pub use shipped::{ShippedAgency, shipped_agencies};

use listing::Listing;

/// All code lists in all their versions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalogue {
    municipalities: Listing<Municipality>,
    dimensions: Listing<Dimension>,
    focus_areas: Listing<FocusArea>,
    programmes: Listing<Programme>,
    origins: Listing<Origin>,
    formats: Listing<Format>,
}

impl Catalogue {
    /// The entries of the data files shipped with the product, in the order of the files.
    ///
    /// # Errors
    /// [`CatalogueError::File`] names a data file that does not have the expected form.
    pub fn shipped_entries() -> Result<Vec<Entry>, CatalogueError> {
        shipped::entries()
    }

    /// The catalogue as shipped, without a store behind it.
    ///
    /// # Errors
    /// As [`Catalogue::shipped_entries`] and [`Catalogue::from_entries`].
    pub fn shipped() -> Result<Self, CatalogueError> {
        Self::from_entries(Self::shipped_entries()?)
    }

    /// Checks the entries and builds the catalogue from them; their order does not matter.
    ///
    /// # Errors
    /// [`CatalogueError::Entry`] names the first bad entry and its fault.
    pub fn from_entries(entries: impl IntoIterator<Item = Entry>) -> Result<Self, CatalogueError> {
        let mut catalogue = Self::default();
        for entry in entries {
            catalogue
                .insert(&entry)
                .map_err(|fault| entry.with_fault(fault))?;
        }
        catalogue.check_successors()?;
        Ok(catalogue)
    }

    fn insert(&mut self, entry: &Entry) -> Result<(), EntryFault> {
        match entry.kind {
            EntryKind::Municipality => self
                .municipalities
                .insert(entry, Municipality::from_entry(entry)?),
            EntryKind::Dimension => self.dimensions.insert(entry, Dimension::from_entry(entry)?),
            EntryKind::FocusArea => self
                .focus_areas
                .insert(entry, FocusArea::from_entry(entry)?),
            EntryKind::Programme => self.programmes.insert(entry, Programme::from_entry(entry)?),
            EntryKind::Origin => self.origins.insert(entry, Origin::from_entry(entry)?),
            EntryKind::Format => self.formats.insert(entry, Format::from_entry(entry)?),
        }
    }

    /// Only when all entries are in, whatever their order, is it known which keys exist.
    fn check_successors(&self) -> Result<(), CatalogueError> {
        for (version, municipality) in self.municipalities.versions() {
            if let Some(successor) = &municipality.successor
                && !self.municipalities.has(successor)
            {
                return Err(CatalogueError::Entry {
                    kind: EntryKind::Municipality,
                    code: municipality.key.clone(),
                    version,
                    fault: EntryFault::UnknownSuccessor(successor.clone()),
                });
            }
        }
        Ok(())
    }

    /// The municipality that `key` names on the day `on`, or nothing if the key is not valid then.
    ///
    /// A key is text, leading zeros count: a district key of five digits, a borough's sub-key
    /// such as `11000-01`, or a local municipality's key of eight digits whose first five are a
    /// district valid on that day. An independent city has no local municipalities and `…000`
    /// names the district itself: their eight-digit keys name nothing, so that no municipality
    /// has two keys (R02).
    #[must_use]
    pub fn municipality(&self, key: &str, on: Date) -> Option<MunicipalityOn> {
        if let Some(district_key) = municipality::district_of_local(key) {
            let district = self.municipalities.valid_on(district_key, on)?;
            if district.kind != MunicipalityKind::District {
                return None;
            }
            return Some(MunicipalityOn::local(key, district));
        }
        self.municipalities
            .valid_on(key, on)
            .map(MunicipalityOn::listed)
    }

    /// The listed municipalities in the order of their keys: those valid on `date`, or all of
    /// them, also ended ones, if no date is given.
    pub fn municipalities_on(&self, date: Option<Date>) -> impl Iterator<Item = &Municipality> {
        self.municipalities.list(date)
    }

    /// The quality dimension with this code, valid on the day `on`.
    #[must_use]
    pub fn dimension(&self, code: &str, on: Date) -> Option<&Dimension> {
        self.dimensions.valid_on(code, on)
    }

    /// The newest version in which quality dimensions are valid on the day `on`.
    #[must_use]
    pub fn dimensions_version(&self, on: Date) -> Option<u32> {
        let valid = self.dimensions.list(Some(on));
        valid.map(|dimension| dimension.version).max()
    }

    /// The quality dimension with this code in one version of the list, whatever the day.
    #[must_use]
    pub fn dimension_in(&self, code: &str, version: u32) -> Option<&Dimension> {
        self.dimensions_in(version).find(|one| one.code == code)
    }

    /// The quality dimensions of one version of the list, in the order of their codes.
    pub fn dimensions_in(&self, version: u32) -> impl Iterator<Item = &Dimension> {
        let versions = self.dimensions.versions();
        versions
            .filter(move |(one, _)| *one == version)
            .map(|(_, dimension)| dimension)
    }

    /// The key that took over from `key` when it ended, if it has.
    #[must_use]
    pub fn successor(&self, key: &str) -> Option<&str> {
        let mut versions = self.municipalities.versions();
        versions.find_map(|(_, one)| one.successor.as_deref().filter(|_| one.key == key))
    }

    /// Whether somebody took over from the municipality `key`. A local municipality got a key in the
    /// district that took over its own; no list names it.
    #[must_use]
    pub fn is_succeeded(&self, key: &str) -> bool {
        let listed = municipality::district_of_local(key).unwrap_or(key);
        self.successor(listed).is_some()
    }

    /// Whether `key` can be who took over from the municipality `ended`.
    #[must_use]
    pub fn takes_over(&self, key: &str, ended: &str) -> bool {
        let district = municipality::district_of_local;
        match (district(ended), district(key)) {
            (None, None) => self.successor(ended) == Some(key),
            (Some(ended), Some(own)) => self.successor(ended) == Some(own),
            (Some(_), None) | (None, Some(_)) => false,
        }
    }

    /// The quality dimensions in the order of their rank: those valid on `date`, or all versions.
    #[must_use]
    pub fn dimensions_on(&self, date: Option<Date>) -> Vec<&Dimension> {
        let mut dimensions: Vec<_> = self.dimensions.list(date).collect();
        // Stable, so that within a rank the order by code and version stays.
        dimensions.sort_by_key(|dimension| dimension.rank);
        dimensions
    }

    /// The focus area with this code, valid on the day `on`.
    #[must_use]
    pub fn focus_area(&self, code: &str, on: Date) -> Option<&FocusArea> {
        self.focus_areas.valid_on(code, on)
    }

    /// The focus areas in the order of their rank: those valid on `date`, or all versions.
    #[must_use]
    pub fn focus_areas_on(&self, date: Option<Date>) -> Vec<&FocusArea> {
        let mut focus_areas: Vec<_> = self.focus_areas.list(date).collect();
        // Stable, so that within a rank the order by code and version stays.
        focus_areas.sort_by_key(|focus_area| focus_area.rank);
        focus_areas
    }

    /// The funding programme with this code, valid on the day `on`.
    #[must_use]
    pub fn programme(&self, code: &str, on: Date) -> Option<&Programme> {
        self.programmes.valid_on(code, on)
    }

    /// The funding programmes in the order of their codes: those valid on `date`, or all versions.
    pub fn programmes_on(&self, date: Option<Date>) -> impl Iterator<Item = &Programme> {
        self.programmes.list(date)
    }

    /// The origin of model solutions with this code, valid on the day `on`.
    #[must_use]
    pub fn origin(&self, code: &str, on: Date) -> Option<&Origin> {
        self.origins.valid_on(code, on)
    }

    /// The origins in the order of their codes: those valid on `date`, or all versions.
    pub fn origins_on(&self, date: Option<Date>) -> impl Iterator<Item = &Origin> {
        self.origins.list(date)
    }

    /// The format of offerings with this code, valid on the day `on`.
    #[must_use]
    pub fn format(&self, code: &str, on: Date) -> Option<&Format> {
        self.formats.valid_on(code, on)
    }

    /// The formats in the order of their rank: those valid on `date`, or all versions.
    #[must_use]
    pub fn formats_on(&self, date: Option<Date>) -> Vec<&Format> {
        let mut formats: Vec<_> = self.formats.list(date).collect();
        // Stable, so that within a rank the order by code and version stays.
        formats.sort_by_key(|format| format.rank);
        formats
    }
}
