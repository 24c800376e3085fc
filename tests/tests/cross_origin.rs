//! Requests from pages of other origins: the decisions of Go's `net/http.CrossOriginProtection` (t46), the resource isolation
//! policy of Fetch Metadata, the guard of upgrades in development (t47), and an app whose gateway answers.

use actix_web::{App, HttpResponse, web};
use cors_actix::{AllowedHosts, Cors, cors, cors_policy};
use cors_tests::head::Head;
use cors_tests::server::Server;
use cors_tests::spy::{Spy, watched};

const APP: &str = "https://trusted.example";
const FOREIGN: &str = "https://attacker.example";
const OWN: &str = "https://example.com";

cors_policy! {
    static TASKS;
    origins: ["https://trusted.example"],
    methods: [GET, POST, PUT],
    hosts: ["example.com", "inner"],
}

cors_policy! {
    static ANYBODY;
    origins: any,
    expect(any_origin, reason = "a case"),
}

cors_policy! {
    static IN_DEVELOPMENT;
    origins: ["https://trusted.example"],
    development {
        origins: ["https://trusted.example", "http://localhost:5173"],
    }
}

/// A request: its method, `Sec-Fetch-Site` and `Origin`, where there are any.
fn request(method: &str, site: &str, origin: &str) -> Head {
    let head = Head::new(method, "/").host("example.com");
    let head = if site.is_empty() { head } else { head.field("sec-fetch-site", site) };
    if origin.is_empty() { head } else { head.origin(origin) }
}

/// Each case: its name, the request, whether the app is called.
fn check<'c>(cors: Cors, cases: impl IntoIterator<Item = (&'c str, Head, bool)>) {
    let (server, spy) = watched(cors);
    for (name, head, passes) in cases {
        let received = head.send(server.address());
        assert_eq!(received.status, if passes { 200 } else { 403 }, "{name}");
        assert_eq!(spy.take(), usize::from(passes), "{name}: how often the app is called");
    }
}

/// The tables of Go's `csrf_test.go`, and what follows from `Check` beside them.
#[test]
fn t46_decisions_are_those_of_go() {
    let cases = [
        ("same-origin allowed", "POST", "same-origin", "", true),
        ("none allowed", "POST", "none", "", true),
        ("cross-site blocked", "POST", "cross-site", "", false),
        ("same-site blocked", "POST", "same-site", "", false),
        ("no header with no origin", "POST", "", "", true),
        ("no header with matching origin", "POST", "", OWN, true),
        ("no header with mismatched origin", "POST", "", FOREIGN, false),
        ("no header with null origin", "POST", "", "null", false),
        ("GET allowed", "GET", "cross-site", "", true),
        ("HEAD allowed", "HEAD", "cross-site", "", true),
        ("OPTIONS allowed", "OPTIONS", "cross-site", "", true),
        ("PUT blocked", "PUT", "cross-site", "", false),
        ("trusted origin without sec-fetch-site", "POST", "", APP, true),
        ("trusted origin with cross-site", "POST", "cross-site", APP, true),
        ("untrusted origin without sec-fetch-site", "POST", "", FOREIGN, false),
        ("untrusted origin with cross-site", "POST", "cross-site", FOREIGN, false),
        ("untrusted origin with same-origin", "POST", "same-origin", FOREIGN, true),
        ("untrusted origin with none", "POST", "none", FOREIGN, true),
        ("matching origin with cross-site", "POST", "cross-site", OWN, false),
        ("a value that nobody knows", "POST", "same-planet", "", false),
        ("a value in another case", "POST", "Same-Origin", "", false),
        ("DELETE blocked", "DELETE", "same-site", "", false),
        ("an empty value is none", "POST", " ", "", true),
        ("a method of the app's own", "PURGE", "cross-site", "", false),
        ("trusted GET", "GET", "cross-site", APP, true),
    ];
    check(
        Cors::new(&TASKS).enforce().behind_tls(),
        cases.map(|(name, method, site, origin, passes)| (name, request(method, site, origin), passes)),
    );
}

#[test]
fn t46_where_we_are_stricter_than_go() {
    let twice = |site: &str| request("POST", "same-origin", "").field("sec-fetch-site", site);
    check(
        Cors::new(&TASKS).enforce().behind_tls(),
        [
            ("GET with an unlisted origin", request("GET", "cross-site", FOREIGN), false),
            ("OPTIONS with an unlisted origin", request("OPTIONS", "", FOREIGN), false),
            ("the scheme is another", request("POST", "", "http://example.com"), false),
            ("Sec-Fetch-Site twice", twice("same-origin"), false),
            ("Sec-Fetch-Site twice, GET", request("GET", "none", "").field("sec-fetch-site", "none"), true),
            (
                "an upgrade without origin",
                request("GET", "cross-site", "").field("upgrade", "websocket"),
                false,
            ),
            (
                "same-origin for a host that is not ours",
                request("POST", "same-origin", FOREIGN).host("attacker.example"),
                false,
            ),
        ],
    );
    check(
        Cors::new(&ANYBODY).enforce(),
        [("any origin is allowed, and none", request("POST", "cross-site", ""), true)],
    );
    check(Cors::new(&TASKS), [("nothing is enforced", request("POST", "cross-site", ""), true)]);
}

#[test]
fn own_origin_stands_for_scheme_and_host() {
    let inner = |site: &str, origin: &str| request("POST", site, origin).host("inner:8080");
    check(
        Cors::new(&TASKS).enforce().own_origin("https://api.example"),
        [
            ("the own origin", inner("", "https://api.example"), true),
            ("a host that is not listed", inner("", "https://api.example").host("proxy"), true),
            ("what scheme and host spell", inner("", "http://inner:8080"), false),
            ("another port", inner("", "https://api.example:8443"), false),
            ("the browser knows better", inner("cross-site", "https://api.example"), false),
            ("the browser says so", inner("same-origin", "https://api.example"), true),
            ("an upgrade", inner("", "https://api.example").field("upgrade", "websocket"), true),
            ("foreign", inner("", FOREIGN), false),
        ],
    );
}

#[test]
fn an_own_origin_is_spelled_as_browsers_do() {
    for bad in [
        "",
        "null",
        "api.example",
        "https://",
        "https://api.example/",
        "https://api.example/x",
        "https://api.example:443",
        "https://API.example",
        "https://*.api.example",
        "https://u@api.example",
        "https://api example",
        "app://api",
        "*",
    ] {
        let built = std::panic::catch_unwind(|| Cors::new(&TASKS).own_origin(bad));
        let message = built.expect_err(bad);
        let message = message.downcast_ref::<String>().expect("the panic has a message");
        assert!(message.contains(&format!("{bad:?}")) && message.contains("help: "), "{message}");
    }
    for good in ["https://api.example", "http://localhost:8080", "https://[::1]:8443"] {
        let _ = Cors::new(&TASKS).own_origin(good);
    }
}

/// A request with the fields that a browser sends without `Origin`.
fn fetched(method: &str, site: &str, mode: &str, dest: &str) -> Head {
    request(method, site, "").field("sec-fetch-mode", mode).field("sec-fetch-dest", dest)
}

#[test]
fn isolate_refuses_what_other_sites_embed() {
    let cases = || {
        [
            ("a link", fetched("GET", "cross-site", "navigate", "document"), true),
            ("a frame", fetched("GET", "cross-site", "navigate", "iframe"), true),
            ("a form", fetched("POST", "cross-site", "navigate", "document"), false),
            ("an object", fetched("GET", "cross-site", "navigate", "object"), false),
            ("an embed", fetched("GET", "cross-site", "navigate", "embed"), false),
            ("an image", fetched("GET", "cross-site", "no-cors", "image"), false),
            ("a script", fetched("GET", "cross-site", "no-cors", "script"), false),
            ("HEAD", fetched("HEAD", "cross-site", "no-cors", "empty"), false),
            ("without a mode", request("GET", "cross-site", ""), false),
            ("a site that nobody knows", fetched("GET", "x", "no-cors", "image"), false),
            ("an image of the same site", fetched("GET", "same-site", "no-cors", "image"), true),
            ("an image of its own", fetched("GET", "same-origin", "no-cors", "image"), true),
            ("the address bar", fetched("GET", "none", "navigate", "document"), true),
            ("an old browser", request("GET", "", ""), true),
        ]
    };
    check(Cors::new(&TASKS).isolate(), cases());
    check(Cors::new(&ANYBODY).isolate(), cases());
    check(
        Cors::new(&TASKS).isolate(),
        [
            ("fetch, allowed", request("GET", "cross-site", APP).field("sec-fetch-mode", "cors"), true),
            ("fetch, foreign", request("GET", "cross-site", FOREIGN).field("sec-fetch-mode", "cors"), false),
            ("a form of the same site", request("POST", "same-site", ""), false),
        ],
    );
}

#[test]
fn isolated_responses_are_for_cors_alone() {
    async fn open() -> HttpResponse {
        HttpResponse::Ok().insert_header(("cross-origin-resource-policy", "cross-origin")).finish()
    }
    async fn failing() -> Result<HttpResponse, actix_web::Error> {
        Err(actix_web::error::ErrorImATeapot("no"))
    }
    #[cors(TASKS)]
    #[actix_web::get("/route")]
    async fn routed() -> &'static str {
        "done"
    }
    let serve = |cors: Cors| {
        Server::start(move || {
            App::new()
                .route("/open", web::get().to(open))
                .route("/failing", web::get().to(failing))
                .service(routed)
                .wrap(cors.clone())
        })
    };
    let isolated = serve(Cors::new(&TASKS).isolate());
    let by_path = serve(Cors::paths().at("/x", &TASKS).isolate());
    let plain = serve(Cors::new(&TASKS).enforce());
    for (name, server, path, wanted) in [
        ("the app's own", &isolated, "/open", vec!["cross-origin"]),
        ("an error", &isolated, "/failing", vec!["same-origin"]),
        ("nothing there", &isolated, "/none", vec!["same-origin"]),
        ("a route", &isolated, "/route", vec!["same-origin"]),
        ("a route below paths", &by_path, "/route", vec!["same-origin"]),
        ("a path without policy", &by_path, "/none", vec![]),
        ("not isolated", &plain, "/none", vec![]),
    ] {
        for origin in ["", APP] {
            let received = Head::get(path).host("example.com");
            let received = if origin.is_empty() { received } else { received.origin(origin) };
            let received = received.send(server.address());
            assert_eq!(received.all("cross-origin-resource-policy"), wanted, "{name} {origin:?}");
        }
    }
}

#[test]
fn what_the_browser_says_of_a_page_is_in_vary() {
    let vary = |cors: Cors, head: Head| {
        let (server, _) = watched(cors);
        head.send(server.address()).all("vary").join(", ")
    };
    let (enforced, isolated) = (|| Cors::new(&TASKS).enforce(), || Cors::new(&TASKS).isolate());
    for (name, cors, head, wanted) in [
        ("refused by site", enforced(), request("POST", "cross-site", ""), "Origin, Sec-Fetch-Site"),
        ("not refused by site", enforced(), request("POST", "none", ""), "Origin, Sec-Fetch-Site"),
        ("a method that changes nothing", enforced(), request("GET", "cross-site", ""), "Origin"),
        ("isolated", isolated(), request("GET", "same-origin", ""), "Origin, Sec-Fetch-Site"),
        (
            "isolated, a link",
            isolated(),
            fetched("GET", "cross-site", "navigate", "document"),
            "Origin, Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-Dest",
        ),
        (
            "isolated, an image",
            isolated(),
            fetched("GET", "cross-site", "no-cors", "image"),
            "Origin, Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-Dest",
        ),
        ("isolated, allowed", isolated(), request("GET", "cross-site", APP), "Origin"),
    ] {
        assert_eq!(vary(cors, head), wanted, "{name}");
    }
}

#[test]
fn refusals_by_site_are_in_the_apps_own_words() {
    let cors =
        Cors::new(&TASKS).enforce().on_refusal(|denial, _| HttpResponse::ImATeapot().body(denial.kind()));
    let (server, spy) = watched(cors);
    let received = request("POST", "cross-site", "").send(server.address());
    assert_eq!((received.status, received.text().as_str()), (418, "cross_site"));
    let (explaining, _) = watched(Cors::new(&TASKS).enforce().diagnostics());
    let received = request("POST", "cross-site", "").send(explaining.address());
    assert!(received.text().contains("`Sec-Fetch-Site: cross-site`"), "{}", received.text());
    assert_eq!((received.status, spy.take()), (403, 0));
}

#[test]
fn t46_routes_with_policies_of_their_own() {
    let spy = Spy::default();
    #[cors(TASKS)]
    #[actix_web::post("/listed")]
    async fn listed(spy: web::Data<Spy>) -> &'static str {
        spy.note();
        "done"
    }
    #[cors(ANYBODY)]
    #[actix_web::post("/any")]
    async fn any(spy: web::Data<Spy>) -> &'static str {
        spy.note();
        "done"
    }
    let serve = |cors: Cors| {
        let spy = spy.clone();
        Server::start(move || {
            App::new().app_data(web::Data::new(spy.clone())).service(listed).service(any).wrap(cors.clone())
        })
    };
    for (name, server) in [
        ("around a list", serve(Cors::new(&TASKS).enforce())),
        ("around any", serve(Cors::new(&ANYBODY).enforce())),
        ("by path", serve(Cors::paths().at("/x", &TASKS).enforce())),
    ] {
        for (path, site, passes) in
            [("/listed", "cross-site", false), ("/listed", "same-origin", true), ("/any", "cross-site", true)]
        {
            let head = Head::new("POST", path).host("example.com").field("sec-fetch-site", site);
            let status = head.send(server.address()).status;
            assert_eq!(status, if passes { 200 } else { 403 }, "{name}: {path} {site}");
            assert_eq!(spy.take(), usize::from(passes), "{name}: {path} {site}: how often the app is called");
        }
    }
}

#[test]
fn t47_upgrades_are_guarded_in_development_as_well() {
    cors_tests::expect_no_mode();
    let upgrade = |origin: &str| Head::get("/").web_socket().origin(origin).field("connection", "close");
    check(
        Cors::new(&IN_DEVELOPMENT),
        [
            ("unlisted", upgrade(FOREIGN), false),
            ("null", upgrade("null"), false),
            ("another port of this machine", upgrade("http://localhost:3000"), false),
            ("listed in development", upgrade("http://localhost:5173"), true),
            ("listed", upgrade(APP), true),
        ],
    );
}

#[test]
fn behind_a_gateway_nothing_is_answered_and_all_is_guarded() {
    #[cors(TASKS)]
    #[actix_web::get("/route")]
    async fn routed() -> HttpResponse {
        HttpResponse::Ok().insert_header(("access-control-allow-origin", "*")).finish()
    }
    let serve = |cors: Cors| {
        Server::start(move || {
            let by_hand =
                || async { HttpResponse::Ok().insert_header(("access-control-allow-origin", "*")).finish() };
            App::new()
                .service(routed)
                .default_service(web::to(by_hand))
                .wrap(cors.clone())
                .wrap(AllowedHosts::new(&TASKS))
        })
    };
    let open = serve(Cors::new(&TASKS).answered_by_gateway());
    let enforced = serve(Cors::new(&TASKS).enforce().answered_by_gateway());
    let by_path = serve(Cors::paths().at("/x", &TASKS).answered_by_gateway());
    let get = |path: &str, origin: &str| Head::get(path).host("example.com").origin(origin);
    for (name, server, head, wanted) in [
        ("allowed", &open, get("/", APP), "200"),
        ("foreign", &open, get("/", FOREIGN), "200"),
        ("a route", &open, get("/route", APP), "200"),
        ("a route below paths", &by_path, get("/route", APP), "200"),
        ("a preflight is the app's", &open, Head::preflight("/", APP, "PUT").host("example.com"), "200"),
        (
            "an upgrade",
            &open,
            get("/", FOREIGN).field("upgrade", "websocket"),
            "403\nvary: Origin\nvary: Sec-Fetch-Site",
        ),
        ("a foreign host", &open, get("/", APP).host("attacker.example"), "400"),
        ("enforced, allowed", &enforced, get("/", APP), "200\nvary: Origin"),
        ("enforced, a route", &enforced, get("/route", APP), "200\nvary: Origin"),
        ("enforced, foreign", &enforced, get("/", FOREIGN), "403\nvary: Origin\nvary: Sec-Fetch-Site"),
        (
            "enforced, a foreign route",
            &enforced,
            get("/route", FOREIGN),
            "403\nvary: Origin\nvary: Sec-Fetch-Site",
        ),
    ] {
        assert_eq!(head.send(server.address()).to_string(), wanted, "{name}");
    }
    let preflight = Head::preflight("/route", APP, "GET").host("example.com");
    for (name, server) in [("open", &open), ("enforced", &enforced), ("by path", &by_path)] {
        let received = preflight.send(server.address());
        assert!(received.one("access-control-allow-methods").is_none(), "{name}: {received}");
    }
}
