//! Compares two policies: what the new one accepts and the old one does not, and vice versa.
//!
//! Each difference comes with a witness: the shortest origin, method, header or host that one policy accepts and the
//! other refuses. Regexes and wildcards are compared as languages, not as texts, so a rewritten regex that accepts the same
//! origins does not count as a difference.
//!
//! ```
//! use cors_engine::compare::{Change, compare};
//! use cors_engine::{Block, Config, Key, Mode};
//!
//! let policy = |origin: &str| Config::new(Block::new().origins([origin])).policy(Mode::Production);
//! let comparison = compare(&policy("https://app.example")?, &policy("https://*.app.example")?).unwrap();
//! assert!(comparison.lets_in_more());
//! assert_eq!(comparison.changes()[0], Change::LetIn {
//!     key: Key::Origins,
//!     entry: "https://*.app.example".into(),
//!     witness: Some("https://-.app.example".into()),
//! });
//! # Ok::<(), cors_engine::Violations>(())
//! ```

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::OnceCell;
use core::fmt;

use crate::Key;
use crate::Policy;
use crate::compile::pattern::{NULL, OriginPattern};
use crate::compile::regex::automaton::{Automaton, RegexError};
use crate::compile::regex::origin_language;
use crate::compile::rules::regexes::automata;
use crate::engine::origin::MAX_ORIGIN;
use crate::engine::standard;

/// The differences between two policies, in the order of the keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    changes: Vec<Change>,
}

impl Comparison {
    /// The differences.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Returns whether the new policy accepts something that the old one refuses.
    pub fn lets_in_more(&self) -> bool {
        self.changes.iter().any(|change| matches!(change, Change::LetIn { .. }))
    }
}

/// A difference between two policies.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// The new policy accepts what the old one refuses.
    LetIn {
        /// The key.
        key: Key,
        /// The entry of the new policy that accepts it; `any` and `true` where the key has no list.
        entry: String,
        /// The shortest value that is accepted now and was refused; `None` where the key has no list.
        witness: Option<String>,
    },
    /// The new policy refuses what the old one accepts.
    ShutOut {
        /// The key.
        key: Key,
        /// The entry of the old policy that accepted it.
        entry: String,
        /// The shortest value that was accepted and is refused now.
        witness: Option<String>,
    },
    /// A setting that neither allows nor refuses anything has another value: `max_age`, `preflight_status`.
    Altered {
        /// The key.
        key: Key,
        /// The old value; `None` if the key was absent.
        before: Option<String>,
        /// The new value; `None` if the key is absent.
        after: Option<String>,
    },
}

impl Change {
    /// The key that differs.
    pub fn key(&self) -> Key {
        match self {
            Self::LetIn { key, .. } | Self::ShutOut { key, .. } | Self::Altered { key, .. } => *key,
        }
    }
}

/// Two policies whose origins are too complex to compare: the automaton of their regexes would be too large.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooComplex {
    entry: String,
}

impl fmt::Display for TooComplex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is too complex to compare with the other policy's origins", self.entry)
    }
}

impl core::error::Error for TooComplex {}

/// Compares an old policy with a new one.
///
/// # Errors
///
/// If the regexes of both policies together are too large for an exact comparison. The comparison never guesses.
pub fn compare(old: &Policy, new: &Policy) -> Result<Comparison, TooComplex> {
    let known = OnceCell::new();
    let mut changes = Vec::new();
    let mut add = |key, gained: Vec<Gain>, lost: Vec<Gain>| {
        changes.extend(gained.into_iter().map(|Gain { entry, witness }| Change::LetIn {
            key,
            entry,
            witness,
        }));
        changes.extend(lost.into_iter().map(|Gain { entry, witness }| Change::ShutOut {
            key,
            entry,
            witness,
        }));
    };
    add(Key::Origins, origins(old, new, &known)?, origins(new, old, &known)?);
    for (key, is_on) in FLAGS {
        add(key, flag(is_on(old), is_on(new)), flag(is_on(new), is_on(old)));
    }
    add(Key::Methods, methods(old, new), methods(new, old));
    add(Key::Headers, headers(old, new), headers(new, old));
    add(Key::Expose, exposed(old, new), exposed(new, old));
    add(Key::Hosts, hosts(old, new), hosts(new, old));
    let number = |key, before: Option<u32>, after: Option<u32>| {
        let text = |number: Option<u32>| number.map(|number| number.to_string());
        (before != after).then(|| Change::Altered { key, before: text(before), after: text(after) })
    };
    let status = |policy: &Policy| Some(policy.preflight_status().into());
    changes.extend(number(Key::MaxAge, old.max_age(), new.max_age()));
    changes.extend(number(Key::PreflightStatus, status(old), status(new)));
    changes.sort_by_key(Change::key);
    Ok(Comparison { changes })
}

/// An entry of one policy that accepts what the other refuses.
struct Gain {
    entry: String,
    witness: Option<String>,
}

impl Gain {
    fn new(entry: &str, witness: String) -> Self {
        Self { entry: entry.into(), witness: Some(witness) }
    }
}

/// What `any` is called, as in a policy.
const ANY: &str = "any";

/// A key that is on or off, and whether it is on.
type Flag = (Key, fn(&Policy) -> bool);

const FLAGS: [Flag; 3] = [
    (Key::Credentials, Policy::credentials),
    (Key::PrivateNetwork, Policy::private_network),
    (Key::Timing, Policy::timing),
];

fn flag(before: bool, after: bool) -> Vec<Gain> {
    let gain = Gain { entry: "true".into(), witness: None };
    (after && !before).then_some(gain).into_iter().collect()
}

/// What browsers send, made at most once for a comparison.
type Known = OnceCell<Option<origin_language::BrowserOrigins>>;

/// The origins that `new` accepts and `old` does not, entry by entry.
fn origins(old: &Policy, new: &Policy, known: &Known) -> Result<Vec<Gain>, TooComplex> {
    if old.allows_any_origin() {
        return Ok(Vec::new());
    }
    if new.allows_any_origin() {
        return any_origin(old, known).map(|witness| alloc::vec![Gain::new(ANY, witness)]);
    }
    let before: BTreeSet<&str> = old.origins().chain(old.origin_regexes()).collect();
    let mut gains = Vec::new();
    let patterns = new.origins().filter(|entry| !before.contains(entry));
    for entry in patterns {
        let pattern = parse(entry)?;
        if pattern.is_exact() {
            if !old.allows_origin(entry.as_bytes()) {
                gains.push(Gain::new(entry, entry.into()));
            }
            continue;
        }
        let language = automata::language(&pattern).map_err(too_complex(entry))?;
        let witness = witness(entry, &language, old, new, known)?;
        gains.extend(witness.map(|witness| Gain::new(entry, witness)));
    }
    for entry in new.origin_regexes().filter(|entry| !before.contains(entry)) {
        let language = Automaton::from_regex(entry).map_err(too_complex(entry))?;
        let witness = witness(entry, &language, old, new, known)?;
        gains.extend(witness.map(|witness| Gain::new(entry, witness)));
    }
    Ok(gains)
}

/// An origin that a list of origins refuses; an error if none is found, as where a regex accepts them all.
fn any_origin(old: &Policy, known: &Known) -> Result<String, TooComplex> {
    let is_new = |origin: &String| !old.allows_origin(origin.as_bytes());
    // First try one that a reader takes for "any site". The shortest would be `null`.
    if let Some(origin) = Some("https://evil.example".to_owned()).filter(is_new) {
        return Ok(origin);
    }
    if let Some(null) = Some(NULL.to_owned()).filter(is_new) {
        return Ok(null);
    }
    let all = all(known).ok_or(TooComplex { entry: ANY.into() })?;
    let words = all.all.words(MAX_ORIGIN).map(text);
    words.into_iter().find(is_new).ok_or(TooComplex { entry: ANY.into() })
}

/// The shortest word of `language`, an entry of `new`, that `old` refuses.
fn witness(
    entry: &str,
    language: &Automaton,
    old: &Policy,
    new: &Policy,
    known: &Known,
) -> Result<Option<String>, TooComplex> {
    let too_complex_together = |_| TooComplex { entry: entry.into() };
    let mut rest = language.clone();
    for wide in old.origins() {
        let pattern = parse(wide)?;
        if !pattern.is_exact() && may_meet(entry, &pattern) {
            let covered = automata::language(&pattern).map_err(too_complex(wide))?;
            rest = rest.difference(&covered).map_err(too_complex_together)?;
        }
    }
    for regex in old.origin_regexes() {
        let covered = Automaton::from_regex(regex).map_err(too_complex(regex))?;
        rest = rest.difference(&covered).map_err(too_complex_together)?;
    }
    if rest.is_empty() {
        return Ok(None);
    }
    // Only the exact entries, and the bounds on length that no automaton counts, can still refuse a word.
    let is_gained = |word: &String| new.allows_origin(word.as_bytes()) && !old.allows_origin(word.as_bytes());
    // The exact language of origins is large, and usually the first words are enough.
    let likely = rest.intersection(&origin_language::likely()).map_err(too_complex_together)?;
    if let Some(word) = likely.words(MAX_ORIGIN).take(FIRST_WORDS).map(text).find(is_gained) {
        return Ok(Some(word));
    }
    let all = all(known).ok_or_else(|| TooComplex { entry: entry.into() })?;
    let exact = rest.intersection(&all.all).map_err(too_complex_together)?;
    Ok(exact.words(MAX_ORIGIN).map(text).find(is_gained))
}

/// How many words are tried before the exact language of origins is built.
const FIRST_WORDS: usize = 64;

/// Returns whether an entry and a pattern of the other policy may have an origin in common: two patterns whose hosts
/// do not end alike have none, which spares long lists most of the work.
fn may_meet(entry: &str, pattern: &OriginPattern) -> bool {
    let Ok(entry) = OriginPattern::parse(entry) else { return true };
    entry.scheme() == pattern.scheme()
        && (entry.host().ends_with(pattern.host()) || pattern.host().ends_with(entry.host()))
}

fn all(known: &Known) -> Option<&origin_language::BrowserOrigins> {
    known.get_or_init(|| origin_language::BrowserOrigins::new().ok()).as_ref()
}

/// An entry of a policy, which kept the grammar when the policy was made.
fn parse(entry: &str) -> Result<OriginPattern, TooComplex> {
    OriginPattern::parse(entry).map_err(|_| TooComplex { entry: entry.into() })
}

fn too_complex(entry: &str) -> impl Fn(RegexError) -> TooComplex {
    move |_| TooComplex { entry: entry.into() }
}

/// A word of ASCII as text.
fn text(word: Vec<u8>) -> String {
    word.into_iter().map(char::from).collect()
}

fn methods(old: &Policy, new: &Policy) -> Vec<Gain> {
    let is_new = |method: &str| new.allows_method(method.as_bytes()) && !old.allows_method(method.as_bytes());
    if new.allows_any_method() {
        let standard = standard::STANDARD_METHODS.into_iter().find(|method| is_new(method));
        let made_up = || shortest(UPPER, old.methods().count(), |name| is_new(name).then(|| name.into()));
        let witness = standard.map(ToOwned::to_owned).or_else(made_up);
        return witness.map(|witness| Gain::new(ANY, witness)).into_iter().collect();
    }
    listed(new.methods(), is_new)
}

fn headers(old: &Policy, new: &Policy) -> Vec<Gain> {
    let is_new = |name: &str| new.allows_header(name.as_bytes()) && !old.allows_header(name.as_bytes());
    if new.allows_any_header() {
        let telling = Some(standard::NON_WILDCARD_HEADER).filter(|name| is_new(name));
        let made_up = || shortest(LOWER, old.headers().count(), |name| is_new(name).then(|| name.into()));
        let witness = telling.map(ToOwned::to_owned).or_else(made_up);
        return witness.map(|witness| Gain::new(ANY, witness)).into_iter().collect();
    }
    let of_family = |beginning: &str| {
        shortest(LOWER, old.headers().count(), |rest| {
            let name = format!("{beginning}{rest}");
            is_new(&name).then_some(name)
        })
    };
    let gain = |entry: &str| match standard::family(entry) {
        Some(beginning) => of_family(beginning).map(|witness| Gain::new(entry, witness)),
        None => is_new(entry).then(|| Gain::new(entry, entry.into())),
    };
    new.headers().filter_map(gain).collect()
}

fn exposed(old: &Policy, new: &Policy) -> Vec<Gain> {
    let before: BTreeSet<&str> = old.exposed().collect();
    let covers = |name: &str| before.contains("*") || before.contains(name);
    let after = new.exposed().filter(|name| !covers(name));
    let name = |name: &str| match name {
        "*" => {
            let made_up = shortest(LOWER, before.len(), |name| (!covers(name)).then(|| name.into()));
            Gain { entry: ANY.into(), witness: made_up }
        }
        name => Gain::new(name, name.into()),
    };
    after.map(name).collect()
}

fn hosts(old: &Policy, new: &Policy) -> Vec<Gain> {
    let allows_any = |policy: &Policy| !policy.checks_host() || policy.hosts().next().is_none();
    if allows_any(old) {
        return Vec::new();
    }
    let is_new = |host: &str| new.allows_host(host.as_bytes()) && !old.allows_host(host.as_bytes());
    let count = old.hosts().count();
    if allows_any(new) {
        let witness = shortest(LOWER, count, |name| is_new(name).then(|| name.into()));
        return alloc::vec![Gain { entry: ANY.into(), witness }];
    }
    let gain = |entry: &str| match entry.strip_prefix('.') {
        None => is_new(entry).then(|| Gain::new(entry, entry.into())),
        Some(host) if is_new(host) => Some(Gain::new(entry, host.into())),
        Some(host) => shortest(LOWER, count, |label| {
            let name = format!("{label}.{host}");
            is_new(&name).then_some(name)
        })
        .map(|witness| Gain::new(entry, witness)),
    };
    new.hosts().filter_map(gain).collect()
}

fn listed<'p>(entries: impl Iterator<Item = &'p str>, is_new: impl Fn(&str) -> bool) -> Vec<Gain> {
    entries.filter(|entry| is_new(entry)).map(|entry| Gain::new(entry, entry.into())).collect()
}

const UPPER: &[u8; 26] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER: &[u8; 26] = b"abcdefghijklmnopqrstuvwxyz";

/// The first word over `letters`, shortest first, for which `found` returns something.
///
/// `listed` entries of the other policy can each stand for one such word at most, for what begins with a family of
/// theirs has a hyphen: if one more has been tried, all are accepted.
fn shortest(letters: &[u8; 26], listed: usize, found: impl Fn(&str) -> Option<String>) -> Option<String> {
    let word = |mut number: usize| {
        let mut word = Vec::new();
        while number > 0 {
            number -= 1;
            word.insert(0, letters[number % 26]);
            number /= 26;
        }
        text(word)
    };
    (1..=listed + 1).find_map(|number| found(&word(number)))
}
