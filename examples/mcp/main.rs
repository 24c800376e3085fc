//! `mcp`: a local server of the Model Context Protocol, with the setup that the protocol asks of one.
//!
//! A server on a developer's machine runs with the developer's rights, asks for no password, and every
//! page in every tab can send requests to it. The protocol's answer (revision 2026-07-28,
//! "Streamable HTTP", *Security & Endpoint*; as of November 2026), and what it is here:
//!
//! | the protocol | here |
//! |---|---|
//! | `Origin` must be validated; one that is present and invalid must get 403 | `Cors::new(&MCP).enforce()` |
//! | which is to prevent DNS rebinding: a page whose own name resolves to this machine | `AllowedHosts::new(&MCP)`, and `hosts` in the policy: after rebinding the page's origin is that of `Host` |
//! | bind to localhost only | `bind(("127.0.0.1", …))` |
//!
//! Editors and agents send no `Origin`, and pass. A page that may call, such as the protocol's inspector, is listed
//! by its origin, and gets its preflights answered for the headers that the protocol has on every request.

mod rpc;

use std::io::Write as _;
use std::process::ExitCode;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, Responder, web};
use clap::Parser;
use cors_actix::{AllowedHosts, Cors, cors_policy};
use serde_json::Value;
use tracing_subscriber::filter::LevelFilter;

cors_policy! {
    /// Which pages may call the server from a browser: the inspector on this machine, and no other.
    static MCP;

    // Exact ports. With `:*`, a page on any local port could call every tool.
    origins: ["http://localhost:6274", "http://127.0.0.1:6274"],
    // The protocol no longer has `GET`, `DELETE` or sessions.
    methods: [POST],
    headers: ["authorization", "content-type", "mcp-protocol-version", "mcp-method", "mcp-name"],
    max_age: 10m,
    // The names of this machine that a request may be for. A page that was made to resolve to
    // it by DNS rebinding says its own name here, even where it sends no `Origin`.
    hosts: ["localhost", "127.0.0.1", "[::1]"],

    expect(loopback_origin, reason = "the inspector runs on the machine of the developer, as this server does"),
}

/// A local server of the Model Context Protocol, with one tool.
#[derive(Parser)]
#[command(name = "mcp", version)]
struct Args {
    /// Port of the server on 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
}

#[actix_web::main]
async fn main() -> ExitCode {
    // Refusals are events of level `debug`.
    tracing_subscriber::fmt()
        .without_time()
        .with_writer(std::io::stderr)
        .with_max_level(LevelFilter::DEBUG)
        .init();
    match run(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("mcp: {why}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<(), Box<dyn std::error::Error>> {
    let (cors, hosts) = (Cors::new(&MCP).enforce(), AllowedHosts::new(&MCP));
    let server = HttpServer::new(move || {
        App::new()
            // 405 for `GET` and `DELETE` of older clients, as the protocol has it.
            .service(web::resource("/mcp").post(message))
            // Elsewhere the host check comes last, which is first. Here the protocol wants 403 for an origin that is not ours, and the
            // check would answer 400 before `Origin` is looked at. `Cors` trusts no `Host` that is not among `hosts` either.
            .wrap(hosts.clone())
            .wrap(cors.clone())
    })
    .workers(1)
    .bind(("127.0.0.1", args.port))
    .map_err(|error| format!("port {}: {error}; --port takes another", args.port))?;
    for address in server.addrs() {
        // It is not an error if nobody reads this.
        let _ = write!(
            std::io::stdout(),
            "To ask as an editor does:\n  \
             curl -i http://{address}/mcp -H 'Content-Type: application/json' \
             -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/list' \
             -d '{{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"tools/list\", \
             \"params\": {{\"_meta\": {{\"io.modelcontextprotocol/protocolVersion\": \"2026-07-28\"}}}}}}'\n\
             and as a stranger's page would: add -H 'Origin: https://stranger.example'\n\
             API http://{address}/mcp\n"
        );
    }
    server.run().await?;
    Ok(())
}

async fn message(request: HttpRequest, message: web::Json<Value>) -> impl Responder {
    let (status, body) = rpc::answer(request.headers(), &message);
    let mut response = HttpResponse::build(status);
    match body {
        Some(body) => response.json(body),
        None => response.finish(),
    }
}
