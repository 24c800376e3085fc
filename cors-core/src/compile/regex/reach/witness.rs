//! The shortest origin that an attacker could register and that a regex lets in.

use super::super::automaton::{Automaton, TooBig};
use super::domains::{Domains, labels_of};
use super::names::Names;
use super::suffix::{Registrable, registrable};
use crate::compile::public_suffix::{Overview, labels_below, standing};
use alloc::collections::BTreeSet;
use alloc::collections::btree_map::{BTreeMap, Entry};
use alloc::format;
use alloc::string::String;

/// How many origins that turn out not to be an attacker's are passed over.
const MAX_ROUNDS: usize = 48;

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
pub(super) struct Search<'l> {
    names: &'l Automaton,
    passed: BTreeMap<usize, Automaton>,
    views: BTreeMap<usize, Names>,
    /// Public suffixes that may have origins under them, and the names that a wildcard is under.
    suffixes: BTreeSet<String>,
}

/// [`Search`] for domains under a single label that is not on the list, or else for any that pass.
pub(super) fn find_unlisted(
    names: &Automaton,
    is_open: &dyn Fn(&str) -> bool,
) -> Result<Option<(String, Registrable)>, TooBig> {
    let mut names = names.clone();
    for _ in 0..MAX_ROUNDS {
        let Some(origin) = names.shortest().and_then(|origin| String::from_utf8(origin).ok()) else {
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

impl<'l> Search<'l> {
    /// `suffixes` are some that the names are known to be under.
    pub(super) fn new(names: &'l Automaton, suffixes: BTreeSet<String>) -> Self {
        Self { names, passed: BTreeMap::new(), views: BTreeMap::new(), suffixes }
    }

    /// Goes on with what has been worked out for counting.
    pub(super) fn counted(counted: Domains<'l>) -> Self {
        Self { views: counted.views, ..Self::new(counted.names, counted.suffixes) }
    }

    /// The shortest of the origins, and the first in byte order among those, whose registrable domain passes `is_open`,
    /// under a public suffix of the lists.
    pub(super) fn run(
        mut self,
        lists: &Overview,
        is_open: &dyn Fn(&str) -> bool,
    ) -> Result<Option<(String, Registrable)>, TooBig> {
        for label in &lists.last_labels {
            // What is passed over later takes names away, and adds none.
            if self.view(1)?.has_any_under(label) {
                self.suffixes.insert((*label).into());
            }
        }
        for _ in 0..MAX_ROUNDS {
            let Some((labels, origin)) = self.shortest()? else {
                break;
            };
            match registrable(host(&origin)) {
                Some(found) if labels_of(&found.suffix) == labels => {
                    if !found.is_listed {
                        self.pass(labels, &found.suffix)?;
                    } else if is_open(&found.domain) {
                        return Ok(Some((origin, found)));
                    } else {
                        self.pass(labels, &found.domain)?;
                    }
                }
                // The list has a longer suffix for it, which is looked at instead.
                _ => self.pass(labels, tail(host(&origin), labels + 1))?,
            }
        }
        Ok(None)
    }

    fn view(&mut self, labels: usize) -> Result<&mut Names, TooBig> {
        match self.views.entry(labels) {
            Entry::Occupied(view) => Ok(view.into_mut()),
            Entry::Vacant(place) => {
                let names = self.passed.get(&labels).unwrap_or(self.names);
                Ok(place.insert(Names::new(names, labels)?))
            }
        }
    }

    /// Leaves out `name` and what is under it, where the public suffix has so many labels, and goes
    /// on to the suffixes that are below it.
    fn pass(&mut self, labels: usize, name: &str) -> Result<(), TooBig> {
        self.add(name)?;
        let names = self.passed.get(&labels).unwrap_or(self.names).difference(&under(name))?;
        self.passed.insert(labels, names);
        self.views.remove(&labels);
        Ok(())
    }

    /// Adds the public suffixes that are `name` or below it.
    fn add(&mut self, name: &str) -> Result<(), TooBig> {
        if !self.view(labels_of(name))?.has_any_under(name) {
            return Ok(());
        }
        let at = standing(name);
        if at.is_suffix || at.has_wildcard {
            self.suffixes.insert(name.into());
        }
        for label in labels_below(name) {
            let longer = format!("{label}.{name}");
            // What is a suffix by a wildcard is found under the wildcard.
            if !at.has_wildcard || standing(&longer).has_more {
                self.add(&longer)?;
            }
        }
        Ok(())
    }

    /// The first origin under any of the suffixes, and how many labels its suffix has.
    fn shortest(&mut self) -> Result<Option<Found>, TooBig> {
        let mut best = None;
        let suffixes = core::mem::take(&mut self.suffixes);
        for suffix in &suffixes {
            self.try_suffix(suffix, &mut best)?;
        }
        self.suffixes = suffixes;
        Ok(best)
    }

    fn try_suffix(&mut self, suffix: &str, best: &mut Option<Found>) -> Result<(), TooBig> {
        let labels = labels_of(suffix);
        if !self.view(labels)?.has_any_under(suffix) {
            return Ok(());
        }
        // Under a wildcard, the suffix that counts has one label more.
        let labels = labels + usize::from(standing(suffix).has_wildcard);
        if let Some(origin) = self.view(labels)?.shortest_under(suffix)
            && best.as_ref().is_none_or(|(_, best)| (origin.len(), &origin) < (best.len(), best))
        {
            *best = Some((labels, origin));
        }
        Ok(())
    }
}

/// An origin, and how many labels its public suffix has if nothing longer is on the list.
type Found = (usize, String);

/// The last `count` labels of a host, without its final dot.
fn tail(host: &str, count: usize) -> &str {
    let host = host.strip_suffix('.').unwrap_or(host);
    host.rmatch_indices('.').nth(count - 1).map_or(host, |(dot, _)| &host[dot + 1..])
}

/// The origins of `domain` and of every name under it.
pub(super) fn under(domain: &str) -> Automaton {
    let domain = regex_syntax::escape(domain);
    Automaton::from_regex(&format!(r"[^:]*://([^:]*\.)?{domain}\.?(:.*)?"))
        .expect("the names under a domain are a sound regex")
}
