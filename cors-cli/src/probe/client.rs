//! An HTTP client that sends what it is told to, follows nothing and hides nothing.

use std::cell::Cell;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use cors_engine::browser::{Fetch, Response};
use ureq::Agent;
use ureq::http::Request;
use ureq::tls::{RootCerts, TlsConfig};

use super::place::Place;
use super::redirect;
use crate::exchange::{Answer, Next, Sent, Server};
use crate::report::Problem;

/// The most requests of one probe: a few users' worth, so that nobody's server minds.
pub(super) const MOST_REQUESTS: u32 = 60;

#[derive(Clone)]
pub(super) struct Client {
    agent: Agent,
    place: Place,
    sent: Rc<Pace>,
}

/// How many requests were sent, and how long after one the next may follow.
struct Pace {
    count: Cell<u32>,
    last: Cell<Option<Instant>>,
    gap: Duration,
}

impl Client {
    /// `timeout`: in seconds, for each answer. `rate`: the most requests a second.
    pub(super) fn new(place: Place, timeout: u64, rate: u32) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .allow_non_standard_methods(true)
            .timeout_global(Some(Duration::from_secs(timeout)))
            .tls_config(TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build())
            // A page's own; browsers send one with every `fetch()`.
            .accept("*/*")
            .user_agent(concat!("cors/", env!("CARGO_PKG_VERSION")))
            // A probe asks anew each time, as the first visitor of a page does.
            .max_idle_connections(0)
            .build();
        let gap = Duration::from_secs(1) / rate.max(1);
        let sent = Rc::new(Pace { count: Cell::new(0), last: Cell::new(None), gap });
        Self { agent: config.new_agent(), place, sent }
    }

    /// The same client at another place. Its requests count together.
    pub(super) fn at(&self, place: Place) -> Self {
        Self { place, ..self.clone() }
    }

    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    pub(super) fn origin(&self) -> &str {
        &self.place.origin
    }

    pub(super) fn sent(&self) -> u32 {
        self.sent.count.get()
    }

    /// How many requests may still be sent.
    pub(super) fn left(&self) -> u32 {
        MOST_REQUESTS.saturating_sub(self.sent())
    }

    /// Waits for its turn.
    fn take_turn(&self) -> Result<(), Problem> {
        if self.left() == 0 {
            return Err(Problem(format!("a probe sends no more than {MOST_REQUESTS} requests")));
        }
        if let Some(last) = self.sent.last.get() {
            thread::sleep(self.sent.gap.saturating_sub(last.elapsed()));
        }
        self.sent.last.set(Some(Instant::now()));
        self.sent.count.set(self.sent() + 1);
        Ok(())
    }

    /// Sends a request and reads the head of its answer.
    pub(super) fn send(&self, sent: &Sent) -> Result<Response, Problem> {
        self.take_turn()?;
        let url = &self.place.url;
        let mut request = Request::builder().method(sent.method.as_str()).uri(url.as_str());
        for (name, value) in &sent.fields {
            request = request.header(name, value);
        }
        let request =
            request.body(()).map_err(|error| Problem(format!("the request cannot be sent: {error}")))?;
        let answer = self.agent.run(request).map_err(|error| unreachable(&sent.method, url, &error))?;
        let fields = answer.headers().iter();
        let text =
            |value: &ureq::http::HeaderValue| value.as_bytes().iter().copied().map(char::from).collect();
        Ok(Response {
            status: answer.status().as_u16(),
            fields: fields.map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
        })
    }
}

impl Server for Client {
    fn target(&self) -> String {
        self.place.url.to_string()
    }

    fn is_same_origin(&self, fetch: &Fetch) -> bool {
        fetch.origin() == self.place.origin
    }

    fn follow(&mut self, fetch: &Fetch, answer: &Response) -> Next {
        match redirect::follow(fetch, &self.place, answer) {
            Ok(None) => Next::Done,
            Ok(Some((place, fetch))) => {
                self.place = place;
                Next::Call(Box::new(fetch))
            }
            Err(why) => Next::Fail(why),
        }
    }

    fn answer(&mut self, _: &Fetch, sent: &Sent) -> Result<Answer, Problem> {
        Ok(Answer { response: self.send(sent)?, explanation: None })
    }
}

fn unreachable(method: &str, url: &url::Url, error: &ureq::Error) -> Problem {
    Problem(format!(
        "{method} {url} has no answer: {error}\n\
         A browser shows net::ERR_… and no word about CORS: nothing was decided, for nobody was reached.\n\
         help: look at the name, the port, the certificate, and at what stands in between"
    ))
}
