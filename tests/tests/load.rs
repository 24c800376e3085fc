//! Many connections at once, while the policy is swapped all the time and the source of origins fails:
//! every request is answered, and every answer is one policy's.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use actix_web::dev::RequestHead;
use actix_web::{App, rt, web};
use cors_actix::{AllowedHosts, Cors, OriginSource, Policy, Reloadable, Source, cors_policy};
use cors_tests::head::Head;
use cors_tests::http::Connection;
use cors_tests::server::Server;

const APP: &str = "https://app.example";
const TENANT: &str = "https://tenant.example";
const SLOW: &str = "https://slow.example";

const CONNECTIONS: usize = 50;

/// The time between two swaps.
const PERIOD: Duration = Duration::from_millis(10);

// Two policies that let the same calls of the app pass, with another value in every field.
cors_policy! {
    static ONE;
    origins: ["https://app.example"],
    credentials: true,
    methods: [GET, PUT],
    headers: ["x-call", "x-one"],
    expose: ["x-one"],
    max_age: 1,
    timing: true,
    preflight_status: 200,
    hosts: ["localhost"],
}

cors_policy! {
    static OTHER;
    origins: any,
    methods: [PUT, DELETE],
    headers: ["x-other", "x-call"],
    expose: ["x-other"],
    max_age: 2,
    hosts: ["localhost"],
    expect(any_origin, reason = "a case"),
}

/// A database that is gone, and takes its time to say so.
struct Broken;

impl OriginSource for Broken {
    type Error = &'static str;

    async fn allows(&self, origin: &str, _head: &RequestHead) -> Result<bool, &'static str> {
        if origin == SLOW {
            rt::time::sleep(2 * PERIOD).await;
        }
        Err("the database is gone")
    }
}

/// What each connection asks, one after the other. `/slow` answers when the policy has been swapped.
fn requests() -> Vec<Head> {
    let get = |path, origin| Head::get(path).origin(origin);
    let preflight = |origin| Head::preflight("/fast", origin, "PUT").asks_for("x-call");
    let requests = [
        preflight(APP),
        get("/fast", APP),
        get("/slow", APP),
        get("/none", APP),
        Head::get("/fast"),
        preflight(TENANT),
        get("/fast", TENANT),
        get("/slow", SLOW),
        preflight(SLOW),
    ];
    requests.map(Head::keeps_alive).into()
}

fn serve(policy: impl Into<Source>) -> Server {
    let source = policy.into();
    let (cors, hosts) = (Cors::new(source.clone()).origins_from(Broken), AllowedHosts::new(source));
    Server::start(move || {
        let slow = async || {
            rt::time::sleep(2 * PERIOD).await;
            "done"
        };
        App::new()
            .route("/fast", web::get().to(async || "done"))
            .route("/slow", web::get().to(slow))
            .wrap(cors.clone())
            .wrap(hosts.clone())
    })
}

/// What each request is answered by a policy that stays.
fn answers(policy: &Arc<Policy>) -> Vec<String> {
    let server = serve(Arc::clone(policy));
    let mut connection = Connection::open(server.address());
    requests().iter().map(|request| request.send_over(&mut connection).to_string()).collect()
}

fn load(duration: Duration) {
    let policies = [&ONE, &OTHER].map(|set| Arc::new(set.production().clone()));
    let [one, other] = policies.each_ref().map(answers);
    for (one, other) in one.iter().zip(&other) {
        assert_ne!(one, other, "what is compared must differ");
    }

    let reloadable = Reloadable::new(Arc::clone(&policies[0]));
    let server = serve(&reloadable);
    let done = AtomicBool::new(false);
    let (swaps, counts) = thread::scope(|scope| {
        let work = || {
            let mut connection = Connection::open(server.address());
            let mut counts = [0_usize; 2];
            while !done.load(Ordering::Relaxed) {
                for (request, (one, other)) in requests().iter().zip(one.iter().zip(&other)) {
                    // It panics if no answer comes.
                    let answer = request.send_over(&mut connection).to_string();
                    let which = [one, other].iter().position(|expected| **expected == answer);
                    counts[which.unwrap_or_else(|| panic!("{answer}\nis neither\n{one}\nnor\n{other}"))] += 1;
                }
            }
            counts
        };
        let workers: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(work)).collect();
        let until = Instant::now() + duration;
        let mut swaps = 0_usize;
        for policy in policies.iter().cycle().skip(1) {
            thread::sleep(PERIOD);
            if Instant::now() > until || workers.iter().any(thread::ScopedJoinHandle::is_finished) {
                break;
            }
            reloadable.swap(Arc::clone(policy));
            swaps += 1;
        }
        done.store(true, Ordering::Relaxed);
        let counts: Vec<_> =
            workers.into_iter().map(|worker| worker.join().expect("every answer is one policy's")).collect();
        (swaps, counts)
    });
    let [first, second] = [0, 1].map(|which| counts.iter().map(|counts| counts[which]).sum::<usize>());
    println!(
        "{duration:?}, {CONNECTIONS} connections, {swaps} swaps: {} requests, {first} answered by one policy, {second} by the other",
        first + second
    );
    assert!(first > 100 && second > 100, "both policies answer: {first}, {second}");
}

#[test]
fn a_short_load() {
    load(Duration::from_secs(2));
}

#[test]
#[ignore = "takes 30 s, or CORS_LOAD_SECONDS: tests/run does it"]
fn a_long_load() {
    let seconds = std::env::var("CORS_LOAD_SECONDS").unwrap_or_else(|_| "30".into());
    let seconds = seconds.parse().unwrap_or_else(|_| panic!("CORS_LOAD_SECONDS={seconds} is no number"));
    load(Duration::from_secs(seconds));
}
