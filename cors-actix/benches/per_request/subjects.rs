//! What is measured, and the loop that does it.

use std::convert::Infallible;
use std::future::{Future, Ready, ready};
use std::hint::black_box;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use actix_http::Request;
use actix_web::dev::{RequestHead, Service, ServiceResponse};
use actix_web::web::BytesMut;
use actix_web::{App, Error, routes, test, web};
use cors_actix::{Cors, Mode, OriginSource, Source, cors_policy};
use cors_engine::{Block, Config};

use crate::cases::{Case, HEADERS, MAX_AGE, METHODS, ORIGIN, Origins, Way};
use crate::handwritten::{Dutiful, HandWritten, Least, Listed, One, Subdomains};

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Bare,
    HandWritten,
    Dutiful,
    CorsActix,
    ActixCors,
    BareTower,
    TowerHttp,
}

impl Subject {
    pub(crate) const ALL: [Self; 7] = [
        Self::Bare,
        Self::HandWritten,
        Self::Dutiful,
        Self::CorsActix,
        Self::ActixCors,
        Self::BareTower,
        Self::TowerHttp,
    ];
}

/// What is done with a subject under a case.
pub(crate) enum Job {
    /// Serve this many requests where callgrind looks on.
    Count(usize),
    /// Serve requests for about this long; the answer is the time for one.
    Time(Duration),
}

const WARM_UP: usize = 512;
const BATCH: usize = 64;

/// Runs `job`; the answer to [`Job::Time`] is the least time that a request took in a batch.
pub(crate) async fn run(subject: Subject, case: &Case, job: Job) -> Duration {
    macro_rules! serve {
        ($app:expr) => {{
            let app = test::init_service($app).await;
            drive(job, || request(case), |request| measured(&app, request))
        }};
    }
    macro_rules! actix {
        ($($wrap:tt)*) => {
            if case.origins == Origins::Route {
                serve!(App::new()$($wrap)*.service(without_a_policy_of_its_own))
            } else {
                serve!(App::new()$($wrap)*.route("/tasks", web::get().to(|| async { "done" })))
            }
        };
    }
    macro_rules! by_hand {
        ($manner:ident) => {
            match case.origins {
                Origins::One | Origins::Route | Origins::Any => actix!(.wrap(HandWritten(One, $manner))),
                Origins::Pattern => actix!(.wrap(HandWritten(Subdomains, $manner))),
                Origins::Listed(_) => {
                    let listed = case.origins.list().into_iter().map(String::into_bytes).collect();
                    actix!(.wrap(HandWritten(Listed(Rc::new(listed)), $manner)))
                }
            }
        };
    }
    match subject {
        Subject::Bare => actix!(),
        Subject::HandWritten => by_hand!(Least),
        Subject::Dutiful => by_hand!(Dutiful),
        Subject::CorsActix if case.origins == Origins::Route => {
            serve!(App::new().service(with_a_policy_of_its_own).wrap(Cors::new(&OF_THE_APP)))
        }
        Subject::CorsActix => actix!(.wrap(cors(case))),
        Subject::ActixCors => actix!(.wrap(actix_cors(case.origins))),
        Subject::BareTower => drive(job, || tower_request(case), |request| tower_measured(&Floor, request)),
        Subject::TowerHttp => {
            let service = tower_layer::Layer::layer(&tower_http(case.origins), Floor);
            drive(job, || tower_request(case), |request| tower_measured(&service, request))
        }
    }
}

fn drive<R>(job: Job, make: impl Fn() -> R, serve: impl Fn(Vec<R>)) -> Duration {
    let batch = |count| (0..count).map(|_| make()).collect::<Vec<_>>();
    serve(batch(WARM_UP));
    let mut least = Duration::MAX;
    match job {
        Job::Count(count) => serve(batch(count)),
        Job::Time(length) => {
            let end = Instant::now() + length;
            while Instant::now() < end {
                let requests = batch(BATCH);
                let start = Instant::now();
                serve(requests);
                least = least.min(start.elapsed());
            }
        }
    }
    least / BATCH as u32
}

/// Where callgrind counts: its name is what the runner looks for.
#[inline(never)]
fn measured<S, B>(app: &S, requests: Vec<Request>)
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
{
    for request in requests {
        done(app.call(request));
    }
}

#[inline(never)]
fn tower_measured<S>(service: &S, requests: Vec<http::Request<()>>)
where
    S: tower_service::Service<http::Request<()>> + Clone,
{
    let mut service = service.clone();
    for request in requests {
        done(service.call(request));
    }
}

/// None of these futures ever waits. What comes is not moved again: it is large, and that would be counted, too.
#[inline(always)]
fn done<F: Future>(future: F) {
    let outcome = pin!(future).poll(&mut Context::from_waker(Waker::noop()));
    assert!(black_box(&outcome).is_ready(), "nothing here waits");
}

/// The request as the server's own parser makes it, so that clones of its values cost what they cost there.
fn request(case: &Case) -> Request {
    use actix_codec::Decoder as _;

    let mut codec = actix_http::h1::Codec::default();
    let mut bytes = BytesMut::from(case.head().as_str());
    match codec.decode(&mut bytes) {
        Ok(Some(actix_http::h1::Message::Item(request))) => request,
        other => panic!("{other:?}"),
    }
}

fn tower_request(case: &Case) -> http::Request<()> {
    let mut builder = http::Request::builder().method(case.method).uri("/tasks");
    for (name, value) in case.all_fields() {
        // Shared bytes, as a server's parser makes them.
        let value = web::Bytes::from(value.to_owned());
        let value = http::HeaderValue::from_maybe_shared(value).expect("a legal value");
        let _first_clone = value.clone();
        builder = builder.header(name, value);
    }
    builder.body(()).expect("a legal request")
}

cors_policy! {
    static OF_THE_APP;
    origins: ["https://other.example.com"],
}

#[cors_actix::cors(
    origins = ["https://app.example.com"],
    methods = [GET, POST, PUT, DELETE],
    headers = ["authorization", "content-type", "x-a", "x-b", "x-c", "x-requested-with"],
    max_age = 1h,
)]
#[routes]
#[get("/tasks")]
#[put("/tasks")]
async fn with_a_policy_of_its_own() -> &'static str {
    "done"
}

/// The same for those who have no policy of a route's own. (`#[route]` with several methods asks their guards in
/// another order after each build.)
#[routes]
#[get("/tasks")]
#[put("/tasks")]
async fn without_a_policy_of_its_own() -> &'static str {
    "done"
}

/// The layer around the app.
fn cors(case: &Case) -> Cors {
    match case.way {
        Way::Fixed => Cors::new(policy(case.origins)),
        #[cfg(feature = "reload")]
        Way::Reloadable => Cors::new(cors_actix::Reloadable::new(ONE.active().clone())),
        Way::ListedBesideSource => Cors::new(&ONE).origins_from(Tenants),
        Way::Source => Cors::new(&OTHER).origins_from(Tenants),
        Way::Paths(count) => {
            let others =
                (1..count).fold(Cors::paths(), |paths, n| paths.at(&format!("/p{n}/tasks"), &OF_THE_APP));
            others.at("/tasks", &ONE)
        }
    }
}

/// A source of origins that has them in memory.
struct Tenants;

impl OriginSource for Tenants {
    type Error = Infallible;

    async fn allows(&self, origin: &str, _: &RequestHead) -> Result<bool, Infallible> {
        Ok(origin == ORIGIN)
    }
}

cors_policy! {
    static ONE;
    origins: ["https://app.example.com"],
    methods: [GET, POST, PUT, DELETE],
    headers: ["authorization", "content-type", "x-a", "x-b", "x-c", "x-requested-with"],
    max_age: 1h,
}

cors_policy! {
    static OTHER;
    origins: ["https://other.example.com"],
    methods: [GET, POST, PUT, DELETE],
    headers: ["authorization", "content-type", "x-a", "x-b", "x-c", "x-requested-with"],
    max_age: 1h,
}

/// Compiled where the policy is of a size that stands in a source file.
fn policy(origins: Origins) -> Source {
    cors_policy! {
        static PATTERN;
        origins: ["https://*.example.com"],
        methods: [GET, POST, PUT, DELETE],
        headers: ["authorization", "content-type", "x-a", "x-b", "x-c", "x-requested-with"],
        max_age: 1h,
    }
    cors_policy! {
        static ANY;
        origins: any,
        methods: [GET, POST, PUT, DELETE],
        headers: ["authorization", "content-type", "x-a", "x-b", "x-c", "x-requested-with"],
        max_age: 1h,
        expect(any_origin, reason = "a measurement"),
    }
    match origins {
        Origins::One | Origins::Route => (&ONE).into(),
        Origins::Pattern => (&PATTERN).into(),
        Origins::Any => (&ANY).into(),
        Origins::Listed(_) => {
            let block = Block::new().origins(origins.list()).methods(["GET", "POST", "PUT", "DELETE"]);
            let block = block.headers(HEADERS.split(", ")).max_age(3600);
            Config::new(block).policy(Mode::Production).expect("a sound policy").into()
        }
    }
}

fn actix_cors(origins: Origins) -> actix_cors::Cors {
    let mut cors = actix_cors::Cors::default()
        .allowed_methods(METHODS)
        .allowed_headers(HEADERS.split(", "))
        .max_age(MAX_AGE.parse::<usize>().ok());
    match origins {
        Origins::Any => return cors.allow_any_origin().send_wildcard(),
        Origins::Pattern => {
            return cors.allowed_origin_fn(|origin, _| origin.as_bytes().ends_with(b".example.com"));
        }
        listed => {
            for origin in listed.list() {
                cors = cors.allowed_origin(&origin);
            }
        }
    }
    cors
}

fn tower_http(origins: Origins) -> tower_http::cors::CorsLayer {
    use tower_http::cors::{AllowOrigin, Any, CorsLayer};

    let methods: Vec<http::Method> = METHODS.iter().map(|method| method.parse().expect("a method")).collect();
    let headers: Vec<http::HeaderName> =
        HEADERS.split(", ").map(|name| name.parse().expect("a field name")).collect();
    let layer =
        CorsLayer::new().allow_methods(methods).allow_headers(headers).max_age(Duration::from_secs(3600));
    let value = |origin: &str| http::HeaderValue::from_str(origin).expect("a legal value");
    match origins {
        Origins::Any => layer.allow_origin(Any),
        Origins::One | Origins::Route => layer.allow_origin(AllowOrigin::exact(value(ORIGIN))),
        Origins::Pattern => layer
            .allow_origin(AllowOrigin::predicate(|origin, _| origin.as_bytes().ends_with(b".example.com"))),
        listed => layer.allow_origin(listed.list().iter().map(|origin| value(origin)).collect::<Vec<_>>()),
    }
}

/// The least that a tower service can be.
#[derive(Clone, Copy)]
struct Floor;

impl tower_service::Service<http::Request<()>> for Floor {
    type Response = http::Response<String>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: http::Request<()>) -> Self::Future {
        let mut response = http::Response::new(String::from("done"));
        let plain = http::HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers_mut().insert(http::header::CONTENT_TYPE, plain);
        ready(Ok(response))
    }
}
