//! `Cors` itself, with every option in every place, against a naive server: policies and requests made by chance.
//!
//! `CORS_LAYERS=100000` for more of them, `CORS_LAYER=17` for one. Run it in a debug build: an optimized one refuses
//! `Mode::Development` of a policy that has no block for it, which is tried too.

use std::cell::RefCell;
use std::env;
use std::future::{pending, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use actix_web::body::to_bytes;
use actix_web::dev::RequestHead;
use actix_web::http::{Method, StatusCode, header};
use actix_web::rt::System;
use actix_web::test::{TestRequest, init_service};
use actix_web::{App, HttpResponse, get, web};
use cors_actix::{Cors, OriginSource, Policy, cors, cors_policy};
use cors_apps::chance::Chance;
use cors_apps::options::{self, Layer, Options, REFUSAL, Request, Response, Source, TENANT};
use cors_apps::policy;
use cors_properties::engine::compile;
use cors_properties::reference::{Head, Settings};

/// How many sets of layers there are if nobody says.
const LAYERS: u64 = 4_000;

/// Where the layers stand, and where the request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Around the app.
    App,
    /// Around the app, one per path.
    Paths,
    /// Around a scope.
    Scope,
    /// Around the app, with a route inside that has its own.
    Route,
    /// Beside the layers: on a path of none, outside of the scope.
    Beside,
}

/// Where the policy comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    Owned,
    Shared,
    /// The `development` block of a set.
    Development,
    /// Swapped for this one after the first request.
    #[cfg(feature = "reload")]
    Reloaded,
}

#[derive(Clone, Debug)]
struct Case {
    layers: Vec<Layer>,
    place: Place,
    from: From,
    requests: Vec<Request>,
}

fn some(chance: &mut Chance, pool: &[&str]) -> Vec<String> {
    pool.iter().filter(|_| chance.percent(50)).map(|&entry| entry.to_owned()).collect()
}

fn settings(chance: &mut Chance) -> Settings {
    const ENTRIES: [&str; 6] = [
        "https://a.example",
        "https://*.b.example",
        "http://localhost:*",
        "https://api.example",
        "tauri://localhost",
        "null",
    ];
    let mut origins = some(chance, &ENTRIES);
    if origins.is_empty() {
        origins.push("https://a.example".to_owned());
    }
    let origins = (!chance.percent(15)).then_some(origins);
    let credentials = origins.is_some() && chance.percent(40);
    let any = |chance: &mut Chance| chance.percent(20);
    Settings {
        credentials,
        methods: (!any(chance)).then(|| {
            if chance.percent(20) {
                Vec::new()
            } else {
                [vec!["GET".into(), "HEAD".into()], some(chance, &["PUT", "PATCH"])].concat()
            }
        }),
        headers: (!any(chance)).then(|| some(chance, &["authorization", "x-a"])),
        expose: (credentials || !any(chance)).then(|| some(chance, &["etag", "x-total-count"])),
        max_age: chance.percent(50).then_some(600),
        private_network: chance.percent(20),
        timing: chance.percent(20),
        preflight_status: chance.of(&[204, 200]),
        origins,
    }
}

fn request(chance: &mut Chance) -> Request {
    const ORIGINS: [&str; 14] = [
        "https://a.example",
        "https://a.example",
        "https://x.b.example",
        "https://b.example",
        "http://localhost:3000",
        "http://api.example",
        "https://api.example",
        "tauri://localhost",
        "null",
        TENANT,
        TENANT,
        "https://evil.example",
        "https://A.example",
        "",
    ];
    let origin = |chance: &mut Chance| chance.of(&ORIGINS).as_bytes().to_vec();
    let mut head = Head {
        method: chance.of(&["GET", "POST", "PUT", "OPTIONS", "OPTIONS", "OPTIONS"]).into(),
        private_network: chance.percent(20),
        ..Head::default()
    };
    match chance.below(10) {
        0 => {}
        1 => head.origin = vec![origin(chance), origin(chance)],
        _ => head.origin = vec![origin(chance)],
    }
    if chance.percent(if head.method == b"OPTIONS" { 85 } else { 10 }) {
        let methods = ["GET", "PUT", "PUT", "PATCH", "DELETE", "get", "TRACE", "", "G T"];
        head.requested_method.push(chance.of(&methods).into());
        if chance.percent(50) {
            let lines =
                ["authorization", "x-a, Authorization", " x-a ,", "x-b", "x a", ",,,,,,,,,,,,,,,,,,,"];
            head.requested_headers.push(chance.of(&lines).into());
        }
        if chance.percent(10) {
            head.requested_headers.push(b"x-a".to_vec());
        }
    }
    Request {
        head,
        host: "api.example".to_owned(),
        site: chance.of(&[
            None,
            None,
            None,
            Some("same-origin"),
            Some("same-site"),
            Some("cross-site"),
            Some("none"),
        ]),
        upgrade: chance.percent(20),
    }
}

fn case(seed: u64) -> Case {
    let mut chance = Chance::new(seed);
    let chance = &mut chance;
    let count = if chance.percent(25) { 2 } else { 1 };
    let layers = (0..count).map(|_| Layer {
        settings: settings(chance),
        options: Options {
            enforce: chance.percent(40),
            report_only: chance.percent(10),
            unguarded_upgrades: chance.percent(30),
            behind_tls: chance.percent(30),
            diagnostics: chance.percent(20),
            on_refusal: chance.percent(20),
            source: chance.percent(25).then(|| chance.of(&[Source::Knows, Source::Knows, Source::Fails])),
        },
    });
    let mut layers: Vec<_> = layers.collect();
    let place = chance.of(&[Place::App, Place::App, Place::Paths, Place::Scope, Place::Route, Place::Beside]);
    if place == Place::Route {
        // A route follows one layer's options. Of two that contradict each other about the one socket there is, neither is right.
        let behind_tls = layers[0].options.behind_tls;
        layers.iter_mut().for_each(|layer| layer.options.behind_tls = behind_tls);
    }
    let from = [
        From::Owned,
        From::Shared,
        From::Development,
        #[cfg(feature = "reload")]
        From::Reloaded,
    ];
    let from = chance.of(&from);
    if from == From::Development {
        for layer in &mut layers {
            layer.settings = development();
            layer.options.diagnostics = true;
        }
    }
    Case { layers, place, from, requests: (0..6).map(|_| request(chance)).collect() }
}

cors_policy! {
    static DEVELOPED;
    origins: ["https://app.example"],
    timing: true,
    development { origins: any, headers: any }
}

/// What holds of `DEVELOPED` in a debug build.
fn development() -> Settings {
    Settings {
        methods: Some(["GET", "HEAD", "POST"].map(String::from).into()),
        expose: Some(Vec::new()),
        timing: true,
        preflight_status: 204,
        ..Settings::default()
    }
}

/// Knows [`TENANT`], or nothing in time; counts how often it is asked.
#[derive(Clone)]
struct Tenants(Source, Arc<AtomicUsize>);

impl OriginSource for Tenants {
    type Error = &'static str;

    async fn allows(&self, origin: &str, _: &RequestHead) -> Result<bool, Self::Error> {
        self.1.fetch_add(1, Ordering::SeqCst);
        assert!(
            origin != "null" && !origin.is_empty() && origin != "https://A.example",
            "no page has `{origin}`"
        );
        match self.0 {
            Source::Knows => ready(Ok(origin == TENANT)).await,
            Source::Fails if origin == TENANT => pending().await,
            Source::Fails => Err("out of order"),
        }
    }
}

/// The options, and the policy that is swapped in after the first request.
struct Made {
    cors: Vec<Cors>,
    paths: Vec<Cors>,
    swaps: Vec<Box<dyn Fn()>>,
    asked: Arc<AtomicUsize>,
}

macro_rules! with_options {
    ($cors:expr, $options:expr, $asked:expr) => {{
        let (mut cors, options, asked): (_, Options, &Arc<AtomicUsize>) = ($cors, $options, $asked);
        if options.enforce {
            cors = cors.enforce();
        }
        if options.report_only {
            cors = cors.report_only();
        }
        if options.unguarded_upgrades {
            cors = cors.unguarded_upgrades();
        }
        if options.behind_tls {
            cors = cors.behind_tls();
        }
        if options.diagnostics {
            cors = cors.diagnostics();
        }
        if options.on_refusal {
            cors = cors.on_refusal(|denial, _| {
                HttpResponse::build(StatusCode::IM_A_TEAPOT)
                    .insert_header(("access-control-allow-origin", "*"))
                    .body(denial.kind())
            });
        }
        if let Some(source) = options.source {
            cors = cors
                .origins_from(Tenants(source, Arc::clone(asked)))
                .origins_timeout(Duration::from_millis(1));
        }
        cors
    }};
}

fn make(case: &Case) -> Made {
    let (mut made, asked) = (
        Made { cors: Vec::new(), paths: Vec::new(), swaps: Vec::new(), asked: Arc::default() },
        Arc::<AtomicUsize>::default(),
    );
    for layer in &case.layers {
        let policy: Policy = compile(&layer.settings).unwrap_or_else(|wrong| panic!("{wrong}\n{layer:?}"));
        let source: cors_actix::Source = match case.from {
            From::Owned => policy.into(),
            From::Shared => Arc::new(policy).into(),
            From::Development => (&DEVELOPED).into(),
            #[cfg(feature = "reload")]
            From::Reloaded => {
                // Another one holds at first, that nobody may remember.
                let other =
                    Settings { origins: Some(vec!["https://evil.example".into()]), ..layer.settings.clone() };
                let reloadable =
                    cors_actix::Reloadable::new(compile(&other).expect("it differs in an origin"));
                let (held, policy) = (reloadable.clone(), Arc::new(policy));
                made.swaps.push(Box::new(move || drop(held.swap(Arc::clone(&policy)))));
                reloadable.into()
            }
        };
        if case.place == Place::Paths {
            let other = compile(&Settings { origins: None, credentials: false, ..layer.settings.clone() });
            let paths =
                Cors::paths().at("/s/other", other.expect("without credentials")).at("/s/{tail}*", source);
            made.paths.push(with_options!(paths, layer.options, &asked));
        } else {
            made.cors.push(with_options!(Cors::new(source), layer.options, &asked));
        }
    }
    made.asked = asked;
    made
}

thread_local! {
    static RAN: RefCell<bool> = const { RefCell::new(false) };
}

use policy::A;

#[cors(A)]
#[get("/s/x")]
async fn has_its_own() -> HttpResponse {
    app_s_own()
}

/// What an app does that knows nothing of a policy: it tries to open itself.
fn app_s_own() -> HttpResponse {
    RAN.set(true);
    HttpResponse::Ok().insert_header(("access-control-allow-origin", "https://by.hand")).body("done")
}

/// Status, fields, `Vary` and body of an answer, and whether the app ran.
#[derive(Debug)]
struct Got {
    status: u16,
    fields: Vec<(String, String)>,
    vary: Vec<String>,
    has_body: bool,
    ran: bool,
}

macro_rules! ask {
    ($app:expr, $path:expr, $request:expr) => {{
        let request: &Request = $request;
        let method = Method::from_bytes(&request.head.method).expect("a method");
        let mut built =
            TestRequest::with_uri($path).method(method).insert_header(("host", request.host.as_str()));
        let lines = [
            ("origin", &request.head.origin),
            ("access-control-request-method", &request.head.requested_method),
            ("access-control-request-headers", &request.head.requested_headers),
        ];
        for (name, values) in lines {
            for value in values {
                built = built.append_header((name, value.as_slice()));
            }
        }
        if request.head.private_network {
            built = built.insert_header(("access-control-request-private-network", "true"));
        }
        if let Some(site) = request.site {
            built = built.insert_header(("sec-fetch-site", site));
        }
        if request.upgrade {
            built = built.insert_header(("upgrade", "websocket"));
        }
        RAN.set(false);
        let response = actix_web::dev::Service::call($app, built.to_request()).await.expect("nothing fails");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = |value: &header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let ours = |name: &str| name.starts_with("access-control-") || name == "timing-allow-origin";
        let mut fields: Vec<_> = headers
            .iter()
            .filter(|(name, _)| ours(name.as_str()))
            .map(|(name, value)| (name.as_str().to_owned(), text(value)))
            .collect();
        fields.sort();
        let vary = headers.get_all("vary").map(text).collect::<Vec<_>>().join(",");
        let vary =
            vary.split(',').map(|name| name.trim().to_ascii_lowercase()).filter(|name| !name.is_empty());
        let vary = vary.collect();
        let body = to_bytes(response.into_body()).await.unwrap_or_else(|_| panic!("the body ends"));
        Got { status, fields, vary, has_body: !body.is_empty(), ran: RAN.take() }
    }};
}

/// Holds an answer against what it should be.
fn compare(got: &Got, wanted: &Response, case: &Case, request: &Request) -> Result<(), String> {
    let (ran, status, fields) = match wanted {
        Response::Untouched => {
            let by_hand = ("access-control-allow-origin".to_owned(), "https://by.hand".to_owned());
            let is_untouched = got.ran && got.status == 200 && got.fields == [by_hand] && got.vary.is_empty();
            return if is_untouched { Ok(()) } else { Err("the app's answer as it is".to_owned()) };
        }
        Response::App(fields) => (true, 200, fields),
        Response::Passes(status, fields) => (false, *status, fields),
        Response::Refused { own: true, fields, .. } => (false, REFUSAL, fields),
        Response::Refused { fields, .. } => (false, 403, fields),
    };
    // A list that is empty is not sent.
    let fields = fields.iter().filter(|(_, value)| !value.is_empty()).cloned();
    let (varies, wanted_fields): (Vec<_>, Vec<_>) = fields.partition(|(name, _)| name == "vary");
    let missing = varies.iter().flat_map(|(_, names)| names.split(", ")).find(|name| {
        let name = name.to_ascii_lowercase();
        !got.vary.contains(&name)
    });
    if let Some(name) = missing {
        return Err(format!("`Vary: {name}`"));
    }
    let is_preflight = request.head.method == b"OPTIONS";
    if let Response::Refused { own: false, explained: true, .. } = wanted
        && is_preflight
    {
        // The status and the fields up to the check that fails, which must not let a browser pass.
        let is_sent = request.head.origin.len() == 1 && request.head.requested_method.len() == 1;
        let passes = is_sent && got.status < 300 && options::is_permission(&got.fields, request);
        let is_right = !got.ran && got.has_body && matches!(got.status, 200 | 403) && !passes;
        return if is_right { Ok(()) } else { Err("a refusal that says why".to_owned()) };
    }
    // Refused for a route below two layers: by whom it is worded is open, for the route itself may be the one that refuses. That it
    // is refused is not. The fields may be the route's, or what the outer layer gives by itself.
    if let Response::Refused { .. } = wanted
        && case.place == Place::Route
        && case.layers.len() > 1
        && !is_preflight
    {
        let is_refused = !got.ran && matches!(got.status, 403 | REFUSAL);
        return if is_refused { Ok(()) } else { Err("a refusal".to_owned()) };
    }
    if (got.ran, got.status) != (ran, status) {
        return Err(format!("status {status}, the app asked: {ran}"));
    }
    match wanted {
        Response::Refused { own, explained, .. } if (*own || *explained) != got.has_body => {
            Err(format!("a body: {}", *own || *explained))
        }
        _ if !is_same(got, &wanted_fields, case) => Err(format!("{wanted_fields:?}")),
        _ => Ok(()),
    }
}

/// Of two layers the inner one may have shared the timing, which is the app's own affair to the outer one.
fn is_same(got: &Got, wanted: &[(String, String)], case: &Case) -> bool {
    let mut fields = got.fields.clone();
    if case.layers.len() > 1 {
        fields.retain(|field| field.0 != "timing-allow-origin" || wanted.contains(field));
    }
    fields == wanted
}

async fn check(case: &Case) -> Result<(), String> {
    let made = make(case);
    // As each worker has it: its own app, of clones of the layers.
    macro_rules! app {
        () => {{
            let app = App::new();
            let app = match case.place {
                Place::Route => app.service(has_its_own),
                _ => app,
            };
            app
        }};
    }
    macro_rules! run {
        ($one:expr, $two:expr) => {{
            let workers = [$one, $two];
            let path = match case.place {
                Place::Beside | Place::App => "/elsewhere",
                _ => "/s/x",
            };
            for (at, request) in case.requests.iter().enumerate() {
                let got = ask!(&workers[at % 2], path, request);
                let times_asked = made.asked.swap(0, Ordering::SeqCst);
                if at == 0 && !made.swaps.is_empty() {
                    made.swaps.iter().for_each(|swap| swap());
                    continue;
                }
                let layers: &[Layer] = if case.place == Place::Beside { &[] } else { &case.layers };
                let route =
                    (case.place == Place::Route && is_get(request)).then(|| policy::Policy::A.settings());
                let wanted = options::answer(layers, route, request);
                compare(&got, &wanted, case, request).map_err(|wanted| {
                    format!("request {at}: {request:?}\n  got {got:?}\n  wanted {wanted}")
                })?;
                let asks = |layer: &Layer| is_asked(layer, route, request);
                if times_asked > 0 && !layers.iter().any(asks) {
                    return Err(format!("request {at}: {request:?}\n  the source is not asked"));
                }
            }
            Ok(())
        }};
    }
    let none = || Cors::new(policy::Policy::Public.set()).report_only();
    match case.place {
        Place::Paths => {
            let make = || async {
                let (outer, inner) = (made.paths[0].clone(), made.paths.get(1).cloned());
                let inner = inner.unwrap_or_else(Cors::paths);
                init_service(app!().default_service(web::to(|| ready(app_s_own()))).wrap(inner).wrap(outer))
                    .await
            };
            run!(make().await, make().await)
        }
        Place::Scope | Place::Beside => {
            let make = || async {
                let (outer, inner) = (made.cors[0].clone(), made.cors.get(1).cloned().unwrap_or_else(none));
                let scope =
                    web::scope("/s").default_service(web::to(|| ready(app_s_own()))).wrap(inner).wrap(outer);
                init_service(app!().service(scope).default_service(web::to(|| ready(app_s_own())))).await
            };
            run!(make().await, make().await)
        }
        Place::App | Place::Route => {
            let make = || async {
                let (outer, inner) = (made.cors[0].clone(), made.cors.get(1).cloned().unwrap_or_else(none));
                init_service(app!().default_service(web::to(|| ready(app_s_own()))).wrap(inner).wrap(outer))
                    .await
            };
            run!(make().await, make().await)
        }
    }
}

/// Returns whether a request is for the route with `#[cors]`, which serves `GET`.
fn is_get(request: &Request) -> bool {
    let head = &request.head;
    let is_preflight =
        head.method == b"OPTIONS" && !head.origin.is_empty() && !head.requested_method.is_empty();
    if is_preflight { head.requested_method[0] == b"GET" } else { head.method == b"GET" }
}

/// Returns whether a layer's source may be asked: about one origin that its policy does not list, and no route's.
fn is_asked(layer: &Layer, route: Option<&Settings>, request: &Request) -> bool {
    let Options { source, report_only, .. } = layer.options;
    let [origin] = request.head.origin.as_slice() else { return false };
    let listed = layer.settings.origins.as_deref();
    let lists =
        |listed: &[String]| listed.iter().any(|entry| cors_properties::reference::accepts(entry, origin));
    source.is_some() && !report_only && route.is_none() && listed.is_some_and(|listed| !lists(listed))
}

fn number(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is a number, not `{text}`")))
}

#[test]
fn every_option_in_every_place() {
    let (first, count) = match number("CORS_LAYER") {
        Some(seed) => (seed, 1),
        None => (0, number("CORS_LAYERS").unwrap_or(LAYERS)),
    };
    let threads = thread::available_parallelism().map_or(1, |threads| threads.get()) as u64;
    let running: Vec<_> = (0..threads)
        .map(|thread| {
            let seeds = (first..first + count).filter(move |seed| seed % threads == thread);
            thread::spawn(move || {
                System::new().block_on(async {
                    let mut failures = Vec::new();
                    for seed in seeds {
                        let case = case(seed);
                        if let Err(failure) = check(&case).await {
                            let Case { layers, place, from, .. } = &case;
                            failures.push(format!("seed {seed}: {place:?} {from:?}\n{layers:#?}\n{failure}"));
                        }
                    }
                    failures
                })
            })
        })
        .collect();
    let failures: Vec<_> = running.into_iter().flat_map(|thread| thread.join().expect("it ends")).collect();
    assert!(
        failures.is_empty(),
        "{} of {count} fail, the first:\n{}",
        failures.len(),
        failures[..failures.len().min(5)].join("\n\n")
    );
}
