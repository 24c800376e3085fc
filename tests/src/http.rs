//! An HTTP/1.1 client that hides nothing: each field line of a response, in order.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A response as it came over the socket.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Names in lower case, with their values.
    pub fields: Vec<(String, String)>,
    /// The bytes after the head, as they came.
    pub body: Vec<u8>,
}

impl Response {
    /// Every value of a field, in order.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.fields.iter().filter(|(field, _)| field == name).map(|(_, value)| value.as_str()).collect()
    }

    /// The value of a field that may come once.
    ///
    /// # Panics
    ///
    /// If it came twice.
    pub fn one(&self, name: &str) -> Option<&str> {
        let values = self.all(name);
        assert!(values.len() < 2, "{name} came {} times: {values:?}", values.len());
        values.first().copied()
    }

    /// The fields of CORS and `Vary`, sorted by name, lines of one name as they came: what a policy is
    /// about.
    pub fn cors(&self) -> Vec<(&str, &str)> {
        let ours = |name: &str| {
            name.starts_with("access-control-") || name == "vary" || name == "timing-allow-origin"
        };
        let fields = self.fields.iter().filter(|(name, _)| ours(name));
        let mut fields: Vec<_> = fields.map(|(name, value)| (name.as_str(), value.as_str())).collect();
        fields.sort_by_key(|(name, _)| *name);
        fields
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// The status and the fields of CORS, one a line: what a table of cases compares.
impl fmt::Display for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        self.cors().iter().try_for_each(|(name, value)| write!(f, "\n{name}: {value}"))
    }
}

/// Sends a request line and fields as they are, with `Host` and `Connection: close` added where they
/// are missing, and reads the answer.
///
/// # Panics
///
/// If the server cannot be reached, or does not answer in HTTP.
pub fn send(server: SocketAddr, line: &str, fields: &[(&str, &str)], body: &str) -> Response {
    let mut head = format!("{line} HTTP/1.1\r\n");
    let mut field = |name: &str, value: &str| head.push_str(&format!("{name}: {value}\r\n"));
    for (name, value) in fields {
        field(name, value);
    }
    let has = |name: &str| fields.iter().any(|(field, _)| field.eq_ignore_ascii_case(name));
    if !has("host") {
        field("Host", &server.to_string());
    }
    if !has("connection") {
        field("Connection", "close");
    }
    if !body.is_empty() {
        field("Content-Length", &body.len().to_string());
    }
    exchange(server, format!("{head}\r\n{body}").as_bytes())
}

/// Sends bytes as they are and reads the answer.
///
/// # Panics
///
/// As [`send`].
pub fn exchange(server: SocketAddr, request: &[u8]) -> Response {
    Connection::open(server).exchange(request)
}

/// A connection for one request after the other.
#[derive(Debug)]
pub struct Connection(TcpStream);

impl Connection {
    /// Connects.
    ///
    /// # Panics
    ///
    /// If the server cannot be reached.
    pub fn open(server: SocketAddr) -> Self {
        Self(connect(server).unwrap_or_else(|error| panic!("{server}: {error}")))
    }

    /// Sends bytes as they are and reads the answer.
    ///
    /// # Panics
    ///
    /// If the server does not answer in HTTP.
    pub fn exchange(&mut self, request: &[u8]) -> Response {
        let Self(socket) = self;
        socket.write_all(request).expect("the server takes the request");
        receive(socket).unwrap_or_else(|error| panic!("no answer came: {error}"))
    }
}

/// A connection on which an answer may take a while, but not for ever.
///
/// # Errors
///
/// If the server cannot be reached.
pub fn connect(server: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpStream::connect(server)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.set_nodelay(true)?;
    Ok(socket)
}

/// Reads an answer; the connection may serve again if the answer says how long it is.
///
/// # Errors
///
/// If the server does not answer in HTTP.
pub fn receive(socket: &mut TcpStream) -> io::Result<Response> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    let head_end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        match socket.read(&mut buffer)? {
            0 => return Err(malformed(&bytes)),
            read => bytes.extend_from_slice(&buffer[..read]),
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| malformed(&bytes))?;
    let fields = lines.filter_map(|line| line.split_once(':'));
    let fields = fields.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
    let body = bytes[head_end + 4..].to_vec();
    let mut response = Response { status, fields, body };
    let length = response.one("content-length").and_then(|length| length.parse::<usize>().ok());
    // After 101 the connection is no longer HTTP's, and after a refused upgrade it may stay open; 204 has no body and
    // need not say so.
    while !matches!(status, 101 | 204) && length.is_none_or(|length| response.body.len() < length) {
        match socket.read(&mut buffer)? {
            0 => break,
            read => response.body.extend_from_slice(&buffer[..read]),
        }
    }
    Ok(response)
}

fn malformed(bytes: &[u8]) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("no head: {:?}", String::from_utf8_lossy(bytes)))
}
