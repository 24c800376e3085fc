//! A client that sends what it is told, byte for byte, and shows a response as it came.

use std::fmt::{self, Write as _};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A request, line for line.
#[derive(Clone, Debug)]
pub struct Head {
    request_line: String,
    fields: Vec<(String, Vec<u8>)>,
    host: Option<String>,
}

impl Head {
    /// A request for `target`, with `Host` and nothing else.
    pub fn new(method: &str, target: &str) -> Self {
        let request_line = format!("{method} {target} HTTP/1.1");
        Self { request_line, fields: Vec::new(), host: Some("localhost".into()) }
    }

    /// `GET`
    pub fn get(target: &str) -> Self {
        Self::new("GET", target)
    }

    /// A preflight that asks for `method`.
    pub fn preflight(target: &str, origin: &str, method: &str) -> Self {
        Self::new("OPTIONS", target).origin(origin).field("access-control-request-method", method)
    }

    /// Adds a field, whether or not there is one of that name.
    #[must_use]
    pub fn field(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.fields.push((name.into(), value.as_ref().into()));
        self
    }

    /// Adds an `Origin`.
    #[must_use]
    pub fn origin(self, origin: &str) -> Self {
        self.field("origin", origin)
    }

    /// Adds a line of `Access-Control-Request-Headers`.
    #[must_use]
    pub fn asks_for(self, names: &str) -> Self {
        self.field("access-control-request-headers", names)
    }

    /// Sets `Host`; an upgrade keeps the connection open, everything else closes it.
    #[must_use]
    pub fn host(mut self, host: &str) -> Self {
        self.host = Some(host.into());
        self
    }

    /// HTTP/1.0, where `Host` may be missing.
    #[must_use]
    pub fn without_host(mut self) -> Self {
        self.request_line = self.request_line.replace("HTTP/1.1", "HTTP/1.0");
        self.host = None;
        self
    }

    /// The handshake of a WebSocket.
    #[must_use]
    pub fn web_socket(self) -> Self {
        self.field("connection", "keep-alive, Upgrade")
            .field("upgrade", "websocket")
            .field("sec-websocket-version", "13")
            .field("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{}\r\n", self.request_line).into_bytes();
        if let Some(host) = &self.host {
            bytes.extend(format!("host: {host}\r\n").into_bytes());
        }
        for (name, value) in &self.fields {
            bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        if !self.fields.iter().any(|(name, _)| name == "connection") {
            bytes.extend(b"connection: close\r\n");
        }
        bytes.extend(b"\r\n");
        bytes
    }

    /// Sends it, and reads the response to its end.
    ///
    /// # Panics
    ///
    /// If the server does not answer with HTTP within some seconds.
    pub fn send(&self, address: SocketAddr) -> Received {
        let mut stream = TcpStream::connect(address).expect("the server listens");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
        stream.write_all(&self.bytes()).expect("the server reads");
        let mut received = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            match stream.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => received.extend_from_slice(&buffer[..read]),
                // A server that has not read all of a refused request may cut the line.
                Err(_) if !received.is_empty() => break,
                Err(error) => panic!("no answer to {}: {error}", self.request_line),
            }
            if !self.request_line.starts_with("HEAD") && Received::is_whole(&received) {
                break;
            }
        }
        Received::parse(&received)
    }
}

/// A response, each field line in turn.
#[derive(Clone, Debug)]
pub struct Received {
    /// The status code.
    pub status: u16,
    /// Names in lower case.
    pub fields: Vec<(String, String)>,
    /// What follows the head, chunks and all.
    pub body: Vec<u8>,
}

impl Received {
    fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no head in {:?}", bytes.escape_ascii().to_string()));
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok());
        let fields = lines.map(|line| {
            let (name, value) = line.split_once(':').expect("a field has a colon");
            (name.to_ascii_lowercase(), value.trim().to_owned())
        });
        let fields = fields.collect();
        Self { status: status.expect("a status line"), fields, body: bytes[end + 4..].to_vec() }
    }

    /// Is all there that the head promises? Some servers keep the line open after an upgrade.
    fn is_whole(bytes: &[u8]) -> bool {
        if !bytes.windows(4).any(|window| window == b"\r\n\r\n") {
            return false;
        }
        let received = Self::parse(bytes);
        let length = received.value("content-length").and_then(|length| length.parse().ok());
        received.status == 101 || length.is_some_and(|length: usize| received.body.len() >= length)
    }

    /// The values of each line of the field `name`.
    pub fn values(&self, name: &str) -> Vec<&str> {
        self.fields.iter().filter(|(found, _)| found == name).map(|(_, value)| value.as_str()).collect()
    }

    /// The value of the field `name`, if it is there exactly once.
    pub fn value(&self, name: &str) -> Option<&str> {
        match self.values(name).as_slice() {
            [value] => Some(value),
            _ => None,
        }
    }

    /// Does any field line hold `text`?
    pub fn mentions(&self, text: &str) -> bool {
        self.fields.iter().any(|(name, value)| name.contains(text) || value.contains(text))
    }

    /// The lines that CORS is about, sorted by name, lines of one name in their order.
    pub fn cors(&self) -> Vec<String> {
        let about = |name: &str| {
            name.starts_with("access-control-") || name == "vary" || name == "timing-allow-origin"
        };
        let mut lines: Vec<_> = self.fields.iter().filter(|(name, _)| about(name)).collect();
        lines.sort_by(|(one, _), (other, _)| one.cmp(other));
        lines.into_iter().map(|(name, value)| format!("{name}: {value}")).collect()
    }
}

/// The status and the lines that CORS is about: what a table of cases compares.
impl fmt::Display for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        self.cors().iter().try_for_each(|line| {
            f.write_char('\n')?;
            f.write_str(line)
        })
    }
}
