//! The cases by which the Gateway API's conformance tests judge an implementation's CORS (`HTTPRouteCORS`, as of August 2026), as facts: a filter,
//! a request, the fields that are asked for. `cors import` reads the filter, and the engine decides.

use std::io::Write as _;
use std::process::{Command, Stdio};

use cors_engine::{Config, Mode, Policy};
use cors_tests::example::{Profile, build};
use cors_tests::head::Head;
use cors_tests::server::Server;

use actix_web::{App, HttpResponse, web};
use cors_actix::Cors;

/// The filters of the routes under test.
const LISTED: &str = r#"{ allowOrigins: ["https://www.foo.com", "https://*.bar.com"], allowMethods: [GET, OPTIONS],
    allowHeaders: [x-header-1, x-header-2], exposeHeaders: [x-header-3, x-header-4], allowCredentials: true, maxAge: 3600 }"#;
const ANY_METHOD: &str = r#"{ allowOrigins: ["https://www.foo.com"], allowMethods: ["*"] }"#;
const ANY_ORIGIN: &str = r#"{ allowOrigins: ["*"], allowMethods: [PUT], allowCredentials: false }"#;
const ANYTHING: &str =
    r#"{ allowOrigins: ["*"], allowMethods: ["*"], allowHeaders: ["*"], allowCredentials: false }"#;
const ANYTHING_WITH_CREDENTIALS: &str =
    r#"{ allowOrigins: ["*"], allowMethods: ["*"], allowHeaders: ["*"], allowCredentials: true }"#;

/// The policy of a filter; in development, where what is only dangerous is taken.
fn imported(filter: &str) -> Result<Policy, String> {
    let route = format!(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{ name: tasks }}\nspec:\n  rules:\n  - filters:\n    - type: CORS\n      cors: {filter}\n"
    );
    let mut command = Command::new(build("cors", Profile::Debug));
    command.args(["import", "gateway-api", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut process = command.spawn().expect("cors starts");
    process.stdin.take().expect("it is piped").write_all(route.as_bytes()).expect("cors reads");
    let output = process.wait_with_output().expect("cors ends");
    let text = String::from_utf8(output.stdout).expect("cors prints UTF-8");
    let text = format!("origins = ['https://unused.example']\n[development]\n{text}");
    let config: Config = toml::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    config.policy(Mode::Development).map_err(|violations| violations.to_string())
}

/// A field, and the values of which it has to have one; none if it must be absent. Lists have no order.
type Wanted = (&'static str, &'static [&'static str]);

const ORIGIN: &str = "access-control-allow-origin";
const METHODS: &str = "access-control-allow-methods";
const HEADERS: &str = "access-control-allow-headers";
const EXPOSE: &str = "access-control-expose-headers";
const CREDENTIALS: &str = "access-control-allow-credentials";
const AGE: &str = "access-control-max-age";

fn elements(list: &str) -> Vec<&str> {
    let mut elements: Vec<&str> = list.split(',').map(str::trim).collect();
    elements.sort_unstable();
    elements
}

fn answers(filter: &str, cases: &[(&str, Head, &[u16], &[Wanted])]) {
    let policy = std::sync::Arc::new(imported(filter).unwrap_or_else(|wrong| panic!("{filter}: {wrong}")));
    let server = Server::start(move || {
        App::new().default_service(web::to(HttpResponse::Ok)).wrap(Cors::new(std::sync::Arc::clone(&policy)))
    });
    for (name, head, statuses, wanted) in cases {
        let received = head.send(server.address());
        assert!(statuses.contains(&received.status), "{name}: {received}");
        for (field, values) in *wanted {
            match received.one(field) {
                None => assert!(values.is_empty(), "{name}: {field} is missing: {received}"),
                Some(found) => {
                    let is_one = values.iter().any(|value| elements(value) == elements(found));
                    assert!(is_one, "{name}: {field}: {found:?} is none of {values:?}");
                }
            }
        }
    }
}

#[test]
fn origins_that_are_listed() {
    let preflight = |origin| Head::preflight("/", origin, "GET").asks_for("x-header-1, x-header-2");
    // Where the cases want the exposed names on a preflight as well, no browser reads them there; ours are on the response to the call.
    let shared = |origin: &'static [&'static str]| -> Vec<Wanted> {
        vec![
            (ORIGIN, origin),
            (METHODS, &["GET, HEAD, OPTIONS"]),
            (HEADERS, &["x-header-1, x-header-2"]),
            (AGE, &["3600"]),
            (CREDENTIALS, &["true"]),
            (EXPOSE, &[]),
        ]
    };
    let [exact, wildcard, deeper] = [
        shared(&["https://www.foo.com"]),
        shared(&["https://www.bar.com"]),
        shared(&["https://xpto.www.bar.com"]),
    ];
    let call = |origin| Head::get("/").origin(origin).field("access-control-request-method", "GET");
    let exposed: &[&str] = &["x-header-3, x-header-4"];
    answers(
        LISTED,
        &[
            ("a preflight, exact", preflight("https://www.foo.com"), &[200, 204], &exact),
            ("a preflight, wildcard", preflight("https://www.bar.com"), &[200, 204], &wildcard),
            ("a preflight, two labels", preflight("https://xpto.www.bar.com"), &[200, 204], &deeper),
            (
                "a preflight, no match",
                Head::preflight("/", "https://foobar.com", "GET"),
                &[200, 204, 403],
                &[(ORIGIN, &[])],
            ),
            (
                "a call, exact",
                call("https://www.foo.com"),
                &[200],
                &[(ORIGIN, &["https://www.foo.com"]), (EXPOSE, exposed)],
            ),
            ("a call, wildcard", call("https://www.bar.com"), &[200], &[(ORIGIN, &["https://www.bar.com"])]),
            ("a call, no match", call("https://foobar.com"), &[200], &[(ORIGIN, &[])]),
        ],
    );
}

#[test]
fn methods_and_headers_that_are_any() {
    answers(
        ANY_METHOD,
        &[(
            "a preflight for POST",
            Head::preflight("/", "https://www.foo.com", "POST"),
            &[200, 204],
            &[(METHODS, &["POST", "*"]), (ORIGIN, &["https://www.foo.com"]), (CREDENTIALS, &[])],
        )],
    );
    // `authorization` is not in the standard's `*`, and any means any here.
    let headers: &[&str] = &["x-header-1, x-header-2", "*", "*, authorization"];
    answers(
        ANYTHING,
        &[
            (
                "a preflight",
                Head::preflight("/", "https://other.foo.com", "PUT").asks_for("x-header-1, x-header-2"),
                &[200, 204],
                &[
                    (ORIGIN, &["https://other.foo.com", "*"]),
                    (METHODS, &["PUT", "*"]),
                    (HEADERS, headers),
                    (CREDENTIALS, &[]),
                ],
            ),
            (
                "a call that brings credentials",
                Head::get("/").origin("https://other.foo.com").field("authorization", "Bearer test"),
                &[200],
                // The cases want the origin here, and `*` where the same filter lists its methods.
                &[(ORIGIN, &["https://other.foo.com", "*"]), (CREDENTIALS, &[])],
            ),
        ],
    );
}

#[test]
fn an_origin_that_is_any() {
    for (origin, values) in [
        ("https://foobar.com", &["https://foobar.com", "*"][..]),
        ("https://foobar.com:12345", &["https://foobar.com:12345", "*"]),
    ] {
        answers(
            ANY_ORIGIN,
            &[
                (
                    "a preflight",
                    Head::preflight("/", origin, "PUT"),
                    &[200, 204],
                    &[(ORIGIN, values), (METHODS, &["PUT"]), (CREDENTIALS, &[])],
                ),
                (
                    "a call",
                    Head::new("PUT", "/").origin(origin),
                    &[200],
                    &[(ORIGIN, values), (CREDENTIALS, &[])],
                ),
            ],
        );
    }
}

/// The one case that we refuse: any site would read as the user. kubernetes-sigs/gateway-api#4662
#[test]
fn any_origin_with_credentials_is_no_policy() {
    let wrong = imported(ANYTHING_WITH_CREDENTIALS).expect_err("no mode takes it");
    assert!(wrong.contains("[any_origin_with_credentials]"), "{wrong}");
}
