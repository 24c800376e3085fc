//! What a real Chromium makes of the middleware's answers, against what the model says.

use cors_tests::browser::{CASES_IN_CI, Chromium, SEED_IN_CI, compare};
use cors_tests::task_api::{Profile, TaskApi};
use serde_json::Value;

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
    let kinds = report.counts.len();
    let in_ci = (seed, count) == (SEED_IN_CI, CASES_IN_CI);
    assert!(!in_ci || kinds == KINDS, "only {kinds} kinds have an example: {:?}", report.counts);
    assert_eq!(found, 0, "of {count} combinations, CORS_BROWSER_SEED={seed}:\n{shown}");
}

/// Resolves when the page has made its calls, or has given up, to what it shows of each.
const ROWS: &str = r#"new Promise((resolve) => {
    const main = document.querySelector("main");
    const look = () => {
        if (["waiting", "running"].includes(main.dataset.state)) return;
        resolve([...document.querySelectorAll("li[data-call]")].map((row) => ({ ...row.dataset })));
    };
    new MutationObserver(look).observe(main, { attributes: true });
    look();
})"#;

/// The calls of the page in their order, with the outcome on the trusted origin.
const CALLS: [(&str, &str, Option<&str>); 11] = [
    ("anonymous", "allowed", Some("401")),
    ("login", "allowed", Some("200")),
    ("create", "allowed", Some("201")),
    ("list", "allowed", Some("200")),
    ("replace", "allowed", Some("200")),
    ("change", "allowed", Some("200")),
    ("lowercase", "blocked", None),
    ("header", "blocked", None),
    ("credentials", "allowed", Some("200")),
    ("delete", "allowed", Some("204")),
    ("missing", "allowed", Some("404")),
];

#[test]
#[ignore = "needs chromium: tests/run installs it"]
fn the_pages_of_task_api() {
    let task_api = TaskApi::start(Profile::Debug, &[], &[]);
    let mut chromium = Chromium::start();
    let (trusted, untrusted) = (task_api.trusted.text.as_str(), task_api.untrusted.text.as_str());
    for (name, url, width) in [
        ("trusted, on a desk", trusted, 1280),
        ("trusted, on a phone", trusted, 390),
        ("untrusted, on a phone", untrusted, 390),
    ] {
        let tab = chromium.open("about:blank");
        chromium.resize(&tab, width, 800);
        chromium.navigate(&tab, url);
        let Value::Array(rows) = chromium.run(&tab, ROWS) else { panic!("{name}: no rows") };
        let rows: Vec<_> = rows
            .iter()
            .map(|row| {
                let text = |key: &str| row[key].as_str();
                (text("call").unwrap_or_default(), text("outcome").unwrap_or_default(), text("status"))
            })
            .collect();
        let blocked = CALLS.map(|(call, _, _)| (call, "blocked", None));
        assert_eq!(rows, if url == trusted { CALLS } else { blocked }, "{name}");

        let total = chromium.run(&tab, "document.querySelector('[data-call=list]').dataset.total");
        assert_eq!(total.as_str(), (url == trusted).then_some("1"), "{name}");
        let overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
        assert_eq!(chromium.run(&tab, overflow), 0, "{name}: it is wider than the screen");
    }
}
