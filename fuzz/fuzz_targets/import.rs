#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cors_cli_modules::imports::holds(data));
