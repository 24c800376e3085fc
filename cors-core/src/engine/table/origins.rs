//! Which origins a policy lists: exact ones by one hash, patterns by one walk over the host, regexes
//! by one run of their automaton.

use super::dfa::Dfa;
use super::set::{self, Set};
use crate::engine::origin::{self, MAX_HOST, MAX_ORIGIN, Parts};

/// Up to this many patterns a comparison with each costs less than hashing the host.
const FEW: usize = 4;

/// The origins of a policy that lists them.
#[derive(Clone, Copy)]
pub(crate) struct Origins<'t> {
    pub(crate) exact: Set<'t>,
    pub(crate) patterns: Set<'t>,
    /// The automaton of all regexes together; empty if there are none.
    pub(crate) dfa: &'t [u8],
    /// The regexes as they were written.
    pub(crate) regexes: Set<'t>,
}

impl<'t> Origins<'t> {
    /// The entry that accepts this origin. The time is linear in `origin`, whatever the lists hold.
    #[inline]
    pub(crate) fn find(self, origin: &[u8]) -> Option<&'t [u8]> {
        if origin.len() > MAX_ORIGIN {
            return None;
        }
        let pattern = || find_pattern(self.patterns, origin);
        self.exact.find(origin).or_else(pattern).or_else(|| self.find_regex(origin))
    }

    /// A regex is run over what a browser can send, and nothing else: `null` is no such origin.
    pub(crate) fn find_regex(self, origin: &[u8]) -> Option<&'t [u8]> {
        if self.dfa.is_empty() || !Dfa::new(self.dfa)?.is_match(origin) {
            return None;
        }
        Parts::split(origin)?.is_serialised().then_some(())?;
        // One automaton runs for all of them and does not tell which it was.
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
/// The first suffix whose pattern has the origin's scheme, host and port decides: what is left
/// of it must be labels, and a longer suffix would have no other left end.
fn walk<'t>(patterns: Set<'t>, parts: &Parts<'_>) -> Option<&'t [u8]> {
    let seed = patterns.seed();
    let bases =
        [base(seed, parts.scheme, parts.port.unwrap_or_default()), base(seed, parts.scheme, ANY_PORT)];
    let mut state = 0;
    for (at, &byte) in parts.host.iter().enumerate().rev() {
        if byte == b'.' {
            for base in bases {
                let Some(entry) = patterns.candidate(key(base, state, true)) else { continue };
                let pattern = Pattern::read(entry);
                if pattern.host == &parts.host[at + 1..] && pattern.fits(parts, true) {
                    let labels = origin::are_labels(&parts.host[..at]) && parts.host.len() <= MAX_HOST;
                    return labels.then_some(entry);
                }
            }
        }
        state = hash_back(state, byte);
    }
    let entry = patterns.candidate(key(bases[1], state, false))?;
    Pattern::read(entry).matches(parts).then_some(entry)
}

/// Does the pattern accept the origin?
#[inline]
pub(crate) fn accepts(entry: &[u8], origin: &[u8]) -> bool {
    let taken_apart = || Parts::split(origin).is_some_and(|parts| Pattern::read(entry).matches(&parts));
    subdomain_of(entry, origin).unwrap_or_else(taken_apart)
}

/// [`accepts`], answered for the shape that most patterns have, the subdomains
/// of a host over https, without taking anything apart; `None` for any other.
#[inline]
fn subdomain_of(entry: &[u8], origin: &[u8]) -> Option<bool> {
    let tail = entry.strip_prefix(b"https://*").filter(|tail| !tail.ends_with(ANY_PORT))?;
    let Some(rest) = origin.strip_prefix(b"https://") else { return Some(false) };
    if rest.len() > MAX_HOST {
        return None;
    }
    Some(rest.strip_suffix(tail).is_some_and(origin::are_labels))
}

/// What stands for the entry where it is one of several regexes.
pub(crate) const SOME_REGEX: &[u8] = b"a regex";

/// What a pattern's key has in place of a port that may be any.
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
    pub(crate) fn hash(&self, seed: u32) -> u64 {
        let state = self.host.iter().rev().fold(0, |state, &byte| hash_back(state, byte));
        key(base(seed, self.scheme, self.port.unwrap_or_default()), state, self.subdomains)
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

    /// Do scheme and port agree, and the kind?
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

fn base(seed: u32, scheme: &[u8], port: &[u8]) -> u64 {
    set::hash(seed, scheme) ^ set::hash(!seed, port).rotate_left(32)
}

fn hash_back(state: u64, byte: u8) -> u64 {
    set::step(state, u64::from(byte))
}

fn key(base: u64, state: u64, subdomains: bool) -> u64 {
    set::finish(set::step(state ^ base, u64::from(subdomains)))
}
