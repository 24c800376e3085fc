//! The seeds of the fuzz targets `import` and `probe`, and what fuzzers found with them, on any toolchain.

use cors_properties::seeds::replay;

#[test]
fn seeds_of_import() {
    replay("import", cors_cli_modules::imports::holds);
}

#[test]
fn seeds_of_probe() {
    replay("probe", cors_cli_modules::probes::holds);
}
