//! The counters, as an exporter of the `metrics` facade sees them.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::future;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use actix_web::dev::RequestHead;
use actix_web::http::Method;
use actix_web::test::{self, TestRequest};
use actix_web::{App, Responder, put, rt, web};
use cors_actix::{AllowedHosts, Cors, OriginSource, cors, cors_policy};
use futures_util::future::select;
use metrics_util::debugging::{DebugValue, DebuggingRecorder};

const APP: &str = "https://app.example";
const FOREIGN: &str = "https://foreign.example";

cors_policy! {
    static TASKS;
    origins: ["https://app.example"],
    methods: [GET, PUT],
    hosts: ["localhost"],
}

#[cors(origins = ["https://app.example"])]
#[put("/route")]
async fn route() -> impl Responder {
    "route"
}

/// Fails, or never answers.
struct Broken;

impl OriginSource for Broken {
    type Error = &'static str;

    async fn allows(&self, _origin: &str, head: &RequestHead) -> Result<bool, &'static str> {
        if head.uri.path() == "/hang" { future::pending().await } else { Err("broken") }
    }
}

/// A store that has one policy.
struct Store {
    text: &'static str,
    /// Set when the policy was judged, and the next change is waited for.
    is_done: Rc<Cell<bool>>,
}

impl cors_actix::PolicyFeed for Store {
    type Error = toml::de::Error;

    async fn changed(&mut self) -> Result<(), Self::Error> {
        self.is_done.set(true);
        future::pending().await
    }

    async fn version(&mut self) -> Result<u64, Self::Error> {
        Ok(1)
    }

    async fn load(&mut self) -> Result<(u64, cors_actix::Config), Self::Error> {
        Ok((1, toml::from_str(self.text)?))
    }
}

/// What the feed and its policy come to in metrics: the changes by outcome, and the gauge.
fn follow(policy: &cors_actix::Reloadable, text: &'static str) -> (Vec<(String, u64)>, u64) {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, || {
        rt::System::new().block_on(async {
            // It describes what there is.
            let app = test::init_service(App::new().wrap(Cors::new(policy))).await;
            let is_done = Rc::new(Cell::new(false));
            let store = Store { text, is_done: Rc::clone(&is_done) };
            let follow = pin!(policy.follow(store).requires([APP]).run());
            let done = future::poll_fn(|_| if is_done.get() { Poll::Ready(()) } else { Poll::Pending });
            // In this order: whenever the one has gone on, the other is looked at.
            select(follow, done).await;
            drop(app);
        });
    });
    let (mut changes, mut gauge) = (Vec::new(), None);
    for (key, _, description, value) in snapshotter.snapshot().into_vec() {
        let labels: Vec<_> = key.key().labels().map(metrics::Label::value).collect();
        match (key.key().name(), value) {
            ("cors_policy_changes_total", DebugValue::Counter(count)) => {
                changes.push((labels.join(" "), count));
            }
            ("cors_policy_fingerprint", DebugValue::Gauge(value)) => {
                assert!(description.is_some_and(|text| text.contains("13 hex digits")));
                gauge = Some(value.into_inner());
            }
            _ => {}
        }
    }
    let gauge = gauge.expect("the gauge is set");
    assert!(gauge.fract() == 0.0 && gauge >= 0.0, "{gauge}");
    (changes, gauge as u64)
}

#[test]
fn the_gauge_has_the_fingerprint_of_the_policy_in_force() {
    let first = TASKS.production();
    let newer = "origins = ['https://app.example', 'https://shop.example']";
    let newer_policy = || {
        let config: cors_actix::Config = toml::from_str(newer).expect("it is TOML");
        config.policy(cors_actix::Mode::Production).expect("it keeps the rules")
    };
    for (text, outcome, in_force) in [
        (newer, "applied", newer_policy()),
        ("origins = ['https://*.com']", "breaks_rules", first.clone()),
        ("origins = ['https://shop.example']", "locks_out", first.clone()),
    ] {
        let policy = cors_actix::Reloadable::new(first.clone());
        let (changes, gauge) = follow(&policy, text);
        assert_eq!(changes, [(outcome.to_owned(), 1)], "{text}");
        assert_eq!(policy.current().fingerprint(), in_force.fingerprint(), "{text}");
        assert_eq!(format!("{gauge:013x}"), in_force.fingerprint().to_string()[..13], "{text}");
    }
}

/// Counters by name and labels, without the labels' names.
type Counts = BTreeMap<String, u64>;

/// What is counted while these requests are served.
fn count(cors: Cors, requests: impl IntoIterator<Item = TestRequest>) -> Counts {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, || {
        rt::System::new().block_on(async {
            let app = App::new()
                .service(route)
                .default_service(web::to(async || "done"))
                .wrap(cors)
                .wrap(AllowedHosts::new(&TASKS));
            let app = test::init_service(app).await;
            for request in requests {
                test::call_service(&app, request.to_request()).await;
            }
        });
    });
    let counters = snapshotter.snapshot().into_vec().into_iter().map(|(key, _, description, value)| {
        assert!(description.is_some(), "{key:?} is described");
        let labels: Vec<_> = key.key().labels().map(metrics::Label::value).collect();
        let DebugValue::Counter(count) = value else { panic!("{key:?} is no counter") };
        (format!("{} {}", key.key().name(), labels.join(" ")), count)
    });
    counters.filter(|(_, count)| *count > 0).collect()
}

fn request(method: Method, origin: &str) -> TestRequest {
    TestRequest::default()
        .method(method)
        .insert_header(("host", "localhost"))
        .insert_header(("origin", origin))
}

fn preflight(origin: &str, method: &str) -> TestRequest {
    request(Method::OPTIONS, origin).insert_header(("access-control-request-method", method))
}

fn counts<const N: usize>(expected: [(&str, u64); N]) -> Counts {
    expected.map(|(name, count)| (name.to_owned(), count)).into()
}

#[test]
fn each_outcome_is_counted() {
    let get = |origin| request(Method::GET, origin);
    let requests = [
        get(APP),
        get(APP),
        get(FOREIGN),
        request(Method::POST, FOREIGN).insert_header(("sec-fetch-site", "same-origin")),
        get(FOREIGN).insert_header(("upgrade", "websocket")),
        preflight(APP, "PUT"),
        preflight(FOREIGN, "PUT"),
        preflight(APP, "DELETE"),
        preflight(APP, "PUT").insert_header(("access-control-request-headers", "x-a")),
        preflight(APP, "PUT").insert_header(("access-control-request-headers", ",".repeat(20))),
        TestRequest::get().insert_header(("host", "localhost")),
        get(APP).insert_header(("host", "evil.example")),
        request(Method::PUT, APP).uri("/route"),
        request(Method::PUT, FOREIGN).uri("/route"),
    ];
    assert_eq!(
        count(Cors::new(&TASKS), requests),
        counts([
            ("cors_requests_total allowed none", 3),
            ("cors_requests_total preflight_allowed none", 1),
            ("cors_requests_total preflight_refused header_not_allowed", 1),
            ("cors_requests_total preflight_refused method_not_allowed", 1),
            ("cors_requests_total preflight_refused origin_not_allowed", 1),
            ("cors_requests_total preflight_refused too_many_empty_names", 1),
            ("cors_requests_total refused host_not_allowed", 1),
            ("cors_requests_total refused origin_not_allowed", 1),
            ("cors_requests_total same_origin origin_not_allowed", 1),
            ("cors_requests_total unreadable origin_not_allowed", 2),
        ])
    );
}

#[test]
fn what_is_enforced_and_what_is_reported() {
    let requests = || {
        let own = request(Method::POST, FOREIGN).insert_header(("sec-fetch-site", "same-origin"));
        [request(Method::POST, FOREIGN), request(Method::POST, APP), own]
    };
    assert_eq!(
        count(Cors::new(&TASKS).enforce(), requests()),
        counts([
            ("cors_requests_total allowed none", 1),
            ("cors_requests_total refused origin_not_allowed", 1),
            ("cors_requests_total same_origin origin_not_allowed", 1),
        ])
    );
    assert_eq!(
        count(Cors::new(&TASKS).report_only(), requests()),
        counts([("cors_requests_total reported origin_not_allowed", 2)])
    );
}

#[test]
fn failures_of_the_source() {
    let cors = Cors::new(&TASKS).origins_from(Broken).origins_timeout(Duration::from_millis(10));
    let requests = [request(Method::GET, FOREIGN), request(Method::GET, FOREIGN).uri("/hang")];
    assert_eq!(
        count(cors, requests),
        counts([
            ("cors_origin_source_failures_total error", 1),
            ("cors_origin_source_failures_total timeout", 1),
            ("cors_requests_total unreadable origin_not_allowed", 2),
        ])
    );
}

/// What a stranger writes must not become a label.
#[test]
fn strangers_add_no_series() {
    let origins = (0..50).map(|number| format!("https://stranger-{number}.example"));
    let requests = origins.flat_map(|origin| [request(Method::GET, &origin), preflight(&origin, "X-METHOD")]);
    assert_eq!(
        count(Cors::new(&TASKS), requests),
        counts([
            ("cors_requests_total preflight_refused origin_not_allowed", 50),
            ("cors_requests_total unreadable origin_not_allowed", 50),
        ])
    );
}
