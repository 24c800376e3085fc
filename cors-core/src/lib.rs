//! A framework-agnostic CORS engine.
#![no_std]
// Until the engine and the rules use what is here.
#![allow(dead_code, unused_imports)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(test)]
extern crate std;

#[cfg(feature = "regex")]
mod build;
mod table;
