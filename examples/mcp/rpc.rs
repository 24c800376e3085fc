//! The messages: as much of the protocol as a client needs to call one tool.

use serde_json::{Value, json};

/// The revision of the protocol that is spoken here.
const PROTOCOL: &str = "2025-11-25";

/// "Method not found" and "Invalid params". JSON-RPC 2.0, section 5.1.
const NO_METHOD: i32 = -32601;
const NO_SUCH_PARAMS: i32 = -32602;

/// The answer to a message; `None` for a notification.
pub(crate) fn answer(message: &Value) -> Option<Value> {
    let id = message.get("id")?;
    let answer = match message["method"].as_str() {
        Some("initialize") => Ok(json!({
            "protocolVersion": PROTOCOL,
            "capabilities": { "tools": {} },
            "serverInfo": { "name": "cors-actix-example", "version": env!("CARGO_PKG_VERSION") },
        })),
        Some("ping") => Ok(json!({})),
        Some("tools/list") => Ok(json!({ "tools": [{
            "name": "user",
            "description": "Who runs this server: what a stranger's page must not find out",
            "inputSchema": { "type": "object" },
        }] })),
        Some("tools/call") if message["params"]["name"] == "user" => {
            let user = std::env::var("USER").unwrap_or_else(|_| "nobody".into());
            Ok(json!({ "content": [{ "type": "text", "text": user }] }))
        }
        Some("tools/call") => Err((NO_SUCH_PARAMS, "no such tool")),
        _ => Err((NO_METHOD, "no such method")),
    };
    Some(match answer {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err((code, message)) => {
            json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } })
        }
    })
}
