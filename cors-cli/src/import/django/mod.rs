//! The settings of Django and django-cors-headers (4.9), as a policy.
//!
//! They come as JSON, because a `settings.py` is a program: `dump.sh` makes Python print what it sets.

mod settings;

use cors_engine::Key;

use self::settings::{Sequence, Settings, name};
use super::draft::{Draft, Entry, Value};
use crate::report::Problem;

/// What django-cors-headers allows where the settings say nothing.
const DEFAULT_METHODS: [&str; 6] = ["DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"];
const DEFAULT_HEADERS: [&str; 6] =
    ["accept", "authorization", "content-type", "user-agent", "x-csrftoken", "x-requested-with"];
/// In seconds.
const DEFAULT_MAX_AGE: u64 = 86_400;
const DEFAULT_URLS: &str = "^.*$";

/// Methods that a browser does not look for in the list. HEAD comes with GET.
const SAFELISTED: [&str; 2] = ["GET", "POST"];

/// Django's and django-cors-headers' word for everything.
const ALL: &str = "*";

/// Reads the settings; `source` is what messages call them.
pub(super) fn read(source: &str, text: &str) -> Result<Draft, Problem> {
    let mut settings = Settings::parse(source, text)?;
    let mut draft = Draft::default();
    draft.remark(format!(
        "From the Django settings in {source}. Comments beside the keys say what differs from django-cors-headers."
    ));
    draft.remark("Preflights get 204, or 403 if refused; in Django always 200. GET includes HEAD.");
    origins(&mut settings, &mut draft);
    let credentials = settings.flag(name::CREDENTIALS);
    if credentials {
        draft.set(Key::Credentials, Value::On, Vec::new());
    }
    let methods = settings.sequence(name::METHODS);
    names(&mut draft, Key::Methods, methods, Some((name::METHODS.0, &DEFAULT_METHODS, "calls")), credentials);
    let headers = settings.sequence(name::HEADERS);
    names(&mut draft, Key::Headers, headers, Some((name::HEADERS.0, &DEFAULT_HEADERS, "sends")), credentials);
    let exposed = settings.sequence(name::EXPOSE);
    names(&mut draft, Key::Expose, exposed, None, credentials);
    max_age(&mut settings, &mut draft);
    if settings.flag(name::PRIVATE_NETWORK) {
        draft.set(Key::PrivateNetwork, Value::On, Vec::new());
    }
    hosts(&mut settings, &mut draft);
    urls(&mut settings, &mut draft);
    draft.remarks.extend(settings.finish()?);
    Ok(draft)
}

fn origins(settings: &mut Settings, draft: &mut Draft) {
    let all = settings.flag(name::ALL_ORIGINS);
    let origins = settings.origins(name::ORIGINS).map(|origins| origins.items).unwrap_or_default();
    let regexes = settings.sequence(name::REGEXES);
    let credentials = settings.flag(name::CREDENTIALS);
    let mut remarks = Vec::new();
    if let Some(Sequence { name, string: Some(string), .. }) = &regexes {
        remarks
            .push(format!("{name} was the string {string:?}, of which each letter was a regex by itself."));
    }
    let regexes = regexes.map(|regexes| regexes.items).unwrap_or_default();
    let everybody = match all {
        true => Some(name::ALL_ORIGINS.0.to_owned()),
        false => {
            regexes.iter().find(|regex| lets_in_everybody(regex)).map(|regex| format!("the regex `{regex}`"))
        }
    };
    if let Some(setting) = everybody {
        let others = origins.iter().chain(&regexes).filter(|entry| all || !lets_in_everybody(entry));
        let others: Vec<&str> = others.map(String::as_str).collect();
        if !others.is_empty() {
            remarks.push(format!(
                "{setting} allowed every origin, so these lists had no effect: {}",
                others.join(" ")
            ));
        } else if !all {
            remarks.push(format!("{setting} allowed every origin."));
        }
        if credentials {
            draft.holes.push(format!(
                "{setting} sent back every origin, with credentials\n\
                 Every site that a user visits could read their data as if it were the user.\n\
                 help: list the origins that need credentials, in the old settings as well while they are in use"
            ));
        }
        draft.set(Key::Origins, Value::Any, remarks);
        return;
    }
    let mut entries: Vec<Entry> = origins.into_iter().map(Entry::Text).collect();
    for regex in regexes {
        let (whole, was_open) = whole(&regex);
        if was_open {
            remarks.push(format!(
                "The regex `{regex}` was open at its end. Here it must match the whole origin."
            ));
            draft.holes.push(format!(
                "the regex `{regex}` was open at its end\n\
                 It also allowed anything after a match, such as another domain, which anybody can register.\n\
                 help: none is needed here, where a regex matches the whole origin; in the old settings, add `$` while they are in use"
            ));
        }
        entries.push(Entry::Regex(whole));
    }
    if entries.is_empty() {
        remarks.push("No origin was allowed, unless by the signal `check_request_enabled`.".into());
    }
    draft.set(Key::Origins, Value::List(entries), remarks);
}

/// Returns whether a regex, which Python only matches at the start, matches every web origin: it matches the empty text, or
/// what all of them begin with.
fn lets_in_everybody(regex: &str) -> bool {
    use regex_syntax::hir::Look;
    let start = regex.strip_prefix('^').unwrap_or(regex);
    if "http".starts_with(start)
        || [".", ".*", ".+", "https?", "https?:", "https?:/", "https?://"].contains(&start)
    {
        return true;
    }
    // What cannot be parsed is said by the rule about regexes.
    regex_syntax::parse(regex).is_ok_and(|regex| {
        let properties = regex.properties();
        let looks = properties.look_set();
        properties.minimum_len() == Some(0)
            && (looks.is_empty() || looks.iter().all(|look| look == Look::Start))
    })
}

/// A regex of Python's, which matches at the start of the origin, as one that matches all of it.
fn whole(regex: &str) -> (String, bool) {
    if let Some(start) = regex.strip_suffix(r"\Z") {
        return (format!("{start}$"), false);
    }
    // A `\$` is a dollar sign; a bar outside a group leaves all but the last branch open.
    let is_closed = regex.ends_with('$') && !regex.ends_with(r"\$") && !has_outer_bar(regex);
    (regex.into(), !is_closed)
}

fn has_outer_bar(regex: &str) -> bool {
    let (mut depth, mut in_class) = (0_usize, false);
    let mut letters = regex.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => drop(letters.next()),
            '[' => in_class = true,
            ']' => in_class = false,
            _ if in_class => {}
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '|' if depth == 0 => return true,
            _ => {}
        }
    }
    false
}

/// A list of names, which Django sends as it is; `default` is what it sends where nothing is set, and what pages do
/// with such names.
fn names(
    draft: &mut Draft,
    key: Key,
    sequence: Option<Sequence>,
    default: Option<(&str, &[&str], &str)>,
    credentials: bool,
) {
    let Some(Sequence { name, items, string }) = sequence else {
        if let Some((name, names, verb)) = default {
            let remark =
                format!("{name} was not set: these are its defaults. Leave out what no page {verb}.");
            let names = names.iter().map(|name| Entry::Text(name.to_string())).collect();
            draft.set(key, Value::List(names), vec![remark]);
        }
        return;
    };
    let mut remarks = Vec::new();
    // As a browser reads the field: a string came out as its letters, with commas between.
    let mut names: Vec<String> = Vec::new();
    for item in items.iter().flat_map(|item| item.split(',')).map(str::trim).filter(|item| !item.is_empty()) {
        if !names.iter().any(|name| name == item) {
            names.push(item.into());
        }
    }
    if let Some(string) = string {
        remarks.push(format!(
            "{name} was the string {string:?}, which Django sent letter by letter. If it was meant as one name, write it as such."
        ));
    }
    let has_all = names.iter().any(|name| name == ALL);
    if has_all && !credentials {
        if names.len() > 1 {
            remarks.push(format!("{name} contained `*`, which allowed everything."));
        }
        if key == Key::Headers {
            remarks.push("`*` did not allow `authorization`, and `any` does: list the headers if no page should send it.".into());
        }
        draft.set(key, Value::Any, remarks);
        return;
    }
    if has_all {
        names.retain(|name| name != ALL);
        remarks.push(format!(
            "`*` in {name} is left out: with credentials, browsers take it as a name. List what pages need."
        ));
    }
    if names.is_empty() {
        draft.remarks.append(&mut remarks);
        return;
    }
    if key == Key::Methods && !SAFELISTED.iter().all(|method| names.iter().any(|name| name == method)) {
        remarks.push("Browsers send GET, HEAD and POST whatever Django lists; here a preflight for a method that is not listed is refused.".into());
    }
    draft.set(key, Value::List(names.into_iter().map(Entry::Text).collect()), remarks);
}

fn max_age(settings: &mut Settings, draft: &mut Draft) {
    match settings.seconds(name::MAX_AGE) {
        Some(0) => draft.remark(format!(
            "With {} = 0, Django sent no number, and browsers remembered a preflight for 5 seconds. The same is true here; `max_age = 0` would turn the cache off.",
            name::MAX_AGE.0
        )),
        Some(seconds) => draft.set(Key::MaxAge, Value::Number(seconds), Vec::new()),
        None => {
            let remark = format!("{} was not set: this is its default. Chromium stops at 7200, Safari at 600.", name::MAX_AGE.0);
            draft.set(Key::MaxAge, Value::Number(DEFAULT_MAX_AGE), vec![remark]);
        }
    }
}

fn hosts(settings: &mut Settings, draft: &mut Draft) {
    let debug = settings.flag(name::DEBUG);
    let checked =
        "Checked by `AllowedHosts`, before anything else; Django checks when the app asks for the host.";
    match settings.list(name::HOSTS) {
        Some(hosts) if !hosts.is_empty() => {
            let hosts = match hosts.iter().any(|host| host == ALL) {
                true => Value::Any,
                false => Value::List(hosts.into_iter().map(Entry::Text).collect()),
            };
            draft.set(Key::Hosts, hosts, vec![checked.into()]);
        },
        Some(_) if debug => draft.remark(
            "ALLOWED_HOSTS was empty under DEBUG, which means .localhost, 127.0.0.1 and [::1]: write `hosts` for production, or no host is checked.",
        ),
        Some(_) => draft.remark(
            "ALLOWED_HOSTS was empty, so Django refused every request: write `hosts`, or no host is checked.",
        ),
        None => draft.remark("ALLOWED_HOSTS is not among the settings: without `hosts` no host is checked."),
    }
}

fn urls(settings: &mut Settings, draft: &mut Draft) {
    let Some(regex) = settings.text(name::URLS).filter(|regex| regex != DEFAULT_URLS) else { return };
    let path = regex.strip_prefix('^').and_then(|rest| {
        let rest = rest.strip_suffix(".*$").or_else(|| rest.strip_suffix(".*")).unwrap_or(rest);
        rest.strip_suffix('/')
            .filter(|path| path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_".contains(&byte)))
    });
    let line = match path {
        Some(path) => format!("`Cors::paths().at(\"{path}/{{tail}}*\", &CORS)`"),
        None => "`Cors::paths().at(…, &CORS)` with Actix's pattern for it".into(),
    };
    draft.remark(format!("{} = `{regex}` is not part of a policy: use {line}.", name::URLS.0));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regexes_let_in_everybody_or_not() {
        for (regex, everybody) in [
            ("", true),
            ("^", true),
            ("h", true),
            ("(a|b)?", true),
            ("https?://", true),
            ("^.*", true),
            ("^$", false),
            ("(a|b)?$", false),
            ("https", false),
            ("^https://app", false),
            ("(", false),
        ] {
            assert_eq!(lets_in_everybody(regex), everybody, "{regex}");
        }
    }

    #[test]
    fn regexes_match_whole_origins() {
        for (regex, whole_regex, was_open) in [
            (r"^https://\w+\.example\.com$", r"^https://\w+\.example\.com$", false),
            (r"https://\w+\.example\.com\Z", r"https://\w+\.example\.com$", false),
            (r"^https://\w+\.example\.com", r"^https://\w+\.example\.com", true),
            (
                r"^https://a\.example\.com|https://b\.example\.com$",
                r"^https://a\.example\.com|https://b\.example\.com$",
                true,
            ),
            (r"^https://(a|b)[|]\|\.example\.com$", r"^https://(a|b)[|]\|\.example\.com$", false),
            (r"^https://a\$", r"^https://a\$", true),
        ] {
            assert_eq!(whole(regex), (whole_regex.to_owned(), was_open), "{regex}");
        }
    }
}
