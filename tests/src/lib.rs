//! What the tests share: a naive reference, the engine's answers in its terms, an HTTP client, an app
//! behind a socket, and the example programs.

pub mod browser;
pub mod engine;
pub mod example;
pub mod head;
pub mod http;
#[cfg(doctest)]
mod readme;
pub mod reference;
pub mod server;
pub mod spy;
pub mod task_api;
