//! What the tests share: a naive reference, the engine's answers in its terms, an HTTP client, and the
//! example program.

pub mod browser;
pub mod engine;
pub mod http;
#[cfg(doctest)]
mod readme;
pub mod reference;
pub mod task_api;
