//! Minutes of valid and hostile requests at full speed on the release `task-api`: nothing fails, and its memory
//! stays where it was after the first of them.
//!
//! `CORS_SOAK_MINUTES=1 cargo test -p cors-tests --test soak -- --ignored --nocapture`
#![cfg(target_os = "linux")]

use std::fs;
use std::io::Write;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cors_tests::http::{self, Response};
use cors_tests::task_api::{Profile, TaskApi};

const CONNECTIONS: usize = 4;

/// How often its memory is looked at. What the allocator and the pools take for good they take in the first fifth.
const SAMPLES: u32 = 20;

/// What may be added after that, in KiB: pages that the allocator has not given back yet.
const TOLERANCE: u64 = 2048;

#[test]
#[ignore = "takes CORS_SOAK_MINUTES, 10 by default, and a release build: see tests/README.md"]
fn memory_is_flat_and_nothing_fails() {
    let minutes = std::env::var("CORS_SOAK_MINUTES").ok().map(|text| text.parse::<f64>().expect("a number"));
    let time = Duration::from_secs_f64(60.0 * minutes.unwrap_or(10.0));
    let mut task_api = TaskApi::start(Profile::Release, &[], &[]);
    let process = task_api.process_id().expect("it has started");
    let at_start = resident(process);

    let requests = Arc::new(requests(&task_api));
    let (stop, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let clients: Vec<_> = (0..CONNECTIONS)
        .map(|number| {
            let (requests, stop, count) = (requests.clone(), stop.clone(), count.clone());
            let mut client = Client { server: task_api.api.address, socket: None };
            thread::spawn(move || {
                // Each begins elsewhere in the list, so that they do not go in step.
                let from = number * requests.len() / CONNECTIONS;
                for request in requests.iter().cycle().skip(from) {
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    client.send(request);
                    count.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();

    let begin = Instant::now();
    let mut residents = Vec::new();
    while begin.elapsed() < time && !clients.iter().any(|client| client.is_finished()) {
        thread::sleep(time / SAMPLES);
        residents.push(resident(task_api.process_id().expect("it still runs")));
    }
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.join().expect("every request got the answer that it should");
    }
    println!(
        "{} requests in {:.0?} on {CONNECTIONS} connections; resident KiB: {at_start} at the start, then {residents:?}",
        count.load(Ordering::Relaxed),
        begin.elapsed(),
    );
    let (warm_up, after) = residents.split_at(residents.len() / 5);
    let most = |residents: &[u64]| residents.iter().copied().max().expect("there are samples");
    assert!(most(after) <= most(warm_up) + TOLERANCE, "memory grows");
}

/// `VmRSS`, in KiB.
fn resident(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("the process runs");
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).expect("Linux says how much it has")
}

/// Bytes to send, and what has to come of it.
struct Request {
    name: String,
    bytes: Vec<u8>,
    /// The status; `None` where any but a 5xx will do, and so will closing the connection.
    status: Option<u16>,
}

/// One that keeps its connection for as long as the server lets it.
struct Client {
    server: SocketAddr,
    socket: Option<TcpStream>,
}

impl Client {
    fn send(&mut self, request: &Request) {
        let answer = self.exchange(request);
        match (&answer, request.status) {
            (Ok(answer), Some(wanted)) => assert_eq!(answer.status, wanted, "{}", request.name),
            (Ok(answer), None) => assert!(answer.status < 500, "{}: {answer}", request.name),
            (Err(error), Some(_)) => panic!("{}: {error}", request.name),
            (Err(_), None) => {}
        }
        let goes_on = |answer: &Response| {
            answer.one("connection").is_none_or(|word| !word.eq_ignore_ascii_case("close"))
        };
        // What was made of a malformed request may be two; the next connection begins anew.
        if request.status.is_none() || !answer.as_ref().is_ok_and(goes_on) {
            self.socket = None;
        }
    }

    fn exchange(&mut self, request: &Request) -> std::io::Result<Response> {
        let socket = match &mut self.socket {
            Some(socket) => socket,
            none => none.insert(http::connect(self.server)?),
        };
        socket.write_all(&request.bytes)?;
        if request.status.is_none() {
            socket.shutdown(Shutdown::Write)?;
        }
        http::receive(socket)
    }
}

/// What is sent over and over: for each hostile request some that have to get what they always get.
fn requests(task_api: &TaskApi) -> Vec<Request> {
    let host = task_api.api.text.trim_start_matches("http://").to_owned();
    let (trusted, untrusted) = (task_api.trusted.text.clone(), task_api.untrusted.text.clone());
    let head = |line: &str, fields: &[(&str, &str)], body: &str| {
        let mut text = format!("{line} HTTP/1.1\r\nhost: {host}\r\n");
        for (name, value) in fields {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() {
            text.push_str(&format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len()));
        }
        format!("{text}\r\n{body}").into_bytes()
    };
    let bearer = {
        let bytes = head("POST /api/login", &[], r#"{"user":"demo","password":"demo"}"#);
        let login = Client { server: task_api.api.address, socket: None }
            .exchange(&Request { name: "login".into(), bytes, status: Some(200) })
            .expect("the demo user may log in")
            .text();
        let token = login.split("\"token\":\"").nth(1).and_then(|rest| rest.split('"').next());
        format!("Bearer {}", token.expect("there is a token"))
    };

    let names = |count: usize| (0..count).map(|at| format!("x-{at}")).collect::<Vec<_>>().join(",");
    let (many, long) = (names(1000), "a.".repeat(2000));
    let mut valid = Vec::new();
    for (name, status, line, fields, body) in [
        ("health", 200, "GET /api/health", vec![("origin", trusted.as_str())], ""),
        ("health, no origin", 200, "GET /api/health", vec![], ""),
        ("health, untrusted", 200, "GET /api/health", vec![("origin", &untrusted)], ""),
        ("not there", 404, "GET /api/nothing", vec![("origin", &trusted)], ""),
        ("no token", 401, "GET /api/tasks", vec![("origin", &trusted)], ""),
        ("list", 200, "GET /api/tasks?limit=5", vec![("origin", &trusted), ("authorization", &bearer)], ""),
        ("bad body", 400, "POST /api/tasks", vec![("origin", &trusted), ("authorization", &bearer)], "{"),
        (
            "origin that is none",
            200,
            "GET /api/health",
            vec![("origin", "https://\u{e9}\\.myapp.com#@x")],
            "",
        ),
        ("two origins", 200, "GET /api/health", vec![("origin", &trusted), ("origin", &trusted)], ""),
        ("long origin", 200, "GET /api/health", vec![("origin", &long)], ""),
        ("another host", 400, "GET http://evil.example/api/health", vec![("origin", &trusted)], ""),
    ] {
        valid.push(Request { name: name.into(), bytes: head(line, &fields, body), status: Some(status) });
    }
    for (name, status, origin, method, headers) in [
        ("preflight", 204, trusted.as_str(), "PUT", "authorization,content-type"),
        ("preflight by a pattern", 204, "https://a.b.myapp.com", "PATCH", "content-type"),
        ("preflight by a regex", 204, "https://pr-17.myapp-preview.com", "PUT", ""),
        ("preflight, untrusted", 403, &untrusted, "PUT", "authorization"),
        ("preflight, method", 403, &trusted, "PURGE", ""),
        ("preflight, header", 403, &trusted, "PUT", "x-other"),
        ("preflight, many headers", 403, &trusted, "PUT", &many),
        ("preflight, near miss", 403, "https://evilmyapp.com", "PUT", ""),
        ("preflight, long origin", 403, &long, "PUT", ""),
    ] {
        let asked = [
            ("origin", origin),
            ("access-control-request-method", method),
            ("access-control-request-headers", headers),
        ];
        let bytes = head("OPTIONS /api/tasks", &asked, "");
        valid.push(Request { name: name.into(), bytes, status: Some(status) });
    }

    let hostile = [
        ("nothing", Vec::new()),
        ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec()),
        ("half a head", b"GET /api/health HTTP/1.1\r\nhost: local".to_vec()),
        ("a head over the limit", head("GET /", &[("origin", &"x".repeat(300_000))], "")),
        ("1000 fields", head("GET /", &vec![("origin", "https://a.example"); 1000], "")),
        ("no host", b"GET /api/health HTTP/1.0\r\n\r\n".to_vec()),
        ("two hosts", head("GET /api/health", &[("host", "evil.example")], "")),
        ("two lengths", head("POST /api/login", &[("content-length", "1"), ("content-length", "2")], "{}")),
        ("less than it says", head("POST /api/login", &[("content-length", "500")], "")),
        ("bad chunks", head("POST /api/login", &[("transfer-encoding", "chunked")], "zz\r\n")),
        ("a path of dots", head("GET /api/../..//%2e%2e/%00/tasks", &[], "")),
        ("an upgrade", head("GET /api/health", &[("connection", "upgrade"), ("upgrade", "websocket")], "")),
        ("bare line feeds", b"GET /api/health HTTP/1.1\nhost: localhost\n\n".to_vec()),
        ("bytes over ASCII", [head("GET /api/health", &[], ""), vec![0xff; 64]].concat()),
    ];
    let hostile = hostile.into_iter().map(|(name, bytes)| Request { name: name.into(), bytes, status: None });
    let mut mixed = Vec::new();
    for bad in hostile {
        mixed.extend(valid.iter().map(|good| Request {
            bytes: good.bytes.clone(),
            name: good.name.clone(),
            ..*good
        }));
        mixed.push(bad);
    }
    // What waits for the disk comes once a round.
    for (name, status, line, body) in [
        ("create", 201, "POST /api/tasks", r#"{"title":"soak"}"#),
        ("list what there is", 200, "GET /api/tasks", ""),
        ("remove all", 204, "DELETE /api/tasks", ""),
    ] {
        let fields = [("origin", "https://admin.myapp.com"), ("authorization", bearer.as_str())];
        mixed.push(Request { name: name.into(), bytes: head(line, &fields, body), status: Some(status) });
    }
    mixed
}
