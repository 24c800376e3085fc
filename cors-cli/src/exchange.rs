//! The exchange as a browser goes through it: the preflight if one is needed, then the call itself, and again
//! wherever that is redirected to.

use std::fmt::Write as _;

use cors_engine::adapter::Field;
use cors_engine::browser::{Fetch, Outcome, Response, Step};
use serde_json::json;

use crate::call::Call;
use crate::report::{BAD, BOLD, DIM, GOOD, Problem, paint};

/// The side that answers: a policy, or a live server.
pub(crate) trait Server {
    /// The name of what is called, for the text.
    fn target(&self) -> String;

    /// Returns whether the page is of the server's own origin, so that browsers apply no CORS.
    fn is_same_origin(&self, _: &Fetch) -> bool {
        false
    }

    /// The answer to a request, which is the preflight of `fetch` or `fetch` itself.
    fn answer(&mut self, fetch: &Fetch, sent: &Sent) -> Result<Answer, Problem>;

    /// What the browser does after it has accepted this answer to `fetch`.
    fn follow(&mut self, fetch: &Fetch, answer: &Response) -> Next;
}

/// What a browser does after it has accepted the answer to a call.
pub(crate) enum Next {
    /// It hands the answer to the page.
    Done,
    /// It calls again, elsewhere.
    Call(Box<Fetch>),
    /// It gives up.
    Fail(String),
}

/// The most redirects that are followed. <https://fetch.spec.whatwg.org/#http-redirect-fetch>.
const MOST_REDIRECTS: usize = 20;

/// A request as it goes over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) is_preflight: bool,
    pub(crate) method: String,
    pub(crate) fields: Vec<(String, String)>,
}

impl Sent {
    /// <https://fetch.spec.whatwg.org/#cors-preflight-fetch-0>.
    pub(crate) fn preflight(fetch: &Fetch) -> Self {
        let mut fields = vec![
            ("origin".into(), fetch.origin().into()),
            ("access-control-request-method".into(), fetch.sent_method().into()),
        ];
        fields
            .extend(fetch.requested_headers().map(|names| ("access-control-request-headers".into(), names)));
        Self { is_preflight: true, method: "OPTIONS".into(), fields }
    }

    /// <https://fetch.spec.whatwg.org/#append-a-request-origin-header>: `GET` and `HEAD` go without.
    fn same_origin(fetch: &Fetch) -> Self {
        let mut sent = Self::call(fetch);
        if matches!(fetch.sent_method(), "GET" | "HEAD") {
            sent.fields.retain(|(name, _)| name != "origin");
        }
        sent
    }

    pub(crate) fn call(fetch: &Fetch) -> Self {
        let mut fields = vec![("origin".into(), fetch.origin().into())];
        fields.extend(fetch.sent_headers().map(|(name, value)| (name.to_owned(), value.to_owned())));
        Self { is_preflight: false, method: fetch.sent_method().into(), fields }
    }
}

/// What came back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) response: Response,
    /// The policy's own words, where a policy answered.
    pub(crate) explanation: Option<String>,
}

/// One request, its answer, and the checks on it.
#[derive(Debug)]
pub(crate) struct Leg {
    pub(crate) fetch: Fetch,
    pub(crate) target: String,
    pub(crate) sent: Sent,
    pub(crate) answer: Answer,
    /// Empty if page and server have the same origin.
    pub(crate) steps: Vec<Step>,
    pub(crate) is_same_origin: bool,
}

impl Leg {
    fn send(fetch: &Fetch, server: &mut dyn Server, sent: Sent) -> Result<Self, Problem> {
        let answer = server.answer(fetch, &sent)?;
        let response = &answer.response;
        let is_same_origin = server.is_same_origin(fetch);
        let steps = match sent.is_preflight {
            _ if is_same_origin => Vec::new(),
            true => fetch.preflight_steps(response),
            false => fetch.response_steps(response),
        };
        Ok(Self { fetch: fetch.clone(), target: server.target(), sent, answer, steps, is_same_origin })
    }

    pub(crate) fn passes(&self) -> bool {
        self.steps.iter().all(|step| step.failure().is_none())
    }
}

/// What was sent, as far as a browser gets.
#[derive(Debug, Default)]
pub(crate) struct Exchange {
    pub(crate) legs: Vec<Leg>,
    /// `None` if the preflight passes and nothing more was to be sent, if a redirect was given up on, or if the answer
    /// is of the page's own origin.
    pub(crate) outcome: Option<Outcome>,
    /// Why a redirect was given up on.
    given_up: Option<String>,
}

impl Exchange {
    /// Sends everything that a browser would send, but not the call itself if `preflight_only`.
    pub(crate) fn run(fetch: &Fetch, server: &mut dyn Server, preflight_only: bool) -> Result<Self, Problem> {
        let mut exchange = Self::default();
        let mut fetch = fetch.clone();
        for _ in 0..=MOST_REDIRECTS {
            let next = exchange.call(&fetch, server, preflight_only)?;
            match next {
                Next::Done => return Ok(exchange),
                Next::Call(next) => fetch = *next,
                Next::Fail(why) => return Ok(exchange.give_up(why)),
            }
        }
        Ok(exchange.give_up(format!("it was redirected more than {MOST_REDIRECTS} times")))
    }

    fn call(
        &mut self,
        fetch: &Fetch,
        server: &mut dyn Server,
        preflight_only: bool,
    ) -> Result<Next, Problem> {
        let mut asked = Response::default();
        let nothing = Response::default();
        if fetch.refused_by_browser().is_some() {
            self.outcome = Some(fetch.judge(&nothing, &nothing));
            return Ok(Next::Done);
        }
        if server.is_same_origin(fetch) {
            let leg = Leg::send(fetch, server, Sent::same_origin(fetch))?;
            let next = server.follow(fetch, &leg.answer.response);
            self.legs.push(leg);
            return Ok(next);
        }
        if fetch.needs_preflight() {
            let leg = Leg::send(fetch, server, Sent::preflight(fetch))?;
            let passes = leg.passes();
            asked = leg.answer.response.clone();
            self.legs.push(leg);
            if !passes {
                self.outcome = Some(fetch.judge(&asked, &nothing));
                return Ok(Next::Done);
            }
        }
        if preflight_only {
            return Ok(Next::Done);
        }
        let leg = Leg::send(fetch, server, Sent::call(fetch))?;
        let next = if leg.passes() { server.follow(fetch, &leg.answer.response) } else { Next::Done };
        self.outcome = Some(fetch.judge(&asked, &leg.answer.response));
        self.legs.push(leg);
        Ok(next)
    }

    fn give_up(self, why: String) -> Self {
        Self { outcome: None, given_up: Some(why), ..self }
    }

    /// Returns whether everything that was sent passes. If the call itself was sent, the page may read its answer.
    pub(crate) fn is_allowed(&self) -> bool {
        self.given_up.is_none() && self.outcome.as_ref().is_none_or(Outcome::is_allowed)
    }

    /// The text for a person, up to the result.
    pub(crate) fn text(&self, call: &Call) -> String {
        let mut out = format!("{}\n", call.sentence());
        for name in &call.left_out {
            let _ = writeln!(
                out,
                "{}",
                paint(DIM, format_args!("no page can set {name}: the browser leaves it out"))
            );
        }
        if call.fetch.refused_by_browser().is_none() {
            let asks = if call.fetch.needs_preflight() { "the browser asks first" } else { "no preflight" };
            let _ = match self.legs.first().is_some_and(|leg| leg.is_same_origin) {
                true => writeln!(out, "no preflight: page and server have the same origin"),
                false => writeln!(out, "{asks}: {}", call.preflight_reason()),
            };
        }
        let mut is_again = false;
        for (number, leg) in self.legs.iter().enumerate() {
            let title = if leg.sent.is_preflight { "the preflight" } else { "the call itself" };
            let again = if is_again { ", where it is redirected to" } else { "" };
            let _ = writeln!(out, "\n{}", paint(BOLD, format_args!("{}. {title}{again}", number + 1)));
            leg.write(&mut out);
            is_again |= !leg.sent.is_preflight;
        }
        out.push('\n');
        out
    }

    /// The console's message, or what the page gets.
    pub(crate) fn verdict(&self) -> String {
        if let Some(why) = &self.given_up {
            return format!("{} {why}\n", paint(BAD, "blocked by the browser:"));
        }
        let Some(outcome) = &self.outcome else {
            if self.legs.last().is_some_and(|leg| leg.is_same_origin) {
                return format!(
                    "{} page and server have the same origin, so CORS does not apply\n",
                    paint(GOOD, "allowed:")
                );
            }
            return format!(
                "{} the preflight passes; the call itself was not sent\n",
                paint(GOOD, "allowed:")
            );
        };
        match outcome.failure() {
            None => format!("{} the page may read the answer\n", paint(GOOD, "allowed:")),
            Some(failure) => format!("{} {failure}\n", paint(BAD, "blocked by CORS policy:")),
        }
    }

    pub(crate) fn json(&self, call: &Call) -> serde_json::Value {
        let failure = self.outcome.as_ref().and_then(Outcome::failure).map(ToString::to_string);
        json!({
            "origin": call.fetch.origin(),
            "method": call.fetch.sent_method(),
            "headers": call.fetch.sent_headers().map(|(name, _)| name).collect::<Vec<_>>(),
            "credentials": call.fetch.includes_credentials(),
            "left_out": call.left_out,
            "allowed": self.is_allowed(),
            "failure": failure.or(self.given_up.clone()),
            "legs": self.legs.iter().map(Leg::json).collect::<Vec<_>>(),
        })
    }
}

impl Leg {
    fn write(&self, out: &mut String) {
        let mut line = |sign: &str, text: &str| {
            let _ = writeln!(out, "   {} {text}", paint(DIM, sign));
        };
        line(">", &format!("{} {}", self.sent.method, self.target));
        for (name, value) in &self.sent.fields {
            // What a page sends may be a secret.
            let value = if is_of_cors(name) { value } else { "…" };
            line(">", &format!("{name}: {value}"));
        }
        let response = &self.answer.response;
        line("<", &response.status.to_string());
        for (name, value) in response.fields.iter().filter(|(name, _)| is_of_cors(name)) {
            line("<", &format!("{name}: {}", value.escape_debug()));
        }
        for step in &self.steps {
            let (style, word) = if step.failure().is_none() { (GOOD, "pass") } else { (BAD, "fail") };
            let _ = writeln!(out, "   {} {}", paint(style, word), step.check());
        }
        for text in self.answer.explanation.iter().flat_map(|text| text.lines()) {
            let _ = writeln!(out, "   {text}");
        }
    }

    fn json(&self) -> serde_json::Value {
        let shown = |(name, value): &(String, String)| json!([name, is_of_cors(name).then_some(value)]);
        let of_cors = self.answer.response.fields.iter().filter(|(name, _)| is_of_cors(name));
        let step = |step: &Step| json!({ "check": step.check().to_string(), "failure": step.failure().map(ToString::to_string) });
        json!({
            "kind": if self.sent.is_preflight { "preflight" } else { "call" },
            "request": { "method": self.sent.method, "target": self.target, "fields": self.sent.fields.iter().map(shown).collect::<Vec<_>>() },
            "response": {
                "status": self.answer.response.status,
                "fields": of_cors.map(|(name, value)| json!([name, value])).collect::<Vec<_>>(),
            },
            "steps": self.steps.iter().map(step).collect::<Vec<_>>(),
            "explanation": self.answer.explanation,
        })
    }
}

/// The fields that are shown. The value of any other field may be a secret.
pub(crate) fn is_of_cors(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "origin"
        || name == "location"
        || name.starts_with("access-control-")
        || Field::ALL.iter().any(|field| field.name() == name)
}
