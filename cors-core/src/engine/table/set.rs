//! A set of byte strings behind a perfect hash: one hash, one comparison, however many entries.
//!
//! Layout, in 32-bit words: `entries`, `slots`, `buckets`, `seed`, then a displacement for each
//! bucket, an entry's index for each slot (`EMPTY` if none), the end of each entry in the text, and
//! the text. Entries keep the order in which the policy lists them.

use super::word;

/// A slot without an entry.
#[cfg(feature = "alloc")]
pub(crate) const EMPTY: u32 = u32::MAX;

/// The words before the displacements.
pub(crate) const HEADER: usize = 4;

/// A set, read from its part of the image.
#[derive(Clone, Copy)]
pub(crate) struct Set<'t> {
    bytes: &'t [u8],
}

impl<'t> Set<'t> {
    pub(crate) fn new(bytes: &'t [u8]) -> Self {
        Self { bytes }
    }

    pub(crate) fn len(self) -> usize {
        word(self.bytes, 0) as usize
    }

    pub(crate) fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// What hashes of this set's keys start from.
    pub(crate) fn seed(self) -> u32 {
        word(self.bytes, 3)
    }

    /// The one entry that a key with this hash can be.
    #[inline]
    pub(crate) fn candidate(self, hash: u64) -> Option<&'t [u8]> {
        let (slots, buckets) = (word(self.bytes, 1), word(self.bytes, 2));
        let displacement = word(self.bytes, HEADER + bucket(hash, buckets));
        let slot = slot(hash, displacement, slots);
        let index = word(self.bytes, HEADER + buckets as usize + slot);
        self.entry(index as usize)
    }

    /// The entry that equals `key`.
    #[inline]
    pub(crate) fn find(self, key: &[u8]) -> Option<&'t [u8]> {
        self.candidate(hash(self.seed(), key)).filter(|entry| *entry == key)
    }

    /// The entry at `index`, in the policy's order.
    #[inline]
    pub(crate) fn entry(self, index: usize) -> Option<&'t [u8]> {
        let entries = self.len();
        if index >= entries {
            return None;
        }
        let ends = HEADER + word(self.bytes, 1) as usize + word(self.bytes, 2) as usize;
        let text = self.bytes.get((ends + entries) * 4..)?;
        let start = if index == 0 { 0 } else { word(self.bytes, ends + index - 1) };
        text.get(start as usize..word(self.bytes, ends + index) as usize)
    }

    /// The entries in the policy's order.
    pub(crate) fn iter(self) -> impl Iterator<Item = &'t [u8]> {
        (0..self.len()).map_while(move |index| self.entry(index))
    }
}

/// Odd, and with its bits spread: the golden ratio, as is usual for multiplicative hashing.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Bit 5 of every byte: what tells an upper-case letter from its lower-case one.
const FOLD: u64 = 0x2020_2020_2020_2020;

/// The hash of a key, a word at a time. Letters that differ in case only hash alike, so that it
/// serves names, which are compared without case, and origins, which are not.
///
/// It is the same on every machine: the host that compiles a policy writes what the target reads.
#[inline]
pub(crate) fn hash(seed: u32, key: &[u8]) -> u64 {
    let mut state = start(seed, key.len());
    let mut chunks = key.chunks_exact(8);
    for chunk in &mut chunks {
        state = step(state, chunk.try_into().map_or(0, u64::from_le_bytes) | FOLD);
    }
    let mut last = 0;
    for &byte in chunks.remainder() {
        last = last << 8 | u64::from(byte | 0x20);
    }
    finish(step(state, last))
}

/// The first state of a hash over something of the given length.
#[inline]
pub(crate) fn start(seed: u32, length: usize) -> u64 {
    (u64::from(seed) ^ (length as u64) << 32).wrapping_mul(SPREAD)
}

/// Takes in the next word.
#[inline]
pub(crate) fn step(state: u64, word: u64) -> u64 {
    (state.rotate_left(29) ^ word).wrapping_mul(SPREAD)
}

/// Spreads the last words over all bits.
#[inline]
pub(crate) fn finish(state: u64) -> u64 {
    (state ^ state >> 32).wrapping_mul(SPREAD)
}

/// The bucket of a hash: its upper half, scaled.
#[inline]
pub(crate) fn bucket(hash: u64, buckets: u32) -> usize {
    (((hash >> 32) * u64::from(buckets)) >> 32) as usize
}

/// The slot of a hash: its lower half, mixed with its bucket's displacement and scaled.
#[inline]
pub(crate) fn slot(hash: u64, displacement: u32, slots: u32) -> usize {
    let mixed = (hash ^ u64::from(displacement).wrapping_mul(SPREAD)).wrapping_mul(SPREAD);
    (((mixed >> 32) * u64::from(slots)) >> 32) as usize
}
