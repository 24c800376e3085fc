//! The snippets of the start page and of the adapter's page, compiled and run as documentation tests.
#![doc = include_str!("../../README.md")]
#![doc = include_str!("../../cors-actix/README.md")]
