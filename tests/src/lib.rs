//! What the tests share: an HTTP client, an app behind a socket, a browser, and the example programs.

pub mod browser;
pub mod example;
pub mod gateway;
pub mod head;
pub mod http;
#[cfg(doctest)]
mod readme;
pub mod server;
pub mod spy;
pub mod store;
pub mod task_api;
