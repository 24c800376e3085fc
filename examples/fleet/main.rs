//! `fleet`: an API of any number of processes, which all have their policy and their tenants' origins from one store.
//!
//! ```text
//!   fleet publish policy.toml ──► store ──► notification ──► each process: Reloadable::follow
//!   fleet tenant add ORIGIN   ──► store ──► notification ──► each process: one answer forgotten
//! ```
//!
//! The store is PostgreSQL, Redis or, where no server is named, a file of SQLite.

mod args;
mod feed;
mod serve;
mod store;
mod tenants;

use std::process::ExitCode;

use clap::Parser as _;
use cors_actix::{Block, Config, Mode};
use tracing_subscriber::filter::LevelFilter;

use args::{Args, Command, Tenant};
use store::{Failure, Store};

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
            eprintln!("fleet: {why}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<(), Failure> {
    let store = Store::open(&args.store)?;
    store.prepare().await?;
    match args.command {
        Command::Serve(serve) => serve::run(store, serve).await,
        Command::Publish { policy } => publish(&store, &std::fs::read_to_string(policy)?).await,
        Command::Tenant(Tenant::Add { origin }) => {
            check(&origin)?;
            store.add_tenant(&origin).await
        }
        Command::Tenant(Tenant::Remove { origin }) => store.remove_tenant(&origin).await,
    }
}

/// Publishes a policy that keeps the rules. The processes would refuse any other, but here it is seen at once.
async fn publish(store: &Store, text: &str) -> Result<(), Failure> {
    let config: Config = toml::from_str(text)?;
    let policy = config.policy(Mode::Production)?;
    let version = store.publish(text).await?;
    println!("version {version}, fingerprint {}", policy.fingerprint());
    Ok(())
}

/// Checks a tenant's origin by the rules of the policy.
fn check(origin: &str) -> Result<(), Failure> {
    if origin.contains('*') {
        return Err("a tenant has one origin: patterns are for the policy".into());
    }
    Config::new(Block::new().origins([origin])).policy(Mode::Production)?;
    Ok(())
}
