//! An example program, built and run as a user runs it.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// How long a program may take to say what a test waits for.
const PATIENCE: Duration = Duration::from_secs(20);

/// A program that serves an API, stopped when this is dropped.
#[derive(Debug)]
pub struct Example {
    process: Child,
    log: Receiver<String>,
    /// Where the API listens.
    pub address: SocketAddr,
}

impl Example {
    /// Builds it if need be, and starts it on a free port.
    ///
    /// # Panics
    ///
    /// If it does not build or start.
    pub fn start(name: &str, arguments: &[&str]) -> Self {
        Self::start_program(name, &build(name, Profile::Debug), &[&["--port", "0"], arguments].concat())
    }

    /// Starts a program that was [built](build) before.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn start_program(name: &str, program: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(program);
        // What the machine has set is not what is tested.
        command.args(arguments).env_remove("CORS_MODE");
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let output = process.stdout.take().expect("its output is piped");
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let address = lines.find_map(|line| {
            let url = line.strip_prefix("API http://")?;
            url.split('/').next()?.parse().ok()
        });
        let log = process.stderr.take().expect("its log is piped");
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            BufReader::new(log).lines().map_while(Result::ok).all(|line| sender.send(line).is_ok())
        });
        let address = address.unwrap_or_else(|| {
            let log: Vec<_> = receiver.iter().collect();
            panic!("{name} does not say where its API is: {log:#?}")
        });
        Self { process, log: receiver, address }
    }

    /// Its process.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Waits for a line of the log that contains this, and returns it.
    ///
    /// # Panics
    ///
    /// If it does not come.
    pub fn logged(&self, wanted: &str) -> String {
        self.log_until(wanted).pop().unwrap_or_default()
    }

    /// Waits for a line of the log that contains this, and returns those that nobody has seen, up to it.
    ///
    /// # Panics
    ///
    /// If it does not come.
    pub fn log_until(&self, wanted: &str) -> Vec<String> {
        let deadline = Instant::now() + PATIENCE;
        let mut lines = Vec::new();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = self.log.recv_timeout(left);
            lines.push(line.unwrap_or_else(|error| panic!("no {wanted:?} in {lines:#?}: {error}")));
            if lines.last().is_some_and(|line| line.contains(wanted)) {
                return lines;
            }
        }
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        // It may have stopped already; then there is nothing to do.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// How a program is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// `cargo build`
    Debug,
    /// `cargo build --release`
    Release,
}

/// The path of the program, built anew if it is out of date.
///
/// # Panics
///
/// If it does not build.
pub fn build(name: &str, profile: Profile) -> PathBuf {
    build_with(name, profile, &[])
}

/// The same with these features of the examples.
///
/// # Panics
///
/// If it does not build.
pub fn build_with(name: &str, profile: Profile, features: &[&str]) -> PathBuf {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let mut command = Command::new(env!("CARGO"));
    command.args(["build", "--quiet", "--locked", "--manifest-path", manifest, "--bin", name]);
    command.args(["--message-format", "json-render-diagnostics"]);
    for feature in features {
        command.args(["--features", &format!("cors-examples/{feature}")]);
    }
    if profile == Profile::Release {
        command.arg("--release");
    }
    let output = command.stderr(Stdio::inherit()).output().expect("cargo runs");
    assert!(output.status.success(), "{name} does not build");
    let messages = String::from_utf8_lossy(&output.stdout);
    let path = messages.lines().find_map(|line| line.split("\"executable\":\"").nth(1)?.split('"').next());
    path.expect("cargo names the program that it built").into()
}
