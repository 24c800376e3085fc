//! The public suffix list: the names under which strangers can have domains.

#[cfg(feature = "psl")]
mod list;
#[cfg(feature = "psl")]
mod shared;

use alloc::format;
use alloc::string::String;
#[cfg(feature = "regex")]
pub(crate) use list::Standing;

/// Returns whether a name with a dot may be a domain: its end is on the list, or there is no list to ask.
#[cfg(feature = "psl")]
pub(crate) fn may_be_domain(name: &str) -> bool {
    list::suffix_of(name).1
}

#[cfg(not(feature = "psl"))]
pub(crate) fn may_be_domain(_: &str) -> bool {
    true
}

/// Why strangers can have a domain under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Open {
    /// The name is a public suffix.
    #[cfg(feature = "psl")]
    Suffix,
    /// A service hands out names under it, and the public suffix list does not have it.
    #[cfg(feature = "psl")]
    Shared,
    /// A single label that is on no list.
    #[cfg(feature = "psl")]
    Unlisted,
    /// A public suffix lies under it.
    #[cfg(feature = "psl")]
    SuffixesBelow,
    /// There is no list to ask.
    #[cfg(not(feature = "psl"))]
    Unknown,
}

impl Open {
    /// What is wrong with a pattern for the subdomains of `name`, why, and the fix.
    pub(crate) fn text(self, name: &str) -> [String; 3] {
        match self {
            #[cfg(feature = "psl")]
            Self::Suffix => [
                format!("under `{name}` anyone can have a domain"),
                format!(
                    "`{name}` is a public suffix (publicsuffix.org): a stranger who registers a name there is let in."
                ),
                "name in full the domain that is yours, or list the origins one by one".into(),
            ],
            #[cfg(feature = "psl")]
            Self::Shared => [
                format!("under `{name}` anyone can have a name"),
                format!(
                    "Whoever uses the service behind `{name}` gets a name there, strangers as well as you."
                ),
                "list the origins that are yours, one by one".into(),
            ],
            #[cfg(feature = "psl")]
            Self::Unlisted => [
                format!("nobody knows who can have a name under `{name}`"),
                format!(
                    "`{name}` is on no list of names that are registered: whoever runs the network decides who has one, and another network's `{name}` is somebody else's."
                ),
                "name in full the domain that is yours, or list the origins one by one".into(),
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
                "enable its feature `psl`, or list the origins one by one".into(),
            ],
        }
    }
}

/// The day (year-month-day) of the public suffix list that the rules use.
///
/// The list has no date of its own. This is the release day of the version of the crate `psl` from which it was taken; that crate
/// follows the list day by day.
///
/// A newer list only comes with a new release of this crate: run `cargo update -p cors-engine`. With an outdated list, a hosting
/// service that was added later counts as an ordinary domain, so `public_suffix` and `unbounded_regex` accept `*.` under it.
/// Nothing else depends on the list.
///
/// ```
/// assert!(cors_engine::public_suffix_list_date() >= "2026-11-05");
/// ```
#[cfg(feature = "psl")]
pub const fn public_suffix_list_date() -> &'static str {
    list::DATE
}

/// Returns whether strangers can have domains under `name`, and why; `None` if they cannot.
///
/// https://publicsuffix.org/list/#list-format; both sections of the list count, and our own.
#[cfg(feature = "psl")]
pub(crate) fn judge(name: &str) -> Option<Open> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let public = list::standing(name);
    match public.is_suffix {
        true if !name.contains('.') && !list::has_rule(name) => Some(Open::Unlisted),
        true => Some(Open::Suffix),
        false if shared::is_shared(name) => Some(Open::Shared),
        false => (public.has_more || shared::has_more(name)).then_some(Open::SuffixesBelow),
    }
}

/// What both lists say about `name`.
#[cfg(feature = "regex")]
pub(crate) fn standing(name: &str) -> Standing {
    let public = list::standing(name);
    Standing {
        is_suffix: public.is_suffix || shared::is_shared(name),
        has_more: public.has_more || shared::has_more(name),
        ..public
    }
}

/// The suffix of `name` under which strangers have names, and whether it is on a list, instead of a single label that counts as
/// one.
#[cfg(feature = "regex")]
pub(crate) fn suffix_of(name: &str) -> (&str, bool) {
    let (public, is_listed) = list::suffix_of(name);
    match shared::suffix_of(name) {
        Some(shared) if shared.len() > public.len() => (shared, true),
        _ => (public, is_listed),
    }
}

/// The labels that the lists have right before `name`, each once; all last labels if it is empty. A
/// wildcard is none, an exception is one.
#[cfg(feature = "regex")]
pub(crate) fn labels_below(name: &str) -> impl Iterator<Item = &'static str> {
    let is_public = |label: &&str| match name {
        "" => list::has_any(label),
        name => list::has_any(&format!("{label}.{name}")),
    };
    let mut own: alloc::vec::Vec<&str> =
        shared::labels_below(name).filter(|label| !is_public(label)).collect();
    own.sort_unstable();
    own.dedup();
    list::labels_below(name).chain(own)
}

/// What each regex needs from the lists. It is made once, because it reads every rule.
#[cfg(feature = "regex")]
pub(crate) struct Overview {
    /// The last labels of all names that the lists have.
    pub(crate) last_labels: alloc::vec::Vec<&'static str>,
    /// The names under which every name of one more label is a public suffix, except the exceptions of the list.
    pub(crate) wildcards: alloc::vec::Vec<String>,
}

#[cfg(feature = "regex")]
impl Overview {
    pub(crate) fn new() -> Self {
        Self { last_labels: labels_below("").collect(), wildcards: list::wildcards().collect() }
    }
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
            ("intranet", Some(Open::Unlisted)),
            ("app.github.dev", Some(Open::Shared)),
            ("nip.io", Some(Open::Shared)),
            ("salesforce.com", Some(Open::SuffixesBelow)),
            ("a.nip.io", None),
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
