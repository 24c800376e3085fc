//! The rules about origins.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::names::duplicate;
use super::regexes::{self, Regexes};
use super::report::{Finding, Report};
use super::settings::{Settings, Site};
use crate::Key;
use crate::Rule;
use crate::compile::config::{Listed, OriginEntry, Setting};
use crate::compile::pattern::{FaultKind, OriginPattern};
use crate::compile::public_suffix;
use crate::compile::suggest;
use crate::engine::standard;

/// The origins that a policy lists.
#[derive(Default)]
pub(crate) struct Origins {
    pub(crate) patterns: Vec<OriginPattern>,
    pub(crate) regexes: Regexes,
}

/// Judges the setting and returns what of it can be used; `None` stands for `any`.
pub(crate) fn judge(settings: &Settings<'_>, report: &mut Report) -> Option<Origins> {
    let Some((site, Setting::Origins(listed))) = settings.get(Key::Origins) else {
        report.add(&Site::nowhere(), empty("the policy lists no origins"));
        return Some(Origins::default());
    };
    let Listed::Entries(entries) = listed else {
        report.add(site, any_origin());
        if settings.is_on(Key::Credentials) {
            report.add(site, any_origin_with_credentials());
        }
        return None;
    };
    if entries.is_empty() {
        report.add(site, empty("the list of origins is empty"));
    }
    let (entries, regexes) = parse(site, entries, report);
    for entry in &entries {
        judge_pattern(&site.entry(entry.index), &entry.pattern, report);
    }
    judge_coverage(site, &entries, report);
    let patterns: Vec<_> = entries.iter().map(|entry| (entry.index, &entry.pattern)).collect();
    let regexes = regexes::judge(site, &regexes, &patterns, report);
    Some(Origins { patterns: entries.into_iter().map(|entry| entry.pattern).collect(), regexes })
}

/// An entry that keeps the grammar.
struct Entry {
    index: usize,
    pattern: OriginPattern,
    /// The same text stands before it.
    repeated: bool,
}

/// The entries that keep the grammar, and the regexes; duplicates are reported.
fn parse<'c>(
    site: &Site,
    listed: &'c [OriginEntry],
    report: &mut Report,
) -> (Vec<Entry>, Vec<regexes::Written<'c>>) {
    let mut seen = BTreeSet::new();
    let mut entries = Vec::with_capacity(listed.len());
    let mut regexes = Vec::new();
    for (index, entry) in listed.iter().enumerate() {
        let (text, is_regex) = match entry {
            OriginEntry::Pattern(text) => (text, false),
            OriginEntry::Regex(text) => (text, true),
        };
        let repeated = !seen.insert((is_regex, text.as_str()));
        if repeated {
            report.add(&site.entry(index), duplicate(text, "origin"));
        }
        if is_regex {
            regexes.push((index, text.as_str()));
            continue;
        }
        match OriginPattern::parse(text) {
            Ok(pattern) => entries.push(Entry { index, pattern, repeated }),
            Err(fault) => {
                let finding = invalid_origin(text, fault.kind);
                report.add(&site.entry(index).bytes(fault.bytes), finding);
            }
        }
    }
    (entries, regexes)
}

fn judge_pattern(site: &Site, pattern: &OriginPattern, report: &mut Report) {
    let text = pattern.text();
    let mut fire = |finding: Finding| report.add(site, finding.value(text));
    if pattern.is_null() {
        fire(null_origin());
        return;
    }
    let scheme = pattern.scheme();
    if standard::is_pageless_scheme(scheme) {
        fire(pageless(pattern));
    }
    if matches!(scheme, "http" | "https") && pattern.is_loopback() {
        fire(loopback(text));
    } else if scheme == "http" {
        fire(insecure(text));
    }
    if let Some([message, why, help]) = open_suffix(pattern) {
        fire(Finding::new(Rule::PublicSuffix, message, why).help(help));
    }
}

/// Reports entries whose every origin another single entry accepts.
///
/// The entries that could cover one are looked up by their text, so that a long list takes time in
/// proportion to its length.
fn judge_coverage(site: &Site, entries: &[Entry], report: &mut Report) {
    let wide: BTreeSet<&str> = entries
        .iter()
        .map(|entry| &entry.pattern)
        .filter(|pattern| !pattern.is_exact())
        .map(OriginPattern::text)
        .collect();
    for Entry { index, pattern, repeated } in entries {
        let cover = if *repeated {
            Some(pattern.text().into())
        } else if wide.is_empty() {
            None
        } else {
            covers(pattern).into_iter().find(|cover| wide.contains(cover.as_str()))
        };
        if let Some(cover) = cover {
            report.add(&site.entry(*index), regexes::redundant(pattern.text(), &cover));
        }
    }
}

/// The texts of the patterns that accept all that `pattern` does, itself aside.
fn covers(pattern: &OriginPattern) -> Vec<String> {
    let parts = pattern.parts();
    let (scheme, host) = (pattern.scheme(), pattern.host());
    let own_port = parts.port.map_or(String::new(), |port| format!(":{}", String::from_utf8_lossy(port)));
    let mut ports = vec![own_port.as_str()];
    let mut covers = Vec::new();
    if own_port != ANY_PORT {
        let star = if parts.subdomains { "*." } else { "" };
        covers.push(format!("{scheme}://{star}{host}{ANY_PORT}"));
        ports.push(ANY_PORT);
    }
    for (dot, _) in host.match_indices('.') {
        let above = &host[dot + 1..];
        covers.extend(ports.iter().map(|port| format!("{scheme}://*.{above}{port}")));
    }
    covers
}

/// The end of a pattern for any port.
const ANY_PORT: &str = ":*";

fn empty(message: &str) -> Finding {
    let why =
        "No page gets in: as it stands the policy does nothing, and an absent list never means \"everyone\".";
    Finding::new(Rule::EmptyOrigins, message, why)
        .help("list the origins of your front ends: `origins: [\"https://app.example\"]`")
}

fn invalid_origin(text: &str, kind: FaultKind) -> Finding {
    let message = format!("`{}` is not an origin: {}", text.escape_debug(), kind.text());
    let finding = Finding::new(Rule::InvalidOrigin, message, kind.why()).value(text);
    match kind {
        FaultKind::AnyWord => finding.help("write `origins: any`, without a list, for every origin"),
        FaultKind::File => finding.help("serve the page from a scheme and host of its own, and list that"),
        _ => finding.maybe_help(suggest::origin(text).and_then(|origin| proposal(&origin))),
    }
}

fn any_origin() -> Finding {
    let why = "Any page that a user visits can read the answers. That is right for public data alone, and wrong for a service that is protected by where it stands.";
    Finding::new(Rule::AnyOrigin, "every origin is allowed", why)
        .value("any")
        .help("list the origins of your front ends, or add `expect(any_origin, reason = \"public data\")`")
}

fn any_origin_with_credentials() -> Finding {
    let why = "Browsers refuse `*` for requests with credentials; and a server that echoed every origin instead would show each user's data to every site.";
    Finding::new(Rule::AnyOriginWithCredentials, "`origins: any` cannot go with `credentials: true`", why)
        .value("any")
        .help("list the origins that need credentials, or set `credentials: false` if the data is public")
}

fn null_origin() -> Finding {
    let why = "Every sandboxed frame on any site sends `Origin: null`; an attacker makes one in a line of HTML. It is not a name for local files.";
    Finding::new(Rule::NullOrigin, "the opaque origin `null` is allowed", why)
        .help("serve the page from an origin of its own, and list that")
}

fn insecure(text: &str) -> Finding {
    let secure = text.replacen("http:", "https:", 1);
    let why = "Whoever is between the user and that page can put a script into it, and read through it what this service answers.";
    Finding::new(Rule::InsecureOrigin, format!("`{text}` is not encrypted"), why)
        .maybe_help(proposal(&secure))
}

/// What to write instead: `text`, if it is a pattern, and a narrower one if strangers could be in it.
fn proposal(text: &str) -> Option<String> {
    let pattern = OriginPattern::parse(text).ok()?;
    Some(match open_suffix(&pattern) {
        Some([_, _, help]) => help,
        None => format!("write {:?}", pattern.text()),
    })
}

fn loopback(text: &str) -> Finding {
    on_own_machine(format!("`{text}` is on the user's own machine"))
}

/// A regex accepts `origin`.
#[cfg(feature = "regex")]
pub(super) fn loopback_in_regex(origin: &str) -> Finding {
    on_own_machine(format!("the regex accepts `{origin}`, which is on the user's own machine"))
}

fn on_own_machine(message: String) -> Finding {
    let why = "Any program that listens there on a user's machine is let in. It is mostly a leftover of development.";
    Finding::new(Rule::LoopbackOrigin, message, why)
        .help("move it to `development { … }`, or add `expect(loopback_origin, reason = \"…\")` for an app that is served from there")
}

fn pageless(pattern: &OriginPattern) -> Finding {
    let (text, scheme) = (pattern.text(), pattern.scheme());
    let meant = match scheme {
        "ws" => Some(text.replacen("ws:", "http:", 1)),
        "wss" => Some(text.replacen("wss:", "https:", 1)),
        _ => None,
    };
    let why = match scheme {
        "ws" | "wss" => "A WebSocket carries the origin of the page that opens it, which is http or https.",
        _ => "Browsers give such a page an opaque origin, if they show it at all.",
    };
    Finding::new(Rule::InertEntry, format!("`{text}` is the origin of no page"), why)
        .help(meant.and_then(|meant| proposal(&meant)).unwrap_or_else(|| "take the entry out".into()))
}

/// What is wrong with a pattern for subdomains that strangers could have, why, and the fix.
fn open_suffix(pattern: &OriginPattern) -> Option<[String; 3]> {
    if !pattern.parts().subdomains || pattern.is_loopback() {
        return None;
    }
    let scheme = match pattern.scheme() {
        "http" | "ws" | "wss" => "https",
        scheme => scheme,
    };
    Some(public_suffix::judge(pattern.host())?.text(scheme, pattern.host()))
}
