//! `#[cors]` on routes, over a socket: each route macro in each kind of scope, alone and inside an app
//! with a policy of its own.

use actix_web::dev::Service;
use actix_web::http::Method;
use actix_web::test::TestRequest;
use actix_web::web::{self, ServiceConfig};
use actix_web::{App, HttpRequest, Responder, delete, get, patch, post, put, query, route, routes, scope};
use cors_actix::{Cors, cors, cors_policy};
use cors_tests::head::Head;
use cors_tests::http::Response;
use cors_tests::server::Server;

const APP: &str = "https://app.example";
const ADMIN: &str = "https://admin.example";
const EVIL: &str = "https://evil.example";

cors_policy! {
    static APP_WIDE;
    origins: ["https://app.example"],
    credentials: true,
    methods: [GET, POST, PUT, PATCH, DELETE, "QUERY", PURGE],
    headers: ["content-type"],
    max_age: 1h,
}

cors_policy! {
    static ADMINS;
    origins: ["https://admin.example"],
    methods: [GET, POST, PUT, PATCH, DELETE, "QUERY", PURGE],
    expose: ["x-admin"],
}

#[cors(ADMINS)]
#[get("/get")]
async fn by_get() -> impl Responder {
    "get"
}

/// With documentation.
#[cors(ADMINS)]
#[post("/post")]
pub(crate) async fn by_post() -> impl Responder {
    "post"
}

#[allow(clippy::unused_async)]
#[cors(ADMINS)]
#[inline]
#[put("/put/{id}", name = "put-it")]
#[must_use]
pub async fn by_put(request: HttpRequest) -> impl Responder {
    format!("put {}", &request.match_info()["id"])
}

#[cors(origins = ["https://admin.example"], expose = ["x-admin"])]
#[patch("/patch/{id:\\d+}")]
async fn by_patch(request: HttpRequest) -> impl Responder {
    format!("patch {}", &request.match_info()["id"])
}

#[cors(ADMINS)]
#[delete("/delete/{tail}*")]
async fn by_delete() -> impl Responder {
    "delete"
}

#[cors(ADMINS)]
#[query("/query")]
async fn by_query() -> impl Responder {
    "query"
}

#[cors(origins = ["https://admin.example"], expose = ["x-admin"],)]
#[route("/route", method = "GET", method = "PURGE")]
async fn by_route() -> impl Responder {
    "route"
}

#[cors(ADMINS)]
#[routes]
#[get("/routes")]
#[delete("/routes")]
#[put("/routes/other")]
async fn by_routes() -> impl Responder {
    "routes"
}

/// What a macro makes: method, path, body.
const ROUTES: [(&str, &str, &str); 12] = [
    ("GET", "/get", "get"),
    ("POST", "/post", "post"),
    ("PUT", "/put/7", "put 7"),
    ("PATCH", "/patch/7", "patch 7"),
    ("DELETE", "/delete/", "delete"),
    ("DELETE", "/delete/a/b", "delete"),
    ("QUERY", "/query", "query"),
    ("GET", "/route", "route"),
    ("PURGE", "/route", "route"),
    ("GET", "/routes", "routes"),
    ("DELETE", "/routes", "routes"),
    ("PUT", "/routes/other", "routes"),
];

fn all(config: &mut ServiceConfig) {
    config.service(by_get).service(by_post).service(by_put).service(by_patch);
    config.service(by_delete).service(by_query).service(by_route).service(by_routes);
}

#[scope("/module")]
mod module {
    use super::*;

    #[cors(ADMINS)]
    #[get("/get")]
    pub async fn by_get() -> impl Responder {
        "get"
    }

    #[cors(origins = ["https://admin.example"], expose = ["x-admin"])]
    #[put("/put/{id}")]
    pub async fn by_put(id: web::Path<u32>) -> impl Responder {
        format!("put {id}")
    }

    #[cors(ADMINS)]
    #[routes]
    #[get("/routes")]
    #[delete("/routes")]
    pub async fn by_routes() -> impl Responder {
        "routes"
    }
}

#[cors(ADMINS)]
#[scope("/whole")]
mod whole {
    #![allow(clippy::unused_async)]
    use actix_web::{HttpResponse, Responder, delete, get, web};

    const DONE: &str = "done";

    #[get("/get")]
    pub async fn by_get() -> impl Responder {
        DONE
    }

    /// One with a policy of its own.
    #[cors_actix::cors(origins = ["https://evil.example"])]
    #[get("/own")]
    pub(crate) async fn own() -> HttpResponse {
        HttpResponse::Ok().body(DONE)
    }

    pub(crate) mod deeper {
        use super::DONE;

        #[actix_web::delete("/deeper")]
        pub async fn by_delete() -> &'static str {
            DONE
        }
    }

    #[delete("/delete/{id}")]
    pub async fn by_delete(_: web::Path<u32>) -> impl Responder {
        DONE
    }
}

#[cors(origins = ["https://admin.example"], expose = ["x-admin"])]
#[scope("/inline")]
mod inline {
    use actix_web::{get, put};

    #[put("/put")]
    pub async fn by_put() -> &'static str {
        "put"
    }

    #[get("/get")]
    pub async fn by_get() -> &'static str {
        "get"
    }
}

/// What a response says of CORS, but for `Vary`.
#[track_caller]
fn allowed(response: &Response) -> Option<&str> {
    let origins = response.all("access-control-allow-origin");
    assert!(origins.len() <= 1, "{response:?}");
    assert!(response.all("access-control-expose-headers").len() <= 1, "{response:?}");
    assert_eq!(response.all("vary").join(",").matches("Origin").count(), 1, "{response:?}");
    origins.first().copied()
}

/// The route lets in the admins' page and nobody else, whatever the app's policy is.
fn check(server: &Server, method: &str, path: &str, body: &str) {
    let case = format!("{method} {path}");
    for origin in [ADMIN, APP, EVIL] {
        let expected = (origin == ADMIN).then_some(origin);
        let preflight = Head::preflight(path, origin, method).send(server.address());
        assert_eq!(allowed(&preflight), expected, "preflight for {case} from {origin}");
        assert_eq!(preflight.status, if expected.is_some() { 204 } else { 403 }, "{case}");
        assert_eq!(preflight.one("access-control-allow-credentials"), None, "{case}");
        assert_eq!(preflight.one("access-control-max-age"), None, "{case}: nothing is inherited");
        assert!(preflight.body.is_empty(), "{case}");

        let actual = Head::new(method, path).origin(origin).send(server.address());
        assert_eq!(actual.status, 200, "{case}");
        assert_eq!(actual.body, body.as_bytes(), "{case}");
        assert_eq!(allowed(&actual), expected, "{case} from {origin}");
        assert_eq!(actual.one("access-control-expose-headers"), expected.map(|_| "x-admin"), "{case}");
        assert_eq!(actual.one("access-control-allow-credentials"), None, "{case}");
    }
}

/// The app, with its own policy or without.
fn start(with_app_policy: bool) -> Server {
    Server::start(move || {
        App::new()
            .configure(all)
            .service(
                web::scope("/scope").configure(all).service(
                    web::scope("/nested/{tenant}")
                        .service(by_get)
                        .service(by_put)
                        .service(by_patch)
                        .service(by_delete),
                ),
            )
            .service(web::scope("/{tenant:t\\d}").configure(all))
            .service(module::by_get)
            .service(module::by_put)
            .service(module::by_routes)
            .service(web::scope("/in").service(module::by_get).service(whole::by_delete))
            // A scope's parameter may be called like a route's.
            .service(web::scope("/id/{id}").service(web::scope("/{id}").service(by_delete).service(by_post)))
            .service(whole::by_get)
            .service(whole::by_delete)
            .service(whole::own)
            .service(whole::deeper::by_delete)
            .service(inline::by_put)
            .service(inline::by_get)
            .route("/plain", web::get().to(|| async { "plain" }))
            .wrap(actix_web::middleware::Condition::new(with_app_policy, Cors::new(&APP_WIDE)))
    })
}

#[test]
fn every_macro_in_every_scope() {
    for with_app_policy in [false, true] {
        let server = start(with_app_policy);
        for (method, path, body) in ROUTES {
            for scope in ["", "/scope", "/t1"] {
                check(&server, method, &format!("{scope}{path}"), body);
            }
        }
        for (method, path, body) in [ROUTES[0], ROUTES[2], ROUTES[3], ROUTES[4]] {
            check(&server, method, &format!("/scope/nested/acme{path}"), body);
        }
        for (method, path, body) in [ROUTES[0], ROUTES[2], ROUTES[9], ROUTES[10]] {
            check(&server, method, &format!("/module{path}"), body);
        }
        check(&server, "GET", "/in/module/get", "get");
        check(&server, "POST", "/id/1/2/post", "post");
        check(&server, "DELETE", "/id/1/2/delete/a", "delete");
        check(&server, "DELETE", "/in/whole/delete/3", "done");
        check(&server, "GET", "/whole/get", "done");
        check(&server, "DELETE", "/whole/delete/3", "done");
        // Actix prefixes the handlers right inside, and no others.
        check(&server, "DELETE", "/deeper", "done");
        check(&server, "PUT", "/inline/put", "put");
        check(&server, "GET", "/inline/get", "get");
        let own = Head::preflight("/whole/own", EVIL, "GET").send(server.address());
        assert_eq!(allowed(&own), Some(EVIL));
        let own = Head::preflight("/whole/own", ADMIN, "GET").send(server.address());
        assert_eq!(allowed(&own), None);
    }
}

#[test]
fn what_is_no_route_is_the_apps() {
    let alone = start(false);
    let around = start(true);
    for (method, path) in [("GET", "/plain"), ("DELETE", "/get"), ("PUT", "/nowhere"), ("PATCH", "/patch/x")]
    {
        let preflight =
            |server: &Server, origin| Head::preflight(path, origin, method).send(server.address());
        let unknown = preflight(&alone, ADMIN);
        assert!([404, 405].contains(&unknown.status), "{method} {path}: {}", unknown.status);
        assert_eq!(unknown.one("access-control-allow-origin"), None, "{method} {path}");
        assert_eq!(allowed(&preflight(&around, APP)), Some(APP), "{method} {path}");
        assert_eq!(allowed(&preflight(&around, ADMIN)), None, "{method} {path}");
        let actual = Head::new(method, path).origin(APP).send(around.address());
        assert_eq!(allowed(&actual), Some(APP), "{method} {path}");
    }
}

/// Whatever lies around a route, and however odd the preflight is.
#[actix_web::test]
async fn no_options_request_runs_the_handler_of_another_method() {
    thread_local! {
        static RAN: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
    }

    #[cors(ADMINS)]
    #[put("/{tail:.*}", name = "twin")]
    async fn changes() -> impl Responder {
        RAN.set(RAN.get() + 1);
        "changed"
    }

    let lines = |origins: &[&str], methods: &[&str]| {
        let mut request = TestRequest::with_uri("/x/y").method(Method::OPTIONS);
        for origin in origins {
            request = request.append_header(("origin", *origin));
        }
        for method in methods {
            request = request.append_header(("access-control-request-method", *method));
        }
        request.to_request()
    };
    let app = || App::new().service(changes);
    // In its scope, it looks like the route.
    let twin = || {
        web::scope("/x").service(web::resource("/{tail:.*}").name("twin").route(web::put().to(async || "")))
    };
    macro_rules! each {
        ($($name:literal: $app:expr;)*) => {
            $({
                let app = actix_web::test::init_service($app).await;
                for origins in [&[][..], &[""], &["null"], &[ADMIN], &[EVIL], &[ADMIN, ADMIN]] {
                    for methods in [&[][..], &[""], &["PUT"], &["put"], &["GET"], &["PUT", "PUT"], &["PUT, PUT"]] {
                        let answer = app.call(lines(origins, methods)).await;
                        let status = answer.map_or_else(|error| error.error_response().status(), |answer| answer.status());
                        assert_eq!(RAN.take(), 0, "{}: {origins:?} {methods:?} {status}", $name);
                    }
                }
            })*
        };
    }
    each! {
        "alone": app();
        "a policy around": app().wrap(Cors::new(&APP_WIDE));
        "enforced": app().wrap(Cors::new(&APP_WIDE).enforce());
        "only reported": app().wrap(Cors::new(&APP_WIDE).report_only());
        "a gateway answers": app().wrap(Cors::new(&APP_WIDE).answered_by_gateway());
        "a gateway answers, and this enforces": app().wrap(Cors::new(&APP_WIDE).answered_by_gateway().enforce());
        "other paths": app().wrap(Cors::paths().at("/a", &APP_WIDE));
        "explained": app().wrap(Cors::new(&APP_WIDE).diagnostics());
        "in a scope": App::new().service(web::scope("/x").service(changes).wrap(Cors::new(&APP_WIDE)));
        "with a twin in front": App::new().service(twin()).service(changes);
        "with a twin in front, and a scope": App::new().service(web::scope("/s").service(by_get)).service(twin()).service(changes);
        "with a twin behind": App::new().service(by_get).service(changes).service(twin());
        "with a twin, and a policy around": App::new().service(twin()).service(changes).wrap(Cors::new(&APP_WIDE));
    }
    // One that serves `OPTIONS` has the ones that the gateway left to the app, as any other request.
    #[cors(origins = ["https://admin.example"], methods = [OPTIONS])]
    #[route("/options", method = "OPTIONS")]
    async fn describes() -> impl Responder {
        "described"
    }
    let behind = App::new().service(describes).wrap(Cors::new(&APP_WIDE).answered_by_gateway());
    let behind = actix_web::test::init_service(behind).await;
    let asks = TestRequest::with_uri("/options").method(Method::OPTIONS).insert_header(("origin", ADMIN));
    let asks = asks.insert_header(("access-control-request-method", "PUT")).to_request();
    assert_eq!(actix_web::test::call_and_read_body(&behind, asks).await, "described");
    // The judge can tell.
    let app = actix_web::test::init_service(app()).await;
    actix_web::test::call_service(&app, TestRequest::put().uri("/x").to_request()).await;
    assert_eq!(RAN.take(), 1);
}
