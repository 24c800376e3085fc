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

/// The longest time for which any browser remembers a preflight's answer, in seconds: that of Firefox.
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
        "Browsers dropped this draft and ask the user instead. Where it still works, it lets pages on the Internet reach devices behind a firewall.",
    );
    let writer = report.writer();
    let help = format!("take `{}` out", writer.name(Key::PrivateNetwork.name()));
    let finding = finding.value("true").propose(help, Proposal::Remove);
    report.add(site, finding.on_setting(writer.switch(Key::PrivateNetwork, true)));
    true
}

/// Seconds.
pub(crate) fn max_age(settings: &Settings<'_>, report: &mut Report<'_>) -> Option<u32> {
    let (site, value) = settings.get(Key::MaxAge)?;
    let (seconds, text) = match value {
        SettingValue::Number(seconds) => (Some(*seconds), format!("{seconds}")),
        SettingValue::Text(text) => (parse_duration(text), text.clone()),
        _ => return None,
    };
    if let Some(seconds) = seconds.filter(|seconds| is_max_age(*seconds)) {
        return u32::try_from(seconds).ok();
    }
    let writer = report.writer();
    let write = |seconds: i64| format!("write `{}`", writer.setting(Key::MaxAge, &format!("{seconds}")));
    let finding = match seconds.or_else(|| meant_seconds(&text)) {
        Some(seconds) if seconds > LONGEST_MAX_AGE => {
            let why =
                "Chromium remembers an answer for 2 hours at most, Firefox for 24, Safari for 10 minutes.";
            let message = format!("`{}` is longer than a day", Shown(&text));
            let help = format!("{} or less", write(LONGEST_MAX_AGE));
            Finding::new(Rule::InvalidMaxAge, message, why).propose(help, Proposal::Number(LONGEST_MAX_AGE))
        }
        seconds => {
            let why = "Browsers treat it as missing, and remember the answer for 5 seconds.";
            let message = match &*text {
                "" => "an empty string is not a duration".into(),
                _ => format!("`{}` is not a duration", Shown(&text)),
            };
            let finding = Finding::new(Rule::InvalidMaxAge, message, why);
            match seconds {
                // Other libraries use a negative number for "do not cache".
                Some(..=0) => finding.propose(format!("{} for no cache", write(0)), Proposal::Number(0)),
                Some(seconds) => finding.propose(write(seconds), Proposal::Number(seconds)),
                None => {
                    let [s, m, h] = ["30s", "10m", "1h"].map(|text| writer.duration(text));
                    finding.help(format!(
                        "write seconds, `3600`, or a unit, `{s}`, `{m}`, `{h}`; `0` for no cache"
                    ))
                }
            }
        }
    };
    report.add(site, finding.value(text));
    None
}

/// Returns whether browsers honor this many seconds.
pub(super) fn is_max_age(seconds: i64) -> bool {
    (0..=LONGEST_MAX_AGE).contains(&seconds)
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

/// The seconds that were meant by another spelling: `1 hour`, `1h30m`, `1d`, `PT1H`, `1:00:00`, `60 * 60`, `-1`.
pub(super) fn meant_seconds(text: &str) -> Option<i64> {
    let text = text.trim().trim_matches(['"', '\'']).to_ascii_lowercase();
    let number = |text: &str| text.trim().parse::<i64>().ok();
    if let Some(seconds) = number(&text.replace(',', "")) {
        let is_grouped = text.split(',').skip(1).all(|group| group.len() == 3);
        return is_grouped.then_some(seconds);
    }
    if text.contains('*') {
        let factors: Option<Vec<i64>> = text.split('*').map(number).collect();
        return factors?.into_iter().try_fold(1, i64::checked_mul);
    }
    if text.contains(':') {
        let parts: Option<Vec<i64>> = text.split(':').map(number).collect();
        let parts = parts.filter(|parts| parts.len() == 3 && parts.iter().all(|part| *part >= 0))?;
        return parts.into_iter().try_fold(0_i64, |sum, part| sum.checked_mul(60)?.checked_add(part));
    }
    // ISO 8601: https://www.rfc-editor.org/rfc/rfc3339#appendix-A
    let iso = text.strip_prefix('p').map(|text| text.replace('t', ""));
    parts_in_seconds(iso.as_deref().unwrap_or(&text))
}

/// `1h 30m` in seconds, each part a number with a unit.
fn parts_in_seconds(text: &str) -> Option<i64> {
    let mut seconds = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_')?;
        let number: f64 = rest[..end].replace('_', "").parse().ok()?;
        let unit = rest[end..].trim_start();
        let end =
            unit.find(|c: char| c.is_ascii_digit() && !unit.starts_with(['u', 'i'])).unwrap_or(unit.len());
        seconds += number * seconds_of(unit[..end].trim().trim_end_matches(','))?;
        rest = &unit[end..];
    }
    // Capped: that it is more than a day is all that the message says.
    (seconds > 0.0).then_some(if seconds < 1e9 { seconds as i64 } else { i64::MAX })
}

/// The seconds of a unit, or of the type of a number in Rust.
fn seconds_of(unit: &str) -> Option<f64> {
    Some(match unit {
        "ms" | "millis" | "milliseconds" => 0.001,
        "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "u16" | "u32" | "u64" | "usize" | "i32" | "i64" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3600.0,
        "d" | "day" | "days" => 86_400.0,
        "w" | "week" | "weeks" => 604_800.0,
        _ => return None,
    })
}

/// The status that was meant by another spelling: `"200"`, `200 OK`, `200u16`.
pub(super) fn meant_status(text: &str) -> Option<i64> {
    let (digits, rest) = text.trim().trim_matches(['"', '\'']).split_at_checked(3)?;
    let goes_on = rest.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    digits.parse().ok().filter(|status| (200..=299).contains(status) && !goes_on)
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
    let why = "To a browser, any status except 200 to 299 means that the preflight failed (https://fetch.spec.whatwg.org/#cors-preflight-fetch).";
    let message = match &*text {
        "" => "an empty string is not a status".into(),
        _ => format!("`{}` is not a status that lets a preflight pass", Shown(&text)),
    };
    let write = |status: i64| {
        format!("write `{}`", report.writer().setting(Key::PreflightStatus, &format!("{status}")))
    };
    let (help, status) = match meant_status(&text) {
        Some(status) => (write(status), status),
        None => {
            (format!("{}, or 200 for very old clients", write(DEFAULT_STATUS.into())), DEFAULT_STATUS.into())
        }
    };
    let finding = Finding::new(Rule::InvalidStatus, message, why).value(text);
    report.add(site, finding.propose(help, Proposal::Number(status)));
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
    let is_word =
        matches!(fault, pattern::HostFault::Name(pattern::FaultKind::AnyWord | pattern::FaultKind::NoneWord));
    if is_word || pattern::stands_for_everything(entry) {
        let why = "An entry of the list is one host, with or without its subdomains.";
        let finding = Finding::new(Rule::InvalidHost, message, why).value(entry);
        // Not `any`: only development accepts it without an expectation, and the check should be strict.
        return finding.help(
            "list the names by which the service is called, or take the key out: then no host is checked",
        );
    }
    let why = "`Host` is compared without its port, in lower case and Punycode; this never matches.";
    let finding = Finding::new(Rule::InvalidHost, message, why).value(entry);
    match meant_hosts(entry) {
        Some(hosts) => {
            finding.propose(format!("write {}", writer.shown(Key::Hosts, &hosts)), Proposal::Entries(hosts))
        }
        None => finding,
    }
}

/// The hosts that were meant by a text that is not a host.
pub(super) fn meant_hosts(text: &str) -> Option<Vec<Entry>> {
    // Brackets around quotes make a list; other brackets belong to an address.
    let list = text.trim().strip_prefix('[').filter(|list| list.trim_start().starts_with(['"', '\'']));
    let text = list.and_then(|list| list.strip_suffix(']')).unwrap_or(text);
    let parts = text.split([',', ' ', ';']).map(|part| part.trim_matches(['"', '\'']));
    let parts = parts.filter(|part| !part.is_empty());
    let hosts: Option<Vec<Entry>> = parts.map(|part| suggest::host(part).map(Entry::from)).collect();
    hosts.filter(|hosts| !hosts.is_empty())
}
