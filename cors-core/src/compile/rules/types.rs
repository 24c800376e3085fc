//! The rule about types: which values a key takes, and what was meant by a value of another type.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::meant_names::{self, stands_for_all};
use super::proposal::Proposal;
use super::propose::Proposer;
use super::report::{Finding, Report};
use super::settings::Site;
use super::violation::Violation;
use super::{names, values};
use crate::Key;
use crate::Rule;
use crate::compile::config::{Entry, EntryKind, Place, Setting, SettingValue};
use crate::compile::language::{Language, REASON, Writer, field};
use crate::compile::pattern;
use crate::compile::shown::Shown;

/// How the value of a key that has none is shown.
const NULL: &str = "null";

/// Returns whether `key` takes a list.
pub const fn is_list(key: Key) -> bool {
    matches!(key, Key::Origins | Key::Methods | Key::Headers | Key::Expose | Key::Hosts)
}

/// Returns whether `key` takes `true` or `false`.
pub(crate) const fn is_switch(key: Key) -> bool {
    matches!(key, Key::Credentials | Key::PrivateNetwork | Key::Timing)
}

/// Returns whether `key` takes a value of this type, apart from its entries.
pub(crate) fn fits(key: Key, value: &SettingValue, language: Language) -> bool {
    match value {
        SettingValue::Any | SettingValue::List(_) => is_list(key),
        SettingValue::Bool(_) => is_switch(key),
        SettingValue::Number(_) => matches!(key, Key::MaxAge | Key::PreflightStatus),
        // The environment only has texts, so a text that is not a number is reported there as a wrong status.
        SettingValue::Text(_) => {
            key == Key::MaxAge || key == Key::PreflightStatus && language == Language::Env
        }
        SettingValue::Expect(_) => key == Key::Expect,
        SettingValue::Meant(..) | SettingValue::Table { .. } | SettingValue::Other(_) => false,
    }
}

/// Returns whether a list of `key` takes such an entry.
pub(crate) fn entry_fits(key: Key, entry: &Entry) -> bool {
    match entry.kind {
        EntryKind::Text => true,
        EntryKind::Regex => key == Key::Origins,
        EntryKind::Other => false,
    }
}

/// Reports everything in a setting that has the wrong type. Returns whether the value as a whole fits; single entries may not.
pub(crate) fn check(site: &Site, key: Key, setting: &Setting, report: &mut Report<'_>) -> bool {
    if !fits(key, &setting.value, report.writer().language) {
        let finding = misfit(site, key, &setting.value, report);
        report.add(site, finding);
        return false;
    }
    if let SettingValue::List(entries) = &setting.value {
        for (index, entry) in entries.iter().enumerate().filter(|(_, entry)| !entry_fits(key, entry)) {
            report.add(&site.entry(index), misfit_entry(key, entry, report));
        }
    }
    true
}

/// What is wrong with a value, or with an entry of it, and what to write: for errors while a file is read.
#[cfg(feature = "serde")]
pub(crate) fn refusal(key: Key, value: &SettingValue, writer: &Writer) -> Option<String> {
    if !fits(key, value, writer.language) {
        return Some(format!("{}; {}", message(key, value, writer), shape(key, writer)));
    }
    let SettingValue::List(entries) = value else { return None };
    let entry = entries.iter().find(|entry| !entry_fits(key, entry))?;
    Some(format!("{}; {}", entry_message(key, entry, writer), entry_shape(key, writer)))
}

fn misfit(site: &Site, key: Key, value: &SettingValue, report: &Report<'_>) -> Finding {
    let writer = report.writer();
    let finding = Finding::new(
        Rule::WrongType,
        message(key, value, writer),
        "If it were ignored, the setting would silently be missing.",
    )
    .value(written(value));
    let guess = match value {
        SettingValue::Text(text) if key == Key::Origins && is_any(key, text) => {
            let expect = (site.locus.place != Place::Development).then_some(Rule::AnyOrigin);
            let any = writer.any_with(key, expect);
            let help = format!("list the origins of your front ends, or for public data write {any}");
            return finding.propose(help, Proposal::Any { expect });
        }
        // Only development accepts it without an expectation, and the check should be narrow.
        SettingValue::Text(text) if key == Key::Hosts && is_any(key, text) => {
            (site.locus.place == Place::Development).then_some(Proposal::Any { expect: None })
        }
        SettingValue::Text(text) if is_list(key) => list_of(key, text, report),
        // `GET | POST` and `(GET, POST)` in a macro.
        SettingValue::Other(text) | SettingValue::Table { written: text, .. } if key == Key::Methods => {
            list_of(key, text.trim_matches(['(', ')', '{', '}', ' ']), report)
        }
        SettingValue::Text(text) if is_switch(key) => switch(text).map(Proposal::Switch),
        SettingValue::Number(number) if is_switch(key) => switch(&format!("{number}")).map(Proposal::Switch),
        SettingValue::Text(text) | SettingValue::Other(text) if key == Key::PreflightStatus => {
            values::meant_status(text).map(Proposal::Number)
        }
        SettingValue::Other(text) if key == Key::MaxAge => {
            values::meant_seconds(text).filter(|seconds| values::is_max_age(*seconds)).map(Proposal::Number)
        }
        _ => None,
    };
    if let SettingValue::Meant(_, meant) = value
        && !meant.is_empty()
    {
        let reason = |reason: &Option<String>| {
            reason.clone().filter(|reason| !reason.is_empty()).unwrap_or_else(|| REASON.into())
        };
        let meant: Vec<(&str, String)> =
            meant.iter().map(|expectation| (&*expectation.rule, reason(&expectation.reason))).collect();
        let meant: Vec<(&str, &str)> = meant.iter().map(|(rule, reason)| (*rule, &**reason)).collect();
        return finding.help(format!("write `{}`", writer.excuses(&meant)));
    }
    if matches!(value, SettingValue::Other(text) if text == NULL) {
        return finding.help(format!("take it out, or give it a value, {}", shape(key, writer)));
    }
    match guess {
        Some(proposal) => finding.propose(format!("write `{}`", instead(key, &proposal, writer)), proposal),
        // The last help of all is an example.
        None if matches!(value, SettingValue::Text(text) if is_any(key, text)) => finding,
        None => finding.help(shape(key, writer)),
    }
}

fn message(key: Key, value: &SettingValue, writer: &Writer) -> String {
    let takes: String = match key {
        _ if is_list(key) => "a list or `any`".into(),
        _ if is_switch(key) => "`true` or `false`".into(),
        Key::MaxAge => "seconds or a duration".into(),
        Key::PreflightStatus => "a number".into(),
        _ => "a rule and a reason".into(),
    };
    match value {
        SettingValue::List(_) => format!("`{}` takes {takes}, not a list", writer.name(key.name())),
        SettingValue::Text(text) if text.is_empty() => {
            format!("`{}` takes {takes}, and is empty", writer.name(key.name()))
        }
        _ => format!("`{}` takes {takes}, not `{}`", writer.name(key.name()), Shown(&written(value))),
    }
}

fn written(value: &SettingValue) -> String {
    match value {
        SettingValue::Any => "any".into(),
        SettingValue::List(_) => "[…]".into(),
        SettingValue::Bool(on) => format!("{on}"),
        SettingValue::Number(number) => format!("{number}"),
        SettingValue::Text(text) | SettingValue::Other(text) | SettingValue::Meant(text, _) => text.clone(),
        SettingValue::Table { written, .. } => written.clone(),
        SettingValue::Expect(expectation) => expectation.rule.clone(),
    }
}

/// How the setting is written with what is proposed.
fn instead(key: Key, proposal: &Proposal, writer: &Writer) -> String {
    match proposal {
        Proposal::List(entries) => writer.list(key, entries),
        Proposal::Switch(on) => writer.switch(key, *on),
        Proposal::Number(number) => writer.setting(key, &format!("{number}")),
        _ => writer.any(key),
    }
}

/// The list that was meant by one string.
fn list_of(key: Key, text: &str, report: &Report<'_>) -> Option<Proposal> {
    if is_any(key, text) {
        return Some(Proposal::Any { expect: None });
    }
    let entries = match key {
        Key::Origins => {
            let proposer = Proposer::new(report.mode(), report.writer(), false);
            match proposer.is_sound(&text.into()) {
                true => vec![text.into()],
                false => proposer.entries_for(text)?,
            }
        }
        Key::Hosts if pattern::parse_host(text).is_ok() => vec![text.into()],
        Key::Hosts => values::meant_hosts(text)?,
        Key::Methods => {
            let names = meant_names::meant_methods(text).unwrap_or_else(|| vec![text.into()]);
            let is_sound = |name: &String| names::method_fault(name, report.writer()).is_none();
            names.iter().all(is_sound).then(|| names.iter().map(Entry::from).collect())?
        }
        _ => {
            let parts = text.split([',', ' ']).map(|part| part.trim_matches(['"', '\'', '[', ']', ';']));
            let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
            // What no browser acts on has nothing to keep.
            let parts: Vec<&str> = parts
                .into_iter()
                .filter(|part| !names::is_needless_header(part, key, report.writer()))
                .collect();
            let is_sound = |name: &&str| names::is_sound_header(name, key, report.writer());
            (!parts.is_empty() && parts.iter().all(is_sound))
                .then(|| parts.into_iter().map(Entry::from).collect())?
        }
    };
    Some(Proposal::List(entries))
}

/// What to write instead where nothing can be proposed, by example.
pub(super) fn example(violation: &Violation, writer: &Writer) -> Option<String> {
    let key = violation.meant_key().filter(|_| violation.rule() != Rule::UnknownKey)?;
    let value = violation.value().unwrap_or_default();
    let is_whole = violation.locus().entry.is_none();
    Some(match key {
        Key::Origins if !is_whole || violation.rule() != Rule::WrongType => return None,
        Key::Origins if is_any(key, value) => {
            format!("list the origins of your front ends, {}", shape(key, writer))
        }
        Key::Hosts if stands_for_all(value) => {
            format!("list the names by which the service is called, {}", shape(key, writer))
        }
        Key::Methods | Key::Headers if stands_for_all(value) => {
            let what = if key == Key::Methods { "methods" } else { "headers" };
            format!("list the {what} that your front end sends, {}", shape(key, writer))
        }
        Key::Expose if stands_for_all(value) => {
            format!("list the headers that pages read, {}", shape(key, writer))
        }
        _ if is_whole => shape(key, writer),
        Key::Headers if value.contains('*') => {
            let family = writer.list(key, &["x-app-*".into()]);
            format!("list the headers that your front end sends, or a family: `{family}`")
        }
        _ => format!("write the {} itself, {}", field(key), shape(key, writer)),
    })
}

/// Returns whether this value was meant as `any`.
fn is_any(key: Key, text: &str) -> bool {
    pattern::is_any(text) || key != Key::Origins && stands_for_all(text)
}

fn switch(text: &str) -> Option<bool> {
    match &*text.trim().trim_matches(['"', '\'']).to_ascii_lowercase() {
        "true" | "yes" | "on" | "1" | "y" | "enabled" | "include" => Some(true),
        "false" | "no" | "off" | "0" | "n" | "disabled" | "omit" => Some(false),
        _ => None,
    }
}

/// What a key takes, as it is written here.
fn shape(key: Key, writer: &Writer) -> String {
    let example = match key {
        Key::Origins => writer.list(key, &["https://app.example".into()]),
        Key::Methods => writer.list(key, &["GET".into(), "PUT".into()]),
        Key::Headers => writer.list(key, &["authorization".into()]),
        Key::Expose => writer.list(key, &["x-total-count".into()]),
        Key::Hosts => writer.list(key, &["api.example".into()]),
        Key::MaxAge => writer.setting(key, "3600"),
        Key::PreflightStatus => writer.setting(key, "204"),
        Key::Expect => writer.excuse(Rule::LoopbackOrigin),
        Key::PrivateNetwork => {
            let (on, off) = (writer.switch(key, true), writer.switch(key, false));
            return format!("write `{off}`; `{on}` needs an `expect`");
        }
        _ => return format!("write `{}` or `{}`", writer.switch(key, true), writer.switch(key, false)),
    };
    format!("for example `{example}`")
}

fn misfit_entry(key: Key, entry: &Entry, report: &Report<'_>) -> Finding {
    let writer = report.writer();
    let is_bool = entry.kind == EntryKind::Other && matches!(&*entry.text, "true" | "false");
    let why = match writer.language {
        Language::Yaml if is_bool => {
            "YAML reads `yes`, `no`, `on` and `off` without quotes as `true` and `false`."
        }
        _ => "If it were ignored, the entry would silently be missing.",
    };
    let finding = Finding::new(Rule::WrongType, entry_message(key, entry, writer), why).value(&entry.text);
    match meant_entry(key, entry, report) {
        Some((meant, true)) => {
            finding.propose(format!("write {}", writer.shown(key, &meant)), Proposal::Entries(meant))
        }
        Some((meant, false)) => finding.help(format!("write `{}`", writer.entries(key, &meant))),
        None => finding.help(entry_shape(key, writer)),
    }
}

/// What was meant by an entry of the wrong type, and whether it can be taken as it is: a reason that is missing has to be written first.
fn meant_entry(key: Key, entry: &Entry, report: &Report<'_>) -> Option<(Vec<Entry>, bool)> {
    if entry.kind == EntryKind::Other && key == Key::Methods && entry.meant.is_none() {
        // `GET | POST` in a macro.
        let names = meant_names::meant_methods(&entry.text)?;
        return Some((names.iter().map(Entry::from).collect(), true)).filter(|_| names.len() > 1);
    }
    let mut meant = (**entry.meant.as_ref()?).clone();
    let mut is_whole = true;
    for expectation in &mut meant.expectations {
        if expectation.reason.as_deref().unwrap_or_default().trim().is_empty() {
            (expectation.reason, is_whole) = (Some(REASON.into()), false);
        }
    }
    if meant.kind == EntryKind::Text && key == Key::Origins {
        let proposer = Proposer::new(report.mode(), report.writer(), false);
        if meant.expectations.is_empty() && !proposer.is_sound(&meant) {
            return Some((proposer.entries_for(&meant.text)?, true));
        }
    }
    Some((vec![meant], is_whole))
}

fn entry_message(key: Key, entry: &Entry, writer: &Writer) -> String {
    let name = writer.name(key.name());
    match entry.kind {
        EntryKind::Regex => format!("a regex is an entry of `origins` alone, not of `{name}`"),
        _ => format!("an entry of `{name}` is not `{}`", Shown(&entry.text)),
    }
}

/// What an entry is, as it is written here.
fn entry_shape(key: Key, writer: &Writer) -> String {
    let example = match key {
        Key::Origins => "https://app.example",
        Key::Methods => "PUT",
        Key::Hosts => "api.example",
        _ => "x-request-id",
    };
    match (key, writer.language) {
        (_, Language::Env) => format!("write the {} itself, `{example}`", field(key)),
        (Key::Origins, _) => {
            let regex = writer.entry(key, &Entry::regex(r"https://pr-\d+\.app\.example"));
            format!("write a string, `{}`, or a regex, `{regex}`", writer.quoted(example))
        }
        _ => format!("write a string, `{}`", writer.quoted(example)),
    }
}
