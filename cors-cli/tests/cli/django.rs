//! `cors import django` beside the real django-cors-headers: what a browser lets pages do, setting by setting.
//!
//! `tests/planted/install` brings Django.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use cors_engine::browser::{Fetch, Response};
use cors_engine::{Config, Draft, Mode};
use serde_json::{Value, json};

use crate::program::{Run, cors_with, folder};

/// What becomes of settings.
#[derive(Clone, Copy, Debug)]
enum Wanted {
    /// Django's check of this name fires, and the import names it.
    Check(&'static str),
    /// Pages may do the same.
    Same,
    /// The same, but that `authorization` passes, which a remark says.
    Authorization,
    /// A warning with these words, for what is no longer allowed.
    Tighter(&'static str),
    /// The policy breaks this rule, since Django lets strangers in.
    Open(&'static str),
    /// The policy breaks this rule, though Django lets no stranger in.
    Broken(&'static str),
}
use Wanted::{Authorization, Broken, Check, Open, Same, Tighter};

/// Settings beside `CORS_ALLOWED_ORIGINS = ["https://app.example"]`, unless they say something else.
const SETTINGS: &[(&str, Wanted)] = &[
    ("{}", Same),
    (r#"{"CORS_ALLOW_CREDENTIALS": true}"#, Same),
    (r#"{"CORS_ALLOW_METHODS": ["GET", "PUT"], "CORS_ALLOW_HEADERS": ["x-a"]}"#, Same),
    (r#"{"CORS_ALLOW_METHODS": ["GET", "*"]}"#, Same),
    (r#"{"CORS_ALLOW_METHODS": ["GET", "*"], "CORS_ALLOW_CREDENTIALS": true}"#, Tighter("")),
    (r#"{"CORS_ALLOW_HEADERS": ["x-a", "*"], "CORS_ALLOW_CREDENTIALS": true}"#, Tighter("")),
    (r#"{"CORS_ALLOW_METHODS": "GET"}"#, Tighter("")),
    (r#"{"CORS_ALLOW_HEADERS": "x-a, authorization"}"#, Same),
    (r#"{"CORS_ALLOW_HEADERS": "*"}"#, Authorization),
    (r#"{"CORS_EXPOSE_HEADERS": "x-total-count"}"#, Same),
    (r#"{"CORS_EXPOSE_HEADERS": ["x-total-count"]}"#, Same),
    (r#"{"CORS_EXPOSE_HEADERS": ["x-b", "*"]}"#, Same),
    (r#"{"CORS_PREFLIGHT_MAX_AGE": 0}"#, Same),
    (r#"{"CORS_PREFLIGHT_MAX_AGE": true}"#, Same),
    (r#"{"CORS_PREFLIGHT_MAX_AGE": -1}"#, Check("corsheaders.E004")),
    (r#"{"CORS_PREFLIGHT_MAX_AGE": 600.0}"#, Check("corsheaders.E004")),
    (r#"{"CORS_ALLOW_CREDENTIALS": "True"}"#, Check("corsheaders.E003")),
    (r#"{"CORS_ALLOW_PRIVATE_NETWORK": 1}"#, Check("corsheaders.E015")),
    (r#"{"CORS_ALLOW_ALL_ORIGINS": 1}"#, Check("corsheaders.E005")),
    (r#"{"CORS_ALLOW_METHODS": null}"#, Check("corsheaders.E002")),
    (r#"{"CORS_ALLOW_HEADERS": [1]}"#, Check("corsheaders.E001")),
    (r#"{"CORS_EXPOSE_HEADERS": 1}"#, Check("corsheaders.E008")),
    (r#"{"CORS_URLS_REGEX": ["^/"]}"#, Check("corsheaders.E009")),
    (r#"{"CORS_MODEL": "a.B"}"#, Check("corsheaders.E012")),
    (r#"{"CORS_REPLACE_HTTPS_REFERER": true}"#, Check("corsheaders.E013")),
    (r#"{"CORS_ALLOWED_ORIGINS": "https://app.example"}"#, Check("corsheaders.E013")),
    (r#"{"CORS_ALLOWED_ORIGINS": ["*"]}"#, Check("corsheaders.E013")),
    (r#"{"CORS_ALLOWED_ORIGINS": ["app.example"]}"#, Check("corsheaders.E013")),
    (r#"{"CORS_ALLOWED_ORIGINS": ["https://"]}"#, Check("corsheaders.E013")),
    (r#"{"CORS_ALLOWED_ORIGINS": ["https://app.example/"]}"#, Check("corsheaders.E014")),
    (r#"{"CORS_ALLOWED_ORIGINS": ["https://app.example?a"]}"#, Check("corsheaders.E014")),
    (r##"{"CORS_ALLOWED_ORIGINS": ["https://app.example#a"]}"##, Check("corsheaders.E014")),
    (r#"{"CORS_ALLOWED_ORIGINS": 1}"#, Check("corsheaders.E006")),
    (r#"{"CORS_ALLOWED_ORIGIN_REGEXES": [1]}"#, Check("corsheaders.E007")),
    // The check fires whatever else is set.
    (r#"{"CORS_ALLOW_ALL_ORIGINS": true, "CORS_ALLOWED_ORIGINS": ["*"]}"#, Check("corsheaders.E013")),
    (r#"{"CORS_ALLOW_ALL_ORIGINS": true}"#, Open("any_origin")),
    (
        r#"{"CORS_ALLOW_ALL_ORIGINS": true, "CORS_ALLOW_CREDENTIALS": true}"#,
        Open("any_origin_with_credentials"),
    ),
    (r#"{"CORS_ALLOWED_ORIGIN_REGEXES": []}"#, Same),
    (r#"{"CORS_ALLOWED_ORIGIN_REGEXES": [""]}"#, Open("any_origin")),
    (
        r#"{"CORS_ALLOWED_ORIGIN_REGEXES": [""], "CORS_ALLOW_CREDENTIALS": true}"#,
        Open("any_origin_with_credentials"),
    ),
    (
        r#"{"CORS_ALLOWED_ORIGIN_REGEXES": "^https://b\\.example$", "CORS_ALLOW_CREDENTIALS": true}"#,
        Open("any_origin_with_credentials"),
    ),
    (
        r#"{"CORS_ALLOWED_ORIGIN_REGEXES": "https://b.example", "CORS_ALLOW_CREDENTIALS": true}"#,
        Open("any_origin_with_credentials"),
    ),
    (r#"{"CORS_ALLOWED_ORIGIN_REGEXES": ["^https://b\\.example$"]}"#, Same),
    (r#"{"CORS_ALLOWED_ORIGIN_REGEXES": ["^https://b\\.example"]}"#, Tighter("was open at its end")),
    (r#"{"CORS_ALLOWED_ORIGINS": ["null"]}"#, Broken("null_origin")),
];

/// Pages, of which all but the first two are strangers.
const PAGES: [&str; 4] =
    ["https://app.example", "https://b.example", "https://b.example.evil.test", "https://evil.test"];

fn calls() -> Vec<Fetch> {
    let mut calls = Vec::new();
    for page in PAGES {
        for method in ["GET", "PUT", "PURGE"] {
            for header in ["", "x-a", "x-c", "authorization"] {
                for credentials in [false, true] {
                    let call = Fetch::new(page).method(method).credentials(credentials);
                    calls.push(if header.is_empty() { call } else { call.header(header, "1") });
                }
            }
        }
    }
    calls
}

/// The requests of a call: the preflight, and the call itself.
fn requests(call: &Fetch) -> [Value; 2] {
    let mut asking =
        json!({ "origin": call.preflight_origin(), "access-control-request-method": call.sent_method() });
    if let Some(names) = call.requested_headers() {
        asking["access-control-request-headers"] = names.into();
    }
    [
        json!({ "method": "OPTIONS", "headers": asking }),
        json!({ "method": call.sent_method(), "headers": { "origin": call.origin() } }),
    ]
}

/// What Django makes of them all.
fn django(settings: &[Value], calls: &[Fetch]) -> Vec<Value> {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/planted/python");
    let mut python = Command::new("python3");
    python.arg(folder().join("django_headers.py")).env("PYTHONPATH", installed);
    let mut python = python.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python3 starts");
    let requests: Vec<Value> = calls.iter().flat_map(requests).collect();
    let asked = json!({ "settings": settings, "requests": requests }).to_string();
    python.stdin.take().expect("it is piped").write_all(asked.as_bytes()).expect("Python reads");
    let output = python.wait_with_output().expect("Python ends");
    serde_json::from_slice(&output.stdout).expect("Python says what it saw")
}

fn response(answer: &Value) -> Response {
    let fields = serde_json::from_value(answer["fields"].clone()).expect("names and values");
    let status = answer["status"].as_u64().and_then(|status| status.try_into().ok()).expect("a status");
    Response { status, fields }
}

/// What a page may do: call, and read the count.
type May = (bool, bool);

fn all_settings(text: &str) -> Value {
    let mut settings = json!({ "CORS_ALLOWED_ORIGINS": ["https://app.example"] });
    let set: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    settings.as_object_mut().expect("an object").extend(set.as_object().expect("an object").clone());
    settings
}

fn import(settings: &Value) -> Run {
    cors_with(&["import", "django", "-"], &[], &settings.to_string())
}

/// Whether the import says what differs from Django.
fn says_it(wanted: Wanted, run: &Run) -> bool {
    match wanted {
        Authorization => run.out.contains("`*` did not allow `authorization`"),
        Tighter(words) => run.err.contains(words),
        Check(name) => run.code == Some(2) && run.err.contains(name),
        Open(rule) | Broken(rule) => run.code == Some(1) && run.err.contains(&format!("[{rule}]")),
        Same => true,
    }
}

// Here too, since a machine without Django would not see that the words have changed.
#[test]
fn what_differs_is_said() {
    let silent: Vec<&str> = SETTINGS
        .iter()
        .filter(|(text, wanted)| !says_it(*wanted, &import(&all_settings(text))))
        .map(|(text, _)| *text)
        .collect();
    assert!(silent.is_empty(), "nothing is said of {silent:#?}");
}

#[test]
#[ignore = "needs Django, which tests/planted/install brings"]
fn pages_may_do_what_they_could() {
    let settings: Vec<Value> = SETTINGS.iter().map(|(text, _)| all_settings(text)).collect();
    let calls = calls();
    let seen = django(&settings, &calls);
    assert_eq!(seen.len(), settings.len());
    let mut mistakes = Vec::new();
    for (((text, wanted), settings), seen) in SETTINGS.iter().zip(&settings).zip(&seen) {
        if let Err(mistake) = held(*wanted, settings, seen, &calls) {
            mistakes.push(format!("{text}: {mistake}"));
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

fn held(wanted: Wanted, settings: &Value, seen: &Value, calls: &[Fetch]) -> Result<(), String> {
    let run = import(settings);
    let checks = &seen["checks"];
    if let Check(check) = wanted {
        let fires = checks.as_array().is_some_and(|checks| checks.iter().any(|fired| fired == check));
        return match fires && says_it(wanted, &run) {
            true => Ok(()),
            false => Err(format!("Django's checks: {checks}; {run:?}")),
        };
    }
    if checks != &json!([]) {
        return Err(format!("Django's checks: {checks}"));
    }
    let answers = seen["answers"].as_array().expect("a list");
    let could: Vec<May> = calls
        .iter()
        .zip(answers.chunks(2))
        .map(|(call, pair)| {
            let outcome = call.judge(&response(&pair[0]), &response(&pair[1]));
            (outcome.is_allowed(), outcome.can_read("x-total-count"))
        })
        .collect();
    let is_open = calls.iter().zip(&could).any(|(call, may)| PAGES[2..].contains(&call.origin()) && may.0);
    if let Open(_) | Broken(_) = wanted {
        return match says_it(wanted, &run) && is_open == matches!(wanted, Open(_)) {
            true => Ok(()),
            false => Err(format!("Django lets strangers in: {is_open}; {run:?}")),
        };
    }
    // What is not right by the rules is still what Django did.
    let config: Config = toml::from_str::<Draft>(&run.out)
        .map(Draft::into_config)
        .map_err(|error| format!("{error}: {run:?}"))?;
    let policy = config.policy(Mode::Production).map_err(|_| format!("no policy: {run:?}"))?;
    let may: Vec<May> = calls
        .iter()
        .map(|call| {
            let outcome = call.ask(&policy);
            (outcome.is_allowed(), outcome.can_read("x-total-count"))
        })
        .collect();
    for ((call, could), may) in calls.iter().zip(&could).zip(&may) {
        if matches!(wanted, Authorization) && call.requested_headers().as_deref() == Some("authorization") {
            continue;
        }
        if (may.0 && !could.0) || (may.1 && !could.1) {
            return Err(format!("more is let in than Django did: {call:?}: {could:?}, {may:?}\n{}", run.out));
        }
        if matches!(wanted, Same | Authorization) && could != may {
            return Err(format!("not what Django did: {call:?}: {could:?}, {may:?}\n{}", run.out));
        }
    }
    match wanted {
        Tighter(_) if could == may => Err(format!("nothing is tighter: {run:?}")),
        _ if !says_it(wanted, &run) => Err(format!("what differs is not said: {run:?}")),
        _ => Ok(()),
    }
}
