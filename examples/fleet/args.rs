//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// An API of any number of processes with one policy.
#[derive(Parser)]
#[command(name = "fleet", version)]
pub(crate) struct Args {
    /// Where the policy and the tenants are: `postgres://…`, `redis://…`, or a file of SQLite
    #[arg(long, default_value = "fleet.db", env = "FLEET_STORE", global = true)]
    pub(crate) store: String,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Run one process of the fleet
    Serve(Serve),
    /// Give all processes the policy of a TOML file
    Publish {
        /// The policy: its keys are those of `cors_policy!`
        policy: PathBuf,
    },
    /// Allow a tenant's origin, or stop allowing it
    #[command(subcommand)]
    Tenant(Tenant),
}

#[derive(clap::Args)]
pub(crate) struct Serve {
    /// Port of the API on 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = 8080)]
    pub(crate) port: u16,

    /// An origin that every policy has to allow; may be given several times
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) require: Vec<String>,

    /// How many of the store's answers about tenants are remembered. Strangers decide which origins are asked about, so the
    /// number is limited
    #[arg(long, value_name = "COUNT", default_value_t = 100_000)]
    pub(crate) remember: u64,
}

#[derive(Subcommand)]
pub(crate) enum Tenant {
    /// Allow this origin
    Add { origin: String },
    /// Stop allowing this origin
    Remove { origin: String },
}
