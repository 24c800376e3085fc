//! Runs the program and compares what it prints with what is checked in.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs `cors` in the folder of this test, where the policies are.
pub(crate) fn cors(arguments: &[&str]) -> Run {
    cors_with(arguments, &[], "")
}

pub(crate) fn cors_with(arguments: &[&str], environment: &[(&str, &str)], input: &str) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cors"));
    command.args(arguments).current_dir(folder());
    // What the machine has set is not what is tested.
    for variable in
        ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"]
    {
        command.env_remove(variable);
    }
    command.envs(environment.iter().copied());
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().expect("cors starts");
    process.stdin.take().expect("it is piped").write_all(input.as_bytes()).expect("cors reads");
    let output = process.wait_with_output().expect("cors ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("cors prints UTF-8");
    Run { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

impl Run {
    /// Is this what is checked in as `name`? `CORS_EXPECTED=overwrite` makes it so.
    pub(crate) fn is_as_expected(&self, name: &str) {
        let code = self.code.map_or("none".into(), |code| code.to_string());
        let mut seen = format!("{}[exit code {code}]\n", self.out);
        if !self.err.is_empty() {
            seen += &format!("[standard error]\n{}", self.err);
        }
        let path = folder().join("expected").join(name).with_extension("txt");
        if std::env::var("CORS_EXPECTED").is_ok_and(|value| value == "overwrite") {
            fs::write(&path, &seen).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
        let wanted = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(seen, wanted, "{name}");
    }
}

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli")
}
