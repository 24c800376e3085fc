//! The registrable domains of all the origins that a language has, as far as they can be counted.

use super::super::automaton::{Automaton, TooBig};
use super::MAX_DOMAINS;
use super::names::Names;
use super::spelling::Spelling;
use crate::compile::public_suffix::{labels_below, standing};
use alloc::collections::BTreeSet;
use alloc::collections::btree_map::{BTreeMap, Entry};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::ControlFlow;

/// The domains of a language, and the public suffixes they were found under.
pub(super) struct Domains<'l> {
    pub(super) names: &'l Automaton,
    /// The language by the number of labels in the public suffix.
    pub(super) views: BTreeMap<usize, Names>,
    /// All of them, or one more than a policy may have.
    pub(super) found: BTreeSet<String>,
    pub(super) suffixes: BTreeSet<String>,
}

impl<'l> Domains<'l> {
    /// Counts the domains of `names`, origins of `https:` with a host name, and of `addresses`,
    /// origins of `https:` with an address, which counts as a domain of its own.
    pub(super) fn of(names: &'l Automaton, addresses: &Automaton) -> Result<Self, TooBig> {
        let mut domains = Self {
            names,
            views: BTreeMap::new(),
            found: hosts(addresses, MAX_DOMAINS + 1),
            suffixes: BTreeSet::new(),
        };
        domains.below("", None)?;
        Ok(domains)
    }

    /// Returns whether there are more domains than a policy may have.
    fn are_too_many(&self) -> bool {
        self.found.len() > MAX_DOMAINS
    }

    /// Returns whether there are too many, or some that the regex does not spell out.
    pub(super) fn are_open(&self, spelling: &Spelling) -> bool {
        self.are_too_many() || self.found.iter().any(|domain| !spelling.has(domain))
    }

    pub(super) fn view(&mut self, suffix_labels: usize) -> Result<&mut Names, TooBig> {
        match self.views.entry(suffix_labels) {
            Entry::Occupied(view) => Ok(view.into_mut()),
            Entry::Vacant(place) => Ok(place.insert(Names::new(self.names, suffix_labels)?)),
        }
    }

    /// Goes on to the names of one more label than `name`, which belongs to `domain` or, if that is
    /// `None`, is a public suffix.
    fn below(&mut self, name: &str, domain: Option<&str>) -> Result<(), TooBig> {
        let labels = labels_of(name);
        if domain.is_none() && !name.is_empty() {
            self.suffixes.insert(name.into());
        }
        let suffix_labels = domain.map_or(labels, |domain| labels_of(domain) - 1).max(1);
        if let Some(domain) = domain
            && self.view(suffix_labels)?.has_host(name)
        {
            self.found.insert(domain.into());
        }
        if !name.is_empty() && standing(name).has_wildcard {
            self.try_listed(name, domain)?;
            return self.below_wildcard(name, labels);
        }
        // Usually a few names decide. If not, look at as many more as the list has below this name: then more than `MAX_DOMAINS`
        // of them are ordinary.
        for is_last in [false, true] {
            let more = if is_last { labels_below(name).count() } else { 0 };
            let limit = MAX_DOMAINS + 1 + more;
            let (special, all_seen) = self.sort_out(name, domain, suffix_labels, limit)?;
            for name in special {
                self.descend(&name, domain)?;
            }
            if all_seen || self.are_too_many() {
                return Ok(());
            }
        }
        self.try_listed(name, domain)
    }

    /// Counts the names of one more label than `name` that are nothing special to the list, and
    /// returns the others. `false` if there are more than `limit`.
    fn sort_out(
        &mut self,
        name: &str,
        domain: Option<&str>,
        suffix_labels: usize,
        limit: usize,
    ) -> Result<(Vec<String>, bool), TooBig> {
        let (mut special, mut found) = (Vec::new(), self.found.clone());
        let mut left = limit;
        let seen = self.view(suffix_labels)?.each_label(name, &mut |label| {
            let longer = join(label, name);
            let standing = standing(&longer);
            if standing.is_suffix || standing.has_more {
                special.push(longer);
            } else {
                found.insert(domain.map_or(longer, String::from));
            }
            left -= 1;
            match left == 0 || found.len() > MAX_DOMAINS {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        });
        self.found = found;
        Ok((special, seen.is_continue()))
    }

    /// Goes on to a name that is special to the list.
    fn descend(&mut self, name: &str, domain: Option<&str>) -> Result<(), TooBig> {
        let standing = standing(name);
        match self.are_too_many() {
            true => Ok(()),
            false if standing.is_suffix => self.below(name, None),
            false if standing.has_more => self.below(name, Some(domain.unwrap_or(name))),
            false => Ok(()),
        }
    }

    /// Goes on to the names under `name` that the list has, where the labels of the language are too
    /// many to be tried one by one.
    fn try_listed(&mut self, name: &str, domain: Option<&str>) -> Result<(), TooBig> {
        let has_wildcard = standing(name).has_wildcard;
        for label in labels_below(name) {
            let longer = join(label, name);
            let standing = standing(&longer);
            match (has_wildcard, standing.is_suffix) {
                (true, true) => {}
                (true, false) => self.except(&longer)?,
                (false, _) => self.descend(&longer, domain)?,
            }
        }
        Ok(())
    }

    /// Counts a name that the list excepts from a wildcard, if it is a host or has one under it.
    fn except(&mut self, name: &str) -> Result<(), TooBig> {
        let view = self.view(labels_of(name) - 1)?;
        if view.has_host(name) || view.has_any_under(name) {
            self.found.insert(name.into());
        }
        Ok(())
    }

    /// Counts the names of two more labels than `name`, where one more makes a public suffix.
    fn below_wildcard(&mut self, name: &str, labels: usize) -> Result<(), TooBig> {
        let mut suffixes = Vec::new();
        // Those that are listed may have nothing below them that counts.
        let limit = MAX_DOMAINS + 1 + labels_below(name).count();
        let view = self.view(labels + 1)?;
        let _ = view.each_label(name, &mut |label| {
            let longer = join(label, name);
            if standing(&longer).is_suffix {
                suffixes.push(longer);
            }
            match suffixes.len() >= limit {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        });
        for suffix in suffixes {
            self.descend(&suffix, None)?;
        }
        Ok(())
    }
}

fn join(label: &str, name: &str) -> String {
    if name.is_empty() { label.into() } else { format!("{label}.{name}") }
}

pub(super) fn labels_of(name: &str) -> usize {
    if name.is_empty() { 0 } else { name.split('.').count() }
}

/// The hosts of `origins` of `https:`, none of which can have too long a label; as many as `limit`.
pub(super) fn hosts(origins: &Automaton, limit: usize) -> BTreeSet<String> {
    let mut hosts = BTreeSet::new();
    let start = origins.read(origins.start(), b"https://");
    let classes = origins.classes_of(|_| true);
    let mut stack = Vec::from([(String::new(), start, false)]);
    while let Some((host, state, in_brackets)) = stack.pop() {
        let ends = origins.is_accepting(state) || origins.read(state, b":") != 0;
        if ends && !in_brackets {
            hosts.insert(host.clone());
        }
        if hosts.len() >= limit {
            break;
        }
        for (bytes, next) in origins.steps(state, &classes) {
            for &byte in bytes.iter().filter(|&&byte| in_brackets || byte != b':') {
                let in_brackets = byte == b'[' || in_brackets && byte != b']';
                stack.push((format!("{host}{}", char::from(byte)), next, in_brackets));
            }
        }
    }
    hosts
}
