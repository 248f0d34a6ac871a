//! What a decision may know beyond its own stream, and what an event claims agency-wide.
//!
//! The domain never asks: a command names what it needs ([`Needs`]), the writer looks it up under
//! the agency's lane, and the decision gets it as [`Facts`]. So rules across streams are simply
//! true.

use std::collections::BTreeMap;

use time::Date;
use uuid::Uuid;

use crate::agency::AgencyState;
use crate::catalogue::Catalogue;
use crate::offering::OfferingState;
use crate::rule::{Finding, Rule};
use crate::solution::SolutionState;
use crate::stream::State;

/// A key that at most one stream of an agency holds at a time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// What kind of thing is unique, such as `open_case`.
    pub kind: &'static str,
    /// The value, such as a district key.
    pub value: String,
}

impl Key {
    /// The key of the one case not closed for a municipality (R02).
    #[must_use]
    pub fn open_case(municipality: &str) -> Self {
        Self {
            kind: "open_case",
            value: municipality.to_owned(),
        }
    }
}

/// What an event does to the agency's unique keys and counters; rebuilt from the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The stream takes the key.
    Take(Key),
    /// The stream gives the key back.
    Release(Key),
    /// A counter has reached this value.
    Count {
        /// The counter's name, such as `case_number/2014`.
        counter: String,
        /// Its new value.
        value: u64,
    },
}

/// What a command needs to know, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Keys whose holders the decision asks for.
    pub keys: Vec<Key>,
    /// Counters whose values the decision asks for.
    pub counters: Vec<String>,
    /// Other streams of the agency whose states the decision asks for.
    pub streams: Vec<Uuid>,
}

/// What a decision knows beyond its own stream.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// The stream that is decided on.
    pub stream: Uuid,
    /// The day in Berlin at the command's `recorded_at`.
    pub today: Date,
    /// The agency with its sites and members; none before `agency_opened`.
    pub agency: Option<&'a AgencyState>,
    /// The code lists.
    pub catalogue: &'a Catalogue,
    /// The holders of the keys that were asked for.
    pub holders: BTreeMap<Key, Uuid>,
    /// The values of the counters that were asked for; an absent one is 0.
    pub counters: BTreeMap<String, u64>,
    /// The states of the streams that were asked for; of an absent one there is none in the agency.
    pub streams: BTreeMap<Uuid, State>,
}

impl Facts<'_> {
    /// The other stream that holds `key`, if one does.
    #[must_use]
    pub fn other_holder(&self, key: &Key) -> Option<Uuid> {
        self.holders
            .get(key)
            .copied()
            .filter(|holder| *holder != self.stream)
    }

    /// The offering with this id, if it was asked for and is one.
    #[must_use]
    pub fn offering(&self, id: Uuid) -> Option<&OfferingState> {
        self.streams.get(&id).and_then(State::as_offering)
    }

    /// The solution with this id, if it was asked for and is one.
    #[must_use]
    pub fn solution(&self, id: Uuid) -> Option<&SolutionState> {
        self.streams.get(&id).and_then(State::as_solution)
    }

    /// R26 for one day of a body: what happened does not lie in the future.
    #[must_use]
    pub fn not_in_the_future(&self, day: Date, at: &str) -> Option<Finding> {
        (day > self.today).then(|| Finding::new(Rule::R26).at(at))
    }

    /// The value after the present one of a counter.
    #[must_use]
    pub fn next(&self, counter: &str) -> u64 {
        self.counters.get(counter).copied().unwrap_or(0) + 1
    }
}
