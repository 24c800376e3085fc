//! What was probably meant: the nearest word, the repaired origin or host.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};

use super::pattern::{self, OriginPattern};
use super::placeholder;
use super::public_suffix;
use crate::engine::origin;
use crate::engine::standard;
use crate::explain::misspelled::distance;

/// The candidate that `word` is most likely a typo of; `None` if nothing is near.
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
    /// What is written for subdomains before the host.
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

/// The same as globs have it.
const EITHER_SCHEME_IN_BRACES: [&str; 4] = ["{http,https}", "{https,http}", "http{s,}", "http{,s}"];

impl Loose {
    /// Reads a text that is not an origin. `None` if it could mean several things, because a proposal must not let in a stranger.
    fn read(text: &str) -> Option<Self> {
        let text = cleaned(text);
        let (scheme, rest) = match text.split_once("://") {
            Some((_, rest)) if rest.starts_with("https://") || rest.starts_with("http://") => {
                return Self::read(rest);
            }
            Some((scheme, rest)) if EITHER_SCHEME.contains(&scheme) => (Some("https"), rest),
            Some(("", rest)) => (None, rest.trim_start_matches('/')),
            Some((scheme, rest)) => {
                (Some(misspelled_scheme(scheme).unwrap_or(scheme)), rest.trim_start_matches('/'))
            }
            None => match marked_scheme(&text) {
                Some((scheme, rest)) => (Some(scheme), rest),
                None => (None, text.trim_start_matches('/')),
            },
        };
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        let (user, authority) = authority.rsplit_once('@').unwrap_or(("", authority));
        let is_foreign = !user.is_empty() && (scheme.is_none() || !is_credentials(user));
        // `my?pp.com` has a `?` for a letter.
        let is_glob = tail.len() > 1 && tail.starts_with('?') && !tail.contains('=');
        let is_two_origins = authority.ends_with(':') && tail.starts_with("//");
        let is_open = placeholder::find(&text).is_some();
        // `https://shop.my/app.com`: a slash for a letter, or for none, makes the rest a stranger's.
        let is_cut = tail.len() > 1 && tail[1..].contains('.') && public_suffix::may_be_domain(&tail[1..]);
        if is_cut || is_foreign || is_glob || is_network(rest) || is_two_origins || is_open {
            return None;
        }
        let single = single_port(authority);
        let authority = single.as_deref().unwrap_or(authority);
        let (host, port) = match authority.rsplit_once(':') {
            Some(("::1", port)) => ("::1", port),
            // An address with a port, or only an address: without brackets nobody knows.
            Some((head, last)) if head.contains(':') && !head.starts_with('[') && last.len() > 1 => {
                return None;
            }
            _ => split_port(authority),
        };
        let bare = host.trim_start_matches(['*', '.']);
        let lead = &host[..host.len() - bare.len()];
        let lead = match lead.strip_suffix('.') {
            Some(stars) if !stars.is_empty() && !stars.contains('.') => Lead::Under,
            // `*-a` is a part of a label.
            _ if lead != "." && lead.contains('.') => Lead::None,
            _ if !lead.is_empty() && bare.starts_with(|c: char| c.is_alphanumeric()) => Lead::WithIt,
            // `*.*.a` is not a pattern, and its meaning is unclear.
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
        let is_own_machine = pattern::is_loopback_host(host);
        let (scheme, port) = match (scheme, port) {
            // Each has the port of the other.
            (Some("http"), "443") if !is_own_machine => (Some("https"), ""),
            (Some("https"), "80") if !is_own_machine => (Some("https"), ""),
            other => other,
        };
        let scheme = scheme.map(String::from);
        Some(Self { scheme, lead, host: host.into(), port: port.into() })
    }

    /// The scheme, or the default one.
    fn scheme(&self, host: &str) -> Option<&str> {
        match &self.scheme {
            // The page that opens a WebSocket is another matter.
            Some(scheme) if scheme == "ws" && pattern::is_loopback_host(host) => Some("http"),
            Some(scheme) if scheme == "ws" || scheme == "wss" => Some("https"),
            Some(scheme) => Some(scheme),
            None if pattern::is_loopback_host(host) => Some("http"),
            None if is_file_name(host) => None,
            None if host.contains('.') || host.starts_with('[') => Some("https"),
            None => None,
        }
    }
}

/// Returns whether a text without a scheme is the name of a file rather than of a host: nobody can register names that end so.
fn is_file_name(host: &str) -> bool {
    let end = host.rsplit_once('.').map_or("", |(_, end)| end);
    matches!(end, "yaml" | "yml" | "json" | "toml" | "txt" | "conf" | "ini" | "csv" | "env")
}

/// Returns whether the text before an `@` is a user name with a password, and not a part of the host: in `my@pp.com` the sign may
/// be an `a`, `me@a.com` is a mail address, and the host of `https://a.com:443@b.com` is `b.com`.
fn is_credentials(user: &str) -> bool {
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    user.split_once(':').is_some_and(|(name, password)| !name.contains('.') && !is_number(password))
}

/// An authority with one port, written with too many colons or twice.
fn single_port(authority: &str) -> Option<String> {
    let (host, ports) = authority.split_once(':')?;
    let is_name = host.bytes().any(|byte| byte.is_ascii_alphanumeric() && !byte.is_ascii_hexdigit());
    let mut ports: Vec<&str> = ports.split(':').filter(|port| !port.is_empty()).collect();
    ports.dedup();
    match &ports[..] {
        [port] if is_name => Some(format!("{host}:{port}")),
        _ => None,
    }
}

/// A scheme before something other than `://`, and what follows: `https:/a`, `https//a`, `https.//a`.
fn marked_scheme(text: &str) -> Option<(&'static str, &str)> {
    let is_mark = |c: char| matches!(c, ':' | ';' | '.' | ',' | '/' | '\\');
    let (scheme, rest) = ["https", "http", "wss", "ws"]
        .into_iter()
        .find_map(|scheme| Some((scheme, text.strip_prefix(scheme)?)))?;
    let after = rest.trim_start_matches(is_mark);
    let mark = &rest[..rest.len() - after.len()];
    (mark == ":" || mark.len() > 1 && mark.contains(['/', '\\'])).then_some((scheme, after))
}

/// Without quotes, commas and space around it, in lower case, and with ASCII instead of characters that only look like it.
fn cleaned(text: &str) -> String {
    let plain = |c: char| match c {
        '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' => None,
        '\u{2044}' | '\u{2215}' => Some('/'),
        // Word processors make dashes of hyphens, and a name with a dash is another one.
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        c => Some(c),
    };
    let around = |c: char| {
        c.is_whitespace()
            || matches!(c, '"' | '\'' | '`' | ',' | ';' | '<' | '>')
            || matches!(c, '\u{3001}' | '\u{3002}' | '\u{ff0c}')
            || matches!(c, '\u{ab}' | '\u{bb}' | '\u{2018}'..='\u{201f}' | '\u{2039}' | '\u{203a}')
    };
    let text: String = text.chars().filter_map(plain).collect();
    text.trim_matches(around).to_lowercase()
}

/// Without the text around an origin in a list, a header, an assignment or a link, and without a comment after it.
pub(crate) fn taken_out(text: &str) -> String {
    let text = plain_signs(text.trim());
    let text = text.trim();
    let text = text.find(" #").map_or(text, |comment| text[..comment].trim_end());
    let text = text.strip_prefix("glob:").unwrap_or(text);
    // `[my app](https://a.com)`
    let link = text.split_once("](").and_then(|(_, link)| link.strip_suffix(')'));
    let text = link.unwrap_or(text);
    let text = ["- ", "* ", "\u{2022} "].iter().find_map(|bullet| text.strip_prefix(bullet)).unwrap_or(text);
    // `[*.]a.com` is how Chromium's settings write a name together with what is below it.
    let text = text.replacen("[*.]", ".", 1);
    let text = match text.split_once("://") {
        Some((scheme, rest)) if EITHER_SCHEME_IN_BRACES.contains(&scheme) => format!("https://{rest}"),
        _ => text,
    };
    let is_single = text.matches("://").count() == 1;
    let Some(scheme_end) = text.find("://").filter(|_| is_single) else { return text };
    let begins = |c: char| c.is_whitespace() || c == '=';
    let Some(lead) = text[..scheme_end].rfind(begins) else { return text };
    // A name before it would be another entry, and of `ht tps://a.com` no scheme is left.
    let unquoted = text[lead + 1..].trim_start_matches(['"', '\'', '`']).to_lowercase();
    let is_whole = ["https://", "http://"].iter().any(|scheme| unquoted.starts_with(scheme));
    if !is_whole || text[..lead].contains(['.', '/', '\\', '^']) { text } else { text[lead + 1..].to_owned() }
}

/// With the real signs instead of the notations for them when URLs are passed on: `\/`, `%2F`, `(dot)`, `https: //a.com`, `a.com:
/// 80`, `a.com:[80]`.
fn plain_signs(text: &str) -> String {
    let mut plain = text.replace(r"\/", "/");
    for end in [r"\n", r"\r", r"\t"] {
        plain = plain.trim_end_matches(end).to_owned();
    }
    if plain.contains(['\\', '^', '$', '+']) {
        return text.to_owned();
    }
    for (coded, sign) in [("%3a", ":"), ("%2f", "/"), ("%20", " ")] {
        plain = plain.replace(coded, sign).replace(&coded.to_uppercase(), sign);
    }
    for dot in ["[.]", "(dot)", "[dot]", "{dot}", "(.)"] {
        plain = plain.replace(dot, ".");
    }
    let words: Vec<&str> = plain.split_whitespace().collect();
    if let [first, second] = words[..] {
        let is_scheme = |word: &str| ["https", "http"].contains(&&*word.to_lowercase());
        let is_mark = is_scheme(first) && second.starts_with("://")
            || first.strip_suffix(':').is_some_and(is_scheme) && second.starts_with("//")
            || first.strip_suffix("://").is_some_and(is_scheme) && !second.contains("://");
        let is_number = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        let is_port =
            first.ends_with(':') && is_number(second) || second.strip_prefix(':').is_some_and(is_number);
        if is_mark || is_port {
            plain = format!("{first}{second}");
        }
    }
    match plain.split_once(":[").and_then(|(head, ports)| Some((head, ports.strip_suffix(']')?))) {
        Some((head, ports))
            if ports == "*" || ports.bytes().all(|byte| byte.is_ascii_digit() || byte == b',') =>
        {
            format!("{head}:{ports}")
        }
        _ => plain,
    }
}

/// The most texts that a glob with braces may stand for.
const MAX_EXPANDED: usize = 16;

/// The texts of a glob with braces, `{www,shop}.a.com`, or of several ports; otherwise the text itself.
pub(crate) fn expanded(text: &str) -> Vec<String> {
    let (head, tail) = text.rsplit_once(':').unwrap_or((text, ""));
    let is_number = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    if tail.contains(',') && tail.split(',').all(is_number) {
        return tail.split(',').take(MAX_EXPANDED).map(|port| format!("{head}:{port}")).collect();
    }
    let texts = choices(text);
    let is_regex = text.contains(['\\', '^', '$', '(', '+', '|']);
    if is_regex || texts.len() > MAX_EXPANDED { vec![text.to_owned()] } else { texts }
}

fn choices(text: &str) -> Vec<String> {
    let inside = text.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)));
    let Some((before, (inner, after))) = inside else { return vec![text.to_owned()] };
    // `{2,3}` is a count unless it follows a colon.
    let is_count = inner.bytes().all(|byte| byte.is_ascii_digit() || byte == b',') && !before.ends_with(':');
    if !inner.contains(',') || is_count {
        return vec![text.to_owned()];
    }
    inner
        .split(',')
        .take(MAX_EXPANDED + 1)
        .flat_map(|choice| choices(&format!("{before}{}{after}", choice.trim())))
        .take(MAX_EXPANDED + 1)
        .collect()
}

/// The origins in a string that holds several.
pub(crate) fn parts(text: &str) -> Vec<&str> {
    // A regex may have any of these in it.
    if looks_like_regex(text) {
        return vec![text];
    }
    let list = text.trim().trim_start_matches('[').trim_end_matches(']');
    let list = if list.contains("://[") || list.starts_with(':') { text.trim() } else { list };
    list.split(is_between).filter(|part| !part.trim_matches(['"', '\'']).is_empty()).collect()
}

/// Returns whether a character separates the origins of a list.
fn is_between(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';' | '|' | '\u{3001}' | '\u{ff0c}' | '\u{ff1b}')
}

/// Returns whether the parts of a string are entries of their own, and not pieces of one that a typo split:
/// `shop.my app.com` is `shop.myapp.com`, and `app.com` is a stranger's.
pub(crate) fn are_entries(text: &str, parts: &[&str]) -> bool {
    let (full, bare): (Vec<&str>, Vec<&str>) = parts.iter().partition(|part| part.contains("://"));
    if full.is_empty() {
        // A space is as often a typo inside a name as the end of one; a comma makes a list.
        return text.split([',', ';']).all(|name| !name.trim().contains(is_between));
    }
    // A name may be taken apart only after what is a whole origin.
    bare.iter().all(|part| is_under_one_of(part, &full))
}

/// Returns whether a name without a scheme, or a pattern below it, has the host of one of these origins.
fn is_under_one_of(name: &str, origins: &[&str]) -> bool {
    let name = cleaned(name);
    let name = name.trim_start_matches(['*', '.']);
    origins.iter().any(|origin| Loose::read(origin).is_some_and(|origin| origin.host == name))
}

/// The entries (usually one) that were most likely meant by `text`, the likeliest first. They follow the grammar.
pub(crate) fn origins(text: &str) -> Vec<Vec<String>> {
    let Some(loose) = Loose::read(text) else { return Vec::new() };
    let Some(host) = repair_host(&loose.host) else { return Vec::new() };
    let Some(scheme) = loose.scheme(&host) else { return Vec::new() };
    // `-` is not a host; `app://.` and `[::]` have one.
    if host.bytes().all(|byte| byte == b'-') {
        return Vec::new();
    }
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

/// Origins that `text` was clearly meant to let in. Empty if that is unclear.
pub(crate) fn meant_origins(text: &str) -> Vec<String> {
    let Some(loose) = Loose::read(text) else { return Vec::new() };
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

/// The scheme that `scheme` is one typo away from.
pub(crate) fn misspelled_scheme(scheme: &str) -> Option<&'static str> {
    const REAL: [&str; 4] = ["http", "https", "ws", "wss"];
    if REAL.contains(&scheme) || !(3..=7).contains(&scheme.len()) {
        return None;
    }
    // How links are made dead in mails and reports.
    if let "hxxp" | "hxxps" = scheme {
        return Some("https");
    }
    ["https", "http"].into_iter().find(|real| distance(scheme, real, 1) == Some(1))
}

/// Returns whether a text that was written as an origin is a regular expression.
pub(crate) fn looks_like_regex(text: &str) -> bool {
    let text = text.trim();
    let has_class = text.match_indices('[').any(|(at, _)| !text[..at].ends_with("//"));
    // After a letter, these are as likely a typo as a part of a regex.
    let has_count = text.match_indices('+').any(|(at, _)| text[..at].ends_with(['.', ']', ')', '}']))
        || text.match_indices('{').any(|(at, _)| text[at + 1..].starts_with(|c: char| c.is_ascii_digit()));
    (text.contains(['\\', '^', '$', '(']) || has_count) && !text.contains("(s)://")
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

/// A regex for the identifier that a browser extension has instead of a host: it differs per installation or author.
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
    let mut text = cleaned(text);
    while text.contains("**") {
        text = text.replace("**", "*");
    }
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

/// The entry of `hosts` that `text` is most likely a typo of.
pub(crate) fn host(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let rest = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
    if is_network(rest) {
        return None;
    }
    let rest = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, _) = split_port(rest);
    let (wildcard, host) = split_wildcard(host);
    let host = repair_host(host)?;
    let repaired = if wildcard.is_empty() { host } else { format!(".{host}") };
    pattern::parse_host(&repaired).ok()
}

/// Returns whether this is a range of addresses: `10.0.0.0/8`.
pub(crate) fn is_network(text: &str) -> bool {
    text.split_once('/').is_some_and(|(address, bits)| {
        address.parse::<core::net::IpAddr>().is_ok()
            && !bits.is_empty()
            && bits.bytes().all(|byte| byte.is_ascii_digit())
    })
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
    // A Cyrillic or Greek letter among Latin ones makes a name that looks like another, and is a stranger's.
    let is_mixed = |label: &str| {
        label.contains(|c: char| c.is_ascii_alphabetic())
            && label.contains(|c| matches!(c, '\u{370}'..='\u{52f}'))
    };
    if host.split('.').any(is_mixed) { None } else { idna::domain_to_ascii(host).ok() }
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
            ("https://https://a.com", Some("https://a.com")),
            ("https://a.comhttps://b.com", None),
            ("https.//a.com", Some("https://a.com")),
            ("https//:a.com", Some("https://a.com")),
            ("https:\\\\a.com", Some("https://a.com")),
            ("https://shop.my?pp.com", None),
            ("https://a.com@b.com", None),
            ("me@a.com", None),
            ("10.0.0.0/8", None),
            ("http://::1:3000", Some("http://[::1]:3000")),
            ("https://2001:db8::1:3000", None),
            ("process.env.ORIGIN", None),
            ("https://${HOST}", None),
            ("https://***.a.com", Some("https://*.a.com")),
            ("https://***a.com", Some("https://a.com https://*.a.com")),
            ("http://a.com:443", Some("https://a.com")),
            ("https://a.com:80/", Some("https://a.com")),
            ("http://localhost:443/", Some("http://localhost:443")),
            ("https:\u{2044}\u{2044}a.com", Some("https://a.com")),
            ("\u{ab}https://a.com\u{bb}", Some("https://a.com")),
            ("\u{200b}https://a.com", Some("https://a.com")),
            ("https://m\u{443}app.com", None),
            ("https://a.*.com", None),
            ("https://*.*.a.com", None),
            ("https://a.com:99999", None),
            ("://a.com", Some("https://a.com")),
            ("https://a.com::3000", Some("https://a.com:3000")),
            ("https://myapp.com:8443:8443", Some("https://myapp.com:8443")),
            ("https://myapp.com:80:81", None),
            ("wss://a.com/socket", Some("https://a.com")),
            ("https://a\u{2013}b.com", Some("https://a-b.com")),
            ("hxxps://a.com", Some("https://a.com")),
            ("https://shop.my/app.com", None),
            ("https://a.com/index.html", Some("https://a.com")),
            ("https:-//a.com", None),
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
        for (text, are) in [
            ("https://a.com https://b.com", true),
            ("a.com, b.com", true),
            ("a.com;b.com,", true),
            ("https://a.com, *.a.com", true),
            ("shop.my app.com", false),
            ("shop.my|app.com", false),
            ("a.com, shop.my app.com", false),
            ("https://shop.my app.com", false),
            ("https://shop.my,app.com", false),
            ("https://www|shop.a.com", false),
        ] {
            assert_eq!(are_entries(text, &parts(text)), are, "{text}");
        }
    }

    #[test]
    fn what_stands_around_an_origin() {
        for (text, origin) in [
            ("- https://a.com", "https://a.com"),
            ("* https://a.com", "https://a.com"),
            ("https://a.com # the shop", "https://a.com"),
            ("https://a.com/#/login", "https://a.com/#/login"),
            ("Origin: https://a.com", "https://a.com"),
            ("CORS_ORIGINS=https://a.com", "https://a.com"),
            ("\"origin\": \"https://a.com\"", "\"https://a.com\""),
            ("[my app](https://a.com)", "https://a.com"),
            ("[*.]a.com", ".a.com"),
            (r"https:\/\/a.com", "https://a.com"),
            (r"^https:\/\/a\.com$", r"^https:\/\/a\.com$"),
            (r"https://a.com\n", "https://a.com"),
            ("https%3A%2F%2Fa.com", "https://a.com"),
            ("https://shop(dot)a[.]com", "https://shop.a.com"),
            ("https: //a.com", "https://a.com"),
            ("https:// a.com", "https://a.com"),
            ("https://a.com: 3000", "https://a.com:3000"),
            ("http://localhost:[3000,8080]", "http://localhost:3000,8080"),
            ("https://a .com", "https://a .com"),
            ("ht tps://a.com", "ht tps://a.com"),
            ("{http,https}://a.com", "https://a.com"),
            ("b.com https://a.com", "b.com https://a.com"),
            ("https://my app.com", "https://my app.com"),
        ] {
            assert_eq!(taken_out(text), origin, "{text}");
        }
    }

    #[test]
    fn globs_with_braces() {
        for (text, texts) in [
            ("{www,shop}.a.com", "www.a.com shop.a.com"),
            ("https://a.{com,net}:{1,2}", "https://a.com:1 https://a.com:2 https://a.net:1 https://a.net:2"),
            ("https://a.com:3000,3001", "https://a.com:3000 https://a.com:3001"),
            ("https://[a-z]{2,3}.a.com", "https://[a-z]{2,3}.a.com"),
            ("^https://{a,b}$", "^https://{a,b}$"),
            ("https://a.com", "https://a.com"),
        ] {
            assert_eq!(expanded(text).join(" "), texts, "{text}");
        }
        assert_eq!(expanded(&"{a,b}".repeat(20)).len(), 1);
    }

    #[test]
    fn schemes_one_slip_away() {
        for (slip, meant) in [
            ("htps", Some("https")),
            ("hxxps", Some("https")),
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
