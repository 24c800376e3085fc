//! Policies that are swapped while requests run: each request meets one of them, whole.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use actix_web::{App, web};
use cors_actix::{AllowedHosts, Config, Cors, Mode, Policy, Reloadable, cors_policy};
use cors_tests::head::Head;
use cors_tests::http::Connection;
use cors_tests::server::Server;

const APP: &str = "https://app.example";

// Two policies that let the same calls pass, with other values in every field.
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

fn policies() -> [Arc<Policy>; 2] {
    [&ONE, &OTHER].map(|set| Arc::new(set.production().clone()))
}

fn requests() -> [Head; 4] {
    [
        Head::preflight("/a", APP, "PUT").asks_for("x-call").keeps_alive(),
        Head::get("/a").origin(APP).keeps_alive(),
        Head::get("/none").origin(APP).keeps_alive(),
        Head::get("/a").keeps_alive(),
    ]
}

fn serve(cors: Cors, reloadable: &Reloadable) -> Server {
    let hosts = AllowedHosts::new(reloadable);
    Server::start(move || {
        let slow = async || {
            // A swap may come between the request and the response.
            actix_web::rt::time::sleep(Duration::from_millis(1)).await;
            "done"
        };
        App::new().route("/a", web::get().to(slow)).wrap(cors.clone()).wrap(hosts.clone())
    })
}

#[test]
fn no_response_mixes_two_policies() {
    let [one, other] = policies();
    let expected: Vec<[String; 2]> = {
        let answers = [&one, &other].map(|policy| {
            let fixed = Reloadable::new(Arc::clone(policy));
            let server = serve(Cors::new(Arc::clone(policy)), &fixed);
            let mut connection = Connection::open(server.address());
            requests().map(|request| request.send_over(&mut connection).to_string())
        });
        let [one, other] = answers;
        one.into_iter().zip(other).map(|(one, other)| [one, other]).collect()
    };
    for [one, other] in &expected {
        assert_ne!(one, other, "what is compared must differ");
    }

    let reloadable = Reloadable::new(Arc::clone(&one));
    let server = serve(Cors::new(&reloadable), &reloadable);
    let done = AtomicBool::new(false);
    let address = server.address();
    let counts = thread::scope(|scope| {
        let workers: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let mut connection = Connection::open(address);
                    let mut counts = BTreeMap::new();
                    while !done.load(Ordering::Relaxed) {
                        for (request, expected) in requests().iter().zip(&expected) {
                            let answer = request.send_over(&mut connection).to_string();
                            let which = expected.iter().position(|expected| *expected == answer);
                            let which = which.unwrap_or_else(|| panic!("neither of {expected:#?}\n{answer}"));
                            *counts.entry(which).or_insert(0) += 1;
                        }
                    }
                    counts
                })
            })
            .collect();
        let until = Instant::now() + Duration::from_secs(2);
        for policy in [&other, &one].into_iter().cycle() {
            thread::sleep(Duration::from_millis(3));
            reloadable.swap(Arc::clone(policy));
            if Instant::now() > until {
                break;
            }
        }
        done.store(true, Ordering::Relaxed);
        workers
            .into_iter()
            .map(|worker| worker.join().expect("every answer is one policy's"))
            .collect::<Vec<_>>()
    });
    for which in [0, 1] {
        let count: usize = counts.iter().filter_map(|counts| counts.get(&which)).sum();
        assert!(count > 100, "policy {which} answered {count} requests");
    }
}

#[test]
fn a_config_with_violations_leaves_the_old_policy_in_place() {
    let config = |text: &str| toml::from_str::<Config>(text).unwrap_or_else(|error| panic!("{error}"));
    let good = config("origins = ['https://app.example']\nmethods = ['PUT']");
    let reloadable = Reloadable::new(good.policy(Mode::Production).unwrap_or_else(|error| panic!("{error}")));
    let server = serve(Cors::new(reloadable.clone()), &reloadable);
    let is_allowed = |origin| Head::preflight("/a", origin, "PUT").send(server.address()).status == 204;
    let shop = "https://shop.example";
    assert!(is_allowed(APP) && !is_allowed(shop));

    let bad = config("origins = ['https://shop.example/', 'https://*.com']\nmethods = ['put']");
    let violations = reloadable.reload(&bad, Mode::Production).expect_err("it breaks three rules");
    let mut rules: Vec<_> = violations.iter().map(|violation| violation.rule().name()).collect();
    rules.sort_unstable();
    assert_eq!(rules, ["inert_entry", "invalid_origin", "public_suffix"]);
    assert!(is_allowed(APP) && !is_allowed(shop), "the old one stays");

    let other = config("origins = ['https://shop.example']\nmethods = ['PUT']");
    reloadable.reload(&other, Mode::Production).unwrap_or_else(|violations| panic!("{violations}"));
    assert!(!is_allowed(APP) && is_allowed(shop), "the new one holds");
}

#[test]
fn a_path_can_have_a_reloadable_policy() {
    cors_policy! { static FIXED; origins: ["https://fixed.example"], methods: [PUT] }
    let [one, other] = policies();
    let reloadable = Reloadable::new(one);
    let cors = Cors::paths().at("/fixed", &FIXED).at("/{tail}*", &reloadable);
    let server = Server::start(move || App::new().wrap(cors.clone()));
    let allowed = |path, origin| {
        let received = Head::preflight(path, origin, "PUT").send(server.address());
        received.one("access-control-allow-methods").map(str::to_owned)
    };
    let fixed = Some("PUT".to_owned());
    assert_eq!(allowed("/a", APP).as_deref(), Some("GET, HEAD, PUT"));
    assert_eq!(allowed("/fixed", "https://fixed.example"), fixed);
    let old = reloadable.swap(other);
    assert_eq!(*old, *ONE.production());
    assert_eq!(allowed("/a", APP).as_deref(), Some("PUT, DELETE"));
    assert_eq!(allowed("/fixed", "https://fixed.example"), fixed);
}

#[test]
fn hosts_are_swapped_too() {
    let config = |host: &str| -> Config {
        toml::from_str(&format!("origins = ['https://app.example']\nhosts = ['{host}']")).expect("it is TOML")
    };
    let policy = config("localhost").policy(Mode::Production).unwrap_or_else(|error| panic!("{error}"));
    let reloadable = Reloadable::new(policy);
    let server = serve(Cors::new(&reloadable), &reloadable);
    let status = || Head::get("/a").send(server.address()).status;
    assert_eq!(status(), 200);
    reloadable.reload(&config("api.example"), Mode::Production).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(status(), 400);
}
