//! Origins that the app allows beside its policy: when it is asked, and what becomes of the answer.

use std::future;
use std::io::{ErrorKind, Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use actix_web::dev::RequestHead;
use actix_web::http::header;
use actix_web::{App, HttpResponse, Responder, put, web};
use cors_actix::{Cors, OriginSource, cors, cors_policy};
use cors_tests::head::Head;
use cors_tests::http;
use cors_tests::server::Server;
use cors_tests::spy::watched;

const APP: &str = "https://app.example";
const TENANT: &str = "https://tenant.example";
const STRANGER: &str = "https://stranger.example";
const FAILING: &str = "https://failing.example";
const HANGING: &str = "https://hanging.example";

cors_policy! {
    static TASKS;
    origins: ["https://app.example"],
    credentials: true,
    methods: [GET, PUT],
    headers: ["content-type"],
    hosts: ["localhost"],
}

cors_policy! {
    static ANY;
    origins: any,
    expect(any_origin, reason = "a case"),
}

/// Knows a tenant, and writes down what it is asked.
#[derive(Clone, Default)]
struct Tenants(Arc<Mutex<Vec<String>>>);

impl Tenants {
    /// What it was asked since the last call of this.
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("no worker panics"))
    }
}

impl OriginSource for Tenants {
    type Error = &'static str;

    async fn allows(&self, origin: &str, head: &RequestHead) -> Result<bool, &'static str> {
        assert_eq!(head.headers().get(header::ORIGIN).map(|value| value.as_bytes()), Some(origin.as_bytes()));
        self.0.lock().expect("no worker panics").push(origin.into());
        match origin {
            FAILING => Err("the database is gone"),
            HANGING => future::pending().await,
            // A tenant of one host is none of another.
            _ => Ok(origin == TENANT && head.uri.path() != "/other"),
        }
    }
}

#[cors(origins = ["https://admin.example"])]
#[put("/route")]
async fn route() -> impl Responder {
    "route"
}

fn serve(cors: Cors) -> (Server, Tenants) {
    let tenants = Tenants::default();
    let cors = cors.origins_from(tenants.clone());
    let server = Server::start(move || {
        let app = web::to(async || HttpResponse::Ok().body("done"));
        App::new().service(route).default_service(app).wrap(cors.clone())
    });
    (server, tenants)
}

#[test]
fn it_is_asked_about_origins_that_the_policy_does_not_list() {
    let (server, tenants) = serve(Cors::new(&TASKS).origins_timeout(Duration::from_millis(200)));
    let put = |origin| Head::preflight("/", origin, "PUT");
    let get = |origin| Head::get("/").origin(origin);
    for (name, head, is_asked, allowed) in [
        ("listed", get(APP), None, true),
        ("listed, a preflight", put(APP), None, true),
        ("no origin", Head::get("/"), None, false),
        ("null", get("null"), None, false),
        ("two origins", get(TENANT).origin(TENANT), None, false),
        ("no origin that a page can have", get("https://tenant.example/"), None, false),
        ("a route's own policy", Head::new("PUT", "/route").origin(TENANT), None, false),
        ("a preflight for it", Head::preflight("/route", TENANT, "PUT"), None, false),
        ("a tenant", get(TENANT), Some(TENANT), true),
        ("a tenant's PUT", Head::new("PUT", "/").origin(TENANT), Some(TENANT), true),
        ("a tenant's preflight", put(TENANT).asks_for("content-type"), Some(TENANT), true),
        (
            "a tenant's preflight for another method",
            Head::preflight("/", TENANT, "DELETE"),
            Some(TENANT),
            false,
        ),
        ("a tenant, on another path", Head::get("/other").origin(TENANT), Some(TENANT), false),
        ("a stranger", get(STRANGER), Some(STRANGER), false),
        ("a stranger's preflight", put(STRANGER), Some(STRANGER), false),
        ("a failure", get(FAILING), Some(FAILING), false),
        ("a failure, for a preflight", put(FAILING), Some(FAILING), false),
        ("no answer", get(HANGING), Some(HANGING), false),
        ("no answer, for a preflight", put(HANGING), Some(HANGING), false),
    ] {
        let received = head.send(server.address());
        assert_eq!(tenants.asked(), Vec::from_iter(is_asked.map(str::to_owned)), "{name}: what it is asked");
        let origin = if name.starts_with("listed") { APP } else { TENANT };
        let cors = received.to_string();
        let credentials = received.one("access-control-allow-credentials");
        assert_eq!(received.one("access-control-allow-origin"), allowed.then_some(origin), "{name}: {cors}");
        assert_eq!(credentials, allowed.then_some("true"), "{name}: {cors}");
        assert_eq!(cors.contains("access-control-"), allowed, "{name}: {cors}");
        assert!(cors.contains("vary: Origin"), "{name}: {cors}");
    }
    let preflight = put(TENANT).send(server.address());
    let listed = put(APP).send(server.address());
    assert_eq!(preflight.to_string(), listed.to_string().replace(APP, TENANT), "as if it were listed");
}

#[test]
fn it_is_never_asked_where_any_origin_is_allowed() {
    let (server, tenants) = serve(Cors::new(&ANY));
    let received = Head::get("/").origin(TENANT).send(server.address());
    assert_eq!(received.to_string(), "200\naccess-control-allow-origin: *");
    assert!(tenants.asked().is_empty());
}

#[test]
fn guards_go_by_its_answer() {
    let (server, _) = serve(Cors::new(&TASKS).enforce());
    for (name, head, status) in [
        ("a tenant", Head::new("POST", "/").origin(TENANT), 200),
        ("a stranger", Head::new("POST", "/").origin(STRANGER), 403),
        ("a failure", Head::new("POST", "/").origin(FAILING), 403),
        ("a tenant's upgrade", Head::get("/").origin(TENANT).web_socket(), 200),
        ("a stranger's upgrade", Head::get("/").origin(STRANGER).web_socket(), 403),
    ] {
        assert_eq!(head.send(server.address()).status, status, "{name}");
    }
}

#[test]
fn a_policy_on_trial_is_on_its_own() {
    let (server, tenants) = serve(Cors::new(&TASKS).report_only());
    assert_eq!(Head::get("/").origin(TENANT).send(server.address()).to_string(), "200");
    assert!(tenants.asked().is_empty());
}

#[test]
fn each_path_has_its_methods_and_one_source() {
    cors_policy! { static READ; origins: ["https://app.example"], methods: [GET] }
    let tenants = Tenants::default();
    let cors = Cors::paths().at("/read", &READ).at("/{tail}*", &TASKS).origins_from(tenants.clone());
    let server = Server::start(move || App::new().wrap(cors.clone()));
    for (path, status) in [("/read", 403), ("/write", 204)] {
        assert_eq!(Head::preflight(path, TENANT, "PUT").send(server.address()).status, status, "{path}");
        assert_eq!(tenants.asked(), [TENANT], "{path}");
    }
}

#[test]
fn a_slow_answer_holds_nobody_else_up() {
    let (server, tenants) = serve(Cors::new(&TASKS).origins_timeout(Duration::from_secs(3600)));
    let address = server.address();
    let mut hanging = http::connect(address).expect("the server takes connections");
    hanging.write_all(Head::get("/").origin(HANGING).bytes().as_slice()).expect("it takes the request");
    wait_until(|| !tenants.asked().is_empty());
    // The one worker waits for an answer that never comes. Were it all that it did, none of these would be answered.
    for _ in 0..20 {
        assert_eq!(Head::get("/").origin(TENANT).send(address).status, 200);
    }
    hanging.set_nonblocking(true).expect("a socket can");
    let unanswered = hanging.read(&mut [0]).expect_err("the first one still waits");
    assert_eq!(unanswered.kind(), ErrorKind::WouldBlock);
}

/// Tells when it is asked, and when whoever asked has gone away.
#[derive(Clone)]
struct Abandoned(Arc<[AtomicUsize; 2]>);

struct Noted(Abandoned);

impl Drop for Noted {
    fn drop(&mut self) {
        self.0.0[1].fetch_add(1, Ordering::SeqCst);
    }
}

impl OriginSource for Abandoned {
    type Error = &'static str;

    async fn allows(&self, _: &str, _: &RequestHead) -> Result<bool, &'static str> {
        self.0[0].fetch_add(1, Ordering::SeqCst);
        let _noted = Noted(self.clone());
        future::pending().await
    }
}

/// A client that is gone is found out when there is something to write: half-closed connections are legal, so that Actix
/// lets the question go on. What ends it is the timeout.
#[test]
fn a_question_ends_by_the_timeout_when_nobody_waits_any_more() {
    let source = Abandoned(Arc::default());
    let cors = Cors::new(&TASKS).origins_from(source.clone()).origins_timeout(Duration::from_millis(100));
    let server = Server::start(move || App::new().wrap(cors.clone()));
    let [asked, dropped] = &*source.0;
    for request in [Head::get("/").origin(TENANT), Head::preflight("/", TENANT, "PUT")] {
        let before = asked.load(Ordering::SeqCst);
        let mut client = http::connect(server.address()).expect("the server takes connections");
        client.write_all(&request.bytes()).expect("it takes the request");
        wait_until(|| asked.load(Ordering::SeqCst) > before);
        drop(client);
        wait_until(|| dropped.load(Ordering::SeqCst) > before);
    }
    assert_eq!(Head::get("/").origin(APP).send(server.address()).status, 404, "the worker lives");
}

/// Waits, but not for ever: a test that hangs says nothing.
#[track_caller]
fn wait_until(happened: impl Fn() -> bool) {
    for _ in 0..2000 {
        if happened() {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("it never happens");
}

/// A source that panics.
struct Broken;

impl OriginSource for Broken {
    type Error = &'static str;

    async fn allows(&self, _: &str, _: &RequestHead) -> Result<bool, &'static str> {
        panic!("a defect of the source's own")
    }
}

#[test]
fn a_source_that_panics_lets_nobody_in() {
    let cors = Cors::new(&TASKS).enforce().origins_from(Broken);
    let (server, spy) = watched(cors);
    for request in [Head::get("/").origin(TENANT), Head::preflight("/", TENANT, "PUT")] {
        let mut client = http::connect(server.address()).expect("the server takes connections");
        client.write_all(&request.bytes()).expect("it takes the request");
        // Actix closes the connection of a task that panics.
        let answer = http::receive(&mut client);
        assert!(answer.is_err(), "{answer:?}");
        assert_eq!(spy.take(), 0);
        let next = Head::get("/").origin(APP).send(server.address());
        assert_eq!(
            (next.status, next.one("access-control-allow-origin")),
            (200, Some(APP)),
            "the worker lives"
        );
        assert_eq!(spy.take(), 1);
    }
}
