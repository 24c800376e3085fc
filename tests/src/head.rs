//! A request as a test writes it down: line for line, duplicates and all.

use std::net::SocketAddr;

use crate::http::{self, Connection, Response};

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

    /// What goes over the socket.
    pub fn bytes(&self) -> Vec<u8> {
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

    /// Keeps the connection open for the next one.
    #[must_use]
    pub fn keeps_alive(self) -> Self {
        self.field("connection", "keep-alive")
    }

    /// Sends it over a connection that is there already.
    ///
    /// # Panics
    ///
    /// If the server does not answer in HTTP.
    pub fn send_over(&self, connection: &mut Connection) -> Response {
        connection.exchange(&self.bytes())
    }

    /// Sends it, and reads the response.
    ///
    /// # Panics
    ///
    /// If the server does not answer in HTTP.
    pub fn send(&self, address: SocketAddr) -> Response {
        http::exchange(address, &self.bytes())
    }
}
