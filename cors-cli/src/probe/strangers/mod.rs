//! Sends requests from origins that no server should allow, in addition to the page's own.

mod findings;
mod origins;

use cors_engine::adapter::Field;
use cors_engine::browser::{Fetch, Response};

pub(super) use findings::of_strangers;
pub(super) use origins::{Dot, Kind};

use super::answerer::is_limit;
use super::client::Client;
use super::place::{host_of, split_origin};
use crate::exchange::Sent;
use origins::{Candidate, Labels, candidates};

/// The safe methods whose answers are cached: <https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1>. A call with one of them changes
/// nothing, so it can be repeated for each stranger.
pub(super) const SAFE_METHODS: [&str; 2] = ["GET", "HEAD"];

/// The name in messages for a client that sends no `Origin`.
pub(super) const NOBODY: &str = "a client without an origin";

/// A cookie that is nobody's session.
const COOKIE: &str = "cors-probe=1";

/// A stranger, and the answer that it got.
#[derive(Debug)]
pub(super) struct Stranger {
    pub(super) kind: Kind,
    pub(super) origin: String,
    pub(super) answer: Response,
}

/// The answers to strangers, and to a client without an `Origin`.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) strangers: Vec<Stranger>,
    /// The strangers that got no answer: a firewall may block them.
    pub(super) unanswered: Vec<String>,
    /// Only where the call itself could be repeated: preflights are not cached.
    pub(super) without_origin: Option<Response>,
    /// Whether the call itself was repeated, rather than a preflight.
    pub(super) by_call: bool,
    /// The strangers that were no longer tried.
    pub(super) not_asked: usize,
    /// The status by which the server limits how often it is asked.
    pub(super) limit: Option<u16>,
}

/// Repeats the call for each stranger if its method changes nothing, and sends a preflight otherwise. With `quick`, only the five
/// strangers that matter most are tried.
pub(super) fn ask(fetch: &Fetch, client: &Client, quick: bool) -> Seen {
    let by_call = SAFE_METHODS.contains(&fetch.sent_method());
    let request = |origin: &str| {
        let stranger = Fetch::new(origin).method(fetch.sent_method());
        if by_call { Sent::call(&stranger) } else { Sent::preflight(&stranger) }
    };
    let mut seen = Seen { by_call, ..Seen::default() };
    if by_call {
        match client.send(&Sent { fields: Vec::new(), ..request(fetch.origin()) }) {
            Ok(answer) => seen.without_origin = Some(answer),
            Err(_) => seen.unanswered.push(NOBODY.into()),
        }
    }
    let server = split_origin(client.origin()).map(|(_, authority)| host_of(authority)).unwrap_or_default();
    let mut candidates = candidates(fetch.origin(), server, &Labels::random());
    // A preflight never carries a cookie.
    candidates.retain(|candidate| (candidate.is_quick || !quick) && (by_call || !candidate.with_cookie));
    for candidate in candidates {
        // A stranger that gets in because of a wider fault need not be tried.
        if seen.strangers.iter().any(|stranger| stranger.covers(&candidate)) {
            continue;
        }
        if seen.limit.is_some() || client.left() == 0 {
            seen.not_asked += 1;
            continue;
        }
        let mut sent = request(&candidate.origin);
        if candidate.with_cookie {
            sent.fields.push(("cookie".into(), COOKIE.into()));
        }
        match client.send(&sent) {
            Ok(answer) if is_limit(answer.status) => {
                seen.limit = Some(answer.status);
                seen.not_asked += 1;
            }
            Ok(answer) => {
                let Candidate { kind, origin, .. } = candidate;
                seen.strangers.push(Stranger { kind, origin, answer });
            }
            Err(_) => seen.unanswered.push(candidate.origin),
        }
    }
    seen
}

impl Stranger {
    /// Returns whether the server allowed it by name, rather than everybody with `*`.
    pub(super) fn is_let_in(&self) -> bool {
        self.answer.get(Field::AllowOrigin).as_deref() == Some(self.origin.as_str())
    }

    pub(super) fn with_credentials(&self) -> bool {
        self.answer.get(Field::AllowCredentials).as_deref() == Some("true")
    }

    fn covers(&self, candidate: &Candidate) -> bool {
        let is_same = self.kind == candidate.kind && !candidate.with_cookie;
        (is_same || candidate.kind.is_part_of(self.kind)) && self.is_let_in() && self.with_credentials()
    }
}
