//! `reload`: an API whose CORS policy is a file, and follows the file while it runs.
//!
//! Save a mistake and the log says what is wrong with it, and the old policy stays in force.

mod policy;
mod watch;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use actix_web::{App, HttpServer, web};
use clap::Parser;
use cors_actix::{Cors, Reloadable};
use tracing_subscriber::filter::LevelFilter;

/// An API whose CORS policy is a file, and follows the file while it runs.
#[derive(Parser)]
#[command(name = "reload", version)]
struct Args {
    /// The policy: its keys are those of `cors_policy!`
    #[arg(default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/reload/policy.toml"))]
    policy: PathBuf,

    /// Port of the API on 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
}

#[actix_web::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .without_time()
        .with_writer(std::io::stderr)
        .with_max_level(LevelFilter::INFO)
        .init();
    match run(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("reload: {why}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<(), Box<dyn std::error::Error>> {
    // At start-up there is no old policy to keep: if the file has mistakes, nothing is served.
    let text = policy::read(&args.policy)?;
    let policy = Reloadable::new(policy::compile(&text)?);

    let cors = Cors::new(&policy);
    let server =
        HttpServer::new(move || App::new().route("/tasks", web::get().to(async || "[]")).wrap(cors.clone()))
            .workers(2)
            .bind(("127.0.0.1", args.port))
            .map_err(|error| format!("port {}: {error}; --port takes another", args.port))?;

    // It watches until it is dropped.
    let _watcher = watch::follow(args.policy.clone(), text, policy)?;
    let mut text =
        format!("Edit {}, and the API follows. To ask it as a page would:\n", args.policy.display());
    for address in server.addrs() {
        text += &format!(
            "  curl -i -H 'Origin: https://app.example' http://{address}/tasks\nAPI http://{address}/tasks\n"
        );
    }
    // It is not an error if nobody reads this.
    let _ = std::io::stdout().write_all(text.as_bytes());
    server.run().await?;
    Ok(())
}
