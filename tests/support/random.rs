//! A small deterministic generator (splitmix64): tests print its seed, and the same seed repeats the same run.

/// A stream of numbers that only its seed decides.
pub struct Random(u64);

impl Random {
    /// The seed from `KEYWIRE_SEED`, else one from the clock; printed, because a failure without it is lost.
    pub fn from_env(test: &str) -> Self {
        let clock = std::time::UNIX_EPOCH.elapsed().unwrap().as_micros() as u64;
        let seed = super::number_from_env("KEYWIRE_SEED", clock);
        println!("{test}: repeat this run with KEYWIRE_SEED={seed}");
        Random(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 up to, not including, `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}
