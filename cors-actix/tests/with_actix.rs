//! Actix's own middleware on both sides of ours: it is enough that this compiles, and one request of
//! each app shows that the fields come through.

use std::future::{Ready, poll_fn};
use std::io::Read as _;
use std::task::{Context, Poll};

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceFactory, ServiceRequest, ServiceResponse, Transform};
use actix_web::http::StatusCode;
use actix_web::middleware::{
    Compat, Compress, Condition, DefaultHeaders, ErrorHandlerResponse, ErrorHandlers, Logger, Next,
    NormalizePath, from_fn,
};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, Error, web};
use cors_actix::{AllowedHosts, Cors, Source, cors_policy};

const ORIGIN: &str = "https://app.example";

cors_policy! {
    static POLICY;
    origins: ["https://app.example"],
    methods: [PUT],
    hosts: ["localhost"],
}

fn cors() -> Cors {
    Cors::new(&POLICY)
}

async fn pass_on(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    next.call(request).await
}

fn error_handlers<B: 'static>() -> ErrorHandlers<B> {
    ErrorHandlers::new().handler(StatusCode::NOT_FOUND, |response| {
        Ok(ErrorHandlerResponse::Response(response.map_into_left_body()))
    })
}

/// The app answers an allowed request with the policy's fields, and a preflight without the app.
async fn check<T, B>(app: App<T>)
where
    T: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<B>,
            Error = Error,
            InitError = (),
        > + 'static,
    B: MessageBody,
{
    let app = init_service(app.route("/", web::get().to(|| async { "done" }))).await;
    let actual = TestRequest::get().insert_header(("origin", ORIGIN)).insert_header(("host", "localhost"));
    let response = call_service(&app, actual.to_request()).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers().get("access-control-allow-origin").unwrap(), ORIGIN);
    // Layers on either side may give it another type, but none may lose it.
    assert_eq!(read_body(response).await, "done");

    let preflight = TestRequest::with_uri("/")
        .method(actix_web::http::Method::OPTIONS)
        .insert_header(("host", "localhost"))
        .insert_header(("origin", ORIGIN))
        .insert_header(("access-control-request-method", "PUT"));
    let response = call_service(&app, preflight.to_request()).await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    assert_eq!(response.headers().get("access-control-allow-methods").unwrap(), "PUT");
}

#[actix_web::test]
async fn alone() {
    check(App::new().wrap(cors())).await;
    check(App::new().wrap(cors()).wrap(AllowedHosts::new(&POLICY))).await;
    check(App::new().wrap(AllowedHosts::new(&POLICY)).wrap(cors())).await;
    check(App::new().wrap(Compat::new(cors()))).await;
    check(App::new().wrap(Condition::new(true, cors()))).await;
    check(App::new().wrap(Condition::new(true, Compat::new(cors())))).await;
    check(App::new().wrap(Compat::new(AllowedHosts::new(&POLICY))).wrap(cors())).await;
}

/// Never ready.
struct Busy;

impl Service<ServiceRequest> for Busy {
    type Response = ServiceResponse;
    type Error = Error;
    type Future = Ready<Result<ServiceResponse, Error>>;

    fn poll_ready(&self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Pending
    }

    fn call(&self, _: ServiceRequest) -> Self::Future {
        unreachable!("it is not ready")
    }
}

#[actix_web::test]
async fn a_layer_is_ready_when_what_is_inside_is() {
    let layer = cors().new_transform(Busy).await.expect("layers are made");
    assert!(poll_fn(|context| Poll::Ready(layer.poll_ready(context))).await.is_pending());
    let layer = AllowedHosts::new(&POLICY).new_transform(Busy).await.expect("layers are made");
    assert!(poll_fn(|context| Poll::Ready(layer.poll_ready(context))).await.is_pending());
}

#[actix_web::test]
async fn around_actix() {
    check(App::new().wrap(Compress::default()).wrap(cors())).await;
    check(App::new().wrap(Condition::new(true, Compat::new(Compress::default()))).wrap(cors())).await;
    check(App::new().wrap(NormalizePath::trim()).wrap(cors())).await;
    check(App::new().wrap(Logger::default()).wrap(cors())).await;
    check(App::new().wrap(from_fn(pass_on)).wrap(cors())).await;
    check(App::new().wrap(DefaultHeaders::new().add(("x-a", "b"))).wrap(cors())).await;
    check(App::new().wrap(error_handlers()).wrap(cors())).await;
    check(App::new().wrap(Logger::default()).wrap(Compress::default()).wrap(cors()).wrap(cors())).await;
    check(App::new().wrap(cors()).wrap(Compress::default()).wrap(AllowedHosts::new(&POLICY))).await;
}

#[actix_web::test]
async fn a_compressed_body_comes_through() {
    const TEXT: &str = "many words, many words, many words, many words, many words, many words, many words";
    for around in [true, false] {
        let app = App::new().route("/", web::get().to(|| async { TEXT }));
        let app = app.wrap(Condition::new(around, Compat::new(Compress::default()))).wrap(cors());
        let app = init_service(app.wrap(Condition::new(!around, Compat::new(Compress::default())))).await;
        let request =
            TestRequest::get().insert_header(("origin", ORIGIN)).insert_header(("host", "localhost"));
        let response =
            call_service(&app, request.insert_header(("accept-encoding", "gzip")).to_request()).await;
        assert_eq!(response.headers().get("content-encoding").unwrap(), "gzip");
        assert_eq!(response.headers().get("access-control-allow-origin").unwrap(), ORIGIN);
        let mut decoded = String::new();
        let body = read_body(response).await;
        flate2::read::GzDecoder::new(&*body).read_to_string(&mut decoded).unwrap();
        assert_eq!(decoded, TEXT, "around: {around}");
    }
}

#[actix_web::test]
async fn inside_actix() {
    check(App::new().wrap(cors()).wrap(Compress::default())).await;
    check(App::new().wrap(cors()).wrap(NormalizePath::trim())).await;
    check(App::new().wrap(cors()).wrap(Logger::default())).await;
    check(App::new().wrap(cors()).wrap(from_fn(pass_on))).await;
    check(App::new().wrap(cors()).wrap(DefaultHeaders::new().add(("x-a", "b")))).await;
    check(App::new().wrap(cors()).wrap(error_handlers())).await;
    check(App::new().wrap(cors()).wrap(Compat::new(Logger::default())).wrap(Compress::default())).await;
}

#[test]
fn it_goes_between_threads() {
    fn check<T: Clone + Send + Sync + std::fmt::Debug + 'static>() {}
    check::<Cors>();
    check::<AllowedHosts>();
    check::<Source>();
}

#[actix_web::test]
async fn it_wraps_scopes_and_resources() {
    let scope = web::scope("/a").wrap(cors()).route("", web::get().to(|| async { "a" }));
    let resource = web::resource("/b").wrap(cors()).route(web::get().to(|| async { "b" }));
    let app = init_service(App::new().service(scope).service(resource)).await;
    for path in ["/a", "/b"] {
        let request = TestRequest::with_uri(path).insert_header(("origin", ORIGIN));
        let response = call_service(&app, request.to_request()).await;
        assert_eq!(response.headers().get("access-control-allow-origin").unwrap(), ORIGIN, "{path}");
    }
}
