//! `mcp`: a local server of the Model Context Protocol, with the setup that the protocol asks of one.
//!
//! A server on a developer's machine runs with the developer's rights, asks for no password, and every
//! page in every tab can send requests to it. The protocol's answer (specification of 2025-11-25,
//! "Transports", *Security Warning*), and what it is here:
//!
//! | the protocol | here |
//! |---|---|
//! | validate `Origin`, and answer 403 to one that is not allowed | `Cors::new(&MCP).enforce()` |
//! | prevent DNS rebinding: a page whose own name resolves to this machine | `AllowedHosts::new(&MCP)`, and `hosts` in the policy |
//! | bind to localhost only | `bind(("127.0.0.1", …))` |
//!
//! Editors and agents send no `Origin`, and pass. A page that may call, such as the protocol's inspector, is listed
//! by its origin, and gets preflights answered and `Mcp-Session-Id` exposed.

mod rpc;

use std::io::Write as _;
use std::process::ExitCode;

use actix_web::{App, HttpResponse, HttpServer, Responder, web};
use clap::Parser;
use cors_actix::{AllowedHosts, Cors, cors_policy};
use serde_json::Value;
use tracing_subscriber::filter::LevelFilter;

cors_policy! {
    /// Which pages may call the server from a browser: the inspector on this machine, and no other.
    static MCP;

    // Exact ports. With `:*` whatever runs on any local port could have every tool called.
    origins: ["http://localhost:6274", "http://127.0.0.1:6274"],
    methods: [GET, POST, DELETE],
    headers: ["authorization", "content-type", "last-event-id", "mcp-protocol-version", "mcp-session-id"],
    expose: ["mcp-session-id"],
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
            // This server opens no stream of its own: 405 for `GET`, as the protocol has it.
            .service(web::resource("/mcp").post(message))
            .wrap(cors.clone())
            .wrap(hosts.clone())
    })
    .workers(1)
    .bind(("127.0.0.1", args.port))
    .map_err(|error| format!("port {}: {error}; --port takes another", args.port))?;
    for address in server.addrs() {
        // Nobody may be reading, which is no reason to stop.
        let _ = write!(
            std::io::stdout(),
            "To ask as an editor does:\n  \
             curl -i http://{address}/mcp -H 'Content-Type: application/json' \
             -d '{{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"tools/list\"}}'\n\
             and as a stranger's page would: add -H 'Origin: https://stranger.example'\n\
             API http://{address}/mcp\n"
        );
    }
    server.run().await?;
    Ok(())
}

async fn message(message: web::Json<Value>) -> impl Responder {
    match rpc::answer(&message) {
        Some(answer) => HttpResponse::Ok().json(answer),
        // A notification has no answer.
        None => HttpResponse::Accepted().finish(),
    }
}
