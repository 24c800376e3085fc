//! A headless Firefox, driven over WebDriver BiDi.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::process::{Process, Profile, Says};
use super::socket::Socket;
use super::{Browser, Running, Tab};

/// So that it asks nobody on the network but the servers of the test.
const PREFERENCES: &str = r#"
user_pref("app.normandy.enabled", false);
user_pref("app.update.enabled", false);
user_pref("browser.safebrowsing.malware.enabled", false);
user_pref("browser.safebrowsing.phishing.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.healthreport.uploadEnabled", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("extensions.update.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "data:,#remote-settings-dummy/v1");
user_pref("toolkit.telemetry.enabled", false);
"#;

/// The browser, stopped when this is dropped.
#[derive(Debug)]
pub(super) struct Firefox {
    // In this order: it is asked to end before it is made to.
    socket: Closing,
    _process: Process,
    version: String,
    /// What stands for a user's profile.
    context: Value,
    console: Vec<String>,
}

#[derive(Debug)]
struct Closing(Socket);

impl Firefox {
    pub(super) fn start() -> Self {
        let profile = Profile::new();
        std::fs::write(profile.path().join("user.js"), PREFERENCES).expect("the profile can be written");
        let mut command = Command::new("firefox-esr");
        command
            .args(["--headless", "--no-remote", "--remote-debugging-port", "0", "--profile"])
            .arg(profile.path());
        let (process, url) = Process::start(&mut command, profile, Says::Err, "WebDriver BiDi listening on ");
        let mut firefox = Self {
            socket: Closing(Socket::connect(&format!("{url}/session"))),
            _process: process,
            version: String::new(),
            context: Value::Null,
            console: Vec::new(),
        };
        let session = firefox.command("session.new", json!({ "capabilities": {} }));
        let [name, version] = ["browserName", "browserVersion"]
            .map(|key| session["capabilities"][key].as_str().unwrap_or_default().to_owned());
        firefox.version = format!("{name} {version}");
        firefox.command("session.subscribe", json!({ "events": ["log.entryAdded"] }));
        firefox
    }

    fn command(&mut self, method: &str, parameters: Value) -> Value {
        let id = self.socket.0.send(json!({ "method": method, "params": parameters }));
        self.socket.0.answer(id)
    }

    fn take_events(&mut self) {
        for event in self.socket.0.events.drain(..) {
            if let Some(text) = event["params"]["text"].as_str() {
                self.console.push(text.to_owned());
            }
        }
    }
}

impl Browser for Firefox {
    fn version(&self) -> &str {
        &self.version
    }

    fn renew(&mut self) {
        let context = self.command("browser.createUserContext", json!({}))["userContext"].take();
        let old = std::mem::replace(&mut self.context, context);
        if !old.is_null() {
            self.command("browser.removeUserContext", json!({ "userContext": old }));
        }
        self.socket.0.events.clear();
        self.console.clear();
    }

    fn open(&mut self, url: &str) -> Tab {
        let create = json!({ "type": "tab", "userContext": self.context, "background": true });
        let tab = self.command("browsingContext.create", create)["context"].take();
        let tab = tab.as_str().expect("it has a name").to_owned();
        self.command("browsingContext.navigate", json!({ "context": tab, "url": url, "wait": "complete" }));
        Tab(tab)
    }

    fn begin(&mut self, tab: &Tab, script: &str) -> Running {
        let parameters = json!({
            "expression": format!("Promise.resolve({script}).then(JSON.stringify)"),
            "target": { "context": tab.0 },
            "awaitPromise": true,
        });
        let id = self.socket.0.send(json!({ "method": "script.evaluate", "params": parameters }));
        Running { tab: tab.clone(), id, script: script.to_owned() }
    }

    fn finish(&mut self, running: Running) -> Value {
        let answer = self.socket.0.answer(running.id);
        let script: String = running.script.chars().take(200).collect();
        let text = answer["result"]["value"].as_str().unwrap_or_else(|| panic!("{script}: {answer}"));
        serde_json::from_str(text).expect("the script wrote it")
    }

    fn console(&mut self, patience: Duration, enough: &dyn Fn(&[String]) -> bool) -> Option<&[String]> {
        let end = Instant::now() + patience;
        self.take_events();
        while !enough(&self.console) && self.socket.0.read_until(end) {
            self.take_events();
        }
        Some(&self.console)
    }
}

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.close(json!({ "method": "browser.close", "params": {} }));
    }
}
