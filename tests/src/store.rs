//! A store for a fleet, and a line to it that can be cut.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// What `examples/fleet/server` starts: killed when this is dropped.
#[derive(Debug)]
pub struct StoreServer {
    kind: &'static str,
    folder: PathBuf,
    process: Option<Child>,
    /// Where it listens.
    pub address: SocketAddr,
}

impl StoreServer {
    /// Starts `postgres` or `redis` on a free port, with its data in a new folder.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn start(kind: &'static str) -> Self {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
        let address = port.expect("a port is free");
        // PostgreSQL runs as another user, who cannot look into everybody's folders.
        let folder = std::env::temp_dir().join(format!("cors-fleet-{kind}-{}", address.port()));
        let mut server = Self { kind, folder, process: None, address };
        server.start_again();
        server
    }

    /// Its URL, at this address: that of the server itself, or of a [`Line`] to it.
    pub fn url(&self, address: SocketAddr) -> String {
        match self.kind {
            "postgres" => format!("postgres://postgres@{address}/postgres"),
            kind => format!("{kind}://{address}"),
        }
    }

    /// Kills it, as a crash would.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Starts it on the data that it had.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn start_again(&mut self) {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/fleet/server");
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut process = Command::new(script)
                .args([self.kind, &self.address.port().to_string()])
                .arg(&self.folder)
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("the script runs");
            // It says its URL when everything is installed, and becomes the server.
            let output = process.stdout.take().expect("its output is piped");
            let _ = BufReader::new(output).read_line(&mut String::new());
            while process.try_wait().expect("it can be asked").is_none() {
                if self.answers() {
                    self.process = Some(process);
                    return;
                }
                assert!(Instant::now() < deadline, "{} does not start", self.kind);
                thread::sleep(Duration::from_millis(50));
            }
            // After a crash what is left of the old one may still be about to end.
            assert!(Instant::now() < deadline, "{} ends at once", self.kind);
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// Returns whether it answers its own protocol, and not only accepts connections.
    fn answers(&self) -> bool {
        let Ok(mut socket) = TcpStream::connect(self.address) else { return false };
        let _ = socket.set_read_timeout(Some(Duration::from_secs(2)));
        let (question, answer): (&[u8], &[u8]) = match self.kind {
            // A start-up message of protocol 3.0 for the user `postgres`. `R` is "authentication".
            "postgres" => (b"\0\0\0\x17\0\x03\0\0user\0postgres\0\0", b"R"),
            _ => (b"PING\r\n", b"+PONG"),
        };
        let mut first = vec![0; answer.len()];
        socket.write_all(question).is_ok() && socket.read_exact(&mut first).is_ok() && first == answer
    }
}

impl Drop for StoreServer {
    fn drop(&mut self) {
        self.kill();
        // A database's processes end a moment after the first of them, and may still write.
        for _ in 0..50 {
            if !Path::new(&self.folder).exists() || std::fs::remove_dir_all(&self.folder).is_ok() {
                return;
            }
            thread::sleep(Duration::from_millis(100));
        }
    }
}

/// A TCP line to a server, which can be cut: then nothing comes through, and nobody is told.
#[derive(Debug)]
pub struct Line {
    /// Where clients connect.
    pub address: SocketAddr,
    state: Arc<AtomicU8>,
}

const OPEN: u8 = 0;
const CUT: u8 = 1;
const ENDED: u8 = 2;

impl Line {
    /// Opens a line to this server.
    ///
    /// # Panics
    ///
    /// If there is no port for it.
    pub fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let state = Arc::new(AtomicU8::new(OPEN));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if shared.load(Ordering::SeqCst) == ENDED {
                    return;
                }
                // Where the server is down, the client's connection is dropped, which it sees at once.
                if let Ok(server) = TcpStream::connect(server) {
                    carry(client, server, &shared);
                }
            }
        });
        Self { address, state }
    }

    /// Lets nothing through until it is [mended](Self::mend).
    pub fn cut(&self) {
        self.state.store(CUT, Ordering::SeqCst);
    }

    /// Lets everything through again, what was waiting first.
    pub fn mend(&self) {
        self.state.store(OPEN, Ordering::SeqCst);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.state.store(ENDED, Ordering::SeqCst);
        // Whoever accepts connections is woken up to see it.
        let _ = TcpStream::connect(self.address);
    }
}

/// Carries bytes both ways until either side ends.
fn carry(client: TcpStream, server: TcpStream, state: &Arc<AtomicU8>) {
    let is_over = Arc::new(AtomicBool::new(false));
    let pair =
        |one: &TcpStream, other: &TcpStream| one.try_clone().and_then(|one| Ok((one, other.try_clone()?)));
    for (from, to) in [pair(&client, &server), pair(&server, &client)].into_iter().flatten() {
        let (state, is_over) = (Arc::clone(state), Arc::clone(&is_over));
        thread::spawn(move || {
            one_way(from, to, &state, &is_over);
            is_over.store(true, Ordering::SeqCst);
        });
    }
}

fn one_way(mut from: TcpStream, mut to: TcpStream, state: &AtomicU8, is_over: &AtomicBool) {
    let tick = Duration::from_millis(20);
    let _ = from.set_read_timeout(Some(tick));
    let mut buffer = [0; 16 * 1024];
    while !is_over.load(Ordering::SeqCst) {
        let read = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error)
                if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) =>
            {
                if state.load(Ordering::SeqCst) == ENDED {
                    break;
                }
                continue;
            }
            Err(_) => break,
        };
        while state.load(Ordering::SeqCst) == CUT {
            thread::sleep(tick);
        }
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
    let _ = from.shutdown(std::net::Shutdown::Both);
}
