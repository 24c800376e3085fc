#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cors_cli_modules::probes::holds(data));
