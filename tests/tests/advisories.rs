//! Holes that CORS libraries had: one regression test a row, named after it.
//!
//! Rows 31 to 35 are about policies per path and per route, and stand with those. Row 37 is about the
//! log, and in `log.rs`.

use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, Error, HttpResponse, web};
use cors_actix::{AllowedHosts, Cors, cors_policy};
use cors_engine::adapter::{Field, Lines, Value};
use cors_engine::{Block, Config, Entry, Mode, Policy, Request, Rule, Violations};
use cors_tests::head::Head;
use cors_tests::http::Response;
use cors_tests::server::Server;
use cors_tests::spy::watched;

const FOREIGN: &str = "https://foreign.example";

cors_policy! {
    static ONE;
    origins: ["https://app.example"],
    credentials: true,
    methods: [GET, PUT],
    headers: ["content-type"],
    expose: ["x-total-count"],
    hosts: ["localhost", "[::1]"],
}

cors_policy! {
    static ANY;
    origins: any,
    expose: any,
    expect(any_origin, reason = "what the row is about"),
}

fn judge(block: Block) -> Result<Policy, Violations> {
    Config::new(block).policy(Mode::Production)
}

fn rules(block: Block) -> Vec<Rule> {
    judge(block).expect_err("it breaks a rule").iter().map(|violation| violation.rule()).collect()
}

/// A sound policy of these origins.
fn listed(origins: &[&str]) -> Policy {
    judge(Block::new().origins(origins.iter().copied())).expect("a sound policy")
}

fn denies(policy: &Policy, origins: &[&str]) {
    for origin in origins {
        assert!(!policy.allows_origin(origin.as_bytes()), "{origin}");
    }
}

fn regex(pattern: &str) -> Block {
    Block::new().origins(vec![Entry::regex(pattern)])
}

fn allows(response: &Response) -> Vec<String> {
    let fields = response.fields.iter().filter(|(name, _)| name.starts_with("access-control-"));
    fields.map(|(name, value)| format!("{name}: {value}")).collect()
}

#[test]
fn t01_any_origin_with_credentials_is_refused() {
    for block in [
        Block::new().any_origin().credentials(true),
        Block::new().any_origin().credentials(true).expect("any_origin", "r"),
        Block::new().any_origin().credentials(true).expect("any_origin_with_credentials", "r"),
    ] {
        for mode in [Mode::Production, Mode::Development] {
            let config = Config::new(Block::new()).production(block.clone()).development(block.clone());
            let violations = config.policy(mode).expect_err("it breaks a rule");
            assert!(violations.iter().any(|violation| violation.rule() == Rule::AnyOriginWithCredentials));
        }
    }
    assert!(rules(Block::new().origins(["*"]).credentials(true)).contains(&Rule::InvalidOrigin));
}

#[test]
fn t02_a_wildcard_never_stands_beside_credentials() {
    let block = |credentials| Block::new().credentials(credentials).methods(["GET"]).headers(["x-a"]);
    let mut sound = 0;
    for credentials in [true, false] {
        for origins in [None, Some(["https://app.example"])] {
            let block = match origins {
                None => block(credentials).any_origin().expect("any_origin", "r"),
                Some(origins) => block(credentials).origins(origins),
            };
            let Ok(policy) = judge(block) else {
                assert!(credentials && origins.is_none(), "only the two together are refused");
                continue;
            };
            sound += 1;
            let wildcard = policy.value(Field::AllowOrigin) == Some(Value::Fixed("*"));
            assert_eq!(wildcard, origins.is_none());
            assert_eq!(policy.value(Field::AllowCredentials).is_some(), credentials);
            assert!(!(wildcard && credentials));
        }
    }
    assert_eq!(sound, 3);
}

#[test]
fn t03_any_origin_is_answered_with_the_wildcard() {
    let (server, _) = watched(Cors::new(&ANY));
    let response = Head::get("/").origin("https://a").send(server.address());
    assert_eq!(response.one("access-control-allow-origin"), Some("*"));
}

#[test]
fn t04_nothing_is_allowed_by_default() {
    assert_eq!(rules(Block::new()), [Rule::EmptyOrigins]);
    let (server, _) = watched(Cors::new(&ONE));
    assert_eq!(allows(&Head::get("/").origin("null").send(server.address())), [""; 0]);
}

#[test]
fn t05_no_default_has_credentials() {
    assert!(!listed(&["https://app.example"]).credentials());
}

#[test]
fn t06_no_origins_are_none_and_not_all() {
    assert_eq!(rules(Block::new().origins([""; 0])), [Rule::EmptyOrigins]);
    assert_eq!(rules(Block::new().origins([""])), [Rule::InvalidOrigin]);
    assert_eq!(rules(Block::new().credentials(true)), [Rule::EmptyOrigins]);
}

#[test]
fn t07_a_file_with_any_origin_and_credentials_does_not_start() {
    let config: Config =
        toml::from_str("origins = \"any\"\ncredentials = true").expect("it has the right types");
    let violations = config.policy(Mode::Production).expect_err("it breaks a rule");
    let text = violations.to_string();
    assert!(text.contains("origins") && text.contains("credentials"), "{text}");
}

#[test]
fn t08_a_refused_origin_is_echoed_nowhere() {
    let (server, _) = watched(Cors::new(&ONE));
    for head in [Head::get("/").origin(FOREIGN), Head::preflight("/", FOREIGN, "PUT")] {
        let response = head.send(server.address());
        assert!(response.fields.iter().all(|(_, value)| !value.contains("foreign")), "{response}");
        assert!(!response.text().contains("foreign"));
    }
}

#[test]
fn t09_null_is_refused_when_enforced() {
    let (server, spy) = watched(Cors::new(&ONE).enforce());
    for head in [
        Head::get("/").origin("null"),
        Head::new("POST", "/").origin("null"),
        Head::preflight("/", "null", "PUT"),
        Head::get("/").origin("null").web_socket(),
    ] {
        assert_eq!(head.send(server.address()).status, 403, "{head:?}");
    }
    assert_eq!(spy.take(), 0);
}

#[test]
fn t10_local_origins_do_not_bring_null_along() {
    let block = Block::new().origins(["http://localhost:*", "http://127.0.0.1:*"]);
    let policy = judge(block.expect("loopback_origin", "what the row is about")).expect("a sound policy");
    denies(&policy, &["null", "NULL", "", "file://"]);
}

#[test]
fn t11_an_origin_is_no_part_of_a_longer_one() {
    denies(
        &listed(&["https://example.com"]),
        &[
            "https://notexample.com",
            "https://example.common.net",
            "https://example.com.evil",
            "https://example.co",
        ],
    );
}

#[test]
fn t12_a_wildcard_at_the_end_is_refused() {
    assert_eq!(rules(Block::new().origins(["https://example.com/*"])), [Rule::InvalidOrigin]);
    assert_eq!(rules(Block::new().origins(["http://localhost*"])), [Rule::InvalidOrigin]);
    denies(&listed(&["https://example.com"]), &["https://example.community"]);
}

#[test]
fn t13_a_dot_is_a_dot() {
    denies(&listed(&["https://good.example"]), &["https://goodXexample", "https://good-example"]);
    denies(&listed(&["https://*.good.example"]), &["https://a.goodXexample", "https://aXgood.example"]);
}

#[test]
fn t14_a_regex_ends_where_it_ends() {
    let policy = judge(regex(r"https://trusted\.com")).expect("a sound policy");
    assert!(policy.allows_origin(b"https://trusted.com"));
    denies(&policy, &["https://trusted.com.evil.io", "https://trusted.com:8080", "https://trusted.com\n"]);
}

#[test]
fn t15_a_regex_begins_where_it_begins() {
    for pattern in
        [r"https://example\.com|https://other\.com", r"^https://example\.com$|^https://other\.com$"]
    {
        let policy = judge(regex(pattern)).expect("a sound policy");
        assert!(policy.allows_origin(b"https://other.com"));
        denies(
            &policy,
            &[
                "https://example.com-evil.net",
                "https://evil.net/?https://example.com",
                "https://example.com.evil.net",
                "https://evil.nethttps://other.com",
                "https://evil.net\nhttps://example.com",
            ],
        );
    }
}

#[test]
fn t16_plain_entries_are_no_regexes() {
    assert_eq!(rules(Block::new().origins([".*"])), [Rule::InvalidOrigin]);
    assert_eq!(rules(Block::new().origins(["https://.*"])), [Rule::InvalidOrigin]);
    denies(&listed(&["https://a.example"]), &["https://a-example"]);
}

#[test]
fn t17_a_wildcard_stands_for_labels() {
    denies(
        &listed(&["https://*.example.com"]),
        &[
            "https://evil.com#.example.com",
            "https://evil.com:1@x.example.com",
            "https://evil.com/.example.com",
            "https://evil.com\\.example.com",
            "https://evil.com?.example.com",
            "https://.example.com",
            "https://a..example.com",
        ],
    );
}

#[test]
fn t18_hosts_that_share_an_ending_stay_apart() {
    let hosts = ["https://foo.com", "https://bar.com", "https://*.oo.com", "https://*.far.com"];
    denies(
        &listed(&hosts),
        &[
            "https://barfoo.com",
            "https://foobar.com",
            "https://xoo.com",
            "https://a.foo.com",
            "https://a.bar.com",
        ],
    );
}

#[test]
fn t19_neighbors_do_not_push_each_other_out() {
    let origins = [
        "https://example.com",
        "https://*.example.com",
        "https://example.com:*",
        "https://*.other.com:8443",
        "https://other.com",
    ];
    let block = Block::new().origins(origins).expect("redundant_origin", "what the row is about");
    let policy = judge(block).expect("a sound policy");
    for origin in [
        "https://example.com",
        "https://a.example.com",
        "https://example.com:8443",
        "https://a.b.other.com:8443",
        "https://other.com",
    ] {
        assert!(policy.allows_origin(origin.as_bytes()), "{origin}");
    }
    let names: Vec<_> = (0..200).map(|n| format!("x-header-{n}")).collect();
    let policy = judge(Block::new().origins(["https://a.example"]).headers(&names)).expect("a sound policy");
    assert!(names.iter().all(|name| policy.allows_header(name.as_bytes())));
    assert!(!policy.allows_header(b"x-header-200"));
}

#[test]
fn t20_a_subdomain_needs_its_dot() {
    denies(&listed(&["https://*.example.com"]), &["https://wwwexample.com", "https://www-example.com"]);
}

#[test]
fn t21_scheme_and_port_are_part_of_an_origin() {
    denies(
        &listed(&["https://example.com", "https://*.example.com"]),
        &[
            "http://example.com",
            "https://example.com:8443",
            "http://a.example.com",
            "https://a.example.com:8443",
        ],
    );
}

/// Lines of commas that count how often one is asked for.
struct Commas {
    line: Vec<u8>,
    asked: AtomicUsize,
}

impl Lines for Commas {
    fn line(&self, index: usize) -> Option<&[u8]> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        (index < 1024).then_some(self.line.as_slice())
    }
}

#[test]
fn t22_commas_cost_nothing() {
    let commas = Commas { line: vec![b','; 1024], asked: AtomicUsize::new(0) };
    let asked: &dyn Lines = &commas;
    let request = Request::new(b"OPTIONS").origin(b"https://app.example").requested_method(b"PUT");
    assert!(!ONE.production().decide(&request.requested_headers(asked)).is_allowed());
    // 17 commas decide: of a thousand lines none after the first is read.
    assert_eq!(commas.asked.into_inner(), 1);
}

#[test]
fn t23_a_requested_method_is_one_token() {
    let (server, spy) = watched(Cors::new(&ONE));
    for method in ["GET, PUT", "GET PUT", "PUT\tGET", "", "put", "PUT;", "*"] {
        let response = Head::preflight("/", "https://app.example", method).send(server.address());
        assert_eq!((response.status, allows(&response)), (403, vec![]), "{method:?}");
    }
    assert_eq!(spy.take(), 0);
}

#[test]
fn t24_the_requests_vary_stays_with_the_request() {
    let (server, _) = watched(Cors::new(&ONE));
    let response =
        Head::get("/").origin("https://app.example").field("vary", "x-cookie").send(server.address());
    assert_eq!(response.all("vary"), ["Origin"]);
}

#[test]
fn t25_every_response_varies_by_origin() {
    let (server, _) = watched(Cors::new(&ONE));
    for head in [
        Head::get("/"),
        Head::get("/").origin("https://app.example"),
        Head::get("/").origin(FOREIGN),
        Head::get("/").origin("null"),
    ] {
        assert_eq!(head.send(server.address()).all("vary"), ["Origin"], "{head:?}");
    }
}

#[test]
fn t26_an_origin_that_is_gone_is_not_asked_for_again() {
    async fn forget(
        mut request: ServiceRequest,
        next: Next<impl MessageBody>,
    ) -> Result<ServiceResponse<impl MessageBody>, Error> {
        request.headers_mut().remove(header::ORIGIN);
        next.call(request).await
    }
    let server = Server::start(|| {
        App::new().default_service(web::to(HttpResponse::Ok)).wrap(from_fn(forget)).wrap(Cors::new(&ONE))
    });
    let response = Head::get("/").origin("https://app.example").send(server.address());
    assert_eq!(response.one("access-control-allow-origin"), Some("https://app.example"));
}

#[test]
fn t27_a_refused_request_does_not_run_when_enforced() {
    let (server, spy) = watched(Cors::new(&ONE).enforce());
    for method in ["GET", "HEAD", "POST", "DELETE"] {
        assert_eq!(Head::new(method, "/").origin(FOREIGN).send(server.address()).status, 403, "{method}");
    }
    assert_eq!(spy.take(), 0);
}

#[test]
fn t28_a_form_does_not_reach_a_local_service_when_enforced() {
    let (server, spy) = watched(Cors::new(&ONE).enforce());
    let form = Head::new("POST", "/").origin("https://public.example").field("content-type", "text/plain");
    assert_eq!(form.send(server.address()).status, 403);
    assert_eq!(spy.take(), 0);
}

#[test]
fn t29_a_foreign_host_is_refused() {
    let server = Server::start(|| {
        App::new()
            .default_service(web::to(HttpResponse::Ok))
            .wrap(Cors::new(&ONE).enforce())
            .wrap(AllowedHosts::new(&ONE))
    });
    for (head, status) in [
        (Head::get("/").host("evil.example"), 400),
        (Head::get("/").host("evil.example").origin("http://evil.example"), 400),
        (Head::get("http://evil.example/").host("localhost"), 400),
        (Head::get("/").host("localhost:8080"), 200),
        (Head::get("/").host("[::1]:8080"), 200),
        (Head::get("http://localhost:8080/").host("localhost:8080"), 200),
    ] {
        assert_eq!(head.send(server.address()).status, status, "{head:?}");
    }
}

#[test]
fn t30_a_handlers_own_fields_do_not_survive() {
    let server = Server::start(|| {
        let own = || async {
            HttpResponse::Ok()
                .append_header(("access-control-allow-origin", "*"))
                .append_header(("access-control-allow-credentials", "true"))
                .streaming(futures_util::stream::empty::<Result<bytes::Bytes, Error>>())
        };
        App::new().default_service(web::to(own)).wrap(Cors::new(&ONE).unguarded_upgrades())
    });
    let handshake = Head::get("/").field("upgrade", "websocket").field("connection", "upgrade, close");
    for head in [Head::get("/"), handshake] {
        assert_eq!(allows(&head.clone().origin(FOREIGN).send(server.address())), [""; 0]);
        assert_eq!(allows(&head.clone().send(server.address())), [""; 0]);
        let response = head.origin("https://app.example").send(server.address());
        assert_eq!(response.one("access-control-allow-origin"), Some("https://app.example"));
        assert_eq!(response.one("access-control-allow-credentials"), Some("true"));
    }
}

#[test]
fn t36_private_networks_are_closed_by_default() {
    let (server, _) = watched(Cors::new(&ONE));
    let ask =
        |head: Head| head.field("access-control-request-private-network", "true").send(server.address());
    let name = "access-control-allow-private-network";
    assert_eq!(ask(Head::preflight("/", "https://app.example", "PUT")).all(name), [""; 0]);
    assert_eq!(ask(Head::get("/").origin("https://app.example")).all(name), [""; 0]);
    assert!(
        rules(Block::new().origins(["https://app.example"]).private_network(true))
            .contains(&Rule::PrivateNetwork)
    );
}

#[test]
fn t38_a_preflight_never_reaches_the_app() {
    let (server, spy) = watched(Cors::new(&ONE));
    for head in [
        Head::preflight("/", "https://app.example", "PUT"),
        Head::preflight("/", "https://app.example", "DELETE"),
        Head::preflight("/", FOREIGN, "PUT"),
        Head::preflight("/", "null", ""),
    ] {
        head.send(server.address());
    }
    assert_eq!(spy.take(), 0);
}

#[test]
fn t39_a_refused_response_allows_nothing() {
    let (server, _) = watched(Cors::new(&ONE));
    for head in [
        Head::get("/"),
        Head::get("/").origin(FOREIGN),
        Head::preflight("/", FOREIGN, "PUT"),
        Head::preflight("/", "https://app.example", "DELETE"),
    ] {
        assert_eq!(allows(&head.send(server.address())), [""; 0], "{head:?}");
    }
}

#[test]
fn t40_a_foreign_web_socket_is_refused() {
    let (server, spy) = watched(Cors::new(&ONE));
    assert_eq!(Head::get("/").origin(FOREIGN).web_socket().send(server.address()).status, 403);
    assert_eq!(spy.take(), 0);
}

/// Entries that shared their hash under every seed of the first tables: pairs that differ in two bits, which cancel.
fn colliding(before: &str, after: &str) -> Vec<String> {
    let pairs = (0..20).flat_map(|n| {
        [("0", "a"), ("p", "i")].map(|(one, other)| format!("{before}{n:02}-shop{one}-eu{other}{after}"))
    });
    pairs.collect()
}

#[test]
fn t45_no_choice_of_entries_empties_a_set() {
    let origins = colliding("https://", ".tenants.example.com");
    let patterns = ["https://*.h4hsl6g22iq2h.com", "https://*.huwot56cfskel.com"];
    let more = ["https://*.a.com", "https://*.b.com", "https://*.c.com"];
    let names = colliding("x-tenant", "-abcdefgh");
    // Bytes that differ in the bit by which upper case differs from lower case, and are no letters.
    let spelled = ["x-^-tenant", "x-~-tenant"].map(String::from);
    let hosts = colliding("", ".tenants.example.com");
    for patterns in [&patterns[..], &[patterns.as_slice(), &more].concat()] {
        let entries = origins.iter().map(String::as_str).chain(patterns.iter().copied());
        let block = Block::new().origins(entries).hosts(hosts.clone());
        let policy = judge(block.headers(names.iter().chain(&spelled).cloned())).expect("a sound policy");
        for origin in &origins {
            assert!(policy.allows_origin(origin.as_bytes()), "{origin}");
        }
        for pattern in patterns {
            let origin = pattern.replace('*', "www");
            assert!(policy.allows_origin(origin.as_bytes()), "{origin}");
            assert!(!policy.allows_origin(pattern.replace("*.", "").as_bytes()), "{pattern}");
        }
        for name in names.iter().chain(&spelled) {
            assert!(policy.allows_header(name.as_bytes()), "{name}");
            assert!(policy.allows_header(name.to_uppercase().as_bytes()), "{name}, in capitals");
        }
        for host in &hosts {
            assert!(policy.allows_host(host.as_bytes()), "{host}");
        }
        let other =
            [b"https://00-shop0-eui.tenants.example.com", b"https://00-shopp-eua.tenants.example.com"];
        assert!(other.iter().all(|origin| !policy.allows_origin(*origin)));
        assert!(
            !policy.allows_header(b"x-~-tenan") && !policy.allows_host(b"00-shop0-eui.tenants.example.com")
        );
    }
}
