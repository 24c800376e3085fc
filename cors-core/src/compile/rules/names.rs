//! The rules about methods and header names.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::meant_names::{
    meant_family, meant_headers, meant_methods, named_headers, named_methods, near_methods, stands_for_all,
};
use super::proposal::Proposal;
use super::report::{Finding, Report};
use super::settings::{List, Settings, Site};
use super::types;
use crate::Key;
use crate::Rule;
use crate::compile::config::Entry;
use crate::compile::language::Writer;
use crate::compile::pattern;
use crate::compile::shown::Shown;
use crate::engine::standard;
use crate::explain::misspelled::misspelled_header;

/// The checked names of a list. `None` stands for `any`.
pub(crate) type NameList = Option<Vec<String>>;

/// Methods that browsers put into upper case.
/// <https://fetch.spec.whatwg.org/#concept-method-normalize>
const NORMALIZED_METHODS: [&str; 6] = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];

/// The methods that a preflight may ask for.
pub(crate) fn methods(settings: &Settings<'_>, report: &mut Report<'_>) -> NameList {
    let (site, entries) = match settings.list(Key::Methods) {
        List::Absent | List::Unfit => return Some(standard::SAFELISTED_METHODS.map(String::from).to_vec()),
        List::Any(site) => {
            if settings.is_on(Key::Credentials) {
                let finding = any_with_credentials(Rule::AnyMethodWithCredentials, "method", "PURGE");
                report.add(site, finding.on_setting(report.writer().any(Key::Methods)));
            }
            return None;
        }
        List::Entries(site, entries) => (site, entries),
    };
    let mut methods = Vec::new();
    let mut seen = BTreeSet::new();
    for (index, entry) in fitting(Key::Methods, entries) {
        let (site, method) = (site.entry(index), entry.text.as_str());
        if !seen.insert(method) {
            report.add(&site, duplicate(method, "method"));
            continue;
        }
        if let Some(finding) = method_fault(method, report.writer()) {
            report.add_entry(&site, entry, finding);
        }
        methods.push(method.to_string());
    }
    Some(with_head(methods))
}

/// The entries of the right type, with their indices; the others have been reported.
fn fitting(key: Key, entries: &[Entry]) -> impl Iterator<Item = (usize, &Entry)> {
    entries.iter().enumerate().filter(move |(_, entry)| types::entry_fits(key, entry))
}

/// `GET` includes `HEAD`, because a route for `GET` answers both.
fn with_head(mut methods: Vec<String>) -> Vec<String> {
    if !methods.iter().any(|method| method == "HEAD")
        && let Some(get) = methods.iter().position(|method| method == "GET")
    {
        methods.insert(get + 1, "HEAD".into());
    }
    methods
}

/// What is wrong with a method.
pub(super) fn method_fault(method: &str, writer: &Writer) -> Option<Finding> {
    let finding = if stands_for_all(method) {
        let message = format!("`{}` is not a method", Shown(method));
        let why = "An entry of the list is one method.";
        let finding = Finding::new(rule_of_all(method, Rule::InvalidMethod), message, why);
        any_instead(finding, Key::Methods, "method", writer)
    } else if !standard::is_token(method.as_bytes()) || method.contains('*') {
        let why = "A browser asks for one method by its exact name; this never matches.";
        let message = match method {
            "" => "an empty string is not a method".into(),
            _ => format!("`{}` is not a method", Shown(method)),
        };
        let finding = Finding::new(Rule::InvalidMethod, message, why);
        if method.is_empty() {
            return Some(finding.propose("take the entry out", Proposal::Remove).value(method));
        }
        methods_instead(finding, meant_methods(method).or_else(|| named_methods(method)), writer)
    } else if standard::is_forbidden_method(method.as_bytes()) {
        let why = "No browser lets a page send it, so the entry never matches (https://fetch.spec.whatwg.org/#forbidden-method).";
        Finding::new(Rule::ForbiddenMethod, format!("`{method}` is a method that no page can send"), why)
            .propose("take the entry out", Proposal::Remove)
    } else {
        let Some(standard) =
            standard::STANDARD_METHODS.iter().find(|known| known.eq_ignore_ascii_case(method))
        else {
            return misspelled_method(method, writer).map(|finding| finding.value(method));
        };
        if *standard == method {
            return None;
        }
        let why = if NORMALIZED_METHODS.contains(standard) {
            "Methods are case-sensitive, and browsers send this one in upper case however the page writes it."
        } else {
            "Methods are case-sensitive, and browsers send this one as the page writes it. The standard method is in upper case, so the page has to write it that way."
        };
        let finding = Finding::new(Rule::InertEntry, format!("`{method}` is not `{standard}`"), why);
        names_instead(finding, Key::Methods, Some(vec![standard.to_string()]), writer)
    };
    Some(finding.value(method))
}

/// The rule about a word for everything: as a token it could be the name of something.
fn rule_of_all(word: &str, otherwise: Rule) -> Rule {
    let is_name = standard::is_token(word.as_bytes()) && !word.contains('*') && !pattern::is_any(word);
    if is_name { Rule::MisspelledName } else { otherwise }
}

/// What is wrong with a token that is not a standard method: it names several, or it is one typo away from one.
fn misspelled_method(method: &str, writer: &Writer) -> Option<Finding> {
    let why = "Methods are compared letter by letter: a browser that asks for the standard one is refused.";
    if let Some(names) = named_methods(method) {
        let message = match &names[..] {
            [name] => format!("`{method}` is not the method `{name}`"),
            _ => format!("`{method}` is several methods in one string"),
        };
        return Some(methods_instead(Finding::new(Rule::MisspelledName, message, why), Some(names), writer));
    }
    let near = near_methods(method);
    let last = near.last()?;
    let message = format!("`{method}` is not a standard method, but `{last}` is");
    let finding = Finding::new(Rule::MisspelledName, message, why);
    if let [one] = near[..] {
        return Some(methods_instead(finding, Some(vec![one.into()]), writer));
    }
    let each = near.iter().map(|name| writer.entry(Key::Methods, &(*name).into()));
    Some(finding.help(format!("write the one that was meant, {}", each.collect::<Vec<_>>().join(" or "))))
}

/// A finding with methods to write instead, if they follow the rules.
fn methods_instead(finding: Finding, names: Option<Vec<String>>, writer: &Writer) -> Finding {
    let is_sound = |names: &Vec<String>| names.iter().all(|name| method_fault(name, writer).is_none());
    names_instead(finding, Key::Methods, names.filter(is_sound), writer)
}

/// The request headers that a preflight may ask for. A family is one of them as it is written, `x-stainless-*`.
pub(crate) fn headers(settings: &Settings<'_>, report: &mut Report<'_>) -> NameList {
    match settings.list(Key::Headers) {
        List::Absent | List::Unfit => Some(Vec::new()),
        List::Any(site) => {
            if settings.is_on(Key::Credentials) {
                let example = "x-http-method-override";
                let finding = any_with_credentials(Rule::AnyHeaderWithCredentials, "header", example);
                report.add(site, finding.on_setting(report.writer().any(Key::Headers)));
            }
            None
        }
        List::Entries(site, entries) => Some(header_names(site, entries, Key::Headers, report)),
    }
}

/// The response headers that pages may read.
pub(crate) fn exposed(settings: &Settings<'_>, report: &mut Report<'_>) -> NameList {
    match settings.list(Key::Expose) {
        List::Absent | List::Unfit => Some(Vec::new()),
        List::Any(site) => {
            if settings.is_on(Key::Credentials) {
                report.add(site, any_expose_with_credentials(report.writer()));
            }
            None
        }
        List::Entries(site, entries) => Some(header_names(site, entries, Key::Expose, report)),
    }
}

fn header_names(site: &Site, entries: &[Entry], key: Key, report: &mut Report<'_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    for (index, entry) in fitting(key, entries) {
        let site = site.entry(index);
        let name = entry.text.to_ascii_lowercase();
        if !seen.insert(name.clone()) {
            report.add(&site, duplicate(&entry.text, "header"));
            continue;
        }
        if let Some(finding) = header_fault(&entry.text, key, report.writer()) {
            report.add_entry(&site, entry, finding);
        }
        names.push(name);
    }
    names
}

/// Returns whether a header name follows the rules of its list.
pub(super) fn is_sound_header(name: &str, key: Key, writer: &Writer) -> bool {
    header_fault(name, key, writer).is_none()
}

/// Returns whether a header can be taken out of its list without a loss.
pub(super) fn is_needless_header(name: &str, key: Key, writer: &Writer) -> bool {
    header_fault(name, key, writer).is_some_and(|finding| finding.is_needless())
}

/// What is wrong with a header name, by the rule that fits best.
fn header_fault(written: &str, key: Key, writer: &Writer) -> Option<Finding> {
    let name = written.to_ascii_lowercase();
    let finding = invalid_header(written, &name, key, writer).or_else(|| match key {
        Key::Headers => request_header_fault(&name, written, writer),
        _ => response_header_fault(&name, written),
    });
    finding.or_else(|| misspelled(&name, written, key, writer)).map(|finding| finding.value(written))
}

fn invalid_header(written: &str, name: &str, key: Key, writer: &Writer) -> Option<Finding> {
    if stands_for_all(written) {
        let why = "An entry of the list is one header.";
        let message = format!("`{}` is not a header name", Shown(written));
        let finding = Finding::new(rule_of_all(written, Rule::InvalidHeader), message, why);
        return Some(any_instead(finding, key, "header", writer));
    }
    let is_family = standard::family(name).is_some();
    if is_family && key == Key::Expose {
        let why = "There are no families among exposed headers: a response has to name each header.";
        let message = format!("`{written}` is a family, and `{}` takes names", writer.name(key.name()));
        return Some(
            Finding::new(Rule::InvalidHeader, message, why)
                .help("list the headers that pages read, one by one"),
        );
    }
    if standard::is_token(name.as_bytes()) && (is_family || !name.contains('*')) {
        return None;
    }
    let message = match written {
        "" => "an empty string is not a header name".into(),
        _ => format!("`{}` is not a header name", Shown(written)),
    };
    let why = if standard::is_token(name.as_bytes()) {
        "A `*` may only stand at the end, after a `-`: `x-app-*` is the family of all names that begin `x-app-`."
    } else {
        "HTTP has no field of such a name, so the entry never matches."
    };
    let finding = Finding::new(Rule::InvalidHeader, message, why);
    if written.is_empty() {
        return Some(finding.propose("take the entry out", Proposal::Remove));
    }
    let names = meant_headers(written).or_else(|| meant_family(name).filter(|_| key == Key::Headers));
    let is_sound = |names: &[String]| names.iter().all(|name| is_sound_header(name, key, writer));
    Some(names_instead(finding, key, names.filter(|names| is_sound(names)), writer))
}

/// Prefixes of names that change what a request means to a proxy, a framework or the browser itself.
const POWERFUL_FAMILIES: [&str; 5] = ["x-http-method-", "x-forwarded-", "x-original-", "sec-", "proxy-"];

/// Single names that do the same.
const POWERFUL_NAMES: [&str; 3] = ["x-method-override", "x-rewrite-url", "x-real-ip"];

/// `name` is in lower case, `written` as the policy has it.
fn request_header_fault(name: &str, written: &str, writer: &Writer) -> Option<Finding> {
    if standard::is_cors_response_header(name)
        || standard::family(name).is_some_and(|family| "access-control-allow-".starts_with(family))
            && name.starts_with("access-")
    {
        let why = "Servers send it in responses, and the policy does so by itself. No page asks to send it.";
        let message = format!("`{written}` is not a request header");
        return Some(
            Finding::new(Rule::WrongHeader, message, why).propose("take the entry out", Proposal::Remove),
        );
    }
    if let Some(family) = standard::family(name) {
        let covered = POWERFUL_FAMILIES
            .into_iter()
            .find(|powerful| powerful.starts_with(family) || family.starts_with(powerful))
            .map(|powerful| format!("{powerful}…"))
            .or_else(|| {
                POWERFUL_NAMES.into_iter().find(|name| name.starts_with(family)).map(ToString::to_string)
            })?;
        let why = format!(
            "A page could send `{covered}`, which proxies, frameworks or the browser itself take for more than data: a method, an address, a user."
        );
        let message = format!("the family `{written}` covers names that change what a request means");
        let help = format!(
            "list the headers that your front end sends, or a narrower family: `{}`",
            writer.list(Key::Headers, &["x-app-*".into()])
        );
        return Some(Finding::new(Rule::HeaderFamily, message, why).help(help));
    }
    standard::is_forbidden_request_header(name).then(|| {
        let why = "The browser sets it itself and never asks for it, so the entry does nothing (https://fetch.spec.whatwg.org/#forbidden-request-header).";
        let message = format!("`{written}` is a header that no page can set");
        Finding::new(Rule::InertEntry, message, why).propose("take the entry out", Proposal::Remove)
    })
}

/// `name` is in lower case, `written` as the policy has it.
fn response_header_fault(name: &str, written: &str) -> Option<Finding> {
    let (rule, message, why) = if standard::is_cors_header(name) {
        let why = "It is part of the CORS exchange itself, which the browser reads and no page needs.";
        (Rule::WrongHeader, format!("`{written}` is not a header to expose"), why)
    } else if standard::is_forbidden_response_header(name) {
        let why = "Browsers never show it to scripts (https://fetch.spec.whatwg.org/#forbidden-response-header-name).";
        (Rule::InertEntry, format!("`{written}` is a header that no page can read"), why)
    } else if standard::is_safelisted_response_header(name) {
        let why = "Every page can read it anyway (https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name), so the entry does nothing.";
        (Rule::InertEntry, format!("`{written}` is readable without being exposed"), why)
    } else {
        return None;
    };
    Some(Finding::new(rule, message, why).propose("take the entry out", Proposal::Remove))
}

fn misspelled(name: &str, written: &str, key: Key, writer: &Writer) -> Option<Finding> {
    let why =
        "Header names are compared letter by letter: a browser that asks for the standard one is refused.";
    if let Some(names) = named_headers(written) {
        let message = match &names[..] {
            [name] => format!("`{written}` is not the header `{name}`"),
            _ => format!("`{written}` is several headers in one string"),
        };
        let is_sound = names.iter().all(|name| is_sound_header(name, key, writer));
        let finding = Finding::new(Rule::MisspelledName, message, why);
        return Some(names_instead(finding, key, Some(names).filter(|_| is_sound), writer));
    }
    let meant = misspelled_header(name)?;
    let message = format!("`{written}` is not a standard header, but `{meant}` is");
    let finding = Finding::new(Rule::MisspelledName, message, why);
    let is_sound = response_or_request(key, meant);
    let names = is_sound.then(|| vec![meant.to_string()]);
    Some(names_instead(finding, key, names, writer))
}

/// Returns whether a standard name belongs in the list of `key`.
fn response_or_request(key: Key, name: &str) -> bool {
    match key {
        Key::Headers => {
            !standard::is_forbidden_request_header(name) && !standard::is_cors_response_header(name)
        }
        _ => response_header_fault(name, name).is_none(),
    }
}

fn any_with_credentials(rule: Rule, what: &str, example: &str) -> Finding {
    Finding::new(
        rule,
        format!("every {what} is allowed, with the user's cookies"),
        format!("A page of any listed origin, or whoever breaks into one, can send `{example}` as the user."),
    )
    .value("any")
    .help(format!("list the {what}s that your front end sends"))
}

fn any_expose_with_credentials(writer: &Writer) -> Finding {
    let (any, credentials) = (writer.any(Key::Expose), writer.switch(Key::Credentials, true));
    Finding::new(
        Rule::AnyExposeWithCredentials,
        format!("`{any}` together with `{credentials}` exposes nothing"),
        "For a request with credentials browsers take `*` for a header of that name (https://fetch.spec.whatwg.org/#concept-main-fetch).",
    )
    .value("any")
    .help(format!(
        "list the headers that pages read, for example `{}`",
        writer.list(Key::Expose, &["x-total-count".into()])
    ))
}

/// A finding about an entry that was meant as `any`.
fn any_instead(finding: Finding, key: Key, what: &str, writer: &Writer) -> Finding {
    let help = format!("for every {what}, write `{}` instead of the list", writer.any(key));
    finding.propose(help, Proposal::Any { expect: None })
}

/// A finding with names to write instead, where some are known.
fn names_instead(finding: Finding, key: Key, names: Option<Vec<String>>, writer: &Writer) -> Finding {
    let Some(names) = names else { return finding };
    let entries: Vec<Entry> = names.iter().map(Entry::from).collect();
    finding.propose(format!("write {}", writer.shown(key, &entries)), Proposal::Entries(entries))
}

pub(crate) fn duplicate(entry: &str, what: &str) -> Finding {
    Finding::new(
        Rule::DuplicateEntry,
        format!("the {what} `{}` is listed twice", Shown(entry)),
        "The second entry adds nothing. Usually one of the two was meant to be something else.",
    )
    .value(entry)
    .propose("take this one out", Proposal::Remove)
}
