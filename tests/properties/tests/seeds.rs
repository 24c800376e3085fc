//! The seeds of the fuzz targets, and what fuzzers found with them, on any toolchain.

use std::fs;
use std::panic;
use std::path::Path;

#[test]
fn every_seed_keeps_its_property() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds");
    for (name, holds) in cors_properties::ALL {
        let folder = seeds.join(name);
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
}

#[test]
fn every_property_is_a_fuzz_target() {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/Cargo.toml");
    let manifest = fs::read_to_string(manifest).expect("the fuzz targets have a manifest");
    let manifest: toml::Table = toml::from_str(&manifest).expect("it is TOML");
    let targets = manifest["bin"].as_array().expect("there are targets").iter();
    let targets: Vec<_> = targets.map(|target| target["name"].as_str().expect("each has a name")).collect();
    let properties: Vec<_> = cors_properties::ALL.iter().map(|(name, _)| *name).collect();
    assert_eq!(targets, properties);
}
