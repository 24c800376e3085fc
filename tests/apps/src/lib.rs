//! Random apps: what `#[cors]` and `Cors` must hold in every app that Actix can express.
//!
//! ```text
//!   draw ──► App ──┬─ serve, as it is ──────────► what came back, which handler ran ─┐
//!                  │                                                                 ├─► check: P1 to P4
//!                  └─ serve, without any CORS ──► which handler would run, and where ┘
//! ```
//!
//! The judge is the handler that really ran. Each one notes who it is, and its policy is known from the
//! place where it was registered; what that policy gives is what the naive reference says.

pub mod adapter;
pub mod app;
pub mod chance;
pub mod check;
pub mod draw;
pub mod options;
pub mod policy;
mod pool;
pub mod request;
mod serve;
pub mod shrink;
mod trace;
