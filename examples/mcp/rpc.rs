//! The messages: as much of the protocol as a client needs to call one tool.

use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use serde_json::{Value, json};

/// The revision of the protocol that is spoken here, and no other.
const PROTOCOL: &str = "2026-07-28";

/// JSON-RPC 2.0, section 5.1.
const INVALID_REQUEST: i32 = -32600;
const NO_METHOD: i32 = -32601;
const NO_SUCH_PARAMS: i32 = -32602;

/// The protocol's own, in "Error Codes".
const HEADER_MISMATCH: i32 = -32020;
const UNSUPPORTED_VERSION: i32 = -32022;

/// Under `_meta` of each request.
const VERSION_KEY: &str = "io.modelcontextprotocol/protocolVersion";

/// Why the answer to a message is not a result.
struct Failure {
    status: StatusCode,
    code: i32,
    message: String,
    data: Value,
}

impl Failure {
    fn new(status: StatusCode, code: i32, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), data: Value::Null }
    }

    fn mismatch(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, HEADER_MISMATCH, message)
    }
}

/// The answer to a message; without a body for a notification.
pub(crate) fn answer(headers: &HeaderMap, message: &Value) -> (StatusCode, Option<Value>) {
    let Some(id) = message.get("id") else {
        // The revision defines no notification that a client sends here, and no header for one.
        return (StatusCode::ACCEPTED, None);
    };
    match result(headers, message) {
        Ok(result) => (StatusCode::OK, Some(json!({ "jsonrpc": "2.0", "id": id, "result": result }))),
        Err(failure) => {
            let mut error = json!({ "code": failure.code, "message": failure.message });
            if !failure.data.is_null() {
                error["data"] = failure.data;
            }
            (failure.status, Some(json!({ "jsonrpc": "2.0", "id": id, "error": error })))
        }
    }
}

fn result(headers: &HeaderMap, message: &Value) -> Result<Value, Failure> {
    let method = message["method"].as_str();
    let method =
        method.ok_or_else(|| Failure::new(StatusCode::BAD_REQUEST, INVALID_REQUEST, "there is no method"))?;
    agrees(headers, "mcp-protocol-version", message["params"]["_meta"][VERSION_KEY].as_str())?;
    agrees(headers, "mcp-method", Some(method))?;
    let asked = message["params"]["_meta"][VERSION_KEY].as_str().unwrap_or_default();
    if asked != PROTOCOL {
        return Err(Failure {
            data: json!({ "supported": [PROTOCOL], "requested": asked }),
            ..Failure::new(StatusCode::BAD_REQUEST, UNSUPPORTED_VERSION, "Unsupported protocol version")
        });
    }
    let name = message["params"]["name"].as_str();
    Ok(match method {
        "server/discover" => json!({
            "resultType": "complete",
            "supportedVersions": [PROTOCOL],
            "capabilities": { "tools": {} },
            "ttlMs": 3_600_000,
            "cacheScope": "public",
            "_meta": { "io.modelcontextprotocol/serverInfo": {
                "name": "cors-actix-example",
                "version": env!("CARGO_PKG_VERSION"),
            } },
        }),
        // No parameter of the tool is mirrored (`x-mcp-header`), so a page needs no `Mcp-Param-*` either.
        "tools/list" => json!({
            "resultType": "complete",
            "tools": [{
                "name": "user",
                "description": "Who runs this server: what a stranger's page must not find out",
                "inputSchema": { "type": "object", "additionalProperties": false },
            }],
            "ttlMs": 3_600_000,
            "cacheScope": "public",
        }),
        "tools/call" => {
            agrees(headers, "mcp-name", name)?;
            if name != Some("user") {
                return Err(Failure::new(StatusCode::OK, NO_SUCH_PARAMS, "no such tool"));
            }
            let user = std::env::var("USER").unwrap_or_else(|_| "nobody".into());
            json!({ "resultType": "complete", "content": [{ "type": "text", "text": user }] })
        }
        _ => return Err(Failure::new(StatusCode::NOT_FOUND, NO_METHOD, "no such method")),
    })
}

/// Holds a header to what the body says: whoever routes by the one and whoever acts on the other must not differ.
///
/// A name that is not ASCII comes in Base64, and no tool here has such a name.
fn agrees(headers: &HeaderMap, name: &str, body: Option<&str>) -> Result<(), Failure> {
    let mut lines = headers.get_all(name);
    let (line, more) = (lines.next().and_then(|line| line.to_str().ok()), lines.next());
    match line {
        Some(line) if more.is_none() && Some(line) == body => Ok(()),
        Some(_) => Err(Failure::mismatch(format!("{name} is not what the body says"))),
        // Older clients open with `initialize` and show this to their users.
        None => {
            Err(Failure::mismatch(format!("{name} is missing: this server only speaks revision {PROTOCOL}")))
        }
    }
}
