//! `task-api`: a task API behind a compiled CORS policy, and two pages that try it from a browser.

mod api;
mod args;
mod auth;
mod error;
mod exchanges;
mod listen;
mod pages;
mod policy;
mod store;

use std::io::Write as _;
use std::process::ExitCode;

use actix_web::web;
use clap::Parser as _;
use cors_actix::{Cors, Mode};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

use args::Args;
use listen::Listener;
use pages::Urls;

#[actix_web::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    // The library reports each refusal at debug level: here they are the point of the exercise.
    tracing_subscriber::registry()
        .with(tracing_subscriber::fmt::layer().without_time().with_writer(std::io::stderr))
        .with(Targets::new().with_default(LevelFilter::WARN).with_target("cors", LevelFilter::DEBUG))
        .init();

    match run(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("task-api: {why}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<(), Box<dyn std::error::Error>> {
    let choice = policy::choose(args.wanted_mode(), args::production_is_forced());
    if let Some(note) = choice.note {
        eprintln!("task-api: {note}");
    }
    let tokens = auth::Tokens::new(args.jwt_secret.as_deref())?;
    let store = store::Store::open(args.database.as_deref())?;

    let exchanges = web::Data::new(exchanges::Exchanges::default());

    let mut cors = Cors::new(choice.policy);
    if args.diagnostics || choice.mode == Mode::Development {
        cors = cors.diagnostics();
    }

    // All three are bound before anything is printed, so whoever reads a URL can use it.
    let api = Listener::localhost(args.port, "--port")?;
    let trusted = Listener::localhost(args.page_port, "--page-port")?;
    let untrusted = Listener::numeric(args.untrusted_port, "--untrusted-port")?;
    let urls = Urls { api: api.url(), trusted: trusted.url(), untrusted: untrusted.url() };
    announce(&urls, choice.mode);

    futures_util::future::try_join3(
        api::serve(api, cors, choice.policy, store, tokens, exchanges.clone())?,
        pages::serve(trusted, pages::render(&urls, &choice, true), exchanges.clone())?,
        pages::serve(untrusted, pages::render(&urls, &choice, false), exchanges)?,
    )
    .await?;
    Ok(())
}

fn announce(urls: &Urls, mode: Mode) {
    let Urls { api, trusted, untrusted } = urls;
    let mode = policy::name(mode);
    let text = format!(
        "task-api serves its {mode} policy\n\
         \n\
         \x20 API             {api}\n\
         \x20 trusted page    {trusted}\n\
         \x20 untrusted page  {untrusted}\n\
         \n\
         Open both pages in a browser and compare. A preflight to try by hand:\n\
         \n\
         \x20 curl -i -X OPTIONS {api}/api/tasks -H 'Origin: {trusted}' \
         -H 'Access-Control-Request-Method: POST' \
         -H 'Access-Control-Request-Headers: authorization,content-type'\n\
         \n\
         Ctrl-C stops all three.\n"
    );
    // It is not an error if nobody reads this any more (`task-api | head -1`): it still serves.
    let _ = std::io::stdout().write_all(text.as_bytes());
}
