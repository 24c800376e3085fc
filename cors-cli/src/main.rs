//! `cors`: checks, explains, exports and imports CORS policies, and probes servers as a browser would.

use std::process::ExitCode;

fn main() -> ExitCode {
    cors_cli::cors()
}
