//! Every rule has a policy that breaks it, written for the compiler and as a file, with the same
//! verdict word by word.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use cors_engine::{Draft, Language, Mode, Rule, Violation};

/// Policies with several mistakes.
const TOGETHER: [&str; 2] = ["five_mistakes", "reference_service"];

#[test]
fn the_compiler_and_a_file_say_the_same_about_every_rule() {
    for rule in Rule::all() {
        let said = file_messages(rule.name());
        assert_eq!(compiler_messages(rule.name()), said, "{rule}");
        assert!(said.iter().any(|message| message.contains(&format!("[{rule}]"))), "{rule}: {said:?}");
    }
}

#[test]
fn the_compiler_and_a_file_say_everything_at_once() {
    for case in TOGETHER {
        let said = file_messages(case);
        assert_eq!(compiler_messages(case), said, "{case}");
        assert_eq!(said.len(), 5, "{case}: {said:?}");
    }
}

#[test]
fn every_rule_has_a_page_with_a_bad_example_and_the_fix() {
    let source = include_str!("../../cors-core/src/rule.rs");
    for rule in Rule::all() {
        let title = format!("    /// `{rule}`: ");
        let page = source.split_once(&title).unwrap_or_else(|| panic!("{rule} has no page")).1;
        let lines = page.lines().skip(1).take_while(|line| line.trim_start().starts_with("///"));
        let page = lines.collect::<Vec<_>>().join("\n");
        assert!(page.contains("/// Bad: "), "{rule}: no bad example");
        assert!(page.contains("/// Fix: "), "{rule}: no fix");
    }
}

fn read(case: &str, extension: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/fail");
    let path = folder.join(case).with_extension(extension);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The messages of the compile-fail case, without what rustc shows of the source.
fn compiler_messages(case: &str) -> BTreeSet<String> {
    let output = read(case, "stderr");
    let errors = output.split("\nerror: ").map(|error| error.strip_prefix("error: ").unwrap_or(error));
    errors.map(message).collect()
}

fn message(error: &str) -> String {
    let lines = error.lines().map(str::trim_start).take_while(|line| !line.starts_with("-->"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The messages of the same policy at start-up: in both modes, what holds in both once.
fn file_messages(case: &str) -> BTreeSet<String> {
    let draft: Draft = toml::from_str(&read(case, "toml")).unwrap_or_else(|error| panic!("{case}: {error}"));
    // The words are the same, and what to write is in the language of the place.
    let config = draft.into_config().written_in(Language::Macro);
    let broken = |mode| config.policy(mode).err().into_iter().flatten().collect::<Vec<Violation>>();
    let production = broken(Mode::Production);
    let development = if config.has(Mode::Development) { broken(Mode::Development) } else { Vec::new() };
    let place = |violation: &Violation| (violation.rule(), violation.locus().clone());
    let known = |violation: &&Violation| production.iter().any(|known| place(known) == place(violation));
    let new = development.iter().filter(|violation| !known(violation));
    production.iter().chain(new).map(|violation| message(&violation.to_string())).collect()
}
