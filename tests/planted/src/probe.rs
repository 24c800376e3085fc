//! The program, as a user runs it.

use std::path::PathBuf;
use std::process::Command;

use cors_tests::example::{Profile, build};
use serde_json::Value;

/// The program `cors`.
#[derive(Debug)]
pub struct Probe(PathBuf);

/// What it prints as JSON, and its exit code.
#[derive(Debug)]
pub struct Seen {
    /// The exit code.
    pub code: Option<i32>,
    /// What is printed.
    pub printed: Value,
}

impl Probe {
    /// Builds it.
    pub fn build() -> Self {
        Self(build("cors", Profile::Debug))
    }

    /// Probes a URL with a call in words: the method, `credentials`, `read:NAME`, and headers.
    ///
    /// # Panics
    ///
    /// If it prints no JSON.
    pub fn run(&self, url: &str, page: &str, call: &str, more: &[&str]) -> Seen {
        let mut command = Command::new(&self.0);
        command.args(["probe", url, "--origin", page, "--rate=10000", "--format=json"]).args(more);
        for word in call.split_whitespace() {
            command.arg(match word.split_once(':') {
                Some(("read", name)) => format!("--read={name}"),
                _ if word == "credentials" => "--credentials".into(),
                _ if word.bytes().all(|byte| byte.is_ascii_uppercase()) || word == "patch" => {
                    format!("--method={word}")
                }
                _ => format!("--header={word}: application/json"),
            });
        }
        for variable in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
            command.env_remove(variable);
        }
        let output = command.output().expect("cors runs");
        let printed = serde_json::from_slice(&output.stdout);
        let printed =
            printed.unwrap_or_else(|_| panic!("{url}: {}", String::from_utf8_lossy(&output.stderr)));
        Seen { code: output.status.code(), printed }
    }
}

impl Seen {
    /// The names of the errors and warnings, in their order, but for what is true of every server here: it is on
    /// loopback. Notes are no findings.
    pub fn findings(&self) -> Vec<&str> {
        let all = self.printed["findings"].as_array().expect("there is a list of findings");
        let mut names: Vec<&str> = all
            .iter()
            .filter(|finding| finding["severity"] != "note")
            .filter_map(|finding| finding["name"].as_str())
            .filter(|name| *name != "local_network")
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The policy in the words of the server's software.
    pub fn configuration(&self) -> Option<&str> {
        self.printed["configuration"]["text"].as_str()
    }
}
