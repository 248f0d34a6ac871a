//! How much is told: which agencies, how many cases, and how long each of them is.
//!
//! Invariant: all numbers follow from the extent alone, so that the sum is exact whatever chance does
//! within a case.

use fallbuch_domain::Role;
use fallbuch_domain::catalogue::{CatalogueError, ShippedAgency, shipped_agencies};

use super::dice::Dice;
use super::offers;

/// How many advisors each agency has beyond the demo's one.
pub(super) const MORE_ADVISORS: u64 = 3;

/// The fewest events of a case: the opening, a contact, the initial meeting, two more, the closing.
const SHORTEST: u64 = 6;

/// How many of the 220 cases each agency has, by its code.
const CASES: [(&str, u64); 9] = [
    ("tag-berlin", 20),
    ("tag-adapter", 20),
    ("bayern", 41),
    ("hessen", 20),
    ("transmit", 28),
    ("niedersachsen", 24),
    ("nord-ost", 23),
    ("nrw", 24),
    ("rlp-saar", 20),
];

/// What is to be told.
#[derive(Clone, Debug)]
pub struct Extent {
    /// The agencies.
    pub agencies: Vec<ShippedAgency>,
    /// How many cases they have together.
    pub cases: u64,
    /// How many events are in the store in the end, those of agencies, offerings and solutions included.
    pub events: u64,
    /// Decides everything that is left to chance.
    pub seed: u64,
}

/// There are too few events for so many cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{cases} cases need at least {least} events")]
pub struct TooFewEvents {
    cases: u64,
    least: u64,
}

/// What one agency gets.
#[derive(Clone, Debug)]
pub(super) struct Outline {
    pub(super) agency: ShippedAgency,
    pub(super) cases: Vec<CaseOutline>,
}

/// What one case gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CaseOutline {
    /// How many events it has.
    pub(super) length: u64,
    /// Whether the municipality declines.
    pub(super) declined: bool,
}

impl Extent {
    /// The seed of the demo, unless another one is asked for.
    pub const SEED: u64 = 2_014;

    /// The whole network: nine agencies, 220 cases, 40,000 events.
    ///
    /// # Errors
    /// If the shipped agencies cannot be read.
    pub fn network(seed: u64) -> Result<Self, CatalogueError> {
        Ok(Self {
            agencies: shipped_agencies()?,
            cases: 220,
            events: 40_000,
            seed,
        })
    }

    /// What each agency gets.
    pub(super) fn outlines(&self) -> Result<Vec<Outline>, TooFewEvents> {
        let weights: Vec<_> = self.agencies.iter().map(weight).collect();
        let counts = shares(self.cases, &weights);
        let mut spent = NETWORK_EVENTS;
        let mut lives = Vec::new();
        for (agency, count) in self.agencies.iter().zip(&counts) {
            spent += founding(agency) + offers::events(*count);
            let mut dice = Dice::of(self.seed, &[&agency.code, "outline"]);
            lives.extend((0..*count).map(|place| {
                // The first ones are told whole: the municipalities that are known by name.
                let declined = dice.chance(9) && place > 1;
                let weight = if declined { 1 } else { dice.between(14, 34) };
                (declined, u64::from(weight))
            }));
        }
        let least = spent + self.cases * SHORTEST;
        let rest = self.events.checked_sub(least).ok_or(TooFewEvents {
            cases: self.cases,
            least,
        })?;
        let weights: Vec<_> = lives.iter().map(|(_, weight)| *weight).collect();
        let lengths = shares(rest, &weights).into_iter();
        let mut cases = lives.iter().zip(lengths).map(|((declined, _), share)| {
            let length = SHORTEST + share;
            CaseOutline {
                length,
                declined: *declined,
            }
        });
        let agencies = self.agencies.iter().zip(counts);
        let outlines = agencies.map(|(agency, count)| Outline {
            agency: agency.clone(),
            cases: cases
                .by_ref()
                .take(usize::try_from(count).unwrap_or(usize::MAX))
                .collect(),
        });
        Ok(outlines.collect())
    }
}

impl Outline {
    /// How many events the agency's own stream has.
    pub(super) fn founding(&self) -> u64 {
        founding(&self.agency)
    }
}

/// The network's own stream: its opening and a member for each of its roles.
const NETWORK_EVENTS: u64 = 1 + Role::OF_NETWORK.len() as u64;

/// The agency's own stream: its opening, sites and members.
fn founding(agency: &ShippedAgency) -> u64 {
    1 + agency.sites.len() as u64 + Role::OF_AGENCIES.len() as u64 + MORE_ADVISORS
}

fn weight(agency: &ShippedAgency) -> u64 {
    let mut known = CASES.iter();
    let known = known.find(|(code, _)| *code == agency.code);
    known.map_or(20, |(_, cases)| *cases)
}

/// The total in parts that are as the weights are, and come to the total exactly.
fn shares(total: u64, weights: &[u64]) -> Vec<u64> {
    let all: u64 = weights.iter().sum::<u64>().max(1);
    let (mut before, mut given) = (0, 0);
    let parts = weights.iter().map(|weight| {
        before += weight;
        let reached = total * before / all;
        let part = reached - given;
        given = reached;
        part
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_network_has_220_cases_and_40_000_events() {
        let extent = Extent::network(Extent::SEED).unwrap();
        let outlines = extent.outlines().unwrap();
        let mut events = NETWORK_EVENTS;
        for outline in &outlines {
            let count = outline.cases.len() as u64;
            assert!((20..=41).contains(&count), "{}", outline.agency.code);
            let of_cases: u64 = outline.cases.iter().map(|case| case.length).sum();
            events += founding(&outline.agency) + offers::events(count) + of_cases;
        }
        assert_eq!(events, 40_000);
        let cases: usize = outlines.iter().map(|outline| outline.cases.len()).sum();
        assert_eq!((outlines.len(), cases), (9, 220));
    }

    #[test]
    fn too_few_events_are_told() {
        let mut extent = Extent::network(1).unwrap();
        extent.events = 1_000;
        assert!(extent.outlines().is_err());
    }

    #[test]
    fn shares_come_to_the_total() {
        assert_eq!(shares(10, &[1, 1, 1]), [3, 3, 4]);
        assert_eq!(shares(220, &[20, 41]).iter().sum::<u64>(), 220);
        assert_eq!(shares(5, &[]), Vec::<u64>::new());
    }
}
