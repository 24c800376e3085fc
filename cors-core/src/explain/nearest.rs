//! Finds the entry of a policy that an origin just misses, and the difference.

use core::fmt::{self, Write as _};

use crate::engine::fixed::Fixed;
use crate::engine::origin::{MAX_ORIGIN, Parts};
use crate::engine::policy::Policy;

/// How many entries are searched for one with the same host. A refused origin must not cost more in a longer list.
const LOOKED_AT: usize = 256;

/// An entry of the policy, and why it does not accept the origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Nearest<'p> {
    pub(crate) entry: &'p str,
    pub(crate) differs: Difference,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Difference {
    Scheme,
    Port,
    TrailingDot,
    Www,
    /// The entry stands for subdomains, the origin is the domain itself.
    Apex,
    Case,
    Slash,
}

impl Difference {
    /// Completes "…, which ".
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Scheme => "has another scheme",
            Self::Port => "has another port",
            Self::TrailingDot => "differs in the trailing dot",
            Self::Www => "differs in `www.`",
            Self::Apex => "stands for the subdomains, not for the domain itself",
            Self::Case => "is in lower case, as browsers write origins",
            Self::Slash => "ends where an origin ends, without a slash or path",
        }
    }
}

/// The entry that `origin` misses by one difference.
pub(crate) fn nearest<'p>(policy: &'p Policy, origin: &[u8]) -> Option<Nearest<'p>> {
    let found = |differs, candidate: &Candidate| {
        policy.origin_entry(candidate.bytes()).map(|entry| Nearest { entry, differs })
    };
    misspelled(origin, &found).or_else(|| {
        let parts = Parts::split(origin)?;
        neighbors(&parts, &found).or_else(|| same_host(policy, &parts))
    })
}

type Candidate = Fixed<{ MAX_ORIGIN + 8 }>;

/// Other spellings, which no browser sends but people type into tools.
fn misspelled<'p>(
    origin: &[u8],
    found: &impl Fn(Difference, &Candidate) -> Option<Nearest<'p>>,
) -> Option<Nearest<'p>> {
    let text = core::str::from_utf8(origin).ok().filter(|text| text.len() <= MAX_ORIGIN)?;
    let (scheme, rest) = text.split_once("://")?;
    if let Some(end) = rest.find('/') {
        let candidate = write(format_args!("{scheme}://{}", rest.get(..end)?))?;
        return found(Difference::Slash, &candidate);
    }
    let mut lower = Candidate::default();
    text.chars().try_for_each(|c| lower.write_char(c.to_ascii_lowercase())).ok()?;
    (lower.bytes() != origin).then(|| found(Difference::Case, &lower)).flatten()
}

/// Origins that differ from this one in one respect.
fn neighbors<'p>(
    parts: &Parts<'_>,
    found: &impl Fn(Difference, &Candidate) -> Option<Nearest<'p>>,
) -> Option<Nearest<'p>> {
    let scheme = core::str::from_utf8(parts.scheme).ok()?;
    let host = core::str::from_utf8(parts.host).ok()?;
    let port = core::str::from_utf8(parts.port.unwrap_or_default()).ok()?;
    let colon = if port.is_empty() { "" } else { ":" };
    let look = |differs, candidate: Option<Candidate>| found(differs, &candidate?);

    let twin = match scheme {
        "http" => "https",
        "https" => "http",
        other => other,
    };
    look(Difference::Scheme, write(format_args!("{twin}://{host}{colon}{port}")))
        .or_else(|| look(Difference::Port, write(format_args!("{scheme}://{host}"))))
        .or_else(|| {
            let dotless = host.strip_suffix('.');
            let dot = if dotless.is_some() { "" } else { "." };
            let host = dotless.unwrap_or(host);
            look(Difference::TrailingDot, write(format_args!("{scheme}://{host}{dot}{colon}{port}")))
        })
        .or_else(|| {
            let bare = host.strip_prefix("www.")?;
            look(Difference::Www, write(format_args!("{scheme}://{bare}{colon}{port}")))
        })
        .or_else(|| {
            let candidate = write(format_args!("{scheme}://www.{host}{colon}{port}"))?;
            let near = found(Difference::Www, &candidate)?;
            let apex = near.entry.contains("://*.");
            Some(Nearest { differs: if apex { Difference::Apex } else { Difference::Www }, ..near })
        })
}

/// An entry of the same scheme and host, with another port.
fn same_host<'p>(policy: &'p Policy, parts: &Parts<'_>) -> Option<Nearest<'p>> {
    let entry = policy.origins().take(LOOKED_AT).find(|entry| {
        Parts::split(entry.as_bytes())
            .is_some_and(|entry| entry.scheme == parts.scheme && entry.host == parts.host)
    })?;
    Some(Nearest { entry, differs: Difference::Port })
}

fn write(text: fmt::Arguments<'_>) -> Option<Candidate> {
    let mut candidate = Candidate::default();
    candidate.write_fmt(text).ok()?;
    Some(candidate)
}
