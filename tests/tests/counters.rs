//! The counters, as an exporter of the `metrics` facade sees them.

use std::collections::BTreeMap;
use std::future;
use std::time::Duration;

use actix_web::dev::RequestHead;
use actix_web::http::Method;
use actix_web::test::{self, TestRequest};
use actix_web::{App, Responder, put, rt, web};
use cors_actix::{AllowedHosts, Cors, OriginSource, cors, cors_policy};
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
