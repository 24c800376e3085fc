//! Decides whether a regex can let in anyone other than the owners of a few named domains.
//!
//! The rule: every origin that the regex accepts is `https:`, and the registrable domains of all of
//! them are at most [`MAX_DOMAINS`] and spelled out. It is decided on the language of the regex, restricted to what a browser can
//! send, by looking up the public suffix list label by label from the right (`domains`). Where the language is not enough, it is
//! decided on the regex itself (`spelling`).
//!
//! The exact meaning of this rule:
//!
//! * A name counts if a registry would take it: letters, digits and inner hyphens in each label of
//!   the registrable domain. Nobody can have `a_b.com`. Under a suffix with a dot, `_` and hyphens at the ends count as well
//!   (`hosted`): a hosting service hands out what it likes. A host that the list has as a public suffix
//!   does not count, and neither does a single label: nobody can register them. A host that a wildcard makes a suffix is
//!   different (`shared`): the list has `*.eth.limo` because strangers have `a.eth.limo` itself.
//! * "No class, dot or repetition may take part" holds where it makes a difference: one that can
//!   only be one byte, such as `[.]` or a letter under `(?i)`, or only one count, such as `a{2}`,
//!   spells what it means. So does the last dot of `https://a.com`, because nobody can register `a-com`. If a regex only has one
//!   domain, nothing was left open.
//! * What touches the left edge of a domain without a dot in between is part of the domain that an
//!   attacker would register, and what ends in a dot is not; so the language decides that.
//! * An attacker registers under a suffix of the list if there is one; `https://0.ac` is shown for
//!   `https://.*`, not `https://0.a`.

mod domains;
mod hosted;
mod names;
pub(super) mod repair;
mod shared;
mod spelling;
mod suffix;
pub(crate) mod unbounded;
mod witness;

pub(crate) use repair::{Repair, RepairKind};

use super::automaton::{Automaton, RegexError, TooBig};
use super::origin_language::{BrowserOrigins, text};
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use domains::Domains;
use hosted::Hosted;
use shared::Shared;
use spelling::Spelling;
use suffix::Registrable;
pub(crate) use suffix::registrable;
use witness::Search;

/// The most registrable domains that a regex may have.
pub(crate) const MAX_DOMAINS: usize = 16;

/// The result: who can be let in by a regex.
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
}

/// How an attacker gets an origin.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub(crate) enum Reason {
    /// The regex leaves the registrable domain open, and the attacker registers this one.
    OpenDomain { domain: String },
    /// The regex leaves open a name under this public suffix, or such a suffix below a name that
    /// it spells out, and anyone can have one there.
    PublicSuffix { suffix: String },
    /// The regex leaves open a name under this one, and every name there is a public suffix.
    SharedSuffix { under: String },
    /// The regex leaves the registrable domain open, under a last label that is not on the public
    /// suffix list, so nobody knows who can have a name there.
    UnlistedSuffix { suffix: String },
    /// The regex leaves an IP address open.
    OpenAddress,
    /// The regex leaves an IP address open, and this one is of a local network: every such network has it.
    LocalAddress,
    /// The regex spells out more than [`MAX_DOMAINS`] domains.
    TooManyDomains,
    /// The scheme is `http:`, so anyone on the network path can pose as the origin.
    Scheme,
    /// The scheme is `http:`, and the host an address or a name of a local network.
    LocalNetwork,
    /// The scheme is that of a browser's extensions.
    Extension,
    /// The scheme is another one.
    OtherScheme,
}

impl Reason {
    /// Why an origin with an IP address that the regex leaves open is not the owner's.
    fn of_address(origin: &str) -> Self {
        if is_local_address(witness::host(origin)) { Self::LocalAddress } else { Self::OpenAddress }
    }

    /// Why an origin that is not `https:` is no ordinary one.
    fn of_scheme(origin: &str) -> Self {
        let scheme = origin.split_once("://").map_or("", |(scheme, _)| scheme);
        match scheme {
            "http" if is_local(witness::host(origin)) => Self::LocalNetwork,
            "http" => Self::Scheme,
            _ if scheme.ends_with("-extension") => Self::Extension,
            _ => Self::OtherScheme,
        }
    }
}

/// Returns whether a host is an address that every local network can have: private, unique local or link-local.
fn is_local_address(host: &str) -> bool {
    let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    match inner.unwrap_or(host).parse::<core::net::IpAddr>() {
        Ok(core::net::IpAddr::V4(address)) => address.is_private() || address.is_link_local(),
        Ok(core::net::IpAddr::V6(address)) => address.is_unique_local() || address.is_unicast_link_local(),
        Err(_) => false,
    }
}

/// Returns whether a host is one of a local network: such an address, a single label, `.local` and the like.
fn is_local(host: &str) -> bool {
    is_local_address(host)
        || !host.contains(['.', '['])
        || [".local", ".lan", ".internal", ".home.arpa", ".test"].iter().any(|end| host.ends_with(end))
}

/// Decides about `pattern`, whose language this is.
pub(crate) fn decide(
    pattern: &str,
    language: &Automaton,
    origins: &BrowserOrigins,
) -> Result<Verdict, RegexError> {
    decide_showing(pattern, language, origins, |counted, domains, spelling| {
        counted.witness(domains, spelling)
    })
}

/// The few domains whose owners alone `pattern` lets in. It does not search for a witness, which would take the most time.
pub(crate) fn bounded(
    pattern: &str,
    language: &Automaton,
    origins: &BrowserOrigins,
) -> Option<BTreeSet<String>> {
    let nobody = |_: &Counted<'_>, _: Domains<'_>, _: &Spelling| {
        Ok(Witness::new(String::new(), Reason::TooManyDomains))
    };
    match decide_showing(pattern, language, origins, nobody) {
        Ok(Verdict::Bounded { domains }) => Some(domains),
        _ => None,
    }
}

fn decide_showing(
    pattern: &str,
    language: &Automaton,
    origins: &BrowserOrigins,
    show: impl Fn(&Counted<'_>, Domains<'_>, &Spelling) -> Result<Witness, RegexError>,
) -> Result<Verdict, RegexError> {
    let counted = Counted {
        origins,
        names: language.intersection(&origins.https_names)?,
        addresses: language.intersection(&origins.https_addresses)?,
    };
    let mut domains = Domains::of(&counted.names, &counted.addresses)?;
    let spelling = || Spelling::of(pattern, &counted.names.union(&counted.addresses)?);
    // A single domain leaves nothing open. Otherwise the domains usually decide, before anything else is asked.
    let mut spelled = None;
    if domains.found.len() > 1 {
        let spelling = spelled.insert(spelling()?);
        if domains.are_open(spelling) {
            return Ok(Verdict::Unbounded(show(&counted, domains, spelling)?));
        }
    }
    let shared = Shared::of(&counted.names, domains.view(1)?, &origins.suffixes)?;
    // Right under the name of a wildcard every name is a suffix, and yet somebody's own.
    let suffixes: BTreeSet<String> = domains.suffixes.iter().cloned().chain(shared.unders()).collect();
    let hosted = Hosted::of(&counted.names, suffixes.into_iter())?;
    let hosted_names: Vec<_> = hosted.found.iter().map(|name| name.domain.clone()).collect();
    if domains.found.len() + shared.hosts.len() + hosted_names.len() > 1 {
        let spelling = match spelled {
            Some(spelling) => spelling,
            None => spelling()?,
        };
        if domains.are_open(&spelling) {
            return Ok(Verdict::Unbounded(show(&counted, domains, &spelling)?));
        }
        if let Some(witness) = shared.witness(&spelling)? {
            return Ok(Verdict::Unbounded(witness));
        }
        let are_too_many = domains.found.len() + hosted_names.len() > MAX_DOMAINS;
        if let Some(witness) = hosted.witness(&spelling, are_too_many) {
            return Ok(Verdict::Unbounded(witness));
        }
    }
    domains.found.extend(hosted_names);
    match origins.shown(&origins.not_https(language)?)? {
        Some(origin) => {
            let reason = Reason::of_scheme(&origin);
            Ok(Verdict::Unbounded(Witness { origin, reason }))
        }
        None => Ok(Verdict::Bounded { domains: domains.found }),
    }
}

impl Witness {
    fn new(origin: String, reason: Reason) -> Self {
        Self { origin, reason }
    }
}

/// The origins of a regex that count: those of `https:` that somebody can have.
struct Counted<'o> {
    origins: &'o BrowserOrigins,
    names: Automaton,
    addresses: Automaton,
}

impl Counted<'_> {
    /// The origin to show, if there are more domains than allowed or some that are not spelled out.
    fn witness(&self, domains: Domains<'_>, spelling: &Spelling) -> Result<Witness, RegexError> {
        let is_open = |domain: &str| !spelling.has(domain);
        let counted = domains.found.clone();
        let lists = &self.origins.suffixes;
        let familiar = self.origins.familiar_names(&self.names)?;
        if familiar != self.names {
            let suffixes = domains.suffixes.clone();
            if let Some((origin, found)) = Search::new(&familiar, suffixes).run(lists, &is_open)? {
                return Ok(Witness::new(origin, Reason::of(found, spelling)));
            }
        }
        if let Some((origin, found)) = Search::counted(domains).run(lists, &is_open)? {
            return Ok(Witness::new(origin, Reason::of(found, spelling)));
        }
        if let Some(origin) = first_open(&self.addresses, &is_open)? {
            let reason = Reason::of_address(&origin);
            return Ok(Witness::new(origin, reason));
        }
        for names in [&familiar, &self.names] {
            if let Some((origin, found)) = witness::find_unlisted(names, &is_open)? {
                return Ok(Witness::new(origin, Reason::of(found, spelling)));
            }
        }
        // One that the searches did not come to, for too much was passed over.
        if let Some((origin, found)) = self.first_under(counted.iter().filter(|domain| is_open(domain)))? {
            let by_address = Reason::of_address(&origin);
            let reason = found.map_or(by_address, |found| Reason::of(found, spelling));
            return Ok(Witness::new(origin, reason));
        }
        let origin = match witness::find_unlisted(&self.names, &|_| true)? {
            Some((origin, _)) => Some(origin),
            None => self.first_under(counted.iter())?.map(|(origin, _)| origin),
        };
        Ok(Witness::new(origin.unwrap_or_default(), Reason::TooManyDomains))
    }

    /// The first of the origins under one of `domains`.
    fn first_under<'d>(
        &self,
        domains: impl Iterator<Item = &'d String>,
    ) -> Result<Option<(String, Option<Registrable>)>, TooBig> {
        let mut best: Option<String> = None;
        for domain in domains {
            let under = witness::under(domain);
            let origins = self.names.intersection(&under)?.union(&self.addresses.intersection(&under)?)?;
            let origin = self.origins.shown(&origins)?;
            best = best.into_iter().chain(origin).min_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
        }
        Ok(best.map(|origin| {
            let found = registrable(witness::host(&origin));
            (origin, found)
        }))
    }
}

/// The first of `origins` whose host passes `is_open`, where no more hosts than a policy may have
/// domains come before it.
fn first_open(origins: &Automaton, is_open: &dyn Fn(&str) -> bool) -> Result<Option<String>, TooBig> {
    let mut origins = origins.clone();
    for _ in 0..=MAX_DOMAINS {
        let Some(origin) = origins.shortest().map(text) else {
            break;
        };
        let host = witness::host(&origin);
        let host = host.strip_suffix('.').unwrap_or(host);
        if is_open(host) {
            return Ok(Some(origin));
        }
        origins = origins.difference(&witness::under(host))?;
    }
    Ok(None)
}

impl Reason {
    fn of(found: Registrable, spelling: &Spelling) -> Self {
        let last = found.suffix.rsplit_once('.').map(|(_, last)| last);
        match last {
            _ if !found.is_listed => Self::UnlistedSuffix { suffix: found.suffix },
            Some(last) if spelling.has(last) => Self::PublicSuffix { suffix: found.suffix },
            _ => Self::OpenDomain { domain: found.domain },
        }
    }
}

#[cfg(test)]
mod tests;
