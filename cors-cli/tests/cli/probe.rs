//! `cors probe` against servers that are wrong in one way each, and one that is right.

use crate::program::{Run, cors, cors_with};
use crate::server::{Answer, HANGS_UP, Head, Server, serve, serve_https};

/// Loopback minds no haste.
const RATE: &str = "--rate=10000";
const PAGE: &str = "https://app.example";
const ORIGIN: &str = "access-control-allow-origin";
const CREDENTIALS: &str = "access-control-allow-credentials";
const METHODS: &str = "access-control-allow-methods";
const HEADERS: &str = "access-control-allow-headers";
const MAX_AGE: &str = "access-control-max-age";
const VARY: &str = "vary";
const LOCATION: &str = "location";

/// A server without a fault, with a list of one page and its neighbor.
fn right(head: &Head) -> Answer {
    let origin = head.field("origin");
    let mut fields = vec![(VARY, "Origin".to_owned())];
    if ![PAGE, "https://admin.example"].contains(&origin) {
        return Answer(if head.is_preflight() { 403 } else { 200 }, fields);
    }
    fields.extend([(ORIGIN, origin.to_owned()), (CREDENTIALS, "true".into())]);
    if head.is_preflight() {
        let more =
            [(METHODS, "GET, PUT, DELETE"), (HEADERS, "authorization, content-type"), (MAX_AGE, "3600")];
        fields.extend(more.map(|(name, value)| (name, value.to_owned())));
        return Answer(204, fields);
    }
    fields.extend([("access-control-expose-headers", "etag".into()), ("etag", "\"1\"".into())]);
    Answer(200, fields)
}

/// The right answer, with another value for a field that it has.
fn with(head: &Head, name: &str, value: &str) -> Answer {
    right(head).with(name, value)
}

fn without(head: &Head, names: &[&str]) -> Answer {
    let Answer(status, mut fields) = right(head);
    fields.retain(|(field, _)| !names.contains(field));
    Answer(status, fields)
}

/// Lets in whoever passes `test`.
fn lets_in(head: &Head, test: impl Fn(&str) -> bool) -> Answer {
    let Answer(status, mut fields) = right(head);
    let origin = head.field("origin");
    if status == 200 && test(origin) && fields.iter().all(|(name, _)| *name != ORIGIN) {
        fields.extend([(ORIGIN, origin.to_owned()), (CREDENTIALS, "true".into())]);
    }
    Answer(status, fields)
}

fn preflight_or(head: &Head, status: u16, fields: &[(&'static str, &str)]) -> Answer {
    if !head.is_preflight() {
        return right(head);
    }
    Answer(status, fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect())
}

type Behavior = fn(&Head) -> Answer;

/// Name, call, server, exit code, and the findings.
const CASES: &[(&str, &str, Behavior, i32, &[&str])] = &[
    ("simple, right", "", right, 0, &[]),
    ("right", "PUT authorization credentials", right, 0, &[]),
    ("static origin needs no vary", "", |_| Answer(200, vec![(ORIGIN, PAGE.into())]), 0, &[]),
    ("public data", "", |_| Answer(200, vec![(ORIGIN, "*".into())]), 0, &[]),
    // The origin.
    ("no CORS", "", |_| Answer(200, vec![]), 1, &["no_cors"]),
    ("no CORS on OPTIONS", "PUT", |head| preflight_or(head, 200, &[("allow", "GET, PUT")]), 1, &["no_cors"]),
    ("other origins", "", |head| with(head, ORIGIN, "https://other.example"), 1, &["other_origin"]),
    ("a slash", "", |head| with(head, ORIGIN, "https://app.example/"), 1, &["other_origin"]),
    ("another scheme", "PUT", |head| with(head, ORIGIN, "http://app.example"), 1, &["other_origin"]),
    ("no origin", "", |head| with(head, ORIGIN, "app.example"), 1, &["no_origin"]),
    (
        "a list",
        "",
        |head| with(head, ORIGIN, "https://app.example, https://admin.example"),
        1,
        &["several_origins"],
    ),
    (
        "two lines",
        "credentials",
        |head| {
            let Answer(status, mut fields) = right(head);
            fields.push((ORIGIN, PAGE.into()));
            Answer(status, fields)
        },
        1,
        &["several_lines"],
    ),
    (
        "a wildcard with credentials",
        "credentials",
        |head| with(head, ORIGIN, "*"),
        1,
        &["wildcard_with_credentials"],
    ),
    ("a wildcard beside credentials", "", |head| with(head, ORIGIN, "*"), 0, &["wildcard_with_credentials"]),
    (
        "credentials are missing",
        "credentials",
        |head| without(head, &[CREDENTIALS]),
        1,
        &["credentials_not_allowed"],
    ),
    ("True", "credentials", |head| with(head, CREDENTIALS, "True"), 1, &["credentials_not_true"]),
    // The preflight.
    (
        "redirected",
        "PUT",
        |head| preflight_or(head, 301, &[(LOCATION, "/tasks/")]),
        1,
        &["preflight_redirected"],
    ),
    ("authentication first", "PUT", |head| preflight_or(head, 401, &[]), 1, &["preflight_unauthorized"]),
    (
        "no OPTIONS",
        "PUT",
        |head| preflight_or(head, 405, &[("allow", "GET, PUT")]),
        1,
        &["preflight_not_handled"],
    ),
    ("a firewall", "PUT", |head| preflight_or(head, 500, &[]), 1, &["preflight_failed"]),
    ("an app that is down", "PUT", |head| preflight_or(head, 503, &[]), 1, &["unavailable"]),
    (
        "a status that does not fit the fields",
        "PUT",
        |head| preflight_or(head, 404, &[(ORIGIN, PAGE), (METHODS, "PUT"), (VARY, "Origin")]),
        1,
        &["preflight_not_handled"],
    ),
    ("the method", "PATCH", right, 1, &["method_not_allowed"]),
    ("the method's case", "delete", |head| with(head, METHODS, "delete"), 1, &["method_case"]),
    (
        "the methods' wildcard",
        "PUT credentials",
        |head| with(head, METHODS, "*"),
        1,
        &["wildcard_with_credentials"],
    ),
    ("a header", "PUT x-token", right, 1, &["header_not_allowed"]),
    (
        "authorization by a wildcard",
        "authorization",
        |head| without(head, &[CREDENTIALS]).with(HEADERS, "*"),
        1,
        &["authorization_by_wildcard"],
    ),
    (
        "the headers' wildcard",
        "x-token credentials",
        |head| with(head, HEADERS, "*"),
        1,
        &["wildcard_with_credentials"],
    ),
    ("no list", "PUT", |head| with(head, METHODS, "GET; PUT"), 1, &["unparsable_list"]),
    (
        "everything at once",
        "PATCH x-token credentials",
        |head| preflight_or(head, 200, &[(ORIGIN, "*")]),
        1,
        &["credentials_not_allowed", "header_not_allowed", "method_not_allowed", "wildcard_with_credentials"],
    ),
    ("a long max-age", "PUT", |head| with(head, MAX_AGE, "604800"), 0, &["max_age_over_cap"]),
    ("a max-age that is none", "PUT", |head| with(head, MAX_AGE, "1h"), 0, &["max_age_unparsable"]),
    // Refused without a word: asked again with less.
    (
        "refused by origin",
        "PUT authorization",
        |head| {
            if head.is_preflight() {
                Answer(403, vec![(VARY, "Origin".into())])
            } else {
                without(head, &[ORIGIN, CREDENTIALS])
            }
        },
        1,
        &["origin_refused"],
    ),
    (
        "refused by method",
        "PUT authorization",
        |head| {
            if head.field("access-control-request-method") == "PUT" {
                Answer(403, vec![(VARY, "Origin".into())])
            } else {
                right(head)
            }
        },
        1,
        &["method_refused"],
    ),
    (
        "refused by method, and GET is not allowed either",
        "PUT",
        |head| if head.is_preflight() { Answer(403, vec![(VARY, "Origin".into())]) } else { right(head) },
        1,
        &["method_refused"],
    ),
    (
        "refused by header",
        "PUT authorization x-token",
        |head| {
            if head.field("access-control-request-headers").contains("x-token") {
                Answer(403, vec![(VARY, "Origin".into())])
            } else {
                right(head)
            }
        },
        1,
        &["header_refused"],
    ),
    (
        "refused as a whole",
        "PUT authorization content-type",
        |head| {
            if head.field("access-control-request-headers").contains(',') {
                Answer(403, vec![])
            } else {
                right(head)
            }
        },
        1,
        &["preflight_refused"],
    ),
    // The call itself.
    (
        "only the preflight",
        "PUT",
        |head| if head.is_preflight() { right(head) } else { Answer(200, vec![]) },
        1,
        &["preflight_only"],
    ),
    (
        "an error page",
        "PUT",
        |head| if head.is_preflight() { right(head) } else { Answer(500, vec![]) },
        1,
        &["error_without_cors"],
    ),
    (
        "redirected call",
        "authorization",
        |head| match right(head) {
            Answer(200, mut fields) if head.target == "/tasks" => {
                fields.push((LOCATION, "/tasks/".into()));
                Answer(307, fields)
            }
            answer => answer,
        },
        0,
        &["redirected"],
    ),
    // What others may do.
    ("reflected", "credentials", |head| lets_in(head, |_| true), 0, &["origin_reflected"]),
    ("null", "", |head| lets_in(head, |origin| origin == "null"), 0, &["null_allowed"]),
    ("by the beginning", "", |head| lets_in(head, |origin| origin.starts_with(PAGE)), 0, &["prefix_match"]),
    (
        "by the end",
        "",
        |head| lets_in(head, |origin| origin.ends_with("app.example")),
        0,
        &["plain_http_allowed", "suffix_match"],
    ),
    (
        "by plain http",
        "",
        |head| lets_in(head, |origin| origin == "http://app.example"),
        0,
        &["plain_http_allowed"],
    ),
    ("no vary", "", |head| without(head, &[VARY]), 0, &["vary_missing"]),
    (
        "vary for those that are let in alone",
        "",
        |head| if head.field("origin") == PAGE { right(head) } else { Answer(200, vec![]) },
        0,
        &["vary_missing"],
    ),
];

impl Answer {
    fn without(mut self, name: &str) -> Self {
        self.1.retain(|(field, _)| *field != name);
        self
    }

    fn with_location(mut self, to: &str) -> Self {
        self.1.push((LOCATION, to.into()));
        Self(if self.0 == 204 { 204 } else { 302 }, self.1)
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        for field in self.1.iter_mut().filter(|(field, _)| *field == name) {
            field.1 = value.into();
        }
        self
    }
}

/// Starts a server and probes it with a call in words.
fn probe(behavior: Behavior, call: &str, more: &[&str]) -> (Run, Server) {
    let server = serve(behavior);
    let url = server.url("/tasks");
    let mut arguments = vec!["probe".to_owned(), url, format!("--origin={PAGE}"), RATE.into()];
    for word in call.split_whitespace() {
        arguments.push(match word {
            "credentials" => "--credentials".into(),
            "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "delete" => format!("--method={word}"),
            header => format!("--header={header}: application/json"),
        });
    }
    arguments.extend(more.iter().map(ToString::to_string));
    (cors(&arguments.iter().map(String::as_str).collect::<Vec<_>>()), server)
}

fn json(run: &Run) -> serde_json::Value {
    serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {run:?}"))
}

/// The findings' names of a severity, but for what is true of each server here: it is on loopback.
fn findings<'v>(printed: &'v serde_json::Value, severities: &[&str]) -> Vec<&'v str> {
    let findings = printed["findings"].as_array().expect("it is a list");
    let findings = findings.iter().filter(|finding| severities.iter().any(|one| finding["severity"] == *one));
    let mut names: Vec<&str> = findings.filter_map(|finding| finding["name"].as_str()).collect();
    names.retain(|name| *name != "local_network");
    names.dedup();
    names.sort_unstable();
    names
}

const ALL: &[&str] = &["error", "warning", "note"];

#[test]
fn each_fault_is_named() {
    for (name, call, behavior, code, wanted) in CASES {
        let (run, server) = probe(*behavior, call, &["--format=json"]);
        assert_eq!(run.code, Some(*code), "{name}: {run:?}");
        let printed = json(&run);
        assert_eq!(printed["allowed"], *code == 0, "{name}");
        assert_eq!(findings(&printed, ALL), *wanted, "{name}: {:#}", printed["findings"]);
        let errors = findings(&printed, &["error"]).len();
        assert_eq!(errors > 0, *code == 1, "{name}: a call is blocked by an error, and by nothing else");
        let seen = server.seen().len();
        assert!(seen <= 60 && printed["requests"] == seen, "{name}: {seen} requests arrived");
        // Whatever is advised, it is no hole.
        for finding in printed["findings"].as_array().into_iter().flatten() {
            let help = finding["help"].as_str().expect("there is a help");
            assert!(!help.contains("null") || help.contains("remove `null` from"), "{name}: {help}");
        }
    }
}

#[test]
fn warnings_are_an_exit_code_if_that_is_asked_for() {
    for (case, call, code) in
        [("reflected", "credentials", 1), ("right", "", 0), ("redirected call", "authorization", 0)]
    {
        let (.., behavior, _, _) = CASES.iter().find(|(known, ..)| *known == case).expect("it is a case");
        let (run, _server) = probe(*behavior, call, &["--strict"]);
        assert_eq!(run.code, Some(code), "{case}: {run:?}");
    }
}

#[test]
fn five_strangers_are_quick() {
    let (run, server) = probe(right, "", &["--quick", "--format=json"]);
    let seen = server.seen();
    let mut origins: Vec<&str> = seen.iter().map(|head| head.field("origin")).collect();
    origins.retain(|origin| !["", PAGE].contains(origin));
    assert!(run.code == Some(0) && origins.len() == 5, "{origins:?}: {run:?}");
    assert!(origins.contains(&"null") && origins.contains(&"http://app.example"), "{origins:?}");
}

#[test]
fn a_server_that_limits_is_asked_no_more() {
    let count = std::sync::atomic::AtomicUsize::new(0);
    let server = serve(move |head| match count.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
        0..10 => right(head),
        _ => Answer(429, vec![("retry-after", "60".into())]),
    });
    let run = cors(&["probe", &server.url("/"), "--origin", PAGE, RATE, "--format=json"]);
    assert_eq!((run.code, server.seen().len()), (Some(0), 11), "{run:?}");
    assert_eq!(findings(&json(&run), ALL), ["strangers_not_asked"], "{run:?}");
}

#[test]
fn headers_that_the_page_reads() {
    const EXPOSE: &str = "access-control-expose-headers";
    fn exposes(head: &Head, value: &str) -> Answer {
        let Answer(status, mut fields) = with(head, EXPOSE, value);
        fields.extend([
            ("x-total-count", "7".into()),
            ("date", "today".into()),
            ("set-cookie", "a=b".into()),
        ]);
        Answer(status, fields)
    }
    for (name, call, read, behavior, wanted) in [
        ("nothing wanted", "", "", (|head| exposes(head, "etag")) as Behavior, &["hidden_headers"][..]),
        ("exposed", "credentials", "X-Total-Count", |head| exposes(head, "etag, x-total-count"), &[]),
        ("safelisted", "", "content-length", |head| exposes(head, "x-total-count, etag"), &[]),
        ("not exposed", "", "x-total-count", |head| exposes(head, "etag"), &["unreadable_header"]),
        (
            "no list at all",
            "",
            "x-total-count",
            |head| without(head, &[EXPOSE]),
            &["hidden_headers", "unreadable_header"],
        ),
        ("not sent", "", "x-rate", |head| exposes(head, "etag, x-total-count, x-rate"), &["header_not_sent"]),
        (
            "a cookie",
            "",
            "set-cookie",
            |head| exposes(head, "etag, x-total-count, set-cookie"),
            &["unreadable_header"],
        ),
        ("by a wildcard", "", "x-total-count", |head| exposes(head, "*"), &[]),
        (
            "by a wildcard, with credentials",
            "credentials",
            "x-total-count",
            |head| exposes(head, "*"),
            &["expose_wildcard_with_credentials", "hidden_headers", "unreadable_header"],
        ),
        (
            "on the preflight alone",
            "PUT",
            "etag",
            |head| match right(head) {
                Answer(204, mut fields) => {
                    fields.push((EXPOSE, "etag".into()));
                    Answer(204, fields)
                }
                answer => answer.without(EXPOSE),
            },
            &["expose_only_on_preflight", "unreadable_header"],
        ),
    ] {
        let read = format!("--read={read}");
        let more: Vec<&str> = [read.as_str()].into_iter().filter(|read| *read != "--read=").collect();
        let (run, _server) = probe(behavior, call, &[&more[..], &["--format=json"]].concat());
        let printed = json(&run);
        assert_eq!(findings(&printed, ALL), wanted, "{name}: {printed:#}");
        let is_error = wanted.contains(&"unreadable_header");
        assert_eq!(run.code, Some(i32::from(is_error)), "{name}: {run:?}");
    }
}

#[test]
fn who_answered_is_named() {
    fn unlisted_throws(head: &Head) -> Answer {
        match head.field("origin") {
            "" => Answer(200, vec![]),
            _ => Answer(500, vec![]),
        }
    }
    let cases: &[(&str, &str, Behavior, &[&str])] = &[
        ("a rate limit", "", |_| Answer(429, vec![("retry-after", "9".into())]), &["rate_limited"]),
        ("a rate limit for preflights", "PUT", |head| preflight_or(head, 429, &[]), &["rate_limited"]),
        ("down", "", |_| Answer(503, vec![]), &["unavailable"]),
        ("a gateway", "", |_| Answer(502, vec![("server", "nginx".into())]), &["proxy_error"]),
        (
            "a gateway after the preflight",
            "PUT",
            |head| if head.is_preflight() { right(head) } else { Answer(504, vec![]) },
            &["proxy_error"],
        ),
        ("a check that throws", "", unlisted_throws, &["origin_refused_by_error"]),
        ("a check that throws on preflights", "PUT", unlisted_throws, &["origin_refused_by_error"]),
        (
            "a check that refuses",
            "",
            |head| if head.field("origin").is_empty() { Answer(200, vec![]) } else { Answer(403, vec![]) },
            &["origin_refused"],
        ),
        ("an app that fails for all", "", |_| Answer(500, vec![]), &["error_without_cors"]),
        (
            "sign-in before preflights",
            "PUT",
            |head| preflight_or(head, 302, &[(LOCATION, "/login")]),
            &["redirected_to_sign_in"],
        ),
        (
            "sign-in",
            "",
            |head| {
                if head.target == "/login" {
                    Answer(200, vec![])
                } else {
                    right(head).with_location("/login")
                }
            },
            &["redirected_to_sign_in"],
        ),
        (
            "a redirect to where no CORS is",
            "",
            |head| {
                if head.target == "/new" { Answer(200, vec![]) } else { right(head).with_location("/new") }
            },
            &["redirected_and_blocked"],
        ),
        (
            "a cache, with what was for another",
            "",
            |head| {
                if head.target.contains('?') {
                    return right(head);
                }
                Answer(200, vec![("age", "12".into()), (ORIGIN, "https://admin.example".into())])
            },
            &["cached_answer"],
        ),
        (
            "a cache, with what was for nobody",
            "",
            |head| {
                if head.target.contains('?') {
                    right(head)
                } else {
                    Answer(200, vec![("x-cache", "HIT".into())])
                }
            },
            &["cached_answer"],
        ),
    ];
    for (name, call, behavior, wanted) in cases {
        let (run, _server) = probe(*behavior, call, &["--format=json"]);
        let printed = json(&run);
        assert_eq!(
            (run.code, findings(&printed, &["error"])),
            (Some(1), wanted.to_vec()),
            "{name}: {printed:#}"
        );
    }
}

#[test]
fn a_cache_that_serves_strangers_what_was_for_the_page() {
    let (run, _server) = probe(
        |head| {
            if head.target.contains('?') {
                right(head)
            } else {
                Answer(200, vec![("age", "9".into()), (ORIGIN, PAGE.into())])
            }
        },
        "",
        &["--format=json"],
    );
    assert_eq!(findings(&json(&run), ALL), ["cached_answer"], "{run:?}");
}

#[test]
fn nobody_is_told_to_allow_null() {
    // Redirected between two other sites, the call has the origin `null`.
    let there = serve(right);
    let to = there.url("/there");
    let here = serve(move |head| right(head).with_location(&to));
    let redirected = cors(&["probe", &here.url("/"), "--origin", PAGE, RATE, "--format=json"]);
    assert_eq!(findings(&json(&redirected), &["error"]), ["redirected_and_blocked"], "{redirected:?}");
    assert!(
        redirected.out.contains(&format!("call {} from the page", there.url("/there"))),
        "{redirected:?}"
    );

    let opaque = |behavior: Behavior, method: &str| {
        cors(&[
            "probe",
            &serve(behavior).url("/"),
            "--origin",
            "null",
            RATE,
            "--method",
            method,
            "--format=json",
        ])
    };
    let behaviors: [Behavior; 5] = [
        right,
        |_| Answer(200, vec![]),
        |head| with(head, ORIGIN, "https://a.example"),
        |_| Answer(200, vec![(ORIGIN, PAGE.into())]),
        |head| preflight_or(head, 403, &[]),
    ];
    for run in behaviors
        .iter()
        .flat_map(|behavior| ["GET", "PUT"].map(|method| opaque(*behavior, method)))
        .chain([redirected])
    {
        for finding in json(&run)["findings"].as_array().expect("it is a list") {
            let help = finding["help"].as_str().expect("there is a help").to_ascii_lowercase();
            for word in ["null", "allow the origin", "reflect"] {
                assert!(!help.contains(word), "{help}");
            }
        }
    }
}

#[test]
fn calls_of_ones_own_origin_are_no_matter_of_cors() {
    fn refuses_origins(head: &Head) -> Answer {
        Answer(if head.field("origin").is_empty() { 200 } else { 403 }, vec![])
    }
    for (name, method, behavior, code, wanted) in [
        ("a simple call", "GET", (|_| Answer(200, vec![])) as Behavior, 0, &["same_origin"][..]),
        ("another method", "PUT", |_| Answer(200, vec![]), 0, &["same_origin"]),
        ("an error of the app", "PUT", |_| Answer(404, vec![]), 0, &["same_origin"]),
        ("its own origin is refused", "POST", refuses_origins, 1, &["own_origin_refused", "same_origin"]),
        ("a GET has no origin", "GET", refuses_origins, 0, &["same_origin"]),
    ] {
        let server = serve(behavior);
        let url = server.url("");
        let run = cors(&["probe", &url, "--origin", &url, RATE, "--method", method, "--format=json"]);
        let printed = json(&run);
        assert_eq!((run.code, findings(&printed, ALL)), (Some(code), wanted.to_vec()), "{name}: {printed:#}");
        let first = &server.seen()[0];
        let origin = if method == "GET" { "" } else { url.as_str() };
        assert_eq!((first.method.as_str(), first.field("origin")), (method, origin), "{name}");
    }
}

#[test]
fn a_page_that_calls_the_users_own_network_is_told_of_the_question() {
    for (page, severity, said) in [
        (
            "https://app.example",
            "note",
            "Permission was denied for this request to access the `loopback` address space",
        ),
        ("http://app.example", "warning", "only a page served over https may ask"),
    ] {
        let server = serve(|head| with(head, ORIGIN, head.field("origin")));
        let run = cors(&["probe", &server.url("/"), "--origin", page, RATE, "--format=json"]);
        let printed = json(&run);
        let findings = printed["findings"].as_array().expect("it is a list");
        let finding = findings.iter().find(|finding| finding["name"] == "local_network");
        let finding = finding.unwrap_or_else(|| panic!("{page}: {run:?}"));
        assert_eq!(finding["severity"], severity, "{page}");
        assert!(finding["why"].as_str().is_some_and(|why| why.contains(said)), "{page}: {finding:#}");
    }
    let server = serve(right);
    let run = cors(&["probe", &server.url("/"), "--origin", "http://localhost:3000", RATE]);
    assert!(!run.out.contains("local_network"), "{run:?}");
}

#[test]
fn what_is_printed() {
    for (name, call, case) in [
        ("probe_right", "PUT authorization credentials", "right"),
        ("probe_refused_header", "PUT authorization x-token", "refused by header"),
        ("probe_unauthorized", "PUT authorization", "authentication first"),
        ("probe_reflected", "credentials", "reflected"),
        ("probe_no_vary", "", "no vary"),
    ] {
        let (.., behavior, _, _) = CASES.iter().find(|(known, ..)| *known == case).expect("it is a case");
        let (run, server) = probe(*behavior, call, &[]);
        // The port and the stranger are others each time.
        let random = run.out.split("corsprobe").nth(1).and_then(|rest| rest.get(..8)).unwrap_or("\0");
        let out =
            run.out.replace(&server.url("/tasks"), "https://api.example/tasks").replace(random, "abcdefgh");
        Run { out, ..run }.is_as_expected(name);
    }
}

#[test]
fn only_the_preflight_is_sent_if_that_is_asked_for() {
    let (run, server) = probe(right, "DELETE", &["--preflight-only"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.out.contains("the call itself was not sent"), "{run:?}");
    let seen = server.seen();
    assert!(seen.len() > 5 && seen.iter().all(Head::is_preflight), "{seen:?}");
    assert_eq!(seen.iter().filter(|head| head.field("origin") == PAGE).count(), 1, "{seen:?}");
}

#[test]
fn strangers_never_change_anything() {
    for method in ["DELETE", "POST", "patch"] {
        let server = serve(|head| match right(head) {
            Answer(204, fields) => Answer(204, fields).with(METHODS, "DELETE, POST, patch"),
            answer => answer,
        });
        let url = server.url("/");
        let run = cors(&["probe", &url, "--origin", PAGE, RATE, "--method", method, "--format=json"]);
        assert_eq!(run.code, Some(0), "{run:?}");
        let seen = server.seen();
        let changes: Vec<&str> =
            seen.iter().filter(|head| !head.is_preflight()).map(|head| head.field("origin")).collect();
        // Nobody's but the page's own.
        assert_eq!(changes, [PAGE], "{method}");
        assert!(seen.len() > 20, "{method}: strangers were asked: {seen:?}");
    }
}

#[test]
fn nobody_there_is_not_blocked() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let url = format!("http://{}/", listener.local_addr().expect("it is bound"));
    drop(listener);
    let run = cors(&["probe", &url, "--origin", PAGE, RATE]);
    assert!(run.code == Some(2) && run.out.is_empty() && run.err.contains("has no answer"), "{run:?}");
}

#[test]
fn who_does_not_answer_is_given_up_on() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let url = format!("http://{}/", listener.local_addr().expect("it is bound"));
    let run = cors(&["probe", &url, "--origin", PAGE, RATE, "--timeout", "1"]);
    assert!(run.code == Some(2) && run.err.contains("has no answer: timeout"), "{run:?}");
}

#[test]
fn every_method_is_sent_as_it_is() {
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "patch", "DELETE", "OPTIONS", "QUERY", "PURGE", "x"]
    {
        let server = serve(|head| {
            let allowed = [head.field("access-control-request-method"), head.method.as_str()];
            let allowed = allowed.into_iter().find(|method| !method.is_empty()).unwrap_or_default();
            Answer(200, vec![(ORIGIN, "*".into()), (METHODS, allowed.into())])
        });
        let run = cors(&["probe", &server.url("/"), "--origin", PAGE, RATE, "--method", method, "--quick"]);
        assert_eq!(run.code, Some(0), "{method}: {run:?}");
        let seen = server.seen();
        let is_call = |head: &&Head| !head.is_preflight() && head.field("origin") == PAGE;
        let calls: Vec<&str> = seen.iter().filter(is_call).map(|head| head.method.as_str()).collect();
        assert_eq!(calls, [method], "{seen:?}");
        let asked = seen.iter().find(|head| head.is_preflight());
        let asked = asked.map(|head| head.field("access-control-request-method"));
        let wanted = (!["GET", "HEAD", "POST"].contains(&method)).then_some(method);
        assert!(asked == wanted || asked == Some(method), "{seen:?}");
    }
}

#[test]
fn https_is_spoken_and_certificates_are_checked() {
    let (server, certificate) = serve_https(right);
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("localhost.pem");
    std::fs::write(&path, certificate).expect("the folder is there");
    let url = format!("https://localhost:{}/", server.address.port());
    let arguments = ["probe", &url, "--origin", PAGE, RATE, "--method", "PUT"];

    let stranger = cors(&arguments);
    assert!(stranger.code == Some(2) && stranger.err.contains("certificate"), "{stranger:?}");
    let known = cors_with(&arguments, &[("SSL_CERT_FILE", path.to_str().expect("it is UTF-8"))], "");
    assert!(known.code == Some(0) && known.out.contains("the page may read the answer"), "{known:?}");
}

#[test]
fn redirects_are_followed_as_far_as_a_browser_goes() {
    let redirect = |to: String| {
        serve(move |head| {
            let Answer(status, mut fields) = right(head);
            fields.push((LOCATION, to.clone()));
            Answer(if head.is_preflight() { status } else { 307 }, fields)
        })
    };
    let [there, public] = [serve(right), serve(|_| Answer(200, vec![(ORIGIN, "*".into())]))];
    for (name, to, code, said) in [
        ("another site has `null` asked", there.url("/there"), 1, "> origin: null"),
        ("public there", public.url("/there"), 0, "the page may read the answer"),
        (
            "another scheme",
            "ftp://there.example/".into(),
            1,
            "blocked by the browser: the redirect to ftp://there.example/",
        ),
        ("round and round", "/".into(), 1, "blocked by the browser: it was redirected more than 20 times"),
    ] {
        let server = redirect(to);
        let run = cors(&["probe", &server.url("/"), "--origin", PAGE, RATE]);
        assert_eq!(run.code, Some(code), "{name}: {run:?}");
        assert!(run.out.contains(said), "{name}: {}", run.out);
    }
}

#[test]
fn what_a_server_says_is_never_obeyed_by_a_terminal() {
    // By U+009B an escape sequence begins as well as by `ESC [`.
    let evil = "\u{9b}31mevil";
    for (name, method, field) in [
        ("the origin", "GET", ORIGIN),
        ("credentials", "GET", CREDENTIALS),
        ("methods", "PUT", METHODS),
        ("max-age", "PUT", MAX_AGE),
        ("a redirect", "GET", LOCATION),
    ] {
        let server = serve(move |head| {
            let Answer(status, mut fields) = with(head, field, evil);
            if field == LOCATION {
                fields.push((LOCATION, evil.into()));
            }
            Answer(if field == LOCATION { 302 } else { status }, fields)
        });
        let url = server.url("/");
        for format in ["text", "json"] {
            let arguments = ["--method", method, "--credentials", "--format", format];
            let run = cors(&[&["probe", &url, "--origin", PAGE, RATE][..], &arguments].concat());
            assert!(
                !run.out.is_empty() && run.out.contains("009b") | run.out.contains("{9b}"),
                "{name}: {run:?}"
            );
            let obeyed = |letter: char| letter.is_control() && letter != '\n';
            assert!(!run.out.contains(obeyed), "{name}: {}", run.out);
            if format == "json" {
                let value: serde_json::Value = serde_json::from_str(&run.out).expect("it is JSON");
                assert!(value.to_string().contains("\u{9b}31m"), "{name}: {value}");
            }
        }
    }
}

#[test]
fn what_was_answered_is_told_though_strangers_are_hung_up_on() {
    let hangs_up = |is_known: fn(&str) -> bool| {
        move |head: &Head| if is_known(head.field("origin")) { right(head) } else { HANGS_UP }
    };
    let server = serve(hangs_up(|origin| origin == PAGE));
    for method in ["GET", "PUT"] {
        let run = cors(&["probe", &server.url("/"), "--origin", PAGE, RATE, "--method", method]);
        assert_eq!(run.code, Some(0), "{method}: {run:?}");
        assert!(
            run.out.contains("the page may read the answer") && run.out.contains("[stranger_unanswered]"),
            "{method}: {}",
            run.out
        );
    }
}

#[test]
fn a_refusal_is_told_though_the_server_answers_no_more() {
    let count = std::sync::atomic::AtomicUsize::new(0);
    let answer = move |_: &Head| match count.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
        0 => Answer(403, Vec::new()),
        _ => HANGS_UP,
    };
    let server = serve(answer);
    let run = cors(&["probe", &server.url("/"), "--origin", PAGE, RATE, "--method", "PUT"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(
        run.out.contains("[preflight_refused]") && run.out.contains("[stranger_unanswered]"),
        "{}",
        run.out
    );
}

/// What stands in the help is pasted. Its server here is one like it.
#[test]
fn the_examples_of_the_help_work() {
    let server = serve(|head| {
        let fields = [(ORIGIN, "*"), (METHODS, "GET, PATCH"), (HEADERS, "authorization"), (VARY, "Origin")];
        let exposed = [("access-control-expose-headers", "etag"), ("etag", "1")];
        let fields = fields.into_iter().chain(exposed).map(|(name, value)| (name, value.to_owned()));
        match head.target == "/tasks" {
            true => right_for(head, "http://localhost:3000"),
            false => Answer(if head.is_preflight() { 204 } else { 200 }, fields.collect()),
        }
    });
    let help = cors(&["probe", "--help"]).out.replace("\\\n", " ");
    let examples = help.lines().filter_map(|line| line.trim().strip_prefix("cors "));
    let mut count = 0;
    for example in examples {
        let words = example.replace("'authorization: Bearer TOKEN'", "authorization:Bearer");
        let words = words
            .replace("https://api.github.com", &server.url(""))
            .replace("http://localhost:8080", &server.url(""));
        let words: Vec<&str> = words.split_whitespace().chain([RATE]).collect();
        let run = cors(&words);
        assert_eq!(run.code, Some(0), "{example}: {run:?}");
        count += 1;
    }
    assert!(count >= 2, "{help}");
}

/// A server that lets one page read.
fn right_for(head: &Head, page: &str) -> Answer {
    let mut fields = vec![(VARY, "Origin".to_owned())];
    if head.field("origin") == page {
        fields.extend([(ORIGIN, page.to_owned()), (CREDENTIALS, "true".into())]);
    }
    Answer(200, fields)
}

#[test]
fn a_policy_is_shown_in_the_words_of_the_servers_software() {
    fn named(head: &Head, field: &'static str, value: &str) -> Answer {
        let Answer(status, mut fields) = lets_in(head, |_| true);
        fields.push((field, value.into()));
        Answer(status, fields)
    }
    for (name, more, behavior, software) in [
        ("nginx", &[][..], (|head| named(head, "server", "nginx/1.22.1")) as Behavior, Some("nginx")),
        ("apache", &[], |head| named(head, "server", "Apache/2.4.62 (Debian)"), Some("apache")),
        ("caddy", &[], |head| named(head, "server", "Caddy"), Some("caddy")),
        ("envoy", &[], |head| named(head, "server", "istio-envoy"), Some("envoy")),
        ("the app and not the proxy", &[], |head| named(head, "x-powered-by", "Express"), Some("express")),
        ("another name", &[], |head| named(head, "server", "Apache-Coyote/1.1"), None),
        ("asked for", &["--server=haproxy"], |head| named(head, "server", "nginx"), Some("haproxy")),
        ("sound", &["--server=nginx"], right, None),
        (
            "public",
            &["--server=nginx"],
            |_| Answer(200, vec![(ORIGIN, "*".into()), (CREDENTIALS, "true".into())]),
            None,
        ),
    ] {
        let (run, _server) = probe(behavior, "", &[more, &["--format=json"]].concat());
        let printed = json(&run);
        assert_eq!(printed["configuration"]["server"].as_str(), software, "{name}: {printed:#}");
    }
    let server = serve(|_| Answer(200, vec![]));
    for software in [
        "nginx",
        "apache",
        "haproxy",
        "caddy",
        "envoy",
        "express",
        "django",
        "spring",
        "actix-cors",
        "tower-http",
    ] {
        let named = format!("--server={software}");
        let probe = |page: &str, more: &[&str]| {
            let run = cors(
                &[
                    &["probe", &server.url("/"), "--origin", page, RATE, "--quick", &named, "--format=json"]
                        [..],
                    more,
                ]
                .concat(),
            );
            json(&run)["configuration"]["text"].as_str().map(str::to_owned)
        };
        let all = probe(PAGE, &["--method=PUT", "--header=authorization", "--read=etag", "--credentials"]);
        let all = all.unwrap_or_else(|| panic!("{software} has a policy"));
        for word in [PAGE, "PUT", "authorization", "etag"] {
            assert!(all.contains(word), "{software} lacks {word}: {all}");
        }
        let little = probe(PAGE, &[]).unwrap_or_else(|| panic!("{software} has a policy"));
        assert!(
            little.lines().count() < all.lines().count() && little.contains(PAGE),
            "{software}: {little}"
        );
        for text in [&all, &little] {
            for sign in [
                "{origin}",
                "{methods}",
                "quoted_",
                "[credentials]",
                "[headers]",
                "[expose]",
                "null",
                "'*'",
                "\"*\"",
            ] {
                assert!(!text.contains(sign), "{software} has {sign}: {text}");
            }
        }
        // Nobody is told to allow `null`.
        assert_eq!(probe("null", &[]), None, "{software}");
    }
}
