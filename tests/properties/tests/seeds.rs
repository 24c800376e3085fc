//! The seeds of the fuzz targets, and what fuzzers found with them, on any toolchain.

use std::fs;
use std::panic;
use std::path::Path;

use cors_properties::Property;

/// Holds every seed of a target against its property.
fn replay(target: &str, holds: Property) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(target);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = files.map(|file| file.expect("the folder is read").path()).collect();
    paths.sort();
    assert!(paths.len() >= 10, "{} has {} files", folder.display(), paths.len());
    for path in paths {
        let data = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        if let Err(broken) = panic::catch_unwind(|| holds(&data)) {
            eprintln!("by {}", path.display());
            panic::resume_unwind(broken);
        }
    }
}

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
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/Cargo.toml");
    let manifest = fs::read_to_string(manifest).expect("the fuzz targets have a manifest");
    let manifest: toml::Table = toml::from_str(&manifest).expect("it is TOML");
    let targets = manifest["bin"].as_array().expect("there are targets").iter();
    let targets: Vec<_> = targets.map(|target| target["name"].as_str().expect("each has a name")).collect();
    assert_eq!(targets, ["advice", "config", "decide", "macro_parser", "origin", "pattern", "regex", "sets"]);
}
