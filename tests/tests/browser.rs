//! What a real Chromium makes of the middleware's answers, against what the model says.

use cors_tests::browser::{CASES_IN_CI, SEED_IN_CI, compare};

fn number<T: std::str::FromStr>(variable: &str, default: T) -> T {
    match std::env::var(variable) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{variable}={text} is no number")),
        Err(_) => default,
    }
}

/// Of cases and outcomes.
const KINDS: usize = 15;

#[test]
#[ignore = "needs chromium: tests/run installs it"]
fn the_model_and_chromium_agree() {
    let seed = number("CORS_BROWSER_SEED", SEED_IN_CI);
    let count = number("CORS_BROWSER_CASES", CASES_IN_CI);
    let report = compare(seed, count);
    println!("{count} combinations, CORS_BROWSER_SEED={seed}: {:#?}", report.counts);
    let found = report.disagreements.len();
    let shown: String = report.disagreements.iter().take(20).map(String::as_str).collect();
    // Whatever the seed, a plan of some size has an example of everything.
    let kinds = report.counts.len();
    assert!(count < CASES_IN_CI || kinds == KINDS, "only {kinds} kinds: {:?}", report.counts);
    assert_eq!(found, 0, "of {count} combinations, CORS_BROWSER_SEED={seed}:\n{shown}");
}
