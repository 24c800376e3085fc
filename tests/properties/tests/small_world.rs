//! Everything, in the small: every policy over an alphabet that can be counted through, and every request over it.
//!
//! Each decision is held against the naive reference, each call of a page against the browser model, and the promises of
//! SECURITY.md are asked of every answer.

use std::collections::HashMap;

use cors_engine::browser::Fetch;
use cors_engine::{Entry, Policy, Rule};
use cors_properties::decide::consistent;
use cors_properties::engine;
use cors_properties::reference::{self, Answer, Head, Settings};

/// Two hosts, two schemes, a pattern and a regex: what is written, and what it comes to for the reference.
const ORIGINS: [(&str, &[&str]); 5] = [
    ("https://a.ex", &["https://a.ex"]),
    ("http://a.ex", &["http://a.ex"]),
    ("https://b.ex", &["https://b.ex"]),
    ("https://*.a.ex", &["https://*.a.ex"]),
    (REGEX, &["https://r1.b.ex", "https://r2.b.ex"]),
];
const REGEX: &str = r"https://r[12]\.b\.ex";
const METHODS: [&str; 2] = ["PUT", "PATCH"];
const HEADERS: [&str; 2] = ["x-a", "x-b-*"];

/// What `Origin` says. The last is two lines.
const SENT_ORIGINS: [&[&str]; 10] = [
    &[],
    &["https://a.ex"],
    &["http://a.ex"],
    &["https://b.ex"],
    &["https://s.a.ex"],
    &["https://r1.b.ex"],
    &["https://r3.b.ex"],
    &["https://a.ex:8443"],
    &["null"],
    &["https://a.ex", "https://a.ex"],
];
const SENT_METHODS: [&str; 3] = ["PUT", "PATCH", "put"];
const SENT_HEADERS: [&[&str]; 5] = [&[], &["x-a"], &["X-A, x-b-c"], &["x-c"], &["x-b-"]];

/// Every list over some entries, and `any`.
fn lists<T: Clone>(entries: &[T]) -> Vec<Option<Vec<T>>> {
    let subsets = (0..1_usize << entries.len()).map(|bits| {
        Some(
            entries
                .iter()
                .enumerate()
                .filter(|(at, _)| bits >> at & 1 == 1)
                .map(|(_, entry)| entry.clone())
                .collect(),
        )
    });
    subsets.chain([None]).collect()
}

/// Every policy, with its settings as the reference has them; what cannot be is refused, and left out.
fn policies() -> Vec<(Settings, Policy)> {
    let mut policies = Vec::new();
    for origins in lists(&ORIGINS) {
        for methods in lists(&METHODS.map(String::from)) {
            for headers in lists(&HEADERS.map(String::from)) {
                for expose in [Some(vec![String::from("x-e")]), None] {
                    for credentials in [false, true] {
                        let expanded = |origins: &Vec<(&str, &[&str])>| {
                            origins
                                .iter()
                                .flat_map(|(_, stands_for)| stands_for.iter().map(ToString::to_string))
                                .collect()
                        };
                        let settings = Settings {
                            origins: origins.as_ref().map(expanded),
                            methods: methods.clone(),
                            headers: headers.clone(),
                            expose: expose.clone(),
                            credentials,
                            preflight_status: 204,
                            ..Settings::default()
                        };
                        let entries = origins.iter().flatten().map(|(written, _)| match *written {
                            REGEX => Entry::regex(REGEX),
                            origin => Entry::from(origin),
                        });
                        match engine::compile_origins(&settings, entries) {
                            Ok(policy) => policies.push((settings, policy)),
                            Err(violations) => {
                                let impossible = |rule| match rule {
                                    Rule::EmptyOrigins => {
                                        settings.origins.as_ref().is_some_and(Vec::is_empty)
                                    }
                                    Rule::AnyOriginWithCredentials => {
                                        credentials && settings.origins.is_none()
                                    }
                                    Rule::AnyExposeWithCredentials => {
                                        credentials && settings.expose.is_none()
                                    }
                                    _ => false,
                                };
                                assert!(
                                    violations.iter().all(|violation| impossible(violation.rule())),
                                    "{violations}"
                                );
                            }
                        }
                    }
                }
            }
        }
    }
    policies
}

/// Every request.
fn heads() -> Vec<Head> {
    let bytes = |lines: &[&str]| lines.iter().map(|line| line.as_bytes().to_vec()).collect::<Vec<_>>();
    let mut heads = Vec::new();
    for origin in SENT_ORIGINS {
        for method in ["GET", "PUT", "OPTIONS"] {
            heads.push(Head { method: method.into(), origin: bytes(origin), ..Head::default() });
        }
        for asked in SENT_METHODS {
            for names in SENT_HEADERS {
                heads.push(Head {
                    method: b"OPTIONS".into(),
                    origin: bytes(origin),
                    requested_method: bytes(&[asked]),
                    requested_headers: bytes(names),
                    private_network: false,
                });
            }
        }
    }
    heads
}

fn value<'a>(answer: &'a Answer, field: &str) -> Option<&'a str> {
    answer.fields.iter().find(|(name, _)| name == field).map(|(_, value)| value.as_str())
}

/// SECURITY.md: an origin that no entry lists gets no `Access-Control-*`; where one is named, it is the request's own.
fn lets_nobody_else_in(settings: &Settings, head: &Head, answer: &Answer) {
    let listed = |origin: &[u8]| match &settings.origins {
        None => true,
        Some(entries) => entries.iter().any(|entry| reference::accepts(entry, origin)),
    };
    let is_listed = settings.origins.is_none() || matches!(&head.origin[..], [origin] if listed(origin));
    let allowed = value(answer, "access-control-allow-origin");
    assert!(allowed.is_none() || is_listed, "{head:?} under {settings:?}: {answer:?}");
    let own = head.origin.first().map(Vec::as_slice);
    assert!(
        allowed.is_none_or(|allowed| allowed == "*" || own == Some(allowed.as_bytes())),
        "{head:?} under {settings:?}: {answer:?}"
    );
}

/// SECURITY.md: a cache that goes by `Vary` never gives one page the answer to another.
///
/// Of two requests with one method, both preflights or neither, that differ only in fields which the answer to one does not name
/// in `Vary`, the other gets the same. (No cache stores the answer of an app to `OPTIONS`, which a preflight may look like.)
fn vary_names_what_counts(settings: &Settings, answered: &[(&Head, Answer)]) {
    let mut varies: Vec<&str> = answered.iter().map(|(_, answer)| vary(answer)).collect();
    varies.sort_unstable();
    varies.dedup();
    for names in varies {
        let key = |head: &Head, answer: &Answer| {
            let kind = (head.method.clone(), answer.status.is_some());
            let mut key = (kind, None, None, None);
            for name in names.split(", ").filter(|name| !name.is_empty()) {
                match name {
                    "Origin" => key.1 = Some(head.origin.clone()),
                    "Access-Control-Request-Method" => key.2 = Some(head.requested_method.clone()),
                    "Access-Control-Request-Headers" => key.3 = Some(head.requested_headers.clone()),
                    other => panic!("{other} is a field of no request here"),
                }
            }
            key
        };
        let mut cache: HashMap<_, &Answer> = HashMap::new();
        for (head, answer) in answered.iter().filter(|(_, answer)| vary(answer) == names) {
            cache.insert(key(head, answer), answer);
        }
        for (head, answer) in answered {
            if let Some(cached) = cache.get(&key(head, answer)) {
                assert_eq!(*cached, answer, "{head:?} under {settings:?}, from a cache by {names:?}");
            }
        }
    }
}

fn vary(answer: &Answer) -> &str {
    value(answer, "vary").unwrap_or_default()
}

/// The browser model lets a page do what the reference says, and no more.
fn pages_can_do_what_is_allowed(settings: &Settings, policy: &Policy) -> usize {
    let mut count = 0;
    for origin in SENT_ORIGINS.iter().filter_map(|origin| match origin {
        [origin] if *origin != "null" => Some(*origin),
        _ => None,
    }) {
        for method in ["GET", "PATCH"] {
            for names in [&[][..], &["x-a", "x-b-c"], &["x-c"]] {
                for credentials in [false, true] {
                    let mut fetch = Fetch::new(origin).method(method).credentials(credentials);
                    for name in names {
                        fetch = fetch.header(name, "1");
                    }
                    let ask = |method: &[u8], asked: Option<&str>| {
                        reference::answer(
                            settings,
                            &Head {
                                method: method.into(),
                                origin: vec![origin.into()],
                                requested_method: asked
                                    .map(|asked| asked.as_bytes().to_vec())
                                    .into_iter()
                                    .collect(),
                                requested_headers: if names.is_empty() || asked.is_none() {
                                    Vec::new()
                                } else {
                                    vec![names.join(",").into_bytes()]
                                },
                                private_network: false,
                            },
                        )
                    };
                    let needs_preflight = method != "GET" || !names.is_empty();
                    let passes = !needs_preflight || ask(b"OPTIONS", Some(method)).status == Some(204);
                    let allowed = ask(method.as_bytes(), None);
                    let readable = match value(&allowed, "access-control-allow-origin") {
                        None => false,
                        Some(_) => !credentials || settings.credentials,
                    };
                    let outcome = fetch.ask(policy);
                    assert_eq!(
                        outcome.is_allowed(),
                        passes && readable,
                        "{fetch:?} under {settings:?}: {outcome}"
                    );
                    count += 1;
                }
            }
        }
    }
    count
}

#[test]
fn every_policy_and_every_request() {
    let (policies, heads) = (policies(), heads());
    let (mut decisions, mut calls) = (0, 0);
    for (settings, policy) in &policies {
        let mut answered = Vec::new();
        for head in &heads {
            let answer = engine::answer(policy, head);
            assert_eq!(answer, reference::answer(settings, head), "{head:?} under {settings:?}");
            consistent(&answer);
            lets_nobody_else_in(settings, head, &answer);
            answered.push((head, answer));
        }
        decisions += answered.len();
        // Which response headers are exposed counts for neither: one of the two lists will do.
        if settings.expose.is_some() {
            vary_names_what_counts(settings, &answered);
            calls += pages_can_do_what_is_allowed(settings, policy);
        }
    }
    println!("{} policies, {decisions} decisions, {calls} calls of pages", policies.len());
    // 31 lists of origins and `any`; 5 of methods and 5 of headers; two of exposed headers, with and without credentials,
    // less what cannot be.
    assert_eq!(policies.len(), 31 * 25 * 3 + 25 * 2);
    assert_eq!(decisions, policies.len() * heads.len());
}
