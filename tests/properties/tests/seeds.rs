//! The seeds of the fuzz targets, and what fuzzers found with them, on any toolchain.

use std::fs;
use std::path::Path;

use cors_properties::seeds::replay;

#[test]
fn seeds_of_advice() {
    replay("advice", cors_properties::advice::holds);
}

#[test]
fn seeds_of_config() {
    replay("config", cors_properties::config::holds);
}

#[test]
fn seeds_of_decide() {
    replay("decide", cors_properties::decide::holds);
}

#[test]
fn seeds_of_macro_parser() {
    replay("macro_parser", cors_properties::macro_parser::holds);
}

#[test]
fn seeds_of_origin() {
    replay("origin", cors_properties::origin::holds);
}

#[test]
fn seeds_of_pattern() {
    replay("pattern", cors_properties::pattern::holds);
}

#[test]
fn seeds_of_regex() {
    replay("regex", cors_properties::regex::holds);
}

#[test]
fn seeds_of_sets() {
    replay("sets", cors_properties::sets::holds);
}

#[test]
fn every_fuzz_target_is_replayed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read =
        |path: &str| fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let manifest: toml::Table = toml::from_str(&read("fuzz/Cargo.toml")).expect("it is TOML");
    let replays: String = ["tests/properties", "tests/apps", "tests/cli"]
        .map(|package| read(&format!("{package}/tests/seeds.rs")))
        .concat();
    let targets = manifest["bin"].as_array().expect("there are targets");
    assert!(targets.len() >= 11, "{targets:?}");
    for target in targets {
        let name = target["name"].as_str().expect("each has a name");
        let target = read(&format!("fuzz/fuzz_targets/{name}.rs"));
        let (_, call) = target.split_once("|data: &[u8]| ").expect("a target is one call");
        let (property, _) = call.split_once('(').expect("of a property");
        assert!(
            replays.contains(&format!("replay(\"{name}\", {property})")),
            "{property} is called by `cargo fuzz run {name}` alone"
        );
    }
}
