//! What the public suffix list says of a name, one label at a time.

use alloc::string::String;

pub(super) use crate::build::suffix::standing;
use crate::build::suffix::suffix_of;

// The list can be asked about a name and whether it knows longer ones, but not which. The words of
// the two files stand in for that where a regex leaves a label so open that its values cannot be
// tried one by one. What the list got later than they did is found wherever they can.

/// The last labels that the list knows.
pub(super) fn last_labels() -> impl Iterator<Item = &'static str> {
    include_str!("last_labels.txt").split_whitespace()
}

/// The labels below which, inside of somebody's name, the list has public suffixes, and those that
/// it excepts from a `*`.
pub(super) fn inner_labels() -> impl Iterator<Item = &'static str> {
    include_str!("inner_labels.txt").split_whitespace()
}

/// As many rules as the list has at most: of more names than this, some are ordinary.
pub(super) const RULES: usize = 20_000;

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
    let host = host.strip_suffix('.').unwrap_or(host);
    let (suffix, is_listed) = suffix_of(host);
    let owned = host.strip_suffix(suffix)?.strip_suffix('.')?;
    let start = owned.rfind('.').map_or(0, |dot| dot + 1);
    let domain = host.get(start..)?;
    let sound = domain.split('.').all(can_be_registered);
    sound.then(|| Registrable { domain: domain.into(), suffix: suffix.into(), is_listed })
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
    fn last_labels_are_known() {
        for label in last_labels() {
            let (_, is_listed) = suffix_of(label);
            assert!(is_listed || standing(label).has_more, "{label}");
        }
    }

    #[test]
    fn inner_labels_are_found_below_names() {
        for (name, label) in [("amazonaws.com", "s3"), ("kawasaki.jp", "city"), ("ck", "www")] {
            assert!(inner_labels().any(|known| known == label), "{label}.{name}");
        }
    }
}
