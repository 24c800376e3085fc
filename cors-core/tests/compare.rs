//! `compare` against brute force: every pair of a pool of policies, over a universe of origins, methods, headers and hosts.

use std::collections::BTreeMap;

use cors_engine::compare::{Change, compare};
use cors_engine::{Block, Config, Entry, Key, Mode, Policy};

/// Entries that overlap in every way: exact in pattern, pattern in pattern, regex in pattern, regex in regex.
const ORIGINS: &[&str] = &[
    "null",
    "https://b.de",
    "https://a.b.de",
    "https://-.b.de",
    "https://_.b.de",
    "https://a.a.b.de",
    "http://a.b.de",
    "https://*.b.de",
    "https://*.a.b.de",
    "https://*.b.de:*",
    "https://a.b.de:*",
    "http://*.b.de",
    "https://b.de:8443",
];

/// Languages that are finite, so that the universe can have all of them, and two that are not.
const REGEXES: &[&str] = &[
    r"https://[ab]{1,2}\.b\.de",
    r"https://(a|b|ab)\.b\.de",
    r"https://b+\.b\.de",
    r"https://(a\.)?b\.de",
    r"https://[ab]\.b\.de(:8443)?",
    r"https://.*\.b\.de",
];

const METHODS: &[&str] = &["GET", "PUT", "PATCH", "DELETE", "A", "B", "query"];
const HEADERS: &[&str] = &["authorization", "content-type", "a", "b", "x-a", "x-b"];
const HOSTS: &[&str] = &["b.de", ".b.de", "a.b.de", ".a.b.de", "127.0.0.1"];

/// A generator of numbers that is the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn some<'e>(&mut self, entries: &[&'e str]) -> Vec<&'e str> {
        let count = 1 + self.below(3);
        let mut some: Vec<&str> = (0..count).map(|_| entries[self.below(entries.len())]).collect();
        some.sort_unstable();
        some.dedup();
        some
    }

    fn list(&mut self, entries: &[&str]) -> Option<Vec<Entry>> {
        match self.one_in(8) {
            true => None,
            false => Some(self.some(entries).into_iter().map(Entry::from).collect()),
        }
    }
}

fn policy(block: Block) -> Option<Policy> {
    Config::default().development(block).policy(Mode::Development).ok()
}

fn made_up(numbers: &mut Numbers) -> Option<Policy> {
    let mut entries: Vec<Entry> = numbers.some(ORIGINS).into_iter().map(Entry::from).collect();
    if numbers.one_in(10) {
        entries.extend(numbers.some(REGEXES).into_iter().map(Entry::regex));
    }
    let mut block =
        if numbers.one_in(12) { Block::new().any_origin() } else { Block::new().origins(entries) };
    block = match numbers.list(METHODS) {
        Some(methods) => block.methods(methods),
        None => block.any_method(),
    };
    block = match numbers.list(HEADERS) {
        Some(headers) => block.headers(headers),
        None => block.any_header(),
    };
    block = match numbers.list(HEADERS) {
        Some(headers) => block.expose(headers),
        None => block.expose_any(),
    };
    block = block.credentials(numbers.one_in(2)).timing(numbers.one_in(2)).max_age(numbers.below(3) as u32);
    if numbers.one_in(2) {
        block = match numbers.list(HOSTS) {
            Some(hosts) => block.hosts(hosts),
            None => block.any_host(),
        };
    }
    policy(block)
}

/// Words of up to three parts: enough to have every word of the regexes, and the shortest of each pattern.
fn universe() -> Vec<String> {
    let labels = [
        "", "-.", "_.", "0.", "a.", "b.", "aa.", "ab.", "ba.", "bb.", "bbb.", "-.a.", "a.a.", "-.-.", "!.a.",
    ];
    let hosts = ["b.de", "a.b.de", "c.de"];
    let mut universe = vec!["null".to_owned()];
    for scheme in ["https", "http"] {
        for label in labels {
            for host in hosts {
                for port in ["", ":1", ":8443"] {
                    universe.push(format!("{scheme}://{label}{host}{port}"));
                }
            }
        }
    }
    universe.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
    universe.dedup();
    universe
}

/// Each entry alone, to know what it accepts.
fn alone() -> BTreeMap<&'static str, Policy> {
    let pattern = |entry: &&'static str| (*entry, policy(Block::new().origins([*entry])));
    let regex = |entry: &&'static str| (*entry, policy(Block::new().origins([Entry::regex(*entry)])));
    let all = ORIGINS.iter().map(pattern).chain(REGEXES.iter().map(regex));
    all.map(|(entry, policy)| (entry, policy.expect("each entry is sound"))).collect()
}

/// What `cors export` writes of a pattern limits a host's labels, as DNS does: the two accept the same pages.
#[test]
fn labels_that_no_host_can_have_make_no_difference() {
    let limited = r"https://([a-z0-9_-]{1,63}\.)+b\.de";
    let policy_of = |entry: Entry| policy(Block::new().origins([entry])).expect("it follows the rules");
    let (pattern, regex) = (policy_of("https://*.b.de".into()), policy_of(Entry::regex(limited)));
    for (old, new) in [(&pattern, &regex), (&regex, &pattern)] {
        let comparison = compare(old, new).expect("they are small");
        assert!(comparison.changes().is_empty(), "{comparison:#?}");
    }
}

#[test]
fn every_difference_is_found_with_its_shortest_witness() {
    // CORS_COMPARE_POLICIES=102 for more than 10 000 pairs.
    let size = std::env::var("CORS_COMPARE_POLICIES").ok().and_then(|size| size.parse().ok()).unwrap_or(40);
    let mut numbers = Numbers(15);
    let pool: Vec<Policy> = std::iter::repeat_with(|| made_up(&mut numbers)).flatten().take(size).collect();
    let (universe, alone) = (universe(), alone());
    let mut pairs = 0;
    let mut gains = 0;
    for old in &pool {
        for new in &pool {
            let comparison = compare(old, new).expect("these are small");
            let shown = || format!("{old:?}\nbecomes {new:?}\n{comparison:#?}");
            gains += usize::from(comparison.lets_in_more());
            pairs += 1;
            assert_eq!(
                comparison.changes().is_empty(),
                old == new || same(old, new, &universe),
                "{}",
                shown()
            );
            for change in comparison.changes() {
                match change {
                    Change::LetIn { key, witness, .. } => {
                        is_gained(*key, witness.as_deref(), old, new, &shown)
                    }
                    Change::ShutOut { key, witness, .. } => {
                        is_gained(*key, witness.as_deref(), new, old, &shown)
                    }
                    change => {
                        assert!(matches!(change.key(), Key::MaxAge | Key::PreflightStatus), "{}", shown())
                    }
                }
            }
            let found: Vec<(&str, &str)> = comparison
                .changes()
                .iter()
                .filter_map(|change| match change {
                    Change::LetIn { key: Key::Origins, entry, witness: Some(witness) } => {
                        Some((&entry[..], &witness[..]))
                    }
                    _ => None,
                })
                .collect();
            for (entry, accepts) in &alone {
                let lists = new.origins().chain(new.origin_regexes()).any(|listed| listed == *entry);
                let brute = universe.iter().find(|origin| {
                    lists && accepts.allows_origin(origin.as_bytes()) && !old.allows_origin(origin.as_bytes())
                });
                let witness = found.iter().find(|(found, _)| found == entry).map(|(_, witness)| *witness);
                match (brute, witness) {
                    (Some(brute), Some(witness)) => {
                        assert!(
                            (witness.len(), witness) <= (brute.len(), &brute[..]),
                            "{entry}: {brute}\n{}",
                            shown()
                        );
                        assert!(accepts.allows_origin(witness.as_bytes()), "{entry}\n{}", shown());
                    }
                    (Some(brute), None) => panic!("{entry} lets {brute} in\n{}", shown()),
                    (None, witness) => {
                        assert_eq!(witness, None, "the universe has less than {entry}\n{}", shown())
                    }
                }
            }
            for (key, words, allows) in [
                (Key::Methods, METHODS, Policy::allows_method as fn(&Policy, &[u8]) -> bool),
                (Key::Headers, HEADERS, Policy::allows_header),
                (Key::Hosts, &["b.de", "a.b.de", "b.a.b.de", "127.0.0.1", "c.de"], Policy::allows_host),
            ] {
                let is_new = |word: &&&str| allows(new, word.as_bytes()) && !allows(old, word.as_bytes());
                if let Some(word) = words.iter().find(is_new) {
                    let is_told =
                        |change: &Change| matches!(change, Change::LetIn { key: told, .. } if *told == key);
                    assert!(comparison.changes().iter().any(is_told), "{key} lets {word} in\n{}", shown());
                }
            }
        }
    }
    assert!(pairs == size * size && gains > pairs / 2, "{pairs} pairs, {gains} of them let more in");
}

/// Returns whether two policies answer alike as far as the universe goes.
fn same(old: &Policy, new: &Policy, universe: &[String]) -> bool {
    let origins = universe
        .iter()
        .all(|origin| old.allows_origin(origin.as_bytes()) == new.allows_origin(origin.as_bytes()));
    let methods = ["GET", "ZZ"]
        .iter()
        .chain(METHODS)
        .all(|name| old.allows_method(name.as_bytes()) == new.allows_method(name.as_bytes()));
    let hosts = ["zz.zz"]
        .iter()
        .chain(HOSTS)
        .all(|name| old.allows_host(name.as_bytes()) == new.allows_host(name.as_bytes()));
    let sorted = |policy: &Policy| {
        let mut lists =
            [policy.methods().collect::<Vec<_>>(), policy.headers().collect(), policy.exposed().collect()];
        lists.iter_mut().for_each(|list| list.sort_unstable());
        format!("{lists:?}{}{:?}{}", policy.credentials(), policy.max_age(), policy.allows_any_origin())
    };
    origins && methods && hosts && sorted(old) == sorted(new) && old.timing() == new.timing()
}

fn is_gained(key: Key, witness: Option<&str>, old: &Policy, new: &Policy, shown: &dyn Fn() -> String) {
    let is_new = |allows: fn(&Policy, &[u8]) -> bool| {
        let witness = witness.unwrap_or_else(|| panic!("{key} has a witness\n{}", shown())).as_bytes();
        allows(new, witness) && !allows(old, witness)
    };
    let gained = match key {
        Key::Origins => is_new(Policy::allows_origin),
        Key::Methods => is_new(Policy::allows_method),
        Key::Headers => is_new(Policy::allows_header),
        Key::Hosts => is_new(Policy::allows_host),
        Key::Expose => {
            let reads = |policy: &Policy| policy.exposed().any(|name| name == "*" || Some(name) == witness);
            reads(new) && !reads(old)
        }
        Key::Credentials => new.credentials() && !old.credentials(),
        Key::PrivateNetwork => new.private_network() && !old.private_network(),
        Key::Timing => new.timing() && !old.timing(),
        _ => false,
    };
    assert!(gained, "{key}: {witness:?}\n{}", shown());
}
