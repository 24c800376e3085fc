//! The browsers, each driven over its own protocol, behind one face.

mod chromium;
mod firefox;
mod process;
mod socket;
mod webkit;

use std::time::Duration;

use cors_engine::browser::Engine;
use serde_json::Value;

pub use chromium::Chromium;
use firefox::Firefox;
use webkit::WebKit;

/// A browser of one's own, stopped when it is dropped. Each call panics if the browser does not answer.
pub trait Browser {
    /// Its version, as it tells it.
    fn version(&self) -> &str;

    /// Forgets everything: pages that are opened from now on share nothing with earlier ones.
    fn renew(&mut self);

    /// Opens a page and waits until it and its frames are loaded.
    fn open(&mut self, url: &str) -> Tab;

    /// Starts a script that gives a promise, so that several tabs can be at work.
    fn begin(&mut self, tab: &Tab, script: &str) -> Running;

    /// Waits for what comes of a script.
    fn finish(&mut self, running: Running) -> Value;

    /// Everything that the console has said, waiting until `enough` says so or nothing has come for a while: a message
    /// may come after the answer that it is about. `None` if this browser's console cannot be read.
    fn console(&mut self, patience: Duration, enough: &dyn Fn(&[String]) -> bool) -> Option<&[String]>;
}

/// A tab, by the browser's name for it.
#[derive(Clone, Debug)]
pub struct Tab(String);

/// A script that is running in a tab.
#[derive(Debug)]
pub struct Running {
    tab: Tab,
    /// The command's number, where the protocol has them.
    id: u64,
    script: String,
}

/// Starts a browser with a new profile.
///
/// # Panics
///
/// If it does not start.
pub fn start(engine: Engine) -> Box<dyn Browser> {
    match engine {
        Engine::Chromium => Box::new(Chromium::start()),
        Engine::Firefox => Box::new(Firefox::start()),
        Engine::WebKit => Box::new(WebKit::start()),
        other => panic!("{other} cannot be started"),
    }
}
