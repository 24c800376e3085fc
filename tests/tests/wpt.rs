//! The pages of web-platform-tests about CORS in real browsers, answered by `Cors` wherever a policy can answer so.

use cors_engine::browser::Engine;
use cors_tests::browser::is_wanted;
use cors_tests::wpt::{Checkout, run};

fn passes(engine: Engine) {
    if !is_wanted(engine) {
        println!("{engine}: left out by CORS_BROWSER");
        return;
    }
    let outcome = run(engine, &Checkout::from_env());
    println!("{outcome}");
    let surprises = &outcome.surprises;
    assert!(surprises.is_empty(), "{engine}, {} surprises:\n{}", surprises.len(), surprises.join("\n"));
}

#[test]
#[ignore = "needs chromium and a checkout of web-platform-tests: see TESTING.md"]
fn pages_in_chromium() {
    passes(Engine::Chromium);
}

#[test]
#[ignore = "needs firefox-esr and a checkout of web-platform-tests: see TESTING.md"]
fn pages_in_firefox() {
    passes(Engine::Firefox);
}

#[test]
#[ignore = "needs webkit2gtk-driver, xvfb and a checkout of web-platform-tests: see TESTING.md"]
fn pages_in_webkit() {
    passes(Engine::WebKit);
}
