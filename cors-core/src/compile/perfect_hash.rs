//! Builds the sets that `engine::table::set` reads: a perfect hash (hash and displace), and a list of the few entries that do not
//! fit into it.

use alloc::vec;
use alloc::vec::Vec;

use crate::engine::table::set::{self, EMPTY, bucket, slot};

/// How many entries share a bucket, on average. More make smaller tables that take longer to find.
const PER_BUCKET: usize = 4;

/// The most entries of a bucket that are given slots. Under a fair hash, one bucket in 10⁹ has more.
const LARGEST: usize = 20;

/// How many displacements are tried for a bucket. Under a fair hash, the fullest needs some 40 on average.
const DISPLACEMENTS: u32 = 4096;

/// How many slots are looked at for each entry of a set. A fair hash takes between six and seven. When they are used up, the
/// entries that are left are spare.
const PROBES: usize = 12;

/// The bytes of a set of `entries`, in their order, each found by `hash(key, entry)`. The entries must differ.
///
/// Each entry gets a slot or is spare, so none is lost, whatever the hash. It takes the time to sort the entries, and otherwise
/// linear time.
pub(crate) fn set<E: AsRef<[u8]>>(entries: &[E], hash: impl Fn(u64, &[u8]) -> u64) -> Vec<u8> {
    if entries.is_empty() {
        return Vec::new();
    }
    let key = set::key(entries.iter().map(AsRef::as_ref));
    let hashes: Vec<u64> = entries.iter().map(|entry| hash(key, entry.as_ref())).collect();
    Plan::make(&hashes).write(key, entries)
}

/// The bytes of a set that is only iterated.
pub(crate) fn list<E: AsRef<[u8]>>(entries: &[E]) -> Vec<u8> {
    if entries.is_empty() { Vec::new() } else { Plan::default().write(0, entries) }
}

/// Where each entry goes.
#[derive(Default)]
struct Plan {
    displacements: Vec<u32>,
    slots: Vec<u32>,
    /// The entries without a slot.
    spare: Vec<u32>,
    /// How many slots may still be looked at.
    probes: usize,
}

impl Plan {
    fn make(hashes: &[u64]) -> Self {
        let buckets = hashes.len().div_ceil(PER_BUCKET);
        // A slot in five stays empty, or the last buckets would take long to place.
        let slots = hashes.len() + hashes.len() / 4;
        let mut plan = Self {
            displacements: vec![0; buckets],
            slots: vec![EMPTY; slots],
            spare: Vec::new(),
            probes: Self::budget(hashes.len()),
        };
        // The order of the hashes is that of their buckets.
        let mut order: Vec<(u64, u32)> = hashes.iter().copied().zip(0..).collect();
        order.sort_unstable();
        // Entries of one hash share every slot: one of them can have it.
        order.dedup_by(|next, kept| {
            next.0 == kept.0 && {
                plan.spare.push(next.1);
                true
            }
        });
        let bucket = |(hash, _): &(u64, u32)| bucket(*hash, buckets as u32);
        let mut groups: Vec<&[(u64, u32)]> = order.chunk_by(|a, b| bucket(a) == bucket(b)).collect();
        groups.sort_by_key(|group| core::cmp::Reverse(group.len()));
        for group in groups {
            match plan.find_slots(group) {
                Some((displacement, slots)) => {
                    plan.displacements[bucket(&group[0])] = displacement;
                    for ((_, entry), slot) in group.iter().zip(slots) {
                        plan.slots[slot] = *entry;
                    }
                }
                None => plan.spare.extend(group.iter().map(|(_, entry)| *entry)),
            }
        }
        plan
    }

    /// How many slots are looked at for this many entries. A few entries can be unlucky.
    fn budget(entries: usize) -> usize {
        entries.saturating_mul(PROBES) + DISPLACEMENTS as usize
    }

    /// The first displacement under which a bucket's entries fall into free slots, and the slots.
    fn find_slots(&mut self, group: &[(u64, u32)]) -> Option<(u32, Vec<usize>)> {
        if group.len() > LARGEST {
            return None;
        }
        let slots = self.slots.len() as u32;
        let mut taken = Vec::with_capacity(group.len());
        for displacement in 0..DISPLACEMENTS {
            taken.clear();
            for (hash, _) in group {
                self.probes = self.probes.checked_sub(1)?;
                let slot = slot(*hash, displacement, slots);
                if self.slots[slot] != EMPTY || taken.contains(&slot) {
                    break;
                }
                taken.push(slot);
            }
            if taken.len() == group.len() {
                return Some((displacement, taken));
            }
        }
        None
    }

    fn write<E: AsRef<[u8]>>(mut self, key: u64, entries: &[E]) -> Vec<u8> {
        let text = |entry: &u32| entries[*entry as usize].as_ref().iter();
        self.spare.sort_unstable_by(|a, b| set::spare_order(text(a), text(b)));
        let lengths = [entries.len(), self.slots.len(), self.displacements.len(), self.spare.len()];
        let mut words: Vec<u32> = lengths.map(|length| length as u32).to_vec();
        words.extend([key as u32, (key >> 32) as u32]);
        words.extend(self.displacements);
        words.extend(self.slots);
        let mut end = 0;
        words.extend(entries.iter().map(|entry| {
            end += entry.as_ref().len() as u32;
            end
        }));
        let mut bytes: Vec<u8> = words.into_iter().flat_map(u32::to_le_bytes).collect();
        for entry in entries {
            bytes.extend_from_slice(entry.as_ref());
        }
        bytes.extend(self.spare.into_iter().flat_map(u32::to_le_bytes));
        bytes
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::String;

    use super::*;
    use crate::engine::table::set::{Set, hash};

    fn tenants(count: usize) -> Vec<String> {
        (0..count).map(|n| format!("https://tenant-{n}.example")).collect()
    }

    fn hashes(entries: &[String], hash: impl Fn(u64, &[u8]) -> u64) -> Vec<u64> {
        let key = set::key(entries.iter().map(String::as_bytes));
        entries.iter().map(|entry| hash(key, entry.as_bytes())).collect()
    }

    /// Holds that a set has its entries, in their order, and nothing else.
    fn check(entries: &[String], bytes: &[u8], hash: impl Fn(u64, &[u8]) -> u64, name: &str) {
        let table = Set::new(bytes);
        let find = |text: &str| {
            let text = text.as_bytes();
            table.look_up(hash(table.key(), text), |entry| entry == text, || text.iter())
        };
        assert_eq!(table.len(), entries.len(), "{name}");
        assert!(table.iter().eq(entries.iter().map(String::as_bytes)), "{name}: order");
        for entry in entries {
            assert_eq!(find(entry), Some(entry.as_bytes()), "{name}: {entry}");
        }
        for other in ["", "https://tenant-.example", "https://tenant-0.exampl", "https://tenant-0.examplf"] {
            assert_eq!(find(other), None, "{name}: {other}");
        }
    }

    #[test]
    fn every_entry_is_found_and_nothing_else() {
        for count in [0usize, 1, 2, 3, 7, 100, 5_000] {
            let entries = tenants(count);
            let bytes = set(&entries, hash);
            check(&entries, &bytes, hash, &format!("{count} entries"));
            assert!(entries.iter().all(|entry| Set::new(&bytes).find(entry.as_bytes()).is_some()));
            assert_eq!(Set::new(&bytes).find(b"https://tenant-.example"), None);
        }
    }

    /// Hashes that somebody chose, and how many of 1000 entries get no slot.
    #[expect(clippy::type_complexity, reason = "a table of functions")]
    const CHOSEN: [(&str, fn(u64, &[u8]) -> u64, core::ops::RangeInclusive<usize>); 6] = [
        ("fair", hash, 0..=0),
        ("all alike", |_, _| 0, 999..=999),
        ("ten alike", |key, text| hash(key, &text[..text.len().saturating_sub(9)]), 900..=900),
        ("one bucket", |key, text| hash(key, text) & 0xffff_ffff, 1000..=1000),
        ("a hundred buckets", |key, text| (hash(key, text) % 100) << 57 | hash(key, text) >> 8, 1..=999),
        ("one bit", |key, text| hash(key, text) & 1, 998..=998),
    ];

    #[test]
    fn no_hash_loses_an_entry() {
        for (name, hash, spare) in CHOSEN {
            let entries = tenants(1000);
            check(&entries, &set(&entries, hash), hash, name);
            let hashes: Vec<u64> = hashes(&entries, hash);
            let found = Plan::make(&hashes).spare.len();
            assert!(spare.contains(&found), "{name}: {found} spare");
        }
    }

    #[test]
    fn no_hash_makes_a_set_slow_to_build() {
        let entries = tenants(20_000);
        let steps = CHOSEN.map(|(name, hash, _)| {
            let hashes = hashes(&entries, hash);
            (name, Plan::budget(hashes.len()) - Plan::make(&hashes).probes)
        });
        let (_, fair) = steps[0];
        for (name, steps) in steps {
            assert!(steps <= 2 * fair, "{name}: {steps} slots are looked at, and {fair} under a fair hash");
        }
    }

    #[test]
    fn a_damaged_set_matches_less_and_never_panics() {
        for hash in [hash as fn(u64, &[u8]) -> u64, |_, _| 0] {
            let bytes = set(&tenants(20), hash);
            let find = |bytes: &[u8]| {
                let table = Set::new(bytes);
                let _ = table.find(b"https://tenant-1.example");
                let _ = table.look_up(7, |_| false, || b"https://tenant-1.example".iter());
                let _ = table.iter().take(100).count();
            };
            for cut in 0..bytes.len() {
                find(&bytes[..cut]);
            }
            for at in 0..bytes.len() {
                let mut damaged = bytes.clone();
                damaged[at] = !damaged[at];
                find(&damaged);
            }
        }
    }
}
