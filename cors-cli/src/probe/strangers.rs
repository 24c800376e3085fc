//! Origins that no server should let in, asked for beside the page's own.

use std::hash::{BuildHasher as _, RandomState};

use cors_engine::browser::{Fetch, Response};
use cors_engine::{Block, Config, Field, Mode};

use super::client::Client;
use super::place::{host_of, is_address, is_loopback, split_origin};
use crate::exchange::Sent;

/// Methods that change nothing, and so can be sent on anybody's behalf. RFC 9110, section 9.2.1; those whose answers
/// are cached.
const SAFE_METHODS: [&str; 2] = ["GET", "HEAD"];

/// What messages call who sends no `Origin`.
pub(super) const NOBODY: &str = "a client without an origin";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A site that has nothing to do with the page's.
    Foreign,
    /// A sandboxed frame on any site.
    Null,
    /// The page's host, as the beginning of a stranger's.
    Prefix,
    /// The page's registrable domain, as the end of a stranger's.
    Suffix,
    /// The page's host, unencrypted.
    PlainHttp,
}

/// A stranger, and what it was told.
#[derive(Debug)]
pub(super) struct Stranger {
    pub(super) kind: Kind,
    pub(super) origin: String,
    pub(super) answer: Response,
}

/// What strangers were told, and a client without an `Origin`.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) strangers: Vec<Stranger>,
    /// Those who got no answer: a firewall may mind them.
    pub(super) unanswered: Vec<String>,
    /// Only where the call itself could be repeated: preflights are not cached.
    pub(super) without_origin: Option<Response>,
    /// Was it the call itself that was repeated, and not a preflight?
    pub(super) by_call: bool,
}

/// Repeats the call for each stranger where that changes nothing, and asks a preflight otherwise.
pub(super) fn ask(fetch: &Fetch, client: &Client) -> Seen {
    let by_call = SAFE_METHODS.contains(&fetch.sent_method());
    let request = |origin: &str| {
        let stranger = Fetch::new(origin).method(fetch.sent_method());
        if by_call { Sent::call(&stranger) } else { Sent::preflight(&stranger) }
    };
    let mut seen = Seen { strangers: Vec::new(), unanswered: Vec::new(), without_origin: None, by_call };
    for (kind, origin) in origins(fetch.origin(), &random_label()) {
        match client.send(&request(&origin)) {
            Ok(answer) => seen.strangers.push(Stranger { kind, origin, answer }),
            Err(_) => seen.unanswered.push(origin),
        }
    }
    if by_call {
        match client.send(&Sent { fields: Vec::new(), ..request(fetch.origin()) }) {
            Ok(answer) => seen.without_origin = Some(answer),
            Err(_) => seen.unanswered.push(NOBODY.into()),
        }
    }
    seen
}

impl Stranger {
    /// The server let it in by name, and not everybody by `*`.
    pub(super) fn is_let_in(&self) -> bool {
        self.answer.get(Field::AllowOrigin).as_deref() == Some(self.origin.as_str())
    }

    pub(super) fn with_credentials(&self) -> bool {
        self.answer.get(Field::AllowCredentials).as_deref() == Some("true")
    }
}

fn origins(page: &str, label: &str) -> Vec<(Kind, String)> {
    let mut origins = vec![(Kind::Foreign, format!("https://{label}.example"))];
    if page != "null" {
        origins.push((Kind::Null, "null".into()));
    }
    let Some((scheme @ ("http" | "https"), authority)) = split_origin(page) else { return origins };
    let host = host_of(authority);
    if is_address(host) {
        return origins;
    }
    origins.push((Kind::Prefix, format!("{scheme}://{host}.{label}.example")));
    // Subdomains of the page's site are its owner's, so that a stranger's name goes on from the site itself; what
    // has none, such as `localhost`, nobody can register.
    if let Some(site) = site(host).filter(|_| !is_loopback(host)) {
        origins.push((Kind::Suffix, format!("{scheme}://{label}{site}")));
    }
    if scheme == "https" && !is_loopback(host) {
        origins.push((Kind::PlainHttp, format!("http://{authority}")));
    }
    origins
}

/// The registrable domain: the shortest name of which the rules let a policy trust every subdomain.
fn site(host: &str) -> Option<&str> {
    let dots = host.rmatch_indices('.').map(|(dot, _)| dot + 1);
    let names = dots.chain([0]).filter_map(|start| host.get(start..));
    names.into_iter().find(|name| {
        let block = Block::new().origins([format!("https://*.{name}")]);
        Config::default().production(block).policy(Mode::Production).is_ok()
    })
}

/// A name that no list has.
fn random_label() -> String {
    format!("cors-probe-{:016x}", RandomState::new().hash_one(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_of_a_page() {
        let texts =
            |page| -> Vec<String> { origins(page, "x").into_iter().map(|(_, origin)| origin).collect() };
        for (page, others) in [
            (
                "https://app.example:8443",
                &["https://app.example.x.example", "https://xapp.example", "http://app.example:8443"][..],
            ),
            (
                "https://a.b.app.co.uk",
                &["https://a.b.app.co.uk.x.example", "https://xapp.co.uk", "http://a.b.app.co.uk"],
            ),
            (
                "https://me.github.io",
                &["https://me.github.io.x.example", "https://xme.github.io", "http://me.github.io"],
            ),
            ("http://app.example", &["http://app.example.x.example", "http://xapp.example"]),
            ("http://intranet", &["http://intranet.x.example"]),
            ("http://localhost:3000", &["http://localhost.x.example"]),
            ("https://127.0.0.1", &[]),
            ("tauri://localhost", &[]),
        ] {
            let common = ["https://x.example".to_owned(), "null".to_owned()];
            let wanted = common.into_iter().chain(others.iter().map(ToString::to_string));
            assert_eq!(texts(page), wanted.collect::<Vec<_>>(), "{page}");
        }
        assert_eq!(texts("null"), ["https://x.example"]);
    }
}
