//! Which origins a policy lists: exact ones by one hash, patterns by one walk over the host, regexes
//! by one run of their automaton.

use super::dfa::Dfa;
#[cfg(feature = "alloc")]
use super::labels;
use super::labels::Suffixes;
use super::set::{self, Set};
use crate::engine::origin::{self, MAX_HOST, MAX_ORIGIN, Parts};

/// Up to this many patterns, comparing with each costs less than hashing the host.
const FEW: usize = 4;

/// The origins of a policy that lists them.
#[derive(Clone, Copy)]
pub(crate) struct ListedOrigins<'t> {
    pub(crate) exact: Set<'t>,
    pub(crate) patterns: Set<'t>,
    /// The automaton of all regexes together; empty if there are none.
    pub(crate) dfa: &'t [u8],
    /// The regexes as they were written.
    pub(crate) regexes: Set<'t>,
}

impl<'t> ListedOrigins<'t> {
    /// The entry that accepts this origin. The time is linear in `origin`, whatever the lists hold.
    #[inline]
    pub(crate) fn find(self, origin: &[u8]) -> Option<&'t [u8]> {
        if origin.len() > MAX_ORIGIN {
            return None;
        }
        let pattern = || find_pattern(self.patterns, origin);
        self.exact.find(origin).or_else(pattern).or_else(|| self.find_regex(origin))
    }

    /// A regex only accepts origins that a browser can send; `null` does not count.
    pub(crate) fn find_regex(self, origin: &[u8]) -> Option<&'t [u8]> {
        if self.dfa.is_empty() || !Dfa::new(self.dfa)?.is_match(origin) {
            return None;
        }
        Parts::split(origin)?.is_serialized().then_some(())?;
        // One automaton runs for all regexes and does not tell which of them matched.
        Some(if self.regexes.len() == 1 { self.regexes.entry(0)? } else { SOME_REGEX })
    }
}

/// The pattern that accepts this origin.
#[inline]
pub(crate) fn find_pattern<'t>(patterns: Set<'t>, origin: &[u8]) -> Option<&'t [u8]> {
    match patterns.len() {
        0 => None,
        1..=FEW => patterns.iter().find(|entry| accepts(entry, origin)),
        _ => walk(patterns, &Parts::split(origin)?),
    }
}

/// Hashes the host from its right end, and looks each suffix up where a label begins.
///
/// The first suffix that has a pattern with the origin's scheme and port decides: the text before it must be labels, and the text
/// before a longer suffix is a part of that text.
fn walk<'t>(patterns: Set<'t>, parts: &Parts<'_>) -> Option<&'t [u8]> {
    let key = patterns.key();
    let scheme = set::hash(key, parts.scheme);
    let with_port = |port| (port, with_port(key, scheme, port));
    let own_port = with_port(parts.port);
    // A pattern with `:*` accepts any port that an origin can have.
    let has_port = parts.port.is_none_or(|port| origin::is_port(parts.scheme, port));
    let any_port = has_port.then(|| with_port(Some(ANY_PORT)));
    let mut whole = key;
    for (suffix, hash) in Suffixes::new(key, parts.host) {
        whole = hash;
        let Some(before) = parts.host.len().checked_sub(suffix.len() + 1) else { break };
        for (port, base) in [Some(own_port), any_port].into_iter().flatten() {
            let sought = Pattern { scheme: parts.scheme, subdomains: true, host: suffix, port };
            if let Some(entry) = sought.find(patterns, pattern_hash(key, base, hash, true)) {
                let labels = parts.host.get(..before)?;
                return (origin::are_labels(labels) && parts.host.len() <= MAX_HOST).then_some(entry);
            }
        }
    }
    // A pattern without `*.` has `:*`; otherwise it would be exact.
    let (port, base) = any_port?;
    let sought = Pattern { scheme: parts.scheme, subdomains: false, host: parts.host, port };
    sought.find(patterns, pattern_hash(key, base, whole, false))
}

/// Returns whether the pattern accepts the origin.
#[inline]
pub(crate) fn accepts(entry: &[u8], origin: &[u8]) -> bool {
    let taken_apart = || Parts::split(origin).is_some_and(|parts| Pattern::read(entry).matches(&parts));
    subdomain_of(entry, origin).unwrap_or_else(taken_apart)
}

/// [`accepts`] for the shape that most patterns have, the subdomains of a host over https, without splitting anything. `None` for
/// any other shape.
#[inline]
fn subdomain_of(entry: &[u8], origin: &[u8]) -> Option<bool> {
    let tail = entry.strip_prefix(b"https://*").filter(|tail| !tail.ends_with(ANY_PORT))?;
    let Some(rest) = origin.strip_prefix(b"https://") else { return Some(false) };
    if rest.len() > MAX_HOST {
        return None;
    }
    Some(rest.strip_suffix(tail).is_some_and(origin::are_labels))
}

/// Stands for the entry if it is one of several regexes.
pub(crate) const SOME_REGEX: &[u8] = b"a regex";

/// Stands for any port in a pattern's key.
const ANY_PORT: &[u8] = b"*";

/// A pattern, read from its text: `scheme://[*.]host[:port|:*]`.
#[derive(Clone, Copy)]
pub(crate) struct Pattern<'t> {
    pub(crate) scheme: &'t [u8],
    /// Any labels before `host`.
    pub(crate) subdomains: bool,
    pub(crate) host: &'t [u8],
    /// The digits, `*` for any, none for the scheme's default.
    pub(crate) port: Option<&'t [u8]>,
}

impl<'t> Pattern<'t> {
    pub(crate) fn read(text: &'t [u8]) -> Self {
        let (text, any_port) = match text.strip_suffix(b":*") {
            Some(text) => (text, true),
            None => (text, false),
        };
        let parts = Parts::split(text).unwrap_or(Parts { scheme: b"", host: b"", port: None });
        let (host, subdomains) = match parts.host.strip_prefix(b"*.") {
            Some(host) => (host, true),
            None => (parts.host, false),
        };
        let port = if any_port { Some(ANY_PORT) } else { parts.port };
        Self { scheme: parts.scheme, subdomains, host, port }
    }

    /// The hash by which [`walk`] finds the pattern.
    #[cfg(feature = "alloc")]
    pub(crate) fn hash(&self, key: u64) -> u64 {
        let base = with_port(key, set::hash(key, self.scheme), self.port);
        pattern_hash(key, base, labels::hash(key, self.host), self.subdomains)
    }

    /// The entry that is this pattern.
    #[inline]
    fn find<'p>(&self, patterns: Set<'p>, hash: u64) -> Option<&'p [u8]> {
        patterns.look_up(hash, |entry| self.is(entry), || self.parts().into_iter().flatten())
    }

    /// Returns whether `entry` is the text of this pattern. Usually the length decides.
    #[inline]
    fn is(&self, entry: &[u8]) -> bool {
        let port = self.port.map_or(0, |port| 1 + port.len());
        entry.len() == self.scheme.len() + self.wildcard().len() + self.host.len() + port
            && self.parts().iter().try_fold(entry, |rest, part| rest.strip_prefix(*part)).is_some()
    }

    /// The pieces of the pattern's text.
    fn parts(&self) -> [&[u8]; 5] {
        let (colon, port): (&[u8], _) = self.port.map_or((b"", &b""[..]), |port| (b":", port));
        [self.scheme, self.wildcard(), self.host, colon, port]
    }

    #[inline]
    fn wildcard(&self) -> &'static [u8] {
        if self.subdomains { b"://*." } else { b"://" }
    }

    pub(crate) fn matches(&self, parts: &Parts<'_>) -> bool {
        if !self.fits(parts, self.subdomains) {
            return false;
        }
        if !self.subdomains {
            return parts.host == self.host;
        }
        match parts.host.strip_suffix(self.host) {
            Some([labels @ .., b'.']) => parts.host.len() <= MAX_HOST && origin::are_labels(labels),
            _ => false,
        }
    }

    /// Returns whether scheme and port agree, and the kind.
    fn fits(&self, parts: &Parts<'_>, subdomains: bool) -> bool {
        self.subdomains == subdomains
            && self.scheme == parts.scheme
            && if self.port == Some(ANY_PORT) {
                parts.port.is_none_or(|port| origin::is_port(parts.scheme, port))
            } else {
                self.port == parts.port
            }
    }
}

/// Takes a port, or that there is none, into the hash of a scheme.
fn with_port(key: u64, scheme: u64, port: Option<&[u8]>) -> u64 {
    set::absorb(key, scheme, port.unwrap_or_default())
}

/// The hash of a pattern, of those of its scheme and port and of its host.
fn pattern_hash(key: u64, base: u64, host: u64, subdomains: bool) -> u64 {
    // Rotated, because otherwise a base and a host with the same hash would cancel each other out.
    set::mix(key, base.rotate_left(32) ^ host ^ u64::from(subdomains))
}
