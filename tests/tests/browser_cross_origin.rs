//! What `enforce` and `isolate` let through of what pages really send, in three engines: forms, frames, images, scripts, `fetch` in
//! each mode, beacons and WebSockets, from the API's own origin, from its site, and from elsewhere.
//!
//! The judge is the handler, which notes that it ran. What it should have noted follows from what the standards make a browser
//! send (<https://fetch.spec.whatwg.org/#append-a-request-origin-header>, <https://w3c.github.io/webappsec-fetch-metadata/>) and from
//! the rule of Go's `net/http.CrossOriginProtection`, both written down here once more.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actix_web::dev::Service as _;
use actix_web::http::header;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use cors_actix::Cors;
use cors_engine::browser::Engine;
use cors_engine::{Block, Config, Mode, Policy};
use cors_tests::browser::{is_wanted, start};
use cors_tests::server::Server;
use serde_json::{Value, json};

const PAGE: &str = include_str!("../src/browser/requests.html");

/// Where a page is, seen from the API at `http://localhost`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    SameOrigin,
    /// Another port of its host.
    SameSite,
    CrossSite,
    /// Cross-site, and among the policy's origins.
    Listed,
}

const PLACES: [Place; 4] = [Place::SameOrigin, Place::SameSite, Place::CrossSite, Place::Listed];

impl Place {
    fn host(self) -> &'static str {
        match self {
            Self::SameOrigin | Self::SameSite => "localhost",
            Self::CrossSite | Self::Listed => "127.0.0.1",
        }
    }
}

/// How a page is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Plainly,
    /// `Referrer-Policy: no-referrer`
    WithoutReferrer,
    /// In a sandbox, where it has an opaque origin.
    Sandboxed,
}

const SHOWN: [Shown; 3] = [Shown::Plainly, Shown::WithoutReferrer, Shown::Sandboxed];

impl Shown {
    fn path(self) -> &'static str {
        match self {
            Self::Plainly => "/",
            Self::WithoutReferrer => "/no-referrer",
            Self::Sandboxed => "/sandbox",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Guard {
    /// `Cors` alone, which guards upgrades and nothing else.
    Cors,
    Enforce,
    Isolate,
}

const GUARDS: [Guard; 3] = [Guard::Cors, Guard::Enforce, Guard::Isolate];

/// A request that a page makes.
#[derive(Clone, Copy, Debug)]
struct Action {
    name: &'static str,
    /// What `requests.html` calls it.
    kind: &'static str,
    method: &'static str,
    /// `Sec-Fetch-Mode` and `Sec-Fetch-Dest`.
    mode: &'static str,
    dest: &'static str,
    /// What the page says besides, in JSON.
    with: &'static str,
    /// Whether it may only be sent after a preflight if it goes to another origin.
    is_preflighted: bool,
    /// Whether the request itself has the referrer policy `no-referrer`, or `same-origin`.
    referrer: Option<&'static str>,
}

const fn action(
    name: &'static str,
    kind: &'static str,
    method: &'static str,
    mode: &'static str,
    dest: &'static str,
    with: &'static str,
) -> Action {
    Action { name, kind, method, mode, dest, with, is_preflighted: false, referrer: None }
}

const fn preflighted(action: Action) -> Action {
    Action { is_preflighted: true, ..action }
}

const fn referrer(action: Action, policy: &'static str) -> Action {
    Action { referrer: Some(policy), ..action }
}

#[rustfmt::skip]
const ACTIONS: [Action; 26] = [
    action("a form, GET", "form", "GET", "navigate", "iframe", "{}"),
    action("a form", "form", "POST", "navigate", "iframe", r#"{"enctype": "application/x-www-form-urlencoded"}"#),
    action("a form with files", "form", "POST", "navigate", "iframe", r#"{"enctype": "multipart/form-data"}"#),
    action("a form of plain text", "form", "POST", "navigate", "iframe", r#"{"enctype": "text/plain"}"#),
    action("a frame", "frame", "GET", "navigate", "iframe", "{}"),
    action("an object", "object", "GET", "navigate", "object", "{}"),
    action("an embed", "embed", "GET", "navigate", "embed", "{}"),
    action("an image", "image", "GET", "no-cors", "image", "{}"),
    action("an image with crossorigin", "image", "GET", "cors", "image", r#"{"crossOrigin": "anonymous"}"#),
    action("a script", "script", "GET", "no-cors", "script", "{}"),
    action("a script with crossorigin", "script", "GET", "cors", "script", r#"{"crossOrigin": "use-credentials"}"#),
    action("a beacon", "beacon", "POST", "no-cors", "empty", "{}"),
    action("fetch", "fetch", "GET", "cors", "empty", "{}"),
    action("fetch, HEAD", "fetch", "HEAD", "cors", "empty", "{}"),
    action("fetch, POST", "fetch", "POST", "cors", "empty", "{}"),
    preflighted(action("fetch, POST with a header", "fetch", "POST", "cors", "empty", r#"{"headers": {"x-token": "1"}}"#)),
    preflighted(action("fetch, PUT", "fetch", "PUT", "cors", "empty", "{}")),
    action("fetch no-cors", "fetch", "GET", "no-cors", "empty", "{}"),
    action("fetch no-cors, HEAD", "fetch", "HEAD", "no-cors", "empty", "{}"),
    action("fetch no-cors, POST", "fetch", "POST", "no-cors", "empty", "{}"),
    referrer(action("fetch no-cors, POST, no-referrer", "fetch", "POST", "no-cors", "empty", "{}"), "no-referrer"),
    referrer(action("fetch no-cors, POST, referrer to its own", "fetch", "POST", "no-cors", "empty", "{}"), "same-origin"),
    referrer(action("fetch, POST, no-referrer", "fetch", "POST", "cors", "empty", "{}"), "no-referrer"),
    action("fetch same-origin", "fetch", "GET", "same-origin", "empty", "{}"),
    action("fetch same-origin, PUT", "fetch", "PUT", "same-origin", "empty", "{}"),
    action("a WebSocket", "socket", "GET", "websocket", "empty", "{}"),
];

/// One action of one page on one API.
#[derive(Clone, Copy, Debug)]
struct Case {
    place: Place,
    shown: Shown,
    guard: Guard,
    action: Action,
}

/// The fields by which the guards go, as a browser sends them.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sent {
    method: String,
    site: String,
    mode: String,
    dest: String,
    /// `None` where there is no such field.
    origin: Option<String>,
}

impl Case {
    fn is_same_origin(&self) -> bool {
        self.place == Place::SameOrigin && self.shown != Shown::Sandboxed
    }

    /// What the standards make a browser send, or `None` for nothing.
    fn sent(&self, origins: &[String; 4]) -> Option<Sent> {
        let Action { method, mode, dest, .. } = self.action;
        if mode == "same-origin" && !self.is_same_origin() {
            return None;
        }
        // An opaque origin is of no site: https://html.spec.whatwg.org/multipage/browsers.html#same-site
        let site = match self.place {
            _ if self.shown == Shown::Sandboxed => "cross-site",
            Place::SameOrigin => "same-origin",
            Place::SameSite => "same-site",
            Place::CrossSite | Place::Listed => "cross-site",
        };
        let page = match self.shown {
            Shown::Sandboxed => "null",
            Shown::Plainly | Shown::WithoutReferrer => origins[self.place as usize].as_str(),
        };
        let referrer =
            self.action.referrer.or((self.shown == Shown::WithoutReferrer).then_some("no-referrer"));
        let is_hidden = match referrer {
            Some("no-referrer") => true,
            Some("same-origin") => !self.is_same_origin(),
            _ => false,
        };
        // https://fetch.spec.whatwg.org/#append-a-request-origin-header
        let origin = if mode == "websocket" || (mode == "cors" && !self.is_same_origin()) {
            Some(page)
        } else if matches!(method, "GET" | "HEAD") {
            None
        } else if mode != "cors" && is_hidden {
            Some("null")
        } else {
            Some(page)
        };
        let [method, site, mode, dest] = [method, site, mode, dest].map(str::to_owned);
        Some(Sent { method, site, mode, dest, origin: origin.map(str::to_owned) })
    }

    /// Returns whether the handler runs.
    fn runs(&self, sent: &Sent, api: &str, listed: &str) -> bool {
        let is_listed = sent.origin.as_deref() == Some(listed);
        if self.action.is_preflighted && !self.is_same_origin() && !is_listed {
            return false;
        }
        let is_upgrade = self.action.mode == "websocket";
        let is_own = sent.is_of_its_own(api);
        let go = may_pass_in_go(sent, is_own, is_listed);
        // Ours is stricter: a page that is not allowed reads nothing, and opens no socket.
        let enforce = go && (is_listed || is_own || (sent.origin.is_none() && !is_upgrade));
        match self.guard {
            Guard::Cors => !is_upgrade || enforce,
            Guard::Enforce => enforce,
            Guard::Isolate => enforce && (is_listed || may_pass_isolated(sent)),
        }
    }
}

impl Sent {
    /// Returns whether the API's own pages sent it. Without `Sec-Fetch-Site` an `Origin` says who did, and
    /// what has neither is of no browser.
    fn is_of_its_own(&self, api: &str) -> bool {
        match self.site.as_str() {
            "" => self.origin.as_deref().is_none_or(|origin| origin == api),
            site => matches!(site, "same-origin" | "none"),
        }
    }
}

/// Go's `CrossOriginProtection.Check`.
fn may_pass_in_go(sent: &Sent, is_own: bool, is_trusted: bool) -> bool {
    matches!(sent.method.as_str(), "GET" | "HEAD" | "OPTIONS") || is_own || is_trusted
}

/// The resource isolation policy: <https://web.dev/articles/fetch-metadata>.
fn may_pass_isolated(sent: &Sent) -> bool {
    matches!(sent.site.as_str(), "same-origin" | "same-site" | "none" | "")
        || (sent.mode == "navigate"
            && sent.method == "GET"
            && !matches!(sent.dest.as_str(), "object" | "embed"))
}

/// What the servers saw, by the case's number.
#[derive(Default)]
struct Log {
    /// Everything but preflights, noted when the answer was made.
    arrived: HashMap<usize, Vec<Sent>>,
    /// How often the handler ran.
    ran: HashMap<usize, usize>,
}

type Shared = web::Data<Mutex<Log>>;

/// The last segment is the number of the case.
fn number(path: &str) -> Option<usize> {
    path.rsplit('/').next()?.parse().ok()
}

async fn handler(
    request: HttpRequest,
    body: web::Payload,
    log: Shared,
) -> Result<HttpResponse, actix_web::Error> {
    if let Some(number) = number(request.path()) {
        *log.lock().expect("no worker panics").ran.entry(number).or_default() += 1;
    }
    if request.headers().contains_key(header::UPGRADE) {
        let (response, session, _) = actix_ws::handle(&request, body)?;
        // The page closes it.
        drop(session);
        return Ok(response);
    }
    Ok(HttpResponse::Ok().content_type("text/html").body("done"))
}

async fn page(request: HttpRequest) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    if request.path() == Shown::WithoutReferrer.path() {
        response.insert_header((header::REFERRER_POLICY, "no-referrer"));
    }
    response.content_type("text/html").body(PAGE)
}

fn sent(request: &actix_web::dev::ServiceRequest) -> Sent {
    let field = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let required = |name| field(name).unwrap_or_default();
    Sent {
        method: request.method().to_string(),
        site: required("sec-fetch-site"),
        mode: required("sec-fetch-mode"),
        dest: required("sec-fetch-dest"),
        origin: field("origin"),
    }
}

/// The pages and the API: each page's listener serves both, so that the first page and the API have one origin.
fn serve(listeners: Vec<TcpListener>, policy: Policy, log: Shared) -> Server {
    let policy = Arc::new(policy);
    Server::run(move || {
        let server = HttpServer::new(move || {
            let cors = || Cors::new(Arc::clone(&policy));
            let guarded = |name: Guard, cors: Cors| {
                web::scope(&format!("/{name:?}")).default_service(web::to(handler)).wrap(cors)
            };
            App::new()
                .app_data(log.clone())
                .wrap_fn(|request, app| {
                    let number = number(request.path());
                    let is_preflight = request.method() == "OPTIONS";
                    let sent = sent(&request);
                    let log = request.app_data::<Shared>().cloned();
                    let answer = app.call(request);
                    async move {
                        let answer = answer.await?;
                        if let (Some(number), Some(log), false) = (number, log, is_preflight) {
                            let mut log = log.lock().expect("no worker panics");
                            log.arrived.entry(number).or_default().push(sent);
                        }
                        Ok(answer)
                    }
                })
                .service(guarded(Guard::Cors, cors()))
                .service(guarded(Guard::Enforce, cors().enforce()))
                .service(guarded(Guard::Isolate, cors().isolate()))
                .default_service(web::get().to(page))
        });
        // Browsers open connections before they need them, and a busy machine lets them wait.
        let server = server.workers(1).client_request_timeout(Duration::from_secs(120));
        listeners.into_iter().try_fold(server, HttpServer::listen)
    })
}

/// What engines send otherwise than the standards have it, seen in November 2026. The guards go by what is sent, so each line is
/// also a fact about what a guard gets to know.
fn as_sent_by(engine: Engine, case: &Case, mut sent: Sent, origins: &[String; 4]) -> Sent {
    let Case { place, shown, action, .. } = *case;
    let Action { kind, method, mode, .. } = action;
    let is_read = matches!(method, "GET" | "HEAD");
    // On a page of a sandbox whose address is one of the API's site.
    let is_near_sandbox = shown == Shown::Sandboxed && matches!(place, Place::SameOrigin | Place::SameSite);
    match engine {
        // Nothing but `Origin` says where a WebSocket comes from.
        Engine::Chromium if mode == "websocket" => {
            for field in [&mut sent.site, &mut sent.mode, &mut sent.dest] {
                field.clear();
            }
        }
        // The referrer policy hides the origin of forms alone.
        Engine::Chromium if !is_read && mode != "navigate" && shown != Shown::Sandboxed => {
            sent.origin = Some(origins[place as usize].clone());
        }
        Engine::Chromium | Engine::Firefox if is_near_sandbox && is_read => sent.origin = Some("null".into()),
        // With the attribute `crossorigin` there is an `Origin` for the page's own server as well.
        Engine::Chromium | Engine::WebKit if case.is_same_origin() && action.with.contains("crossOrigin") => {
            sent.origin = Some(origins[place as usize].clone());
        }
        Engine::WebKit if matches!(kind, "object" | "embed") => sent.dest = "iframe".into(),
        Engine::WebKit if mode == "websocket" => sent.dest = "websocket".into(),
        // It says whose the address is, and not that the page is in a sandbox.
        Engine::WebKit if kind == "beacon" && shown == Shown::Sandboxed => {
            sent.origin = Some(origins[place as usize].clone());
        }
        _ => {}
    }
    sent
}

fn guards(engine: Engine) {
    if !is_wanted(engine) {
        println!("{engine}: left out by CORS_BROWSER");
        return;
    }
    let listeners: Vec<_> = PLACES
        .iter()
        .map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port"))
        .collect();
    let origins = PLACES.map(|place| {
        let port = listeners[place as usize].local_addr().expect("it is bound").port();
        format!("http://{}:{port}", place.host())
    });
    let (api, listed) = (&origins[Place::SameOrigin as usize], &origins[Place::Listed as usize]);
    let block = Block::new()
        .origins([listed.as_str()])
        .credentials(true)
        .methods(["GET", "POST", "PUT"])
        .headers(["x-token"])
        .hosts(["localhost"])
        .expect("loopback_origin", "the test's servers are here");
    let policy = Config::new(block).policy(Mode::Production).unwrap_or_else(|wrong| panic!("{wrong}"));
    let log = Shared::default();
    let _server = serve(listeners, policy, log.clone());

    let mut browser = start(engine);
    browser.renew();
    let mut cases = Vec::new();
    for (place, shown) in PLACES.into_iter().flat_map(|place| SHOWN.map(|shown| (place, shown))) {
        let tab = browser.open(&format!("{}{}", origins[place as usize], shown.path()));
        let first = cases.len();
        cases.extend(
            GUARDS.into_iter().flat_map(|guard| ACTIONS.map(|action| Case { place, shown, guard, action })),
        );
        let requests: Vec<_> = cases[first..]
            .iter()
            .zip(first..)
            .map(|(case, number)| {
                let Action { kind, method, mode, with, referrer, .. } = case.action;
                let mut request: Value = serde_json::from_str(with).expect("it is JSON");
                request["kind"] = kind.into();
                request["url"] = format!("{api}/{:?}/{number}", case.guard).into();
                request["method"] = method.into();
                if kind == "fetch" {
                    request["mode"] = mode.into();
                }
                if let Some(referrer) = referrer {
                    request["referrerPolicy"] = referrer.into();
                }
                request
            })
            .collect();
        let running = browser.begin(&tab, &format!("run({})", json!(requests)));
        browser.finish(running);
    }
    // What the user types is no page's request.
    let typed = cases.len();
    for (guard, number) in GUARDS.into_iter().zip(typed..) {
        browser.open(&format!("{api}/{guard:?}/{number}"));
    }
    let wanted: Vec<_> = cases
        .iter()
        .map(|case| case.sent(&origins).map(|sent| as_sent_by(engine, case, sent, &origins)))
        .collect();
    let is_sent = |case: &Case, sent: &Sent| {
        !case.action.is_preflighted || case.is_same_origin() || sent.origin.as_ref() == Some(listed)
    };
    // What no page can tell is over may arrive later.
    let deadline = Instant::now() + Duration::from_secs(60);
    let all = || {
        let log = log.lock().expect("no worker panics");
        cases.iter().zip(&wanted).enumerate().all(|(number, (case, wanted))| {
            wanted.as_ref().is_none_or(|sent| !is_sent(case, sent)) || log.arrived.contains_key(&number)
        })
    };
    while !all() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(50));
    }

    let log = log.lock().expect("no worker panics");
    let (mut faults, mut ran) = (String::new(), 0);
    for (number, (case, wanted)) in cases.iter().zip(&wanted).enumerate() {
        let arrived = log.arrived.get(&number).cloned().unwrap_or_default();
        let expected: Vec<_> = wanted.clone().filter(|sent| is_sent(case, sent)).into_iter().collect();
        let runs = expected.iter().filter(|sent| case.runs(sent, api, listed)).count();
        let found = log.ran.get(&number).copied().unwrap_or_default();
        ran += found;
        let Case { place, shown, guard, action } = case;
        let name = format!("{place:?}, {shown:?}, {guard:?}: {}", action.name);
        if arrived != expected {
            writeln!(faults, "{name}: sent {arrived:?}\n   instead of {expected:?}").expect("it is a string");
        }
        if found != runs {
            writeln!(faults, "{name}: the handler ran {found} times instead of {runs}")
                .expect("it is a string");
        }
    }
    for number in typed..typed + GUARDS.len() {
        let sites: Vec<_> = log.arrived[&number].iter().map(|sent| sent.site.as_str()).collect();
        assert_eq!((sites, log.ran[&number]), (vec!["none"], 1), "{}: the address bar", browser.version());
    }
    println!("{}: {} requests of pages, the handler ran {ran} times", browser.version(), cases.len());
    assert!(faults.is_empty(), "{} {}:\n{faults}", browser.version(), faults.lines().count());
}

#[test]
#[ignore = "needs chromium: tests/run installs it"]
fn the_guards_in_chromium() {
    guards(Engine::Chromium);
}

#[test]
#[ignore = "needs firefox-esr: tests/run installs it"]
fn the_guards_in_firefox() {
    guards(Engine::Firefox);
}

#[test]
#[ignore = "needs webkit2gtk-driver and xvfb: tests/run installs them"]
fn the_guards_in_webkit() {
    guards(Engine::WebKit);
}
