//! `cors probe` against servers that are wrong in one way each, and one that is right.

use crate::program::{Run, cors, cors_with};
use crate::server::{Answer, HANGS_UP, Head, serve, serve_https};

const PAGE: &str = "https://app.example";
const ORIGIN: &str = "access-control-allow-origin";
const CREDENTIALS: &str = "access-control-allow-credentials";
const METHODS: &str = "access-control-allow-methods";
const HEADERS: &str = "access-control-allow-headers";
const MAX_AGE: &str = "access-control-max-age";
const VARY: &str = "vary";
const LOCATION: &str = "location";

/// A server without a fault, with a list of one page and its neighbour.
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

type Behaviour = fn(&Head) -> Answer;

/// Name, call, server, exit code, and the findings.
const CASES: &[(&str, &str, Behaviour, i32, &[&str])] = &[
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
    ("a firewall", "PUT", |head| preflight_or(head, 503, &[]), 1, &["preflight_failed"]),
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
    fn with(mut self, name: &str, value: &str) -> Self {
        for field in self.1.iter_mut().filter(|(field, _)| *field == name) {
            field.1 = value.into();
        }
        self
    }
}

fn probe(behaviour: Behaviour, call: &str, more: &[&str]) -> (Run, String) {
    let url = format!("http://{}/tasks", serve(behaviour));
    let mut arguments = vec!["probe".to_owned(), url.clone(), format!("--origin={PAGE}")];
    for word in call.split_whitespace() {
        arguments.push(match word {
            "credentials" => "--credentials".into(),
            "GET" | "PUT" | "PATCH" | "DELETE" | "delete" => format!("--method={word}"),
            header => format!("--header={header}: application/json"),
        });
    }
    arguments.extend(more.iter().map(ToString::to_string));
    (cors(&arguments.iter().map(String::as_str).collect::<Vec<_>>()), url)
}

#[test]
fn each_fault_is_named() {
    for (name, call, behaviour, code, wanted) in CASES {
        let (run, _) = probe(*behaviour, call, &["--format=json"]);
        assert_eq!(run.code, Some(*code), "{name}: {run:?}");
        let printed: serde_json::Value =
            serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(printed["allowed"], *code == 0, "{name}");
        let findings = printed["findings"].as_array().unwrap_or_else(|| panic!("{name}"));
        let mut found: Vec<&str> = findings.iter().filter_map(|finding| finding["name"].as_str()).collect();
        found.sort_unstable();
        found.dedup();
        assert_eq!(found, *wanted, "{name}: {:#}", printed["findings"]);
        let errors = findings.iter().filter(|finding| finding["severity"] == "error").count();
        assert_eq!(errors > 0, *code == 1, "{name}: a call is blocked by an error, and by nothing else");
    }
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
        let (.., behaviour, _, _) = CASES.iter().find(|(known, ..)| *known == case).expect("it is a case");
        let (run, url) = probe(*behaviour, call, &[]);
        // The port and the stranger are others each time.
        let random = run.out.split("cors-probe-").nth(1).and_then(|rest| rest.get(..16)).unwrap_or("\0");
        let out = run.out.replace(&url, "https://api.example/tasks").replace(random, "0123456789abcdef");
        Run { out, ..run }.is_as_expected(name);
    }
}

#[test]
fn only_the_preflight_is_sent_if_that_is_asked_for() {
    let (run, _) = probe(
        |head| if head.method == "DELETE" { Answer(500, vec![]) } else { right(head) },
        "DELETE",
        &["--preflight-only"],
    );
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.out.contains("the call itself was not sent"), "{run:?}");
}

#[test]
fn strangers_never_change_anything() {
    let (run, _) = probe(
        |head| match (head.method.as_str(), head.field("origin")) {
            ("DELETE", origin) if origin != PAGE => panic!("{origin} deletes"),
            _ => right(head),
        },
        "DELETE",
        &["--format=json"],
    );
    assert_eq!(run.code, Some(0), "{run:?}");
}

#[test]
fn nobody_there_is_not_blocked() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let url = format!("http://{}/", listener.local_addr().expect("it is bound"));
    drop(listener);
    let run = cors(&["probe", &url, "--origin", PAGE]);
    assert!(run.code == Some(2) && run.out.is_empty() && run.err.contains("has no answer"), "{run:?}");
}

#[test]
fn who_does_not_answer_is_given_up_on() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let url = format!("http://{}/", listener.local_addr().expect("it is bound"));
    let run = cors(&["probe", &url, "--origin", PAGE, "--timeout", "1"]);
    assert!(run.code == Some(2) && run.err.contains("has no answer: timeout"), "{run:?}");
}

#[test]
fn every_method_is_sent_as_it_is() {
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "patch", "DELETE", "OPTIONS", "QUERY", "PURGE", "x"]
    {
        let url = format!(
            "http://{}/",
            serve(|head| {
                let allowed = [head.field("access-control-request-method"), head.method.as_str()];
                let allowed = allowed.into_iter().find(|method| !method.is_empty()).unwrap_or_default();
                Answer(
                    200,
                    vec![(ORIGIN, "*".into()), (METHODS, allowed.into()), ("etag", head.method.clone())],
                )
            })
        );
        let run = cors(&["probe", &url, "--origin", PAGE, "--method", method]);
        assert!(run.code == Some(0) && run.out.contains(&format!("> {method} {url}")), "{method}: {run:?}");
    }
}

#[test]
fn https_is_spoken_and_certificates_are_checked() {
    let (address, certificate) = serve_https(right);
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("localhost.pem");
    std::fs::write(&path, certificate).expect("the folder is there");
    let url = format!("https://localhost:{}/", address.port());
    let arguments = ["probe", &url, "--origin", PAGE, "--method", "PUT"];

    let stranger = cors(&arguments);
    assert!(stranger.code == Some(2) && stranger.err.contains("certificate"), "{stranger:?}");
    let known = cors_with(&arguments, &[("SSL_CERT_FILE", path.to_str().expect("it is UTF-8"))], "");
    assert!(known.code == Some(0) && known.out.contains("the page may read the answer"), "{known:?}");
}

#[test]
fn redirects_are_followed_as_far_as_a_browser_goes() {
    let there = |answer: fn(&Head) -> Answer| format!("http://{}/there", serve(answer));
    let redirect = |to: String| {
        format!(
            "http://{}/",
            serve(move |head| {
                let Answer(status, mut fields) = right(head);
                fields.push((LOCATION, to.clone()));
                Answer(if head.is_preflight() { status } else { 307 }, fields)
            })
        )
    };
    for (name, to, code, said) in [
        ("another site has `null` asked", there(right), 1, "> origin: null"),
        (
            "public there",
            there(|_| Answer(200, vec![(ORIGIN, "*".into())])),
            0,
            "the page may read the answer",
        ),
        (
            "another scheme",
            "ftp://there.example/".into(),
            1,
            "blocked by the browser: the redirect to ftp://there.example/",
        ),
        ("round and round", "/".into(), 1, "blocked by the browser: it was redirected more than 20 times"),
    ] {
        let run = cors(&["probe", &redirect(to), "--origin", PAGE]);
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
        let url = format!(
            "http://{}/",
            serve(move |head| {
                let Answer(status, mut fields) = with(head, field, evil);
                if field == LOCATION {
                    fields.push((LOCATION, evil.into()));
                }
                Answer(if field == LOCATION { 302 } else { status }, fields)
            })
        );
        for format in ["text", "json"] {
            let arguments = ["--method", method, "--credentials", "--format", format];
            let run = cors(&[&["probe", &url, "--origin", PAGE][..], &arguments].concat());
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
    let url = format!("http://{}/", serve(hangs_up(|origin| origin == PAGE)));
    for method in ["GET", "PUT"] {
        let run = cors(&["probe", &url, "--origin", PAGE, "--method", method]);
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
    let run = cors(&["probe", &format!("http://{}/", serve(answer)), "--origin", PAGE, "--method", "PUT"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(
        run.out.contains("[preflight_refused]") && run.out.contains("[stranger_unanswered]"),
        "{}",
        run.out
    );
}
