//! The example program `mcp`: who gets to call its tool, and who does not.

use cors_tests::example::Example;
use cors_tests::head::Head;
use cors_tests::http;
use serde_json::{Value, json};

const INSPECTOR: &str = "http://localhost:6274";

/// The protocol's revision as of November 2026.
const REVISION: &str = "2026-07-28";

/// A request with what the protocol has in each: in the body, and as headers.
fn request(method: &'static str, revision: &'static str) -> (Value, [(&'static str, &'static str); 4]) {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": revision,
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let params = json!({ "name": "user", "_meta": meta });
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let headers = [
        ("Content-Type", "application/json"),
        ("MCP-Protocol-Version", revision),
        ("Mcp-Method", method),
        ("Mcp-Name", "user"),
    ];
    (body, headers)
}

#[test]
fn who_may_call_a_tool() {
    let example = Example::start("mcp", &[]);
    let port = example.address.port();
    let own = format!("http://127.0.0.1:{port}");
    let own_host = format!("127.0.0.1:{port}");
    let rebound = format!("evil.example:{port}");
    let rebound_origin = format!("http://{rebound}");
    let (body, headers) = request("tools/call", REVISION);
    for (name, host, origin, site, status) in [
        ("an editor", own_host.as_str(), None, None, 200),
        ("an editor that says localhost", "localhost", None, None, 200),
        ("the inspector", &own_host, Some(INSPECTOR), Some("cross-site"), 200),
        ("a page of the server's own", &own_host, Some(&own), Some("same-origin"), 200),
        ("a page on the Internet", &own_host, Some("https://evil.example"), Some("cross-site"), 403),
        ("a page on another local port", &own_host, Some("http://localhost:3000"), Some("same-site"), 403),
        ("a sandboxed frame", &own_host, Some("null"), Some("cross-site"), 403),
        ("a page after DNS rebinding", &rebound, Some(&rebound_origin), Some("same-origin"), 403),
        ("the same, where it sends no origin", &rebound, None, Some("same-origin"), 400),
        ("the same, in a browser that does not say where from", &rebound, Some(&rebound_origin), None, 403),
        ("a program that asks for another host", &rebound, None, None, 400),
        ("a name that looks like ours", "localhost.evil.example", None, None, 400),
    ] {
        let mut fields = vec![("Host", host)];
        fields.extend(headers);
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
    let headers = "authorization,content-type,mcp-method,mcp-name,mcp-protocol-version";
    let asked = Head::preflight("/mcp", INSPECTOR, "POST").asks_for(headers).send(example.address);
    assert_eq!((asked.status, asked.one("access-control-allow-origin")), (204, Some(INSPECTOR)));
    let stranger =
        Head::preflight("/mcp", "https://evil.example", "POST").asks_for(headers).send(example.address);
    assert_eq!((stranger.status, stranger.one("access-control-allow-origin")), (403, None));
    // What the revision has no more, and what no tool here asks for.
    for (method, headers) in [
        ("GET", "last-event-id"),
        ("DELETE", "mcp-session-id"),
        ("POST", "mcp-session-id"),
        ("POST", "mcp-param-region"),
    ] {
        let asked = Head::preflight("/mcp", INSPECTOR, method).asks_for(headers).send(example.address);
        assert_eq!(asked.status, 403, "{method} {headers}");
    }
    for method in ["GET", "DELETE"] {
        let older = Head::new(method, "/mcp").origin(INSPECTOR).send(example.address);
        assert_eq!(
            (older.status, older.one("access-control-allow-origin")),
            (405, Some(INSPECTOR)),
            "{method}"
        );
    }
}

#[test]
fn a_request_is_answered_as_the_revision_has_it() {
    let example = Example::start("mcp", &[]);
    let call = |body: &Value, headers: &[(&str, &str)]| {
        let fields = [&[("Origin", INSPECTOR)], headers].concat();
        let received = http::send(example.address, "POST /mcp", &fields, &body.to_string());
        // The page reads mistakes as well.
        assert_eq!(received.one("access-control-allow-origin"), Some(INSPECTOR));
        let value: Value = serde_json::from_str(&received.text()).unwrap_or_default();
        (received.status, value)
    };

    let (body, headers) = request("server/discover", REVISION);
    let (status, found) = call(&body, &headers);
    assert_eq!((status, &found["id"]), (200, &json!(1)), "{found}");
    let found = &found["result"];
    assert_eq!((&found["supportedVersions"], &found["resultType"]), (&json!([REVISION]), &json!("complete")));
    assert!(found["capabilities"]["tools"].is_object() && found["ttlMs"].is_u64(), "{found}");

    let (body, headers) = request("tools/list", REVISION);
    assert_eq!(call(&body, &headers).1["result"]["tools"][0]["name"], "user");

    let (body, headers) = request("no/such", REVISION);
    let (status, found) = call(&body, &headers);
    assert_eq!((status, &found["error"]["code"]), (404, &json!(-32601)), "{found}");

    let (body, headers) = request("tools/list", "1900-01-01");
    let (status, found) = call(&body, &headers);
    assert_eq!((status, &found["error"]["code"]), (400, &json!(-32022)), "{found}");
    assert_eq!(found["error"]["data"], json!({ "supported": [REVISION], "requested": "1900-01-01" }));

    // A header that is missing, is not what the body says, or comes twice; and a client of an older revision.
    let (body, headers) = request("tools/call", REVISION);
    for name in ["MCP-Protocol-Version", "Mcp-Method", "Mcp-Name"] {
        let without: Vec<_> = headers.iter().copied().filter(|(field, _)| *field != name).collect();
        let other = [&without[..], &[(name, "other")]].concat();
        let (_, value) = headers.iter().find(|(field, _)| *field == name).expect("it is among them");
        let twice = [&headers[..], &[(name, value)]].concat();
        for headers in [without, other, twice] {
            let (status, found) = call(&body, &headers);
            assert_eq!((status, &found["error"]["code"]), (400, &json!(-32020)), "{name}: {found}");
        }
    }
    let older = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {} });
    let (status, found) = call(&older, &[("Content-Type", "application/json")]);
    let why = found["error"]["message"].as_str().unwrap_or_default();
    assert!(status == 400 && why.contains(REVISION), "{status} {found}");

    let notification = json!({ "jsonrpc": "2.0", "method": "notifications/whatever" });
    assert_eq!(call(&notification, &[("Content-Type", "application/json")]), (202, Value::Null));
}
