//! Deciding allocates nothing: every kind of policy, compiled and loaded, and every kind of request.

use std::hint::black_box;

use allocation_counter::measure;
use cors_actix::cors_policy;
use cors_engine::{Block, Config, Entry, Mode, Policy, Request};

cors_policy! {
    static COMPILED;
    origins: [
        "https://app.example",
        "https://*.shop.example",
        "https://api.example:*",
        regex(r"https://pr-\d+\.preview\.example"),
    ],
    credentials: true,
    methods: [GET, PUT, PURGE],
    headers: ["authorization", "content-type", "x-a"],
    expose: ["x-total-count"],
    max_age: 1h,
    hosts: ["api.example", ".internal.example"],
}

fn load(block: Block) -> Policy {
    let policy = Config::default().development(block).policy(Mode::Development);
    policy.unwrap_or_else(|violations| panic!("{violations}"))
}

fn numbered(count: usize, pattern: &str) -> Vec<String> {
    (0..count).map(|number| pattern.replace("{}", &number.to_string())).collect()
}

/// In full, but for the origins.
fn with(block: Block) -> Policy {
    let block = block.methods(["GET", "PUT", "PURGE"]).headers(["authorization", "content-type", "x-a"]);
    load(block.expose(["x-total-count"]).max_age(3600).timing(true))
}

fn policies() -> Vec<(&'static str, Policy)> {
    let at = |origins: &[&str]| Block::new().origins(origins.iter().copied());
    let regex = |text: &str| Block::new().origins([Entry::regex(text)]);
    let any = |block: Block| {
        let block = block.any_method().any_header();
        block.private_network(true)
    };
    vec![
        ("compiled", COMPILED.production().clone()),
        ("one origin", with(at(&["https://app.example"]).credentials(true))),
        ("a few origins", with(at(&["https://app.example", "https://b.example", "null"]))),
        ("many origins", with(Block::new().origins(numbered(1000, "https://t{}.example")))),
        ("one pattern", with(at(&["https://*.shop.example"]))),
        ("any port", with(at(&["https://app.example:*"]))),
        (
            "a few patterns",
            with(at(&["https://*.shop.example", "https://*.b.example", "http://c.example:*"])),
        ),
        ("many patterns", with(Block::new().origins(numbered(1000, "https://*.t{}.example")))),
        ("a regex", with(regex(r"https://(.+\.)?shop\.example(:\d+)?"))),
        ("any origin", with(Block::new().any_origin())),
        ("any of all", load(any(Block::new().any_origin()).expose_any())),
        ("mirrors what is asked", load(any(at(&["https://app.example"]).credentials(true)))),
    ]
}

#[test]
fn deciding_allocates_nothing() {
    let long = format!("https://{}.shop.example", "a".repeat(64 * 1024));
    let near = format!("https://{}app.example", "a.".repeat(120));
    let labels = format!("https://{}shop.example", "a.".repeat(100));
    let origins: [&[u8]; 12] = [
        b"https://app.example",
        b"https://a.b.shop.example",
        b"https://x.t999.example",
        b"https://t999.example",
        b"https://pr-7.preview.example",
        b"https://foreign.example",
        b"null",
        b"",
        b"\xff\x00 https://",
        long.as_bytes(),
        near.as_bytes(),
        labels.as_bytes(),
    ];
    let (commas, names) = (",".repeat(16 * 1024), numbered(1000, "x-{}").join(","));
    let long_name = "a".repeat(64 * 1024);
    let asked: [&[&str]; 7] = [
        &[],
        &["content-type"],
        &["Authorization , X-A", "", "content-type"],
        &["x-b"],
        &[&commas],
        &[&names],
        &[&long_name],
    ];
    for (name, policy) in policies() {
        let decide = |request: &Request<'_>| {
            let counted = measure(|| {
                let decision = policy.decide(request);
                black_box((decision.fields(), decision.status(), decision.unlisted_origin()));
                black_box(policy.decide(&request.vouched(true)).denial().is_some());
                black_box(decision.diagnostic().fields());
            });
            assert_eq!(counted.count_total, 0, "{name}: {request:?}");
        };
        decide(&Request::new(b"GET"));
        for origin in origins {
            let request = Request::new(b"GET").origin(origin);
            decide(&request);
            decide(&request.origin(origin));
            for lines in &asked {
                for method in [b"PUT".as_slice(), b"PURGE", b"DELETE", b"get", b"a b", b""] {
                    let preflight = Request::new(b"OPTIONS").origin(origin).requested_method(method);
                    decide(&preflight.requested_headers(lines).private_network(true));
                }
            }
        }
        for host in ["api.example", "API.example:443.", "x.internal.example", "[::1]:80", "a b", ""] {
            let counted = measure(|| {
                black_box(policy.allows_host(host.as_bytes()));
            });
            assert_eq!(counted.count_total, 0, "{name}: {host:?}");
        }
    }
}

/// What judging a list of mistakes allocates, in proportion to the list.
#[test]
fn judging_grows_with_the_list_and_no_faster() {
    type Spell = fn(usize) -> String;
    type List = fn(Vec<String>) -> Block;
    let origins: List = |entries| Block::new().origins(entries);
    let headers: List = |entries| Block::new().origins(["https://own.example"]).headers(entries);
    let kinds: [(&str, Spell, List); 8] = [
        ("no scheme", |number| format!("*.a{number}.example"), origins),
        ("a slash", |number| format!("https://a{number}.example/"), origins),
        ("no encryption", |number| format!("http://*.a{number}.example"), origins),
        ("upper case", |number| format!("https://A{number}.example"), origins),
        ("a default port", |number| format!("https://a{number}.example:443"), origins),
        ("two in one", |number| format!("https://a{number}.example, https://b.example"), origins),
        ("the same again", |_| String::from("https://a.example"), origins),
        ("a space in a header", |number| format!("x a{number}"), headers),
    ];
    for (name, spell, block) in kinds {
        let judged = |count: usize| {
            let config = Config::default().production(block((0..count).map(spell).collect()));
            let mut violations = 0;
            let info = measure(|| {
                violations = config.policy(Mode::Production).map_or_else(|found| found.len(), |_| 0)
            });
            assert!(violations >= count - 1, "{name}: {violations}");
            info.count_total
        };
        let (few, many) = (judged(500), judged(2000));
        assert!(many < few * 9 / 2, "{name}: {few} for 500 entries, {many} for 2000");
        assert!(many < 2000 * 400, "{name}: {many} for 2000 entries");
    }
}
