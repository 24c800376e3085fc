//! The public suffix list: its rules, as they are checked in, and what they say about a name.

use alloc::format;
use alloc::string::String;

/// The rules, below a header that ends in an empty line.
const FILE: &str = include_str!("rules.txt");

/// What the header begins with; the day follows.
const TITLE: &str = "// The public suffix list of ";

/// The day of the list: year-month-day.
pub(super) const DATE: &str = FILE.split_at(TITLE.len()).1.split_at("2026-11-05".len()).0;

/// The rules, a line each, as `uk,co` for `co.uk`: in plain byte order, what is under a name comes right
/// after it, because a comma is less than any byte that may follow in a label.
const RULES: &str = {
    let mut at = 1;
    while FILE.as_bytes()[at - 1] != b'\n' || FILE.as_bytes()[at] != b'\n' {
        at += 1;
    }
    FILE.split_at(at + 1).1
};

/// What the list says about a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// A name under it can be registered. A single label that is not listed counts as one.
    pub(crate) is_suffix: bool,
    /// The list has longer names that end in it.
    pub(crate) has_more: bool,
    /// Every name of one more label is a public suffix, except the exceptions of the list.
    #[cfg(feature = "regex")]
    pub(crate) has_wildcard: bool,
}

/// What the list says about `name`.
///
/// publicsuffix.org, "Algorithm"; both sections of the list count.
pub(crate) fn standing(name: &str) -> Standing {
    let key = key(name);
    let above = key.rfind(',').map(|comma| Zone::ALL.of(&key[..comma]));
    let zone = above.unwrap_or(Zone::ALL).of(&key);
    Standing {
        is_suffix: zone.has_own_rule() || above.is_none_or(|above| above.makes_suffix(&key)),
        has_more: zone.has_more(),
        #[cfg(feature = "regex")]
        has_wildcard: zone.has_more() && zone.has_rule("*"),
    }
}

/// Returns whether the list has a rule for `name` itself.
pub(super) fn has_rule(name: &str) -> bool {
    Zone::ALL.of(&key(name)).has_own_rule()
}

/// Returns whether the list has a rule for `name`, for one under it, or one that excepts it.
#[cfg(feature = "regex")]
pub(super) fn has_any(name: &str) -> bool {
    let key = key(name);
    let excepted = match key.rsplit_once(',') {
        Some((above, label)) => format!("{above},!{label}"),
        None => format!("!{key}"),
    };
    [key, excepted].iter().any(|key| !Zone::ALL.of(key).rules.is_empty())
}

/// The public suffix of `name`, and whether it is on the list, instead of a single label that counts as one.
pub(crate) fn suffix_of(name: &str) -> (&str, bool) {
    let key = key(name);
    let last = key.find(',').unwrap_or(key.len());
    let mut zone = Zone::ALL.of(&key[..last]);
    let (mut suffix, mut is_listed) = (last, zone.has_own_rule());
    while zone.has_more() && zone.key.len() < key.len() {
        let rest = &key[zone.key.len() + 1..];
        let end = zone.key.len() + 1 + rest.find(',').unwrap_or(rest.len());
        let below = zone.of(&key[..end]);
        if below.has_own_rule() || zone.makes_suffix(&key[..end]) {
            (suffix, is_listed) = (end, true);
        } else if zone.excepts(&key[..end]) {
            (suffix, is_listed) = (zone.key.len(), true);
        }
        zone = below;
    }
    (&name[name.len() - suffix..], is_listed)
}

/// The labels that rules have right before `name`, each once; all last labels if it is empty. A
/// wildcard is none, an exception is one.
#[cfg(feature = "regex")]
pub(crate) fn labels_below(name: &str) -> impl Iterator<Item = &'static str> {
    let (rules, left) = match key(name) {
        key if key.is_empty() => (RULES, 0),
        key => (Zone::ALL.of(&key).rules, key.len() + ",".len()),
    };
    let mut last = "";
    rules.lines().filter_map(move |rule| {
        let label = rule.get(left..)?.split(',').next()?.trim_start_matches('!');
        let is_new = label != last && label != "*";
        last = label;
        is_new.then_some(label)
    })
}

/// The names under which every name of one more label is a public suffix, except the exceptions of the list.
#[cfg(feature = "regex")]
pub(super) fn wildcards() -> impl Iterator<Item = String> {
    // The key of a key is the name.
    RULES
        .lines()
        .filter_map(|rule| rule.strip_suffix(",*"))
        .map(|rule| key(&rule.replace(',', ".")).replace(',', "."))
}

/// A name as the list has it: its labels from the right.
fn key(name: &str) -> String {
    let mut labels = name.rsplit('.');
    let mut key = String::with_capacity(name.len());
    key.push_str(labels.next().unwrap_or_default());
    for label in labels {
        key.push(',');
        key.push_str(label);
    }
    key
}

/// The rules for a name and for what is under it.
#[derive(Clone, Copy)]
struct Zone<'k> {
    key: &'k str,
    rules: &'static str,
}

impl Zone<'_> {
    const ALL: Self = Self { key: "", rules: RULES };

    /// The part of a zone for `key`, which is under its own.
    fn of(self, key: &str) -> Zone<'_> {
        let rules = &self.rules[beginning(self.rules, |rule| rule < key)..];
        let is_inside =
            |rule: &str| rule.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with(','));
        Zone { key, rules: &rules[..beginning(rules, is_inside)] }
    }

    fn has_own_rule(self) -> bool {
        self.rules.strip_prefix(self.key).is_some_and(|rest| rest.starts_with('\n'))
    }

    fn has_more(self) -> bool {
        self.rules.len() > if self.has_own_rule() { self.key.len() + "\n".len() } else { 0 }
    }

    /// Returns whether there is a rule of one more label.
    fn has_rule(self, label: &str) -> bool {
        self.of(&format!("{},{label}", self.key)).has_own_rule()
    }

    /// Returns whether the wildcard of the zone, if there is one, makes a public suffix of `key`.
    fn makes_suffix(self, key: &str) -> bool {
        self.has_rule("*") && !self.excepts(key)
    }

    fn excepts(self, key: &str) -> bool {
        self.has_rule(&format!("!{}", &key[self.key.len() + ",".len()..]))
    }
}

/// Where the first of `rules` stands that is not `before`, as all after it are not.
fn beginning(rules: &str, before: impl Fn(&str) -> bool) -> usize {
    let (mut low, mut high) = (0, rules.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = rules[..middle].rfind('\n').map_or(0, |end| end + 1);
        let end = rules[middle..].find('\n').map_or(high, |end| middle + end);
        if before(&rules[start..end]) {
            low = high.min(end + 1);
        } else {
            high = start;
        }
    }
    low
}

#[cfg(all(test, feature = "regex"))]
mod tests;
