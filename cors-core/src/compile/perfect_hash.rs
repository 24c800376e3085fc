//! Builds the perfect hash that `engine::table::set` reads: hash and displace.

use alloc::vec;
use alloc::vec::Vec;

use crate::engine::table::set::{EMPTY, bucket, slot};

/// How many entries share a bucket, on average. More make smaller tables that take longer to find.
const PER_BUCKET: usize = 4;

/// How many displacements are tried for a bucket before another seed is.
const DISPLACEMENTS: u32 = 1 << 20;

/// How many seeds are tried. One fails only if two entries share all 64 bits of their hash under it.
const SEEDS: u32 = 256;

/// The bytes of a set of `entries`, in their order, each found by `hash(seed, entry)`.
///
/// The entries must differ. Ones that shared their hash under every seed would make an empty set,
/// which matches nothing: a policy errs on the safe side.
pub(crate) fn set<E: AsRef<[u8]>>(entries: &[E], hash: impl Fn(u32, &[u8]) -> u64) -> Vec<u8> {
    if entries.is_empty() {
        return Vec::new();
    }
    (0..SEEDS)
        .find_map(|seed| Plan::find(seed, entries.iter().map(|entry| hash(seed, entry.as_ref())).collect()))
        .map(|plan| plan.write(entries))
        .unwrap_or_default()
}

/// Where each entry goes.
struct Plan {
    seed: u32,
    displacements: Vec<u32>,
    slots: Vec<u32>,
}

impl Plan {
    fn find(seed: u32, hashes: Vec<u64>) -> Option<Self> {
        let buckets = hashes.len().div_ceil(PER_BUCKET);
        // A slot in five stays empty, or the last buckets would take long to place.
        let slots = hashes.len() + hashes.len() / 4;
        let mut plan = Self { seed, displacements: vec![0; buckets], slots: vec![EMPTY; slots] };
        let mut order: Vec<(usize, u32)> =
            hashes.iter().zip(0..).map(|(hash, entry)| (bucket(*hash, buckets as u32), entry)).collect();
        order.sort_unstable();
        let mut groups: Vec<&[(usize, u32)]> = order.chunk_by(|a, b| a.0 == b.0).collect();
        groups.sort_by_key(|group| core::cmp::Reverse(group.len()));
        groups.into_iter().all(|group| plan.place(group, &hashes)).then_some(plan)
    }

    /// Finds the displacement under which a bucket's entries fall into free slots.
    fn place(&mut self, group: &[(usize, u32)], hashes: &[u64]) -> bool {
        let slots = self.slots.len() as u32;
        let mut taken = Vec::with_capacity(group.len());
        for displacement in 0..DISPLACEMENTS {
            taken.clear();
            for (_, entry) in group {
                let slot = slot(hashes[*entry as usize], displacement, slots);
                if self.slots[slot] != EMPTY || taken.contains(&slot) {
                    break;
                }
                taken.push(slot);
            }
            if taken.len() == group.len() {
                for ((_, entry), slot) in group.iter().zip(&taken) {
                    self.slots[*slot] = *entry;
                }
                self.displacements[group[0].0] = displacement;
                return true;
            }
        }
        false
    }

    fn write<E: AsRef<[u8]>>(&self, entries: &[E]) -> Vec<u8> {
        let mut words =
            vec![entries.len() as u32, self.slots.len() as u32, self.displacements.len() as u32, self.seed];
        words.extend(&self.displacements);
        words.extend(&self.slots);
        let mut end = 0;
        words.extend(entries.iter().map(|entry| {
            end += entry.as_ref().len() as u32;
            end
        }));
        let mut bytes: Vec<u8> = words.into_iter().flat_map(u32::to_le_bytes).collect();
        for entry in entries {
            bytes.extend_from_slice(entry.as_ref());
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::String;

    use super::*;
    use crate::engine::table::set::{Set, hash};

    #[test]
    fn every_entry_is_found_and_nothing_else() {
        for count in [0usize, 1, 2, 3, 7, 100, 5_000] {
            let entries: Vec<String> = (0..count).map(|n| format!("https://tenant-{n}.example")).collect();
            let bytes = set(&entries, hash);
            let table = Set::new(&bytes);
            assert_eq!(table.len(), count);
            assert!(table.iter().eq(entries.iter().map(String::as_bytes)), "{count}: order");
            for entry in &entries {
                assert_eq!(table.find(entry.as_bytes()), Some(entry.as_bytes()));
            }
            for other in
                ["", "https://tenant-.example", "https://tenant-0.exampl", "https://tenant-0.examplf"]
            {
                assert_eq!(table.find(other.as_bytes()), None, "{other}");
            }
        }
    }

    #[test]
    fn where_a_seed_fails_another_serves() {
        let entries: Vec<String> = (0..20).map(|n| format!("https://tenant-{n}.example")).collect();
        let bytes = set(&entries, |seed, key| if seed < 2 { 0 } else { hash(seed, key) });
        let table = Set::new(&bytes);
        assert_eq!(table.seed(), 2);
        for entry in &entries {
            assert_eq!(table.find(entry.as_bytes()), Some(entry.as_bytes()));
        }
    }

    #[test]
    fn a_damaged_set_matches_less_and_never_panics() {
        let entries: Vec<String> = (0..20).map(|n| format!("https://tenant-{n}.example")).collect();
        let bytes = set(&entries, hash);
        for cut in 0..bytes.len() {
            let _ = Set::new(&bytes[..cut]).find(b"https://tenant-1.example");
        }
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] = !damaged[at];
            let table = Set::new(&damaged);
            let _ = table.find(b"https://tenant-1.example");
            let _ = table.iter().take(100).count();
        }
    }
}
