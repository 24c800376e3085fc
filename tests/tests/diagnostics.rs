//! Refusals that say why: over a socket, and judged as a browser judges them.

use actix_web::{App, put};
use cors_actix::{Cors, cors, cors_policy};
use cors_engine::browser::{Failure, Fetch, Response};
use cors_tests::head::Head;
use cors_tests::http;
use cors_tests::server::Server;
use cors_tests::spy::watched;

const APP: &str = "https://app.example";
const FOREIGN: &str = "https://foreign.example";

cors_policy! {
    static TASKS;
    origins: ["https://app.example"],
    credentials: true,
    methods: [GET, PUT],
    headers: ["content-type"],
    max_age: 1h,
    private_network: true,
    expect(private_network, reason = "a case"),
}

cors_policy! {
    static NO_METHOD;
    origins: ["https://app.example"],
    methods: [],
    headers: ["content-type"],
}

cors_policy! {
    static NO_HEADER;
    origins: ["https://app.example"],
    methods: [GET, PUT],
}

cors_policy! {
    static BOTH_MODES;
    methods: [PUT],
    production { origins: ["https://app.example"] }
    development { origins: ["https://app.example"] }
}

const PREFLIGHT_VARY: &str = "vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

#[test]
fn a_refused_preflight_carries_the_fields_up_to_the_check_that_fails() {
    let (server, spy) = watched(Cors::new(&TASKS).diagnostics());
    let origin = "access-control-allow-credentials: true\n";
    let allowed = "access-control-allow-origin: https://app.example\n";
    let methods = "access-control-allow-methods: GET, HEAD, PUT\n";
    let headers = "access-control-allow-headers: content-type\n";
    let private = "access-control-allow-private-network: true\n";
    for (name, head, status, fields, line) in [
        (
            "the origin",
            Head::preflight("/", FOREIGN, "PUT"),
            403,
            String::new(),
            "the origin https://foreign.example is not in `origins`",
        ),
        (
            "the method",
            Head::preflight("/", APP, "DELETE").asks_for("x-a"),
            200,
            format!("{origin}{methods}{allowed}"),
            "Chromium: blocked by CORS policy: Method DELETE is not allowed by Access-Control-Allow-Methods in preflight response.",
        ),
        (
            "a method that browsers do not look for",
            Head::preflight("/", APP, "POST"),
            403,
            format!("{origin}{allowed}"),
            "Firefox: Cross-Origin Request Blocked (Reason: CORS preflight response did not succeed)",
        ),
        (
            "a header, of a private network",
            Head::preflight("/", APP, "PUT")
                .asks_for("content-type,x-a")
                .field("access-control-request-private-network", "true"),
            200,
            format!("{origin}{headers}{methods}{allowed}{private}"),
            "Chromium: blocked by CORS policy: Request header field x-a is not allowed by Access-Control-Allow-Headers in preflight response.",
        ),
    ] {
        let received = head.send(server.address());
        let mut wanted: Vec<_> = fields.lines().chain([PREFLIGHT_VARY]).collect();
        wanted.sort_unstable();
        assert_eq!(received.to_string(), format!("{status}\n{}", wanted.join("\n")), "{name}");
        explains(name, &received, line);
        assert!(received.text().starts_with("refused: a preflight from https://"), "{name}");
    }
    assert_eq!(spy.take(), 0, "no preflight gets to the app");

    let allowed = Head::preflight("/", APP, "PUT").send(server.address());
    assert_eq!((allowed.status, allowed.body.as_slice()), (204, &b""[..]), "what is allowed is as ever");
    assert_eq!(allowed.one("content-type"), None);
}

fn explains(name: &str, received: &http::Response, line: &str) {
    let text = received.text();
    assert!(text.lines().any(|found| found == line), "{name}: {text}");
    assert!(text.ends_with('\n'), "{name}: {text:?}");
    for (field, value) in [
        ("content-type", "text/plain; charset=utf-8"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(received.one(field), Some(value), "{name}");
    }
}

#[test]
fn a_request_that_is_not_let_through_is_told_why() {
    let (server, spy) = watched(Cors::new(&TASKS).enforce().diagnostics());
    let secret = "hunter2";
    for (name, head, first_line) in [
        (
            "a POST",
            Head::new("POST", "/?token=hunter2").origin(FOREIGN),
            "refused: POST from https://foreign.example",
        ),
        (
            "an upgrade",
            Head::get("/").origin(FOREIGN).web_socket(),
            "refused: GET from https://foreign.example",
        ),
    ] {
        let received = head
            .field("authorization", secret)
            .field("cookie", format!("session={secret}"))
            .send(server.address());
        assert_eq!(received.status, 403, "{name}");
        explains(name, &received, first_line);
        assert!(!received.text().contains(secret), "{name}: {}", received.text());
        let cors = received.cors();
        assert!(cors.iter().all(|(field, _)| *field == "vary"), "{name}: {cors:?}");
    }
    assert_eq!(spy.take(), 0);
}

#[test]
fn it_is_on_in_development_alone() {
    cors_tests::expect_no_mode();
    let body = |cors: Cors| Head::preflight("/", APP, "PATCH").send(watched(cors).0.address()).text();
    let development = BOTH_MODES.get(cors_actix::Mode::Development);
    assert_eq!(development.is_some(), cfg!(debug_assertions));
    assert_eq!(body(Cors::new(&BOTH_MODES)).is_empty(), development.is_none());
    assert!(body(Cors::new(BOTH_MODES.production())).is_empty());
    assert!(body(Cors::new(&TASKS)).is_empty());
    assert!(!body(Cors::new(BOTH_MODES.production()).diagnostics()).is_empty());

    #[cors(BOTH_MODES)]
    #[put("/")]
    async fn route() -> &'static str {
        "done"
    }
    let alone = Server::start(|| App::new().service(route));
    let refused = Head::preflight("/", APP, "PUT").asks_for("x-b").send(alone.address());
    assert!(refused.one("access-control-allow-headers").is_none(), "a route: {refused}");
    assert_eq!(refused.text().is_empty(), development.is_none(), "a route: {refused}");
}

#[test]
fn the_apps_own_format_has_precedence() {
    let cors = Cors::new(&TASKS)
        .diagnostics()
        .on_refusal(|denial, _| actix_web::HttpResponse::ImATeapot().body(denial.kind()));
    let received = Head::preflight("/", APP, "DELETE").send(watched(cors).0.address());
    assert_eq!(received.to_string(), format!("418\n{PREFLIGHT_VARY}"));
    assert_eq!(received.text(), "method_not_allowed");
}

/// What the middleware answers, as a browser sees it.
fn preflight(server: &Server, fetch: &Fetch) -> Response {
    let mut head = Head::preflight("/", fetch.origin(), fetch.sent_method());
    if let Some(names) = fetch.requested_headers() {
        head = head.asks_for(&names);
    }
    let received = head.send(server.address());
    Response { status: received.status, fields: received.fields }
}

#[test]
fn a_browser_refuses_what_the_policy_refuses() {
    for (policy, methods, headers) in [
        (TASKS.production(), &["GET", "PUT"][..], &["content-type"][..]),
        // The field that lists them is not there, and nothing may stand in for it.
        (NO_METHOD.production(), &[], &["content-type"]),
        (NO_HEADER.production(), &["GET", "PUT"], &[]),
    ] {
        let (server, _) = watched(Cors::new(policy).diagnostics());
        for origin in [APP, FOREIGN] {
            for method in ["GET", "POST", "PUT", "PATCH", "patch", "DELETE"] {
                for header in ["content-type", "x-a", "authorization"] {
                    let fetch = Fetch::new(origin).method(method).credentials(policy.credentials());
                    let fetch = fetch.header(header, "a/b");
                    let (seen, predicted) =
                        (fetch.check_preflight(&preflight(&server, &fetch)), fetch.ask_diagnostic(policy));
                    assert_eq!(seen.as_ref().err(), predicted.failure(), "{fetch:?}");
                    let is_allowed = origin == APP && methods.contains(&method) && headers.contains(&header);
                    assert_eq!(seen.is_ok(), is_allowed, "{fetch:?}");
                    let named = matches!(seen, Err(Failure::Method { .. } | Failure::Header { .. }));
                    let is_missed = !["GET", "POST"].contains(&method) || methods.contains(&method);
                    assert_eq!(named, !is_allowed && origin == APP && is_missed, "{fetch:?}: {seen:?}");
                }
            }
        }
    }
}
