//! The shortest origin that an attacker could register and that a regex lets in.

use super::super::automaton::{Automaton, TooBig};
use super::domains::labels_of;
use super::names::Names;
use super::suffix::{Registrable, registrable, standing};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use core::ops::ControlFlow;

/// How many pieces of a last label are looked at.
const MAX_PIECES: usize = 20_000;

/// How many origins that turn out not to be an attacker's are passed over.
const MAX_ROUNDS: usize = 48;

/// Last labels that are longer than those that can be tried one by one.
const LONG_SUFFIXES: [&str; 8] = [
    "app", "com", "info", "net", "online", "org", "shop", "website",
];

/// The host of an origin.
pub(super) fn host(origin: &str) -> &str {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    match host.strip_prefix('[') {
        Some(v6) => &host[..v6.find(']').map_or(host.len(), |end| end + 2)],
        None => &host[..host.find(':').unwrap_or(host.len())],
    }
}

/// The languages of origins by the number of labels in the public suffix, without those that have
/// been passed over.
struct Search<'l> {
    names: &'l Automaton,
    passed: BTreeMap<usize, Automaton>,
    views: BTreeMap<usize, Names>,
}

/// The shortest origin in `names`, and the first in byte order among those, whose registrable
/// domain passes `is_open`, under a public suffix of the list. `suffixes` are such that are known
/// to have origins under them.
pub(super) fn find(
    names: &Automaton,
    suffixes: &BTreeSet<String>,
    is_open: &dyn Fn(&str) -> bool,
) -> Result<Option<(String, Registrable)>, TooBig> {
    let mut search = Search {
        names,
        passed: BTreeMap::new(),
        views: BTreeMap::new(),
    };
    let mut suffixes = suffixes.clone();
    for _ in 0..MAX_ROUNDS {
        let Some((labels, origin)) = search.shortest(&suffixes)? else {
            break;
        };
        match registrable(host(&origin)) {
            Some(found) if labels_of(&found.suffix) == labels => {
                if found.is_listed && is_open(&found.domain) {
                    return Ok(Some((origin, found)));
                }
                search.pass(labels, &found.domain)?;
            }
            // The list has a longer suffix for it: it is looked at under that.
            _ => {
                let special = last_labels(host(&origin), labels + 1);
                if standing(special).is_suffix {
                    suffixes.insert(special.into());
                }
                search.pass(labels, special)?;
            }
        }
    }
    Ok(None)
}

/// [`find`] for domains under a single label that is not on the list, or else for any that pass.
pub(super) fn find_unlisted(
    names: &Automaton,
    is_open: &dyn Fn(&str) -> bool,
) -> Result<Option<(String, Registrable)>, TooBig> {
    let mut names = names.clone();
    for _ in 0..MAX_ROUNDS {
        let Some(origin) = names
            .shortest()
            .and_then(|origin| String::from_utf8(origin).ok())
        else {
            break;
        };
        let found = registrable(host(&origin));
        if let Some(found) = &found
            && is_open(&found.domain)
        {
            return Ok(Some((origin, found.clone())));
        }
        let passed = found.map_or_else(|| String::from(host(&origin)), |found| found.domain);
        names = names.difference(&under(&passed))?;
    }
    Ok(None)
}

impl Search<'_> {
    fn view(&mut self, labels: usize) -> Result<&Names, TooBig> {
        if !self.views.contains_key(&labels) {
            let names = self.passed.get(&labels).unwrap_or(self.names);
            self.views.insert(labels, Names::new(names, labels)?);
        }
        Ok(&self.views[&labels])
    }

    /// The views under last labels, and under last labels with a wildcard.
    fn both_views(&mut self) -> Result<(&Names, &Names), TooBig> {
        self.view(1)?;
        self.view(2)?;
        Ok((&self.views[&1], &self.views[&2]))
    }

    /// Leaves out `name` and what is under it, where the public suffix has so many labels.
    fn pass(&mut self, labels: usize, name: &str) -> Result<(), TooBig> {
        let names = self
            .passed
            .get(&labels)
            .unwrap_or(self.names)
            .difference(&under(name))?;
        self.passed.insert(labels, names);
        self.views.remove(&labels);
        Ok(())
    }

    /// The first origin under any of `suffixes` or any last label, and how many labels its suffix
    /// has.
    fn shortest(&mut self, suffixes: &BTreeSet<String>) -> Result<Option<(usize, String)>, TooBig> {
        let mut best = None;
        for suffix in suffixes.iter().map(String::as_str).chain(LONG_SUFFIXES) {
            // Under a wildcard, the suffix that counts has one label more.
            let labels = labels_of(suffix) + usize::from(standing(suffix).has_wildcard);
            keep(&mut best, labels, self.view(labels)?.shortest_under(suffix));
        }
        let (plain, wild) = self.both_views()?;
        plain.labels_by_length(plain.end(), MAX_PIECES, |labels| {
            let Some(len) = labels.first().map(String::len) else {
                return ControlFlow::Continue(());
            };
            for suffix in labels.iter().filter(|label| is_listed(label)) {
                match standing(suffix).has_wildcard {
                    true => keep(&mut best, 2, wild.shortest_under(suffix)),
                    false => keep(&mut best, 1, plain.shortest_under(suffix)),
                }
            }
            let longer = "https://0.".len() + len + 1;
            match best.as_ref().is_some_and(|(_, best)| best.len() < longer) {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        });
        Ok(best)
    }
}

fn keep(best: &mut Option<(usize, String)>, labels: usize, origin: Option<String>) {
    let Some(origin) = origin else { return };
    let is_better = best
        .as_ref()
        .is_none_or(|(_, best)| (origin.len(), &origin) < (best.len(), best));
    if is_better {
        *best = Some((labels, origin));
    }
}

fn is_listed(label: &str) -> bool {
    registrable(&format!("a.{label}")).is_none_or(|found| found.is_listed)
}

/// The last `count` labels of a host, without its final dot.
fn last_labels(host: &str, count: usize) -> &str {
    let host = host.strip_suffix('.').unwrap_or(host);
    host.rmatch_indices('.')
        .nth(count - 1)
        .map_or(host, |(dot, _)| &host[dot + 1..])
}

/// The origins of `domain` and of every name under it.
pub(super) fn under(domain: &str) -> Automaton {
    let domain = regex_syntax::escape(domain);
    Automaton::from_regex(&format!(r"[^:]*://([^:]*\.)?{domain}\.?(:.*)?"))
        .expect("the names under a domain are a sound regex")
}
