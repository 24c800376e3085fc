//! Which values of `Host` a policy lists.

use super::set::{self, Set};
use crate::engine::origin::{self, MAX_HOST, MAX_LABEL};
use crate::engine::standard;

/// The hosts of a policy that lists them: `example.com`, `.example.com`, `[::1]`, all lower case.
#[derive(Clone, Copy)]
pub(crate) struct Hosts<'t> {
    pub(crate) listed: Set<'t>,
}

impl Hosts<'_> {
    /// Does the policy list this host, or a domain above it with a dot before it?
    pub(crate) fn contains(self, host: &Host<'_>) -> bool {
        if host.literal {
            return self.lists(host.name);
        }
        if self.lists_dotted(host.name) || self.lists(host.name) {
            return true;
        }
        let dots = host.name.iter().enumerate().filter(|&(_, &byte)| byte == b'.');
        dots.map(|(at, _)| &host.name[at + 1..]).any(|suffix| self.lists_dotted(suffix))
    }

    fn lists(self, name: &[u8]) -> bool {
        let hash = hash(self.listed.seed(), name, false);
        self.listed.candidate(hash).is_some_and(|listed| listed.eq_ignore_ascii_case(name))
    }

    fn lists_dotted(self, name: &[u8]) -> bool {
        let hash = hash(self.listed.seed(), name, true);
        let found = self.listed.candidate(hash).and_then(|listed| listed.strip_prefix(b"."));
        found.is_some_and(|listed| listed.eq_ignore_ascii_case(name))
    }
}

/// The hash of an entry of the list.
#[cfg(feature = "alloc")]
pub(crate) fn hash_entry(seed: u32, entry: &[u8]) -> u64 {
    match entry.strip_prefix(b".") {
        Some(name) => hash(seed, name, true),
        None => hash(seed, entry, false),
    }
}

fn hash(seed: u32, name: &[u8], dotted: bool) -> u64 {
    set::hash(seed ^ u32::from(dotted), name)
}

/// A `Host` field's value, taken apart. RFC 9110, section 7.2.
#[derive(Clone, Copy)]
pub(crate) struct Host<'h> {
    /// Without port and without one trailing dot.
    name: &'h [u8],
    /// An IPv6 address in brackets.
    literal: bool,
}

impl<'h> Host<'h> {
    /// `None` if the value is malformed.
    pub(crate) fn parse(value: &'h [u8]) -> Option<Self> {
        if let Some(end) = value.iter().position(|&byte| byte == b']') {
            let (name, port) = value.split_at_checked(end + 1)?;
            let inner = name.strip_prefix(b"[")?.strip_suffix(b"]")?;
            core::str::from_utf8(inner).ok()?.parse::<core::net::Ipv6Addr>().ok()?;
            return has_port(port).then_some(Self { name, literal: true });
        }
        let end = value.iter().position(|&byte| byte == b':').unwrap_or(value.len());
        let (name, port) = value.split_at_checked(end)?;
        let name = name.strip_suffix(b".").unwrap_or(name);
        let labels = || name.split(|&byte| byte == b'.');
        let legal = name.len() <= MAX_HOST
            && labels().all(|label| {
                (1..=MAX_LABEL).contains(&label.len())
                    && label.iter().all(|byte| standard::is_label_byte(byte.to_ascii_lowercase()))
            })
            && (!labels().next_back().is_some_and(origin::is_number) || origin::is_ipv4(name));
        (legal && has_port(port)).then_some(Self { name, literal: false })
    }
}

/// Nothing, or a colon and one to five digits.
fn has_port(port: &[u8]) -> bool {
    match port {
        [] => true,
        [b':', digits @ ..] => (1..=5).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}
