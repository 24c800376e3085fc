//! A server on a loopback port that answers each request as a test says.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

/// A request's head, as far as it matters.
pub(crate) struct Head {
    pub(crate) method: String,
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

/// Serves until the test ends.
pub(crate) fn serve(answer: impl Fn(&Head) -> Answer + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            // Who hangs up needs no answer.
            let _ = respond(socket, &answer);
        }
    });
    address
}

fn respond(mut socket: TcpStream, answer: &impl Fn(&Head) -> Answer) -> std::io::Result<()> {
    let mut lines = BufReader::new(socket.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let method = first.split(' ').next().unwrap_or_default().to_owned();
    let mut fields = Vec::new();
    for line in lines {
        let line = line?;
        let Some((name, value)) = line.split_once(':') else { break };
        fields.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let Answer(status, fields) = answer(&Head { method, fields });
    let mut text = format!("HTTP/1.1 {status} -\r\nConnection: close\r\nContent-Length: 0\r\n");
    for (name, value) in fields {
        text += &format!("{name}: {value}\r\n");
    }
    socket.write_all(format!("{text}\r\n").as_bytes())
}
