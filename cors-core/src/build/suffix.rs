//! Under which names strangers can have domains: the public suffix list.

use alloc::format;
use alloc::string::String;

/// Why strangers can have a domain under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Open {
    /// The name is a public suffix, or a single label, which the list takes for one.
    #[cfg(feature = "psl")]
    Suffix,
    /// A public suffix lies under it.
    #[cfg(feature = "psl")]
    SuffixesBelow,
    /// There is no list to ask.
    #[cfg(not(feature = "psl"))]
    Unknown,
}

impl Open {
    /// What is wrong with a pattern for the subdomains of `name`, why, and the fix.
    pub(crate) fn text(self, scheme: &str, name: &str) -> [String; 3] {
        match self {
            #[cfg(feature = "psl")]
            Self::Suffix => [
                format!("under `{name}` anyone can have a domain"),
                format!(
                    "`{name}` is a public suffix (publicsuffix.org): a stranger who registers a name there is let in."
                ),
                format!("name your own domain: \"{scheme}://*.your-name.{name}\""),
            ],
            #[cfg(feature = "psl")]
            Self::SuffixesBelow => [
                format!("under `{name}` lie domains where anyone can have a name"),
                format!(
                    "`{name}` holds public suffixes (publicsuffix.org): a stranger who registers a name in one is let in."
                ),
                "name in full the domain that is yours".into(),
            ],
            #[cfg(not(feature = "psl"))]
            Self::Unknown => [
                format!("whether anyone can have a domain under `{name}` cannot be judged"),
                "This build of cors-core has no public suffix list.".into(),
                format!("enable its feature `psl`, or list the origins: \"{scheme}://www.{name}\""),
            ],
        }
    }
}

/// The publication date (year-month-day) of the oldest public suffix list that the rules may have used: that of the
/// oldest release of `psl` that this version of cors-core accepts.
///
/// The list grows daily, and `cargo update -p psl` brings the newest. With an outdated one a
/// hosting service that has entered itself since is taken for an ordinary domain, so that
/// `public_suffix` and `unbounded_regex` let `*.` under it pass; nothing else depends on it.
pub const fn public_suffix_list_date() -> &'static str {
    "2026-11-05"
}

/// Can strangers have domains under `name`? `None` if they cannot.
///
/// publicsuffix.org, "Algorithm"; both sections of the list count.
#[cfg(feature = "psl")]
pub(crate) fn judge(name: &str) -> Option<Open> {
    let standing = standing(name.strip_suffix('.').unwrap_or(name));
    if standing.is_suffix {
        return Some(Open::Suffix);
    }
    standing.has_more.then_some(Open::SuffixesBelow)
}

/// What a name is to the list.
#[cfg(feature = "psl")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// A name under it can be registered. A single label that is not listed counts as one.
    pub(crate) is_suffix: bool,
    /// The list has longer names that end in it.
    pub(crate) has_more: bool,
    /// Every name of one more label is a public suffix, but for exceptions.
    #[cfg(feature = "regex")]
    pub(crate) has_wildcard: bool,
}

/// What `name` is to the list.
///
/// The list asks for a further label only where rules lie below the ones it has seen.
#[cfg(feature = "psl")]
pub(crate) fn standing(name: &str) -> Standing {
    let labels = || name.rsplit('.').map(str::as_bytes);
    let mut has_more = false;
    let ask = core::iter::from_fn(|| {
        has_more = true;
        None
    });
    let is_suffix = find(&mut labels().chain(ask)).len == name.len();
    Standing {
        is_suffix,
        has_more,
        #[cfg(feature = "regex")]
        has_wildcard: find(&mut labels().chain([&b"no-such-label"[..]])).len > name.len(),
    }
}

/// The public suffix of `name`, and whether the list has it rather than taking a single label for one.
#[cfg(feature = "regex")]
pub(crate) fn suffix_of(name: &str) -> (&str, bool) {
    let found = find(&mut name.rsplit('.').map(str::as_bytes));
    let suffix = name.len().checked_sub(found.len).and_then(|start| name.get(start..));
    (suffix.unwrap_or(name), found.typ.is_some())
}

/// Asks the list, always by way of the same type: it is one large generic function, and each type
/// of iterator would have it compiled anew, for seconds.
#[cfg(feature = "psl")]
fn find(labels: &mut dyn Iterator<Item = &[u8]>) -> psl::Info {
    use psl::{List, Psl};

    List.find(labels)
}

/// Without the list only the safe answer is left.
#[cfg(not(feature = "psl"))]
pub(crate) fn judge(_: &str) -> Option<Open> {
    Some(Open::Unknown)
}

#[cfg(all(test, feature = "psl"))]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, open) in [
            ("com", Some(Open::Suffix)),
            ("co.uk", Some(Open::Suffix)),
            ("github.io", Some(Open::Suffix)),
            ("pythonanywhere.com", Some(Open::Suffix)),
            ("foo.ck", Some(Open::Suffix)),
            ("intranet", Some(Open::Suffix)),
            ("com.", Some(Open::Suffix)),
            ("amazonaws.com", Some(Open::SuffixesBelow)),
            ("kobe.jp", Some(Open::SuffixesBelow)),
            ("www.ck", None),
            ("city.kobe.jp", None),
            ("example.com", None),
            ("you.github.io", None),
            ("a.b.example.co.uk", None),
        ] {
            assert_eq!(judge(name), open, "{name}");
        }
    }

    #[test]
    #[cfg(feature = "regex")]
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
}
