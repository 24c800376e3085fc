//! What `#[cors]` costs by the number of routes, beside the same app without it.
//!
//! `cargo bench -p cors-actix --bench routes` prints the table. Time is a ratio: of an actual request to the plain app with `Cors` around it,
//! of a preflight to what Actix's router takes to answer the same `OPTIONS` request in the plain app.

use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use actix_codec::Decoder as _;
use actix_http::Request;
use actix_web::dev::{AppService, HttpServiceFactory, Service, ServiceResponse};
use actix_web::http::Method;
use actix_web::web::BytesMut;
use actix_web::{App, Error, HttpResponse, guard, test, web};
use cors_actix::__private::{Route, register};
use cors_actix::{Cors, cors_policy};

cors_policy! { static AROUND; origins: ["https://app.example.com"], methods: [GET, PUT] }
cors_policy! { static OWN; origins: ["https://partner.example.com"], methods: [GET, PUT] }

const NUMBERS: [usize; 5] = [1, 10, 100, 500, 1000];
const WARM_UP: usize = 128;
const BATCH: usize = 32;
const ROUNDS: usize = 12;
const STRETCH: Duration = Duration::from_millis(8);

/// An app.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Subject {
    Plain,
    Around,
    Each,
    Half,
}

/// How the patterns of routes begin.
#[derive(Clone, Copy, Debug, PartialEq)]
enum First {
    Literal,
    Parameter,
    Tail,
}

/// A route of the app: `/api/rN/{id}`, `/{tenant}/rN`, or `/{path:.*}/rN`.
struct Numbered {
    number: usize,
    first: First,
    has_cors: bool,
}

impl HttpServiceFactory for Numbered {
    fn register(self, config: &mut AppService) {
        let pattern = match self.first {
            First::Literal => format!("/api/r{}/{{id}}", self.number),
            First::Parameter => format!("/{{tenant}}/r{}", self.number),
            First::Tail => format!("/{{path:.*}}/r{}", self.number),
        };
        let handler = web::to(HttpResponse::NoContent);
        if !self.has_cors {
            let resource = web::resource(pattern).name("numbered").guard(guard::Put());
            return resource.route(handler).register(config);
        }
        let route =
            Route { pattern: pattern.leak(), name: "numbered", methods: &["PUT"], guards: Vec::new() };
        register(config, &OWN, route, handler);
    }
}

/// Serves a request, which none of these apps waits for.
type Serve = Box<dyn Fn(Request)>;

async fn app(subject: Subject, count: usize, first: First) -> Serve {
    let mut app = App::new();
    for number in 0..count {
        let has_cors = match subject {
            Subject::Plain | Subject::Around => false,
            Subject::Each => true,
            Subject::Half => number % 2 == 1 || count == 1,
        };
        app = app.service(Numbered { number, first, has_cors });
    }
    let app = app.route("/health", web::get().to(HttpResponse::NoContent));
    if subject == Subject::Plain {
        serve(test::init_service(app).await)
    } else {
        serve(test::init_service(app.wrap(Cors::new(&AROUND))).await)
    }
}

fn serve<S, B>(app: S) -> Serve
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: 'static,
{
    Box::new(move |request| {
        let outcome = pin!(app.call(request)).poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(black_box(&outcome), Poll::Ready(_)), "nothing here waits");
    })
}

/// A request, as the server's own parser makes it.
fn request(method: &Method, path: &str, origin: &str, asks_for: Option<&str>) -> Request {
    let asked = asks_for.map(|method| format!("access-control-request-method: {method}\r\n"));
    let asked = asked.unwrap_or_default();
    let head = format!("{method} {path} HTTP/1.1\r\nhost: api.example\r\norigin: {origin}\r\n{asked}\r\n");
    let mut bytes = BytesMut::from(head.as_str());
    match actix_http::h1::Codec::default().decode(&mut bytes) {
        Ok(Some(actix_http::h1::Message::Item(request))) => request,
        other => panic!("{other:?}"),
    }
}

/// What one request costs: the least time in a batch.
fn time(serve: &Serve, make: &dyn Fn() -> Request) -> Duration {
    let batch = |count| (0..count).map(|_| make()).collect::<Vec<_>>();
    let mut least = Duration::MAX;
    let end = Instant::now() + STRETCH;
    while Instant::now() < end {
        let requests = batch(BATCH);
        let start = Instant::now();
        requests.into_iter().for_each(serve);
        least = least.min(start.elapsed() / BATCH as u32);
    }
    least
}

fn allocations(serve: &Serve, make: &dyn Fn() -> Request) -> u64 {
    let requests: Vec<_> = (0..BATCH).map(|_| make()).collect();
    let counted = allocation_counter::measure(|| {
        requests.into_iter().for_each(serve);
    });
    counted.count_total / BATCH as u64
}

fn main() {
    let runtime = actix_web::rt::System::new();
    println!(
        "| routes | first segment | request | plain | `Cors` around | `#[cors]` on each | ratio | on half | ratio | allocations |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for first in [First::Literal, First::Parameter, First::Tail] {
        // With more of these, Actix's own router takes too long to measure.
        let most = if first == First::Tail { 100 } else { usize::MAX };
        for count in NUMBERS.into_iter().filter(|count| *count <= most) {
            runtime.block_on(table(count, first));
        }
    }
}

async fn table(count: usize, first: First) {
    let path = |number: usize| match first {
        First::Literal => format!("/api/r{number}/7"),
        First::Parameter => format!("/acme/r{number}"),
        First::Tail => format!("/a/b/r{number}"),
    };
    let put = Method::PUT;
    let mut rows: Vec<(String, Method, String, Option<&str>)> = Vec::new();
    for (name, number) in [("first", 0), ("middle", count / 2), ("last", count - 1)] {
        rows.push((format!("{name}, actual"), put.clone(), path(number), None));
        rows.push((format!("{name}, preflight"), Method::OPTIONS, path(number), Some("PUT")));
    }
    rows.push((String::from("without `#[cors]`"), Method::GET, String::from("/health"), None));
    rows.push((String::from("404"), Method::GET, String::from("/nowhere/at/all"), None));
    let apps = [
        app(Subject::Plain, count, first).await,
        app(Subject::Around, count, first).await,
        app(Subject::Each, count, first).await,
        app(Subject::Half, count, first).await,
    ];
    for (name, method, path, asks_for) in rows {
        // From whom the policy in force lets in: the route's, or the app's.
        let origin = |subject: usize| match subject {
            2 | 3 if path.contains("/r") => "https://partner.example.com",
            _ => "https://app.example.com",
        };
        let mut times = [Duration::MAX; 4];
        for (subject, app) in apps.iter().enumerate() {
            for _ in 0..WARM_UP {
                app(request(&method, &path, origin(subject), asks_for));
            }
        }
        for _ in 0..ROUNDS {
            for (subject, app) in apps.iter().enumerate() {
                let make = || request(&method, &path, origin(subject), asks_for);
                times[subject] = times[subject].min(time(app, &make));
            }
        }
        let counts: Vec<_> = apps
            .iter()
            .enumerate()
            .map(|(subject, app)| {
                allocations(app, &|| request(&method, &path, origin(subject), asks_for)).to_string()
            })
            .collect();
        let floor = if asks_for.is_some() { times[0] } else { times[1] };
        let ratio = |time: Duration| time.as_secs_f64() / floor.as_secs_f64();
        let nanos = |time: Duration| time.as_nanos();
        println!(
            "| {count} | {} | {name} | {} ns | {} ns | {} ns | {:.2} | {} ns | {:.2} | {} |",
            match first {
                First::Literal => "literal",
                First::Parameter => "parameter",
                First::Tail => "tail",
            },
            nanos(times[0]),
            nanos(times[1]),
            nanos(times[2]),
            ratio(times[2]),
            nanos(times[3]),
            ratio(times[3]),
            counts.join(", "),
        );
    }
}
