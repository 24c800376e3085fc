//! The servers: pages on several origins and two origins of an API, all with the same routes, and a log of who asked what.

use std::collections::HashMap;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::dev::{ServerHandle, Service as _, ServiceRequest};
use actix_web::http::{StatusCode, header};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, error, rt, web};
use cors_actix::Cors;
use cors_engine::browser::Response;

const PAGE: &str = include_str!("page.html");

/// What the app puts on its answers, so that there is something to hide.
pub(crate) const APP_FIELDS: [(&str, &str); 7] = [
    ("cache-control", "no-store"),
    ("content-language", "en"),
    ("etag", "\"1\""),
    ("location", "/elsewhere"),
    ("set-cookie", "session=1; Path=/; SameSite=Strict"),
    ("x-request-id", "7"),
    ("x-total-count", "3"),
];

/// What is read of an answer of the app, but of `HEAD`.
pub(crate) const APP_BODY: &str = "answer";

/// What is read of an answer made by hand.
pub(crate) const RAW_BODY: &str = "made by hand";

/// What a page sets for its own site: browsers send it to no other.
const COOKIE: &str = "session=page; Path=/; SameSite=Strict";

/// Of the headers that a page may set, those that no browser sends by itself. (Of `Range` some keep only the meaning.)
const OWN_HEADERS: [&str; 9] = [
    "authorization",
    "content-language",
    "content-type",
    "if-none-match",
    "x-csrftoken",
    "x-debug",
    "x-http-method-override",
    "x-method-override",
    "x-requested-with",
];

/// A request that a server was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) preflight: bool,
    pub(crate) url: String,
    pub(crate) origin: Option<String>,
    /// Of a preflight, the one that it asks for.
    pub(crate) method: String,
    /// `Access-Control-Request-Headers`
    pub(crate) headers: Option<String>,
    /// Whether `Cookie` came along; `None` where nobody can say.
    pub(crate) cookie: Option<bool>,
    /// The fields that the page has set, with their values, sorted.
    pub(crate) sent: Vec<String>,
}

/// What a case's URL led to.
pub(crate) type Log = HashMap<usize, Vec<Asked>>;

/// What a server without the library answers.
#[derive(Clone, Debug)]
pub(crate) struct Raw {
    pub(crate) preflight: Response,
    pub(crate) actual: Response,
}

/// The redirects of each case: status and `Location`.
pub(crate) type Redirects = HashMap<usize, Vec<(u16, Option<String>)>>;

/// Keeps those of the fields that a page may have set.
pub(crate) fn own_headers<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    let own = fields.filter(|(name, _)| OWN_HEADERS.contains(name));
    let mut own: Vec<_> = own.map(|(name, value)| format!("{name}: {value}")).collect();
    own.sort();
    own
}

/// The listeners, from which the origins follow before anything is served.
#[derive(Debug)]
pub(crate) struct Listeners {
    pages: Vec<TcpListener>,
    apis: [TcpListener; 2],
    /// The pages' origins, `null` last.
    pub(crate) origins: Vec<String>,
    /// The pages' URLs.
    pub(crate) urls: Vec<String>,
    pub(crate) api_origins: [String; 2],
}

impl Listeners {
    /// Free ports on loopback. Without IPv6 the fourth page has one more name instead.
    pub(crate) fn bind() -> Self {
        let four = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
        let (host, six) = match TcpListener::bind((Ipv6Addr::LOCALHOST, 0)) {
            Ok(six) => ("[::1]", six),
            Err(_) => ("y.localhost", four()),
        };
        let pages = vec![four(), four(), four(), six];
        let apis = [four(), four()];
        let origin =
            |host: &str, listener: &TcpListener| format!("http://{host}:{}", address(listener).port());
        let hosts = ["localhost", "127.0.0.1", "x.localhost", host];
        let mut origins: Vec<_> = hosts.iter().zip(&pages).map(|(host, page)| origin(host, page)).collect();
        let mut urls: Vec<_> = origins.iter().map(|origin| format!("{origin}/")).collect();
        urls.push(format!("{}/null", origins[0]));
        origins.push("null".into());
        let api_origins = [origin("127.0.0.1", &apis[0]), origin("127.0.0.1", &apis[1])];
        Self { pages, apis, origins, urls, api_origins }
    }
}

fn address(listener: &TcpListener) -> SocketAddr {
    listener.local_addr().expect("it is bound")
}

/// Everything that is served, until this is dropped.
#[derive(Debug)]
pub(crate) struct Servers {
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
    log: Arc<Mutex<Log>>,
}

impl Servers {
    pub(crate) fn start(
        listeners: Listeners,
        policies: Vec<Cors>,
        raw: HashMap<usize, Raw>,
        redirects: Redirects,
    ) -> Self {
        let log: Arc<Mutex<Log>> = Arc::default();
        let state = web::Data::new(State { log: Arc::clone(&log), raw, redirects });
        let (sender, receiver) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            rt::System::new().block_on(async move {
                let policies: Arc<[Cors]> = policies.into();
                let api = HttpServer::new(move || {
                    App::new()
                        .app_data(state.clone())
                        .wrap_fn(|request, app| {
                            let asked = Asked::read(&request);
                            let number = number(&request);
                            let state = request.app_data::<web::Data<State>>().cloned();
                            let answer = app.call(request);
                            async move {
                                let answer = answer.await?;
                                if let (Some(number), Some(state)) = (number, state) {
                                    let mut log = state.log.lock().expect("no worker panics");
                                    log.entry(number).or_default().push(asked);
                                }
                                Ok(answer)
                            }
                        })
                        .configure(|app| {
                            for (index, cors) in policies.iter().enumerate() {
                                let scope = web::scope(&format!("/p/{index}")).wrap(cors.clone());
                                app.service(scope.configure(routes));
                            }
                        })
                        .service(web::resource("/raw/{number}").to(raw_answer))
                        .route("/", web::get().to(page))
                        .route("/null", web::get().to(page))
                });
                let mut listeners = listeners.pages.into_iter().chain(listeners.apis);
                let api = listeners.try_fold(
                    // Browsers open connections before they need them, and a busy machine lets them wait.
                    api.workers(1).client_request_timeout(Duration::from_secs(120)),
                    HttpServer::listen,
                );
                let server = api.expect("the listeners are bound").disable_signals().run();
                sender.send(server.handle()).expect("somebody waits for it");
                server.await.expect("it serves");
            });
        });
        let handle = receiver.recv().expect("the server starts");
        Self { handle, thread: Some(thread), log }
    }

    pub(crate) fn log(&self) -> Log {
        self.log.lock().expect("no worker panics").clone()
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        // The command is sent at once; only its effect would be awaited.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            // A panic in there has been printed already.
            let _ = thread.join();
        }
    }
}

struct State {
    log: Arc<Mutex<Log>>,
    raw: HashMap<usize, Raw>,
    redirects: Redirects,
}

async fn page() -> HttpResponse {
    HttpResponse::Ok().append_header((header::SET_COOKIE, COOKIE)).content_type("text/html").body(PAGE)
}

/// A URL's last segment is the number of its case.
fn number(request: &ServiceRequest) -> Option<usize> {
    request.path().rsplit('/').next()?.parse().ok()
}

impl Asked {
    fn read(request: &ServiceRequest) -> Self {
        let field = |name| {
            request.headers().get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let asked_method = field(header::ACCESS_CONTROL_REQUEST_METHOD);
        // Each byte is one character, as in the page's `ByteString`: https://infra.spec.whatwg.org/#isomorphic-decode
        let text = |bytes: &[u8]| bytes.iter().map(|byte| char::from(*byte)).collect::<String>();
        let fields: Vec<_> =
            request.headers().iter().map(|(name, value)| (name.as_str(), text(value.as_bytes()))).collect();
        Self {
            preflight: request.method() == "OPTIONS" && asked_method.is_some(),
            url: format!("http://{}{}", field(header::HOST).unwrap_or_default(), request.path()),
            origin: field(header::ORIGIN),
            method: asked_method.unwrap_or_else(|| request.method().to_string()),
            headers: field(header::ACCESS_CONTROL_REQUEST_HEADERS),
            cookie: Some(request.headers().contains_key(header::COOKIE)),
            sent: own_headers(fields.iter().map(|(name, value)| (*name, value.as_str()))),
        }
    }
}

/// The app behind each policy: what it does to an answer is in the path.
fn routes(app: &mut web::ServiceConfig) {
    app.service(web::resource("/fine/{number}").to(async || answer(StatusCode::OK)))
        .service(web::resource("/missing/{number}").to(async || answer(StatusCode::NOT_FOUND)))
        .service(
            web::resource("/broken/{number}")
                .to(async || Err::<HttpResponse, _>(error::ErrorInternalServerError("broken"))),
        )
        .service(web::resource("/by-hand/{number}").to(by_hand))
        .service(web::resource("/hop/{hop}/{number}").to(redirect));
}

fn answer(status: StatusCode) -> HttpResponse {
    let mut answer = HttpResponse::build(status);
    for field in APP_FIELDS {
        answer.append_header(field);
    }
    answer.content_type("text/plain").body(APP_BODY)
}

/// An app that knows better than its policy.
async fn by_hand(request: HttpRequest) -> HttpResponse {
    let mut answer = answer(StatusCode::OK);
    let fields = answer.headers_mut();
    if let Some(origin) = request.headers().get(header::ORIGIN) {
        fields.append(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true"),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, "etag, x-request-id"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "*"),
    ] {
        fields.append(name, header::HeaderValue::from_static(value));
    }
    answer
}

async fn redirect(state: web::Data<State>, path: web::Path<(usize, usize)>) -> HttpResponse {
    let (hop, number) = path.into_inner();
    let Some((status, location)) = state.redirects.get(&number).and_then(|hops| hops.get(hop)) else {
        return HttpResponse::NotFound().finish();
    };
    let mut answer =
        HttpResponse::build(StatusCode::from_u16(*status).expect("the plan has none but redirects"));
    if let Some(location) = location {
        answer.append_header((header::LOCATION, location.as_str()));
    }
    answer.finish()
}

async fn raw_answer(state: web::Data<State>, number: web::Path<usize>, request: HttpRequest) -> HttpResponse {
    let Some(raw) = state.raw.get(&number) else { return HttpResponse::NotFound().finish() };
    let asks = request.method() == "OPTIONS"
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let head = if asks { &raw.preflight } else { &raw.actual };
    let mut answer =
        HttpResponse::build(StatusCode::from_u16(head.status).expect("the plan has none but statuses"));
    for (name, value) in &head.fields {
        answer.append_header((name.as_str(), value.as_str()));
    }
    if asks { answer.finish() } else { answer.body(RAW_BODY) }
}
