//! The rules about the settings other than lists of names and origins.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::names::duplicate;
use super::proposal::Proposal;
use super::report::{Finding, Report};
use super::settings::{List, Settings};
use super::types;
use crate::Key;
use crate::Rule;
use crate::compile::config::{Entry, SettingValue};
use crate::compile::language::Writer;
use crate::compile::pattern;
use crate::compile::shown::Shown;
use crate::compile::suggest;

/// The longest time that any browser remembers a preflight's answer, in seconds: Firefox's.
const LONGEST_MAX_AGE: i64 = 86_400;

/// The status of an allowed preflight's answer if the policy names none: no body follows.
pub(crate) const DEFAULT_STATUS: u16 = 204;

/// The check of `Host`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HostCheck {
    None,
    Any,
    Listed(Vec<String>),
}

pub(crate) fn private_network(settings: &Settings<'_>, report: &mut Report<'_>) -> bool {
    let Some((site, SettingValue::Bool(true))) = settings.get(Key::PrivateNetwork) else { return false };
    let finding = Finding::new(
        Rule::PrivateNetwork,
        "preflights from public pages to private addresses are answered",
        "It is a draft that browsers gave up for asking the user; what is left of it lets pages on the Internet reach devices behind a firewall.",
    );
    let writer = report.writer();
    let help = format!("take `{}` out", writer.name(Key::PrivateNetwork.name()));
    let finding = finding.value("true").propose(help, Proposal::Remove);
    report.add(site, finding.on_setting(writer.switch(Key::PrivateNetwork, true)));
    true
}

/// Seconds.
pub(crate) fn max_age(settings: &Settings<'_>, report: &mut Report<'_>) -> Option<u32> {
    let (seconds, text) = match settings.get(Key::MaxAge)?.1 {
        SettingValue::Number(seconds) => (Some(*seconds), format!("{seconds}")),
        SettingValue::Text(text) => (parse_duration(text), text.clone()),
        _ => return None,
    };
    let (site, writer) = (settings.get(Key::MaxAge)?.0, report.writer());
    match seconds {
        Some(seconds @ 0..=LONGEST_MAX_AGE) => return u32::try_from(seconds).ok(),
        Some(seconds) if seconds > LONGEST_MAX_AGE => {
            let why =
                "Chromium remembers an answer for 2 hours at most, Firefox for 24, Safari for 10 minutes.";
            let finding = Finding::new(Rule::InvalidMaxAge, format!("`{text}` is longer than a day"), why);
            let help =
                format!("write `{}` or less", writer.setting(Key::MaxAge, &format!("{LONGEST_MAX_AGE}")));
            report.add(site, finding.value(text).propose(help, Proposal::Number(LONGEST_MAX_AGE)));
        }
        _ => {
            let why = "Browsers treat it as missing, and remember the answer for 5 seconds.";
            let message = format!("`{}` is not a duration", Shown(&text));
            let finding = Finding::new(Rule::InvalidMaxAge, message, why).value(text.as_str());
            report.add(
                site,
                match meant_seconds(&text) {
                    Some(seconds) => {
                        let help = format!("write `{}`", writer.setting(Key::MaxAge, &format!("{seconds}")));
                        finding.propose(help, Proposal::Number(seconds))
                    }
                    None => {
                        finding.help("write seconds, `3600`, or a unit, `30s`, `10m`, `1h`; `0` for no cache")
                    }
                },
            );
        }
    }
    None
}

/// `3600`, `3600s`, `60m`, `1h` in seconds.
pub(super) fn parse_duration(text: &str) -> Option<i64> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return None,
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') {
        return None;
    }
    digits.replace('_', "").parse::<i64>().ok()?.checked_mul(unit)
}

/// The seconds that somebody meant by another spelling, where they are within bounds: `1 hour`, `60min`, `1d`.
fn meant_seconds(text: &str) -> Option<i64> {
    let text = text.trim().to_ascii_lowercase();
    let number = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = match text[number.len()..].trim() {
        "sec" | "secs" | "second" | "seconds" | "s" => 1,
        "m" | "min" | "mins" | "minute" | "minutes" => 60,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3600,
        "d" | "day" | "days" => 86_400,
        _ => return None,
    };
    let seconds = number.parse::<i64>().ok()?.checked_mul(unit)?;
    (0..=LONGEST_MAX_AGE).contains(&seconds).then_some(seconds)
}

pub(crate) fn preflight_status(settings: &Settings<'_>, report: &mut Report<'_>) -> u16 {
    let Some((site, value)) = settings.get(Key::PreflightStatus) else { return DEFAULT_STATUS };
    let (number, text) = match value {
        SettingValue::Number(status) => (Some(*status), format!("{status}")),
        SettingValue::Text(text) => (text.trim().parse().ok(), text.clone()),
        _ => return DEFAULT_STATUS,
    };
    if let Some(status @ 200..=299) = number.and_then(|number| u16::try_from(number).ok()) {
        return status;
    }
    let why = "To a browser any status but 200 to 299 means that the preflight failed (https://fetch.spec.whatwg.org/#cors-preflight-fetch).";
    let message = format!("`{}` is not a status that lets a preflight pass", Shown(&text));
    let finding = Finding::new(Rule::InvalidStatus, message, why).value(text);
    let written = report.writer().setting(Key::PreflightStatus, "204");
    let help = format!("write `{written}`, or 200 for very old clients");
    report.add(site, finding.propose(help, Proposal::Number(DEFAULT_STATUS.into())));
    DEFAULT_STATUS
}

pub(crate) fn hosts(settings: &Settings<'_>, report: &mut Report<'_>) -> HostCheck {
    let writer = report.writer();
    let (site, entries) = match settings.list(Key::Hosts) {
        List::Absent | List::Unfit => return HostCheck::None,
        List::Any(site) => {
            let why = "An attacker's domain that resolves to this service's address (DNS rebinding) is served as if it were the service's own.";
            let finding = Finding::new(Rule::AnyHost, "every value of `Host` is accepted", why);
            let finding = finding.value("any").help("list the names by which the service is called");
            report.add(site, finding.on_setting(writer.any(Key::Hosts)));
            return HostCheck::Any;
        }
        List::Entries(site, entries) => (site, entries),
    };
    if entries.is_empty() {
        let why = "With an empty list every request would be refused.";
        let message = format!("`{}` lists no host", writer.name(Key::Hosts.name()));
        let finding = Finding::new(Rule::InvalidHost, message, why);
        let help =
            "list the names by which the service is called, or take the key out: then no host is checked";
        report.add(site, finding.help(help));
    }
    let mut hosts: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    for (index, entry) in entries.iter().enumerate().filter(|(_, entry)| types::entry_fits(Key::Hosts, entry))
    {
        let site = site.entry(index);
        match pattern::parse_host(&entry.text) {
            Ok(host) if seen.insert(host.clone()) => hosts.push(host),
            Ok(_) => report.add(&site, duplicate(&entry.text, "host")),
            Err(fault) => report.add(&site, invalid_host(&entry.text, fault, writer)),
        }
    }
    HostCheck::Listed(hosts)
}

fn invalid_host(entry: &str, fault: pattern::HostFault, writer: &Writer) -> Finding {
    let message = format!("`{}` is not a host: {}", Shown(entry), fault.text());
    if pattern::is_any(entry) {
        let why = "An entry of the list is one host, with or without its subdomains.";
        let finding = Finding::new(Rule::InvalidHost, message, why).value(entry);
        // Not `any`: only development accepts it without an expectation, and the check should be narrow.
        return finding.help(
            "list the names by which the service is called, or take the key out: then no host is checked",
        );
    }
    let why = "`Host` is compared without its port, in lower case and Punycode; this never matches.";
    let finding = Finding::new(Rule::InvalidHost, message, why).value(entry);
    match meant_hosts(entry) {
        Some(hosts) => {
            finding.propose(format!("write {}", writer.entries(Key::Hosts, &hosts)), Proposal::Entries(hosts))
        }
        None => finding,
    }
}

/// The hosts that were meant by a text that is none.
pub(super) fn meant_hosts(text: &str) -> Option<Vec<Entry>> {
    let parts = text.split([',', ' ']).map(|part| part.trim_matches(['"', '\'', '[', ']']));
    let parts = parts.filter(|part| !part.is_empty());
    let hosts: Option<Vec<Entry>> = parts.map(|part| suggest::host(part).map(Entry::from)).collect();
    hosts.filter(|hosts| !hosts.is_empty())
}
