//! A headless Chromium, driven over the DevTools protocol.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::process::{Process, Profile, Says};
use super::socket::Socket;
use super::{Browser, Running, Tab};

/// The browser, stopped when this is dropped.
#[derive(Debug)]
pub struct Chromium {
    // In this order: it is asked to end before it is made to.
    socket: Closing,
    _process: Process,
    version: String,
    /// The id of what stands for a user's profile; null at first.
    context: Value,
    console: Vec<String>,
    /// The preflights of tabs that are watched: the path, and the method that was asked for.
    preflights: Vec<(String, String)>,
}

#[derive(Debug)]
struct Closing(Socket);

impl Chromium {
    /// Starts `chromium` with a new profile.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn start() -> Self {
        let profile = Profile::new();
        let mut command = Command::new("chromium");
        command
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--remote-debugging-port=0",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank");
        let (process, url) = Process::start(&mut command, profile, Says::Err, "DevTools listening on ");
        let mut chromium = Self {
            socket: Closing(Socket::connect(&url)),
            _process: process,
            version: String::new(),
            context: Value::Null,
            console: Vec::new(),
            preflights: Vec::new(),
        };
        let version = chromium.command(None, "Browser.getVersion", json!({}));
        chromium.version = version["product"].as_str().expect("it has a version").to_owned();
        chromium
    }

    /// Forgets everything: pages that are opened from now on share nothing with earlier ones.
    ///
    /// # Panics
    ///
    /// If the browser does not answer.
    pub fn renew(&mut self) {
        let context = self.command(None, "Target.createBrowserContext", json!({}))["browserContextId"].take();
        let old = std::mem::replace(&mut self.context, context);
        if !old.is_null() {
            self.command(None, "Target.disposeBrowserContext", json!({ "browserContextId": old }));
        }
        self.socket.0.events.clear();
        self.console.clear();
    }

    /// Opens a page and waits until it and its frames are loaded.
    ///
    /// # Panics
    ///
    /// If the browser does not answer.
    pub fn open(&mut self, url: &str) -> Tab {
        let mut blank = json!({ "url": "about:blank" });
        if !self.context.is_null() {
            blank["browserContextId"] = self.context.clone();
        }
        let target = self.command(None, "Target.createTarget", blank);
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = self.command(None, "Target.attachToTarget", attach);
        let tab = Tab(session["sessionId"].as_str().expect("it is attached").to_owned());
        self.command(Some(&tab), "Log.enable", json!({}));
        self.command(Some(&tab), "Page.enable", json!({}));
        // A sandboxed frame lives in a process of its own, which says its own messages.
        let attach = json!({ "autoAttach": true, "waitForDebuggerOnStart": false, "flatten": true });
        self.command(Some(&tab), "Target.setAutoAttach", attach);
        self.navigate(&tab, url);
        tab
    }

    /// Shows another page in a tab and waits until it is loaded.
    ///
    /// # Panics
    ///
    /// If the browser does not answer.
    pub fn navigate(&mut self, tab: &Tab, url: &str) {
        let page = self.command(Some(tab), "Page.navigate", json!({ "url": url }));
        assert!(page.get("errorText").is_none(), "{url}: {page}");
        let loaded =
            |event: &Value| event["method"] == "Page.loadEventFired" && event["sessionId"] == tab.0.as_str();
        while !self.events().iter().any(loaded) {
            self.socket.0.read();
        }
        self.socket.0.events.clear();
    }

    /// Gives the tab the size of a screen, in CSS pixels.
    ///
    /// # Panics
    ///
    /// If the browser does not answer.
    pub fn resize(&mut self, tab: &Tab, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.command(Some(tab), "Emulation.setDeviceMetricsOverride", size);
    }

    /// From now on notes the preflights that the tab sends.
    ///
    /// # Panics
    ///
    /// If the browser does not answer.
    pub fn watch_preflights(&mut self, tab: &Tab) {
        self.command(Some(tab), "Network.enable", json!({}));
        self.preflights.clear();
    }

    /// The preflights since the last call, as the browser's own network panel has them: the path, and the method that was asked for.
    ///
    /// # Panics
    ///
    /// If the browser does not answer.
    pub fn preflights(&mut self, tab: &Tab) -> Vec<(String, String)> {
        // What came before the answer to this is known then.
        self.run(tab, "0");
        self.events();
        std::mem::take(&mut self.preflights)
    }

    /// A picture of the whole page, as PNG in Base64.
    ///
    /// # Panics
    ///
    /// If the browser does not answer.
    pub fn picture(&mut self, tab: &Tab) -> String {
        let whole = json!({ "format": "png", "captureBeyondViewport": true });
        let picture = self.command(Some(tab), "Page.captureScreenshot", whole);
        picture["data"].as_str().expect("there is a picture").to_owned()
    }

    /// Runs a script that may return a promise, and waits for what comes of it.
    ///
    /// # Panics
    ///
    /// If the script throws.
    pub fn run(&mut self, tab: &Tab, script: &str) -> Value {
        let running = self.begin(tab, script);
        self.finish(running)
    }

    fn command(&mut self, tab: Option<&Tab>, method: &str, parameters: Value) -> Value {
        let id = self.send(tab.map(|tab| tab.0.as_str()), method, parameters);
        let answer = self.socket.0.answer(id);
        self.events();
        answer
    }

    fn send(&mut self, session: Option<&str>, method: &str, parameters: Value) -> u64 {
        let mut command = json!({ "method": method, "params": parameters });
        if let Some(session) = session {
            command["sessionId"] = session.into();
        }
        self.socket.0.send(command)
    }

    /// Takes what is about the console and about frames; what is left are the other events.
    fn events(&mut self) -> &[Value] {
        let events = std::mem::take(&mut self.socket.0.events);
        for event in events {
            match event["method"].as_str() {
                Some("Log.entryAdded") => {
                    let text = event["params"]["entry"]["text"].as_str().unwrap_or_default();
                    self.console.push(text.to_owned());
                }
                Some("Network.requestWillBeSent") => {
                    let request = &event["params"]["request"];
                    if request["method"] == "OPTIONS" {
                        let url = request["url"].as_str().unwrap_or_default();
                        let path = url.splitn(4, '/').nth(3).unwrap_or_default();
                        let fields = request["headers"].as_object().into_iter().flatten();
                        let mut asked = fields
                            .filter(|(name, _)| name.eq_ignore_ascii_case("access-control-request-method"));
                        let asked = asked.next().and_then(|(_, value)| value.as_str()).unwrap_or_default();
                        self.preflights.push((format!("/{path}"), asked.to_owned()));
                    }
                }
                Some("Target.attachedToTarget") => {
                    let frame = event["params"]["sessionId"].as_str().map(str::to_owned);
                    // What it has said already comes with the answer.
                    self.send(frame.as_deref(), "Log.enable", json!({}));
                }
                _ => self.socket.0.events.push(event),
            }
        }
        &self.socket.0.events
    }
}

impl Browser for Chromium {
    fn version(&self) -> &str {
        &self.version
    }

    fn renew(&mut self) {
        self.renew();
    }

    fn open(&mut self, url: &str) -> Tab {
        self.open(url)
    }

    fn begin(&mut self, tab: &Tab, script: &str) -> Running {
        let parameters = json!({ "expression": script, "awaitPromise": true, "returnByValue": true });
        let id = self.send(Some(&tab.0), "Runtime.evaluate", parameters);
        Running { tab: tab.clone(), id, script: script.to_owned() }
    }

    fn finish(&mut self, running: Running) -> Value {
        let mut answer = self.socket.0.answer(running.id);
        let script: String = running.script.chars().take(200).collect();
        assert!(answer.get("exceptionDetails").is_none(), "{script}: {answer}");
        answer["result"]["value"].take()
    }

    fn console(&mut self, patience: Duration, enough: &dyn Fn(&[String]) -> bool) -> Option<&[String]> {
        let end = Instant::now() + patience;
        self.events();
        while !enough(&self.console) && self.socket.0.read_until(end) {
            self.events();
        }
        Some(&self.console)
    }
}

impl Drop for Closing {
    fn drop(&mut self) {
        // Asked to, it ends its own processes before it closes the socket.
        self.0.close(json!({ "method": "Browser.close" }));
    }
}
