//! Loopback sockets, and messages for the ports that cannot be had.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};

pub(crate) struct Listener {
    pub(crate) sockets: Vec<TcpListener>,
    authority: String,
}

impl Listener {
    /// On every address that `localhost` stands for, so that nothing else answers to that name:
    /// browsers try `[::1]` first, and a dev server that listens only there is a common sight.
    pub(crate) fn localhost(port: u16, option: &str) -> Result<Self, String> {
        let mut listener = Self::numeric(port, option)?;
        let actual = listener.port().map_err(|error| failure(port, option, &error))?;
        match TcpListener::bind((Ipv6Addr::LOCALHOST, actual)) {
            Ok(socket) => listener.sockets.push(socket),
            Err(error) if port != 0 && error.kind() == ErrorKind::AddrInUse => {
                return Err(failure(port, option, &error));
            }
            // No IPv6 on this machine, and then no browser tries it either.
            Err(_) => {}
        }
        listener.authority = authority("localhost", actual);
        Ok(listener)
    }

    /// On `127.0.0.1`, by number: for a browser a different origin than `localhost`.
    pub(crate) fn numeric(port: u16, option: &str) -> Result<Self, String> {
        let bind = || {
            let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
            let authority = authority("127.0.0.1", socket.local_addr()?.port());
            Ok(Self { sockets: vec![socket], authority })
        };
        bind().map_err(|error| failure(port, option, &error))
    }

    /// Host and port as a browser names them in its `Host` header.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.authority)
    }

    fn port(&self) -> io::Result<u16> {
        Ok(self.sockets[0].local_addr()?.port())
    }
}

/// The default port is left out, as browsers leave it out of `Host` and `Origin`.
fn authority(host: &str, port: u16) -> String {
    if port == 80 { host.to_owned() } else { format!("{host}:{port}") }
}

fn failure(port: u16, option: &str, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::AddrInUse => format!(
            "port {port} is taken: stop what listens there, or choose another with {option} \
             ({option} 0 takes any free one)"
        ),
        ErrorKind::PermissionDenied => {
            format!("port {port} is reserved for the system: choose one above 1023 with {option}")
        }
        _ => format!("cannot listen on port {port} ({option}): {error}"),
    }
}
