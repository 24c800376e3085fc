//! `tenants`: an API whose customers bring domains of their own, which are in a database.
//!
//! A tenant is added while it runs: by its own `PUT /tenants`, or by any other program that writes to the
//! database.

mod lookup;
mod store;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, Responder, web};
use clap::Parser;
use cors_actix::{Block, Config, Cors, Mode, cors_policy};
use serde::Deserialize;
use tracing_subscriber::filter::LevelFilter;

use lookup::Tenants;
use store::Store;

cors_policy! {
    /// What holds for everybody, and our own origin. The tenants' origins are in the database; what they
    /// may do is written here.
    static TASKS;
    origins: ["https://app.example"],
    credentials: true,
    methods: [GET, PUT],
    headers: ["authorization", "content-type"],
    max_age: 10m,
}

/// An API whose customers bring domains of their own.
#[derive(Parser)]
#[command(name = "tenants", version)]
struct Args {
    /// SQLite file that keeps the tenants, created if missing
    database: PathBuf,

    /// Port of the API on 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = 8080)]
    port: u16,

    /// Seconds for which an answer of the database is remembered. For that long, a removed tenant may still be
    /// allowed, and one that another program added may still be refused
    #[arg(long, default_value_t = 60)]
    remember: u64,

    /// Milliseconds for which a request waits for the database
    #[arg(long, default_value_t = 2_000)]
    wait: u64,
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
            eprintln!("tenants: {why}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<(), Box<dyn std::error::Error>> {
    // One for all workers: what one has looked up, the others need not ask again.
    let tenants = Tenants::new(Store::open(&args.database)?, Duration::from_secs(args.remember));
    let cors =
        Cors::new(&TASKS).origins_from(tenants.clone()).origins_timeout(Duration::from_millis(args.wait));
    let tenants = web::Data::new(tenants);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(tenants.clone())
            .route("/tasks", web::get().to(async || "[]"))
            // A real service asks for an administrator's token here.
            .route("/tenants", web::put().to(add))
            .wrap(cors.clone())
    })
    .workers(2)
    .bind(("127.0.0.1", args.port))
    .map_err(|error| format!("port {}: {error}; --port takes another", args.port))?;

    let mut text = String::new();
    for address in server.addrs() {
        text += &format!(
            "Add a tenant:  curl -X PUT http://{address}/tenants -H 'Content-Type: application/json' -d '{{\"origin\": \"https://tenant.example\"}}'\n\
             and ask:       curl -i http://{address}/tasks -H 'Origin: https://tenant.example'\n\
             API http://{address}/\n"
        );
    }
    // It is not an error if nobody reads this.
    let _ = std::io::stdout().write_all(text.as_bytes());
    server.run().await?;
    Ok(())
}

#[derive(Deserialize)]
struct Tenant {
    origin: String,
}

async fn add(tenants: web::Data<Tenants>, tenant: web::Json<Tenant>) -> impl Responder {
    let Tenant { origin } = tenant.into_inner();
    if let Err(why) = check(&origin) {
        return HttpResponse::UnprocessableEntity().body(why);
    }
    match tenants.add(origin).await {
        Ok(()) => HttpResponse::NoContent().finish(),
        Err(why) => {
            tracing::error!("the tenant is not added: {why}");
            HttpResponse::InternalServerError().finish()
        }
    }
}

/// Checks a tenant's origin by the rules of the policy: one that no browser sends would never be
/// allowed, and one of a whole public suffix would let strangers in.
fn check(origin: &str) -> Result<(), String> {
    if origin.contains('*') {
        return Err(String::from("a tenant has one origin: patterns are for the policy"));
    }
    let config = Config::new(Block::new().origins([origin]));
    config.policy(Mode::Production).map(drop).map_err(|violations| violations.to_string())
}
