//! Any bytes as an `Origin`: who is let in is what the entries say one by one, and what counts as an
//! origin is what a URL parser leaves of one.

use std::sync::LazyLock;

use cors_engine::{Block, Config, Entry, Mode, Policy};
use url::{Origin, Url};

use crate::reference;

/// Entries that share beginnings and ends, so that a table that merges them is found out.
pub const ENTRIES: &[&str] = &[
    "null",
    "https://foo.com",
    "https://bar.com",
    "https://barfoo.com",
    "https://foo.com.",
    "http://foo.com",
    "https://foo.com:8443",
    "https://*.foo.com",
    "https://*.a.foo.com",
    "https://*.bar.com",
    "https://*.foo.com:8443",
    "https://*.a.foo.com:*",
    "http://localhost:*",
    "http://*.localhost:*",
    "http://127.0.0.1:3000",
    "http://[::1]:*",
    "tauri://localhost",
    "app://*.foo.com",
    "https://xn--bcher-kva.example",
    "https://a_b.foo.com",
];

/// All entries, and each alone: few patterns are looked up in another way than many.
static POLICIES: LazyLock<Vec<(Vec<&str>, Policy)>> = LazyLock::new(|| {
    let alone = ENTRIES.iter().map(|entry| vec![*entry]);
    let lists = alone.chain([ENTRIES.to_vec()]);
    lists.map(|entries| (entries.clone(), policy(Block::new().origins(entries)))).collect()
});

/// Every origin there is: a regex is run over nothing else.
static ORIGINS: LazyLock<Policy> = LazyLock::new(|| {
    let everything = Entry::regex("(?s).*");
    policy(Block::new().origins(vec![everything]))
});

fn policy(block: Block) -> Policy {
    let policy = Config::default().development(block).policy(Mode::Development);
    policy.unwrap_or_else(|violations| panic!("{violations}"))
}

/// The property.
///
/// # Panics
///
/// If it does not hold.
pub fn holds(origin: &[u8]) {
    for (entries, policy) in POLICIES.iter() {
        let wanted = entries.iter().any(|entry| reference::accepts(entry, origin));
        assert_eq!(policy.allows_origin(origin), wanted, "{} in {entries:?}", origin.escape_ascii());
        let entry = policy.origin_entry(origin);
        let accepts = entry.is_some_and(|entry| reference::accepts(entry, origin));
        assert_eq!(accepts, wanted, "{} is accepted by {entry:?}", origin.escape_ascii());
    }
    if let Some(url_says) = is_serialized(origin) {
        assert_eq!(is_origin(origin), url_says, "{} as an origin", origin.escape_ascii());
    }
}

/// Is it what a browser can send, by the engine?
pub(crate) fn is_origin(origin: &[u8]) -> bool {
    ORIGINS.allows_origin(origin)
}

/// Would a URL parser leave this origin as it is? It has no opinion on other schemes than those of the
/// URL standard, none on what cannot be connected to (lengths and empty labels that the DNS rules out, port 0), and more
/// of one on Punycode, which the engine compares but never reads.
pub(crate) fn is_serialized(origin: &[u8]) -> Option<bool> {
    let text = std::str::from_utf8(origin).ok()?;
    let (scheme, host) = text.split_once("://")?;
    let is_special = matches!(scheme, "http" | "https" | "ws" | "wss" | "ftp");
    let mut labels = host.strip_suffix('.').unwrap_or(host).split('.');
    let connects = labels.all(|label| (1..=63).contains(&label.len())) && host.len() <= 253;
    if !is_special || !connects || host.contains("xn--") || host.ends_with(":0") {
        return None;
    }
    let origin = Url::parse(text).map(|url| url.origin());
    Some(matches!(origin, Ok(tuple @ Origin::Tuple(..)) if tuple.ascii_serialization() == text))
}
