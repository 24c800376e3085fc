//! The command line, and what the environment says about the mode.

use std::path::PathBuf;

use clap::Parser;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use cors_actix::Mode;

/// A task API behind a compiled CORS policy, with a page on an origin that the policy trusts and
/// the same page on one that it does not.
///
/// Everything listens on the loopback interface only.
#[derive(Parser)]
#[command(name = "task-api", version)]
pub(crate) struct Args {
    /// Port of the API; 0 takes any free one, as for the other two
    #[arg(long, default_value_t = 8080)]
    pub(crate) port: u16,

    /// Port of the page on the trusted origin, http://localhost:PORT
    #[arg(long, value_name = "PORT", default_value_t = 8081)]
    pub(crate) page_port: u16,

    /// Port of the page on the untrusted origin, http://127.0.0.1:PORT
    #[arg(long, value_name = "PORT", default_value_t = 8082)]
    pub(crate) untrusted_port: u16,

    /// The policy to serve [default: production, or development if DEBUG=true]
    ///
    /// CORS_MODE=production in the environment overrules this, and a release build has no
    /// development policy: the environment and the build can only tighten.
    #[arg(long, value_parser = PossibleValuesParser::new(["production", "development"]).map(mode))]
    mode: Option<Mode>,

    /// Make refusals say why: the browser's console names what is missing, and the body of a refused
    /// preflight has the explanation [default: only under the development policy]
    #[arg(long)]
    pub(crate) diagnostics: bool,

    /// SQLite file that keeps the tasks, created if missing [default: temporary, gone at exit]
    #[arg(long, value_name = "FILE")]
    pub(crate) database: Option<PathBuf>,

    /// Key that signs the tokens, 32 bytes or more [default: random, so tokens end with this run]
    #[arg(long, value_name = "SECRET", env = "JWT_SECRET", hide_env_values = true)]
    pub(crate) jwt_secret: Option<String>,
}

impl Args {
    pub(crate) fn wanted_mode(&self) -> Mode {
        self.mode.unwrap_or_else(|| match std::env::var("DEBUG") {
            Ok(debug) if debug.eq_ignore_ascii_case("true") || debug == "1" => Mode::Development,
            _ => Mode::Production,
        })
    }
}

pub(crate) fn production_is_forced() -> bool {
    std::env::var("CORS_MODE").is_ok_and(|mode| mode == "production")
}

fn mode(name: String) -> Mode {
    if name == "development" { Mode::Development } else { Mode::Production }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Args::command().debug_assert();
    }
}
