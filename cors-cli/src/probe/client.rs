//! Sends a probe's requests to a server, at a limited rate.

use std::cell::Cell;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use cors_engine::browser::{Fetch, Response};
use url::Url;

use super::place::Place;
use super::redirect;
use crate::exchange::{Answer, Next, Sent, Server};
use crate::report::Problem;

/// The most requests of one probe: as many as a few users make, so that no server suffers.
pub(super) const MOST_REQUESTS: u32 = 60;

/// What carries a request to a URL, and the head of the answer back.
pub(crate) trait Wire {
    fn send(&self, url: &Url, sent: &Sent) -> Result<Response, Problem>;
}

#[derive(Clone)]
pub(super) struct Client {
    wire: Rc<dyn Wire>,
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
    /// `rate`: the maximum number of requests per second.
    pub(super) fn new(wire: Rc<dyn Wire>, place: Place, rate: u32) -> Self {
        let gap = Duration::from_secs(1) / rate.max(1);
        let sent = Rc::new(Pace { count: Cell::new(0), last: Cell::new(None), gap });
        Self { wire, place, sent }
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
            return Err(Problem::new(format!("a probe sends no more than {MOST_REQUESTS} requests")));
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
        self.wire.send(&self.place.url, sent)
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
