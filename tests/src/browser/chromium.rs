//! A headless Chromium, driven over the DevTools protocol.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

/// How long the browser may say nothing at all.
const PATIENCE: Duration = Duration::from_secs(60);

/// The browser, stopped when this is dropped.
#[derive(Debug)]
pub struct Chromium {
    process: Child,
    /// Reads what it and its own processes say, until the last of them has ended.
    drain: Option<JoinHandle<()>>,
    profile: PathBuf,
    socket: WebSocket<TcpStream>,
    last_id: u64,
    /// The id of what stands for a user's profile; null at first.
    context: Value,
    /// Answers to commands that nobody has asked for yet.
    answers: Vec<Value>,
    events: VecDeque<Value>,
    console: Vec<String>,
}

/// A tab.
#[derive(Debug)]
pub struct Tab {
    session: String,
}

/// A script that is running in a tab.
#[derive(Debug)]
pub struct Running {
    id: u64,
    script: String,
}

impl Chromium {
    /// Starts the program that `CORS_BROWSER` names, `chromium` by default, with a new profile.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn start() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let program = std::env::var("CORS_BROWSER").unwrap_or_else(|_| "chromium".into());
        let name = format!("cors-tests-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let profile = std::env::temp_dir().join(name);
        let mut process = Command::new(&program)
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
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg("about:blank")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{program}: {error}: tests/run installs it"));
        let mut lines = BufReader::new(process.stderr.take().expect("it is piped")).lines();
        let mut said = Vec::new();
        let url = loop {
            match lines.next() {
                Some(Ok(line)) => match line.strip_prefix("DevTools listening on ") {
                    Some(url) => break url.to_owned(),
                    None => said.push(line),
                },
                _ => panic!("{program} stopped: {}", said.join("\n")),
            }
        };
        // A pipe that nobody empties would stop it some day.
        let drain = std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));

        let address = url.strip_prefix("ws://").and_then(|rest| rest.split('/').next());
        let stream =
            TcpStream::connect(address.unwrap_or_default()).unwrap_or_else(|error| panic!("{url}: {error}"));
        stream.set_read_timeout(Some(PATIENCE)).expect("the time is not zero");
        stream.set_nodelay(true).expect("the socket is open");
        let (socket, _) = tungstenite::client(&url, stream).unwrap_or_else(|error| panic!("{url}: {error}"));
        Self {
            process,
            drain: Some(drain),
            profile,
            socket,
            last_id: 0,
            context: Value::Null,
            answers: Vec::new(),
            events: VecDeque::new(),
            console: Vec::new(),
        }
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
        self.events.clear();
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
        let tab = Tab { session: session["sessionId"].as_str().expect("it is attached").to_owned() };
        let session = Some(tab.session.as_str());
        self.command(session, "Log.enable", json!({}));
        self.command(session, "Page.enable", json!({}));
        // A sandboxed frame lives in a process of its own, which says its own messages.
        let attach = json!({ "autoAttach": true, "waitForDebuggerOnStart": false, "flatten": true });
        self.command(session, "Target.setAutoAttach", attach);
        self.navigate(&tab, url);
        tab
    }

    /// Shows another page in a tab and waits until it is loaded.
    ///
    /// # Panics
    ///
    /// If the browser does not answer.
    pub fn navigate(&mut self, tab: &Tab, url: &str) {
        let page = self.command(Some(&tab.session), "Page.navigate", json!({ "url": url }));
        assert!(page.get("errorText").is_none(), "{url}: {page}");
        self.event(tab, "Page.loadEventFired");
    }

    /// Gives the tab the size of a screen, in CSS pixels.
    ///
    /// # Panics
    ///
    /// If the browser does not answer.
    pub fn resize(&mut self, tab: &Tab, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.command(Some(&tab.session), "Emulation.setDeviceMetricsOverride", size);
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

    /// Starts a script, so that several tabs can be at work.
    ///
    /// # Panics
    ///
    /// If the browser is gone.
    pub fn begin(&mut self, tab: &Tab, script: &str) -> Running {
        let parameters = json!({ "expression": script, "awaitPromise": true, "returnByValue": true });
        let id = self.send(Some(&tab.session), "Runtime.evaluate", parameters);
        Running { id, script: script.to_owned() }
    }

    /// Waits for what comes of a script.
    ///
    /// # Panics
    ///
    /// If the script throws.
    pub fn finish(&mut self, running: Running) -> Value {
        let mut answer = self.answer(running.id);
        let script: String = running.script.chars().take(200).collect();
        assert!(answer.get("exceptionDetails").is_none(), "{script}: {answer}");
        answer["result"]["value"].take()
    }

    /// Everything that the browser has logged, waiting until `enough` says so or nothing has come
    /// for a while: a message may come after the answer that it is about.
    ///
    /// # Panics
    ///
    /// If the browser is gone.
    pub fn console(&mut self, patience: Duration, enough: impl Fn(&[String]) -> bool) -> &[String] {
        let end = Instant::now() + patience;
        while !enough(&self.console) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            self.socket.get_ref().set_read_timeout(Some(left)).expect("the time is not zero");
            match self.socket.read() {
                Ok(message) => self.take(&message),
                Err(tungstenite::Error::Io(_)) => break,
                Err(error) => panic!("the browser is gone: {error}"),
            }
        }
        self.socket.get_ref().set_read_timeout(Some(PATIENCE)).expect("the time is not zero");
        &self.console
    }

    fn command(&mut self, session: Option<&str>, method: &str, parameters: Value) -> Value {
        let id = self.send(session, method, parameters);
        self.answer(id)
    }

    fn send(&mut self, session: Option<&str>, method: &str, parameters: Value) -> u64 {
        self.last_id += 1;
        let mut command = json!({ "id": self.last_id, "method": method, "params": parameters });
        if let Some(session) = session {
            command["sessionId"] = session.into();
        }
        let sent = self.socket.send(Message::text(command.to_string()));
        sent.unwrap_or_else(|error| panic!("{method}: {error}"));
        self.last_id
    }

    fn answer(&mut self, id: u64) -> Value {
        loop {
            if let Some(at) = self.answers.iter().position(|answer| answer["id"] == id) {
                let mut answer = self.answers.swap_remove(at);
                assert!(answer.get("error").is_none(), "{answer}");
                return answer["result"].take();
            }
            self.read();
        }
    }

    fn event(&mut self, tab: &Tab, name: &str) {
        loop {
            while let Some(event) = self.events.pop_front() {
                if event["method"] == name && event["sessionId"] == tab.session.as_str() {
                    return;
                }
            }
            self.read();
        }
    }

    fn read(&mut self) {
        let message = self.socket.read();
        let message = message.unwrap_or_else(|error| panic!("the browser does not answer: {error}"));
        self.take(&message);
    }

    fn take(&mut self, message: &Message) {
        let Message::Text(text) = message else { return };
        let message: Value = serde_json::from_str(text).expect("the protocol is JSON");
        match message["method"].as_str() {
            None => self.answers.push(message),
            Some("Log.entryAdded") => {
                let text = message["params"]["entry"]["text"].as_str().unwrap_or_default();
                self.console.push(text.to_owned());
            }
            Some("Target.attachedToTarget") => {
                let frame = message["params"]["sessionId"].as_str().map(str::to_owned);
                // What it has said already comes with the answer.
                self.send(frame.as_deref(), "Log.enable", json!({}));
            }
            Some(_) => self.events.push_back(message),
        }
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // It may be gone already, or hang: every step is tried, and none has to succeed. Asked to,
        // it ends its own processes before it closes the socket.
        let _ = self.socket.get_ref().set_read_timeout(Some(Duration::from_secs(5)));
        let close = json!({ "id": u32::MAX, "method": "Browser.close" });
        let _ = self.socket.send(Message::text(close.to_string()));
        while self.socket.read().is_ok() {}
        let _ = self.process.kill();
        let _ = self.process.wait();
        // Until then they may still write to the profile.
        let _ = self.drain.take().map(JoinHandle::join);
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}
