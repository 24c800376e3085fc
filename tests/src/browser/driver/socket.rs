//! Commands and events in JSON over a WebSocket, as DevTools and WebDriver BiDi have them.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::Value;
use tungstenite::{Message, WebSocket};

/// How long a browser may say nothing at all.
const PATIENCE: Duration = Duration::from_secs(300);

/// A connection to a browser.
#[derive(Debug)]
pub(super) struct Socket {
    socket: WebSocket<TcpStream>,
    last_id: u64,
    /// Answers to commands that nobody has asked for yet.
    answers: Vec<Value>,
    /// Events that nobody has taken yet.
    pub(super) events: Vec<Value>,
}

impl Socket {
    pub(super) fn connect(url: &str) -> Self {
        let address = url.strip_prefix("ws://").and_then(|rest| rest.split('/').next());
        let stream =
            TcpStream::connect(address.unwrap_or_default()).unwrap_or_else(|error| panic!("{url}: {error}"));
        stream.set_read_timeout(Some(PATIENCE)).expect("the time is not zero");
        stream.set_nodelay(true).expect("the socket is open");
        let (socket, _) = tungstenite::client(url, stream).unwrap_or_else(|error| panic!("{url}: {error}"));
        Self { socket, last_id: 0, answers: Vec::new(), events: Vec::new() }
    }

    /// Sends a command and gives its number.
    pub(super) fn send(&mut self, mut command: Value) -> u64 {
        self.last_id += 1;
        command["id"] = self.last_id.into();
        let sent = self.socket.send(Message::text(command.to_string()));
        sent.unwrap_or_else(|error| panic!("{command}: {error}"));
        self.last_id
    }

    /// The answer to a command.
    pub(super) fn answer(&mut self, id: u64) -> Value {
        loop {
            if let Some(at) = self.answers.iter().position(|answer| answer["id"] == id) {
                let mut answer = self.answers.swap_remove(at);
                assert!(answer.get("error").is_none(), "{answer}");
                return answer["result"].take();
            }
            self.read();
        }
    }

    /// Waits for a message.
    pub(super) fn read(&mut self) {
        let message = self.socket.read();
        let message = message.unwrap_or_else(|error| panic!("the browser does not answer: {error}"));
        self.take(&message);
    }

    /// Waits for a message until `end`, and returns whether one has come.
    pub(super) fn read_until(&mut self, end: Instant) -> bool {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return false;
        }
        self.socket.get_ref().set_read_timeout(Some(left)).expect("the time is not zero");
        let message = self.socket.read();
        self.socket.get_ref().set_read_timeout(Some(PATIENCE)).expect("the time is not zero");
        match message {
            Ok(message) => self.take(&message),
            Err(tungstenite::Error::Io(_)) => return false,
            Err(error) => panic!("the browser is gone: {error}"),
        }
        true
    }

    fn take(&mut self, message: &Message) {
        let Message::Text(text) = message else { return };
        let message: Value = serde_json::from_str(text).expect("the protocol is JSON");
        if message["method"].is_string() { self.events.push(message) } else { self.answers.push(message) }
    }

    /// Sends a last command, and waits until the browser has closed the connection.
    pub(super) fn close(&mut self, command: Value) {
        // It may be gone already, or hang: every step is tried, and none has to succeed.
        let _ = self.socket.get_ref().set_read_timeout(Some(Duration::from_secs(5)));
        let mut command = command;
        command["id"] = (self.last_id + 1).into();
        let _ = self.socket.send(Message::text(command.to_string()));
        while self.socket.read().is_ok() {}
    }
}
