//! Routes with `#[cors]` among others: on one path, inside an app's policy, behind middleware, with
//! guards, beside routes without a policy.

use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::{ErrorConflict, ErrorUnauthorized};
use actix_web::guard::GuardContext;
use actix_web::http::header;
use actix_web::middleware::{DefaultHeaders, Next, NormalizePath, from_fn};
use actix_web::web::{self, Json};
use actix_web::{App, Error, HttpRequest, HttpResponse, Responder, body, delete, get, options, post, put};
use cors_actix::{Cors, cors, cors_policy};
use cors_tests::head::Head;
use cors_tests::http::Response;
use cors_tests::server::Server;
use cors_tests::spy::Spy;

const APP: &str = "https://app.example";
const ADMIN: &str = "https://admin.example";
const EVIL: &str = "https://evil.example";

cors_policy! {
    static APP_WIDE;
    origins: ["https://app.example"],
    credentials: true,
    methods: [GET, POST, PUT, DELETE],
    headers: ["content-type", "authorization"],
    expose: ["x-app"],
}

cors_policy! {
    static EVERYBODY;
    origins: any,
    methods: any,
    headers: any,
    expect(any_origin, reason = "the loosest there is"),
}

cors_policy! {
    static ADMINS;
    origins: ["https://admin.example"],
    methods: [GET, POST, PUT, DELETE],
    headers: ["authorization"],
}

cors_policy! {
    static EVILS;
    origins: ["https://evil.example"],
    methods: [GET, POST, PUT, DELETE],
    headers: ["authorization", "x-version"],
}

/// The origin that a response lets in; it never names two.
#[track_caller]
fn allowed(response: &Response) -> Option<&str> {
    for once in ["origin", "credentials", "methods", "headers"] {
        let name = format!("access-control-allow-{once}");
        assert!(response.all(&name).len() <= 1, "{response:?}");
    }
    response.one("access-control-allow-origin")
}

#[track_caller]
fn check_preflight(server: &Server, path: &str, method: &str, origin: &str, is_allowed: bool) {
    let answer = Head::preflight(path, origin, method).send(server.address());
    assert_eq!(allowed(&answer).is_some(), is_allowed, "{method} {path} from {origin}: {answer:?}");
    assert_eq!(answer.status == 204, is_allowed, "{method} {path} from {origin}: {answer:?}");
}

#[track_caller]
fn check_actual(server: &Server, path: &str, method: &str, origin: &str, is_allowed: bool) -> Response {
    let response = Head::new(method, path).origin(origin).send(server.address());
    assert_eq!(allowed(&response).is_some(), is_allowed, "{method} {path} from {origin}: {response:?}");
    response
}

#[cors(ADMINS)]
#[put("/tasks/{id}")]
async fn update() -> impl Responder {
    "updated"
}

#[cors(EVILS)]
#[delete("/tasks/{id}")]
async fn remove() -> impl Responder {
    "removed"
}

/// Without a policy of its own.
#[get("/tasks/{id}")]
async fn show() -> impl Responder {
    "shown"
}

#[test]
fn on_one_path_the_method_asked_for_decides() {
    let alone = Server::start(|| App::new().service(update).service(remove).service(show));
    let inside =
        Server::start(|| App::new().service(update).service(remove).service(show).wrap(Cors::new(&APP_WIDE)));
    for server in [&alone, &inside] {
        for (method, owner) in [("PUT", ADMIN), ("DELETE", EVIL)] {
            for origin in [APP, ADMIN, EVIL] {
                check_preflight(server, "/tasks/1", method, origin, origin == owner);
                check_actual(server, "/tasks/1", method, origin, origin == owner);
            }
        }
    }
    check_preflight(&inside, "/tasks/1", "GET", APP, true);
    check_preflight(&inside, "/tasks/1", "GET", ADMIN, false);
    check_actual(&inside, "/tasks/1", "GET", APP, true);
    let nobody = Head::preflight("/tasks/1", ADMIN, "GET").send(alone.address());
    assert_eq!((nobody.status, allowed(&nobody)), (404, None), "as Actix answers any unknown OPTIONS");
    check_actual(&alone, "/tasks/1", "GET", ADMIN, false);

    // In front, it might serve `PUT`, too: nobody sees its methods, and so the app's policy has to agree.
    let in_front = Server::start(|| App::new().service(show).service(update).wrap(Cors::new(&APP_WIDE)));
    for origin in [APP, ADMIN, EVIL] {
        check_preflight(&in_front, "/tasks/1", "PUT", origin, false);
        check_actual(&in_front, "/tasks/1", "PUT", origin, origin == ADMIN);
        check_actual(&in_front, "/tasks/1", "GET", origin, origin == APP);
    }
}

/// For those who ask what there is.
#[options("/tasks/{id}")]
async fn describe() -> impl Responder {
    HttpResponse::Ok().insert_header((header::ALLOW, "PUT, OPTIONS")).body("described")
}

#[cors(methods = [GET, OPTIONS], origins = ["https://admin.example"])]
#[actix_web::route("/both", method = "GET", method = "OPTIONS")]
async fn both(request: HttpRequest) -> impl Responder {
    request.method().to_string()
}

#[test]
fn an_options_handler_keeps_what_is_no_preflight() {
    for around in [false, true] {
        let server = Server::start(move || {
            let app = App::new().service(update).service(describe).service(both);
            app.wrap(actix_web::middleware::Condition::new(around, Cors::new(&APP_WIDE)))
        });
        let plain = Head::new("OPTIONS", "/tasks/1").send(server.address());
        assert_eq!(plain.text(), "described");
        let with_origin = Head::new("OPTIONS", "/tasks/1").origin(ADMIN).send(server.address());
        assert_eq!(with_origin.text(), "described");
        check_preflight(&server, "/tasks/1", "PUT", ADMIN, true);

        let plain = Head::new("OPTIONS", "/both").origin(ADMIN).send(server.address());
        assert_eq!((plain.text().as_str(), allowed(&plain)), ("OPTIONS", Some(ADMIN)));
        check_preflight(&server, "/both", "GET", ADMIN, true);
        check_preflight(&server, "/both", "OPTIONS", ADMIN, true);
        check_preflight(&server, "/both", "GET", APP, false);
    }
}

async fn token_as_response(
    request: ServiceRequest,
    next: Next<impl body::MessageBody + 'static>,
) -> Result<ServiceResponse<body::BoxBody>, Error> {
    if request.headers().contains_key(header::AUTHORIZATION) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let refusal = HttpResponse::Unauthorized().insert_header(("access-control-allow-origin", "*")).finish();
    Ok(request.into_response(refusal))
}

async fn token_as_error(
    request: ServiceRequest,
    next: Next<impl body::MessageBody + 'static>,
) -> Result<ServiceResponse<body::BoxBody>, Error> {
    if request.headers().contains_key(header::AUTHORIZATION) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    Err(ErrorUnauthorized("no token"))
}

#[test]
fn authentication_in_between_stops_no_preflight() {
    let response = Server::start(|| {
        App::new().service(update).service(show).wrap(from_fn(token_as_response)).wrap(Cors::new(&APP_WIDE))
    });
    let error = Server::start(|| {
        App::new().service(update).service(show).wrap(from_fn(token_as_error)).wrap(Cors::new(&APP_WIDE))
    });
    let scope = Server::start(|| {
        let scope = web::scope("/tasks").wrap(from_fn(token_as_error));
        #[cors(ADMINS)]
        #[put("/{id}")]
        async fn update() -> impl Responder {
            "updated"
        }
        App::new().service(scope.service(update)).wrap(Cors::new(&APP_WIDE))
    });
    for server in [&response, &error, &scope] {
        for origin in [APP, ADMIN, EVIL] {
            check_preflight(server, "/tasks/1", "PUT", origin, origin == ADMIN);
            let refused = check_actual(server, "/tasks/1", "PUT", origin, origin == ADMIN);
            assert_eq!(refused.status, 401);
            assert_eq!(refused.one("access-control-allow-credentials"), None);
            let request = Head::new("PUT", "/tasks/1").origin(origin).field("authorization", "x");
            let response = request.send(server.address());
            assert_eq!(response.text(), "updated");
            assert_eq!(allowed(&response), (origin == ADMIN).then_some(ADMIN));
        }
        check_preflight(server, "/tasks/1", "GET", APP, true);
        check_actual(server, "/tasks/1", "GET", APP, true);
    }
}

#[cors(ADMINS)]
#[get("/by-hand")]
async fn by_hand() -> impl Responder {
    HttpResponse::Ok()
        .insert_header(("access-control-allow-origin", "https://evil.example"))
        .insert_header(("access-control-allow-credentials", "true"))
        .insert_header(("vary", "Accept"))
        .body("by hand")
}

#[cors(ADMINS)]
#[post("/fails")]
async fn fails() -> Result<HttpResponse, Error> {
    Err(ErrorConflict("it fails"))
}

#[cors(ADMINS)]
#[post("/extracts")]
async fn extracts(_: Json<u32>) -> impl Responder {
    "never"
}

async fn refuse<B>(request: ServiceRequest, _: Next<B>) -> Result<ServiceResponse<B>, Error>
where
    B: body::MessageBody,
{
    drop(request);
    Err(ErrorConflict("refused"))
}

#[cors(ADMINS)]
#[post("/wrapped", wrap = "from_fn(refuse)", wrap = "DefaultHeaders::new().add((\"x-default\", \"yes\"))")]
async fn wrapped() -> impl Responder {
    "never"
}

#[test]
fn no_looser_policy_overrules_the_routes() {
    let servers = [
        Server::start(|| {
            App::new()
                .service(by_hand)
                .service(fails)
                .service(extracts)
                .service(wrapped)
                .wrap(Cors::new(&EVERYBODY))
        }),
        Server::start(|| {
            let scope = web::scope("").service(by_hand).service(fails).service(extracts).service(wrapped);
            App::new().service(scope.wrap(Cors::new(&APP_WIDE))).wrap(Cors::new(&EVERYBODY))
        }),
        Server::start(|| App::new().service(by_hand).service(fails).service(extracts).service(wrapped)),
    ];
    for server in &servers {
        for (method, path, status) in [
            ("GET", "/by-hand", 200),
            ("POST", "/fails", 409),
            ("POST", "/extracts", 400),
            ("POST", "/wrapped", 409),
        ] {
            for origin in [ADMIN, APP, EVIL] {
                check_preflight(server, path, method, origin, origin == ADMIN);
                let response = check_actual(server, path, method, origin, origin == ADMIN);
                assert_eq!(response.status, status, "{path}");
                assert_eq!(response.one("access-control-allow-credentials"), None);
                assert_eq!(response.one("access-control-expose-headers"), None);
                let varies = response.all("vary").join(", ");
                assert_eq!(varies.matches("Origin").count(), 1, "{path}: {varies}");
                assert_eq!(varies.contains("Accept"), path == "/by-hand");
            }
        }
    }
}

#[test]
fn a_public_route_in_a_private_app() {
    #[cors(EVERYBODY)]
    #[get("/public/{tail}*")]
    async fn public() -> impl Responder {
        "public"
    }
    let server = Server::start(|| App::new().service(public).wrap(Cors::new(&APP_WIDE).enforce()));
    check_preflight(&server, "/public/a/b", "GET", EVIL, true);
    let response = check_actual(&server, "/public/", "GET", EVIL, true);
    assert_eq!(allowed(&response), Some("*"));
    assert_eq!(response.one("access-control-allow-credentials"), None);
    assert_eq!(check_actual(&server, "/private", "GET", EVIL, false).status, 403);
}

#[test]
fn the_app_s_guards_judge_by_the_routes_policy() {
    async fn socket(request: HttpRequest) -> HttpResponse {
        HttpResponse::Ok().body(request.path().to_owned())
    }
    #[cors(ADMINS)]
    #[get("/ws")]
    async fn of_admins(request: HttpRequest) -> HttpResponse {
        socket(request).await
    }
    let handshake =
        |server: &Server, origin| Head::get("/ws").origin(origin).web_socket().send(server.address());
    let alone = Server::start(|| App::new().service(of_admins));
    let inside = Server::start(|| App::new().service(of_admins).wrap(Cors::new(&APP_WIDE)));
    for server in [&alone, &inside] {
        assert_eq!(handshake(server, ADMIN).status, 200);
        assert_eq!(handshake(server, APP).status, 403);
    }
    let unguarded =
        Server::start(|| App::new().service(of_admins).wrap(Cors::new(&APP_WIDE).unguarded_upgrades()));
    assert_eq!(handshake(&unguarded, APP).status, 200, "the app said so");
    let enforced = Server::start(|| App::new().service(of_admins).wrap(Cors::new(&APP_WIDE).enforce()));
    assert_eq!(check_actual(&enforced, "/ws", "GET", ADMIN, true).status, 200);
    assert_eq!(check_actual(&enforced, "/ws", "GET", APP, false).status, 403);
}

/// The outermost layer that refuses says how. A route that is reached follows the same options.
#[test]
fn of_two_layers_around_a_route_the_outer_one_refuses() {
    let layer = |policy, body: &'static str| {
        Cors::new(policy).on_refusal(move |_, _| HttpResponse::Forbidden().body(body))
    };
    let simple = |origin| Head::get("/s/tasks/1").host("api.example").origin(origin);
    let upgrade = |origin| simple(origin).web_socket();
    let own = "https://api.example";
    for (name, outer, inner, request, wanted) in [
        ("none has options", Cors::new(&APP_WIDE), Cors::new(&EVERYBODY), upgrade(EVIL), (403, "")),
        ("both have", layer(&APP_WIDE, "outer"), layer(&EVERYBODY, "inner"), upgrade(EVIL), (403, "outer")),
        ("no upgrade", layer(&APP_WIDE, "outer"), layer(&EVERYBODY, "inner"), simple(EVIL), (200, "done")),
        (
            "the inner enforces",
            layer(&APP_WIDE, "outer"),
            layer(&EVERYBODY, "inner").enforce(),
            simple(EVIL),
            (403, "inner"),
        ),
        (
            "both enforce",
            layer(&APP_WIDE, "outer").enforce(),
            layer(&EVERYBODY, "inner").enforce(),
            simple(EVIL),
            (403, "outer"),
        ),
        (
            "the outer guards no upgrades",
            layer(&APP_WIDE, "outer").unguarded_upgrades(),
            layer(&EVERYBODY, "inner"),
            upgrade(EVIL),
            // The inner one guards them, and its policy lets everybody in, so the route refuses it, as the outermost would.
            (403, "outer"),
        ),
        // Nothing tells it that the browser used TLS.
        ("its own origin, unknown", Cors::new(&APP_WIDE), Cors::new(&EVERYBODY), upgrade(own), (403, "")),
        (
            "its own origin",
            Cors::new(&APP_WIDE).behind_tls(),
            Cors::new(&EVERYBODY).behind_tls(),
            upgrade(own),
            (200, "done"),
        ),
        (
            "its own origin, as the app says",
            Cors::new(&APP_WIDE).own_origin(own),
            Cors::new(&EVERYBODY).own_origin(own),
            upgrade(own),
            (200, "done"),
        ),
    ] {
        #[cors(ADMINS)]
        #[get("/tasks/{id}")]
        async fn task() -> impl Responder {
            "done"
        }
        let server = Server::start(move || {
            let scope = web::scope("/s").service(task).wrap(inner.clone());
            App::new().service(scope).wrap(outer.clone())
        });
        let answer = request.send(server.address());
        let body = String::from_utf8_lossy(&answer.body);
        assert_eq!((answer.status, &*body), wanted, "{name}");
    }
}

/// A gateway that answers browsers does so for routes as well, and for what lies on the way to them.
#[test]
fn behind_a_gateway_neither_a_route_nor_what_is_in_front_of_it_gives_fields() {
    for (name, outer, inner, answers_on_the_way) in [
        ("none", Cors::new(&APP_WIDE), Cors::new(&ADMINS), true),
        ("the outer", Cors::new(&APP_WIDE).answered_by_gateway(), Cors::new(&ADMINS), false),
        (
            "the outer, and the inner has options",
            Cors::new(&APP_WIDE).answered_by_gateway(),
            Cors::new(&ADMINS).diagnostics(),
            false,
        ),
        // What is outside of the inner one is not the gateway's.
        ("the inner", Cors::new(&APP_WIDE), Cors::new(&ADMINS).answered_by_gateway(), true),
    ] {
        let server = Server::start(move || {
            let scope = web::scope("/s").service(of_admins).wrap(from_fn(token_as_response));
            App::new().service(scope.wrap(inner.clone())).wrap(outer.clone())
        });
        let head = Head::get("/s/own").origin(ADMIN);
        let on_the_way = head.clone().send(server.address());
        let expected = answers_on_the_way.then_some(ADMIN);
        assert_eq!((on_the_way.status, allowed(&on_the_way)), (401, expected), "{name}, on the way");
        let reached = head.field("authorization", "x").send(server.address());
        let expected = (name == "none").then_some(ADMIN);
        assert_eq!((reached.status, allowed(&reached)), (200, expected), "{name}");
    }
}

/// What a layer and a route both refuse does not get to the layers between them.
#[test]
fn what_a_route_refuses_gets_to_no_layer_in_between() {
    let spy = Spy::default();
    let count = spy.clone();
    let server = Server::start(move || {
        let spy = count.clone();
        let noted = from_fn(move |request: ServiceRequest, next: Next<body::BoxBody>| {
            spy.note();
            next.call(request)
        });
        App::new().service(of_admins).wrap(noted).wrap(Cors::new(&APP_WIDE).enforce())
    });
    for (origin, status, calls) in [(ADMIN, 200, 1), (EVIL, 403, 0)] {
        let answer = Head::get("/own").origin(origin).send(server.address());
        assert_eq!((answer.status, spy.take()), (status, calls), "{origin}");
    }
}

/// A layer without a policy for a path answers the preflights of the routes on it, outside of what would turn them away.
#[test]
fn a_layer_without_a_policy_for_the_path_answers_the_routes_preflights() {
    let server = Server::start(|| {
        let layer = Cors::paths().at("/elsewhere", &APP_WIDE).diagnostics();
        App::new().service(update).wrap(from_fn(token_as_response)).wrap(layer)
    });
    check_preflight(&server, "/tasks/1", "PUT", ADMIN, true);
    check_preflight(&server, "/tasks/1", "PUT", APP, false);
    let refused = Head::preflight("/tasks/1", APP, "PUT").send(server.address());
    assert!(refused.text().contains("origin"), "it says why: {refused:?}");
    let unauthorized = Head::preflight("/tasks/1", ADMIN, "DELETE").send(server.address());
    assert_eq!(unauthorized.status, 401, "no route serves it");
}

#[cors(EVILS)]
#[put("/tasks/{id}")]
async fn update_of_evils() -> impl Responder {
    "updated"
}

/// What is around the scope of a layer, or beside it, is nothing to that layer, unless the router may have brought the request there.
#[test]
fn a_layer_around_a_scope_knows_what_is_in_it() {
    let layer = || Cors::new(&APP_WIDE);
    let nested = || web::scope("/x").service(update);
    let on_host = |host: &'static str| actix_web::guard::Host(host);
    macro_rules! served {
        ($($service:expr),*) => {
            Server::start(move || App::new()$(.service($service))*)
        };
    }
    for (name, server, path, allowed) in [
        ("the scope", served!(nested().wrap(layer())), "/x/tasks/1", Some(ADMIN)),
        (
            "around a scope in it",
            served!(web::scope("/v1").service(nested()).wrap(layer())),
            "/v1/x/tasks/1",
            Some(ADMIN),
        ),
        (
            "in a scope",
            served!(web::scope("/v1").service(nested().wrap(layer()))),
            "/v1/x/tasks/1",
            Some(ADMIN),
        ),
        (
            "in front of a scope without a prefix",
            served!(web::scope("/v1").service(update).service(web::scope("").service(remove)).wrap(layer())),
            "/v1/tasks/1",
            Some(ADMIN),
        ),
        (
            "behind a resource on its path",
            served!(web::resource("/x/tasks/1").guard(on_host("other.example")), nested().wrap(layer())),
            "/x/tasks/1",
            Some(ADMIN),
        ),
        (
            "behind a guarded scope without routes: both have a say",
            served!(web::scope("/x").guard(on_host("other.example")), nested().wrap(layer())),
            "/x/tasks/1",
            None,
        ),
        (
            "behind a guarded scope with routes: both have a say",
            served!(
                web::scope("/x").guard(on_host("other.example")).service(update_of_evils),
                nested().wrap(layer().scopes_are_guarded())
            ),
            "/x/tasks/1",
            None,
        ),
    ] {
        for origin in [ADMIN, APP, EVIL] {
            let answer = Head::preflight(path, origin, "PUT").send(server.address());
            let expected = allowed.filter(|allowed| *allowed == origin);
            assert_eq!(self::allowed(&answer), expected, "{name}, from {origin}: {answer:?}");
        }
    }
}

/// What answers on the way to a route answers by the route's policy, in a scope in a scope as well.
#[test]
fn on_the_way_to_a_route_in_two_scopes_its_policy_holds() {
    let nested = || web::scope("/x").service(update).wrap(from_fn(token_as_response));
    let around_the_app = Server::start(move || {
        App::new().service(web::scope("/v1").service(nested())).wrap(Cors::new(&APP_WIDE))
    });
    let around_a_scope = Server::start(move || {
        App::new().service(web::scope("/v1").service(nested()).wrap(Cors::new(&APP_WIDE)))
    });
    for (name, server) in [("app", &around_the_app), ("scope", &around_a_scope)] {
        for (origin, expected) in [(ADMIN, Some(ADMIN)), (APP, None)] {
            let answer = Head::new("PUT", "/v1/x/tasks/1").origin(origin).send(server.address());
            assert_eq!((answer.status, allowed(&answer)), (401, expected), "around the {name}, {origin}");
        }
    }
}

cors_policy! {
    static ADMINS_TOO;
    origins: ["https://admin.example"],
    expose: ["x-total-count"],
}

cors_policy! {
    static ADMINS_AS_WELL;
    origins: ["https://admin.example"],
    expose: ["etag"],
}

/// Where it is not known what would have answered, the fields are there that every policy gives alike, or none.
#[test]
fn in_doubt_policies_that_say_the_same_hold() {
    #[cors(ADMINS_TOO)]
    #[get("/tasks/{id}")]
    async fn of_admins() -> impl Responder {
        "shown"
    }
    for (name, layer, expected) in [
        ("the same", Cors::new(&ADMINS_TOO), Some(ADMIN)),
        ("other values", Cors::new(&ADMINS_AS_WELL), None),
        ("fewer fields", Cors::new(&ADMINS), None),
    ] {
        let server = Server::start(move || {
            let plain = web::resource("/tasks/{id}").guard(actix_web::guard::fn_guard(version_2));
            let scope = web::scope("/s").service(plain).service(of_admins).wrap(from_fn(token_as_response));
            App::new().service(scope).wrap(layer.clone())
        });
        let answer = Head::get("/s/tasks/1").origin(ADMIN).send(server.address());
        assert_eq!((answer.status, allowed(&answer)), (401, expected), "{name}: {answer:?}");
        assert!(answer.all("vary").join(",").contains("Origin"), "{name}: {answer:?}");
    }
}

/// `isolate` holds for whatever is inside, whoever has the last word.
#[test]
fn what_isolates_a_scope_isolates_the_routes_in_it() {
    let isolated = |server: &Server, path: &str| {
        let answer = Head::get(path).origin(ADMIN).send(server.address());
        (answer.status, answer.one("cross-origin-resource-policy").map(str::to_owned))
    };
    let same_origin = || Some("same-origin".to_owned());
    for (name, outer, inner, wanted) in [
        ("neither", Cors::new(&APP_WIDE), Cors::new(&ADMINS), None),
        ("the inner", Cors::new(&APP_WIDE), Cors::new(&ADMINS).isolate(), same_origin()),
        ("the outer", Cors::new(&ADMINS).isolate(), Cors::new(&ADMINS), same_origin()),
        (
            "the inner, and the outer enforces",
            Cors::new(&ADMINS).enforce(),
            Cors::new(&ADMINS).isolate(),
            same_origin(),
        ),
    ] {
        let server = Server::start(move || {
            let scope = web::scope("/s").service(of_admins).wrap(inner.clone());
            App::new().service(scope).wrap(outer.clone())
        });
        assert_eq!(isolated(&server, "/s/own"), (200, wanted), "{name}");
    }
}

#[cors(ADMINS)]
#[get("/own")]
async fn of_admins() -> impl Responder {
    "done"
}

/// No policy could allow it, so the refusal has no fields, and it is a refusal.
#[test]
fn a_preflight_that_may_be_for_another_resource_is_refused() {
    let server = Server::start(|| App::new().service(show).service(update));
    let answer = Head::preflight("/tasks/1", ADMIN, "PUT").send(server.address());
    assert_eq!((answer.status, allowed(&answer)), (403, None), "{answer:?}");
    let behind_a_scope = Server::start(|| {
        // It turns the preflight away, which has no `X-Version`, and may take the request.
        let guarded = web::scope("/x").guard(actix_web::guard::fn_guard(version_2));
        App::new().service(guarded).service(web::scope("/x").service(update))
    });
    check_preflight(&behind_a_scope, "/x/tasks/1", "PUT", ADMIN, false);
    let behind_routes_in_scopes = Server::start(|| {
        let in_two = |inner: actix_web::Scope| web::scope("/a").service(inner);
        let guarded =
            in_two(web::scope("/x").service(update_of_evils)).guard(actix_web::guard::fn_guard(version_2));
        let elsewhere = web::scope("/b").service(of_admins).wrap(Cors::new(&ADMINS).scopes_are_guarded());
        App::new().service(guarded).service(in_two(web::scope("/x").service(update))).service(elsewhere)
    });
    check_preflight(&behind_routes_in_scopes, "/a/x/tasks/1", "PUT", ADMIN, false);
    let alone = Server::start(|| App::new().service(update));
    check_preflight(&alone, "/tasks/1", "PUT", ADMIN, true);
    let in_front = Server::start(|| {
        App::new().service(web::scope("/x").service(update)).service(web::resource("/x/tasks/1"))
    });
    check_preflight(&in_front, "/x/tasks/1", "PUT", ADMIN, true);
}

fn on_a(context: &GuardContext<'_>) -> bool {
    actix_web::guard::Guard::check(&actix_web::guard::Host("a.example"), context)
}

fn on_b(context: &GuardContext<'_>) -> bool {
    actix_web::guard::Guard::check(&actix_web::guard::Host("b.example"), context)
}

fn version_2(context: &GuardContext<'_>) -> bool {
    context.head().headers.get("x-version").is_some_and(|version| version == "2")
}

#[test]
fn guards_on_the_host_are_honored_by_the_preflight() {
    #[cors(ADMINS)]
    #[put("/x", guard = "on_a")]
    async fn for_a() -> impl Responder {
        "a"
    }
    #[cors(EVILS)]
    #[put("/x", guard = "on_b")]
    async fn for_b() -> impl Responder {
        "b"
    }
    for around in [false, true] {
        let server = Server::start(move || {
            let cors = actix_web::middleware::Condition::new(around, Cors::new(&EVERYBODY));
            App::new().service(for_a).service(for_b).wrap(cors)
        });
        for (host, body, owner) in [("a.example", "a", ADMIN), ("b.example", "b", EVIL)] {
            for origin in [ADMIN, EVIL, APP] {
                let expected = (origin == owner).then_some(origin);
                let preflight = Head::preflight("/x", origin, "PUT").host(host).send(server.address());
                // What the first says no to it may yet say yes to, with the fields of the request after it.
                let passes = expected.filter(|_| host == "a.example");
                assert_eq!(allowed(&preflight), passes, "{host} {origin}");
                let actual = Head::new("PUT", "/x").origin(origin).host(host).send(server.address());
                assert_eq!((actual.text().as_str(), allowed(&actual)), (body, expected), "{host}");
            }
        }
        let elsewhere = Head::preflight("/x", ADMIN, "PUT").host("c.example").send(server.address());
        assert_eq!(elsewhere.status, 403, "both might have been meant, and one refuses");
    }
}

#[test]
fn guards_on_a_field_leave_a_preflight_open() {
    #[cors(EVILS)]
    #[put("/x", guard = "version_2")]
    async fn second() -> impl Responder {
        "2"
    }
    #[cors(EVERYBODY)]
    #[put("/x")]
    async fn first() -> impl Responder {
        "1"
    }
    let servers = [
        Server::start(|| App::new().service(second).service(first)),
        Server::start(|| App::new().service(second).service(first).wrap(Cors::new(&EVERYBODY))),
        Server::start(|| App::new().service(second)),
    ];
    for server in &servers {
        // A preflight has no `X-Version`, so that either route may be the one.
        for (origin, passes) in [(EVIL, true), (ADMIN, false)] {
            let preflight = Head::preflight("/x", origin, "PUT").asks_for("x-version").send(server.address());
            assert_eq!(preflight.status == 204, passes, "{origin}: {preflight:?}");
        }
        let actual = Head::new("PUT", "/x").origin(ADMIN).field("x-version", "2").send(server.address());
        assert_eq!((actual.text().as_str(), allowed(&actual)), ("2", None));
    }
}

#[test]
fn a_plain_route_in_front_keeps_what_is_its_own() {
    #[delete("/tasks/all")]
    async fn remove_all() -> impl Responder {
        "all removed"
    }
    #[get("/{any}/{thing}")]
    async fn anything() -> impl Responder {
        "anything"
    }
    let alone =
        Server::start(|| App::new().service(remove_all).service(remove).service(update).service(anything));
    check_preflight(&alone, "/tasks/all", "DELETE", EVIL, false);
    assert_eq!(check_actual(&alone, "/tasks/all", "DELETE", EVIL, false).text(), "all removed");
    check_preflight(&alone, "/tasks/1", "DELETE", EVIL, true);
    check_preflight(&alone, "/tasks/1", "PUT", ADMIN, true);
    // It serves one method, which nobody but the router sees.
    check_preflight(&alone, "/tasks/all", "PUT", ADMIN, false);

    // An app's policy stands before the router and cannot know whose the method is: both have to agree.
    let inside = Server::start(|| App::new().service(remove_all).service(remove).wrap(Cors::new(&APP_WIDE)));
    for origin in [APP, EVIL] {
        check_preflight(&inside, "/tasks/all", "DELETE", origin, false);
        check_actual(&inside, "/tasks/all", "DELETE", origin, origin == APP);
        check_preflight(&inside, "/tasks/1", "DELETE", origin, origin == EVIL);
    }

    // What has answered is known, in a scope as well, and behind a layer that may answer itself.
    let in_a_scope = Server::start(|| {
        let scope = web::scope("/v1").service(remove_all).service(remove);
        App::new().service(scope).wrap(Cors::new(&APP_WIDE))
    });
    let behind_a_layer = Server::start(|| {
        let pass = from_fn(|request, next: Next<body::BoxBody>| next.call(request));
        App::new().service(web::scope("/tasks")).service(remove).wrap(pass).wrap(Cors::new(&APP_WIDE))
    });
    for origin in [APP, EVIL] {
        let removed = check_actual(&in_a_scope, "/v1/tasks/all", "DELETE", origin, origin == APP);
        assert_eq!(removed.text(), "all removed");
        let not_found = check_actual(&behind_a_layer, "/tasks/1", "DELETE", origin, origin == APP);
        assert_eq!(not_found.status, 404, "the scope without routes takes it");
    }
}

#[test]
fn normalize_path_outside_and_inside() {
    #[cors(ADMINS)]
    #[put("/tasks/{id}")]
    async fn update() -> impl Responder {
        "updated"
    }
    let outside = Server::start(|| {
        App::new().service(update).service(show).wrap(Cors::new(&APP_WIDE)).wrap(NormalizePath::trim())
    });
    let inside = Server::start(|| {
        App::new().service(update).service(show).wrap(NormalizePath::trim()).wrap(Cors::new(&APP_WIDE))
    });
    let without = Server::start(|| App::new().service(update).service(show).wrap(Cors::new(&APP_WIDE)));
    for path in ["/tasks/1", "/tasks/1/", "//tasks//1", "/tasks/%31", "//tasks/1//"] {
        let is_odd = path.contains("//") || path.ends_with('/');
        for origin in [APP, ADMIN, EVIL] {
            check_preflight(&outside, path, "PUT", origin, origin == ADMIN);
            check_actual(&outside, path, "PUT", origin, origin == ADMIN);
            // Whether such a path gets to the route is not known before, and the app's policy does not agree.
            check_preflight(&inside, path, "PUT", origin, origin == ADMIN && !is_odd);
            check_actual(&inside, path, "PUT", origin, origin == ADMIN);
            // A default service is the app's.
            let owner = if is_odd { APP } else { ADMIN };
            check_preflight(&without, path, "PUT", origin, origin == owner);
            let response = Head::new("PUT", path).origin(origin).send(without.address());
            assert_eq!(allowed(&response), (origin == owner).then_some(owner), "{path} {origin}");
        }
    }
}

#[test]
fn names_and_patterns_are_as_without() {
    #[cors(ADMINS)]
    #[get("/n/{id}", name = "the-name")]
    async fn named(request: HttpRequest) -> impl Responder {
        let url = request.url_for("the-name", ["7"]).map(|url| url.to_string());
        format!("{:?} {:?} {}", request.match_name(), request.match_pattern(), url.unwrap_or_default())
    }
    #[cors(ADMINS)]
    #[put("/n/{id}")]
    async fn unnamed(request: HttpRequest) -> impl Responder {
        let url = request.url_for("unnamed", ["7"]).map(|url| url.to_string());
        format!("{:?} {:?} {}", request.match_name(), request.match_pattern(), url.unwrap_or_default())
    }
    async fn before(
        request: ServiceRequest,
        next: Next<impl body::MessageBody + 'static>,
    ) -> Result<ServiceResponse<impl body::MessageBody>, Error> {
        let seen = format!("{:?} {:?}", request.match_name(), request.match_pattern());
        let mut response = next.call(request).await?;
        response.headers_mut().insert(header::WARNING, header::HeaderValue::from_str(&seen).unwrap());
        Ok(response)
    }
    let server = Server::start(|| {
        let scope = web::scope("/s/{t:[a-z]}").service(named).service(unnamed);
        App::new().service(scope).wrap(from_fn(before)).wrap(Cors::new(&APP_WIDE))
    });
    let response = Head::get("/s/x/n/1").send(server.address());
    assert_eq!(response.text(), r#"Some("the-name") Some("/s/{t:[a-z]}/n/{id}") "#, "a parameter is missing");
    assert_eq!(response.one("warning"), Some(r#"Some("the-name") Some("/s/{t:[a-z]}/n/{id}")"#));
    let root = Server::start(|| App::new().service(named).service(unnamed));
    let response = Head::get("/n/1").send(root.address());
    assert_eq!(response.text(), r#"Some("the-name") Some("/n/{id}") http://localhost/n/7"#);
    let response = Head::new("PUT", "/n/1").send(root.address());
    assert_eq!(response.text(), r#"Some("unnamed") Some("/n/{id}") http://localhost/n/7"#);
    let lost = Head::get("/%01cors/0").send(root.address());
    assert_eq!(lost.status, 404);
}

#[test]
fn scopes_of_one_prefix_told_apart_by_guards() {
    let server = Server::start(|| {
        let a = web::scope("/api").guard(actix_web::guard::Host("a.example")).service(show);
        let b = web::scope("/api").guard(actix_web::guard::Host("b.example")).service(update);
        App::new().service(a).service(b).wrap(Cors::new(&APP_WIDE))
    });
    // The first scope might take it, and what it has is the app's.
    let preflight = Head::preflight("/api/tasks/1", ADMIN, "PUT").host("b.example").send(server.address());
    assert_eq!(allowed(&preflight), None);
    let actual = Head::new("PUT", "/api/tasks/1").origin(ADMIN).host("b.example").send(server.address());
    assert_eq!((actual.text().as_str(), allowed(&actual)), ("updated", Some(ADMIN)));
}

#[test]
fn between_scopes_of_one_prefix_every_policy_has_a_say() {
    mod a {
        #[cors_actix::cors(super::ADMINS)]
        #[actix_web::put("/{id}")]
        pub(super) async fn update() -> &'static str {
            "a"
        }
    }
    mod b {
        #[cors_actix::cors(super::EVERYBODY)]
        #[actix_web::put("/{id}")]
        pub(super) async fn update() -> &'static str {
            "b"
        }
    }
    for around in [false, true] {
        let server = Server::start(move || {
            let scope_a = web::scope("/api").guard(actix_web::guard::Host("a.example")).service(a::update);
            let scope_b = web::scope("/api").guard(actix_web::guard::Host("b.example")).service(b::update);
            let cors = actix_web::middleware::Condition::new(around, Cors::new(&APP_WIDE));
            App::new().service(scope_a).service(scope_b).wrap(cors)
        });
        for (host, origin, is_allowed) in
            [("a.example", ADMIN, true), ("a.example", EVIL, false), ("b.example", EVIL, true)]
        {
            let actual = Head::new("PUT", "/api/1").origin(origin).host(host).send(server.address());
            assert_eq!(allowed(&actual).is_some(), is_allowed, "{host} {origin}");
            let preflight = Head::preflight("/api/1", origin, "PUT").host(host).send(server.address());
            // Which host's scope it is, the layer around the app does not know.
            let passes = if around { origin == ADMIN } else { is_allowed };
            assert_eq!(allowed(&preflight).is_some(), passes, "{host} {origin}");
        }
    }
}

#[test]
fn a_tail_in_front_hides_no_route() {
    #[get("/{tail}*")]
    async fn pages() -> impl Responder {
        "page"
    }
    let server = Server::start(|| App::new().service(pages).service(update).wrap(Cors::new(&EVERYBODY)));
    for origin in [ADMIN, EVIL] {
        check_preflight(&server, "/tasks/1", "PUT", origin, origin == ADMIN);
        check_actual(&server, "/tasks/1", "PUT", origin, origin == ADMIN);
        check_preflight(&server, "/tasks/1", "GET", origin, true);
    }
}

#[test]
fn no_preflight_gets_to_a_handler() {
    let spy = Spy::default();
    let count = spy.clone();
    let server = Server::start(move || {
        let spy = count.clone();
        let handler = move || {
            spy.note();
            async { "asked" }
        };
        App::new().service(update).default_service(web::to(handler)).wrap(Cors::new(&APP_WIDE))
    });
    for (path, method) in
        [("/tasks/1", "PUT"), ("/tasks/1", "DELETE"), ("/nowhere", "GET"), ("/tasks/1", "GET,PUT")]
    {
        for origin in [APP, ADMIN, EVIL] {
            Head::preflight(path, origin, method).send(server.address());
        }
    }
    assert_eq!(spy.take(), 0);
}

#[test]
fn a_policy_on_trial_leaves_routes_alone() {
    let server = Server::start(|| {
        App::new().service(update).wrap(Cors::new(&APP_WIDE)).wrap(Cors::new(&EVILS).report_only())
    });
    check_preflight(&server, "/tasks/1", "PUT", ADMIN, true);
    check_actual(&server, "/tasks/1", "PUT", ADMIN, true);
    check_actual(&server, "/elsewhere", "PUT", APP, true);
}

macro_rules! by_name {
    ($($name:ident $path:literal),*) => {$(
        #[cors(ADMINS)]
        #[get($path)]
        async fn $name() -> &'static str {
            stringify!($name)
        }
    )*};
}
by_name!(by_name_1 "/1", by_name_2 "/2", by_name_3 "/3/{id}", by_name_4 "/4");

/// The paths that begin so are entries of the router that no request is for.
fn entries_of_ours(request: &HttpRequest) -> usize {
    let map = format!("{:?}", request.resource_map());
    let mut names: Vec<_> =
        map.split("\\u{1}cors/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    names.sort_unstable();
    names.dedup();
    names.len()
}

#[actix_web::test]
async fn routes_add_one_entry_to_the_router_of_their_scope() {
    // As many times as there are routes, so that there are many in a scope.
    macro_rules! many {
        ($to:expr) => {
            $to.service(by_name_1).service(by_name_2).service(by_name_3).service(by_name_4)
        };
    }
    let count = |request: HttpRequest| async move { entries_of_ours(&request).to_string() };
    for (scopes, expected) in [(1, "2"), (2, "3"), (5, "6")] {
        let mut app = many!(App::new());
        for number in 0..scopes {
            app = app.service(many!(web::scope(&format!("/s{number}"))));
        }
        let app = actix_web::test::init_service(app.route("/count", web::get().to(count))).await;
        let request = actix_web::test::TestRequest::with_uri("/count").to_request();
        let counted = actix_web::test::call_and_read_body(&app, request).await;
        assert_eq!(counted, expected, "the app's router and {scopes} scopes");
    }
}
