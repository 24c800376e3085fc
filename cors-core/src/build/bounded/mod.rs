//! Decides whether anyone but the owners of a few named domains can be let in by a regex.
//!
//! The rule: every origin that the regex accepts is `https:`, and the registrable domains of all of
//! them are at most [`MAX_DOMAINS`] and spelled out. It is decided on the language of the regex, cut
//! down to what a browser can send, with the public suffix list asked label by label from the right
//! (`domains`), and on the regex itself where its language does not tell (`spelling`).
//!
//! Where the rule's words leave room, they mean this here:
//!
//! * A name counts if a registry would take it: letters, digits and inner hyphens in each label of
//!   the registrable domain. Nobody can have `a_b.com`. A host that is a public suffix counts no
//!   more than a single label does, for nobody can register it either.
//! * "No class, dot or repetition may take part" holds where it makes a difference: one that can
//!   only be one byte, such as `[.]`, a letter under `(?i)` or the last dot of `https://a.com`, or
//!   only one count, such as `a{2}`, spells what it means. If a single domain comes of a regex,
//!   nothing was left open.
//! * What touches the left edge of a domain without a dot in between is part of the domain that an
//!   attacker would register, and what ends in a dot is not; so the language decides that.
//! * An attacker registers under a suffix of the list if there is one; `https://0.ac` is shown for
//!   `https://.*`, not `https://0.a`.

mod domains;
mod names;
mod repair;
mod spelling;
mod suffix;
mod witness;

pub(crate) use repair::{Repair, RepairKind};

use super::automaton::{Automaton, RegexError};
use super::origin_language::Origins;
use alloc::collections::BTreeSet;
use alloc::string::String;
use domains::Domains;
use spelling::Spelling;

/// As many registrable domains as a regex may have.
pub(crate) const MAX_DOMAINS: usize = 16;

/// Who can be let in by a regex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The owners of these registrable domains and addresses, in order, and nobody else.
    Bounded { domains: BTreeSet<String> },
    /// Others.
    Unbounded(Witness),
}

/// An origin that shows how far a regex reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Witness {
    /// The shortest that an attacker can have, and the first in byte order among those.
    pub(crate) origin: String,
    pub(crate) reason: Reason,
    /// A pattern that is bounded and likely meant, if one was found.
    pub(crate) repair: Option<Repair>,
}

/// How an attacker comes by an origin.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub(crate) enum Reason {
    /// The regex leaves the registrable domain open, and the attacker registers this one.
    OpenDomain { domain: String },
    /// Anyone can have a name under this public suffix, which the regex spells out.
    PublicSuffix { suffix: String },
    /// The regex leaves an IP address open.
    OpenAddress,
    /// The regex spells out more than [`MAX_DOMAINS`] domains.
    TooManyDomains,
    /// The scheme is not `https:`, so whoever is on the network's path can pose as the origin.
    Scheme,
}

/// Decides about `pattern`, and looks for a repair if others are let in.
pub(crate) fn judge(pattern: &str, origins: &Origins) -> Result<Verdict, RegexError> {
    let mut verdict = decide(pattern, origins)?;
    if let Verdict::Unbounded(witness) = &mut verdict {
        witness.repair = repair::find(pattern, origins);
        if let (None, Reason::OpenDomain { domain }) = (&witness.repair, &witness.reason)
            && let Some((_, suffix)) = domain.split_once('.')
            && suffix.contains('.')
        {
            witness.reason = Reason::PublicSuffix {
                suffix: suffix.into(),
            };
        }
    }
    Ok(verdict)
}

fn decide(pattern: &str, origins: &Origins) -> Result<Verdict, RegexError> {
    let language = Automaton::from_regex(pattern)?;
    let counted = Counted {
        names: language
            .intersection(&origins.https_names)?
            .intersection(&names::shape(1))?,
        addresses: language.intersection(&origins.https_addresses)?,
    };
    let domains = Domains::of(&counted.names, &counted.addresses)?;
    if domains.found.len() > 1 {
        let spelling = Spelling::of(pattern, &counted.names.union(&counted.addresses)?)?;
        let is_open = |domain: &str| !spelling.has(domain);
        if domains.are_too_many() || domains.found.iter().any(|domain| is_open(domain)) {
            return Ok(Verdict::Unbounded(
                counted.witness(&domains.suffixes, &is_open)?,
            ));
        }
    }
    match language.intersection(&origins.not_https)?.shortest() {
        Some(origin) => Ok(Verdict::Unbounded(Witness::new(
            text(origin),
            Reason::Scheme,
        ))),
        None => Ok(Verdict::Bounded {
            domains: domains.found,
        }),
    }
}

impl Witness {
    fn new(origin: String, reason: Reason) -> Self {
        Self {
            origin,
            reason,
            repair: None,
        }
    }
}

/// The origins of a regex that count: those of `https:` that somebody can have.
struct Counted {
    names: Automaton,
    addresses: Automaton,
}

impl Counted {
    /// The origin to show, if there are more domains than allowed or some that pass `is_open`.
    fn witness(
        &self,
        suffixes: &BTreeSet<String>,
        is_open: &dyn Fn(&str) -> bool,
    ) -> Result<Witness, RegexError> {
        let registered = witness::find(&self.names, suffixes, is_open)?;
        if let Some((origin, found)) = registered {
            return Ok(Witness::new(
                origin,
                Reason::OpenDomain {
                    domain: found.domain,
                },
            ));
        }
        if let Some(origin) = self.open_address(is_open)? {
            return Ok(Witness::new(origin, Reason::OpenAddress));
        }
        if let Some((origin, found)) = witness::find_unlisted(&self.names, is_open)? {
            return Ok(Witness::new(
                origin,
                Reason::OpenDomain {
                    domain: found.domain,
                },
            ));
        }
        let all = self.names.union(&self.addresses)?;
        let origin = all.shortest().map(text).unwrap_or_default();
        Ok(Witness::new(origin, Reason::TooManyDomains))
    }

    fn open_address(&self, is_open: &dyn Fn(&str) -> bool) -> Result<Option<String>, RegexError> {
        let mut addresses = self.addresses.clone();
        for _ in 0..=MAX_DOMAINS {
            let Some(origin) = addresses.shortest().map(text) else {
                break;
            };
            if is_open(witness::host(&origin)) {
                return Ok(Some(origin));
            }
            addresses = addresses.difference(&witness::under(witness::host(&origin)))?;
        }
        Ok(None)
    }
}

/// An accepted origin, which is ASCII, as text.
fn text(origin: alloc::vec::Vec<u8>) -> String {
    origin.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests;
