//! What `cors export` writes, run by the real servers, answers as `Policy::decide` does.
//!
//! `cargo test -p cors-tests --test export -- --ignored --nocapture`; `CORS_EXPORT_POLICIES=2000` for 10⁵ pairs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use cors_engine::adapter::{Value, requested_names};
use cors_engine::{Config, Mode, Policy, Request};
use cors_tests::example::{Profile, build};
use cors_tests::gateway::{Gateway, Kind, naughty_app};
use cors_tests::generated::{Numbers, made_up};
use cors_tests::http;

/// What browsers send: origins that some entry accepts, and the near misses.
const SENT: &[&str] = &[
    "https://myapp.com",
    "https://www.myapp.com",
    "https://a.b.myapp.com",
    "https://-_0.myapp.com",
    "https://myapp.com.evil.net",
    "https://evilmyapp.com",
    "https://xmyapp.com",
    "https://wwwxmyapp.com",
    "http://myapp.com",
    "https://myapp.com:8443",
    "https://a.eu.myapp.com:8443",
    "https://a.eu.myapp.com",
    "http://localhost",
    "http://localhost:3000",
    "http://localhost:65535",
    "http://localhost.evil.net",
    "http://[::1]:3000",
    "http://a.localhost:1",
    "null",
    "Null",
    "tauri://localhost",
    "app://a.shop",
    "app://shop",
    "https://xn--bcher-kva.example",
    "https://a_b.example.",
    "https://pr-12.preview.com",
    "https://pr-.preview.com",
    "https://pr-1.previewxcom",
    "https://shop.example.com",
    "https://blog.example.com:8443",
    "https://blogxexample.com",
    "https://ab.a.com",
    "https://b.com",
    "https://b.com.evil.net",
    "https://abcdef.a.com",
    "https://x.c.com",
    "https://x.y.c.com",
    "https://a`b.c.com",
    "https://evil.net",
    "HTTPS://MYAPP.COM",
    "https://myapp.com, https://evil.net",
    "https://myapp.com/",
    "*",
    "0",
    "app://x",
    "app://X",
    "http://[2001:db8::1]:8080",
    "http://[2001:db8::1]",
    "http://127.0.0.1:1",
    "https://a^.d.com",
    "https://a(b){2}$.d.com",
    "https://a%'\"\\`.d.com",
    "https://axd.com",
    "https://aé.myapp.com",
    "https://a\u{1}.myapp.com",
    "https://myapp.com\tx",
    "null null",
    "https://tenant-999.myapp.com",
    "https://tenant-1000.myapp.com",
    "https://a/b.c.com",
    "https://a@b.c.com",
    "https://..c.com",
];

const ASKED_METHODS: &[&str] = &[
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "put",
    "PATCH",
    "patch",
    "DELETE",
    "QUERY",
    "x.y",
    "xxy",
    "TRACE",
    "track",
    "P UT",
    "PUT, GET",
    "!#%&'+^_`|~-",
    "!#%&'+^_`|~",
    "PUT\u{1}",
    "CONNECT",
    "é",
];
const ASKED_HEADERS: &[&str] = &[
    "",
    "authorization",
    "authorization,content-type",
    "Authorization , Content-Type",
    ",,authorization,\t",
    "x-csrftoken",
    "x-foreign",
    "authorization,x-foreign",
    "x.y",
    "xxy",
    "x'y",
    "a b",
    "authorization;q=1",
    "\"authorization\"",
    "!#%&'+.^_`|~-",
    "!#%&'+x^_`|~-",
    "x-f-",
    "x-f-a, X-F-B!",
    "x-!'%`-a",
    "x-f-\u{1}",
    "authorization;",
    "é",
    ",",
    "authorization\t,\tcontent-type ,",
];

const PATHS: &[&str] =
    &["/", "/a/b?c=d", "/missing", "/a%20b/%2e%2e/c", "//x/../y?o=https://evil.net", "/%7B%25%24%7D"];

#[derive(Clone)]
struct Sent<'t> {
    method: &'static str,
    path: &'static str,
    fields: Vec<(&'static str, &'t str)>,
    version: &'static str,
}

impl Sent<'_> {
    /// Returns whether a server may say by itself that this is not HTTP: control bytes, or a path that no browser sends.
    fn is_malformed(&self) -> bool {
        let is_odd = |text: &str| text.bytes().any(|byte| (byte < b' ' && byte != b'\t') || byte > b'~');
        self.path.contains("..") || self.fields.iter().any(|(_, value)| is_odd(value))
    }
}

fn requests(numbers: &mut Numbers, kind: Kind, policy: &Policy) -> Vec<Sent<'static>> {
    let mut requests = Vec::new();
    let allowed: Vec<&str> = SENT
        .iter()
        .copied()
        .filter(|origin| {
            let fields = vec![("Origin", *origin)];
            let sent = Sent { method: "GET", path: "/", fields, version: "1.1" };
            decided(policy, &sent).1.contains_key("access-control-allow-origin")
        })
        .collect();
    for _ in 0..50 {
        let mut fields = Vec::new();
        if !numbers.one_in(12) {
            let some = if numbers.one_in(2) && !allowed.is_empty() { &allowed } else { SENT };
            fields.push(("Origin", some[numbers.below(some.len())]));
            // nginx joins repeated fields since 1.23 alone; no browser repeats one.
            if kind != Kind::Nginx && numbers.one_in(25) {
                fields.push(("Origin", SENT[numbers.below(SENT.len())]));
            }
        }
        let is_preflight = numbers.one_in(2);
        if !is_preflight && numbers.one_in(10) {
            fields.push(("Access-Control-Request-Method", "PUT"));
        }
        if is_preflight && !numbers.one_in(10) {
            let method =
                if numbers.one_in(3) { "PUT" } else { ASKED_METHODS[numbers.below(ASKED_METHODS.len())] };
            fields.push(("Access-Control-Request-Method", method));
            let headers = ASKED_HEADERS[numbers.below(ASKED_HEADERS.len())];
            if !headers.is_empty() || numbers.one_in(2) {
                fields.push(("Access-Control-Request-Headers", headers));
            }
            if kind != Kind::Nginx && numbers.one_in(25) {
                fields.push(("Access-Control-Request-Method", "GET"));
            }
            if kind != Kind::Nginx && numbers.one_in(15) {
                let more = ASKED_HEADERS[numbers.below(ASKED_HEADERS.len())];
                fields.push(("Access-Control-Request-Headers", more));
            }
            if numbers.one_in(4) {
                fields.push(("Access-Control-Request-Private-Network", "true"));
            }
        }
        let method =
            if is_preflight { "OPTIONS" } else { ["GET", "POST", "DELETE", "HEAD"][numbers.below(4)] };
        let path = PATHS[numbers.below(PATHS.len())];
        if numbers.one_in(20) {
            fields.push(("Host", "API.EXAMPLE:8080"));
        }
        // Envoy refuses upgrades that it was not told of.
        if kind != Kind::Envoy && method == "GET" && numbers.one_in(5) {
            fields.extend([
                ("Connection", "close, Upgrade"),
                ("Upgrade", "websocket"),
                ("Sec-WebSocket-Version", "13"),
                ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ]);
        }
        // Envoy refuses HTTP/1.0 unless it is told not to.
        let version = if kind != Kind::Envoy && numbers.one_in(20) { "1.0" } else { "1.1" };
        requests.push(Sent { method, path, fields, version });
    }
    // What a proxy may make of one list, which no browser does.
    if kind != Kind::Nginx {
        let fields = vec![
            ("Origin", allowed.first().copied().unwrap_or("https://myapp.com")),
            ("Access-Control-Request-Method", "PUT"),
            ("Access-Control-Request-Headers", "authorization,x-csrftoken"),
            ("Access-Control-Request-Headers", "x-f-a"),
        ];
        requests.push(Sent { method: "OPTIONS", path: "/", fields, version: "1.1" });
    }
    requests
}

/// The fields as a browser or a cache reads them: lists are sets, names have no case.
type Read = BTreeMap<String, BTreeSet<String>>;

fn read(name: &str, value: &str) -> BTreeSet<String> {
    let is_list = name != "access-control-allow-origin" && name != "timing-allow-origin";
    if !is_list {
        return [value.to_owned()].into();
    }
    let elements = value
        .split(',')
        .map(|element| element.trim_matches([' ', '\t']))
        .filter(|element| !element.is_empty());
    match name {
        "access-control-allow-methods" => elements.map(str::to_owned).collect(),
        _ => elements.map(str::to_ascii_lowercase).collect(),
    }
}

/// The status of a preflight, and the fields, by the policy.
fn decided(policy: &Policy, sent: &Sent<'_>) -> (Option<u16>, Read) {
    let all = |name: &'static str| {
        sent.fields.iter().filter(move |(field, _)| *field == name).map(|(_, value)| *value)
    };
    let lines: Vec<&str> = all("Access-Control-Request-Headers").collect();
    let mut request = Request::new(sent.method.as_bytes())
        .requested_headers(&lines)
        .private_network(all("Access-Control-Request-Private-Network").next().is_some());
    for origin in all("Origin") {
        request = request.origin(origin.as_bytes());
    }
    for method in all("Access-Control-Request-Method") {
        request = request.requested_method(method.as_bytes());
    }
    let decision = policy.decide(&request);
    let mut fields = Read::new();
    for field in decision.fields() {
        let value = match policy.value(field).expect("it is announced") {
            Value::Fixed(text) => text.to_owned(),
            Value::RequestOrigin => all("Origin").next().unwrap_or_default().to_owned(),
            Value::RequestMethod => {
                all("Access-Control-Request-Method").next().unwrap_or_default().to_owned()
            }
            Value::RequestHeaders => {
                let names: Vec<&str> =
                    requested_names(&lines).map(|name| std::str::from_utf8(name).expect("ASCII")).collect();
                names.join(",")
            }
            other => panic!("{other:?}"),
        };
        fields.entry(field.name().to_owned()).or_default().extend(read(field.name(), &value));
    }
    fields.retain(|_, values| !values.is_empty());
    (decision.status(), fields)
}

/// The bytes of a request.
fn written(server: SocketAddr, sent: &Sent<'_>) -> String {
    let has = |name: &str| sent.fields.iter().any(|(field, _)| *field == name);
    let mut head = format!("{} {} HTTP/{}\r\n", sent.method, sent.path, sent.version);
    for (name, value) in &sent.fields {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    for (name, value) in [("Host", server.to_string()), ("Connection", "close".into())] {
        if !has(name) {
            let _ = write!(head, "{name}: {value}\r\n");
        }
    }
    head + "\r\n"
}

/// The status of a preflight, and the fields, as a server has them.
fn read_answer(response: &http::Response) -> (Option<u16>, Read) {
    let mut fields = Read::new();
    for (name, value) in response.cors() {
        let single = name.ends_with("allow-origin") || name == "access-control-allow-credentials";
        assert!(!(single && fields.contains_key(name)), "{name} comes twice: {response}");
        fields.entry(name.to_owned()).or_default().extend(read(name, value));
    }
    // The app's own `Vary` stays; so may what the server adds for compression.
    if let Some(vary) = fields.get_mut("vary") {
        vary.remove("accept-encoding");
    }
    fields.retain(|_, values| !values.is_empty());
    let is_of_app = response.one("x-app").is_some();
    ((!is_of_app).then_some(response.status), fields)
}

fn answered(server: SocketAddr, sent: &Sent<'_>) -> (Option<u16>, Read, http::Response) {
    let response = http::exchange(server, written(server, sent).as_bytes());
    let (status, fields) = read_answer(&response);
    (status, fields, response)
}

/// The same for a request that a server may refuse to read: `None` if it hangs up.
fn perhaps_answered(server: SocketAddr, sent: &Sent<'_>) -> Option<http::Response> {
    let mut socket = http::connect(server).expect("the server listens");
    // It may hang up in the middle.
    let _ = socket.write_all(written(server, sent).as_bytes());
    http::receive(&mut socket).ok()
}

fn cors() -> &'static PathBuf {
    static CORS: OnceLock<PathBuf> = OnceLock::new();
    CORS.get_or_init(|| build("cors", Profile::Debug))
}

fn export(target: &str, text: &str, name: &str) -> String {
    let file = std::env::temp_dir().join(format!("cors-export-{target}-{name}-{}.toml", std::process::id()));
    fs::write(&file, text).expect("the policy is written");
    let output = Command::new(cors()).args(["export", target, "--mode", "development"]).arg(&file).output();
    let output = output.expect("cors runs");
    fs::remove_file(&file).expect("it is there");
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cors prints UTF-8")
}

/// The pairs on which each server has to agree with the engine; the README states it.
const LEAST: usize = 2000;

#[test]
fn the_readme_states_how_many_pairs_agree() {
    let readme = include_str!("../../README.md").split_whitespace().collect::<Vec<_>>().join(" ");
    let stated = format!("at least {LEAST} generated pairs of policy and request on each");
    assert!(readme.contains(&stated), "README.md does not say: {stated}");
}

/// Runs generated policies on a real server, and holds each answer against the engine's.
fn answers_like_the_engine(kind: Kind) {
    let count = std::env::var("CORS_EXPORT_POLICIES").ok().and_then(|count| count.parse().ok()).unwrap_or(44);
    let mut numbers = Numbers(18);
    let app = naughty_app();
    let mut pairs = 0;
    let mut allowed = 0;
    let mut refused = 0;
    let mut left: usize = count;
    while left > 0 {
        let batch = left.min(40);
        left -= batch;
        let texts: Vec<String> = (0..batch).map(|_| made_up(&mut numbers, kind)).collect();
        let exported: Vec<String> = texts
            .iter()
            .enumerate()
            .map(|(index, text)| export(kind.target(), text, &index.to_string()))
            .collect();
        let gateway = Gateway::start(kind, &exported, app);
        for (index, text) in texts.iter().enumerate() {
            let config: Config = toml::from_str(text).expect("it is TOML");
            let policy =
                config.policy(Mode::Development).unwrap_or_else(|violations| panic!("{text}{violations}"));
            for sent in requests(&mut numbers, kind, &policy) {
                let (status, fields) = decided(&policy, &sent);
                let (found_status, found, response) = answered(gateway.site(index), &sent);
                let shown = || {
                    let Sent { method, path, fields, version } = &sent;
                    format!(
                        "{kind:?}\n{text}\n{method} {path} {version} {fields:?}\n{response}\n{}",
                        exported[index]
                    )
                };
                if sent.is_malformed() && matches!(found_status, Some(400 | 404)) {
                    let is_silent = !found.keys().any(|name| name.starts_with("access-control-"));
                    assert!(is_silent || found == fields, "{}", shown());
                    refused += 1;
                    continue;
                }
                assert_eq!(found_status, status, "the status: {}", shown());
                assert_eq!(found, fields, "the fields: {}", shown());
                allowed += usize::from(fields.contains_key("access-control-allow-origin"));
                pairs += 1;
            }
        }
    }
    println!("{kind:?}: {refused} requests that are not HTTP were refused as such");
    assert!(pairs >= LEAST && allowed > pairs / 5, "{pairs} pairs, {allowed} of them allowed");
    println!(
        "{kind:?}: {pairs} pairs of policy and request answered as by the engine, {allowed} of them allowed"
    );
}

/// Policies for requests that are longer than any browser's.
const FOR_LONG_REQUESTS: &[&str] = &[
    "origins = [\"https://myapp.com\", \"https://*.myapp.com\"]\nheaders = [\"authorization\", \"x-token\"]",
    "origins = [{ regex = 'https://[a-z.]+\\.c\\.com' }]\ncredentials = true\nheaders = [\"x-f-*\"]",
    "origins = [\"https://*.myapp.com\"]\ncredentials = true\nheaders = \"any\"\nmethods = \"any\"",
    "origins = \"any\"\nheaders = [\"authorization\", \"x-token\"]",
    "origins = \"any\"\nheaders = \"any\"\nmethods = \"any\"",
];

/// Origins and lists of every length up to what no server reads: each answer is the engine's, or an outright refusal.
fn long_requests(kind: Kind) {
    let app = naughty_app();
    let texts: Vec<String> = FOR_LONG_REQUESTS
        .iter()
        .map(|policy| format!("origins = [\"https://myapp.com\"]\n[development]\n{policy}\n"))
        .collect();
    let exported: Vec<String> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| export(kind.target(), text, &format!("long-{index}")))
        .collect();
    let gateway = Gateway::start(kind, &exported, app);
    let (mut agreed, mut refused) = (0, 0);
    let lengths =
        [100, 252, 260, 290, 299, 300, 301, 310, 400, 1000, 4000, 8000, 16_000, 33_000, 70_000, 200_000];
    for (index, text) in texts.iter().enumerate() {
        let config: Config = toml::from_str(text).expect("it is TOML");
        let policy = config.policy(Mode::Development).unwrap_or_else(|wrong| panic!("{text}{wrong}"));
        for (length, end) in lengths.into_iter().flat_map(|length| {
            [".myapp.com", ".myapp.com:8443", ".c.com", ".evil.net", "/.myapp.com", ".myapp.com.evil.net"]
                .map(|end| (length, end))
        }) {
            // Labels of letters and dots, as long as it takes.
            let wanted: usize = length - "https://".len() - end.len();
            let host: String = "abcdefghi.".chars().cycle().take(wanted - 1).collect();
            let origin = format!("https://{host}z{end}");
            assert_eq!(origin.len(), length);
            let names: Vec<String> = match length % 3 {
                0 => vec!["authorization".into(); length / 14],
                1 => (0..length / 8).map(|number| format!("x-f-{number}")).collect(),
                _ => vec![String::new(); length],
            };
            let is_empty = names.iter().all(String::is_empty);
            let names = names.join(",");
            let listed = if index == 1 { "https://a.c.com" } else { "https://a.myapp.com" };
            for (method, fields) in [
                ("GET", vec![("Origin", origin.as_str())]),
                ("OPTIONS", vec![("Origin", &origin), ("Access-Control-Request-Method", "PUT")]),
                (
                    "OPTIONS",
                    vec![
                        ("Origin", listed),
                        ("Access-Control-Request-Method", "GET"),
                        ("Access-Control-Request-Headers", &names),
                    ],
                ),
                ("OPTIONS", vec![("Origin", listed), ("Access-Control-Request-Method", &host)]),
            ] {
                let sent = Sent { method, path: "/", fields, version: "1.1" };
                let (mut status, mut fields) = decided(&policy, &sent);
                if is_empty && sent.fields.len() == 3 {
                    // The engine counts empty elements, a regex does not: no name is let in by them.
                    let mut asks_nothing = sent.clone();
                    asks_nothing.fields.truncate(2);
                    (status, fields) = decided(&policy, &asks_nothing);
                }
                let Some(response) = perhaps_answered(gateway.site(index), &sent) else {
                    refused += 1;
                    continue;
                };
                let (found_status, found) = read_answer(&response);
                let is_silent = !found.keys().any(|name| name.starts_with("access-control-"));
                let is_refusal = matches!(found_status, Some(400..=599));
                if is_refusal && is_silent && found_status != status {
                    refused += 1;
                    continue;
                }
                let shown = || format!("{kind:?} {length} {end} {method}\n{text}\n{response}");
                assert_eq!(found_status, status, "the status: {}", shown());
                assert_eq!(found, fields, "the fields: {}", shown());
                agreed += 1;
            }
        }
    }
    println!(
        "{kind:?}: {agreed} long requests answered as by the engine, {refused} refused by the server itself"
    );
    assert!(agreed > refused, "{kind:?}: {agreed} agreed, {refused} refused");
}

#[test]
#[ignore = "needs nginx"]
fn nginx_long() {
    long_requests(Kind::Nginx);
}

#[test]
#[ignore = "needs HAProxy"]
fn haproxy_long() {
    long_requests(Kind::Haproxy);
}

#[test]
#[ignore = "needs Caddy"]
fn caddy_long() {
    long_requests(Kind::Caddy);
}

#[test]
#[ignore = "needs Apache"]
fn apache_long() {
    long_requests(Kind::Apache);
}

#[test]
#[ignore = "needs Envoy"]
fn envoy_long() {
    long_requests(Kind::Envoy);
}

#[test]
#[ignore = "needs nginx"]
fn nginx() {
    answers_like_the_engine(Kind::Nginx);
}

#[test]
#[ignore = "needs HAProxy"]
fn haproxy() {
    answers_like_the_engine(Kind::Haproxy);
}

#[test]
#[ignore = "needs Caddy"]
fn caddy() {
    answers_like_the_engine(Kind::Caddy);
}

#[test]
#[ignore = "needs Apache"]
fn apache() {
    answers_like_the_engine(Kind::Apache);
}

#[test]
#[ignore = "needs Envoy"]
fn envoy() {
    answers_like_the_engine(Kind::Envoy);
}
