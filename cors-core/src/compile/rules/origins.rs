//! The rules about origins.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::names::duplicate;
use super::proposal::Proposal;
use super::propose::Proposer;
use super::regexes::{self, Regexes};
use super::report::{Finding, Report};
use super::settings::{List, Settings, Site};
use super::types;
use crate::Key;
use crate::Mode;
use crate::Rule;
use crate::compile::config::{Entry, EntryKind};
use crate::compile::language::Writer;
use crate::compile::pattern::{FaultKind, OriginPattern};
use crate::compile::public_suffix;
use crate::compile::shown::Shown;
use crate::compile::suggest;
use crate::engine::standard;

/// The origins that a policy lists.
#[derive(Default)]
pub(crate) struct Origins {
    pub(crate) patterns: Vec<OriginPattern>,
    pub(crate) regexes: Regexes,
}

/// Checks the setting and returns the usable entries. `None` stands for `any`.
pub(crate) fn judge(settings: &Settings<'_>, report: &mut Report<'_>) -> Option<Origins> {
    let writer = report.writer();
    let (site, entries) = match settings.list(Key::Origins) {
        List::Absent => {
            // A misspelled key is one mistake, and is reported once.
            if !settings.is_likely_misspelled(Key::Origins) {
                report.add(&Site::nowhere(), empty("the policy lists no origins", writer));
            }
            return Some(Origins::default());
        }
        List::Unfit => return Some(Origins::default()),
        List::Any(site) => {
            report.add(site, any_origin(writer));
            if settings.is_on(Key::Credentials) {
                report.add(site, any_origin_with_credentials(writer));
            }
            return None;
        }
        List::Entries(site, entries) => (site, entries),
    };
    if entries.is_empty() {
        report.add(site, empty("the list of origins is empty", writer));
    }
    let proposer = Proposer::new(report.mode(), writer, settings.is_on(Key::Credentials));
    let mut judged =
        Judged { site, settings, patterns: Vec::with_capacity(entries.len()), regexes: Vec::new() };
    judged.entries(entries, &proposer, report);
    judged.coverage(report);
    let Judged { patterns, regexes, .. } = judged;
    let beside: Vec<_> = patterns.iter().map(|kept| (kept.index, &kept.pattern, kept.is_accepted)).collect();
    let excused = |index: usize, rule: Rule| settings.excuses(rule, site, index);
    let regexes = regexes::judge(site, &regexes, &beside, &excused, &proposer, report);
    Some(Origins { patterns: patterns.into_iter().map(|kept| kept.pattern).collect(), regexes })
}

/// A pattern that follows the grammar.
struct Kept {
    index: usize,
    pattern: OriginPattern,
    /// Whether every rule that it breaks is excused.
    is_accepted: bool,
}

/// The entries of the list, as far as they have been judged.
struct Judged<'s, 'c> {
    site: &'s Site,
    settings: &'s Settings<'c>,
    patterns: Vec<Kept>,
    regexes: Vec<regexes::WrittenRegex<'c>>,
}

impl<'c> Judged<'_, 'c> {
    /// Checks each entry on its own. A repeated entry is only reported as repeated.
    fn entries(&mut self, entries: &'c [Entry], proposer: &Proposer<'_>, report: &mut Report<'_>) {
        let mut seen = BTreeSet::new();
        for (index, entry) in
            entries.iter().enumerate().filter(|(_, entry)| types::entry_fits(Key::Origins, entry))
        {
            let site = self.site.entry(index);
            if !seen.insert((entry.is_regex(), entry.text.as_str())) {
                report.add(&site, duplicate(&entry.text, "origin"));
                continue;
            }
            if entry.kind == EntryKind::Regex {
                self.regexes.push(regexes::WrittenRegex { index, entry });
                continue;
            }
            match OriginPattern::parse(&entry.text) {
                Ok(pattern) => {
                    let findings = faults(&pattern, proposer);
                    let is_silent = report.mode() == Mode::Development;
                    let is_accepted = findings.iter().all(|finding| {
                        finding.rule.is_excusable()
                            && (is_silent || self.settings.excuses(finding.rule, self.site, index))
                    });
                    for finding in findings {
                        report.add_entry(&site, entry, finding.value(&entry.text));
                    }
                    self.patterns.push(Kept { index, pattern, is_accepted });
                }
                Err(fault) => {
                    let finding = invalid_origin(&entry.text, fault.kind, proposer);
                    report.add(&site.bytes(fault.bytes), finding);
                }
            }
        }
    }

    /// Reports entries that another single entry covers completely, if that entry is accepted itself.
    ///
    /// The entries that could cover one are looked up by their text, so a long list takes time in
    /// proportion to its length.
    fn coverage(&self, report: &mut Report<'_>) {
        let wide: BTreeSet<&str> = self
            .patterns
            .iter()
            .filter(|kept| kept.is_accepted && !kept.pattern.is_exact())
            .map(|kept| kept.pattern.text())
            .collect();
        if wide.is_empty() {
            return;
        }
        for Kept { index, pattern, .. } in &self.patterns {
            if let Some(cover) = covers(pattern).into_iter().find(|cover| wide.contains(cover.as_str())) {
                let entry = Entry::from(pattern.text());
                report.add_entry(
                    &self.site.entry(*index),
                    &entry,
                    regexes::redundant(pattern.text(), &cover),
                );
            }
        }
    }
}

/// Which excusable rules a pattern breaks, each with what to write instead.
fn faults(pattern: &OriginPattern, proposer: &Proposer<'_>) -> Vec<Finding> {
    let text = pattern.text();
    rules_of(pattern)
        .into_iter()
        .map(|rule| match rule {
            Rule::NullOrigin => null_origin(text),
            Rule::InertEntry => pageless(pattern, proposer),
            Rule::LoopbackOrigin => loopback(text, proposer),
            Rule::MisspelledName => misspelled_scheme(pattern, proposer),
            Rule::InsecureOrigin => insecure(text, proposer),
            _ => open_suffix(pattern),
        })
        .collect()
}

/// The excusable rules that a pattern breaks on its own.
pub(super) fn rules_of(pattern: &OriginPattern) -> Vec<Rule> {
    if pattern.is_opaque() {
        return vec![Rule::NullOrigin];
    }
    let scheme = pattern.scheme();
    let mut rules = Vec::new();
    if standard::is_pageless_scheme(scheme) {
        rules.push(Rule::InertEntry);
    } else if suggest::misspelled_scheme(scheme).is_some() || has_port_of_http(pattern) {
        rules.push(Rule::MisspelledName);
    }
    if matches!(scheme, "http" | "https") && pattern.is_loopback() {
        rules.push(Rule::LoopbackOrigin);
    } else if scheme == "http" {
        rules.push(Rule::InsecureOrigin);
    }
    if pattern.parts().subdomains && !pattern.is_loopback() && public_suffix::judge(pattern.host()).is_some()
    {
        rules.push(Rule::PublicSuffix);
    }
    rules
}

/// Returns whether it is `https:` on the port of `http:`.
fn has_port_of_http(pattern: &OriginPattern) -> bool {
    pattern.scheme() == "https" && pattern.parts().port == Some(b"80") && !pattern.is_loopback()
}

/// The texts of the patterns that accept everything that `pattern` does, except its own.
pub(super) fn covers(pattern: &OriginPattern) -> Vec<String> {
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

fn empty(message: &str, writer: &Writer) -> Finding {
    let why =
        "No page gets in: as it stands the policy does nothing, and an absent list never means \"everyone\".";
    let example = writer.list(Key::Origins, &["https://app.example".into()]);
    Finding::new(Rule::EmptyOrigins, message, why)
        .help(format!("list the origins of your front ends: `{example}`"))
}

fn invalid_origin(text: &str, kind: FaultKind, proposer: &Proposer<'_>) -> Finding {
    let message = format!("`{}` is not an origin: {}", Shown(text), kind.text());
    let finding = Finding::new(Rule::InvalidOrigin, message, kind.why()).value(text);
    let advice = proposer.instead_of(text, kind);
    match advice.proposal {
        Some(proposal) => finding.propose(advice.help, proposal),
        None => finding.help(advice.help),
    }
}

fn any_origin(writer: &Writer) -> Finding {
    let why = "Any page that a user visits can read the answers. That is right only for public data, and wrong for a service that only its network protects.";
    Finding::new(Rule::AnyOrigin, "every origin is allowed", why)
        .value("any")
        .help("list the origins of your front ends, if the data is not public")
        .on_setting(writer.any(Key::Origins))
}

fn any_origin_with_credentials(writer: &Writer) -> Finding {
    let why = "Browsers refuse `*` for requests with credentials; and a server that echoed every origin instead would show each user's data to every site.";
    let (any, credentials) = (writer.any(Key::Origins), writer.switch(Key::Credentials, true));
    let help = format!(
        "list the origins that need credentials, or write `{}` if the data is public",
        writer.switch(Key::Credentials, false)
    );
    Finding::new(Rule::AnyOriginWithCredentials, format!("`{any}` cannot go with `{credentials}`"), why)
        .value("any")
        .help(help)
}

fn null_origin(text: &str) -> Finding {
    let (message, why) = match text {
        "null" => (
            "the opaque origin `null` is allowed".into(),
            "Every sandboxed frame on any site sends `Origin: null`; an attacker makes one in a line of HTML. It is not a name for local files.",
        ),
        _ => (
            format!("`{text}` is the origin of every page that an app opens from a file"),
            "Electron and Android WebViews send it for each file that they show, whoever wrote it: a downloaded page has it as well as the app's own.",
        ),
    };
    Finding::new(Rule::NullOrigin, message, why)
        .help("serve the page from an origin of its own, and list that")
        .excused_by_block()
}

fn insecure(text: &str, proposer: &Proposer<'_>) -> Finding {
    let why = "Anyone between the user and that page can put a script into it, and read through it what this service answers.";
    let finding = Finding::new(Rule::InsecureOrigin, format!("`{text}` is not encrypted"), why);
    // The port says that `https:` was meant, which leaves it out.
    let text = text.strip_suffix(":443").unwrap_or(text);
    proposer.propose(finding, text, vec![Entry::from(text.replacen("http:", "https:", 1))])
}

fn misspelled_scheme(pattern: &OriginPattern, proposer: &Proposer<'_>) -> Finding {
    let (text, scheme) = (pattern.text(), pattern.scheme());
    if has_port_of_http(pattern) {
        let why =
            "Port 80 is that of http, so one of the two is probably a mistake, and no page has this origin.";
        let finding =
            Finding::new(Rule::MisspelledName, "the scheme is `https` and `:80` the port of `http`", why);
        let text = text.strip_suffix(":80").unwrap_or(text);
        return proposer.propose(finding, text, vec![Entry::from(text)]);
    }
    let meant = suggest::misspelled_scheme(scheme).unwrap_or("https");
    let why = "Schemes are compared letter by letter, and no page has an origin with this one: the entry never matches.";
    let finding = Finding::new(
        Rule::MisspelledName,
        format!("the scheme `{scheme}` is one slip away from `{meant}`"),
        why,
    );
    let secure = text.replacen(scheme, if pattern.is_loopback() { "http" } else { "https" }, 1);
    proposer.propose(finding, text, vec![proposer.excused(Entry::from(secure))])
}

fn loopback(text: &str, proposer: &Proposer<'_>) -> Finding {
    on_own_machine(format!("`{text}` is on the user's own machine"), &[Entry::from(text)], proposer)
}

/// A finding about an entry that lets in pages from the user's own machine. `entries` is the setting for development.
pub(super) fn on_own_machine(message: String, entries: &[Entry], proposer: &Proposer<'_>) -> Finding {
    let why = "Any program that listens there on a user's machine is let in. Such an entry is usually left over from development.";
    let finding = Finding::new(Rule::LoopbackOrigin, message, why);
    let written = proposer.writer.entries(Key::Origins, entries);
    match proposer.writer.development() {
        Some(block) => finding.help(format!("to develop with it, write {written} in `{block}`")),
        None => finding.help("take it out of what runs in production"),
    }
}

fn pageless(pattern: &OriginPattern, proposer: &Proposer<'_>) -> Finding {
    let (text, scheme) = (pattern.text(), pattern.scheme());
    let (meant, why) = match scheme {
        "ws" | "wss" => {
            let page = if pattern.is_loopback() && scheme == "ws" { "http" } else { "https" };
            let why = "A WebSocket carries the origin of the page that opens it, which is http or https.";
            (Some(text.replacen(scheme, page, 1)), why)
        }
        _ => (None, "Browsers give such a page an opaque origin, if they show it at all."),
    };
    let finding = Finding::new(Rule::InertEntry, format!("`{text}` is not the origin of any page"), why);
    let finding = match meant {
        Some(meant) => proposer.propose(finding, text, vec![proposer.excused(Entry::from(meant))]),
        None => finding,
    };
    if finding.has_help() { finding } else { finding.propose("take the entry out", Proposal::Remove) }
}

/// A finding about a pattern for subdomains that strangers could have.
fn open_suffix(pattern: &OriginPattern) -> Finding {
    let [message, why, help] = match public_suffix::judge(pattern.host()) {
        Some(open) => open.text(pattern.host()),
        None => Default::default(),
    };
    Finding::new(Rule::PublicSuffix, message, why).help(help)
}
