//! The seeds of the fuzz target `adapter`, and what fuzzers found with them, on any toolchain.

use cors_properties::seeds::replay;

#[test]
fn seeds_of_adapter() {
    replay("adapter", cors_apps::adapter::holds);
}
