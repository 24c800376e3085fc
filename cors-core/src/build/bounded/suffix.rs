//! What the public suffix list says of a name, one label at a time.

use alloc::string::String;
use core::iter;
use psl::{List, Psl};

/// The labels below which, inside of somebody's name, the list has public suffixes, and those that
/// it excepts from a `*`; the shortest first.
///
/// The list can be asked about a name and whether it knows longer ones, but not which. These words
/// stand in for that where a regex leaves a label so open that its values cannot be tried one by
/// one: a name that the list got later than this file is found wherever they can.
pub(super) fn inner_labels() -> impl Iterator<Item = &'static str> {
    include_str!("inner_labels.txt").split_whitespace()
}

/// As many rules as the list has at most: of more names than this, some are ordinary.
pub(super) const RULES: usize = 20_000;

/// What a name is to the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// A name under it can be registered. A single label that is not listed counts as one.
    pub(super) is_suffix: bool,
    /// The list has longer names that end in it.
    pub(super) has_more: bool,
    /// Every name of one more label is a public suffix, but for exceptions.
    pub(super) has_wildcard: bool,
}

/// What `name` is to the list.
pub(super) fn standing(name: &str) -> Standing {
    let mut has_more = false;
    let ask = iter::from_fn(|| {
        has_more = true;
        None
    });
    let info = List.find(name.rsplit('.').map(str::as_bytes).chain(ask));
    let labels = name.rsplit('.').map(str::as_bytes);
    let below = List.find(labels.chain(iter::once(&b"no-such-label"[..])));
    Standing { is_suffix: info.len == name.len(), has_more, has_wildcard: below.len > name.len() }
}

/// A name that somebody can register, with what stands to its right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Registrable {
    pub(super) domain: String,
    pub(super) suffix: String,
    /// The suffix is on the list, rather than a single label that is not.
    pub(super) is_listed: bool,
}

/// The registrable domain of `host`. `None` if `host` is a public suffix itself, or if no
/// registry would take the name: it has letters, digits and inner hyphens only.
pub(super) fn registrable(host: &str) -> Option<Registrable> {
    let domain = List.domain(host.as_bytes())?.trim();
    let suffix = core::str::from_utf8(domain.suffix().trim().as_bytes()).ok()?;
    let is_listed = domain.suffix().is_known();
    let domain = core::str::from_utf8(domain.as_bytes()).ok()?;
    domain.split('.').all(can_be_registered).then(|| Registrable {
        domain: domain.into(),
        suffix: suffix.into(),
        is_listed,
    })
}

fn can_be_registered(label: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&label.len())
        && label.bytes().all(inner)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standings() {
        let cases = [
            // name, is a suffix, has more below it, has a wildcard below it
            ("com", true, true, false),
            ("example.com", false, false, false),
            ("com.ac", true, false, false),
            ("github.io", true, false, false),
            ("amazonaws.com", false, true, false),
            ("s3.amazonaws.com", true, false, false),
            ("ck", true, true, true),
            ("any.ck", true, false, false),
            ("www.ck", false, false, false),
            ("kawasaki.jp", false, true, true),
            ("no-such-tld", true, false, false),
        ];
        for (name, is_suffix, has_more, has_wildcard) in cases {
            assert_eq!(standing(name), Standing { is_suffix, has_more, has_wildcard }, "{name}");
        }
    }

    #[test]
    fn registrable_domains() {
        let cases = [
            ("a.b.example.com", Some("example.com")),
            ("a.b.example.com.", Some("example.com")),
            ("$.example.com", Some("example.com")),
            ("example.co.uk", Some("example.co.uk")),
            ("github.io", None),
            ("a_b.com", None),
            ("-a.com", None),
            ("a-.com", None),
            ("localhost", None),
            ("a.internal", Some("a.internal")),
        ];
        for (host, expected) in cases {
            let found = registrable(host).map(|found| found.domain);
            assert_eq!(found.as_deref(), expected, "{host}");
        }
    }

    #[test]
    fn inner_labels_are_found_below_names() {
        for (name, label) in [("amazonaws.com", "s3"), ("kawasaki.jp", "city"), ("ck", "www")] {
            assert!(inner_labels().any(|known| known == label), "{label}.{name}");
        }
    }
}
