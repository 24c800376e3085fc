//! The README's snippets, compiled and run as documentation tests.
#![doc = include_str!("../../README.md")]
