//! What the compiler itself says about `#[cors]`: only the mistake, on the user's own token.
//!
//! Each line with an error has a comment `//~ words` with some of its words. The rest is rustc's, and changes with it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use serde_json::Value;

const MARK: &str = "//~ ";

/// Where an error is: the case and the line.
type Place = (String, u64);

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui_route/rustc");
    let entries = fs::read_dir(&folder).expect("the folder of the cases is there");
    let mut cases: Vec<PathBuf> =
        entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    cases.sort();
    cases
}

fn name(case: &Path) -> String {
    case.file_stem().expect("a case has a name").to_string_lossy().into_owned()
}

fn expected(case: &Path) -> Vec<(Place, String)> {
    let text = fs::read_to_string(case).expect("a case can be read");
    let lines = text.lines().zip(1..);
    let marked = lines.filter_map(|(line, number)| Some((number, line.split_once(MARK)?.1)));
    marked.map(|(number, words)| ((name(case), number), words.to_owned())).collect()
}

/// A crate with a program for each case.
fn project(cases: &[PathBuf]) -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = tests.parent().expect("the tests are in the workspace");
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ui_rustc");
    fs::create_dir_all(&project).expect("the target folder is ours");
    let mut manifest = format!(
        "[package]\nname = \"ui-rustc\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n\
         actix-web = {{ version = \"4\", default-features = false, features = [\"macros\"] }}\ncors-actix = {{ path = {:?}, features = [\"config\", \"metrics\", \"reload\"] }}\n",
        root.join("cors-actix")
    );
    for case in cases {
        let name = name(case);
        write!(manifest, "[[bin]]\nname = {name:?}\npath = {case:?}\n").expect("a string takes all");
    }
    fs::write(project.join("Cargo.toml"), manifest).expect("the target folder is ours");
    fs::copy(root.join("Cargo.lock"), project.join("Cargo.lock")).expect("the workspace is locked");
    project
}

/// The error that a message of cargo is about.
fn error(message: &Value) -> Option<(Place, String)> {
    let error = (message["reason"] == "compiler-message").then_some(&message["message"])?;
    let span = error["spans"].as_array()?.iter().find(|span| span["is_primary"] == true)?;
    // Where the outermost macro was called: `panic!` is one of `core`'s.
    let mut place = span;
    while place["expansion"]["span"].is_object() {
        place = &place["expansion"]["span"];
    }
    let line = place["line_start"].as_u64()?;
    let case = message["target"]["name"].as_str()?.to_owned();
    (error["level"] == "error")
        .then(|| ((case, line), error["message"].as_str().unwrap_or_default().to_owned()))
}

#[test]
fn the_compiler_finds_one_fault_where_the_user_made_it() {
    let cases = cases();
    let project = project(&cases);
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["check", "--quiet", "--offline", "--keep-going", "--bins", "--message-format=json"])
        .current_dir(&project)
        // What the cases depend on has mostly been checked there.
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join(".."))
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo runs");
    assert!(!output.status.success(), "every case has a mistake");
    let lines =
        output.stdout.split(|&byte| byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
    let found: BTreeSet<(Place, String)> = lines.filter_map(|message: Value| error(&message)).collect();
    let expected: Vec<(Place, String)> = cases.iter().flat_map(|case| expected(case)).collect();
    assert!(expected.len() >= cases.len(), "every case says where its mistake is");
    for (place, words) in &expected {
        let is_found = found.iter().any(|(other, message)| other == place && message.contains(words));
        assert!(is_found, "{place:?}: `{words}` is not among {found:#?}");
    }
    assert_eq!(found.len(), expected.len(), "an error is nobody's: {found:#?}");
}
