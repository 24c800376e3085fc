//! The engine and the rules of CORS, for any framework: it works on bytes and knows no HTTP library.
//!
//! A policy says which pages may call a service from a browser, and what they may do. It is either
//! declared with `cors_policy!` (crate `cors-macros`; apps on Actix Web use it through `cors-actix`) and
//! compiled into the binary, or read from a file, the environment or a program as a `Config` and
//! compiled at start-up. The same [`Rule`]s apply to both, and both run through the same code.
//!
//! ```text
//!  cors_policy! { … }  ─┐
//!  a file, the          ├─► Config ─► rules ─► Policy ─┐
//!  environment         ─┘           (Violations)       ├─► Policy::decide ─► Decision ─► response fields
//!                                         Request ─────┘                       └── Denial, if refused
//! ```
//!
//! The source has the same two halves. `compile` runs when a policy is made, in the compiler or at start-up: start reading at
//! `compile/config.rs`, which holds what was written, and `compile/rules/mod.rs`, which checks it. `engine` runs for each
//! request: start at `engine/decide.rs`, the checks in the standard's order. One file connects the two: `compile/image.rs` writes
//! the tables that `engine/table` reads. `explain` puts a decision into words, and only runs on demand.
//!
//! To use a policy with another framework, start with [`adapter`].
//!
//! # What it promises
//!
//! * Deciding allocates nothing and never panics, whatever the bytes. Its steps are linear in the request and do not depend
//!   on how many origins the policy lists; a large list costs time only because memory does. A list of 100 000 origins takes
//!   about 10 bytes per origin in addition to its text.
//! * Every entry of a list is found. No entry can be chosen so that it hides another.
//! * No answer carries both `Access-Control-Allow-Origin: *` and `Access-Control-Allow-Credentials`.
//! * Values that no browser sends (two origins, malformed ones, more than 300 bytes) match no entry of a list.
//!
//! CORS guards *reading*. It does not authenticate anybody, and it does not stop requests that need no
//! preflight: forms on other sites still reach the app.
//!
//! # Features
//!
//! No feature is on by default. Without features, the crate needs neither `std` nor `alloc` and has no dependencies.
//!
//! | feature | brings |
//! |---|---|
//! | `alloc` | `Config`, its rules and `Violations` |
//! | `std` | the mode from the environment; with `alloc`, `Config::from_env` and `browser` |
//! | `serde` | `Config` from any serde format, `Violations` to any |
//! | `psl` | the public suffix list; without it `*.` patterns are refused in production |
//! | `regex` | regex origins in a `Config` (compiled ones need no feature) |
//! | `idna` | Punycode suggestions for Unicode hosts |
//! | `tracing` | an event if the environment asks for a mode that the binary does not contain |
//!
//! With `psl`, which `regex` enables too, the crate contains a copy of the [public suffix list](https://publicsuffix.org)
//! under the Mozilla Public License 2.0: `src/compile/public_suffix/rules.txt`. `public_suffix_list_date` returns its date.
#![no_std]
// docs.rs shows which feature an item needs.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(missing_debug_implementations)]
#![warn(clippy::std_instead_of_core, clippy::std_instead_of_alloc, clippy::alloc_instead_of_core)]

#[cfg(any(feature = "alloc", test))]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

pub mod adapter;
#[cfg(all(feature = "std", feature = "alloc"))]
pub mod browser;
#[cfg(feature = "alloc")]
mod compile;
mod engine;
mod explain;
#[cfg(feature = "alloc")]
pub mod file_format;
mod key;
mod rule;

#[doc(hidden)]
pub mod __private;

#[cfg(feature = "regex")]
pub use compile::compare;
#[cfg(feature = "alloc")]
pub use compile::config::{Block, Config, Entry, Locus, Place};
#[cfg(all(feature = "alloc", feature = "serde"))]
pub use compile::file::Draft;
#[cfg(feature = "alloc")]
pub use compile::language::Language;
#[cfg(feature = "psl")]
pub use compile::public_suffix::public_suffix_list_date;
#[cfg(feature = "alloc")]
pub use compile::rules::proposal::Proposal;
#[cfg(feature = "alloc")]
pub use compile::rules::violation::{Violation, Violations};
pub use engine::decision::Decision;
pub use engine::fingerprint::Fingerprint;
pub use engine::mode::{Mode, PolicySet};
pub use engine::policy::Policy;
pub use engine::request::Request;
pub use explain::denial::Denial;
pub use explain::explanation::Explanation;
pub use key::Key;
pub use rule::Rule;
