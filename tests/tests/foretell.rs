//! Development foretells production: what the log says is what the production policy itself refuses, and the line to write is
//! proved by the rules.
//!
//! The tests run in their own process: see `log.rs`.

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex, MutexGuard};

use actix_web::http::Method;
use actix_web::test::TestRequest;
use actix_web::{App, get, web};
use cors_actix::{Cors, PolicySet, cors, cors_policy};
use cors_engine::__private::policy_set;
use cors_engine::{Block, Config, Mode, Policy};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

const APP: &str = "https://app.example";

/// What the log got at level `warn`, by field.
#[derive(Clone, Default)]
struct Warnings(Arc<Mutex<Vec<Warning>>>);

#[derive(Clone, Debug, Default)]
struct Warning {
    key: String,
    name: String,
    message: String,
}

impl Visit for Warning {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = match field.name() {
            "key" => &mut self.key,
            "name" => &mut self.name,
            "message" => &mut self.message,
            _ => return,
        };
        write!(text, "{value:?}").expect("a string takes it");
    }
}

impl Subscriber for Warnings {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("cors_actix") && *metadata.level() == Level::WARN
    }

    fn event(&self, event: &Event<'_>) {
        let mut warning = Warning::default();
        event.record(&mut warning);
        self.0.lock().expect("nobody panics").push(warning);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// One test at a time: see `log.rs`.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

#[derive(Clone, Debug)]
struct Preflight {
    method: Vec<u8>,
    headers: Vec<Vec<u8>>,
}

impl Preflight {
    fn request(&self) -> TestRequest {
        let preflight = TestRequest::with_uri("/a").method(Method::OPTIONS).insert_header(("origin", APP));
        let preflight = preflight.insert_header(("access-control-request-method", self.method.as_slice()));
        self.headers.iter().fold(preflight, |preflight, line| {
            preflight.append_header(("access-control-request-headers", line.as_slice()))
        })
    }

    fn is_allowed(&self, policy: &Policy) -> bool {
        let request = cors_engine::Request::new(b"OPTIONS").origin(APP.as_bytes());
        policy.decide(&request.requested_method(&self.method).requested_headers(&self.headers)).is_allowed()
    }
}

/// What the log says while two apps, as two workers have them, answer these.
fn warnings(set: &'static PolicySet, preflights: &[Preflight]) -> Vec<Warning> {
    cors_tests::expect_no_mode();
    let _alone = alone();
    let warnings = Warnings::default();
    tracing::subscriber::with_default(warnings.clone(), || {
        actix_web::rt::System::new().block_on(async {
            let cors = Cors::new(set);
            let app = || App::new().default_service(web::to(|| async { "done" })).wrap(cors.clone());
            let (one, other) =
                (actix_web::test::init_service(app()).await, actix_web::test::init_service(app()).await);
            for preflight in preflights {
                let answer = actix_web::test::call_service(&one, preflight.request().to_request()).await;
                assert_eq!(answer.status() == 204, preflight.is_allowed(set.active()), "{preflight:?}");
                actix_web::test::call_service(&other, preflight.request().to_request()).await;
            }
        });
    });
    warnings.0.lock().expect("nobody panics").clone()
}

/// SplitMix64: https://prng.di.unimi.it/splitmix64.c
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).expect("31 bits") % end
    }

    fn some<'t>(&mut self, from: &[&'t str]) -> Vec<&'t str> {
        from.iter().copied().filter(|_| self.below(3) == 0).collect()
    }
}

/// Entries that keep the rules.
const METHODS: &[&str] = &["GET", "PUT", "PATCH", "PURGE", "DELETE", "QUERY"];
const HEADERS: &[&str] = &["authorization", "content-type", "x-a", "x-app-*", "x-csrf-token", "tracestate"];

/// What pages, and others, ask for.
const ASKED_METHODS: &[&str] = &[
    "GET", "HEAD", "POST", "PUT", "PATCH", "patch", "purge", "delete", "QUERY", "TRACE", "MOVE", "M*", "a b",
    "Put",
];
const ASKED_HEADERS: &[&str] = &[
    "authorization",
    "Content-Type",
    "contenttype",
    "Autorization",
    "x-a",
    "X-A",
    "x-app-",
    "x-app-id",
    "x-b",
    "x-*",
    "cookie",
    "sec-fetch-site",
    "access-control-allow-origin",
    "access-control-request-method",
    "a b",
    "x-'`|~",
    "traceparant",
    "*",
    "X-App",
];

/// A production policy and one for development that allows whatever is asked, or no more than another list.
fn draw(chance: &mut Chance) -> &'static PolicySet {
    let production = Block::new().origins(["https://elsewhere.example"]);
    let production = match chance.below(4) {
        0 => production,
        _ => production.methods(chance.some(METHODS)),
    };
    let production = match chance.below(6) {
        0 => production,
        1 => production.any_header(),
        2 => production.headers((0..40).map(|number| format!("x-many-{number}"))),
        _ => production.headers(chance.some(HEADERS)),
    };
    let development = match chance.below(4) {
        0 => Block::new().origins([APP]).any_method().any_header().credentials(true),
        1 => Block::new().origins([APP]).methods(METHODS.to_vec()).headers([
            "x-a",
            "x-b",
            "x-*",
            "authorization",
        ]),
        _ => Block::new().any_origin().any_method().any_header(),
    };
    let config = Config::default().production(production).development(development);
    let of = |mode| config.policy(mode).unwrap_or_else(|violations| panic!("{violations}"));
    Box::leak(Box::new(policy_set(of(Mode::Production), Some(of(Mode::Development)))))
}

/// The judge: asks the production policy about each name on its own.
fn refused(set: &PolicySet, preflights: &[Preflight]) -> BTreeSet<(String, String)> {
    let production = set.get(Mode::Production).expect("it always exists");
    let mut refused = BTreeSet::new();
    let asked = |method: &[u8], headers: &[Vec<u8>]| {
        let request = cors_engine::Request::new(b"OPTIONS").origin(b"https://elsewhere.example");
        production.decide(&request.requested_method(method).requested_headers(&headers)).is_allowed()
    };
    let text = |bytes: &[u8]| String::from_utf8(bytes.into()).expect("these are text");
    let good: &[u8] = production.methods().next().unwrap_or_default().as_bytes();
    for preflight in preflights.iter().filter(|preflight| preflight.is_allowed(set.active())) {
        if !asked(&preflight.method, &[]) {
            refused.insert(("methods".into(), text(&preflight.method)));
        }
        for name in &preflight.headers {
            // Where no method is allowed, headers cannot be asked about by a preflight.
            let is_allowed = if good.is_empty() {
                production.allows_header(name)
            } else {
                asked(good, std::slice::from_ref(name))
            };
            if !is_allowed {
                refused.insert(("headers".into(), text(name).to_ascii_lowercase()));
            }
        }
    }
    refused
}

/// Whether the rules take the production policy with this list, and then allow the name.
fn holds_with(production: &Policy, key: &str, list: &[String], name: &str) -> bool {
    let block = Block::new().origins(["https://elsewhere.example"]);
    let block = match key {
        "methods" => block.methods(list),
        _ => block.headers(list),
    };
    let kept = |policy: Policy| match key {
        "methods" => {
            production.methods().all(|method| policy.allows_method(method.as_bytes()))
                && policy.allows_method(name.as_bytes())
        }
        _ => {
            production.headers().all(|header| policy.headers().any(|kept| kept == header))
                && policy.allows_header(name.as_bytes())
        }
    };
    Config::new(block).policy(Mode::Production).is_ok_and(kept)
}

/// The list with which the message says to replace the policy's.
fn proposed(production: &Policy, warning: &Warning) -> Option<(Vec<String>, String)> {
    let (_, advice) = warning.message.split_once("\nto allow it: ")?;
    let called = match advice.split_once(", and call `fetch` with method: ") {
        Some((_, method)) => serde_json::from_str(method).expect("a string"),
        None => warning.name.clone(),
    };
    if let Some(entry) = advice.strip_prefix("add ") {
        let (entry, _) = entry.split_once(" to the list of `headers`").expect("it says to which");
        let listed = production.headers().map(String::from);
        return Some((listed.chain([serde_json::from_str(entry).expect("a string")]).collect(), called));
    }
    let list = advice.strip_prefix(&format!("{}: ", warning.key)).expect("it is about the key");
    let end = list.find(']').expect("the list ends") + 1;
    Some((serde_json::from_str(&list[..end]).expect("a list of strings"), called))
}

#[test]
fn what_is_foretold_is_what_production_refuses() {
    let (mut said, mut proposals) = (0, 0);
    for seed in 0..150 {
        let chance = &mut Chance(seed);
        let set = draw(chance);
        let preflights: Vec<_> = (0..8)
            .map(|_| Preflight {
                method: ASKED_METHODS[chance.below(ASKED_METHODS.len())].into(),
                headers: (0..chance.below(4))
                    .map(|_| ASKED_HEADERS[chance.below(ASKED_HEADERS.len())].into())
                    .collect(),
            })
            .collect();
        let warnings = warnings(set, &preflights);
        let names: Vec<_> =
            warnings.iter().map(|it| (it.key.clone(), it.name.to_ascii_lowercase())).collect();
        let distinct: BTreeSet<_> = warnings
            .iter()
            .map(|it| {
                (
                    it.key.clone(),
                    if it.key == "headers" { it.name.to_ascii_lowercase() } else { it.name.clone() },
                )
            })
            .collect();
        assert_eq!(distinct, refused(set, &preflights), "seed {seed}: {preflights:?}");
        assert_eq!(distinct.len(), names.len(), "seed {seed}: each is said once: {warnings:#?}");
        said += names.len();
        let production = set.production();
        for warning in &warnings {
            match proposed(production, warning) {
                Some((list, called)) => {
                    proposals += 1;
                    assert!(
                        holds_with(production, &warning.key, &list, &called),
                        "seed {seed}: {warning:#?}"
                    );
                }
                // The page is to write it as the list does.
                None if warning.message.contains("methods are compared with their case") => {
                    let (_, called) = warning.message.split_once("with method: ").expect("it says how");
                    let called: String = serde_json::from_str(called).expect("a string");
                    assert!(production.allows_method(called.as_bytes()), "seed {seed}: {warning:#?}");
                }
                // Nothing else is proposed only if the entry itself would break a rule.
                None => {
                    let listed: Vec<String> = match warning.key.as_str() {
                        "methods" => production.methods().map(String::from).collect(),
                        _ => production.headers().map(String::from).collect(),
                    };
                    let list: Vec<_> = listed.into_iter().chain([warning.name.clone()]).collect();
                    assert!(
                        !holds_with(production, &warning.key, &list, &warning.name),
                        "seed {seed}: {warning:#?}"
                    );
                }
            }
        }
    }
    assert!(said > 300 && proposals > 100, "{said} names are said, with {proposals} proposals");
}

#[test]
fn a_page_that_asks_for_everything_does_not_flood_the_log() {
    let open = Block::new().any_origin().any_method().any_header();
    let config = Config::default().production(Block::new().origins([APP])).development(open);
    let of = |mode| config.policy(mode).unwrap_or_else(|violations| panic!("{violations}"));
    let set: &PolicySet = Box::leak(Box::new(policy_set(of(Mode::Production), Some(of(Mode::Development)))));
    let name = |length: usize| format!("x-{}", "y".repeat(length - 2)).into_bytes();
    let (longest, too_long) = (name(128), name(129));
    let preflights: Vec<_> = (0..50)
        .map(|round| Preflight {
            method: b"GET".into(),
            headers: (0..20)
                .map(|number| format!("x-{}", round * 20 + number).into_bytes())
                .chain([longest.clone(), too_long.clone()])
                .collect(),
        })
        .collect();
    let warnings = warnings(set, &preflights);
    let (end, names) = warnings.split_last().expect("something is said");
    assert_eq!(names.len(), 64);
    assert!(
        names.iter().all(|warning| warning.key == "headers" && warning.name.starts_with("x-")),
        "{names:#?}"
    );
    let of_some_length = names.iter().filter(|warning| warning.name.starts_with("x-y")).count();
    assert_eq!(of_some_length, 1, "only the shorter one is said: {names:#?}");
    assert!(end.message.contains("more than 64 names") && end.name.is_empty(), "{end:#?}");
}

cors_policy! {
    static SHOP;
    origins: ["https://app.example"],
    headers: ["authorization"],
    methods: [GET],
}

cors_policy! {
    static TASKS;
    production { origins: ["https://app.example"], methods: [GET], headers: ["authorization"] }
    development { origins: any, methods: any, headers: any }
}

#[cors(TASKS)]
#[get("/route")]
async fn route() -> &'static str {
    "done"
}

#[test]
fn the_policy_of_a_route_foretells_and_one_for_production_does_not() {
    cors_tests::expect_no_mode();
    let _alone = alone();
    let warnings = Warnings::default();
    let preflight = |path: &str, headers: &str| {
        let preflight = TestRequest::with_uri(path).method(Method::OPTIONS).insert_header(("origin", APP));
        let preflight = preflight.insert_header(("access-control-request-method", "GET"));
        preflight.insert_header(("access-control-request-headers", headers.to_owned())).to_request()
    };
    tracing::subscriber::with_default(warnings.clone(), || {
        actix_web::rt::System::new().block_on(async {
            let app = actix_web::test::init_service(App::new().service(route).wrap(Cors::new(&SHOP))).await;
            for (path, headers, status) in
                [("/route", "authorization,x-route", 204), ("/a", "authorization", 204), ("/a", "x-app", 403)]
            {
                let answer = actix_web::test::call_service(&app, preflight(path, headers)).await;
                assert_eq!(answer.status(), status, "{path}");
            }
        });
    });
    let warnings = warnings.0.lock().expect("nobody panics").clone();
    let [warning] = warnings.as_slice() else { panic!("{warnings:#?}") };
    assert_eq!(
        warning.message,
        "allowed here, but not by the production policy: the request header x-route is not in `headers`\n\
         to allow it: headers: [\"authorization\", \"x-route\"]"
    );
}
