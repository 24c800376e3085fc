//! The holes that policies per path had elsewhere, one test each: rows 31 to 35 of the table of
//! advisories, for `#[cors]` inside an app-wide policy and for `Cors::paths()`.

use actix_web::middleware::{Condition, NormalizePath};
use actix_web::{App, HttpRequest, Responder, delete, get, put, web};
use cors_actix::{Cors, cors, cors_policy};
use cors_tests::head::Head;
use cors_tests::server::Server;

const ADMIN: &str = "https://admin.example";
const APP: &str = "https://app.example";
const EVIL: &str = "https://evil.example";

cors_policy! {
    static OPEN;
    origins: any,
    methods: any,
    headers: any,
    expect(any_origin, reason = "public data"),
}

cors_policy! {
    static ADMINS;
    origins: ["https://admin.example"],
    methods: [GET, PUT, DELETE],
}

cors_policy! {
    static APP_WIDE;
    origins: ["https://app.example"],
    methods: [GET, PUT, DELETE],
    credentials: true,
}

#[cors(ADMINS)]
#[get("/admin")]
async fn admin() -> impl Responder {
    "admin"
}

#[cors(OPEN)]
#[get("/public/{tail}*")]
async fn public() -> impl Responder {
    "public"
}

/// Spellings of `/admin` that a parser somewhere might take for it, or for something below `/public`.
const SPELLINGS: [&str; 20] = [
    "/admin",
    "/%61dmin",
    "/%61%64%6d%69%6e",
    "//admin",
    "/admin/",
    "//admin//",
    "/./admin",
    "/public/../admin",
    "/public/%2e%2e/admin",
    "/public/..%2fadmin",
    "/public//../admin",
    "/public/..;/admin",
    "/admin;public",
    "/admin%3bpublic",
    "/admin%2fpublic",
    "/ADMIN",
    "/admin%00",
    "/admin%20",
    "/admin+",
    "/admin%2b",
];

#[derive(Clone, Copy, Debug)]
enum Layers {
    Routes,
    Paths,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Normalize {
    Never,
    Outside,
    Inside,
}

fn start(layers: Layers, normalize: Normalize) -> Server {
    Server::start(move || {
        let app = App::new().wrap(Condition::new(normalize == Normalize::Inside, NormalizePath::trim()));
        let app = match layers {
            Layers::Routes => app.service(public).service(admin),
            Layers::Paths => app
                .route("/public/{tail}*", web::get().to(|| async { "public" }))
                .route("/admin", web::get().to(|| async { "admin" })),
        };
        let paths = Cors::paths().at("/public/{tail}*", &OPEN).at("/admin", &ADMINS);
        app.wrap(Condition::new(matches!(layers, Layers::Paths), paths))
            .wrap(Condition::new(matches!(layers, Layers::Routes), Cors::new(&APP_WIDE)))
            .wrap(Condition::new(normalize == Normalize::Outside, NormalizePath::trim()))
    })
}

#[test]
fn t31_a_path_in_disguise_never_gets_the_open_policy() {
    for layers in [Layers::Routes, Layers::Paths] {
        for normalize in [Normalize::Never, Normalize::Outside, Normalize::Inside] {
            let server = start(layers, normalize);
            // Who reached a handler, and who may read it: a table in which nothing happens shows nothing.
            let (mut admins, mut publics, mut readable) = (0, 0, 0);
            for path in SPELLINGS {
                for origin in [ADMIN, APP, EVIL] {
                    let case = format!("{layers:?} {normalize:?} {path} from {origin}");
                    let actual = Head::get(path).origin(origin).send(server.address());
                    let preflight = Head::preflight(path, origin, "GET").send(server.address());
                    let allows = |response: &cors_tests::http::Response| {
                        response.one("access-control-allow-origin").map(ToOwned::to_owned)
                    };
                    readable += usize::from(allows(&actual).is_some());
                    if actual.text() == "admin" {
                        admins += 1;
                        assert_ne!(allows(&actual).as_deref(), Some("*"), "{case}");
                        assert!(origin == ADMIN || allows(&actual).is_none(), "{case}");
                    }
                    if actual.text() == "public" {
                        publics += 1;
                        assert_eq!(allows(&actual).as_deref(), Some("*"), "{case}");
                    }
                    // Where a layer inside may change the spelling, a preflight passes if both places agree.
                    let is_odd = path.contains("//") || path.ends_with('/');
                    if !(is_odd && allows(&preflight).is_none()) {
                        assert_eq!(allows(&preflight), allows(&actual), "{case}: one policy for both");
                    }
                }
            }
            let case = format!("{layers:?} {normalize:?}: {admins}, {publics}, {readable}");
            assert!(admins > 0 && publics > 0 && readable > publics, "{case}");
        }
    }
}

#[test]
fn t32_the_order_decides_and_equal_patterns_are_refused() {
    let server = Server::start(|| {
        let app = App::new().default_service(web::to(|| async { "any" }));
        app.wrap(
            Cors::paths()
                .at("/api/public", &OPEN)
                .at("/api/{long_and_unspecific}*", &ADMINS)
                .at("/{all}*", &APP_WIDE),
        )
    });
    for (path, origin) in [("/api/public", "*"), ("/api/public/x", ADMIN), ("/api/x", ADMIN), ("/ap", APP)] {
        for from in [ADMIN, APP, EVIL] {
            let response = Head::get(path).origin(from).send(server.address());
            let expected = (origin == "*" || origin == from).then_some(origin);
            assert_eq!(response.one("access-control-allow-origin"), expected, "{path} from {from}");
        }
    }
    // Should `NormalizePath` be further in, it is the first pattern's; if not, the second's.
    let either = Head::get("/api/public/").origin(ADMIN).send(server.address());
    assert_eq!(either.one("access-control-allow-origin"), None);
    for equal in ["/api/{a}*", "/api/{b}*"] {
        let build = move || Cors::paths().at("/api/{a}*", &OPEN).at(equal, &ADMINS);
        assert!(std::panic::catch_unwind(build).is_err(), "{equal}");
    }
}

#[test]
fn t33_a_plus_is_no_space() {
    #[cors(ADMINS)]
    #[get("/a+b")]
    async fn plus(request: HttpRequest) -> impl Responder {
        request.match_pattern().unwrap_or_default()
    }
    #[cors(OPEN)]
    #[get("/a b")]
    async fn space(request: HttpRequest) -> impl Responder {
        request.match_pattern().unwrap_or_default()
    }
    let routes = Server::start(|| App::new().service(plus).service(space).wrap(Cors::new(&APP_WIDE)));
    let paths = Server::start(|| {
        let named = |request: HttpRequest| async move { request.match_pattern().unwrap_or_default() };
        let app = App::new().route("/a+b", web::get().to(named)).route("/a b", web::get().to(named));
        app.wrap(Cors::paths().at("/a+b", &ADMINS).at("/a b", &OPEN))
    });
    for server in [&routes, &paths] {
        for (path, pattern) in [("/a+b", "/a+b"), ("/a%20b", "/a b"), ("/a%2bb", ""), ("/a%2Bb", "")] {
            for origin in [ADMIN, EVIL] {
                let actual = Head::get(path).origin(origin).send(server.address());
                let preflight = Head::preflight(path, origin, "GET").send(server.address());
                let expected = match pattern {
                    "/a+b" => (origin == ADMIN).then_some(ADMIN),
                    "/a b" => Some("*"),
                    _ => None,
                };
                assert_eq!(actual.text(), pattern, "{path}");
                for response in [actual, preflight] {
                    assert_eq!(response.one("access-control-allow-origin"), expected, "{path} from {origin}");
                }
            }
        }
    }
}

#[test]
fn t34_case_matters() {
    for layers in [Layers::Routes, Layers::Paths] {
        let server = start(layers, Normalize::Never);
        for path in ["/ADMIN", "/Admin", "/%41dmin", "/PUBLIC/x"] {
            for origin in [ADMIN, EVIL] {
                let actual = Head::get(path).origin(origin).send(server.address());
                let preflight = Head::preflight(path, origin, "GET").send(server.address());
                assert_eq!(actual.status, 404, "{path}");
                assert_eq!(actual.one("access-control-allow-origin"), None, "{path} from {origin}");
                assert_eq!(preflight.one("access-control-allow-origin"), None, "{path} from {origin}");
            }
        }
    }
}

#[test]
fn t35_a_preflight_is_judged_as_the_request_will_be_and_nothing_is_inherited() {
    #[cors(OPEN)]
    #[get("/tasks/{id}")]
    async fn show() -> impl Responder {
        "shown"
    }
    #[cors(ADMINS)]
    #[delete("/tasks/{id}")]
    async fn remove() -> impl Responder {
        "removed"
    }
    #[put("/tasks/{id}")]
    async fn update() -> impl Responder {
        "updated"
    }
    let server = Server::start(|| {
        let scope = web::scope("/api").service(show).service(remove).service(update);
        App::new().service(scope).wrap(Cors::new(&APP_WIDE))
    });
    for (method, owner) in [("GET", "*"), ("DELETE", ADMIN), ("PUT", APP)] {
        for path in ["/api/tasks/1", "/api/tasks/%31", "/api/tasks/a%2Fb", "/api/%74asks/;x"] {
            for origin in [ADMIN, APP, EVIL] {
                let expected = (owner == "*" || owner == origin).then_some(owner);
                let actual = Head::new(method, path).origin(origin).send(server.address());
                let preflight = Head::preflight(path, origin, method).send(server.address());
                assert_eq!(actual.status, 200, "{method} {path}");
                for response in [&actual, &preflight] {
                    assert_eq!(
                        response.one("access-control-allow-origin"),
                        expected,
                        "{method} {path} from {origin}"
                    );
                    let credentials = response.one("access-control-allow-credentials").is_some();
                    assert_eq!(credentials, expected == Some(APP), "{method} {path}: the app's alone");
                }
            }
        }
    }
}
