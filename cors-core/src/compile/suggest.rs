//! What was probably meant: the nearest word, the repaired origin or host.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};

use super::pattern::{self, OriginPattern};
use crate::engine::origin;
use crate::engine::standard;
use crate::explain::misspelled::distance;

/// The candidate that `word` is most likely a slip of; none if nothing is near.
pub(crate) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let word = word.to_ascii_lowercase().replace('-', "_");
    let allowed = (word.len() / 3).clamp(1, 4);
    candidates
        .into_iter()
        .filter_map(|candidate| Some((distance(&word, &candidate.replace('-', "_"), allowed)?, candidate)))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The parts of an origin as it was meant, without anything that was written around scheme, host and port.
struct Loose {
    /// `None` if there was none.
    scheme: Option<String>,
    /// What stands for subdomains before the host.
    lead: Lead,
    host: String,
    port: String,
}

/// What a `*` or a dot before a host stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lead {
    None,
    /// `*.a`: the names under it.
    Under,
    /// `*a`, `.a`: it, and the names under it.
    WithIt,
}

/// Spellings of "http or https".
const EITHER_SCHEME: [&str; 10] = [
    "*",
    "http*",
    "http?",
    "https?",
    "http(s)",
    "http(s)?",
    "(http|https)",
    "(https|http)",
    "http[s]",
    "http/https",
];

impl Loose {
    fn read(text: &str) -> Self {
        let text = cleaned(text);
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) if EITHER_SCHEME.contains(&scheme) => (Some("https"), rest),
            Some((scheme, rest)) => {
                (Some(misspelled_scheme(scheme).unwrap_or(scheme)), rest.trim_start_matches('/'))
            }
            None => match text.split_once(':') {
                Some((scheme @ ("http" | "https" | "ws" | "wss"), rest)) => {
                    (Some(scheme), rest.trim_start_matches('/'))
                }
                _ => (None, text.trim_start_matches('/')),
            },
        };
        let rest = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
        let rest = rest.rsplit('@').next().unwrap_or_default();
        let (host, port) = split_port(rest);
        let bare = host.trim_start_matches(['*', '.']);
        let lead = match &host[..host.len() - bare.len()] {
            "" => Lead::None,
            // `*-a` is a part of a label.
            "." | "*" | "**" if bare.starts_with(|c: char| c.is_alphanumeric()) => Lead::WithIt,
            "*." | "**." => Lead::Under,
            // `*.*.a` is no pattern, and its meaning is unclear.
            _ => Lead::None,
        };
        let (host, port) = match lead {
            Lead::None => (host, port),
            _ => (bare, port),
        };
        let (host, port) = match host.strip_suffix('*') {
            Some(host) if port.is_empty() && !host.ends_with('.') => (host, "*"),
            _ => (host, port),
        };
        let scheme = scheme.map(String::from);
        Self { scheme, lead, host: host.into(), port: port.into() }
    }

    /// The scheme, or the default one.
    fn scheme(&self, host: &str) -> Option<&str> {
        match &self.scheme {
            Some(scheme) => Some(scheme),
            None if pattern::is_loopback_host(host) => Some("http"),
            None if host.contains('.') || host.starts_with('[') => Some("https"),
            None => None,
        }
    }
}

/// Without quotes, commas and space around it, in lower case.
fn cleaned(text: &str) -> String {
    let around = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ',' | ';' | '<' | '>');
    text.trim_matches(around).to_lowercase()
}

/// The origins in a string that holds several.
pub(crate) fn parts(text: &str) -> Vec<&str> {
    // A regex may have any of these in it.
    if looks_like_regex(text) {
        return vec![text];
    }
    let list = text.trim().trim_start_matches('[').trim_end_matches(']');
    let list = if list.contains("://[") || list.starts_with(':') { text.trim() } else { list };
    let is_between = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|');
    list.split(is_between).filter(|part| !part.trim_matches(['"', '\'']).is_empty()).collect()
}

/// The entries (usually one) that were most likely meant by `text`, the likeliest first. They keep the grammar.
pub(crate) fn origins(text: &str) -> Vec<Vec<String>> {
    let loose = Loose::read(text);
    let Some(host) = repair_host(&loose.host) else { return Vec::new() };
    let Some(scheme) = loose.scheme(&host) else { return Vec::new() };
    let port = match loose.port.trim_start_matches('0').parse::<u16>() {
        Ok(number) if standard::default_port(scheme.as_bytes()) != Some(number) => format!(":{number}"),
        Ok(_) => String::new(),
        Err(_) if loose.port == "*" => ":*".to_owned(),
        Err(_) if loose.port.is_empty() => String::new(),
        Err(_) => return Vec::new(),
    };
    let apex = format!("{scheme}://{host}{port}");
    let under = format!("{scheme}://*.{host}{port}");
    let candidates = match loose.lead {
        Lead::None => vec![vec![apex]],
        Lead::Under => vec![vec![under]],
        Lead::WithIt => vec![vec![apex, under]],
    };
    let is_pattern = |text: &String| OriginPattern::parse(text).is_ok();
    candidates.into_iter().filter(|texts| texts.iter().all(is_pattern)).collect()
}

/// Origins that `text` was plainly meant to let in. Empty if that is unclear.
pub(crate) fn meant_origins(text: &str) -> Vec<String> {
    let loose = Loose::read(text);
    // A `*` that stands for the rest of the name says nothing about which.
    if loose.host.ends_with('*') || loose.host.contains("..") {
        return Vec::new();
    }
    let mut hosts: Vec<String> = ["a", "x-1"].into_iter().map(|fill| loose.host.replace('*', fill)).collect();
    hosts.dedup();
    let Some(hosts) = hosts.iter().map(|host| repair_host(host)).collect::<Option<Vec<String>>>() else {
        return Vec::new();
    };
    let mut samples = Vec::new();
    for host in hosts {
        let Some(scheme) = loose.scheme(&host) else { return Vec::new() };
        let names = match loose.lead {
            Lead::None => vec![host],
            Lead::Under => vec![format!("a.{host}"), format!("a.x-1.{host}")],
            Lead::WithIt => vec![host.clone(), format!("a.{host}")],
        };
        let ports = match loose.port.as_str() {
            "" => vec![String::new()],
            "*" => vec![String::new(), ":3000".to_owned()],
            port => match port.trim_start_matches('0').parse::<u16>() {
                Ok(number) if standard::default_port(scheme.as_bytes()) == Some(number) => {
                    vec![String::new()]
                }
                Ok(number) => vec![format!(":{number}")],
                Err(_) => return Vec::new(),
            },
        };
        for name in &names {
            samples.extend(ports.iter().map(|port| format!("{scheme}://{name}{port}")));
        }
    }
    samples
}

/// The scheme that `scheme` is one slip away from.
pub(crate) fn misspelled_scheme(scheme: &str) -> Option<&'static str> {
    const REAL: [&str; 4] = ["http", "https", "ws", "wss"];
    if REAL.contains(&scheme) || !(3..=7).contains(&scheme.len()) {
        return None;
    }
    ["https", "http"].into_iter().find(|real| distance(scheme, real, 1) == Some(1))
}

/// Returns whether a text that was written as an origin is a regular expression.
pub(crate) fn looks_like_regex(text: &str) -> bool {
    let text = text.trim();
    let has_class = text.match_indices('[').any(|(at, _)| !text[..at].ends_with("//"));
    text.contains(['\\', '^', '$', '(', '+', '{']) && !text.contains("(s)://")
        || has_class && text.contains(']') && !text.starts_with('[')
        || [".*", ".+"]
            .iter()
            .any(|open| text.contains(&format!("//{open}")) || text.starts_with(open) && text.len() > 2)
}

/// The pattern that says the same as a regex for the subdomains of a name, `^https://.*\.example\.com$`.
#[cfg(feature = "regex")]
pub(crate) fn pattern_of_regex(regex: &str) -> Option<String> {
    let whole = regex.trim_start_matches('^').trim_end_matches('$');
    let (scheme, rest) = whole.split_once("://")?;
    let (lead, name) = rest.split_once(r"\.")?;
    let name = name.replace(r"\.", ".");
    let pattern = match lead {
        ".*" | ".+" | "(.*)" | "(.+)" => format!("{scheme}://*.{name}"),
        _ if lead.bytes().all(standard::is_label_byte) => format!("{scheme}://{lead}.{name}"),
        _ => return None,
    };
    OriginPattern::parse(&pattern).is_ok().then_some(pattern)
}

/// A regex for the identifier that a browser extension has in place of a host: it differs per installation or author.
#[cfg(feature = "regex")]
pub(crate) fn extension_id(scheme: &str) -> Option<&'static str> {
    match scheme {
        "moz-extension" => Some("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        "safari-web-extension" => Some("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        "chrome-extension" => Some("[a-p]{32}"),
        _ => None,
    }
}

/// A regex for a pattern that has a `*` inside of labels: each stands for letters, digits and hyphens.
#[cfg(feature = "regex")]
pub(crate) fn regex_of_glob(text: &str) -> Option<String> {
    let text = cleaned(text);
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) if EITHER_SCHEME.contains(&scheme) => ("https", rest),
        Some(("http", rest)) => ("https", rest),
        Some((scheme, rest)) => (scheme, rest),
        None => ("https", &*text),
    };
    let rest = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = split_port(rest);
    let host: Vec<String> = host.split('*').map(regex_syntax::escape).collect();
    let port = match port {
        "" => String::new(),
        "*" => r"(:\d+)?".to_owned(),
        port => format!(":{port}"),
    };
    // Hyphens need no escape outside of a class.
    Some(format!("^{scheme}://{}{port}$", host.join("[a-z0-9-]+").replace(r"\-", "-")))
}

/// The entry of `hosts` that `text` is most likely a slip of.
pub(crate) fn host(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let rest = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
    let rest = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, _) = split_port(rest);
    let (wildcard, host) = split_wildcard(host);
    let host = repair_host(host)?;
    let repaired = if wildcard.is_empty() { host } else { format!(".{host}") };
    pattern::parse_host(&repaired).ok()
}

fn split_port(authority: &str) -> (&str, &str) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !authority.ends_with(']') && (!host.contains(':') || host.ends_with(']')) => {
            (host, port)
        }
        _ => (authority, ""),
    }
}

/// `*.a`, `.a`, `*a` and `**.a` all mean `a` with its subdomains.
fn split_wildcard(host: &str) -> (&'static str, &str) {
    let bare = host.trim_start_matches(['*', '.']);
    if bare.len() < host.len() { ("*.", bare) } else { ("", host) }
}

/// The host as the URL parser would leave it.
fn repair_host(host: &str) -> Option<String> {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if let Ok(address) = bare.parse::<core::net::Ipv6Addr>() {
        let mut text = "[".to_string();
        origin::write_ipv6(&mut text, address).ok()?;
        return Some(text + "]");
    }
    if host.is_ascii() { Some(host.to_owned()) } else { punycode(host) }
}

#[cfg(feature = "idna")]
fn punycode(host: &str) -> Option<String> {
    idna::domain_to_ascii(host).ok()
}

/// Without the tables of the feature `idna` there is nothing to propose.
#[cfg(not(feature = "idna"))]
fn punycode(_: &str) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_meant() {
        for (slip, meant) in [
            ("myapp.com", Some("https://myapp.com")),
            ("migoadvs.pythonanywhere.com", Some("https://migoadvs.pythonanywhere.com")),
            ("localhost:3000", Some("http://localhost:3000")),
            ("127.0.0.1:3000", Some("http://127.0.0.1:3000")),
            ("https://a.com/", Some("https://a.com")),
            ("https://a.com/path?x#y", Some("https://a.com")),
            ("https://a.com:443", Some("https://a.com")),
            ("http://a.com:80", Some("http://a.com")),
            ("https://a.com:08080", Some("https://a.com:8080")),
            ("HTTPS://A.com", Some("https://a.com")),
            ("https://u:p@a.com", Some("https://a.com")),
            ("https:/a.com", Some("https://a.com")),
            ("htps://a.com", Some("https://a.com")),
            ("*://a.com", Some("https://a.com")),
            ("https?://a.com", Some("https://a.com")),
            ("//a.com", Some("https://a.com")),
            ("*.a.com", Some("https://*.a.com")),
            (".a.com", Some("https://a.com https://*.a.com")),
            ("https://*a.com", Some("https://a.com https://*.a.com")),
            ("http://localhost*", Some("http://localhost:*")),
            ("https://a.com/*", Some("https://a.com")),
            (" https://a.com ", Some("https://a.com")),
            ("'https://a.com',", Some("https://a.com")),
            ("http://[0:0:0:0:0:0:0:1]:3000", Some("http://[::1]:3000")),
            ("http://::1", Some("http://[::1]")),
            #[cfg(feature = "idna")]
            ("https://b\u{fc}cher.example", Some("https://xn--bcher-kva.example")),
            ("https://a.*.com", None),
            ("https://*.*.a.com", None),
            ("https://a.com:99999", None),
            ("nonsense", None),
            ("*", None),
            ("", None),
        ] {
            let found = origins(slip).into_iter().next().map(|texts| texts.join(" "));
            assert_eq!(found.as_deref(), meant, "{slip}");
        }
    }

    #[test]
    fn samples_of_what_was_meant() {
        for (text, samples) in [
            ("myapp.com", "https://myapp.com"),
            ("*-team.vercel.app", "https://a-team.vercel.app https://x-1-team.vercel.app"),
            ("https://*app.com", "https://app.com https://a.app.com"),
            (
                "https://*.a.com:*",
                "https://a.a.com https://a.a.com:3000 https://a.x-1.a.com https://a.x-1.a.com:3000",
            ),
            ("https://a.*", ""),
            ("nonsense", ""),
        ] {
            assert_eq!(meant_origins(text).join(" "), samples, "{text}");
        }
    }

    #[test]
    fn several_origins_in_one_string() {
        assert_eq!(parts("https://a.com, https://b.com"), ["https://a.com", "https://b.com"]);
        assert_eq!(parts("['https://a.com','https://b.com']"), ["'https://a.com'", "'https://b.com'"]);
        assert_eq!(parts("https://[::1]:80"), ["https://[::1]:80"]);
        assert_eq!(parts("^https://(a|b).com$").len(), 1);
    }

    #[test]
    fn schemes_one_slip_away() {
        for (slip, meant) in [
            ("htps", Some("https")),
            ("htttp", Some("http")),
            ("hhttps", Some("https")),
            ("https", None),
            ("ws", None),
            ("tauri", None),
            ("ftp", None),
            ("app", None),
        ] {
            assert_eq!(misspelled_scheme(slip), meant, "{slip}");
        }
    }

    #[test]
    fn hosts() {
        for (slip, meant) in [
            ("api.myapp.com:8080", Some("api.myapp.com")),
            ("https://api.myapp.com/x", Some("api.myapp.com")),
            ("*.myapp.com", Some(".myapp.com")),
            ("::1", Some("[::1]")),
            ("*", None),
        ] {
            assert_eq!(host(slip).as_deref(), meant, "{slip}");
        }
    }

    #[test]
    fn words() {
        let keys = ["origins", "credentials", "max_age", "private_network"];
        for (slip, meant) in [
            ("origin", Some("origins")),
            ("orgins", Some("origins")),
            ("credential", Some("credentials")),
            ("max-age", Some("max_age")),
            ("maxage", Some("max_age")),
            ("Origins", Some("origins")),
            ("nonsense", None),
        ] {
            assert_eq!(nearest(slip, keys), meant, "{slip}");
        }
    }
}
