//! The settings of Django and django-cors-headers (4.9), as a policy.
//!
//! They come as JSON, for a `settings.py` is a program: `dump.sh` has Python say what it sets.

mod settings;

use cors_engine::Key;

use self::settings::{Settings, name};
use super::draft::{Draft, Entry, Value};
use crate::report::Problem;

/// What django-cors-headers allows where the settings say nothing.
const DEFAULT_METHODS: [&str; 6] = ["DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"];
const DEFAULT_HEADERS: [&str; 6] =
    ["accept", "authorization", "content-type", "user-agent", "x-csrftoken", "x-requested-with"];
/// In seconds.
const DEFAULT_MAX_AGE: u64 = 86_400;
const DEFAULT_URLS: &str = "^.*$";

/// Django's and django-cors-headers' word for everything.
const ALL: &str = "*";

/// Reads the settings; `source` is what messages call them.
pub(super) fn read(source: &str, text: &str) -> Result<Draft, Problem> {
    let mut settings = Settings::parse(source, text)?;
    let mut draft = Draft::default();
    draft.remark(format!(
        "From the Django settings in {source}. What differs from django-cors-headers stands beside each key."
    ));
    draft.remark("A preflight is answered with 204 here and 403 if refused, there always with 200; HEAD comes with GET.");
    origins(&mut settings, &mut draft);
    if settings.flag(name::CREDENTIALS) {
        draft.set(Key::Credentials, Value::On, Vec::new());
    }
    methods(&mut settings, &mut draft);
    headers(&mut settings, &mut draft);
    if let Some(names) = settings.list(name::EXPOSE).filter(|names| !names.is_empty()) {
        draft.set(Key::Expose, listed(names), Vec::new());
    }
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
    let origins = settings.list(name::ORIGINS).unwrap_or_default();
    let regexes = settings.list(name::REGEXES).unwrap_or_default();
    if all {
        let mut remarks = Vec::new();
        if !origins.is_empty() || !regexes.is_empty() {
            remarks.push(format!(
                "{} overrode the lists of origins, which are left out here.",
                name::ALL_ORIGINS.0
            ));
        }
        if settings.flag(name::CREDENTIALS) {
            draft.holes.push(format!(
                "{} sent back every origin, with credentials\n\
                 Every site that a user visits could read their data as if it were the user.\n\
                 help: list the origins that need credentials, in the old settings as well while they are in use",
                name::ALL_ORIGINS.0
            ));
        }
        draft.set(Key::Origins, Value::Any, remarks);
        return;
    }
    let mut remarks = Vec::new();
    let mut entries: Vec<Entry> = origins.into_iter().map(Entry::Text).collect();
    for regex in regexes {
        let (whole, was_open) = whole(&regex);
        if was_open {
            remarks.push(format!(
                "The regex `{regex}` was open at its end. Here it must match the whole origin."
            ));
            draft.holes.push(format!(
                "the regex `{regex}` was open at its end\n\
                 It also let in whatever goes on after a match: another domain, which anybody can register.\n\
                 help: none is needed here, where a regex matches the whole origin; mend the old settings with `$` while they are in use"
            ));
        }
        entries.push(Entry::Regex(whole));
    }
    if entries.is_empty() {
        remarks.push("No origin was allowed, unless by the signal `check_request_enabled`.".into());
    }
    draft.set(Key::Origins, Value::List(entries), remarks);
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

fn methods(settings: &mut Settings, draft: &mut Draft) {
    match settings.list(name::METHODS) {
        Some(methods) => draft.set(Key::Methods, listed(methods), Vec::new()),
        None => {
            let remark = format!(
                "{} was not set: these are its defaults. Leave out what no page calls.",
                name::METHODS.0
            );
            draft.set(Key::Methods, defaults(&DEFAULT_METHODS), vec![remark]);
        }
    }
}

fn headers(settings: &mut Settings, draft: &mut Draft) {
    match settings.list(name::HEADERS) {
        Some(headers) => draft.set(Key::Headers, listed(headers), Vec::new()),
        None => {
            let remark = format!(
                "{} was not set: these are its defaults. Leave out what no page sends.",
                name::HEADERS.0
            );
            draft.set(Key::Headers, defaults(&DEFAULT_HEADERS), vec![remark]);
        }
    }
}

fn max_age(settings: &mut Settings, draft: &mut Draft) {
    match settings.seconds(name::MAX_AGE) {
        Some(0) => draft.remark(format!(
            "{} = 0 sent no field, so that browsers remembered a preflight for 5 seconds; so it is here. `max_age = 0` would switch the cache off.",
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
        Some(hosts) if !hosts.is_empty() => draft.set(Key::Hosts, listed(hosts), vec![checked.into()]),
        Some(_) if debug => draft.remark(
            "ALLOWED_HOSTS was empty under DEBUG, which means .localhost, 127.0.0.1 and [::1]: write `hosts` for production, or no host is checked.",
        ),
        Some(_) => draft.remark(
            "ALLOWED_HOSTS was empty, by which Django refuses every request: write `hosts`, or no host is checked.",
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
    draft.remark(format!("{} = `{regex}` is no setting of a policy: mount it with {line}.", name::URLS.0));
}

/// A list with the one word for everything is `any`.
fn listed(names: Vec<String>) -> Value {
    if names == [ALL] {
        return Value::Any;
    }
    Value::List(names.into_iter().map(Entry::Text).collect())
}

fn defaults(names: &[&str]) -> Value {
    Value::List(names.iter().map(|name| Entry::Text(name.to_string())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

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
