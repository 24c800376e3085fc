//! Any entries: none of them is lost, and nothing else is let in, whatever their hashes do to each other.
//!
//! The lines of the input are entries. Each is listed as a header, a host, an origin, a pattern and a pattern of any port, by
//! itself and with the others, and each is asked for in every way in which it can be spelled.

use cors_engine::{Block, Config, Mode, Policy, Rule, Violations};

use crate::reference;

/// More entries than a fuzzer needs to find a table that loses one.
const MOST: usize = 2_000;

/// The property.
///
/// # Panics
///
/// If it does not hold.
pub fn holds(data: &[u8]) {
    let Some(text) = crate::text(data) else { return };
    let words = text.lines().take(MOST).filter(|word| !word.contains('*')).map(str::to_ascii_lowercase);
    let words = dedup(words);
    let origins = listed(&words, |word| format!("https://{word}"), |word| Block::new().origins([word]));
    let patterns = listed(&words, |word| format!("https://*.{word}"), |word| Block::new().origins([word]));
    let ports = listed(&words, |word| format!("http://{word}:*"), |word| Block::new().origins([word]));
    let own = || Block::new().origins(["https://own.example"]);
    let names = listed(&words, String::clone, |word| own().headers([word]));
    let hosts = listed(&words, String::clone, |word| own().hosts([word]));
    // A word can begin with a dot itself.
    let (mut dotted, hosts): (Vec<_>, Vec<_>) = hosts.into_iter().partition(|host| host.starts_with('.'));
    dotted.extend(listed(&words, |word| format!(".{word}"), |word| own().hosts([word])));
    let all = origins.iter().chain(&patterns).chain(&ports).cloned().chain(["https://own.example".into()]);
    let mut block = Block::new().origins(dedup(all)).headers(names.clone());
    if !(hosts.is_empty() && dotted.is_empty()) {
        block = block.hosts(dedup(hosts.iter().chain(&dotted).cloned()));
    }
    let policy = match compile(block) {
        Ok(policy) => policy,
        Err(violations) => {
            // Each is legal by itself, and two hosts can be one.
            assert!(
                violations.iter().all(|violation| violation.rule() == Rule::DuplicateEntry),
                "{violations}"
            );
            return;
        }
    };
    for origin in &origins {
        assert!(policy.allows_origin(origin.as_bytes()), "{origin}");
        assert_eq!(policy.origin_entry(origin.as_bytes()), Some(origin.as_str()));
        let longer = format!("{origin}0");
        let is_listed = origins.contains(&longer) || is_below(&longer, &patterns);
        assert_eq!(policy.allows_origin(longer.as_bytes()), is_listed, "{longer}");
    }
    for pattern in &patterns {
        let origin = pattern.replace('*', "a.b");
        let is_listed = origins.contains(&origin) || is_below(&origin, &patterns);
        assert_eq!(policy.allows_origin(origin.as_bytes()), is_listed, "{origin}");
    }
    for pattern in &ports {
        for port in ["", ":1", ":8080"] {
            let origin = pattern.replace(":*", port);
            assert!(policy.allows_origin(origin.as_bytes()), "{origin}");
        }
        assert!(!policy.allows_origin(pattern.replace(":*", ":0").as_bytes()), "{pattern}");
    }
    for name in &names {
        assert!(policy.allows_header(name.as_bytes()), "{name}");
        assert!(policy.allows_header(name.to_ascii_uppercase().as_bytes()), "{name}");
        let longer = format!("{name}0");
        assert_eq!(policy.allows_header(longer.as_bytes()), names.contains(&longer), "{longer}");
    }
    for host in &hosts {
        assert!(policy.allows_host(host.as_bytes()), "{host}");
        assert!(policy.allows_host(host.to_ascii_uppercase().as_bytes()), "{host}");
    }
    for host in &dotted {
        assert!(policy.allows_host(&host.as_bytes()[1..]), "{host}");
        let below = format!("a{host}");
        assert!(below.len() > 253 || policy.allows_host(below.as_bytes()), "{host}");
    }
}

/// The entries that are legal by themselves.
fn listed(
    words: &[String],
    spell: impl Fn(&String) -> String,
    block: impl Fn(String) -> Block,
) -> Vec<String> {
    words.iter().map(spell).filter(|entry| compile(block(entry.clone())).is_ok()).collect()
}

fn dedup(entries: impl Iterator<Item = String>) -> Vec<String> {
    let mut entries: Vec<String> = entries.collect();
    entries.sort_unstable();
    entries.dedup();
    entries
}

fn is_below(origin: &str, patterns: &[String]) -> bool {
    patterns.iter().any(|pattern| reference::accepts(pattern, origin.as_bytes()))
}

fn compile(block: Block) -> Result<Policy, Violations> {
    Config::default().development(block).policy(Mode::Development)
}
