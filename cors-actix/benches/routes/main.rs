//! What `#[cors]` costs by the number of routes, beside the same app without it.
//!
//! `cargo bench -p cors-actix --bench routes` prints the table. Time is a ratio: of an actual request to the plain app with `Cors` around it,
//! of a preflight to what Actix's router takes to answer the same `OPTIONS` request in the plain app. Instructions need valgrind.

#[path = "../per_request/callgrind.rs"]
#[allow(dead_code)] // Allocations are counted here without valgrind, too.
mod callgrind;

use std::env;
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
use cors_actix::__private::{RouteParts, register};
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

impl Subject {
    const ALL: [Self; 4] = [Self::Plain, Self::Around, Self::Each, Self::Half];
}

/// How the patterns of routes begin.
#[derive(Clone, Copy, Debug, PartialEq)]
enum First {
    Literal,
    Parameter,
    Tail,
}

impl First {
    const ALL: [Self; 3] = [Self::Literal, Self::Parameter, Self::Tail];

    fn name(self) -> &'static str {
        match self {
            Self::Literal => "literal",
            Self::Parameter => "parameter",
            Self::Tail => "tail",
        }
    }
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
            RouteParts { pattern: pattern.leak(), name: "numbered", methods: &["PUT"], guards: Vec::new() };
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

/// A kind of request.
struct Row {
    name: String,
    method: Method,
    path: String,
    asks_for: Option<&'static str>,
}

impl Row {
    fn all(count: usize, first: First) -> Vec<Self> {
        let path = |number: usize| match first {
            First::Literal => format!("/api/r{number}/7"),
            First::Parameter => format!("/acme/r{number}"),
            First::Tail => format!("/a/b/r{number}"),
        };
        let row = |name: &str, method, path: &str, asks_for| Self {
            name: name.to_owned(),
            method,
            path: path.to_owned(),
            asks_for,
        };
        let mut rows = Vec::new();
        for (name, number) in [("first", 0), ("middle", count / 2), ("last", count - 1)] {
            rows.push(row(&format!("{name}, actual"), Method::PUT, &path(number), None));
            rows.push(row(&format!("{name}, preflight"), Method::OPTIONS, &path(number), Some("PUT")));
        }
        rows.push(row("without `#[cors]`", Method::GET, "/health", None));
        rows.push(row("404", Method::GET, "/nowhere/at/all", None));
        rows
    }

    /// From an origin that the policy in force lets in: the route's, or the app's.
    fn request(&self, subject: Subject) -> Request {
        let origin = match subject {
            Subject::Each | Subject::Half if self.path.contains("/r") => "https://partner.example.com",
            _ => "https://app.example.com",
        };
        request(&self.method, &self.path, origin, self.asks_for)
    }
}

/// Where callgrind counts: its name is what the runner looks for.
#[inline(never)]
fn measured(serve: &Serve, requests: Vec<Request>) {
    requests.into_iter().for_each(serve);
}

/// How many requests callgrind looks at.
const COUNTED: usize = 16;

/// Serves the requests of all rows by all subjects, for callgrind.
async fn serve_counted(count: usize, first: First) {
    for subject in Subject::ALL {
        let app = app(subject, count, first).await;
        for row in Row::all(count, first) {
            for _ in 0..2 {
                measured(&app, (0..COUNTED).map(|_| row.request(subject)).collect());
            }
        }
    }
}

/// The instructions of each row by each subject.
fn instructions(count: usize, first: First) -> Vec<[u64; 4]> {
    let rows = Row::all(count, first).len();
    let costs = callgrind::count(&callgrind::Run {
        arguments: &["--count", &count.to_string(), first.name()],
        counted: "routes::measured",
        names: &["routes::measured"],
        cases: rows * Subject::ALL.len(),
        requests: COUNTED,
    })
    .expect("callgrind runs");
    (0..rows).map(|row| [0, 1, 2, 3].map(|subject| costs[subject * rows + row].instructions)).collect()
}

fn main() {
    let runtime = actix_web::rt::System::new();
    let arguments: Vec<_> = env::args().skip(1).collect();
    if let [flag, count, name, ..] = arguments.as_slice()
        && flag == "--count"
    {
        let first =
            First::ALL.into_iter().find(|first| first.name() == name).expect("a kind of first segment");
        return runtime.block_on(serve_counted(count.parse().expect("a number"), first));
    }
    let counts = callgrind::is_there();
    if !counts {
        eprintln!("valgrind is not there: no instructions");
    }
    println!(
        "| routes | first segment | request | plain | `Cors` around | `#[cors]` on each | ratio | on half | ratio | instructions | ratio, ratio | allocations |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
    for first in First::ALL {
        // With more of these, Actix's own router takes too long to measure.
        let most = if first == First::Tail { 100 } else { usize::MAX };
        for count in NUMBERS.into_iter().filter(|count| *count <= most) {
            let counted = counts.then(|| instructions(count, first));
            runtime.block_on(table(count, first, counted.as_deref()));
        }
    }
}

async fn table(count: usize, first: First, counted: Option<&[[u64; 4]]>) {
    let apps = [
        app(Subject::Plain, count, first).await,
        app(Subject::Around, count, first).await,
        app(Subject::Each, count, first).await,
        app(Subject::Half, count, first).await,
    ];
    for (number, row) in Row::all(count, first).into_iter().enumerate() {
        let mut times = [Duration::MAX; 4];
        for (subject, app) in Subject::ALL.into_iter().zip(&apps) {
            for _ in 0..WARM_UP {
                app(row.request(subject));
            }
        }
        for _ in 0..ROUNDS {
            for ((subject, app), least) in Subject::ALL.into_iter().zip(&apps).zip(&mut times) {
                *least = time(app, &|| row.request(subject)).min(*least);
            }
        }
        let allocations = Subject::ALL
            .into_iter()
            .zip(&apps)
            .map(|(subject, app)| allocations(app, &|| row.request(subject)).to_string());
        let allocations = allocations.collect::<Vec<_>>().join(", ");
        let floor = usize::from(row.asks_for.is_none());
        let ratio = |time: Duration| time.as_secs_f64() / times[floor].as_secs_f64();
        let nanos = |time: Duration| time.as_nanos();
        let (counted, ratios) = match counted.map(|counted| counted[number]) {
            None => (String::from("–"), String::from("–")),
            Some(counted) => {
                let ratio = |subject: usize| counted[subject] as f64 / counted[floor] as f64;
                (
                    counted.map(|count| count.to_string()).join(", "),
                    format!("{:.2}, {:.2}", ratio(2), ratio(3)),
                )
            }
        };
        println!(
            "| {count} | {} | {} | {} ns | {} ns | {} ns | {:.2} | {} ns | {:.2} | {counted} | {ratios} | {allocations} |",
            first.name(),
            row.name,
            nanos(times[0]),
            nanos(times[1]),
            nanos(times[2]),
            ratio(times[2]),
            nanos(times[3]),
            ratio(times[3]),
        );
    }
}
