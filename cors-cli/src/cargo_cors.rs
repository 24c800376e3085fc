//! `cargo cors`: audits the CORS layers of a workspace.

use std::process::ExitCode;

fn main() -> ExitCode {
    cors_cli::cargo_cors()
}
