//! The rules about methods and header names.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::report::{Finding, Report};
use super::settings::{Settings, Site};
use crate::Key;
use crate::Rule;
use crate::compile::config::{Listed, Setting};
use crate::compile::pattern;
use crate::engine::standard;

/// What a list of names comes down to; `None` stands for `any`.
pub(crate) type Names = Option<Vec<String>>;

/// The methods that a preflight may ask for.
pub(crate) fn methods(settings: &Settings<'_>, report: &mut Report) -> Names {
    let Some((site, Setting::Methods(listed))) = settings.get(Key::Methods) else {
        return Some(standard::SAFELISTED_METHODS.map(String::from).to_vec());
    };
    let Listed::Entries(entries) = listed else {
        if settings.is_on(Key::Credentials) {
            report.add(site, any_with_credentials(Rule::AnyMethodWithCredentials, "method", "PURGE"));
        }
        return None;
    };
    let mut methods: Vec<String> = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let site = site.entry(index);
        if let Some(finding) = method_fault(entry) {
            report.add(&site, finding);
        }
        if methods.contains(entry) {
            report.add(&site, duplicate(entry, "method"));
        } else {
            methods.push(entry.clone());
        }
    }
    Some(with_head(methods))
}

/// `GET` brings `HEAD` along: a route for the one answers the other.
fn with_head(mut methods: Vec<String>) -> Vec<String> {
    if !methods.iter().any(|method| method == "HEAD")
        && let Some(get) = methods.iter().position(|method| method == "GET")
    {
        methods.insert(get + 1, "HEAD".into());
    }
    methods
}

fn method_fault(method: &str) -> Option<Finding> {
    let finding = if pattern::is_any(method) {
        Finding::new(
            Rule::InvalidMethod,
            format!("`{method}` is not a method"),
            "An entry of the list is one method.",
        )
        .help("write `methods: any`, without a list, for every method")
    } else if !standard::is_token(method.as_bytes()) {
        let why = "A browser asks for one method by its exact name; this never matches.";
        let message = match method {
            "" => "an empty string is not a method".into(),
            _ => format!("`{}` is not a method", method.escape_debug()),
        };
        Finding::new(Rule::InvalidMethod, message, why).maybe_help(several(
            method,
            |c| c.is_whitespace() || matches!(c, ',' | ';'),
            str::to_ascii_uppercase,
        ))
    } else if standard::is_forbidden_method(method.as_bytes()) {
        let why = "Browsers let no page send it, so that the entry never matches (Fetch, \"Methods\").";
        Finding::new(Rule::ForbiddenMethod, format!("`{method}` is a method that no page can send"), why)
            .help("take the entry out")
    } else {
        let standard = standard::STANDARD_METHODS.iter().find(|known| known.eq_ignore_ascii_case(method))?;
        if *standard == method {
            return None;
        }
        let why = "Methods are compared with their case, and browsers send this one in upper case.";
        Finding::new(Rule::InertEntry, format!("`{method}` is not `{standard}`"), why)
            .help(format!("write `{standard}`"))
    };
    Some(finding.value(method))
}

/// The request headers that a preflight may ask for.
pub(crate) fn headers(settings: &Settings<'_>, report: &mut Report) -> Names {
    let Some((site, Setting::Headers(listed))) = settings.get(Key::Headers) else { return Some(Vec::new()) };
    let Listed::Entries(entries) = listed else {
        if settings.is_on(Key::Credentials) {
            let example = "x-http-method-override";
            report.add(site, any_with_credentials(Rule::AnyHeaderWithCredentials, "header", example));
        }
        return None;
    };
    Some(header_names(site, entries, "headers", request_header_fault, report))
}

/// The response headers that pages may read.
pub(crate) fn exposed(settings: &Settings<'_>, report: &mut Report) -> Names {
    let Some((site, Setting::Expose(listed))) = settings.get(Key::Expose) else { return Some(Vec::new()) };
    let Listed::Entries(entries) = listed else {
        if settings.is_on(Key::Credentials) {
            report.add(site, any_expose_with_credentials());
        }
        return None;
    };
    Some(header_names(site, entries, "expose", response_header_fault, report))
}

fn header_names(
    site: &Site,
    entries: &[String],
    key: &str,
    fault: impl Fn(&str, &str) -> Option<Finding>,
    report: &mut Report,
) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut seen = alloc::collections::BTreeSet::new();
    for (index, entry) in entries.iter().enumerate() {
        let site = site.entry(index);
        let name = entry.to_ascii_lowercase();
        if let Some(finding) = invalid_header(entry, key).or_else(|| fault(&name, entry)) {
            report.add(&site, finding.value(entry.as_str()));
        }
        if seen.insert(name.clone()) {
            names.push(name);
        } else {
            report.add(&site, duplicate(entry, "header"));
        }
    }
    names
}

fn invalid_header(name: &str, key: &str) -> Option<Finding> {
    if pattern::is_any(name) {
        let why = "An entry of the list is one header.";
        let finding = Finding::new(Rule::InvalidHeader, format!("`{name}` is not a header name"), why);
        return Some(finding.help(format!("write `{key}: any`, without a list, for every header")));
    }
    (!standard::is_token(name.as_bytes())).then(|| {
        let why = "No message can carry such a field, so that the entry never matches.";
        let message = match name {
            "" => "an empty string is not a header name".into(),
            _ => format!("`{}` is not a header name", name.escape_debug()),
        };
        Finding::new(Rule::InvalidHeader, message, why).maybe_help(several(
            name,
            |c| matches!(c, ',' | ';'),
            header_case,
        ))
    })
}

/// `name` is in lower case, `written` as the policy has it.
fn request_header_fault(name: &str, written: &str) -> Option<Finding> {
    if standard::is_cors_response_header(name) {
        let why =
            "It is an answer of the server, which the policy gives where it is due; no page asks to send it.";
        let message = format!("`{written}` is not a request header");
        return Some(Finding::new(Rule::WrongHeader, message, why).help("take the entry out"));
    }
    standard::is_forbidden_request_header(name).then(|| {
        let why = "The browser sets it itself and never asks for it; the entry does nothing (Fetch, \"forbidden request-header\").";
        let message = format!("`{written}` is a header that no page can set");
        Finding::new(Rule::InertEntry, message, why).help("take the entry out")
    })
}

/// `name` is in lower case, `written` as the policy has it.
fn response_header_fault(name: &str, written: &str) -> Option<Finding> {
    let (rule, message, why) = if standard::is_cors_header(name) {
        let why = "It is part of the CORS exchange itself, which the browser reads and no page needs.";
        (Rule::WrongHeader, format!("`{written}` is not a header to expose"), why)
    } else if standard::is_forbidden_response_header(name) {
        let why = "Browsers show it to no script (Fetch, \"forbidden response-header name\").";
        (Rule::InertEntry, format!("`{written}` is a header that no page can read"), why)
    } else if standard::is_safelisted_response_header(name) {
        let why = "Every page may read it (Fetch, \"CORS-safelisted response-header name\"); the entry does nothing.";
        (Rule::InertEntry, format!("`{written}` is readable without being exposed"), why)
    } else {
        return None;
    };
    Some(Finding::new(rule, message, why).help("take the entry out"))
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

fn any_expose_with_credentials() -> Finding {
    Finding::new(
        Rule::AnyExposeWithCredentials,
        "`expose: any` together with `credentials: true` exposes nothing",
        "For a request with credentials browsers take `*` for a header of that name (Fetch, \"Main fetch\").",
    )
    .value("any")
    .help("list the headers that pages read, for example `expose: [\"x-total-count\"]`")
}

pub(crate) fn duplicate(entry: &str, what: &str) -> Finding {
    Finding::new(
        Rule::DuplicateEntry,
        format!("the {what} `{}` is listed twice", entry.escape_debug()),
        "The second entry adds nothing; mostly one of the two was meant to be another.",
    )
    .value(entry)
    .help("take one of them out")
}

/// Several names in one string, or one with the wrong spelling, as they should be written.
fn several(text: &str, separator: impl Fn(char) -> bool, spell: impl Fn(&str) -> String) -> Option<String> {
    let names: Vec<String> =
        text.split(separator).map(|name| spell(name.trim())).filter(|name| !name.is_empty()).collect();
    let legal = !names.is_empty() && names.iter().all(|name| standard::is_token(name.as_bytes()));
    legal.then(|| {
        format!("write {}", names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", "))
    })
}

/// `Content Type:` is `content-type`.
fn header_case(name: &str) -> String {
    let words = name.trim_end_matches(':').split_whitespace().map(str::to_ascii_lowercase);
    words.collect::<Vec<_>>().join("-")
}
