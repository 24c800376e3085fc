//! A set of byte strings: one hash and one comparison find an entry, however many there are.
//!
//! In 32-bit words: `entries`, `slots`, `buckets`, `spare`, the key of the hash (two words); then a displacement for each
//! bucket, an entry's index for each slot, the end of each entry in the text, the text, and the indices of the spare entries
//! in the order of their bytes. Entries keep the order in which the policy lists them.
//!
//! A spare entry is one that got no slot. Hardly any set has one, unless its entries were chosen to share a hash. Spare entries
//! are found by binary search, so no choice of entries can hide another entry or make it slow to find.

use core::cmp::Ordering;

use super::word;

/// Up to this many entries, comparing with each costs less than hashing the text (`benches/scale.rs`).
pub(crate) const FEW: usize = 8;

/// A slot without an entry.
#[cfg(feature = "alloc")]
pub(crate) const EMPTY: u32 = u32::MAX;

/// The words before the displacements.
pub(crate) const HEADER: usize = 6;

/// The numbers of a set's header.
#[derive(Clone, Copy)]
pub(crate) struct SetHeader {
    entries: u32,
    slots: u32,
    buckets: u32,
    spare: u32,
    key: u64,
}

impl SetHeader {
    pub(crate) const fn read(bytes: &[u8]) -> Self {
        Self {
            entries: word(bytes, 0),
            slots: word(bytes, 1),
            buckets: word(bytes, 2),
            spare: word(bytes, 3),
            key: word(bytes, 4) as u64 | (word(bytes, 5) as u64) << 32,
        }
    }
}

/// Where the text of the only entry begins and ends, if the set has exactly one: then there is no need to hash.
pub(crate) const fn sole(bytes: &[u8]) -> Option<(u32, u32)> {
    let SetHeader { entries, slots, buckets, .. } = SetHeader::read(bytes);
    if entries != 1 {
        return None;
    }
    let end = HEADER + slots as usize + buckets as usize;
    let start = (end as u32 + 1) * 4;
    Some((start, start.saturating_add(word(bytes, end))))
}

/// A set, read from its part of the image.
#[derive(Clone, Copy)]
pub(crate) struct Set<'t> {
    header: SetHeader,
    bytes: &'t [u8],
}

impl<'t> Set<'t> {
    #[inline]
    pub(crate) fn new(bytes: &'t [u8]) -> Self {
        Self::with(SetHeader::read(bytes), bytes)
    }

    /// The same, where the header has been read before.
    #[inline]
    pub(crate) fn with(header: SetHeader, bytes: &'t [u8]) -> Self {
        Self { header, bytes }
    }

    #[inline]
    pub(crate) fn len(self) -> usize {
        self.header.entries as usize
    }

    /// The key of this set's hashes.
    #[inline]
    pub(crate) fn key(self) -> u64 {
        self.header.key
    }

    /// The entry with this hash for which `is` returns `true`. `spelling` is its text, in any case.
    #[inline(always)]
    pub(crate) fn look_up<'k, S: Iterator<Item = &'k u8>>(
        self,
        hash: u64,
        is: impl Fn(&[u8]) -> bool,
        spelling: impl Fn() -> S,
    ) -> Option<&'t [u8]> {
        match self.in_slot(hash) {
            Some(entry) if is(entry) => Some(entry),
            _ if self.header.spare == 0 => None,
            _ => spare(self.bytes, spelling).filter(|entry| is(entry)),
        }
    }

    /// The one entry with a slot that can have this hash.
    #[inline]
    fn in_slot(self, hash: u64) -> Option<&'t [u8]> {
        let SetHeader { slots, buckets, .. } = self.header;
        let displacement = word(self.bytes, HEADER + bucket(hash, buckets));
        let slot = slot(hash, displacement, slots);
        self.entry(word(self.bytes, HEADER + buckets as usize + slot) as usize)
    }

    /// The entry that equals `text`.
    #[inline(always)]
    pub(crate) fn find(self, text: &[u8]) -> Option<&'t [u8]> {
        if self.len() <= FEW {
            return self.iter().find(|entry| *entry == text);
        }
        self.look_up(hash(self.key(), text), |entry| entry == text, || text.iter())
    }

    /// The entry at `index`, in the policy's order.
    #[inline]
    pub(crate) fn entry(self, index: usize) -> Option<&'t [u8]> {
        if index >= self.len() {
            return None;
        }
        let start = if index == 0 { 0 } else { word(self.bytes, self.ends() + index - 1) };
        let end = word(self.bytes, self.ends() + index);
        let text = self.bytes.get((self.ends() + self.len()) * 4..)?;
        text.get(start as usize..end as usize)
    }

    /// The entries in the policy's order.
    #[inline]
    pub(crate) fn iter(self) -> Entries<'t> {
        let ends = self.bytes.get(self.ends() * 4..);
        let parts = ends.and_then(|ends| ends.split_at_checked(self.len() * 4));
        parts.map(|(ends, text)| Entries { ends, text, start: 0 }).unwrap_or_default()
    }

    /// The index of the word that is the first entry's end.
    #[inline]
    fn ends(self) -> usize {
        HEADER + self.header.slots as usize + self.header.buckets as usize
    }
}

/// The spare entry with this spelling, in any case. It takes the bytes and not the [`Set`], which can then stay in registers.
#[cold]
#[inline(never)]
fn spare<'t, 'k, S: Iterator<Item = &'k u8>>(bytes: &'t [u8], spelling: impl Fn() -> S) -> Option<&'t [u8]> {
    let set = Set::new(bytes);
    let last = word(bytes, set.ends() + set.len().checked_sub(1)?);
    let indices = bytes.get((set.ends() + set.len()) * 4 + last as usize..)?;
    let (mut low, mut high) = (0, set.header.spare as usize);
    while low < high {
        let middle = low + (high - low) / 2;
        let entry = set.entry(word(indices, middle) as usize)?;
        match spare_order(entry.iter(), spelling()) {
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
            Ordering::Equal => return Some(entry),
        }
    }
    None
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

/// The order of the spare entries: by their bytes, ignoring case, because names are compared in the same way.
pub(crate) fn spare_order<'a, 'b>(
    one: impl Iterator<Item = &'a u8>,
    other: impl Iterator<Item = &'b u8>,
) -> Ordering {
    one.map(u8::to_ascii_lowercase).cmp(other.map(u8::to_ascii_lowercase))
}

/// Odd, and with its bits spread: the golden ratio, as is usual for multiplicative hashing.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Bit 5 of every byte: what tells an upper-case letter from its lower-case one.
const FOLD: u64 = 0x2020_2020_2020_2020;

/// The hash of a text. Letters that only differ in case hash alike. So the hash works for names, which are compared without case,
/// and for origins, which are not.
///
/// It is the same on every machine: the host that compiles a policy writes what the target reads.
#[inline]
pub(crate) fn hash(key: u64, text: &[u8]) -> u64 {
    absorb(key, key, text)
}

/// Adds a text to the state of a hash, two words at a time. The length goes first, so that texts of different lengths differ.
#[inline]
pub(crate) fn absorb(key: u64, state: u64, text: &[u8]) -> u64 {
    // The second word has another key; otherwise swapping the two words would not change the hash.
    let second = key.rotate_left(32);
    let mut state = state ^ text.len() as u64;
    if let Some(last) = text.last_chunk() {
        let take = |state, words: &[u8; 16]| {
            let words = u128::from_le_bytes(*words);
            mix(state ^ (words as u64 | FOLD), second ^ ((words >> 64) as u64 | FOLD))
        };
        // The last words overlap those before them, which costs less than gathering the remaining bytes.
        let (chunks, _) = text[..text.len() - 1].as_chunks();
        for chunk in chunks {
            state = take(state, chunk);
        }
        take(state, last)
    } else if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        mix(state ^ (u64::from_le_bytes(*first) | FOLD), second ^ (u64::from_le_bytes(*last) | FOLD))
    } else {
        mix(state ^ (short(text) | FOLD), second)
    }
}

/// Up to seven bytes in one word.
#[inline]
fn short(text: &[u8]) -> u64 {
    if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32
    } else {
        text.iter().fold(0, |word, &byte| word << 8 | u64::from(byte))
    }
}

/// The next state of a hash. Both halves of the product count, so the effect of a changed bit depends on the key and on
/// everything before it: with another key, other texts share a hash.
#[inline]
pub(crate) fn mix(one: u64, other: u64) -> u64 {
    let product = u128::from(one) * u128::from(other);
    product as u64 ^ (product >> 64) as u64
}

/// The key of a set's hashes, made from all of its entries: somebody who only supplies one entry cannot know the key, and the
/// same list always gives the same table.
#[cfg(feature = "alloc")]
pub(crate) fn key<'e>(entries: impl Iterator<Item = &'e [u8]>) -> u64 {
    entries.fold(SPREAD, |state, entry| absorb(SPREAD, state, entry)) | 1
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
