//! The servers: pages on several origins, and two origins of an API that keeps a log of who asked what.

use std::collections::HashMap;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;

use actix_web::dev::{ServerHandle, Service as _, ServiceRequest, ServiceResponse};
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
    ("set-cookie", "session=1; Path=/"),
    ("x-request-id", "7"),
    ("x-total-count", "3"),
];

/// A request that the API was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) preflight: bool,
    pub(crate) url: String,
    pub(crate) origin: Option<String>,
    /// Of a preflight, the one that it asks for.
    pub(crate) method: String,
    /// `Access-Control-Request-Headers`
    pub(crate) headers: Option<String>,
    /// Did `Cookie` or `Authorization` come along?
    pub(crate) credentials: bool,
}

/// What a case's URL led to: each request, with the names of the fields that were answered.
pub(crate) type Log = HashMap<usize, Vec<(Asked, Vec<String>)>>;

/// What a server without the library answers.
#[derive(Clone, Debug)]
pub(crate) struct Raw {
    pub(crate) preflight: Response,
    pub(crate) actual: Response,
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
    handles: Vec<ServerHandle>,
    thread: Option<JoinHandle<()>>,
    log: Arc<Mutex<Log>>,
}

impl Servers {
    pub(crate) fn start(listeners: Listeners, policies: Vec<Cors>, raw: HashMap<usize, Raw>) -> Self {
        let log: Arc<Mutex<Log>> = Arc::default();
        let state = web::Data::new(State { log: Arc::clone(&log), raw, api_origins: listeners.api_origins });
        let (sender, receiver) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            rt::System::new().block_on(async move {
                let page = HttpServer::new(|| {
                    App::new().default_service(web::to(|| async { web::Html::new(PAGE) }))
                });
                let page = listeners.pages.into_iter().try_fold(page.workers(1), HttpServer::listen);
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
                                    state.note(number, asked, &answer);
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
                });
                let api = listeners.apis.into_iter().try_fold(api.workers(1), HttpServer::listen);
                let servers = [
                    page.expect("the listeners are bound").disable_signals().run(),
                    api.expect("the listeners are bound").disable_signals().run(),
                ];
                sender.send(servers.each_ref().map(|server| server.handle())).expect("somebody waits for it");
                for server in servers.map(rt::spawn) {
                    server.await.expect("it does not panic").expect("it serves");
                }
            });
        });
        let handles = receiver.recv().expect("the servers start").into();
        Self { handles, thread: Some(thread), log }
    }

    pub(crate) fn log(&self) -> Log {
        self.log.lock().expect("no worker panics").clone()
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        for handle in &self.handles {
            // The command is sent at once; only its effect would be awaited.
            drop(handle.stop(false));
        }
        if let Some(thread) = self.thread.take() {
            // A panic in there has been printed already.
            let _ = thread.join();
        }
    }
}

struct State {
    log: Arc<Mutex<Log>>,
    raw: HashMap<usize, Raw>,
    api_origins: [String; 2],
}

impl State {
    fn note<B>(&self, number: usize, asked: Asked, answer: &ServiceResponse<B>) {
        let names = answer.headers().keys().map(|name| name.as_str().to_owned()).collect();
        let mut log = self.log.lock().expect("no worker panics");
        log.entry(number).or_default().push((asked, names));
    }
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
        let has = |name| request.headers().contains_key(name);
        Self {
            preflight: request.method() == "OPTIONS" && asked_method.is_some(),
            url: format!("http://{}{}", field(header::HOST).unwrap_or_default(), request.path()),
            origin: field(header::ORIGIN),
            method: asked_method.unwrap_or_else(|| request.method().to_string()),
            headers: field(header::ACCESS_CONTROL_REQUEST_HEADERS),
            credentials: has(header::COOKIE) || has(header::AUTHORIZATION),
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
        .service(web::resource("/to/{status}/{api}/{policy}/{number}").to(redirect));
}

fn answer(status: StatusCode) -> HttpResponse {
    let mut answer = HttpResponse::build(status);
    for field in APP_FIELDS {
        answer.append_header(field);
    }
    answer.content_type("text/plain").body("answer")
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

async fn redirect(state: web::Data<State>, path: web::Path<(u16, usize, usize, usize)>) -> HttpResponse {
    let (status, api, policy, number) = path.into_inner();
    let status = StatusCode::from_u16(status).expect("the plan has none but redirects");
    let target = format!("{}/p/{policy}/fine/{number}", state.api_origins[api]);
    HttpResponse::build(status).append_header((header::LOCATION, target)).finish()
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
    answer.finish()
}
