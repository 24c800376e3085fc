//! A framework-agnostic CORS engine.
#![no_std]
#![allow(dead_code)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(test)]
extern crate std;

#[cfg(feature = "regex")]
mod build;
mod table;
