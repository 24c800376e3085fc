//! The language of what browsers send as an origin.
//!
//! The URL parser, which makes origins, and the request-time parser, which reads them, define the same language; tests
//! compare the three.
//!
//! Two conditions are left out, because they would make the automaton much larger: that a host has at most 253 bytes, and
//! that a label after `xn--` decodes. So the language is a little too large, and the rules that use it are
//! a little stricter. A third, that a label has at most 63 bytes, is kept by every walk through an automaton instead, and a fourth, that
//! an `Origin` has at most 300, where one is shown.

use super::automaton::{Automaton, RegexError, TooBig, has_short_labels};
use crate::compile::public_suffix::Overview;
use crate::engine::origin::MAX_ORIGIN;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// A byte of a label. The URL parser lets more through than a registry: punctuation, `_`, a hyphen
/// at either end.
const LABEL_BYTE: &str = r##"[!"$&'()*+,;=_`{}~a-z0-9-]"##;

/// A port without leading zeros.
const PORT: &str = r"([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])";

/// A number from 0 to 255 without leading zeros.
const OCTET: &str = r"(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)";

/// A host whose last label is a number is an IPv4 address or none at all.
const ENDS_IN_A_NUMBER: &str = r"[^:]*://([^:]*\.)?(\d+|0x[0-9a-f]*)\.?(:.*)?";

/// What no origin is: a default port is left out, and the origin of a file is `null`.
const NEVER: &str = r"((http|ws)://.*:80|(https|wss)://.*:443|ftp://.*:21|file://.*)";

/// An address in an origin: in brackets, or ending in a number.
const ADDRESS: &str = r"[^:]*://(\[.*|([^:]*\.)?\d+(:.*)?)";

/// What a registry takes as a label.
const REGISTRABLE_LABEL: &str = "[a-z0-9]([a-z0-9-]*[a-z0-9])?";

/// A regex for origins whose host has `suffix_labels` labels and, left of them, one that can be registered.
pub(crate) fn shape(suffix_labels: usize) -> String {
    let label = REGISTRABLE_LABEL;
    format!(r"https://([^.:]+\.)*{label}(\.{label}){{{suffix_labels}}}\.?(:\d+)?")
}

/// Origins as people know them, from the likeliest to any: under a well-known suffix, of a page, of an extension, of anything.
///
/// Each label is what a registry takes, but for an extension's.
fn familiar() -> [Automaton; 4] {
    let label = REGISTRABLE_LABEL;
    let uuid = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
    [
        format!(r"https?://({label}\.)+(com|net|org|app|dev|io)(:\d+)?"),
        format!(r"https?://({label}(\.{label})*|\[.*\])(:\d+)?"),
        format!("chrome-extension://[a-p]{{32}}|(moz|safari-web)-extension://{uuid}"),
        format!(r"[a-z][a-z0-9+.-]*://({label}(\.{label})*|\[.*\])(:\d+)?"),
    ]
    .map(|pattern| regex(&pattern))
}

/// An origin of a page from the user's own machine: see `is_loopback_host`.
const LOOPBACK: &str = r"https?://(([^:]*\.)?localhost\.?|127(\.\d+){3}|0\.0\.0\.0|\[::1?\]|\[::ffff:7f[0-9a-f]{2}:[0-9a-f]+\]|\[::ffff:0:0\])(:\d+)?";

/// A host that the URL parser accepts but that no page of the web has, because DNS has no such names.
const STRANGE_NAME: &str = r"https?://[^\[:/?#@]*[^\[:/?#@a-z0-9_.-][^/?#@]*";

/// What to do about a regex that only accepts such hosts.
const ONLY_STRANGE: &str =
    "a host has letters, digits and hyphens: after a backslash, or in brackets, a `*` stands only for itself";

/// Several origins in one regex, and what to do about it.
const SEVERAL: (&str, &str) = (
    "[^,]+://[^,]+(,[^,]+://[^,]+)+",
    "a comma stands only for itself: several origins are several entries, or alternatives with `|` between them",
);

/// What a regex accepts that accepts no origin, and what to do about it.
const NEAR_MISSES: [(&str, &str); 9] = [
    (r"(~\*?|re(gexp?)?[:=]) *[^ ].*", "what marks it as a regex is no part of it"),
    (
        "null|file://",
        "an opaque origin is never matched by a regex: serve the page from an origin of its own",
    ),
    (
        r"https://[^/]*:443|http://[^/]*:80",
        "a browser leaves the scheme's default port out: so must the regex",
    ),
    (
        "[^:/]*[A-Z][^:/]*://[^/]*|[^:/]+://[^/]*[A-Z][^/]*",
        "a browser sends scheme and host in lower case: write both in lower case",
    ),
    (r"[^:/]+://[^/]+[/?#].*", "an origin ends with its host or port: leave the slash and what follows out"),
    (
        r"[^:/]+://[^/]*[^\x21-\x7e][^/]*",
        "no origin has a space or a control character in it: write the regex without one",
    ),
    (r"[^:/]+://.*@.*", "no origin has a user name in it: leave what ends in `@` out"),
    (
        r"[^:/]+://([^:/]*\.)?(\d+|0x[0-9a-f]*)\.?(:\d*)?",
        "a host that ends in a number is an IPv4 address as a browser writes it, of four numbers: write all four, decimal and without leading zeros",
    ),
    (r"[^:/]+(:\d+)?", "an origin begins with its scheme: write `https://` before the host"),
];

/// The origins that browsers send, by kind; made once for all the regexes of a policy.
pub(crate) struct BrowserOrigins {
    /// Every one, those of schemes included that the URL standard does not know: extensions and
    /// application shells have them.
    pub(crate) all: Automaton,
    /// Those of hosts that a page can have.
    plausible: Automaton,
    /// Those of pages from the user's own machine.
    pub(crate) loopback: Automaton,
    /// Those of other schemes than `https:`, the user's own machine aside.
    not_https: Automaton,
    /// Those of `https:` with a name of the [`shape`] with one label.
    pub(crate) https_names: Automaton,
    /// Those of `https:` with an IP address.
    pub(crate) https_addresses: Automaton,
    /// The [`familiar`] ones.
    familiar: [Automaton; 4],
    /// What the public suffix list says of names.
    pub(crate) suffixes: Overview,
}

impl BrowserOrigins {
    pub(crate) fn new() -> Result<Self, TooBig> {
        let scheme = "[a-z][a-z0-9+.-]*";
        let label = LABEL_BYTE;
        let names = regex(&format!(r"{scheme}://{label}+(\.{label}+)*\.?(:{PORT})?"))
            .difference(&regex(ENDS_IN_A_NUMBER))?;
        let v6 = ipv6();
        let addresses = regex(&format!(r"{scheme}://({OCTET}(\.{OCTET}){{3}}|\[({v6})\])(:{PORT})?"));
        let all = names.union(&addresses)?.difference(&regex(NEVER))?;
        let https = all.intersection(&regex("https:.*"))?;
        let https_addresses = https.intersection(&regex(ADDRESS))?;
        let https_names = https.difference(&https_addresses)?.intersection(&regex(&shape(1)))?;
        let loopback = all.intersection(&regex(LOOPBACK))?;
        Ok(Self {
            not_https: all.difference(&regex("https:.*"))?.difference(&loopback)?,
            loopback,
            plausible: all.difference(&regex(STRANGE_NAME))?,
            https_names,
            https_addresses,
            familiar: familiar(),
            suffixes: Overview::new(),
            all,
        })
    }

    /// Returns whether browsers send `text` as an origin.
    pub(crate) fn have(&self, text: &[u8]) -> bool {
        self.all.accepts(text) && has_short_labels(text)
    }

    /// One of `origins` to show to people: the shortest of the most [`familiar`]. `None` if all of them are longer than an `Origin`
    /// that can match.
    pub(crate) fn shown(&self, origins: &Automaton) -> Result<Option<String>, TooBig> {
        for familiar in &self.familiar {
            let found = short_enough(&origins.intersection(familiar)?);
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(short_enough(origins))
    }

    /// Those of `names` that have in each label what a registry takes.
    pub(crate) fn familiar_names(&self, names: &Automaton) -> Result<Automaton, TooBig> {
        names.intersection(&self.familiar[1])
    }

    /// An error if no browser sends an origin that `language` accepts, with the likely cause.
    pub(crate) fn check(&self, language: &Automaton) -> Result<(), RegexError> {
        if language.intersects(&self.plausible) {
            // With fewer states than bytes, some word is shorter.
            if language.len() > MAX_ORIGIN && short_enough(&language.intersection(&self.all)?).is_none() {
                return Err(RegexError::matches_nothing(format!("an origin has at most {MAX_ORIGIN} bytes")));
            }
            return Ok(());
        }
        if language.intersects(&self.all) {
            return Err(RegexError::matches_nothing(ONLY_STRANGE.into()));
        }
        // The kind that covers all of it, or otherwise the first that covers a part of it.
        for (meant, help) in [SEVERAL].into_iter().chain(NEAR_MISSES) {
            if !language.is_empty() && language.is_subset_of(&regex(meant))? {
                return Err(RegexError::matches_nothing(help.into()));
            }
        }
        // A mark is only found where all of it has one: a dot stands for any.
        for (meant, help) in NEAR_MISSES.into_iter().skip(1) {
            if !language.intersection(&regex(meant))?.is_empty() {
                return Err(RegexError::matches_nothing(help.into()));
            }
        }
        Err(RegexError::matches_nothing(
            "an origin is `scheme://host` or `scheme://host:port` as a browser writes it: write a regex for the whole of one".into(),
        ))
    }

    /// What `language` accepts and a browser sends for a page from the user's own machine.
    pub(crate) fn loopback(&self, language: &Automaton) -> Result<Automaton, TooBig> {
        language.intersection(&self.loopback)
    }

    /// What `language` accepts and a browser sends for another scheme than `https:`, the user's own machine aside: the host
    /// is judged before the scheme.
    pub(crate) fn not_https(&self, language: &Automaton) -> Result<Automaton, TooBig> {
        language.intersection(&self.not_https)
    }
}

/// The shortest of `origins`, if an `Origin` of its length can match.
fn short_enough(origins: &Automaton) -> Option<String> {
    origins.shortest().filter(|origin| origin.len() <= MAX_ORIGIN).map(text)
}

/// The port of an origin pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PortPattern<'p> {
    /// The scheme's default, which an origin does not show.
    Default,
    /// This one.
    Exact(&'p str),
    /// Any, the default included.
    Any,
}

impl Automaton {
    /// The language of an origin pattern; with `subdomains`, of `host`'s subdomains at any depth
    /// and not of `host` itself.
    pub(crate) fn pattern(
        scheme: &str,
        subdomains: bool,
        host: &str,
        port: PortPattern<'_>,
    ) -> Result<Self, RegexError> {
        let labels = if subdomains { r"([a-z0-9_-]+\.)+" } else { "" };
        let port = match port {
            PortPattern::Default => String::new(),
            PortPattern::Exact(port) => format!(":{port}"),
            PortPattern::Any => format!("(:{PORT})?"),
        };
        let (scheme, host) = (regex_syntax::escape(scheme), regex_syntax::escape(host));
        let language = Self::from_regex(&format!("{scheme}://{labels}{host}{port}"))?;
        Ok(language.difference(&regex(NEVER))?)
    }
}

/// The addresses of eight pieces as the URL standard writes them: a zero piece is `0`, any other
/// begins with none, and the longest run of two zeros or more, the first of equals, is `::`.
fn ipv6() -> String {
    let shapes: Vec<String> = (0..=u8::MAX).map(ipv6_shape).collect();
    shapes.join("|")
}

/// The address with zeros where `zeros` has a bit.
fn ipv6_shape(zeros: u8) -> String {
    let is_zero = |piece: usize| zeros >> piece & 1 == 1;
    let run = |start: usize| (start..8).take_while(|&piece| is_zero(piece)).count();
    let longest = (0..8).map(run).max().unwrap_or(0);
    let first = (0..8).find(|&start| longest > 1 && run(start) == longest);
    let mut shape = String::new();
    let mut piece = 0;
    while piece < 8 {
        if Some(piece) == first {
            shape.push_str("::");
            piece += longest;
            continue;
        }
        if !shape.is_empty() && !shape.ends_with(':') {
            shape.push(':');
        }
        shape.push_str(if is_zero(piece) { "0" } else { "[1-9a-f][0-9a-f]{0,3}" });
        piece += 1;
    }
    shape
}

/// An origin, which is ASCII, as text.
pub(crate) fn text(origin: Vec<u8>) -> String {
    origin.into_iter().map(char::from).collect()
}

/// What looks like an origin: everything that browsers send, and some that they do not.
pub(crate) fn likely() -> Automaton {
    let label = LABEL_BYTE;
    regex(&format!(r"[a-z][a-z0-9+.-]*://({label}+(\.{label}+)*\.?|\[[0-9a-f:]+\])(:\d{{1,5}})?"))
}

/// A regex of this file, every one of which parses and is small.
fn regex(pattern: &str) -> Automaton {
    Automaton::from_regex(pattern).expect("the regexes of origins are sound")
}

#[cfg(test)]
pub(crate) mod tests;
