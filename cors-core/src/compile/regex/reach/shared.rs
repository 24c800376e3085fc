//! Hosts that are public suffixes because of a wildcard: not a registrable domain, but still somebody's own.

use super::super::automaton::{Automaton, TooBig};
use super::MAX_DOMAINS;
use super::Reason;
use super::Witness;
use super::domains::hosts;
use super::first_open;
use super::names::Names;
use super::spelling::Spelling;
use super::text;
use super::witness;
use crate::compile::public_suffix::{Overview, labels_below, standing};
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::ControlFlow;

/// The hosts of a language that a wildcard makes public suffixes.
pub(super) struct Shared {
    /// All of them, or more than a policy may have domains.
    pub(super) hosts: BTreeSet<String>,
    /// The origins with such a host, by the name that the wildcard is under.
    by_wildcard: Vec<(String, Automaton)>,
    /// The names right under a wildcard that hosts end in, or more than a policy may have of any kind.
    suffixes: Vec<String>,
}

impl Shared {
    /// `names` are origins of `https:` with a host name, `reading` is a reading of them all.
    pub(super) fn of(names: &Automaton, reading: &mut Names, suffixes: &Overview) -> Result<Self, TooBig> {
        let mut shared = Self { hosts: BTreeSet::new(), by_wildcard: Vec::new(), suffixes: Vec::new() };
        for under in &suffixes.wildcards {
            if !reading.has_any_under(under) {
                continue;
            }
            shared.add_suffixes(under, reading);
            let mut origins = names.intersection(&right_under(under))?;
            for label in labels_below(under) {
                let name = format!("{label}.{under}");
                if !standing(&name).is_suffix {
                    origins = origins.difference(&witness::under(&name))?;
                }
            }
            // Each may come twice, with a final dot and without.
            let found = hosts(&origins, 2 * (MAX_DOMAINS + 1));
            shared.hosts.extend(found.into_iter().map(|host| host.trim_end_matches('.').into()));
            shared.by_wildcard.push((under.clone(), origins));
        }
        Ok(shared)
    }

    fn add_suffixes(&mut self, under: &str, reading: &mut Names) {
        // Some are hosts, some have names under them that count as domains, and the others are what is looked for.
        let mut left = 3 * (MAX_DOMAINS + 1);
        let _ = reading.each_label(under, &mut |label| {
            let name = format!("{label}.{under}");
            if standing(&name).is_suffix {
                self.suffixes.push(name);
            }
            left -= 1;
            if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
    }

    /// The names that the wildcards stand under, and those right under them.
    pub(super) fn unders(&self) -> impl Iterator<Item = String> {
        self.by_wildcard.iter().map(|(under, _)| under.clone()).chain(self.suffixes.iter().cloned())
    }

    /// The first origin whose host is not spelled out; if they all are, but too many, the first.
    pub(super) fn witness(self, spelling: &Spelling) -> Result<Option<Witness>, TooBig> {
        let mut open = Vec::new();
        let mut any = Vec::new();
        for (under, origins) in self.by_wildcard {
            if let Some(origin) = first_open(&origins, &|host| !spelling.has(host))? {
                open.push(Witness::new(origin, Reason::SharedSuffix { under }));
            }
            any.extend(origins.shortest().map(text));
        }
        let first = |origin: &String| (origin.len(), origin.clone());
        if let Some(witness) = open.into_iter().min_by_key(|witness| first(&witness.origin)) {
            return Ok(Some(witness));
        }
        let are_too_many = self.hosts.len() > MAX_DOMAINS;
        let any = any.into_iter().filter(|_| are_too_many).min_by_key(first);
        Ok(any.map(|origin| Witness::new(origin, Reason::TooManyDomains)))
    }
}

/// Origins whose host has one label left of `name`. Label lengths are counted, because [`hosts`] lists the hosts one by one.
fn right_under(name: &str) -> Automaton {
    let name = regex_syntax::escape(name);
    Automaton::from_regex(&format!(r"https://[a-z0-9]([a-z0-9-]{{0,61}}[a-z0-9])?\.{name}\.?(:\d+)?"))
        .expect("the names right under another are a sound regex")
}
