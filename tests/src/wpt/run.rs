//! Opens each page in an engine and holds its results against what is expected of it.

use std::fmt;
use std::time::Instant;

use cors_engine::browser::Engine;
use serde_json::Value;

use super::checkout::Checkout;
use super::expected::Expected;
use super::server::Site;
use super::tally::Tally;
use crate::browser;

/// Resolves to the results, or to null if there are none in time; pages give up by themselves before that.
const RESULTS: &str = r#"new Promise((resolve) => {
    const end = Date.now() + 150000;
    const look = () => {
        if (window.wptResults || Date.now() > end) resolve(window.wptResults || null);
        else setTimeout(look, 20);
    };
    look();
})"#;

/// What a run came to.
#[derive(Debug, Default)]
pub struct Outcome {
    version: String,
    pages: usize,
    subtests: usize,
    passed: usize,
    expected_failures: usize,
    tally: Tally,
    /// What is otherwise than expected, a line each.
    pub surprises: Vec<String>,
}

/// Runs the pages in an engine.
///
/// # Panics
///
/// If the browser fails, or there is no page.
pub fn run(engine: Engine, checkout: &Checkout) -> Outcome {
    let site = Site::start(checkout.clone());
    let mut browser = browser::start(engine);
    let mut outcome = Outcome { version: browser.version().to_owned(), ..Outcome::default() };
    let mut expected = Expected::of(engine);
    let pages = checkout.pages();
    assert!(!pages.is_empty(), "CORS_WPT_PAGES is a part of no page's name");
    for page in pages {
        let begin = Instant::now();
        browser.renew();
        let tab = browser.open(&site.url(&page));
        let running = browser.begin(&tab, RESULTS);
        let results = browser.finish(running);
        outcome.pages += 1;
        let passed = outcome.passed;
        let subtests = outcome.subtests;
        for subtest in subtests_of(&results) {
            outcome.add(&page, &subtest, &mut expected);
        }
        println!(
            "{engine}: {page}: {} of {} in {:.1} s",
            outcome.passed - passed,
            outcome.subtests - subtests,
            begin.elapsed().as_secs_f32()
        );
        outcome.surprises.extend(expected.unmet(&page));
    }
    outcome.tally = site.tally();
    let missing = outcome.tally.missing.iter().map(|missing| format!("nobody here has {missing}"));
    outcome.surprises.extend(missing);
    outcome
}

struct Subtest {
    name: String,
    /// Why it failed, if it did.
    failure: Option<String>,
}

/// The subtests of a page, and the page itself if it did not come to an end.
fn subtests_of(results: &Value) -> Vec<Subtest> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let failure = |result: &Value, names: &[&str]| match result["status"].as_u64() {
        Some(0) => None,
        Some(status) => {
            Some(format!("{}: {}", names.get(status as usize).unwrap_or(&"?"), text(&result["message"])))
        }
        None => Some("no results".to_owned()),
    };
    let tests = results["tests"].as_array().into_iter().flatten();
    let mut subtests: Vec<_> = tests
        .map(|test| Subtest {
            name: text(&test["name"]),
            failure: failure(test, &["passed", "failed", "timeout", "not run"]),
        })
        .collect();
    if let Some(failure) = failure(results, &["ok", "error", "timeout"]) {
        subtests.push(Subtest { name: "(the page)".into(), failure: Some(failure) });
    }
    subtests
}

impl Outcome {
    fn add(&mut self, page: &str, subtest: &Subtest, expected: &mut Expected) {
        self.subtests += 1;
        let reason = expected.take(page, &subtest.name);
        match (&subtest.failure, reason) {
            (None, None) => self.passed += 1,
            (Some(_), Some(_)) => self.expected_failures += 1,
            (Some(failure), None) => {
                self.surprises.push(format!("{page}: {:?} fails: {failure}", subtest.name));
            }
            (None, Some(reason)) => {
                self.passed += 1;
                self.surprises.push(format!("{page}: {:?} passes: {reason}", subtest.name));
            }
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, pages, subtests, passed, expected_failures, tally, .. } = self;
        writeln!(
            f,
            "{version}: {pages} pages, {subtests} subtests, {passed} passed, {expected_failures} failed as expected"
        )?;
        write!(f, "{tally}")
    }
}
