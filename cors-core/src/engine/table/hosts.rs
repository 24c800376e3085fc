//! Which values of `Host` a policy lists.

#[cfg(feature = "alloc")]
use super::labels;
use super::labels::Suffixes;
use super::set::{self, FEW, Set};
use crate::engine::origin::{self, MAX_HOST, MAX_LABEL};
use crate::engine::standard;

/// The hosts of a policy that lists them: `example.com`, `.example.com`, `[::1]`, all lower case.
#[derive(Clone, Copy)]
pub(crate) struct Hosts<'t> {
    pub(crate) listed: Set<'t>,
}

impl Hosts<'_> {
    /// Returns whether the policy lists this host, or a parent domain with a leading dot.
    pub(crate) fn contains(self, host: &Host<'_>) -> bool {
        if self.listed.len() <= FEW {
            return self.listed.iter().any(|entry| accepts(entry, host));
        }
        if self.lists(host.name) {
            return true;
        }
        // An entry with a leading dot also lists the domain itself.
        !host.literal
            && Suffixes::new(self.listed.key(), host.name)
                .any(|(suffix, hash)| self.lists_dotted(hash, suffix))
    }

    fn lists(self, name: &[u8]) -> bool {
        let is = |listed: &[u8]| listed.eq_ignore_ascii_case(name);
        self.listed.look_up(set::hash(self.listed.key(), name), is, || name.iter()).is_some()
    }

    fn lists_dotted(self, hash: u64, name: &[u8]) -> bool {
        let is =
            |listed: &[u8]| listed.strip_prefix(b".").is_some_and(|listed| listed.eq_ignore_ascii_case(name));
        let hash = dotted(self.listed.key(), hash);
        self.listed.look_up(hash, is, || b".".iter().chain(name)).is_some()
    }
}

fn accepts(entry: &[u8], host: &Host<'_>) -> bool {
    match entry.strip_prefix(b".") {
        None => entry.eq_ignore_ascii_case(host.name),
        Some(_) if host.literal => false,
        Some(domain) => {
            let before = host.name.len().checked_sub(entry.len());
            let end = before.and_then(|before| host.name.get(before..));
            end.is_some_and(|end| end.eq_ignore_ascii_case(entry)) || domain.eq_ignore_ascii_case(host.name)
        }
    }
}

/// The hash of an entry of the list.
#[cfg(feature = "alloc")]
pub(crate) fn hash_entry(key: u64, entry: &[u8]) -> u64 {
    match entry.strip_prefix(b".") {
        Some(name) => dotted(key, labels::hash(key, name)),
        None => set::hash(key, entry),
    }
}

/// Turns the hash of a name into the hash of its entry with a leading dot.
fn dotted(key: u64, hash: u64) -> u64 {
    set::mix(key, hash)
}

/// A `Host` field's value, taken apart.
// https://httpwg.org/specs/rfc9110.html#field.host
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
