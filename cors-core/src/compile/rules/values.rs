//! The rules about the settings that are no lists of names or origins.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::names::duplicate;
use super::report::{Finding, Report};
use super::settings::Settings;
use crate::Key;
use crate::Rule;
use crate::compile::config::{Listed, MaxAge, Setting};
use crate::compile::pattern;
use crate::compile::suggest;

/// The longest time that any browser remembers a preflight's answer, in seconds: Firefox's.
const LONGEST_MAX_AGE: i64 = 86_400;

/// The status of an allowed preflight's answer if the policy names none: no body follows.
const DEFAULT_STATUS: u16 = 204;

/// What is done about `Host`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HostCheck {
    None,
    Any,
    Listed(Vec<String>),
}

pub(crate) fn private_network(settings: &Settings<'_>, report: &mut Report) -> bool {
    let Some((site, Setting::PrivateNetwork(true))) = settings.get(Key::PrivateNetwork) else { return false };
    let finding = Finding::new(
        Rule::PrivateNetwork,
        "preflights from public pages to private addresses are answered",
        "It is a draft that browsers gave up for asking the user; what is left of it lets pages on the Internet reach devices behind a firewall.",
    );
    report.add(site, finding.value("true").help("take `private_network` out"));
    true
}

/// Seconds.
pub(crate) fn max_age(settings: &Settings<'_>, report: &mut Report) -> Option<u32> {
    let (site, Setting::MaxAge(written)) = settings.get(Key::MaxAge)? else { return None };
    let (seconds, text) = match written {
        MaxAge::Seconds(seconds) => (Some(*seconds), format!("{seconds}")),
        MaxAge::Text(text) => (parse_duration(text), text.clone()),
    };
    match seconds {
        Some(seconds @ 0..=LONGEST_MAX_AGE) => return u32::try_from(seconds).ok(),
        Some(seconds) if seconds > LONGEST_MAX_AGE => {
            let why =
                "Chromium remembers an answer for 2 hours at most, Firefox for 24, Safari for 10 minutes.";
            let finding = Finding::new(Rule::InvalidMaxAge, format!("`{text}` is longer than a day"), why);
            report.add(site, finding.value(text).help("write `24h` or less"));
        }
        _ => {
            let why = "Browsers take it for missing, and remember the answer for 5 seconds.";
            let message = format!("`{}` is not a duration", text.escape_debug());
            let finding = Finding::new(Rule::InvalidMaxAge, message, why);
            report.add(
                site,
                finding
                    .value(text)
                    .help("write seconds, `3600`, or a unit, `30s`, `10m`, `1h`; `0` for no cache"),
            );
        }
    }
    None
}

/// `3600`, `3600s`, `60m`, `1h` in seconds.
fn parse_duration(text: &str) -> Option<i64> {
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

pub(crate) fn preflight_status(settings: &Settings<'_>, report: &mut Report) -> u16 {
    let (site, text) = match settings.get(Key::PreflightStatus) {
        Some((site, Setting::PreflightStatus(status))) => match u16::try_from(*status) {
            Ok(status @ 200..=299) => return status,
            _ => (site, format!("{status}")),
        },
        Some((site, Setting::PreflightStatusText(text))) => (site, text.clone()),
        _ => return DEFAULT_STATUS,
    };
    let why = "To a browser any status but 200 to 299 means that the preflight failed (Fetch, \"CORS-preflight fetch\").";
    let message = format!("`{}` is not a status that lets a preflight pass", text.escape_debug());
    let finding = Finding::new(Rule::InvalidStatus, message, why).value(text);
    report.add(site, finding.help("write `204`, or `200` for very old clients"));
    DEFAULT_STATUS
}

pub(crate) fn hosts(settings: &Settings<'_>, report: &mut Report) -> HostCheck {
    let Some((site, Setting::Hosts(listed))) = settings.get(Key::Hosts) else { return HostCheck::None };
    let Listed::Entries(entries) = listed else {
        let why = "An attacker's domain that resolves to this service's address (DNS rebinding) is served as if it were ours.";
        let finding = Finding::new(Rule::AnyHost, "every value of `Host` is accepted", why);
        report.add(site, finding.value("any").help("list the names by which the service is called"));
        return HostCheck::Any;
    };
    if entries.is_empty() {
        let why = "With an empty list every request would be refused.";
        let finding = Finding::new(Rule::InvalidHost, "`hosts` lists no host", why);
        report.add(site, finding.help("list the names by which the service is called, or take `hosts` out"));
    }
    let mut hosts: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    for (index, entry) in entries.iter().enumerate() {
        let site = site.entry(index);
        match pattern::parse_host(entry) {
            Ok(host) if seen.insert(host.clone()) => hosts.push(host),
            Ok(_) => report.add(&site, duplicate(entry, "host")),
            Err(fault) => report.add(&site, invalid_host(entry, fault)),
        }
    }
    HostCheck::Listed(hosts)
}

fn invalid_host(entry: &str, fault: pattern::HostFault) -> Finding {
    let message = format!("`{}` is not a host: {}", entry.escape_debug(), fault.text());
    if pattern::is_any(entry) {
        let why = "An entry of the list is one host, with or without its subdomains.";
        return Finding::new(Rule::InvalidHost, message, why)
            .value(entry)
            .help("write `hosts: any`, without a list, for every host");
    }
    let why = "`Host` is compared without its port, in lower case and Punycode; this never matches.";
    let finding = Finding::new(Rule::InvalidHost, message, why).value(entry);
    finding.maybe_help(suggest::host(entry).map(|host| format!("write {host:?}")))
}
