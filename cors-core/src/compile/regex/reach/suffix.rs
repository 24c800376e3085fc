//! The names that can be registered, by the public suffix list.

use alloc::string::String;

use crate::compile::public_suffix::suffix_of;

/// A name that somebody can register, with what is to its right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Registrable {
    pub(crate) domain: String,
    pub(crate) suffix: String,
    /// The suffix is on the list, rather than a single label that is not.
    pub(crate) is_listed: bool,
}

/// The registrable domain of `host`. `None` if `host` is a public suffix itself, or if no
/// registry would take the name: it has letters, digits and inner hyphens only.
pub(crate) fn registrable(host: &str) -> Option<Registrable> {
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
}
