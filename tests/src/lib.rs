//! What the tests share: an HTTP client, an app behind a socket, a browser, and the example programs.

pub mod browser;
pub mod example;
pub mod gateway;
pub mod generated;
pub mod head;
pub mod http;
pub mod imported;
#[cfg(doctest)]
mod readme;
pub mod server;
pub mod spy;
pub mod store;
pub mod task_api;
pub mod wpt;

/// Says what is wrong where the environment chooses the mode: some tests are about what a debug build does by itself.
///
/// # Panics
///
/// If `CORS_MODE` is set.
pub fn expect_no_mode() {
    let mode = std::env::var_os("CORS_MODE");
    assert!(mode.is_none(), "CORS_MODE is {mode:?}: unset it, for this test is about a build's own mode");
}
