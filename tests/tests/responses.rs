//! What a policy answers, over a socket: every row of the table, in every way that an app answers.

use std::collections::HashMap;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, Error, HttpRequest, HttpResponse, error, web};
use bytes::Bytes;
use cors_actix::{Cors, cors_policy};
use cors_tests::head::Head;
use cors_tests::server::Server;
use cors_tests::spy::Spy;
use futures_util::stream;

const APP: &str = "https://app.example";
const FOREIGN: &str = "https://foreign.example";

cors_policy! {
    static LISTED;
    origins: ["https://app.example", "https://*.shop.example"],
    credentials: true,
    methods: [GET, PUT],
    headers: ["content-type", "x-a"],
    expose: ["x-total-count"],
    max_age: 1h,
    timing: true,
    private_network: true,
    expect(private_network, reason = "a case of the table"),
}

cors_policy! {
    static PLAIN;
    origins: ["https://app.example"],
    methods: [],
    max_age: 0,
    preflight_status: 200,
}

cors_policy! {
    static ANY;
    origins: any,
    methods: any,
    headers: any,
    expose: any,
    timing: true,
    expect(any_origin, reason = "a case of the table"),
}

cors_policy! {
    static MIRROR;
    origins: ["https://app.example"],
    credentials: true,
    methods: any,
    headers: any,
    expect(any_method_with_credentials, reason = "a case of the table"),
    expect(any_header_with_credentials, reason = "a case of the table"),
}

/// The lines of a response that a page at [`APP`] can read under [`LISTED`].
const READABLE: &str = "
access-control-allow-credentials: true
access-control-allow-origin: https://app.example
access-control-expose-headers: x-total-count
timing-allow-origin: https://app.example
vary: Origin";

/// The lines of one that nobody can.
const UNREADABLE: &str = "
vary: Origin";

/// The lines of an allowed preflight under [`LISTED`].
const ALLOWED: &str = "
access-control-allow-credentials: true
access-control-allow-headers: content-type, x-a
access-control-allow-methods: GET, HEAD, PUT
access-control-allow-origin: https://app.example
access-control-max-age: 3600
vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

/// The lines of every refused one.
const REFUSED: &str = "
vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

/// A layer inside ours: it counts, fails, and tampers with the request.
async fn meddle(
    spy: web::Data<Spy>,
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    spy.note();
    match request.path() {
        "/locked" => return Err(error::ErrorUnauthorized("locked")),
        "/forget" => drop(request.headers_mut().remove(header::ORIGIN)),
        "/forge" => drop(request.headers_mut().insert(header::ORIGIN, HeaderValue::from_static(FOREIGN))),
        "/clear" => request.headers_mut().clear(),
        _ => {}
    }
    next.call(request).await
}

type Query = web::Query<HashMap<String, u32>>;

/// Sends the lines of the request's `x-vary` as its `Vary`.
async fn vary(request: HttpRequest) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    for line in request.headers().get_all("x-vary") {
        response.append_header((header::VARY, line.clone()));
    }
    response.finish()
}

/// Sets by hand what is the policy's.
async fn own() -> HttpResponse {
    HttpResponse::Ok()
        .append_header(("access-control-allow-origin", "*"))
        .append_header(("access-control-allow-origin", FOREIGN))
        .append_header(("access-control-allow-credentials", "true"))
        .append_header(("access-control-expose-headers", "x-secret"))
        .append_header(("access-control-made-up", "1"))
        .append_header(("timing-allow-origin", "https://rum.example"))
        .finish()
}

fn app(
    cors: Cors,
    spy: Spy,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let chunks =
        || stream::iter([Ok::<_, Error>(Bytes::from_static(b"one")), Ok(Bytes::from_static(b"two"))]);
    App::new()
        .app_data(web::Data::new(spy))
        .route("/tasks", web::get().to(|| async { "[]" }))
        .route("/tasks", web::head().to(HttpResponse::Ok))
        .route("/forget", web::get().to(|| async { "[]" }))
        .route("/forge", web::get().to(|| async { "[]" }))
        .route("/clear", web::get().to(|| async { "[]" }))
        .route("/options", web::method(Method::OPTIONS).to(|| async { "the app's" }))
        .route("/fail", web::get().to(|| async { Err::<&str, _>(error::ErrorInternalServerError("no")) }))
        .route("/query", web::get().to(|_: Query| async { "read" }))
        .route("/unmodified", web::get().to(|| async { HttpResponse::NotModified().finish() }))
        .route(
            "/moved",
            web::get().to(|| async { HttpResponse::Found().insert_header(("location", "/tasks")).finish() }),
        )
        .route("/stream", web::get().to(move || async move { HttpResponse::Ok().streaming(chunks()) }))
        .route(
            "/upgrade",
            web::get().to(|| async {
                HttpResponse::build(StatusCode::SWITCHING_PROTOCOLS)
                    .upgrade("websocket")
                    .streaming(stream::pending::<Result<Bytes, Error>>())
            }),
        )
        .route("/vary", web::get().to(vary))
        .route("/own", web::get().to(own))
        .wrap(from_fn(meddle))
        .wrap(cors)
}

fn start(cors: Cors) -> (Server, Spy) {
    start_with(1, cors)
}

fn start_with(workers: usize, cors: Cors) -> (Server, Spy) {
    let spy = Spy::default();
    let server = Server::with_workers(workers, {
        let spy = spy.clone();
        move || app(cors.clone(), spy.clone())
    });
    (server, spy)
}

/// Each case: its name, the request, whether the app is asked, and the answer.
type Case<'c> = (&'c str, Head, bool, String);

/// What the first request to each worker may be: a layer must not remember what it saw then.
fn first_requests() -> [(&'static str, usize, Vec<Head>); 6] {
    let upgrade = || Head::get("/tasks").origin(FOREIGN).web_socket();
    [
        ("nothing", 1, Vec::new()),
        ("a malformed host", 1, vec![Head::get("/tasks").host("a b:c:d").origin("\u{1}")]),
        ("a path that nothing serves", 2, vec![Head::get("/nowhere?%").origin(FOREIGN); 2]),
        ("a preflight", 1, vec![Head::preflight("/tasks", FOREIGN, "G T").asks_for(&",".repeat(4000))]),
        ("a preflight that passes", 2, vec![Head::preflight("/tasks", APP, "PUT"); 2]),
        ("an upgrade", 2, vec![upgrade(), upgrade()]),
    ]
}

fn check<'c>(cors: Cors, cases: impl IntoIterator<Item = Case<'c>>) {
    let cases: Vec<_> = cases.into_iter().collect();
    let mut failures = Vec::new();
    for (first, workers, requests) in first_requests() {
        let (server, spy) = start_with(workers, cors.clone());
        for request in requests {
            request.send(server.address());
        }
        spy.take();
        for (name, head, asked, wanted) in &cases {
            let received = head.send(server.address()).to_string();
            if received != *wanted {
                failures.push(format!("== {name}, after {first}: wanted\n{wanted}\n-- and got\n{received}"));
            }
            if (spy.take() > 0) != *asked {
                let not = if *asked { " not" } else { "" };
                failures.push(format!("== {name}, after {first}: the app was{not} asked"));
            }
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

fn answer(status: u16, lines: &str) -> String {
    format!("{status}{lines}")
}

#[test]
fn actual_requests_under_a_list() {
    let get = |target| Head::get(target).origin(APP);
    let readable = |status| answer(status, READABLE);
    let unreadable = |status| answer(status, UNREADABLE);
    let subdomain = READABLE.replace(APP, "https://eu.west.shop.example");
    let long = format!("https://{}.shop.example", "a.".repeat(150));
    check(
        Cors::new(&LISTED),
        [
            ("no origin", Head::get("/tasks"), true, unreadable(200)),
            ("allowed", get("/tasks"), true, readable(200)),
            (
                "allowed by a pattern",
                Head::get("/tasks").origin("https://eu.west.shop.example"),
                true,
                answer(200, &subdomain),
            ),
            ("HEAD", Head::new("HEAD", "/tasks").origin(APP), true, readable(200)),
            ("refused", Head::get("/tasks").origin(FOREIGN), true, unreadable(200)),
            (
                "the pattern's own domain",
                Head::get("/tasks").origin("https://shop.example"),
                true,
                unreadable(200),
            ),
            ("null", Head::get("/tasks").origin("null"), true, unreadable(200)),
            ("empty", Head::get("/tasks").origin(""), true, unreadable(200)),
            ("upper case", Head::get("/tasks").origin("https://APP.example"), true, unreadable(200)),
            ("a port", Head::get("/tasks").origin("https://app.example:8443"), true, unreadable(200)),
            ("another scheme", Head::get("/tasks").origin("http://app.example"), true, unreadable(200)),
            ("a trailing dot", Head::get("/tasks").origin("https://app.example."), true, unreadable(200)),
            ("a slash", Head::get("/tasks").origin("https://app.example/"), true, unreadable(200)),
            ("too long", Head::get("/tasks").origin(&long), true, unreadable(200)),
            (
                "not ASCII",
                Head::get("/tasks").field("origin", b"https://\xe9.shop.example"),
                true,
                unreadable(200),
            ),
            ("two origins", get("/tasks").origin(FOREIGN), true, unreadable(200)),
            ("the same origin twice", get("/tasks").origin(APP), true, unreadable(200)),
            (
                "two in one line",
                Head::get("/tasks").origin("https://app.example, https://app.example"),
                true,
                unreadable(200),
            ),
            ("an unknown path", get("/nowhere"), true, readable(404)),
            ("an unknown path, refused", Head::get("/nowhere").origin(FOREIGN), true, unreadable(404)),
            ("an unknown path, no origin", Head::get("/nowhere"), true, unreadable(404)),
            ("another method", Head::new("DELETE", "/tasks").origin(APP), true, readable(404)),
            ("an extractor's error", get("/query?a=b"), true, readable(400)),
            ("a handler's error", get("/fail"), true, readable(500)),
            ("a handler's error, refused", Head::get("/fail").origin(FOREIGN), true, unreadable(500)),
            ("an inner layer's error", get("/locked"), true, readable(401)),
            ("an inner layer's error, refused", Head::get("/locked").origin(FOREIGN), true, unreadable(401)),
            ("304", get("/unmodified"), true, readable(304)),
            ("304, no origin", Head::get("/unmodified"), true, unreadable(304)),
            ("a redirect", get("/moved"), true, readable(302)),
            ("a redirect, refused", Head::get("/moved").origin(FOREIGN), true, unreadable(302)),
            ("a stream", get("/stream"), true, readable(200)),
            ("a stream, refused", Head::get("/stream").origin(FOREIGN), true, unreadable(200)),
            ("an upgrade", get("/upgrade").web_socket(), true, readable(101)),
            (
                "OPTIONS without a requested method",
                Head::new("OPTIONS", "/options").origin(APP),
                true,
                readable(200),
            ),
            (
                "OPTIONS without an origin",
                Head::new("OPTIONS", "/options").field("access-control-request-method", "PUT"),
                true,
                unreadable(200),
            ),
            (
                "a requested method, but not OPTIONS",
                get("/tasks").field("access-control-request-method", "PUT"),
                true,
                readable(200),
            ),
            ("an inner layer drops the origin", get("/forget"), true, readable(200)),
            ("an inner layer replaces the origin", get("/forge"), true, readable(200)),
            ("an inner layer drops every field", get("/clear"), true, readable(200)),
            ("an inner layer allows nobody", Head::get("/forge").origin(FOREIGN), true, unreadable(200)),
        ],
    );
}

#[test]
fn preflights_under_a_list() {
    let put = || Head::preflight("/tasks", APP, "PUT");
    let refused = |head| (head, false, answer(403, REFUSED));
    let allowed = |head| (head, false, answer(204, ALLOWED));
    let case = |name, (head, asked, wanted): (Head, bool, String)| (name, head, asked, wanted);
    let private = ALLOWED.replace(
        "access-control-max-age",
        "access-control-allow-private-network: true\naccess-control-max-age",
    );
    let private = {
        let mut lines: Vec<_> = private.lines().collect();
        lines.sort();
        lines.join("\n")
    };
    let empty = ",".repeat(17);
    check(
        Cors::new(&LISTED),
        [
            case("allowed", allowed(put())),
            case("a safelisted method that is listed", allowed(Head::preflight("/tasks", APP, "GET"))),
            case("HEAD, which GET brings along", allowed(Head::preflight("/tasks", APP, "HEAD"))),
            case("a path that the app does not have", allowed(Head::preflight("/nowhere", APP, "PUT"))),
            case("a path on which a layer inside fails", allowed(Head::preflight("/locked", APP, "PUT"))),
            case("a route of the app's for OPTIONS", allowed(Head::preflight("/options", APP, "PUT"))),
            case("one header", allowed(put().asks_for("content-type"))),
            case("both headers", allowed(put().asks_for("content-type,x-a"))),
            case("headers in any case", allowed(put().asks_for("Content-Type,X-A"))),
            case("headers on two lines", allowed(put().asks_for("content-type").asks_for("x-a"))),
            case("white space", allowed(put().asks_for(" content-type ,\tx-a "))),
            case("16 empty elements", allowed(put().asks_for(",,,,,,,,x-a,,,,,,,,"))),
            case("no header", allowed(put().asks_for(""))),
            case("17 empty elements", refused(put().asks_for(&format!("{empty}x-a")))),
            case("another origin", refused(Head::preflight("/tasks", FOREIGN, "PUT"))),
            case("null", refused(Head::preflight("/tasks", "null", "PUT"))),
            case("two origins", refused(put().origin(APP))),
            case("another method", refused(Head::preflight("/tasks", APP, "DELETE"))),
            case("a method in another case", refused(Head::preflight("/tasks", APP, "put"))),
            case("no method", refused(Head::preflight("/tasks", APP, ""))),
            case("two methods in one", refused(Head::preflight("/tasks", APP, "PUT, GET"))),
            case("two methods", refused(put().field("access-control-request-method", "PUT"))),
            case("another header", refused(put().asks_for("x-b"))),
            case(
                "another header after a listed one",
                refused(put().asks_for("x-a").asks_for("authorization")),
            ),
            case("no token", refused(put().asks_for("x-a x-a"))),
            case("a wildcard", refused(put().asks_for("*"))),
            (
                "to a private network",
                put().field("access-control-request-private-network", "true"),
                false,
                answer(204, &private),
            ),
            case(
                "to no private network",
                allowed(put().field("access-control-request-private-network", "false")),
            ),
            case(
                "to a private network, refused",
                refused(
                    Head::preflight("/tasks", FOREIGN, "PUT")
                        .field("access-control-request-private-network", "true"),
                ),
            ),
        ],
    );
}

#[test]
fn a_policy_that_allows_little() {
    let readable = "
access-control-allow-origin: https://app.example
vary: Origin";
    check(
        Cors::new(&PLAIN),
        [
            ("allowed", Head::get("/tasks").origin(APP), true, answer(200, readable)),
            ("no methods", Head::preflight("/tasks", APP, "PUT"), false, answer(403, REFUSED)),
            (
                "private networks are off",
                Head::preflight("/tasks", APP, "GET").field("access-control-request-private-network", "true"),
                false,
                answer(403, REFUSED),
            ),
        ],
    );
}

#[test]
fn any_origin() {
    let readable = "
access-control-allow-origin: *
access-control-expose-headers: *
timing-allow-origin: *";
    let allowed = "
access-control-allow-headers: *, authorization
access-control-allow-methods: *
access-control-allow-origin: *
vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
    let preflight = |method| Head::preflight("/tasks", FOREIGN, method);
    check(
        Cors::new(&ANY),
        [
            ("no origin", Head::get("/tasks"), true, answer(200, readable)),
            ("an origin", Head::get("/tasks").origin(FOREIGN), true, answer(200, readable)),
            ("null", Head::get("/tasks").origin("null"), true, answer(200, readable)),
            ("two origins", Head::get("/tasks").origin(APP).origin(FOREIGN), true, answer(200, readable)),
            ("no origin at all", Head::get("/tasks").origin("anything goes"), true, answer(200, readable)),
            ("an error", Head::get("/locked").origin(FOREIGN), true, answer(401, readable)),
            ("a method", preflight("PUT"), false, answer(204, allowed)),
            ("an unusual method", preflight("QUERY"), false, answer(204, allowed)),
            ("a header", preflight("PUT").asks_for("authorization,x-anything"), false, answer(204, allowed)),
            ("a forbidden method", preflight("TRACE"), false, answer(403, REFUSED)),
            ("a header that is none", preflight("PUT").asks_for("x a"), false, answer(403, REFUSED)),
        ],
    );
}

#[test]
fn any_method_and_header_with_credentials() {
    let allowed = |method: &str, headers: Option<&str>| {
        let headers =
            headers.map(|names| format!("\naccess-control-allow-headers: {names}")).unwrap_or_default();
        format!(
            "204\naccess-control-allow-credentials: true{headers}\n\
             access-control-allow-methods: {method}\naccess-control-allow-origin: https://app.example\n\
             vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
        )
    };
    let preflight = |method| Head::preflight("/tasks", APP, method);
    check(
        Cors::new(&MIRROR),
        [
            ("no header", preflight("PUT"), false, allowed("PUT", None)),
            ("an unusual method", preflight("patch"), false, allowed("patch", None)),
            (
                "as browsers write it",
                preflight("PUT").asks_for("authorization,x-a"),
                false,
                allowed("PUT", Some("authorization,x-a")),
            ),
            (
                "white space",
                preflight("PUT").asks_for("authorization, x-a"),
                false,
                allowed("PUT", Some("authorization, x-a")),
            ),
            (
                "empty elements",
                preflight("PUT").asks_for(",x-a,,x-b"),
                false,
                allowed("PUT", Some("x-a, x-b")),
            ),
            (
                "lines",
                preflight("PUT").asks_for("x-a").asks_for("x-b"),
                false,
                allowed("PUT", Some("x-a, x-b")),
            ),
            ("nothing but commas", preflight("PUT").asks_for(",,"), false, allowed("PUT", None)),
            ("a wildcard is a name", preflight("PUT").asks_for("*"), false, allowed("PUT", Some("*"))),
            ("another origin", Head::preflight("/tasks", FOREIGN, "PUT"), false, answer(403, REFUSED)),
            ("a forbidden method", preflight("connect"), false, answer(403, REFUSED)),
        ],
    );
}

#[test]
fn vary_is_merged_over_all_lines() {
    let (server, _) = start(Cors::new(&LISTED));
    for (lines, wanted) in [
        (&[][..], &["Origin"][..]),
        (&["Accept"], &["Accept", "Origin"]),
        (&["Accept, Accept-Language"], &["Accept, Accept-Language", "Origin"]),
        (&["Accept", "Accept-Language"], &["Accept", "Accept-Language", "Origin"]),
        (&["Origin"], &["Origin"]),
        (&["origin"], &["origin"]),
        (&["Accept, ORIGIN"], &["Accept, ORIGIN"]),
        (&["Accept ,\tOrigin , X"], &["Accept ,\tOrigin , X"]),
        (&["Accept", "Origin"], &["Accept", "Origin"]),
        (&["*"], &["*"]),
        (&["Accept, *"], &["Accept, *"]),
        (&["Accept", "*"], &["Accept", "*"]),
        (&["X-Origin"], &["X-Origin", "Origin"]),
        (&["Origin-Trial"], &["Origin-Trial", "Origin"]),
    ] {
        for origin in [None, Some(APP), Some(FOREIGN)] {
            let head = origin.into_iter().fold(Head::get("/vary"), Head::origin);
            let head = lines.iter().fold(head, |head, line| head.field("x-vary", line));
            assert_eq!(head.send(server.address()).all("vary"), wanted, "{lines:?} {origin:?}");
        }
    }
}

#[test]
fn two_layers_say_it_once() {
    let server = Server::start(|| {
        App::new()
            .route("/tasks", web::get().to(|| async { "[]" }))
            .route("/own", web::get().to(own))
            .wrap(from_fn(fail_on_request))
            .wrap(Cors::new(&LISTED))
            .wrap(Cors::new(&LISTED))
    });
    for (target, status) in [("/tasks", 200), ("/nowhere", 404), ("/locked", 401)] {
        let received = Head::get(target).origin(APP).send(server.address());
        assert_eq!(received.to_string(), answer(status, READABLE), "{target}");
    }
}

async fn fail_on_request(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if request.path() == "/locked" {
        return Err(error::ErrorUnauthorized("locked"));
    }
    next.call(request).await
}

#[test]
fn fields_that_the_app_sets_are_the_policys() {
    let timing = |lines: &str| {
        lines.replace(
            "timing-allow-origin: ",
            "timing-allow-origin: https://rum.example\ntiming-allow-origin: ",
        )
    };
    check(
        Cors::new(&LISTED),
        [
            ("allowed", Head::get("/own").origin(APP), true, answer(200, &timing(READABLE))),
            (
                "refused",
                Head::get("/own").origin(FOREIGN),
                true,
                answer(200, "\ntiming-allow-origin: https://rum.example\nvary: Origin"),
            ),
            (
                "no origin",
                Head::get("/own"),
                true,
                answer(200, "\ntiming-allow-origin: https://rum.example\nvary: Origin"),
            ),
        ],
    );
    let any = "
access-control-allow-origin: *
access-control-expose-headers: *
timing-allow-origin: https://rum.example
timing-allow-origin: *";
    check(Cors::new(&ANY), [("any", Head::get("/own").origin(FOREIGN), true, answer(200, any))]);
}

#[test]
fn bodies_pass() {
    let (server, _) = start(Cors::new(&LISTED));
    let received = Head::get("/stream").origin(APP).send(server.address());
    assert_eq!(received.one("transfer-encoding"), Some("chunked"));
    assert_eq!(received.body, b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n");
    let received = Head::get("/tasks").origin(APP).send(server.address());
    assert_eq!(received.body, b"[]");
}

#[test]
fn an_answer_to_a_preflight_has_no_body() {
    let (server, _) = start(Cors::new(&LISTED));
    let received = Head::preflight("/tasks", APP, "PUT").send(server.address());
    // https://www.rfc-editor.org/rfc/rfc9110#section-8.6: no `Content-Length` with 204.
    assert_eq!((received.status, received.one("content-length"), received.body.len()), (204, None, 0));
    let received = Head::preflight("/tasks", FOREIGN, "PUT").send(server.address());
    assert_eq!((received.status, received.one("content-length"), received.body.len()), (403, Some("0"), 0));

    cors_policy! { static OK; origins: ["https://app.example"], preflight_status: 200, max_age: 0 }
    let (server, _) = start(Cors::new(&OK));
    let received = Head::preflight("/tasks", APP, "POST").send(server.address());
    assert_eq!((received.status, received.one("content-length")), (200, Some("0")));
    assert_eq!(received.one("access-control-max-age"), Some("0"));
    assert_eq!(received.one("access-control-allow-methods"), Some("GET, HEAD, POST"));
    assert!(received.all("access-control-allow-headers").is_empty());
}
