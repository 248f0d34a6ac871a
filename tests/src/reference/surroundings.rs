//! What a command's rules may ask beyond the case, as small tables.

use std::collections::{BTreeMap, BTreeSet};

use super::Tables;

/// A solution of the agency.
#[derive(Clone, Debug)]
pub struct Solution {
    /// Whether it was withdrawn.
    pub withdrawn: bool,
    /// The key of the municipality that gives it.
    pub donor: Option<String>,
}

/// The agency and the world around a case.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The day in Berlin.
    pub today: String,
    /// Whether the agency is closed.
    pub closed: bool,
    /// The agency's open sites.
    pub sites: BTreeSet<String>,
    /// Its current members.
    pub members: BTreeSet<String>,
    /// The codes of its Länder.
    pub land_codes: BTreeSet<String>,
    /// Keys of the municipalities of which another case is open.
    pub taken: BTreeSet<String>,
    /// The agency's offerings with their status.
    pub offerings: BTreeMap<String, &'static str>,
    /// The days on which those that were held were.
    pub held_on: BTreeMap<String, String>,
    /// The agency's solutions.
    pub solutions: BTreeMap<String, Solution>,
    /// The code lists.
    pub tables: Tables,
}
