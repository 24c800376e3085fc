//! What real browsers make of the middleware's answers, against what the model says.

use cors_engine::browser::Engine;
use cors_tests::browser::{CASES_IN_CI, Chromium, SEED_IN_CI, compare};
use cors_tests::task_api::{Profile, TaskApi};
use serde_json::Value;

fn number<T: std::str::FromStr>(variable: &str, default: T) -> T {
    match std::env::var(variable) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{variable}={text} is no number")),
        Err(_) => default,
    }
}

/// Returns whether `CORS_BROWSER` names the engine; without it all are tried.
fn is_wanted(engine: Engine) -> bool {
    let Ok(names) = std::env::var("CORS_BROWSER") else { return true };
    let known = |name: &str| Engine::ALL.iter().any(|engine| engine.to_string().eq_ignore_ascii_case(name));
    assert!(names.split(',').all(known), "CORS_BROWSER={names}: it takes chromium, firefox and webkit");
    names.split(',').any(|name| engine.to_string().eq_ignore_ascii_case(name))
}

/// Of cases and outcomes: each has an example among those of CI.
const KINDS: usize = 19;

fn agrees(engine: Engine) {
    if !is_wanted(engine) {
        println!("{engine}: left out by CORS_BROWSER");
        return;
    }
    let seed = number("CORS_BROWSER_SEED", SEED_IN_CI);
    let count = number("CORS_BROWSER_CASES", CASES_IN_CI);
    let report = compare(engine, seed, count);
    println!("{}: {count} combinations, CORS_BROWSER_SEED={seed}: {:#?}", report.version, report.counts);
    // What another version does otherwise is a new row, or one that goes.
    println!("the table of deviations is of {}", engine.version());
    let found = report.disagreements.len();
    let shown: String =
        report.disagreements.iter().take(number("CORS_BROWSER_SHOWN", 20)).map(String::as_str).collect();
    let kinds = report.counts.len();
    let in_ci = (seed, count) == (SEED_IN_CI, CASES_IN_CI);
    assert_eq!(found, 0, "of {count} combinations in {}:\n{shown}", report.version);
    assert!(!in_ci || kinds >= KINDS, "only {kinds} kinds have an example: {:?}", report.counts);
}

#[test]
#[ignore = "needs chromium: tests/run installs it"]
fn the_model_and_chromium_agree() {
    agrees(Engine::Chromium);
}

#[test]
#[ignore = "needs firefox-esr: tests/run installs it"]
fn the_model_and_firefox_agree() {
    agrees(Engine::Firefox);
}

#[test]
#[ignore = "needs webkit2gtk-driver and xvfb: tests/run installs them"]
fn the_model_and_webkit_agree() {
    agrees(Engine::WebKit);
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
