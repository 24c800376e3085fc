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

/// The numbers of a set's header.
#[derive(Clone, Copy)]
pub(crate) struct Layout {
    entries: u32,
    slots: u32,
    buckets: u32,
    seed: u32,
}

impl Layout {
    pub(crate) const fn read(bytes: &[u8]) -> Self {
        Self { entries: word(bytes, 0), slots: word(bytes, 1), buckets: word(bytes, 2), seed: word(bytes, 3) }
    }

    /// Where the text of the only entry begins, in a set that has one: there is no need to hash it.
    pub(crate) const fn sole(self) -> Option<usize> {
        if self.entries != 1 {
            return None;
        }
        // Displacements, slots, and the end of the one entry.
        Some((HEADER + self.slots as usize + self.buckets as usize + 1) * 4)
    }
}

/// A set, read from its part of the image.
#[derive(Clone, Copy)]
pub(crate) struct Set<'t> {
    layout: Layout,
    /// What follows the header.
    words: &'t [u8],
}

impl<'t> Set<'t> {
    #[inline]
    pub(crate) fn new(bytes: &'t [u8]) -> Self {
        Self::with(Layout::read(bytes), bytes)
    }

    /// The same, where the header has been read before.
    #[inline]
    pub(crate) fn with(layout: Layout, bytes: &'t [u8]) -> Self {
        Self { layout, words: bytes.get(HEADER * 4..).unwrap_or_default() }
    }

    #[inline]
    pub(crate) fn len(self) -> usize {
        self.layout.entries as usize
    }

    /// What hashes of this set's keys start from.
    #[inline]
    pub(crate) fn seed(self) -> u32 {
        self.layout.seed
    }

    /// The one entry that a key with this hash can be.
    #[inline]
    pub(crate) fn candidate(self, hash: u64) -> Option<&'t [u8]> {
        let Layout { slots, buckets, .. } = self.layout;
        let displacement = word(self.words, bucket(hash, buckets));
        let slot = slot(hash, displacement, slots);
        self.entry(word(self.words, buckets as usize + slot) as usize)
    }

    /// The entry that equals `key`.
    #[inline(always)]
    pub(crate) fn find(self, key: &[u8]) -> Option<&'t [u8]> {
        if self.len() <= FEW {
            return self.iter().find(|entry| *entry == key);
        }
        self.candidate(hash(self.seed(), key)).filter(|entry| *entry == key)
    }

    /// The entry at `index`, in the policy's order.
    #[inline]
    pub(crate) fn entry(self, index: usize) -> Option<&'t [u8]> {
        if index >= self.len() {
            return None;
        }
        let start = if index == 0 { 0 } else { word(self.words, self.ends() + index - 1) };
        let end = word(self.words, self.ends() + index);
        let text = self.words.get((self.ends() + self.len()) * 4..)?;
        text.get(start as usize..end as usize)
    }

    /// The entries in the policy's order.
    #[inline]
    pub(crate) fn iter(self) -> Entries<'t> {
        let ends = self.words.get(self.ends() * 4..);
        let parts = ends.and_then(|ends| ends.split_at_checked(self.len() * 4));
        parts.map(|(ends, text)| Entries { ends, text, start: 0 }).unwrap_or_default()
    }

    /// The index of the word that is the first entry's end.
    #[inline]
    fn ends(self) -> usize {
        self.layout.slots as usize + self.layout.buckets as usize
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
