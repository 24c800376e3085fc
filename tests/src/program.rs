//! The workspace's programs, built as a user builds them.

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// How a program is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// `cargo build`
    Debug,
    /// `cargo build --release`
    Release,
}

/// The path of a program of this workspace, built anew if it is out of date.
///
/// # Panics
///
/// If it does not build.
pub fn build(program: &str, profile: Profile) -> PathBuf {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let mut command = Command::new(env!("CARGO"));
    command.args(["build", "--quiet", "--locked", "--manifest-path", manifest, "--bin", program]);
    command.args(["--message-format", "json-render-diagnostics"]);
    if profile == Profile::Release {
        command.arg("--release");
    }
    let output = command.stderr(Stdio::inherit()).output().expect("cargo runs");
    assert!(output.status.success(), "{program} does not build");
    let messages = String::from_utf8_lossy(&output.stdout);
    let path = messages.lines().find_map(|line| line.split("\"executable\":\"").nth(1)?.split('"').next());
    path.expect("cargo names the program that it built").into()
}
