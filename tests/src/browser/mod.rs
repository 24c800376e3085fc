//! The model of a browser in `cors_engine::browser`, and the middleware, held against real browsers: Chromium,
//! Firefox and WebKit.

mod driver;
mod facts;
mod plan;
mod predict;
mod random;
mod servers;
mod verdict;

use cors_engine::browser::Engine;

pub use driver::{Chromium, Running, Tab};
pub use verdict::Report;

/// How many combinations CI checks in each engine.
pub const CASES_IN_CI: usize = 1000;

/// From which number they are made.
pub const SEED_IN_CI: u64 = 1;

/// How many are tried before the browser forgets everything: one of them remembers a thousand answers to preflights,
/// and then drops some at random.
const CASES_PER_ROUND: usize = 500;

/// Tries `count` combinations in an engine, each round of them made from the next seed.
///
/// # Panics
///
/// If the browser or a server fails.
pub fn compare(engine: Engine, seed: u64, count: usize) -> Report {
    let mut browser = driver::start(engine);
    let mut report = Report { version: browser.version().to_owned(), ..Report::default() };
    report.add_facts(engine, &mut *browser);
    for (seed, from) in (seed..).zip((0..count).step_by(CASES_PER_ROUND)) {
        report.add(engine, &mut *browser, seed, CASES_PER_ROUND.min(count - from));
    }
    report
}
