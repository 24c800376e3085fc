//! The example program `mcp`: who gets to call its tool, and who does not.

use cors_tests::example::Example;
use cors_tests::head::Head;
use cors_tests::http;
use serde_json::{Value, json};

const INSPECTOR: &str = "http://localhost:6274";

#[test]
fn who_may_call_a_tool() {
    let example = Example::start("mcp", &[]);
    let port = example.address.port();
    let own = format!("http://127.0.0.1:{port}");
    let own_host = format!("127.0.0.1:{port}");
    let rebound = format!("evil.example:{port}");
    let rebound_origin = format!("http://{rebound}");
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "user" } });
    for (name, host, origin, site, status) in [
        ("an editor", own_host.as_str(), None, None, 200),
        ("an editor that says localhost", "localhost", None, None, 200),
        ("the inspector", &own_host, Some(INSPECTOR), Some("cross-site"), 200),
        ("a page of the server's own", &own_host, Some(&own), Some("same-origin"), 200),
        ("a page on the Internet", &own_host, Some("https://evil.example"), Some("cross-site"), 403),
        ("a page on another local port", &own_host, Some("http://localhost:3000"), Some("same-site"), 403),
        ("a sandboxed frame", &own_host, Some("null"), Some("cross-site"), 403),
        ("a page after DNS rebinding", &rebound, Some(&rebound_origin), Some("same-origin"), 400),
        ("the same, where it sends no origin", &rebound, None, Some("same-origin"), 400),
        ("a name that looks like ours", "localhost.evil.example", None, None, 400),
    ] {
        let mut fields = vec![("Host", host), ("Content-Type", "application/json")];
        fields.extend(origin.map(|origin| ("Origin", origin)));
        fields.extend(site.map(|site| ("Sec-Fetch-Site", site)));
        let received = http::send(example.address, "POST /mcp", &fields, &body.to_string());
        assert_eq!(received.status, status, "{name}");
        let is_answered = received.text().contains("content");
        assert_eq!(is_answered, status == 200, "{name}: {}", received.text());
    }
}

#[test]
fn the_inspector_gets_what_a_browser_asks_for() {
    let example = Example::start("mcp", &[]);
    let headers = "authorization,content-type,mcp-protocol-version,mcp-session-id";
    let asked = Head::preflight("/mcp", INSPECTOR, "POST").asks_for(headers).send(example.address);
    assert_eq!((asked.status, asked.one("access-control-allow-origin")), (204, Some(INSPECTOR)));
    let stranger =
        Head::preflight("/mcp", "https://evil.example", "POST").asks_for(headers).send(example.address);
    assert_eq!((stranger.status, stranger.one("access-control-allow-origin")), (403, None));

    let fields = [("Origin", INSPECTOR), ("Content-Type", "application/json")];
    let call = |message: Value| http::send(example.address, "POST /mcp", &fields, &message.to_string());
    let hello = call(json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {} }));
    assert_eq!(hello.one("access-control-expose-headers"), Some("mcp-session-id"));
    let hello: Value = serde_json::from_str(&hello.text()).expect("it is JSON");
    assert_eq!(hello["result"]["serverInfo"]["name"], "cors-actix-example");
    assert_eq!(call(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).status, 202);
    let stream = Head::get("/mcp").origin(INSPECTOR).send(example.address);
    assert_eq!((stream.status, stream.one("access-control-allow-origin")), (405, Some(INSPECTOR)));
}
