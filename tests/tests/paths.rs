//! `Cors::paths()`, over a socket: first match, nothing elsewhere, and what it refuses to be built from.

use actix_web::middleware::{NormalizePath, TrailingSlash};
use actix_web::{App, HttpResponse, Responder, get, web};
use cors_actix::{Cors, cors, cors_policy};
use cors_tests::head::Head;
use cors_tests::server::Server;

const ADMIN: &str = "https://admin.example";
const APP: &str = "https://app.example";
const EVIL: &str = "https://evil.example";

cors_policy! {
    static ADMINS;
    origins: ["https://admin.example"],
    methods: [GET, DELETE],
}

cors_policy! {
    static TASKS;
    origins: ["https://app.example"],
    methods: [GET, PUT],
    credentials: true,
}

cors_policy! {
    static EVERYBODY;
    origins: any,
    expect(any_origin, reason = "public data"),
}

fn paths() -> Cors {
    Cors::paths()
        .at("/api/admin/{tail}*", &ADMINS)
        .at("/api/{tail}*", &TASKS)
        .at("/public/{tail}*", &EVERYBODY)
}

#[test]
fn the_first_pattern_that_matches_holds() {
    let server = Server::start(|| {
        let handler = || async {
            HttpResponse::Ok().insert_header(("access-control-allow-origin", "by hand")).finish()
        };
        App::new().default_service(web::to(handler)).wrap(paths())
    });
    for (path, policy) in [
        ("/api/admin/", Some(ADMIN)),
        ("/api/admin/users", Some(ADMIN)),
        ("/api/tasks", Some(APP)),
        ("/api/", Some(APP)),
        ("/public/x", Some("*")),
        ("/api", None),
        ("/", None),
        ("/API/tasks", None),
    ] {
        for origin in [ADMIN, APP, EVIL] {
            let actual = Head::get(path).origin(origin).send(server.address());
            let preflight = Head::preflight(path, origin, "GET").send(server.address());
            let Some(policy) = policy else {
                assert_eq!(actual.one("access-control-allow-origin"), Some("by hand"), "{path} is untouched");
                assert_eq!((preflight.status, actual.one("vary")), (200, None), "{path} is untouched");
                continue;
            };
            let expected = (policy == "*" || policy == origin).then_some(policy);
            assert_eq!(actual.one("access-control-allow-origin"), expected, "{path} from {origin}");
            assert_eq!(preflight.one("access-control-allow-origin"), expected, "{path} from {origin}");
            assert_eq!(preflight.status == 204, expected.is_some(), "{path} from {origin}");
        }
    }
}

/// Without a layer inside that adds slashes, `/a` and `/a/` are two paths.
#[test]
fn a_slash_at_the_end_is_another_path() {
    let server = Server::start(|| {
        let paths = Cors::paths().at("/a/", &ADMINS).at("/{tail}*", &TASKS);
        App::new().default_service(web::to(HttpResponse::Ok)).wrap(paths)
    });
    for (path, policy) in [("/a", APP), ("/a/", ADMIN), ("/b", APP), ("/b/", APP)] {
        for origin in [ADMIN, APP] {
            let response = Head::get(path).origin(origin).send(server.address());
            let expected = (policy == origin).then_some(origin);
            assert_eq!(response.one("access-control-allow-origin"), expected, "{path} from {origin}");
        }
    }
}

/// A layer inside that adds slashes brings `/admin` to what the first pattern is for, so the later one does not open it.
#[test]
fn no_later_policy_opens_what_gets_a_slash_further_in() {
    let server = Server::start(|| {
        let paths = Cors::paths().at("/admin/{tail}*", &ADMINS).at("/{tail}*", &EVERYBODY);
        let slashes = NormalizePath::new(TrailingSlash::Always);
        App::new().service(web::resource("/{name}/").to(|| async { "done" })).wrap(slashes).wrap(paths)
    });
    for (path, origin, expected) in [
        ("/admin/", ADMIN, Some(ADMIN)),
        ("/admin/", EVIL, None),
        ("/admin", EVIL, None),
        ("/admin", ADMIN, None),
        ("/other", EVIL, Some("*")),
        ("/other/", EVIL, Some("*")),
    ] {
        let response = Head::get(path).origin(origin).send(server.address());
        let allowed = response.one("access-control-allow-origin");
        assert_eq!((response.text().as_str(), allowed), ("done", expected), "{path} from {origin}");
    }
}

#[test]
fn a_route_has_its_own() {
    #[cors(EVERYBODY)]
    #[get("/api/admin/health")]
    async fn health() -> impl Responder {
        "well"
    }
    let server = Server::start(|| App::new().service(health).wrap(paths().enforce()));
    let actual = Head::get("/api/admin/health").origin(EVIL).send(server.address());
    assert_eq!((actual.status, actual.one("access-control-allow-origin")), (200, Some("*")));
    let preflight = Head::preflight("/api/admin/health", EVIL, "GET").send(server.address());
    assert_eq!((preflight.status, preflight.one("access-control-allow-origin")), (204, Some("*")));
    let refused = Head::get("/api/admin/other").origin(EVIL).send(server.address());
    assert_eq!(refused.status, 403, "the options hold for every path with a policy");
    let untouched = Head::get("/other").origin(EVIL).send(server.address());
    assert_eq!(untouched.status, 404);
}

#[test]
fn around_a_scope_patterns_are_of_the_whole_path() {
    let server = Server::start(|| {
        let scope = web::scope("/api").route("/tasks", web::get().to(|| async { "tasks" }));
        App::new().service(scope.wrap(paths()))
    });
    let response = Head::get("/api/tasks").origin(APP).send(server.address());
    assert_eq!(response.one("access-control-allow-origin"), Some(APP));
}

fn message(build: fn() -> Cors) -> String {
    let panic = std::panic::catch_unwind(build).expect_err("it is refused");
    *panic.downcast::<String>().expect("the message is formatted")
}

#[test]
fn a_pattern_that_would_never_hold_is_refused() {
    for (build, says) in [
        (
            (|| Cors::paths().at("/a/{b}", &TASKS).at("/a/{c}", &ADMINS)) as fn() -> _,
            "two policies for one path: \"/a/{b}\" and \"/a/{c}\" match the same ones",
        ),
        (|| Cors::paths().at("/a/{b:\\d+}", &TASKS).at("/a/{c:\\d+}", &ADMINS), "two policies for one path"),
        (|| Cors::paths().at("/a", &TASKS).at("/a", &ADMINS), "two policies for one path"),
        (
            || Cors::paths().at("/{tail}*", &TASKS).at("/admin", &ADMINS),
            "the policy for \"/admin\" would never apply: \"/{tail}*\" comes before it",
        ),
        (|| Cors::paths().at("/a/{tail}*", &TASKS).at("/a/{b}/c", &ADMINS), "put \"/a/{b}/c\" first"),
        (|| Cors::paths().at("/a/{b}", &TASKS).at("/a/new", &ADMINS), "put \"/a/new\" first"),
        (|| Cors::paths().at("api", &TASKS), "a path pattern begins with a slash: write \"/api\""),
    ] {
        let message = message(build);
        assert!(message.contains(says), "{message}");
    }
}

#[test]
fn patterns_that_overlap_in_part_are_the_authors_affair() {
    let _ = Cors::paths()
        .at("/a/new", &ADMINS)
        .at("/a/{b}", &TASKS)
        .at("/a/{b}/", &ADMINS)
        .at("/{a}/b", &TASKS)
        .at("/a/{tail}*", &ADMINS)
        .at("/{n:\\d+}/x", &TASKS)
        .at("/{n}/x", &ADMINS)
        .at("/{n:[a-z]+}/x", &TASKS);
}
