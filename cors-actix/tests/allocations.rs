//! CORS allocates nothing per request: an app with it allocates as often as the same app without.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use actix_codec::Decoder as _;
use actix_http::Request;
use actix_http::h1::{Codec, Message};
use actix_web::dev::{Service, ServiceResponse};
use actix_web::test::init_service;
use actix_web::web::BytesMut;
use actix_web::{App, Error, HttpResponse, web};
use cors_actix::{Cors, Source, cors_policy};
use cors_engine::{Block, Config, Mode};

cors_policy! {
    static TASKS;
    origins: ["https://app.example", "https://*.shop.example"],
    credentials: true,
    methods: [PUT],
    headers: ["content-type"],
    expose: ["x-total-count"],
    max_age: 1h,
    timing: true,
}

/// The same as [`TASKS`], with tables and field values on the heap.
fn at_run_time() -> Source {
    let block = Block::new().origins(["https://app.example", "https://*.shop.example"]).credentials(true);
    let block = block.methods(["PUT"]).headers(["content-type"]).expose(["x-total-count"]).max_age(3600);
    Config::new(block).policy(Mode::Production).expect("a sound policy").into()
}

/// Parsed by the server's codec: the first clone of a value that was made in another way allocates.
fn parse(head: &str) -> Request {
    match Codec::default().decode(&mut BytesMut::from(head)) {
        Ok(Some(Message::Item(request))) => request,
        other => panic!("{other:?}"),
    }
}

fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("nothing here waits"),
    }
}

/// How often serving this request allocates, once pools are filled.
fn allocations<S, B>(app: &S, head: &str) -> u64
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
{
    let serve = || {
        let request = parse(head);
        allocation_counter::measure(|| drop(now(app.call(request)))).count_total
    };
    for _ in 0..4 {
        serve();
    }
    serve()
}

macro_rules! app {
    ($($wrap:tt)*) => {
        init_service(App::new().default_service(web::to(HttpResponse::Ok))$($wrap)*).await
    };
}

#[actix_web::test]
async fn a_request_costs_no_allocation() {
    let bare = app!();
    let compiled = app!(.wrap(Cors::new(&TASKS)));
    let loaded = app!(.wrap(Cors::new(at_run_time())));
    for fields in [
        "",
        "origin: https://app.example\r\n",
        "origin: https://a.shop.example\r\n",
        "origin: https://foreign.example\r\n",
        "origin: https://app.example\r\norigin: https://app.example\r\n",
    ] {
        let is_refused = fields.contains("foreign") || fields.matches("origin:").count() > 1;
        if is_refused && cfg!(feature = "metrics") {
            // Who counts refusals pays for the labels.
            continue;
        }
        let head = format!("GET / HTTP/1.1\r\nhost: a\r\n{fields}\r\n");
        let floor = allocations(&bare, &head);
        assert_eq!(allocations(&compiled, &head), floor, "{head}");
        assert_eq!(allocations(&loaded, &head), floor, "at run time: {head}");
    }
}

#[actix_web::test]
async fn an_answer_to_a_preflight_costs_none_of_its_own() {
    let bare = app!();
    let floor = allocations(&bare, "GET / HTTP/1.1\r\nhost: a\r\n\r\n");
    let compiled = app!(.wrap(Cors::new(&TASKS)));
    let loaded = app!(.wrap(Cors::new(at_run_time())));
    let hostile = "x-a, ".repeat(3000);
    for (origin, method, headers) in [
        ("https://app.example", "PUT", "content-type"),
        ("https://a.shop.example", "PUT", " content-type ,, Content-Type"),
        ("https://foreign.example", "PUT", "content-type"),
        ("https://app.example", "DELETE", "content-type"),
        ("https://app.example", "PUT", hostile.as_str()),
    ] {
        let head = format!(
            "OPTIONS / HTTP/1.1\r\nhost: a\r\norigin: {origin}\r\naccess-control-request-method: {method}\r\n\
             access-control-request-headers: {headers}\r\n\r\n"
        );
        // The app itself, which a preflight does not reach, allocates more.
        assert!(allocations(&compiled, &head) < floor, "{origin} {method}");
        assert!(allocations(&loaded, &head) < floor, "at run time: {origin} {method}");
    }
}

#[actix_web::test]
async fn a_refusal_costs_no_more_than_the_app() {
    if cfg!(feature = "metrics") {
        // Who counts refusals pays for the labels.
        return;
    }
    let bare = app!();
    let floor = allocations(&bare, "GET / HTTP/1.1\r\nhost: a\r\n\r\n");
    let enforced = app!(.wrap(Cors::new(&TASKS).enforce()));
    for fields in ["", "upgrade: websocket\r\n"] {
        let head = format!("GET / HTTP/1.1\r\nhost: a\r\norigin: https://foreign.example\r\n{fields}\r\n");
        assert!(allocations(&enforced, &head) <= floor, "{head}");
    }
}
