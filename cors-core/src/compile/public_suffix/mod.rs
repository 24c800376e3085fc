//! Under which names strangers can have domains: the public suffix list.

#[cfg(feature = "psl")]
mod list;

use alloc::format;
use alloc::string::String;
#[cfg(feature = "psl")]
pub(crate) use list::standing;
#[cfg(feature = "regex")]
pub(crate) use list::{labels_below, suffix_of, wildcards};

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
                "This build of cors-engine has no public suffix list.".into(),
                format!("enable its feature `psl`, or list the origins: \"{scheme}://www.{name}\""),
            ],
        }
    }
}

/// The day (year-month-day) of the public suffix list that the rules go by.
///
/// The list carries no date of its own here: it is the day on which the release of the crate `psl` was
/// published that it was taken from, and that crate follows the list day by day.
///
/// A list comes with a release of this crate, and only so: `cargo update -p cors-engine` brings a newer
/// one. With an outdated list a hosting service that has entered itself since is taken for an ordinary
/// domain, so that `public_suffix` and `unbounded_regex` let `*.` under it pass; nothing else depends on it.
///
/// ```
/// assert!(cors_engine::public_suffix_list_date() >= "2026-11-05");
/// ```
#[cfg(feature = "psl")]
pub const fn public_suffix_list_date() -> &'static str {
    list::DATE
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
}
