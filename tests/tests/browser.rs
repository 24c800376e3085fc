//! What real browsers do with the middleware's answers, compared with what the model predicts.

use cors_engine::browser::Engine;
use cors_tests::browser::{CASES_IN_CI, Chromium, SEED_IN_CI, Tab, compare, is_wanted};
use cors_tests::task_api::{Profile, TaskApi};
use serde_json::Value;

fn number<T: std::str::FromStr>(variable: &str, default: T) -> T {
    match std::env::var(variable) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{variable}={text} is no number")),
        Err(_) => default,
    }
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

/// What the page shows of a call: its outcome, and the status that it read.
type Call = (&'static str, &'static str, Option<&'static str>);

/// The calls of the page in their order, on the page that the production policy lists.
const LISTED: [Call; 11] = [
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

/// The same on a page that it does not list.
const NOT_LISTED: [Call; 11] = {
    let mut calls = LISTED;
    let mut at = 0;
    while at < calls.len() {
        calls[at] = (calls[at].0, "blocked", None);
        at += 1;
    }
    calls
};

/// The same under the development policy, on either page: any header goes, and credentials do not.
const IN_DEVELOPMENT: [Call; 11] = {
    let mut calls = LISTED;
    calls[7] = ("header", "allowed", Some("200"));
    calls[8] = ("credentials", "blocked", None);
    calls
};

/// What the page says of a call.
fn said(chromium: &mut Chromium, tab: &Tab, call: &str, part: &str) -> String {
    let said = chromium.run(tab, &format!("document.querySelector('[data-call={call}] {part}').innerText"));
    said.as_str().unwrap_or_else(|| panic!("{call} has no {part}")).to_owned()
}

#[test]
#[ignore = "needs chromium: tests/run installs it"]
fn the_pages_of_task_api() {
    let mut chromium = Chromium::start();
    for (mode, pages) in [("production", [LISTED, NOT_LISTED]), ("development", [IN_DEVELOPMENT; 2])] {
        let task_api = TaskApi::start(Profile::Debug, &["--mode", mode], &[]);
        for (url, calls) in [&task_api.trusted.text, &task_api.untrusted.text].into_iter().zip(pages) {
            for width in [1280, 390] {
                page(&mut chromium, mode, url, calls, width);
            }
        }
    }
}

/// Holds what a page says against what the browser says that it sent.
fn page(chromium: &mut Chromium, mode: &str, url: &str, calls: [Call; 11], width: u32) {
    let name = format!("{url} in {mode}, {width} wide");
    chromium.renew();
    let tab = chromium.open("about:blank");
    chromium.resize(&tab, width, 800);
    chromium.watch_preflights(&tab);
    chromium.navigate(&tab, url);
    let Value::Array(rows) = chromium.run(&tab, ROWS) else { panic!("{name}: no rows") };
    let text = |row: &Value, key: &str| row[key].as_str().map(str::to_owned);
    let found: Vec<_> = rows
        .iter()
        .map(|row| {
            let required = |key| text(row, key).unwrap_or_default();
            (required("call"), required("outcome"), text(row, "status"), required("sent"))
        })
        .collect();
    let shown: Vec<_> = found
        .iter()
        .map(|(call, outcome, status, _)| (call.as_str(), outcome.as_str(), status.as_deref()))
        .collect();
    assert_eq!(shown, calls, "{name}");

    // For whoever changes the page.
    if let Ok(folder) = std::env::var("CORS_PICTURES") {
        let picture = chromium.picture(&tab);
        let file = format!("{mode}-{}-{width}.base64", if calls[0].1 == "allowed" { "in" } else { "out" });
        std::fs::write(std::path::Path::new(&folder).join(file), picture).expect("the folder takes it");
    }

    // The judge: the browser's own network panel.
    let sent = chromium.preflights(&tab);
    let mut claimed = Vec::new();
    for (call, outcome, _, methods) in &found {
        assert!(!methods.is_empty(), "{name}: {call}: the API was sent nothing");
        assert!(
            outcome == "blocked" || !methods.trim_start_matches("OPTIONS").is_empty(),
            "{name}: {call}: {methods}"
        );
        let why = said(chromium, &tab, call, ".why");
        let asked = why.split_once("The browser asked first: ").map(|(_, asked)| asked);
        assert_eq!(asked.is_some(), methods.contains("OPTIONS"), "{name}: {call}: {why}");
        assert_eq!(
            why.contains("The call itself was never sent."),
            methods == "OPTIONS",
            "{name}: {call}: {why}"
        );
        claimed.extend(asked.map(|asked| asked.split([',', '?']).next().unwrap_or_default().to_owned()));
        // One click away, and all of it.
        assert_eq!(said(chromium, &tab, call, "pre"), "", "{name}: it is not shown before");
        chromium.run(&tab, &format!("document.querySelector('[data-call={call}] summary').click()"));
        let raw = said(chromium, &tab, call, "pre");
        assert_eq!(raw.matches("> origin: ").count(), methods.split(' ').count(), "{name}: {call}: {raw}");
        assert_eq!(
            raw.contains("> access-control-request-method: "),
            asked.is_some(),
            "{name}: {call}: {raw}"
        );
        assert!(raw.contains("\n< vary: Origin") || mode == "development", "{name}: {call}: {raw}");
    }
    assert_eq!(
        claimed,
        sent.iter().map(|(_, method)| method.clone()).collect::<Vec<_>>(),
        "{name}: {sent:?}"
    );

    let is_let_in = calls[0].1 == "allowed";
    let total = chromium.run(&tab, "document.querySelector('[data-call=list]').dataset.total");
    assert_eq!(total.as_str(), is_let_in.then_some("1"), "{name}");
    let standing = said_by(chromium, &tab, "#standing");
    assert_eq!(standing, if is_let_in { "let in by the policy" } else { "not in the policy" }, "{name}");
    let lead = said_by(chromium, &tab, "#lead");
    assert!(lead.contains(&format!("serves its {mode} policy")), "{name}: {lead}");
    let lowercase = said(chromium, &tab, "lowercase", ".why");
    let guess =
        if is_let_in { "Earlier answers list PATCH" } else { "So far nothing was allowed to this origin" };
    assert!(lowercase.contains(guess), "{name}: {lowercase}");
    let credentials = said(chromium, &tab, "credentials", ".why");
    assert_eq!(
        credentials.contains("With credentials, browsers do not accept *."),
        mode == "development",
        "{name}: {credentials}"
    );
    let overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    assert_eq!(chromium.run(&tab, overflow), 0, "{name}: it is wider than the screen");
}

fn said_by(chromium: &mut Chromium, tab: &Tab, selector: &str) -> String {
    let said = chromium.run(tab, &format!("document.querySelector('{selector}').innerText"));
    said.as_str().unwrap_or_default().to_owned()
}
