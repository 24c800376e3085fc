//! Names that no registry accepts, but that a hosting service may: a label with `_`, or with a hyphen at an end.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::automaton::{Automaton, TooBig};
use super::spelling::Spelling;
use super::{MAX_DOMAINS, Reason, Witness, text, witness};

/// Such names of a language, each with the shortest origin under it.
///
/// The public suffix list is kept without its sections here, so every suffix with a dot counts as that of a service:
/// `co.uk` too, where it can only refuse what nobody has.
pub(super) struct Hosted {
    pub(super) found: Vec<Name>,
}

pub(super) struct Name {
    /// What somebody can have.
    pub(super) domain: String,
    under: String,
    origin: String,
}

impl Hosted {
    /// `names` are origins of `https:` with a host name; `unders` are the names in which they end and under which others
    /// than the owner have names.
    pub(super) fn of(names: &Automaton, unders: impl Iterator<Item = String>) -> Result<Self, TooBig> {
        let mut hosted = Self { found: Vec::new() };
        for under in unders.filter(|under| under.contains('.')) {
            hosted.add(names, under)?;
        }
        Ok(hosted)
    }

    fn add(&mut self, names: &Automaton, under: String) -> Result<(), TooBig> {
        let mut origins = names.intersection(&odd_right_under(&under))?;
        while self.found.len() <= MAX_DOMAINS {
            let Some(origin) = origins.shortest().map(text) else { break };
            let Some(domain) = domain_under(witness::host(&origin), &under) else { break };
            origins = origins.difference(&witness::under(&domain))?;
            if self.found.iter().all(|name| name.domain != domain) {
                self.found.push(Name { domain, under: under.clone(), origin });
            }
        }
        Ok(())
    }

    /// The first name that is not spelled out; if they all are, but there are too many domains, the first.
    pub(super) fn witness(self, spelling: &Spelling, are_too_many: bool) -> Option<Witness> {
        let mut found = self.found;
        found.sort_by_key(|name| (name.origin.len(), name.origin.clone()));
        if let Some(open) = found.iter().position(|name| !spelling.has(&name.domain)) {
            let Name { origin, under, .. } = found.swap_remove(open);
            return Some(Witness::new(origin, Reason::PublicSuffix { suffix: under }));
        }
        let first = found.into_iter().next().filter(|_| are_too_many)?;
        Some(Witness::new(first.origin, Reason::TooManyDomains))
    }
}

const ODD_LABEL: &str = "(-[a-z0-9_-]*|[a-z0-9_-]*-|[a-z0-9-]*_[a-z0-9_-]*)";

/// Origins with such a label right under `name`.
fn odd_right_under(name: &str) -> Automaton {
    let name = regex_syntax::escape(name);
    Automaton::from_regex(&format!(r"https://([^.:]+\.)*{ODD_LABEL}\.{name}\.?(:\d+)?"))
        .expect("the names right under another are a sound regex")
}

/// The part of `host` with one label left of `name`.
fn domain_under(host: &str, name: &str) -> Option<String> {
    let host = host.strip_suffix('.').unwrap_or(host);
    let left = host.strip_suffix(name)?.strip_suffix('.')?;
    let start = left.rfind('.').map_or(0, |dot| dot + 1);
    host.get(start..).map(String::from)
}

/// The name in `host` that a hosting service may have handed out though no registry would.
#[cfg(test)]
pub(super) fn hosted(host: &str) -> Option<String> {
    let host = host.strip_suffix('.').unwrap_or(host);
    let is_odd = |label: &str| label.contains('_') || label.starts_with('-') || label.ends_with('-');
    let (suffix, _) = crate::compile::public_suffix::suffix_of(host);
    let under = match suffix.split_once('.') {
        // A wildcard has made a suffix of the name itself.
        Some((label, rest)) if is_odd(label) => rest,
        _ => suffix,
    };
    let domain = domain_under(host, under)?;
    let label = domain.split('.').next()?;
    let is_taken =
        label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte));
    (under.contains('.') && is_odd(label) && is_taken).then_some(domain)
}
