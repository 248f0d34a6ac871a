//! Chance that can be repeated: the same seed gives the same numbers.

use std::hash::{BuildHasher as _, RandomState};

/// A small generator of random numbers (xorshift64*).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The generator that begins with `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        // Zero would stay zero; neighbouring seeds are to begin far apart.
        Self((seed ^ 0x9E37_79B9_7F4A_7C15).max(1))
    }

    /// A seed that no other run has; print it, so that a failure can be repeated.
    #[must_use]
    pub fn fresh_seed() -> u64 {
        RandomState::new().hash_one("seed")
    }

    /// The next number.
    pub fn throw(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number from `least` to `most`, both included.
    pub fn between(&mut self, least: u64, most: u64) -> u64 {
        // The high bits are the better ones.
        least + (self.throw() >> 11) % (most - least + 1)
    }

    /// Another generator, whose numbers this one decides.
    #[must_use]
    pub fn another(&mut self) -> Self {
        Self::new(self.throw())
    }
}
