//! A server on a loopback port that answers each request as a test says, and tells the test what it was asked.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// A request's head, as far as it matters.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) method: String,
    pub(crate) target: String,
    fields: Vec<(String, String)>,
}

impl Head {
    pub(crate) fn field(&self, name: &str) -> &str {
        let field = self.fields.iter().find(|(field, _)| field == name);
        field.map_or("", |(_, value)| value)
    }

    pub(crate) fn is_preflight(&self) -> bool {
        self.method == "OPTIONS" && !self.field("access-control-request-method").is_empty()
    }
}

/// The status, and the fields line by line.
#[derive(Clone, Debug)]
pub(crate) struct Answer(pub(crate) u16, pub(crate) Vec<(&'static str, String)>);

/// No answer at all.
pub(crate) const HANGS_UP: Answer = Answer(0, Vec::new());

/// Serves until it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<Head>>>,
    stops: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The requests that arrived, in their order.
    pub(crate) fn seen(&self) -> Vec<Head> {
        self.seen.lock().expect("the server is alive").clone()
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

pub(crate) fn serve(answer: impl Fn(&Head) -> Answer + Send + 'static) -> Server {
    listen(move |socket, seen| respond(socket, seen, &answer))
}

/// Serves https as `localhost`; with the certificate, in PEM.
pub(crate) fn serve_https(answer: impl Fn(&Head) -> Answer + Send + 'static) -> (Server, String) {
    let certified =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate is made");
    let key = rustls::pki_types::PrivateKeyDer::try_from(certified.signing_key.serialize_der())
        .expect("it is a key");
    let config =
        rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider has them")
            .with_no_client_auth()
            .with_single_cert(vec![certified.cert.der().clone()], key)
            .expect("they belong together");
    let config = Arc::new(config);
    let server = listen(move |socket, seen| {
        let connection = rustls::ServerConnection::new(config.clone()).map_err(std::io::Error::other)?;
        respond(rustls::StreamOwned::new(connection, socket), seen, &answer)
    });
    (server, certified.cert.pem())
}

type Seen = Mutex<Vec<Head>>;

fn listen(respond: impl Fn(TcpStream, &Seen) -> std::io::Result<()> + Send + 'static) -> Server {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let (seen, stops) = (Arc::<Seen>::default(), Arc::<AtomicBool>::default());
    let thread = thread::spawn({
        let (seen, stops) = (seen.clone(), stops.clone());
        move || {
            for socket in listener.incoming().flatten() {
                if stops.load(Ordering::Relaxed) {
                    break;
                }
                // Who hangs up needs no answer.
                let _ = respond(socket, &seen);
            }
        }
    });
    Server { address, seen, stops, thread: Some(thread) }
}

fn respond(
    mut socket: impl Read + Write,
    seen: &Seen,
    answer: &impl Fn(&Head) -> Answer,
) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        socket.read_exact(&mut byte)?;
        bytes.extend(byte);
    }
    let head = String::from_utf8_lossy(&bytes);
    let mut lines = head.lines();
    let mut words = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let fields = lines.filter_map(|line| line.split_once(':'));
    let fields = fields.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
    let head = Head { method, target, fields };
    seen.lock().expect("nobody panics with it").push(head.clone());
    let Answer(status, fields) = answer(&head);
    if status == HANGS_UP.0 {
        return Ok(());
    }
    let mut text = format!("HTTP/1.1 {status} -\r\nConnection: close\r\nContent-Length: 0\r\n");
    for (name, value) in fields {
        text += &format!("{name}: {value}\r\n");
    }
    socket.write_all(format!("{text}\r\n").as_bytes())?;
    socket.flush()
}
