//! The example program `task-api`, run as a user runs it.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::example;
pub use crate::example::Profile;

/// The program, stopped when this is dropped.
#[derive(Debug)]
pub struct TaskApi {
    process: Child,
    /// Where the API listens.
    pub api: Origin,
    /// The page that may call it.
    pub trusted: Origin,
    /// The page that may not.
    pub untrusted: Origin,
}

/// Scheme, host and port as the program printed them.
#[derive(Clone, Debug)]
pub struct Origin {
    /// `http://localhost:8080`
    pub text: String,
    /// The socket behind it.
    pub address: SocketAddr,
}

impl TaskApi {
    /// Builds it if need be, and starts it on free ports.
    ///
    /// # Panics
    ///
    /// If it does not build or start.
    pub fn start(profile: Profile, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new(build(profile));
        command.args(["--port", "0", "--page-port", "0", "--untrusted-port", "0"]).args(arguments);
        // What the machine has set is not what is tested.
        command.env_remove("CORS_MODE").env_remove("DEBUG").envs(environment.iter().copied());
        let mut process =
            command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("task-api starts");
        let output = process.stdout.take().expect("its output is piped");
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let mut origin = |label: &str| {
            let line = lines.find(|line| line.trim_start().starts_with(label));
            let line = line.unwrap_or_else(|| panic!("task-api does not print its {label}"));
            Origin::parse(line.split_whitespace().last().unwrap_or_default())
        };
        let (api, trusted, untrusted) = (origin("API"), origin("trusted page"), origin("untrusted page"));
        Self { process, api, trusted, untrusted }
    }

    /// The id of its process, as long as that runs.
    pub fn process_id(&mut self) -> Option<u32> {
        matches!(self.process.try_wait(), Ok(None)).then(|| self.process.id())
    }
}

impl Drop for TaskApi {
    fn drop(&mut self) {
        // It may have stopped already; then there is nothing to do.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Origin {
    fn parse(text: &str) -> Self {
        let port = text.rsplit(':').next().and_then(|port| port.parse().ok());
        let port: u16 = port.unwrap_or_else(|| panic!("{text} has no port"));
        Self { text: text.into(), address: SocketAddr::from(([127, 0, 0, 1], port)) }
    }
}

/// The path of the program, built anew if it is out of date.
///
/// # Panics
///
/// If it does not build.
pub fn build(profile: Profile) -> PathBuf {
    example::build("task-api", profile)
}
