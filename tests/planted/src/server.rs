//! A server on a loopback port that answers each request as a row says, and the client that the scanners have.

use std::io::{Read, Result, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};

/// A request's head.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// The method.
    pub method: String,
    /// The path and the query.
    pub target: String,
    fields: Vec<(String, String)>,
}

impl Head {
    /// The value of a field, empty if there is none.
    pub fn field(&self, name: &str) -> &str {
        let field = self.fields.iter().find(|(field, _)| field == name);
        field.map_or("", |(_, value)| value)
    }

    /// Returns whether it is a preflight.
    pub fn is_preflight(&self) -> bool {
        self.method == "OPTIONS" && !self.field("access-control-request-method").is_empty()
    }
}

/// The head of an answer.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The fields, line by line.
    pub fields: Vec<(String, String)>,
}

impl Answer {
    /// An answer without fields.
    pub fn new(status: u16) -> Self {
        Self { status, fields: Vec::new() }
    }

    /// Adds a line.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Replaces the lines of this name.
    #[must_use]
    pub fn set(self, name: &str, value: &str) -> Self {
        self.without(name).with(name, value)
    }

    /// Takes the lines of this name out.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(field, _)| field != name);
        self
    }

    /// The value of a field, empty if there is none.
    pub fn field(&self, name: &str) -> &str {
        let field = self.fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name));
        field.map_or("", |(_, value)| value)
    }
}

/// Serves until it is dropped.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    count: Arc<AtomicUsize>,
    stops: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts it on a free port.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn start(answer: impl Fn(&Head) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let (count, stops) = (Arc::<AtomicUsize>::default(), Arc::<AtomicBool>::default());
        let thread = thread::spawn({
            let (count, stops) = (count.clone(), stops.clone());
            move || {
                for socket in listener.incoming().flatten() {
                    if stops.load(Ordering::Relaxed) {
                        break;
                    }
                    count.fetch_add(1, Ordering::Relaxed);
                    // A client that hangs up needs no answer.
                    let _ = respond(socket, &answer);
                }
            }
        });
        Self { address, count, stops, thread: Some(thread) }
    }

    /// How many requests arrived.
    pub fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stops.store(true, Ordering::Relaxed);
        // Wakes it up. If it is dead, nobody listens.
        let _ = TcpStream::connect(self.address);
        let ended = self.thread.take().map(JoinHandle::join);
        if matches!(ended, Some(Err(_))) && !thread::panicking() {
            panic!("the server died");
        }
    }
}

fn respond(mut socket: TcpStream, answer: &impl Fn(&Head) -> Answer) -> Result<()> {
    let (line, fields) = read_head(&mut socket)?;
    let mut words = line.split(' ').map(str::to_owned);
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let answer = answer(&Head { method, target, fields });
    let mut text = format!("HTTP/1.1 {} -\r\nConnection: close\r\nContent-Length: 0\r\n", answer.status);
    for (name, value) in &answer.fields {
        text += &format!("{name}: {value}\r\n");
    }
    socket.write_all(format!("{text}\r\n").as_bytes())
}

/// The first line, and the fields with their names in lower case.
fn read_head(socket: &mut TcpStream) -> Result<(String, Vec<(String, String)>)> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        socket.read_exact(&mut byte)?;
        bytes.extend(byte);
    }
    let head = String::from_utf8_lossy(&bytes);
    let mut lines = head.lines();
    let first = lines.next().unwrap_or_default().to_owned();
    let fields = lines.filter_map(|line| line.split_once(':'));
    Ok((first, fields.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect()))
}

/// The answer to a `GET` of this origin.
///
/// # Errors
///
/// What the socket says.
pub fn get(address: SocketAddr, origin: &str) -> Result<Answer> {
    let mut socket = TcpStream::connect(address)?;
    let request =
        format!("GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nOrigin: {origin}\r\n\r\n");
    socket.write_all(request.as_bytes())?;
    let (line, fields) = read_head(&mut socket)?;
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    Ok(Answer { status, fields })
}
