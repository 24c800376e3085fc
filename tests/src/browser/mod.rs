//! The model of a browser in `cors_core::browser`, and the middleware, held against a real Chromium.

mod chromium;
mod deviations;
mod plan;
mod predict;
mod random;
mod servers;
mod verdict;

pub use chromium::{Chromium, Running, Tab};
pub use verdict::{Report, compare};

/// How many combinations CI checks.
pub const CASES_IN_CI: usize = 1000;

/// From which number they are made.
pub const SEED_IN_CI: u64 = 1;
