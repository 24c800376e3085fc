//! Which origins a policy lists: exact ones by one hash, patterns by one walk over the host.

use super::set::{self, Set};
use crate::engine::origin::{self, MAX_HOST, MAX_ORIGIN, Parts};

/// Up to this many patterns a comparison with each costs less than hashing the host.
const FEW: usize = 4;

/// The origins of a policy that lists them.
#[derive(Clone, Copy)]
pub(crate) struct Origins<'t> {
    pub(crate) exact: Set<'t>,
    pub(crate) patterns: Set<'t>,
}

impl<'t> Origins<'t> {
    /// The entry that accepts this origin. The time is linear in `origin`, whatever the lists hold.
    #[inline]
    pub(crate) fn find(self, origin: &[u8]) -> Option<&'t [u8]> {
        self.exact.find(origin).or_else(|| self.find_pattern(origin))
    }

    /// The pattern that accepts this origin.
    pub(crate) fn find_pattern(self, origin: &[u8]) -> Option<&'t [u8]> {
        if self.patterns.is_empty() || origin.len() > MAX_ORIGIN {
            return None;
        }
        let parts = Parts::split(origin)?;
        if self.patterns.len() <= FEW {
            self.patterns.iter().find(|entry| Pattern::read(entry).matches(&parts))
        } else {
            self.walk(&parts)
        }
    }

    /// Hashes the host from its right end, and looks each suffix up where a label begins.
    ///
    /// The first suffix whose pattern has the origin's scheme, host and port decides: what is left
    /// of it must be labels, and a longer suffix would have no other left end.
    fn walk(self, parts: &Parts<'_>) -> Option<&'t [u8]> {
        let seed = self.patterns.seed();
        let bases =
            [base(seed, parts.scheme, parts.port.unwrap_or_default()), base(seed, parts.scheme, ANY_PORT)];
        let mut state = 0;
        for (at, &byte) in parts.host.iter().enumerate().rev() {
            if byte == b'.' {
                for base in bases {
                    let Some(entry) = self.patterns.candidate(key(base, state, true)) else { continue };
                    let pattern = Pattern::read(entry);
                    if pattern.host == &parts.host[at + 1..] && pattern.fits(parts, true) {
                        let labels = origin::are_labels(&parts.host[..at]) && parts.host.len() <= MAX_HOST;
                        return labels.then_some(entry);
                    }
                }
            }
            state = hash_back(state, byte);
        }
        let entry = self.patterns.candidate(key(bases[1], state, false))?;
        Pattern::read(entry).matches(parts).then_some(entry)
    }
}

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

    /// The hash by which [`Origins::walk`] finds the pattern.
    #[cfg(feature = "alloc")]
    pub(crate) fn hash(&self, seed: u32) -> u64 {
        let state = self.host.iter().rev().fold(0, |state, &byte| hash_back(state, byte));
        key(base(seed, self.scheme, self.port.unwrap_or_default()), state, self.subdomains)
    }

    fn matches(&self, parts: &Parts<'_>) -> bool {
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
