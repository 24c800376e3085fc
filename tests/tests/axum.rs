//! The example on axum, started as a process and talked to over a socket: the engine without Actix.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use cors_tests::head::Head;
use cors_tests::program::{Profile, build};

/// The program, stopped when this is dropped.
struct Axum {
    process: Child,
    address: SocketAddr,
}

impl Axum {
    fn start() -> Self {
        let mut command = Command::new(build("axum", Profile::Debug));
        let mut process = command.arg("0").stdout(Stdio::piped()).spawn().expect("it starts");
        let output = process.stdout.take().expect("its output is piped");
        let line = BufReader::new(output).lines().next().and_then(Result::ok).unwrap_or_default();
        let address = line.strip_prefix("API  http://").and_then(|address| address.parse().ok());
        Self { process, address: address.unwrap_or_else(|| panic!("no address: {line}")) }
    }
}

impl Drop for Axum {
    fn drop(&mut self) {
        // It may have stopped already; then there is nothing to do.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn the_engine_answers_for_another_framework() {
    let axum = Axum::start();
    let page = "https://shop.myapp.com";
    let preflight = |origin, method| Head::preflight("/tasks/1", origin, method);
    let allowed = "204\n\
        access-control-allow-credentials: true\n\
        access-control-allow-headers: authorization, content-type\n\
        access-control-allow-methods: GET, HEAD, PUT\n\
        access-control-allow-origin: https://shop.myapp.com\n\
        access-control-max-age: 3600\n\
        vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
    let refused = "403\nvary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
    let readable = |status| {
        format!(
            "{status}\n\
             access-control-allow-credentials: true\n\
             access-control-allow-origin: {page}\n\
             access-control-expose-headers: x-total-count\n"
        )
    };
    for (name, request, wanted) in [
        ("a preflight", preflight(page, "PUT").asks_for("authorization,content-type"), allowed.into()),
        ("another origin's", preflight("https://evil.example", "PUT"), refused.into()),
        ("another method's", preflight(page, "DELETE"), refused.into()),
        ("another header's", preflight(page, "PUT").asks_for("x-token"), refused.into()),
        ("two origins", preflight(page, "PUT").origin(page), refused.into()),
        ("two methods", preflight(page, "PUT").field("access-control-request-method", "PUT"), refused.into()),
        (
            "the call, whose app sets a field by hand",
            Head::new("PUT", "/tasks/1").origin(page),
            readable(200) + "vary: Origin",
        ),
        (
            "what the app says of itself stays",
            Head::get("/tasks").origin(page),
            readable(200) + "vary: accept\nvary: Origin",
        ),
        ("not found", Head::get("/nothing").origin(page), readable(404) + "vary: Origin"),
        ("not allowed", Head::new("DELETE", "/tasks").origin(page), readable(405) + "vary: Origin"),
        (
            "a stranger",
            Head::new("PUT", "/tasks/1").origin("https://evil.example"),
            "200\nvary: Origin".into(),
        ),
        ("no origin", Head::new("PUT", "/tasks/1"), "200\nvary: Origin".into()),
        ("OPTIONS of the app", Head::new("OPTIONS", "/tasks").origin(page), readable(405) + "vary: Origin"),
    ] {
        assert_eq!(request.send(axum.address).to_string(), wanted, "{name}");
    }
}

#[test]
fn an_adapter_is_short() {
    let lines = include_str!("../../examples/axum/main.rs").lines().count();
    assert!(lines < 100, "{lines} lines");
}
