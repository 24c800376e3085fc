//! What was probably meant: the nearest word, the repaired origin or host.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};

use super::pattern::{self, OriginPattern};
use crate::engine::origin;
use crate::engine::standard;

/// The candidate that `word` is most likely a slip of; none if nothing is near.
pub(crate) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let word = word.to_ascii_lowercase().replace('-', "_");
    let allowed = (word.len() / 3).clamp(1, 4);
    candidates
        .into_iter()
        .map(|candidate| (distance(&word, &candidate.replace('-', "_")), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Edits from one word to the other: letters added, taken out, replaced, or swapped with their
/// neighbour.
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let mut cost = (last[j] + usize::from(a != b)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == to[j - 1] && from[i - 1] == *b {
                cost = cost.min(before[j - 1] + 1);
            }
            row.push(cost);
        }
        before = core::mem::replace(&mut last, row);
    }
    last[to.len()]
}

/// The origin or pattern that `text` is most likely a slip of: what comes out keeps the grammar.
pub(crate) fn origin(text: &str) -> Option<String> {
    let text = text.trim().trim_matches(['"', '\'', ',']).to_lowercase();
    let (scheme, rest) = match text.split_once(':') {
        Some((scheme @ ("http" | "https" | "ws" | "wss"), rest)) => {
            (Some(scheme), rest.trim_start_matches('/'))
        }
        _ => match text.split_once("://") {
            Some((scheme, rest)) => (Some(scheme), rest),
            None => (None, text.trim_start_matches('/')),
        },
    };
    let rest = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let rest = rest.rsplit('@').next().unwrap_or_default();
    let (host, port) = split_port(rest);
    let (wildcard, host) = split_wildcard(host);
    let (host, port) = match host.strip_suffix('*') {
        Some(host) if port.is_empty() => (host, "*"),
        _ => (host, port),
    };
    let host = repair_host(host)?;
    let scheme = match scheme {
        Some(scheme) => scheme,
        None if pattern::is_loopback_host(&host) => "http",
        None if host.contains('.') || host.starts_with('[') => "https",
        None => return None,
    };
    let port = match port.trim_start_matches('0').parse::<u16>() {
        Ok(number) if standard::default_port(scheme.as_bytes()) != Some(number) => format!(":{number}"),
        Ok(_) => String::new(),
        Err(_) if port == "*" => ":*".to_owned(),
        Err(_) if port.is_empty() => String::new(),
        Err(_) => return None,
    };
    let repaired = format!("{scheme}://{wildcard}{host}{port}");
    OriginPattern::parse(&repaired).ok().map(|pattern| pattern.text().to_owned())
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

/// `*.a`, `.a`, `*a` and `**.a` all mean the subdomains of `a`.
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
    fn origins() {
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
            ("//a.com", Some("https://a.com")),
            ("*.a.com", Some("https://*.a.com")),
            (".a.com", Some("https://*.a.com")),
            ("https://*a.com", Some("https://*.a.com")),
            ("http://localhost*", Some("http://localhost:*")),
            ("https://a.com/*", Some("https://a.com")),
            (" https://a.com ", Some("https://a.com")),
            ("http://[0:0:0:0:0:0:0:1]:3000", Some("http://[::1]:3000")),
            ("http://::1", Some("http://[::1]")),
            #[cfg(feature = "idna")]
            ("https://b\u{fc}cher.example", Some("https://xn--bcher-kva.example")),
            ("https://a.*.com", None),
            ("https://a.com:99999", None),
            ("nonsense", None),
            ("*", None),
            ("", None),
        ] {
            assert_eq!(origin(slip).as_deref(), meant, "{slip}");
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
