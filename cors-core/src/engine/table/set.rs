//! A set of byte strings behind a perfect hash: one hash, one comparison, however many entries.
//!
//! Layout, in 32-bit words: `entries`, `slots`, `buckets`, `seed`, then a displacement for each
//! bucket, an entry's index for each slot (`EMPTY` if none), the end of each entry in the text, and
//! the text. Entries keep the order in which the policy lists them.

use super::word;

/// Up to this many entries a comparison with each costs less than hashing the key (`benches/scale.rs`).
const FEW: usize = 8;

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
    #[inline]
    pub(crate) fn new(bytes: &'t [u8]) -> Self {
        Self { bytes }
    }

    #[inline]
    pub(crate) fn len(self) -> usize {
        word(self.bytes, 0) as usize
    }

    /// What hashes of this set's keys start from.
    #[inline]
    pub(crate) fn seed(self) -> u32 {
        word(self.bytes, 3)
    }

    /// The one entry that a key with this hash can be.
    #[inline]
    pub(crate) fn candidate(self, hash: u64) -> Option<&'t [u8]> {
        let table = Table::read(self.bytes)?;
        let displacement = word(table.words, bucket(hash, table.buckets));
        let slot = slot(hash, displacement, table.slots);
        table.entry(word(table.words, table.buckets as usize + slot) as usize)
    }

    /// The entry that equals `key`.
    #[inline]
    pub(crate) fn find(self, key: &[u8]) -> Option<&'t [u8]> {
        if self.len() <= FEW {
            return self.iter().find(|entry| *entry == key);
        }
        self.candidate(hash(self.seed(), key)).filter(|entry| *entry == key)
    }

    /// The entry at `index`, in the policy's order.
    #[inline]
    pub(crate) fn entry(self, index: usize) -> Option<&'t [u8]> {
        Table::read(self.bytes)?.entry(index)
    }

    /// Where the text of the only entry begins, in a set that has one: there is no need to hash it.
    pub(crate) const fn sole(bytes: &[u8]) -> Option<usize> {
        if word(bytes, 0) != 1 {
            return None;
        }
        let (slots, buckets) = (word(bytes, 1) as usize, word(bytes, 2) as usize);
        // Displacements, slots, and the end of the one entry.
        Some((HEADER + slots + buckets + 1) * 4)
    }

    /// The entries in the policy's order.
    #[inline]
    pub(crate) fn iter(self) -> Entries<'t> {
        Table::read(self.bytes).and_then(Table::entries).unwrap_or_default()
    }
}

/// The entries of a set, one after another.
#[derive(Clone, Copy, Default)]
pub(crate) struct Entries<'t> {
    ends: &'t [u8],
    text: &'t [u8],
    start: usize,
}

impl<'t> Iterator for Entries<'t> {
    type Item = &'t [u8];

    #[inline]
    fn next(&mut self) -> Option<&'t [u8]> {
        let (end, ends) = self.ends.split_first_chunk()?;
        let end = u32::from_le_bytes(*end) as usize;
        let entry = self.text.get(self.start..end)?;
        (self.ends, self.start) = (ends, end);
        Some(entry)
    }
}

/// A set with the words of its header read, all of them under one check.
#[derive(Clone, Copy)]
struct Table<'t> {
    entries: u32,
    slots: u32,
    buckets: u32,
    /// What follows the header.
    words: &'t [u8],
}

impl<'t> Table<'t> {
    #[inline]
    fn read(bytes: &'t [u8]) -> Option<Self> {
        let (header, words) = bytes.split_first_chunk::<{ HEADER * 4 }>()?;
        let [entries, slots, buckets] = [0, 1, 2].map(|index| word(header, index));
        Some(Self { entries, slots, buckets, words })
    }

    #[inline]
    fn entry(self, index: usize) -> Option<&'t [u8]> {
        if index >= self.entries as usize {
            return None;
        }
        let Entries { ends, text, .. } = self.entries()?;
        let start = if index == 0 { 0 } else { word(ends, index - 1) };
        text.get(start as usize..word(ends, index) as usize)
    }

    #[inline]
    fn entries(self) -> Option<Entries<'t>> {
        let ends = self.slots as usize + self.buckets as usize;
        let (ends, text) = self.words.get(ends * 4..)?.split_at_checked(self.entries as usize * 4)?;
        Some(Entries { ends, text, start: 0 })
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
    let Some(last) = key.last_chunk() else {
        let short = key.iter().fold(0, |word, &byte| word << 8 | u64::from(byte));
        return finish(step(state, short | FOLD));
    };
    // The last word overlaps the one before it, which costs less than gathering what is left.
    let (chunks, _) = key[..key.len() - 1].as_chunks();
    for chunk in chunks {
        state = step(state, u64::from_le_bytes(*chunk) | FOLD);
    }
    finish(step(state, u64::from_le_bytes(*last) | FOLD))
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
