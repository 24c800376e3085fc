//! WebKitGTK's small browser on a screen that nobody sees, driven over WebDriver.

use std::io::{self, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::process::{Process, Profile, Says};
use super::{Browser, Running, Tab};
use crate::http;

/// Where Debian has it.
const PROGRAM: &str = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

/// How long the driver may take to listen, and the browser to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often both are started before it is a failure: now and then the browser ends at once, and the driver waits for ever.
const STARTS: u32 = 3;

/// How long a script may take, in milliseconds.
const SCRIPT: u32 = 120_000;

/// The browser, stopped when this is dropped.
#[derive(Debug)]
pub(super) struct WebKit {
    session: Session,
    version: String,
    // In this order: the driver needs the screen.
    driver: Process,
    display: String,
    _screen: Process,
}

/// A run of the browser, which has a profile of its own.
#[derive(Debug)]
struct Session {
    driver: SocketAddr,
    /// None at first.
    name: Option<String>,
}

impl WebKit {
    pub(super) fn start() -> Self {
        let profile = Profile::new();
        let mut xvfb = Command::new("Xvfb");
        xvfb.args(["-displayfd", "1", "-screen", "0", "1024x768x24", "-nolisten", "tcp"]);
        let (screen, display) = Process::start(&mut xvfb, profile, Says::Out, "");
        let (address, driver) = start_driver(&display);
        let session = Session { driver: address, name: None };
        let mut webkit = Self { session, version: String::new(), driver, display, _screen: screen };
        webkit.renew();
        webkit
    }

    /// Starts a browser.
    fn try_session(&mut self) -> io::Result<()> {
        let browser = json!({ "binary": PROGRAM, "args": ["--automation"] });
        let wanted = json!({ "webkitgtk:browserOptions": browser, "timeouts": { "script": SCRIPT } });
        let wanted = json!({ "capabilities": { "alwaysMatch": wanted } });
        let answer = self.session.try_command("POST", "", &wanted, PATIENCE)?;
        let mut session: Value = serde_json::from_slice(&answer.body)?;
        let session = session["value"].take();
        let name = session["sessionId"].as_str().map(str::to_owned);
        self.session.name = Some(name.ok_or_else(|| io::Error::other(session.to_string()))?);
        let version = session["capabilities"]["browserVersion"].as_str().unwrap_or_default();
        self.version = format!("WebKitGTK {version}");
        Ok(())
    }

    fn select(&self, tab: &Tab) {
        self.session.command("POST", "/window", &json!({ "handle": tab.0 }));
    }
}

/// Starts the driver on a free port.
fn start_driver(display: &str) -> (SocketAddr, Process) {
    // It does not say which port it takes, so it is told one.
    let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let address = address.expect("loopback has a free port");
    let profile = Profile::new();
    let mut command = Command::new("WebKitWebDriver");
    command
        .args([format!("--port={}", address.port()), "--host=127.0.0.1".into()])
        .envs([("HOME", profile.path()), ("XDG_RUNTIME_DIR", profile.path())])
        .env("DISPLAY", format!(":{display}"))
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("DBUS_SESSION_BUS_ADDRESS");
    let process = Process::spawn(&mut command, profile);
    let end = Instant::now() + PATIENCE;
    while TcpStream::connect(address).is_err() {
        assert!(Instant::now() < end, "WebKitWebDriver does not listen");
        std::thread::sleep(Duration::from_millis(20));
    }
    (address, process)
}

impl Session {
    fn command(&self, method: &str, path: &str, parameters: &Value) -> Value {
        let answer = self.try_command(method, path, parameters, Duration::from_millis(SCRIPT.into()));
        let answer = answer.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let mut value: Value = serde_json::from_slice(&answer.body).expect("the protocol is JSON");
        assert_eq!(answer.status, 200, "{method} {path}: {value}");
        value["value"].take()
    }

    fn try_command(
        &self,
        method: &str,
        path: &str,
        parameters: &Value,
        patience: Duration,
    ) -> io::Result<http::Response> {
        let session = self.name.as_ref().map(|name| format!("/{name}")).unwrap_or_default();
        let body = parameters.to_string();
        let mut socket = http::connect(self.driver)?;
        socket.set_read_timeout(Some(patience))?;
        write!(
            socket,
            "{method} /session{session}{path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            self.driver,
            body.len()
        )?;
        http::receive(&mut socket)
    }

    /// Ends the browser, which the driver would leave behind.
    fn end(&mut self) {
        if self.name.is_some() {
            // It may be gone already.
            let _ = self.try_command("DELETE", "", &Value::Null, PATIENCE);
            self.name = None;
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.end();
    }
}

impl Browser for WebKit {
    fn version(&self) -> &str {
        &self.version
    }

    fn renew(&mut self) {
        self.session.end();
        for start in 1.. {
            match self.try_session() {
                Ok(()) => return,
                Err(error) if start == STARTS => panic!("WebKit does not start: {error}"),
                Err(_) => (self.session.driver, self.driver) = start_driver(&self.display),
            }
        }
    }

    fn open(&mut self, url: &str) -> Tab {
        // A window for each: what a tab behind another does is put off.
        let window = self.session.command("POST", "/window/new", &json!({ "type": "window" }));
        let tab = Tab(window["handle"].as_str().expect("it has a name").to_owned());
        self.select(&tab);
        self.session.command("POST", "/url", &json!({ "url": url }));
        tab
    }

    fn begin(&mut self, tab: &Tab, script: &str) -> Running {
        self.select(tab);
        let script = format!(
            "window.outcome = Promise.resolve({script}).then((value) => ({{ value }}), (error) => ({{ error: String(error) }})); return true"
        );
        self.session.command("POST", "/execute/sync", &json!({ "script": script, "args": [] }));
        Running { tab: tab.clone(), id: 0, script }
    }

    fn finish(&mut self, running: Running) -> Value {
        self.select(&running.tab);
        let script = "window.outcome.then((outcome) => arguments[0](JSON.stringify(outcome)))";
        let outcome =
            self.session.command("POST", "/execute/async", &json!({ "script": script, "args": [] }));
        let mut outcome: Value =
            serde_json::from_str(outcome.as_str().unwrap_or_default()).expect("the script wrote it");
        assert!(outcome.get("error").is_none(), "{:.200}: {outcome}", running.script);
        outcome["value"].take()
    }

    fn console(&mut self, _: Duration, _: &dyn Fn(&[String]) -> bool) -> Option<&[String]> {
        None
    }
}
