//! The model of a browser in `cors_engine::browser`, and the middleware, held against a real Chromium.

mod chromium;
mod deviations;
mod plan;
mod predict;
mod random;
mod servers;
mod verdict;

pub use chromium::{Chromium, Running, Tab};
pub use verdict::Report;

/// How many combinations CI checks.
pub const CASES_IN_CI: usize = 1000;

/// From which number they are made.
pub const SEED_IN_CI: u64 = 1;

/// How many are tried before the browser forgets everything: it remembers a thousand answers to preflights,
/// and then drops some at random.
const CASES_PER_ROUND: usize = 500;

/// Tries `count` combinations, each round of them made from the next seed.
///
/// # Panics
///
/// If the browser or a server fails.
pub fn compare(seed: u64, count: usize) -> Report {
    let mut chromium = Chromium::start();
    let mut report = Report::default();
    for (seed, from) in (seed..).zip((0..count).step_by(CASES_PER_ROUND)) {
        report.add(&mut chromium, seed, CASES_PER_ROUND.min(count - from));
    }
    report
}
