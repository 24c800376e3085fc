//! The model of a browser in `cors_engine::browser`, and the middleware, held against real browsers: Chromium,
//! Firefox and WebKit.

mod driver;
mod facts;
mod found;
mod plan;
mod predict;
mod random;
mod servers;
mod verdict;

use cors_engine::browser::Engine;

pub use driver::{Browser, Chromium, Running, Tab, start};
pub use verdict::Report;

/// How many combinations CI checks in each engine.
pub const CASES_IN_CI: usize = 1000;

/// From which number they are made.
pub const SEED_IN_CI: u64 = 1;

/// How many are tried before the browser forgets everything: one of them remembers a thousand answers to preflights,
/// and then drops some at random.
const CASES_PER_ROUND: usize = 500;

/// Returns whether `CORS_BROWSER` names the engine; without it all are tried.
///
/// # Panics
///
/// If it names one that nobody knows.
pub fn is_wanted(engine: Engine) -> bool {
    let Ok(names) = std::env::var("CORS_BROWSER") else { return true };
    let known = |name: &str| Engine::ALL.iter().any(|engine| engine.to_string().eq_ignore_ascii_case(name));
    assert!(names.split(',').all(known), "CORS_BROWSER={names}: it takes chromium, firefox and webkit");
    names.split(',').any(|name| engine.to_string().eq_ignore_ascii_case(name))
}

/// Tries `count` combinations in an engine, each round of them made from the next seed.
///
/// # Panics
///
/// If the browser or a server fails.
pub fn compare(engine: Engine, seed: u64, count: usize) -> Report {
    let mut browser = driver::start(engine);
    let mut report = Report { version: browser.version().to_owned(), ..Report::default() };
    report.add_facts(engine, &mut *browser);
    report.add_found(engine, &mut *browser);
    for (seed, from) in (seed..).zip((0..count).step_by(CASES_PER_ROUND)) {
        report.add(engine, &mut *browser, seed, CASES_PER_ROUND.min(count - from));
    }
    report
}
