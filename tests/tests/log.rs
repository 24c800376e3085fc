//! What the log says about refusals.
//!
//! The tests run in their own process: `tracing` remembers for each event whether anybody listens, and a server of
//! another test, to which nobody does, may be the first to ask.

use std::convert::Infallible;
use std::future::ready;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use actix_service::boxed::{self, BoxService};
use actix_web::body::BoxBody;
use actix_web::dev::{RequestHead, ServiceRequest, ServiceResponse, Transform, fn_service};
use actix_web::error::ErrorNotFound;
use actix_web::http::Method;
use actix_web::middleware::{Condition, Logger, Next, from_fn};
use actix_web::test::TestRequest;
use actix_web::{App, Error, get, web};
use cors_actix::{AllowedHosts, Cors, OriginSource, PolicySet, cors, cors_policy};
use cors_tests::server::Server;
use cors_tests::spy::Spy;
use tracing::Level;

const APP: &str = "https://app.example";
const FOREIGN: &str = "https://foreign.example";

cors_policy! {
    static TASKS;
    origins: ["https://app.example"],
    methods: [GET, PUT],
    hosts: ["localhost"],
}

cors_policy! {
    static HOSTLESS;
    origins: ["https://app.example"],
}

cors_policy! {
    static EVERYBODY;
    origins: any,
    expect(any_origin, reason = "a case"),
}

cors_policy! {
    static BOTH_MODES;
    production { origins: ["https://app.example"], credentials: true }
    development { origins: any }
}

/// One test at a time: see above.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// What the log got.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panics").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// What `action` says.
    fn of(action: impl FnOnce()) -> String {
        cors_tests::expect_no_mode();
        let _alone = alone();
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(Level::DEBUG)
            .with_ansi(false)
            .without_time()
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, action);
        let text = log.0.lock().expect("nobody panics").clone();
        String::from_utf8(text).expect("the log is text")
    }

    /// Runs `requests` through an app in this thread, and returns the lines of our events about them.
    fn of_requests(cors: Cors, requests: impl IntoIterator<Item = TestRequest>) -> Vec<String> {
        let text = Self::of(|| {
            actix_web::rt::System::new().block_on(async {
                let app = App::new().default_service(web::to(|| async { "done" }));
                let app = app.wrap(cors).wrap(AllowedHosts::new(&TASKS));
                let app = actix_web::test::init_service(app).await;
                for request in requests {
                    actix_web::test::call_service(&app, request.to_request()).await;
                }
            });
        });
        let of_start_up = |line: &&str| line.trim_start().starts_with("INFO");
        let ours = text.lines().filter(|line| line.contains("cors_actix") && !of_start_up(line));
        ours.map(str::to_owned).collect()
    }

    /// What a layer says when it is put round the app of each of three workers.
    fn of_start(layer: &(impl Transform<AnyApp, ServiceRequest> + Clone)) -> String {
        Self::of(|| {
            for _ in 0..3 {
                let app = fn_service(|_: ServiceRequest| ready(Err(ErrorNotFound("no request comes"))));
                drop(layer.clone().new_transform(boxed::service(app)));
            }
        })
    }
}

type AnyApp = BoxService<ServiceRequest, ServiceResponse, Error>;

fn request(uri: &str) -> TestRequest {
    TestRequest::with_uri(uri).insert_header(("host", "localhost"))
}

fn preflight(method: &str) -> TestRequest {
    request("/a")
        .method(Method::OPTIONS)
        .insert_header(("origin", APP))
        .insert_header(("access-control-request-method", method.to_owned()))
}

#[test]
fn refusals_are_in_the_log() {
    let log = Log::of_requests(
        Cors::new(&TASKS),
        [
            request("/a").insert_header(("origin", APP)),
            request("/a"),
            request("/a").insert_header(("origin", FOREIGN)).insert_header(("cookie", "session=secret")),
            preflight("DELETE"),
            preflight("PUT").insert_header(("access-control-request-headers", "x-b")),
            preflight("PUT"),
            request("/a").insert_header(("host", "evil.example")),
            request("/a").insert_header(("origin", FOREIGN)).insert_header(("upgrade", "websocket")),
        ],
    );
    let parts = [
        [
            "response passed without CORS fields",
            "denial=\"origin_not_allowed\"",
            "origin=https://foreign.example",
        ],
        ["preflight refused", "denial=\"method_not_allowed\"", "requested_method=DELETE"],
        ["preflight refused", "denial=\"header_not_allowed\"", "requested_header=x-b"],
        ["request refused", "denial=\"host_not_allowed\"", "host=evil.example"],
        ["request refused", "denial=\"origin_not_allowed\"", "path=/a"],
    ];
    assert_eq!(log.len(), parts.len(), "{log:#?}");
    for (line, parts) in log.iter().zip(parts) {
        assert!(line.contains("DEBUG"), "{line}");
        for part in parts {
            assert!(line.contains(part), "{part} in {line}");
        }
        assert!(!line.contains("secret"), "{line}");
    }
}

#[test]
fn a_trial_is_in_the_log() {
    let foreign = || request("/a").insert_header(("origin", FOREIGN));
    let log = Log::of_requests(
        Cors::new(&TASKS).report_only(),
        [
            foreign(),
            request("/a"),
            foreign().insert_header(("sec-fetch-site", "same-origin")),
            preflight("DELETE"),
            preflight("PUT"),
        ],
    );
    let [cross, same, method] = log.as_slice() else { panic!("{log:#?}") };
    assert!(method.contains("only reports") && method.contains("requested_method=DELETE"), "{method}");
    assert!(cross.contains("only reports") && cross.contains("same_origin=false"), "{cross}");
    assert!(same.contains("same_origin=true"), "{same}");
}

#[test]
fn at_start_up_the_log_says_once_what_is_in_force() {
    let paths = || Cors::paths().at("/a", &TASKS).at("/b", &EVERYBODY);
    let [tasks, everybody, both] = [&TASKS, &EVERYBODY, &BOTH_MODES].map(|set| set.active().fingerprint());
    let by_path = format!("/a {tasks}, /b {everybody}");
    let production = BOTH_MODES.production().fingerprint();
    for (text, wanted, fingerprint) in [
        (
            Log::of_start(&Cors::new(&TASKS)),
            r#"CORS is in force mode="production" policies=1 any_origin=false credentials=false"#,
            tasks.to_string(),
        ),
        (
            Log::of_start(&Cors::new(&BOTH_MODES)),
            r#"CORS is in force mode="development" policies=1 any_origin=true credentials=false"#,
            both.to_string(),
        ),
        (
            Log::of_start(&Cors::new(&TASKS).report_only()),
            r#"CORS is on trial mode="production" policies=1 any_origin=false credentials=false"#,
            tasks.to_string(),
        ),
        // Of a policy that is made while the program runs nobody says the mode.
        (
            Log::of_start(&Cors::new(BOTH_MODES.production().clone())),
            "CORS is in force policies=1 any_origin=false credentials=true",
            production.to_string(),
        ),
        (
            Log::of_start(&paths()),
            r#"CORS is in force mode="production" policies=2 any_origin=true credentials=false"#,
            by_path,
        ),
    ] {
        let lines: Vec<&str> = text.lines().filter(|line| line.contains("cors_actix")).collect();
        let [line] = lines.as_slice() else { panic!("{text}") };
        let wanted = format!("{wanted} fingerprint={fingerprint}");
        assert!(line.contains("INFO") && line.ends_with(&wanted), "{wanted} in {line}");
    }
}

#[test]
fn that_a_gateway_answers_is_in_the_log() {
    let is_said = |cors: Cors| Log::of_start(&cors).contains("a gateway answers browsers");
    for (name, cors, wanted) in [
        ("it does", Cors::new(&TASKS).answered_by_gateway(), true),
        ("it does not", Cors::new(&TASKS), false),
        ("on trial", Cors::new(&TASKS).answered_by_gateway().report_only(), false),
    ] {
        assert_eq!(is_said(cors), wanted, "{name}");
    }
}

/// A source of origins that lets everybody in.
struct Open;

impl OriginSource for Open {
    type Error = Infallible;

    async fn allows(&self, _: &str, _: &RequestHead) -> Result<bool, Infallible> {
        Ok(true)
    }
}

#[test]
fn options_that_do_nothing_are_in_the_log() {
    let trial = || Cors::new(&TASKS).report_only();
    let refusal = |cors: Cors| cors.on_refusal(|_, _| actix_web::HttpResponse::Forbidden().finish());
    let timeout = Duration::from_secs(1);
    for (name, cors, wanted) in [
        ("none", Cors::new(&TASKS), &[][..]),
        ("on trial", trial(), &[]),
        ("a source", Cors::new(&TASKS).origins_from(Open).origins_timeout(timeout), &[]),
        (
            "no source",
            Cors::new(&TASKS).origins_timeout(timeout),
            &["`origins_timeout` has no effect without"],
        ),
        (
            "a source on trial",
            trial().origins_from(Open),
            &["`origins_from` has no effect with `report_only`"],
        ),
        (
            "a gateway",
            trial().answered_by_gateway(),
            &["`answered_by_gateway` has no effect with `report_only`"],
        ),
        ("enforced", trial().enforce(), &["`enforce` has no effect with `report_only`"]),
        ("isolated, which enforces", trial().isolate(), &["`isolate` has no effect with `report_only`"]),
        ("refusals", refusal(trial()), &["`on_refusal` has no effect with `report_only`"]),
        ("reasons", trial().diagnostics(), &["`diagnostics` has no effect with `report_only`"]),
        (
            "two",
            trial().enforce().unguarded_upgrades(),
            &[
                "`enforce` has no effect with `report_only`",
                "`unguarded_upgrades` has no effect with `enforce`",
            ],
        ),
    ] {
        let log = Log::of_start(&cors);
        let said: Vec<_> = log.lines().filter(|line| line.contains("has no effect")).collect();
        let is_said = |(line, text): (&&str, &&str)| line.contains("WARN") && line.contains(*text);
        // That `hosts` is missing is said elsewhere.
        let said: Vec<_> = said.into_iter().filter(|line| !line.contains("hosts")).collect();
        assert!(said.len() == wanted.len() && said.iter().zip(wanted).all(is_said), "{name}: {log}");
    }
}

#[test]
fn what_does_nothing_without_hosts_is_in_the_log() {
    let warnings = |text: String| text.lines().filter(|line| line.contains("WARN")).count();
    let before_its_policy = || Cors::paths().enforce().at("/a", &HOSTLESS);
    for (name, text, wanted) in [
        ("hosts are listed", Log::of_start(&Cors::new(&TASKS).enforce()), 0),
        ("they are not", Log::of_start(&Cors::new(&HOSTLESS).enforce()), 1),
        ("nothing is enforced", Log::of_start(&Cors::new(&HOSTLESS)), 0),
        ("the policy comes later", Log::of_start(&before_its_policy()), 1),
        ("a check", Log::of_start(&AllowedHosts::new(&TASKS)), 0),
        ("a check of nothing", Log::of_start(&AllowedHosts::new(&HOSTLESS)), 1),
    ] {
        assert_eq!(warnings(text), wanted, "{name}");
    }
}

/// An app is built and dropped again, without a request, and the log says which of its layers are overruled.
macro_rules! overruled {
    ($app:expr) => {
        overruled_in(&Log::of(|| {
            actix_web::rt::System::new().block_on(async {
                drop(actix_web::test::init_service($app).await);
            });
        }))
    };
}

/// The pairs that the log names, outer and inner.
fn overruled_in(log: &str) -> Vec<(String, String)> {
    let events: Vec<&str> = log.split("a `Cors` is inside of another one, which overrules it").collect();
    let warned = |event: &&str| event.ends_with(" WARN cors_actix::startup::nesting: ");
    assert!(events.iter().rev().skip(1).all(warned), "{log}");
    let field = |event: &str, name: &str| {
        let rest =
            event.split_once(&format!(" {name}=\"")).or_else(|| event.split_once(&format!(" {name}=")));
        let (_, rest) = rest.unwrap_or_else(|| panic!("no {name} in {event}"));
        rest.split_whitespace().next().unwrap_or_default().to_owned()
    };
    events.iter().skip(1).map(|event| (field(event, "outer"), field(event, "inner"))).collect()
}

fn pair(outer: &PolicySet, inner: &PolicySet) -> (String, String) {
    (outer.active().fingerprint().to_string(), inner.active().fingerprint().to_string())
}

#[cors(HOSTLESS)]
#[get("/own")]
async fn own() -> &'static str {
    "done"
}

/// Its layer is its own.
#[get("/wrapped", wrap = "Cors::new(&HOSTLESS)")]
async fn wrapped() -> &'static str {
    "done"
}

#[cors(origins = ["https://admin.example"])]
#[get("/inline")]
async fn inline() -> &'static str {
    "done"
}

#[cors(origins = ["https://admin.example"], development { origins = any })]
#[get("/open")]
async fn open() -> &'static str {
    "done"
}

/// What the log says when this layer is put around routes with policies of their own, and what a page is told that only the third lets in.
fn around_routes(layer: Cors) -> (String, [String; 3]) {
    let mut bodies = [const { String::new() }; 3];
    let log = Log::of(|| {
        actix_web::rt::System::new().block_on(async {
            let app = App::new().service(inline).service(own).service(open).wrap(layer);
            let app = actix_web::test::init_service(app).await;
            for (body, path) in bodies.iter_mut().zip(["/inline", "/own", "/open"]) {
                let preflight = request(path).method(Method::OPTIONS).insert_header(("origin", FOREIGN));
                let preflight =
                    preflight.insert_header(("access-control-request-method", "GET")).to_request();
                let answer = actix_web::test::call_service(&app, preflight).await;
                let bytes = actix_web::test::read_body(answer).await;
                *body = String::from_utf8(bytes.into()).expect("it is text");
            }
        });
    });
    (log, bodies)
}

#[test]
fn routes_that_are_not_in_development_with_their_app_are_named_and_say_why() {
    let named = "these routes have a `#[cors]` policy without a `development` block";
    let (log, [first, second, third]) = around_routes(Cors::new(&BOTH_MODES));
    assert_eq!(log.matches(named).count(), 1, "{log}");
    assert!(log.contains("routes=\"GET /inline (inline), GET /own (own)\""), "{log}");
    for body in [first, second] {
        assert!(body.contains("the origin https://foreign.example is not in `origins`"), "{body}");
    }
    assert_eq!(third, "", "it is let in");
    let (log, bodies) = around_routes(Cors::new(&TASKS));
    assert!(!log.contains(named), "{log}");
    assert_eq!(bodies, [""; 3], "an app for production");
}

/// Twice on one path, in two modules, each with the name `twin`.
mod first {
    #[actix_web::put("/twin")]
    pub(crate) async fn twin() -> &'static str {
        "plain"
    }
}

mod second {
    use super::{HOSTLESS, cors};

    #[cors(HOSTLESS)]
    #[actix_web::get("/twin")]
    pub(crate) async fn twin() -> &'static str {
        "own"
    }
}

#[test]
fn a_route_with_a_twin_is_in_the_log() {
    let said = "a route without `#[cors]` has the same pattern and name as one with it";
    let log_of = |is_marked: bool| {
        Log::of(|| {
            actix_web::rt::System::new().block_on(async {
                let app = App::new().service(own);
                let app = if is_marked {
                    app.service(web::scope("/a").service(second::twin))
                        .service(web::scope("/b").service(first::twin))
                } else {
                    app.service(second::twin).service(first::twin)
                };
                let app = actix_web::test::init_service(app.wrap(Cors::new(&TASKS))).await;
                actix_web::test::call_service(&app, request("/own").to_request()).await;
            });
        })
    };
    let log = log_of(false);
    assert_eq!(log.matches(said).count(), 1, "{log}");
    assert!(log.contains("route=/twin handler=\"twin\""), "{log}");
    assert_eq!(
        log_of(true).matches(said).count(),
        0,
        "a scope of its own has an entry that tells which is which"
    );
}

#[cors(HOSTLESS)]
#[get("/{p}")]
async fn any_path() -> &'static str {
    "own"
}

/// What `#[cors]` cannot know is logged when it shows, and once, however many requests show it.
#[test]
fn what_is_uncertain_about_routes_is_in_the_log() {
    macro_rules! log_of {
        ($app:expr, $path:expr) => {
            Log::of(|| {
                actix_web::rt::System::new().block_on(async {
                    let app = actix_web::test::init_service($app).await;
                    for (path, origin) in
                        [("/elsewhere", APP), ($path, APP), ($path, FOREIGN), ($path, FOREIGN)]
                    {
                        let origin = request(path).insert_header(("origin", origin));
                        actix_web::test::call_service(&app, origin.to_request()).await;
                    }
                });
            })
        };
    }
    let done = || web::get().to(|| async { "done" });
    let nobody = || actix_web::guard::fn_guard(|_| false);
    let guarded = || web::scope("/s").guard(nobody()).service(any_path);
    let rewritten = |mut request: ServiceRequest, next: Next<BoxBody>| async move {
        if request.path() == "/own" {
            let uri = actix_web::http::Uri::from_static("/s/x");
            request.match_info_mut().get_mut().update(&uri);
            request.head_mut().uri = uri;
        }
        next.call(request).await
    };
    let layer = || Cors::new(&TASKS).enforce();
    let plain = |path| web::resource(path).route(done());
    let (uncertain, turned_away, missed) = (
        "WARN cors_actix::route::log: a route without `#[cors]` is registered before one with it",
        "ERROR cors_actix::route::log: a scope with `#[cors]` inside turned away a request on its paths",
        "ERROR cors_actix::route::log: a request did not reach the route with `#[cors]` that was certain to take it",
    );
    for (name, log, wanted) in [
        ("alone", log_of!(App::new().service(own).wrap(layer()), "/own"), None),
        (
            "the same pattern in front",
            log_of!(App::new().service(plain("/own")).service(own).wrap(layer()), "/other"),
            Some((uncertain, "route=/own handler=\"own\"")),
        ),
        (
            "another pattern in front",
            log_of!(
                App::new().service(plain("/x/{p}")).service(web::scope("/x").service(own)).wrap(layer()),
                "/x/own"
            ),
            Some((uncertain, "route=/own handler=\"own\"")),
        ),
        (
            "another pattern in front, and other paths",
            log_of!(
                App::new().service(plain("/x/{p}")).service(web::scope("/x").service(own)).wrap(layer()),
                "/x/y"
            ),
            None,
        ),
        (
            "another path in front",
            log_of!(App::new().service(plain("/x")).service(own).wrap(layer()), "/own"),
            None,
        ),
        (
            "the pattern behind",
            log_of!(App::new().service(own).service(plain("/own")).wrap(layer()), "/own"),
            None,
        ),
        (
            "a guarded scope before a default service",
            log_of!(App::new().service(guarded()).wrap(layer()), "/s/x"),
            Some((turned_away, "scope=/s")),
        ),
        (
            "a guarded scope before a resource",
            log_of!(App::new().service(guarded()).service(plain("/s/x")).wrap(layer()), "/s/x"),
            Some((turned_away, "scope=/s")),
        ),
        (
            "a guarded scope before a route",
            log_of!(
                App::new().service(guarded()).service(web::scope("/s").service(own)).wrap(layer()),
                "/s/own"
            ),
            Some((turned_away, "scope=/s")),
        ),
        (
            "a guarded scope before a route, in a scope",
            log_of!(
                App::new()
                    .service(web::scope("/t").service(guarded()).service(web::scope("/s").service(own)))
                    .wrap(layer()),
                "/t/s/own"
            ),
            Some((turned_away, "scope=/s")),
        ),
        (
            "a guarded scope without routes before a default service",
            log_of!(
                App::new()
                    .service(web::scope("/t").service(own))
                    .service(web::scope("/s").guard(nobody()).service(plain("/x")))
                    .wrap(layer()),
                "/s/x"
            ),
            None,
        ),
        (
            "a guarded scope without routes before a route",
            log_of!(
                App::new()
                    .service(web::scope(r"/{n:\d+}").service(any_path))
                    .service(web::scope("/s").guard(nobody()).service(plain("/own")))
                    .service(web::scope("/s").service(own))
                    .wrap(layer()),
                "/s/own"
            ),
            Some((uncertain, "route=/own handler=\"own\"")),
        ),
        (
            "a guarded scope, as the layer was told",
            log_of!(App::new().service(guarded()).wrap(layer().scopes_are_guarded()), "/s/x"),
            None,
        ),
        (
            "a layer that changes paths",
            log_of!(
                App::new().service(own).service(plain("/s/x")).wrap(from_fn(rewritten)).wrap(layer()),
                "/own"
            ),
            Some((missed, "route=/own handler=\"own\"")),
        ),
    ] {
        let said: Vec<_> = log.lines().filter(|line| line.contains("cors_actix::route")).collect();
        match wanted {
            None => assert_eq!(said.len(), 0, "{name}: {log}"),
            Some((event, field)) => {
                assert_eq!(said.len(), 1, "{name}: {log}");
                assert!(said[0].trim_start().starts_with(event) && log.contains(field), "{name}: {log}");
            }
        }
    }
}

/// Policies that a fleet follows.
#[cfg(all(feature = "config", feature = "reload"))]
mod fleet {
    use std::cell::Cell;
    use std::future::{pending, poll_fn};
    use std::pin::pin;
    use std::rc::Rc;
    use std::task::Poll;

    use cors_actix::{Config, Mode, PolicyFeed, Reloadable};
    use futures_util::future::select;

    use super::{APP, Log, TASKS};

    /// A store that gives these versions one after the other, and `None` where it cannot be reached.
    struct Store {
        left: Vec<Option<&'static str>>,
        is_empty: Rc<Cell<bool>>,
    }

    impl PolicyFeed for Store {
        type Error = String;

        async fn changed(&mut self) -> Result<(), String> {
            Ok(())
        }

        async fn version(&mut self) -> Result<u64, String> {
            let left = self.left.len() as u64;
            match self.left.last() {
                Some(Some(_)) => Ok(left),
                Some(None) => {
                    self.left.pop();
                    Err("out of\norder".to_owned())
                }
                None => {
                    self.is_empty.set(true);
                    pending().await
                }
            }
        }

        async fn load(&mut self) -> Result<(u64, Config), String> {
            let version = self.left.len() as u64;
            let text = self.left.pop().flatten().expect("a version was given");
            Ok((version, toml::from_str(text).expect("it is TOML")))
        }
    }

    #[test]
    fn what_becomes_of_a_fleet_s_policies_is_in_the_log() {
        let same = "origins = ['https://app.example']";
        let log = Log::of(|| {
            let is_empty = Rc::new(Cell::new(false));
            // The last one is the first.
            let left = vec![
                Some(same),
                None,
                None,
                Some("origins = ['https://other.example']"),
                Some("origins = ['https://app.example/']"),
            ];
            let store = Store { left, is_empty: Rc::clone(&is_empty) };
            let policy = Reloadable::new(TASKS.production().clone());
            let follow = pin!(policy.follow(store).requires([APP]).run());
            let empty = poll_fn(|_| if is_empty.get() { Poll::Ready(()) } else { Poll::Pending });
            // In this order: whenever the one has gone on, the other is looked at.
            actix_web::rt::System::new().block_on(select(follow, empty));
        });
        let fingerprint = toml::from_str::<Config>(same)
            .expect("it is TOML")
            .policy(Mode::Production)
            .expect("it keeps the rules")
            .fingerprint();
        let ours: Vec<_> =
            log.lines().filter_map(|line| line.split_once("cors_actix::report::log: ")).collect();
        let wanted = [
        ("ERROR", "the new policy is refused and the old one stays in force: it breaks the rules:".to_owned()),
        (
            "ERROR",
            "the new policy is refused and the old one stays in force: it would lock out https://app.example, which `requires` names \
             version=4"
                .to_owned(),
        ),
        (
            "WARN",
            "the store of policies cannot be reached: the old policy stays in force error=out of\\norder".to_owned(),
        ),
        ("INFO", format!("the new policy is in force version=1 fingerprint={fingerprint}")),
        ("INFO", "the store of policies answers again".to_owned()),
    ];
        let ours: Vec<_> = ours.into_iter().map(|(level, text)| (level.trim(), text.to_owned())).collect();
        assert_eq!(ours, wanted, "{log}");
    }
}

#[test]
fn a_layer_inside_of_another_is_said_at_start_up() {
    let done = || web::get().to(|| async { "done" });
    let scope = |path: &str, cors: Cors| web::scope(path).route("/x", done()).wrap(cors);
    let (tasks, hostless, everybody) = (Cors::new(&TASKS), Cors::new(&HOSTLESS), Cors::new(&EVERYBODY));
    let a_scope = [pair(&TASKS, &HOSTLESS)];

    let app = App::new().service(scope("/a", hostless.clone())).wrap(tasks.clone());
    assert_eq!(overruled!(app), a_scope, "around the app, and in a scope");
    let app = App::new()
        .service(web::scope("/a").service(scope("/b", Cors::new(&HOSTLESS))).wrap(Cors::new(&TASKS)));
    assert_eq!(overruled!(app), a_scope, "around a scope, and in a scope of it");
    let app = App::new()
        .service(web::resource("/a").route(done()).wrap(Cors::new(&HOSTLESS)))
        .wrap(Cors::new(&TASKS));
    assert_eq!(overruled!(app), a_scope, "at a resource");
    let app = App::new()
        .service(web::resource("/a").route(done().wrap(Cors::new(&HOSTLESS))))
        .wrap(Cors::new(&TASKS));
    assert_eq!(overruled!(app), a_scope, "at a route");
    let app = App::new().service(wrapped).wrap(Cors::new(&TASKS));
    assert_eq!(overruled!(app), a_scope, "at a handler");
    let app = App::new().wrap(Cors::new(&HOSTLESS)).wrap(Logger::default()).wrap(Cors::new(&TASKS));
    assert_eq!(overruled!(app), a_scope, "one around the other");
    let app = App::new().configure(|config| {
        config.service(scope("/a", Cors::new(&HOSTLESS)));
    });
    assert_eq!(overruled!(app.wrap(Cors::new(&TASKS))), a_scope, "in a function that configures");
    let app =
        App::new().service(scope("/a", Cors::new(&HOSTLESS))).wrap(Condition::new(true, Cors::new(&TASKS)));
    assert_eq!(overruled!(app), a_scope, "on a condition");
    let app = App::new().service(scope("/a", Cors::new(&HOSTLESS).enforce())).wrap(Cors::new(&TASKS));
    assert_eq!(overruled!(app), a_scope, "one that enforces a policy of its own");
    let app =
        App::new().service(scope("/a", Cors::new(&HOSTLESS))).wrap(Cors::new(&TASKS).answered_by_gateway());
    assert_eq!(overruled!(app), a_scope, "the gateway's fields are all there is");
    let app = App::new().service(scope("/a", Cors::new(&TASKS))).wrap(Cors::new(&TASKS));
    assert_eq!(overruled!(app), [pair(&TASKS, &TASKS)], "the same twice does nothing");
    let outer = Cors::new(&TASKS).at("/b/{tail}*", &HOSTLESS);
    assert_eq!(
        overruled!(App::new().service(scope("/a", Cors::new(&EVERYBODY))).wrap(outer)).len(),
        1,
        "paths, and one for the rest"
    );

    let two = App::new().service(scope("/a", Cors::new(&HOSTLESS))).service(scope("/b", everybody.clone()));
    assert_eq!(
        overruled!(two.wrap(Cors::new(&TASKS))),
        [pair(&TASKS, &HOSTLESS), pair(&TASKS, &EVERYBODY)],
        "each of two"
    );
    let app = App::new()
        .service(web::scope("/a").service(scope("/b", Cors::new(&EVERYBODY))).wrap(hostless))
        .wrap(tasks);
    let said: Vec<_> = overruled!(app);
    assert_eq!(
        said,
        [pair(&TASKS, &EVERYBODY)],
        "of three the outermost overrules both, and one pair has been said"
    );
}

#[test]
fn layers_that_do_not_overrule_each_other_are_not_said() {
    let done = || web::get().to(|| async { "done" });
    let scope = |path: &str, cors: Cors| web::scope(path).route("/x", done()).wrap(cors);
    let nothing: [(String, String); 0] = [];
    let (tasks, hostless) = (|| Cors::new(&TASKS), || Cors::new(&HOSTLESS));

    assert_eq!(overruled!(App::new().wrap(tasks())), nothing, "alone");
    let app = App::new().service(scope("/a", tasks())).service(scope("/b", hostless()));
    assert_eq!(overruled!(app), nothing, "side by side");
    let deep =
        web::scope("/a").service(web::scope("/b").service(web::scope("/c").service(scope("/d", tasks()))));
    let app = App::new().service(deep).service(scope("/b", hostless())).service(scope("/c", tasks()));
    assert_eq!(overruled!(app), nothing, "side by side, one of them deep down");
    let app = App::new().service(scope("/a", hostless())).wrap(Cors::paths().at("/b/{tail}*", &TASKS));
    assert_eq!(overruled!(app), nothing, "on other paths");
    assert_eq!(
        overruled!(App::new().service(own).wrap(tasks())),
        nothing,
        "a route with `#[cors]` has the last word"
    );
    let app = App::new().service(web::scope("/a").service(own).wrap(hostless()));
    assert_eq!(overruled!(app), nothing, "so it has in a scope");
    assert_eq!(
        overruled!(App::new().wrap(tasks()).wrap(AllowedHosts::new(&TASKS))),
        nothing,
        "a check of hosts"
    );
    assert_eq!(
        overruled!(App::new().wrap(tasks()).wrap(hostless().report_only())),
        nothing,
        "one on trial, outside"
    );
    assert_eq!(
        overruled!(App::new().wrap(hostless().report_only()).wrap(tasks())),
        nothing,
        "one on trial, inside"
    );
    let app = App::new().service(scope("/a", tasks().enforce())).wrap(tasks());
    assert_eq!(overruled!(app), nothing, "the same policy, enforced in one scope");
    let app = App::new().service(scope("/a", hostless().answered_by_gateway().enforce())).wrap(tasks());
    assert_eq!(overruled!(app), nothing, "one that leaves CORS to the other");
    let app = App::new().service(scope("/a", hostless())).wrap(Condition::new(false, tasks()));
    assert_eq!(overruled!(app), nothing, "one that is not there");
    let app = App::new().service(scope("/a", Cors::paths())).wrap(tasks());
    assert_eq!(overruled!(app), nothing, "one that does nothing");
    let log = Log::of(|| {
        actix_web::rt::System::new().block_on(async {
            let first = actix_web::test::init_service(App::new().service(scope("/a", tasks()))).await;
            let second = actix_web::test::init_service(App::new().wrap(hostless())).await;
            drop((first, second));
        });
    });
    assert_eq!(overruled_in(&log), nothing, "two apps of one thread");
}

/// Each worker of a server builds the app, in a thread of its own.
#[test]
fn that_a_layer_is_overruled_is_said_once_for_all_workers() {
    let log = Log::of(|| {
        let dispatch = tracing::dispatcher::get_default(Clone::clone);
        let (tasks, built) = (Cors::new(&TASKS), Spy::default());
        let server = Server::with_workers(3, {
            let built = built.clone();
            move || {
                // It listens as long as the worker lives.
                std::mem::forget(tracing::dispatcher::set_default(&dispatch));
                built.note();
                App::new().service(web::scope("/a").wrap(Cors::new(&HOSTLESS))).wrap(tasks.clone())
            }
        });
        let answer = cors_tests::http::send(server.address(), "GET /a", &[], "");
        assert_eq!(answer.status, 404, "a worker has built the app");
        let mut workers = 0;
        while workers < 3 {
            workers += built.take();
            std::thread::yield_now();
        }
        server.stop();
    });
    assert_eq!(overruled_in(&log), [pair(&TASKS, &HOSTLESS)]);
}

#[test]
fn what_a_source_says_of_its_failure_is_escaped_and_cut() {
    struct Broken;

    impl OriginSource for Broken {
        type Error = String;

        async fn allows(&self, _: &str, _: &RequestHead) -> Result<bool, String> {
            Err(format!("gone\r\nINFO all is well\u{1b}[31m\u{9b}1m{}", "é".repeat(4000)))
        }
    }

    let lines = Log::of_requests(
        Cors::new(&TASKS).origins_from(Broken),
        [request("/a").insert_header(("origin", FOREIGN))],
    );
    let [failure, refusal] = lines.as_slice() else { panic!("{lines:#?}") };
    assert!(
        failure.contains(r"error=gone\r\nINFO all is well\u{1b}[31m\u{9b}1mééé")
            && failure.contains("é…")
            && failure.chars().count() < 1500,
        "{failure}"
    );
    assert!(refusal.contains("origin_not_allowed"), "{refusal}");
}

#[test]
fn t37_what_a_stranger_writes_is_escaped_and_cut() {
    let long = format!("https://{}.example", "a".repeat(4000));
    let lines = Log::of_requests(
        Cors::new(&TASKS),
        [
            request("/a%0d%0aINFO%20all%20is%20well").insert_header(("origin", FOREIGN)),
            request("/a").insert_header(("origin", b"https://\xe9\x9b\t\\ is well".as_slice())),
            request("/a").insert_header(("origin", long)),
            request("/a").insert_header(("host", b"evil\x85host".as_slice())),
        ],
    );
    let [path, origin, long, host] = lines.as_slice() else { panic!("{lines:#?}") };
    assert!(path.contains("path=/a%0d%0aINFO%20all%20is%20well"), "{path}");
    assert!(origin.contains(r"origin=https://\xe9\x9b\t\\ is well"), "{origin}");
    assert!(long.len() < 500 && long.contains("(4016 bytes)"), "{long}");
    assert!(host.contains(r"host=evil\x85host"), "{host}");
    assert!(
        lines.iter().all(|line| line.chars().all(|c| c == '…' || (' '..='~').contains(&c))),
        "{lines:#?}"
    );
}
