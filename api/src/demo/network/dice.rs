//! Chance that can be repeated: the same seed and names give the same numbers, on every machine.

use uuid::Uuid;

/// A small generator of random numbers (SplitMix64).
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    /// The generator that belongs to `seed` and `names`; it owes nothing to any other.
    pub(super) fn of(seed: u64, names: &[&str]) -> Self {
        // FNV-1a over the names, with a mark after each so that no two lists run together.
        let mut mixed = seed ^ 0xCBF2_9CE4_8422_2325;
        for name in names {
            for byte in name.bytes().chain([0xFF]) {
                mixed = (mixed ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
            }
        }
        Self(mixed)
    }

    /// The next number.
    fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from `least` to `most`, both included.
    pub(super) fn between(&mut self, least: u32, most: u32) -> u32 {
        let span = u64::from(most.saturating_sub(least)) + 1;
        least + u32::try_from(self.throw() % span).unwrap_or(0)
    }

    /// True so many times out of a hundred.
    pub(super) fn chance(&mut self, percent: u32) -> bool {
        self.between(1, 100) <= percent
    }

    /// One of the things; none of an empty list.
    pub(super) fn one<T: Clone>(&mut self, things: &[T]) -> Option<T> {
        let last = u32::try_from(things.len())
            .unwrap_or(u32::MAX)
            .checked_sub(1)?;
        let place = usize::try_from(self.between(0, last)).unwrap_or(0);
        things.get(place).cloned()
    }

    /// One of the words.
    pub(super) fn word<'w>(&mut self, words: &[&'w str]) -> &'w str {
        self.one(words).unwrap_or_default()
    }

    /// `least` to `most` of the words, each at most once, in the order of the list.
    pub(super) fn words<'w>(&mut self, words: &[&'w str], least: u32, most: u32) -> Vec<&'w str> {
        let count = usize::try_from(self.between(least, most)).unwrap_or(0);
        let mut places: Vec<_> = (0..words.len()).collect();
        self.shuffle(&mut places);
        places.truncate(count);
        places.sort_unstable();
        let found = places.into_iter().filter_map(|place| words.get(place));
        found.copied().collect()
    }

    /// Brings the things into another order.
    pub(super) fn shuffle<T>(&mut self, things: &mut [T]) {
        for last in (1..things.len()).rev() {
            let bound = u32::try_from(last).unwrap_or(u32::MAX);
            let other = usize::try_from(self.between(0, bound)).unwrap_or(0);
            things.swap(last, other);
        }
    }

    /// An id by which planned things go until the store has made theirs.
    pub(super) fn id(&mut self) -> Uuid {
        Uuid::from_u64_pair(self.throw(), self.throw())
    }

    /// The hash of a content that does not exist.
    pub(super) fn sha256(&mut self) -> String {
        let (first, second) = (self.id(), self.id());
        format!("{}{}", first.simple(), second.simple())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_names_give_the_same_numbers_and_others_do_not() {
        let thrown = |seed, names: &[&str]| Dice::of(seed, names).throw();
        assert_eq!(thrown(7, &["transmit", "1"]), thrown(7, &["transmit", "1"]));
        assert_ne!(thrown(7, &["transmit", "1"]), thrown(8, &["transmit", "1"]));
        assert_ne!(thrown(7, &["transmit", "1"]), thrown(7, &["transmit1"]));
    }

    #[test]
    fn bounds_are_included_and_kept() {
        let mut dice = Dice::of(1, &[]);
        let thrown: Vec<_> = (0..200).map(|_| dice.between(3, 5)).collect();
        assert!((3..=5).all(|number| thrown.contains(&number)));
        assert!(thrown.iter().all(|number| (3..=5).contains(number)));
        assert_eq!(dice.one::<u8>(&[]), None);
    }
}
