//! What is refused before the app is asked: foreign origins under `enforce`, foreign upgrades, foreign
//! hosts; and who passes.

use actix_web::{App, HttpResponse, web};
use cors_actix::{AllowedHosts, Cors, Denial, cors_policy, is_preflight};
use cors_tests::head::Head;
use cors_tests::server::Server;
use cors_tests::spy::watched;

const APP: &str = "https://app.example";
const FOREIGN: &str = "https://foreign.example";

cors_policy! {
    static TASKS;
    origins: ["https://app.example"],
    methods: [GET, PUT],
    hosts: ["localhost", ".internal.example", "127.0.0.1", "[::1]"],
}

cors_policy! {
    static HOSTLESS;
    origins: ["https://app.example"],
}

cors_policy! {
    static ANY_HOST;
    origins: ["https://app.example"],
    hosts: any,
    expect(any_host, reason = "a case"),
}

/// Each case: its name, the request, whether the app is asked.
fn check<'c>(cors: Cors, cases: impl IntoIterator<Item = (&'c str, Head, bool)>) {
    let (server, spy) = watched(cors);
    for (name, head, passes) in cases {
        let received = head.send(server.address());
        assert_eq!(received.status, if passes { 200 } else { 403 }, "{name}");
        assert_eq!(spy.take(), usize::from(passes), "{name}: how often the app is asked");
        let varies = received.all("vary").iter().any(|line| line.contains("Origin"));
        assert!(varies, "{name}: every response varies by origin");
        if !passes {
            let allows = received.cors().iter().any(|(name, _)| name.starts_with("access-control-"));
            assert!(!allows, "{name}: a refusal allows nothing");
            assert!(received.body.is_empty(), "{name}");
        }
    }
}

#[test]
fn enforce_refuses_foreign_origins() {
    let post = || Head::new("POST", "/");
    let from = |site: &str| post().origin(FOREIGN).field("sec-fetch-site", site);
    check(
        Cors::new(&TASKS).enforce(),
        [
            ("no origin", post(), true),
            ("allowed", post().origin(APP), true),
            ("allowed, cross-site", post().origin(APP).field("sec-fetch-site", "cross-site"), true),
            ("foreign", post().origin(FOREIGN), false),
            ("foreign GET", Head::get("/").origin(FOREIGN), false),
            ("foreign OPTIONS", Head::new("OPTIONS", "/").origin(FOREIGN), false),
            ("a form", post().origin(FOREIGN).field("content-type", "text/plain"), false),
            ("null", post().origin("null"), false),
            ("two origins", post().origin(APP).origin(FOREIGN), false),
            ("same-origin", from("same-origin"), true),
            ("same-origin, no referrer", post().origin("null").field("sec-fetch-site", "same-origin"), true),
            ("same-site", from("same-site"), false),
            ("cross-site", from("cross-site"), false),
            ("none", from("none"), true),
            ("same-origin twice", from("same-origin").field("sec-fetch-site", "same-origin"), false),
            ("an unknown site", from("same-planet"), false),
            ("old browser, same origin", post().origin("http://localhost"), true),
            (
                "old browser, same origin, a port",
                post().host("localhost:8080").origin("http://localhost:8080"),
                true,
            ),
            (
                "old browser, another port",
                post().host("localhost:8080").origin("http://localhost:8081"),
                false,
            ),
            ("old browser, another scheme", post().origin("https://localhost"), false),
            (
                "an unknown site, same origin",
                post().origin("http://localhost").field("sec-fetch-site", "x"),
                false,
            ),
            (
                "not the site's, whatever the host",
                post().origin("http://localhost").field("sec-fetch-site", "cross-site"),
                false,
            ),
            ("rebound, old browser", post().host("evil.example").origin("http://evil.example"), false),
            (
                "rebound",
                post()
                    .host("evil.example")
                    .origin("http://evil.example")
                    .field("sec-fetch-site", "same-origin"),
                false,
            ),
            (
                "a proxy's word",
                post().origin("http://evil.example").field("x-forwarded-host", "evil.example"),
                false,
            ),
            (
                "a proxy's other word",
                post().origin("https://localhost").field("x-forwarded-proto", "https"),
                false,
            ),
        ],
    );
}

#[test]
fn behind_tls_the_scheme_is_https() {
    let post = || Head::new("POST", "/").host("api.internal.example");
    check(
        Cors::new(&TASKS).enforce().behind_tls(),
        [
            ("same origin", post().origin("https://api.internal.example"), true),
            ("plain", post().origin("http://api.internal.example"), false),
        ],
    );
}

#[test]
fn upgrades_are_guarded_unless_told_otherwise() {
    let handshake = || Head::get("/").web_socket();
    let upgrade = |value: &str| Head::get("/").field("connection", "upgrade, close").field("upgrade", value);
    check(
        Cors::new(&TASKS),
        [
            ("no origin", upgrade("websocket"), true),
            ("allowed", upgrade("websocket").origin(APP), true),
            ("same origin", upgrade("websocket").origin("http://localhost"), true),
            ("foreign", handshake().origin(FOREIGN).field("connection", "close"), false),
            ("null", upgrade("websocket").origin("null"), false),
            ("another protocol", upgrade("chat").origin(FOREIGN), false),
            ("without connection", Head::get("/").field("upgrade", "websocket").origin(FOREIGN), false),
            ("no upgrade", Head::get("/").origin(FOREIGN), true),
        ],
    );
    check(Cors::new(&TASKS).unguarded_upgrades(), [("foreign", upgrade("websocket").origin(FOREIGN), true)]);
    check(
        Cors::new(&TASKS).unguarded_upgrades().enforce(),
        [("foreign, enforced", upgrade("websocket").origin(FOREIGN), false)],
    );
}

#[test]
fn what_a_site_decides_varies_by_it() {
    let (server, _) = watched(Cors::new(&TASKS).enforce());
    let vary = |head: Head| head.send(server.address()).all("vary").join(", ");
    assert_eq!(vary(Head::get("/").origin(FOREIGN)), "Origin, Sec-Fetch-Site");
    let same_origin = Head::get("/").origin(FOREIGN).field("sec-fetch-site", "same-origin");
    assert_eq!(vary(same_origin), "Origin, Sec-Fetch-Site");
    assert_eq!(vary(Head::get("/").origin(APP)), "Origin");
    assert_eq!(vary(Head::get("/")), "Origin");
}

#[test]
fn a_trial_changes_nothing() {
    let (server, spy) = watched(Cors::new(&TASKS).enforce().report_only());
    for (name, head) in [
        ("foreign", Head::get("/").origin(FOREIGN)),
        ("allowed", Head::get("/").origin(APP)),
        ("preflight", Head::preflight("/", FOREIGN, "PUT")),
        ("upgrade", Head::get("/").origin(FOREIGN).field("upgrade", "websocket")),
    ] {
        let received = head.send(server.address());
        assert_eq!((received.status, received.cors()), (200, vec![]), "{name}");
        assert_eq!(spy.take(), 1, "{name}");
    }
}

#[test]
fn refusals_in_the_apps_own_words() {
    let refuse = |denial: &Denial<'_>, request: &actix_web::HttpRequest| {
        HttpResponse::Forbidden()
            .append_header(("access-control-allow-origin", "*"))
            .append_header(("vary", "accept"))
            .append_header(("vary", "origin"))
            .body(format!("{} at {}", denial.kind(), request.path()))
    };
    let (server, spy) = watched(Cors::new(&TASKS).enforce().on_refusal(refuse));

    let received = Head::preflight("/a", APP, "DELETE").send(server.address());
    assert_eq!(received.text(), "method_not_allowed at /a");
    assert_eq!(
        received.to_string(),
        "403\nvary: accept\nvary: origin\nvary: Access-Control-Request-Method, Access-Control-Request-Headers"
    );
    let received = Head::get("/b").origin(FOREIGN).send(server.address());
    assert_eq!(received.text(), "origin_not_allowed at /b");
    assert_eq!(received.to_string(), "403\nvary: accept\nvary: origin\nvary: Sec-Fetch-Site");
    assert_eq!(spy.take(), 0);
}

#[test]
fn hosts() {
    let serve = |hosts: AllowedHosts| {
        Server::start(move || App::new().default_service(web::to(|| async { "done" })).wrap(hosts.clone()))
    };
    let ours = serve(AllowedHosts::new(&TASKS));
    let any = serve(AllowedHosts::new(&ANY_HOST));
    let none = serve(AllowedHosts::new(&HOSTLESS));
    for (head, by_ours, by_any) in [
        (Head::get("/").host("localhost"), 200, 200),
        (Head::get("/").host("localhost:8080"), 200, 200),
        (Head::get("/").host("LOCALHOST"), 200, 200),
        (Head::get("/").host("localhost."), 200, 200),
        (Head::get("/").host("internal.example"), 200, 200),
        (Head::get("/").host("a.b.internal.example"), 200, 200),
        (Head::get("/").host("127.0.0.1:8080"), 200, 200),
        (Head::get("/").host("[::1]:8080"), 200, 200),
        (Head::get("http://localhost/"), 200, 200),
        (Head::get("http://localhost:8080/").host("localhost:8080"), 200, 200),
        (Head::get("/").host("evil.example"), 400, 200),
        (Head::get("/").host("evilinternal.example"), 400, 200),
        (Head::get("/").host("localhost.evil.example"), 400, 200),
        (Head::get("/").host("127.0.0.2"), 400, 200),
        (Head::get("/").host("localhost..").origin("http://localhost"), 400, 400),
        (Head::get("/").host(""), 400, 400),
        (Head::get("/").host("user@localhost"), 400, 400),
        (Head::get("/").host("localhost:http"), 400, 400),
        (Head::get("/").host("localhost, localhost"), 400, 400),
        (Head::get("/").host("localhost/"), 400, 400),
        (Head::get("/").host("localhost").field("host", "localhost"), 400, 400),
        (Head::get("/").without_host(), 400, 400),
        (Head::get("http://evil.example/"), 400, 200),
        (Head::get("http://localhost/").host("evil.example"), 400, 200),
        (Head::get("http://localhost/").without_host(), 400, 400),
        (Head::get("http://user@localhost/"), 400, 400),
        (Head::get("/").host("evil.example").field("x-forwarded-host", "localhost"), 400, 200),
        (Head::get("/").host("evil.example").field("forwarded", "host=localhost"), 400, 200),
        (Head::get("/").host("evil.example").web_socket(), 400, 200),
    ] {
        assert_eq!(head.send(ours.address()).status, by_ours, "{head:?}");
        assert_eq!(head.send(any.address()).status, by_any, "any host: {head:?}");
    }
    for host in ["evil.example", "user@localhost", ""] {
        assert_eq!(Head::get("/").host(host).send(none.address()).status, 200, "no hosts: {host}");
    }
}

#[test]
fn in_development_a_refused_host_is_told_why() {
    cors_tests::expect_no_mode();
    cors_policy! {
        static BOTH_MODES;
        origins: ["https://app.example"],
        hosts: ["localhost"],
        development {}
    }
    let serve = |hosts: AllowedHosts| Server::start(move || App::new().wrap(hosts.clone()));
    let development = serve(AllowedHosts::new(&BOTH_MODES));
    for (head, said) in [
        (Head::get("/").host("api.example:8080"), "the request is for `api.example:8080`, and"),
        (
            Head::get("http://a.example/").host("\u{9b}"),
            r"the request is for `\xc2\x9b` and `a.example`, and every host must be one",
        ),
        (Head::get("/").without_host(), "the request has no `Host`"),
    ] {
        let received = head.send(development.address());
        assert_eq!(received.status, 400, "{head:?}");
        assert!(
            received.text().starts_with(said) && received.text().contains("\nhelp: "),
            "{}",
            received.text()
        );
        assert_eq!(received.one("content-type"), Some("text/plain; charset=utf-8"), "{head:?}");
    }
    let production = serve(AllowedHosts::new(BOTH_MODES.production()));
    let received = Head::get("/").host("api.example").send(production.address());
    assert_eq!((received.status, received.text()), (400, String::new()));
}

#[test]
fn a_foreign_host_gets_no_preflight_answered() {
    let server = Server::start(|| App::new().wrap(Cors::new(&TASKS)).wrap(AllowedHosts::new(&TASKS)));
    let received = Head::preflight("/", APP, "PUT").host("evil.example").send(server.address());
    assert_eq!(received.to_string(), "400");
    assert_eq!(Head::preflight("/", APP, "PUT").send(server.address()).status, 204);
}

#[test]
fn preflights_are_told_from_the_rest() {
    use actix_web::http::Method;
    use actix_web::test::TestRequest;

    for (method, origin, requested, wanted) in [
        (Method::OPTIONS, true, true, true),
        (Method::OPTIONS, true, false, false),
        (Method::OPTIONS, false, true, false),
        (Method::POST, true, true, false),
    ] {
        let mut request = TestRequest::default().method(method.clone());
        if origin {
            request = request.insert_header(("origin", FOREIGN));
        }
        if requested {
            request = request.insert_header(("access-control-request-method", "PUT"));
        }
        assert_eq!(is_preflight(&request.to_srv_request()), wanted, "{method} {origin} {requested}");
    }
}
