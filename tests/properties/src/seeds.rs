//! The seeds of the fuzz targets, and what fuzzers found with them, on any toolchain.

use std::fs;
use std::panic;
use std::path::Path;

use crate::Property;

/// Holds every seed of a target against its property.
///
/// # Panics
///
/// If one breaks it, or if there are hardly any.
pub fn replay(target: &str, holds: Property) {
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
