//! What holds whatever the input: one property for each fuzz target, and the naive reference that some
//! of them rest on. Fuzzers call them with what they make up, `tests/seeds.rs` with what was kept.

pub mod advice;
pub mod config;
pub mod decide;
pub mod engine;
pub mod macro_parser;
pub mod origin;
pub mod pattern;
pub mod reference;
pub mod regex;
pub mod seeds;
pub mod sets;

/// A property: it panics if `data` breaks it.
pub type Property = fn(data: &[u8]);

/// Fuzzers write bytes; what a property reads as text is taken no further if it is none.
fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}
