//! A framework-agnostic CORS engine.
#![no_std]
#![warn(clippy::std_instead_of_core, clippy::std_instead_of_alloc, clippy::alloc_instead_of_core)]

#[cfg(any(feature = "alloc", feature = "std"))]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

#[cfg(feature = "std")]
pub mod browser;
#[cfg(feature = "alloc")]
mod build;
mod engine;
mod words;

#[doc(hidden)]
pub mod __private;

#[cfg(feature = "alloc")]
pub use build::config::{Block, Config, Expectation, Listed, Locus, MaxAge, OriginEntry, Place, Setting};
#[cfg(feature = "alloc")]
pub use build::rules::violation::{Violation, Violations};
#[cfg(feature = "alloc")]
pub use build::suffix::public_suffix_list_date;
pub use engine::decision::{Decision, Field, FieldIter, Fields, Value};
pub use engine::denial::Denial;
pub use engine::mode::{Mode, PolicySet};
pub use engine::policy::Policy;
pub use engine::request::{Escaped, Lines, Request};
pub use engine::table::names::requested_names;
pub use words::key::Key;
pub use words::rule::Rule;
