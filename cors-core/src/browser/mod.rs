//! The other side of the exchange: what a browser makes of a policy's answers, for tests and tools.
//!
//! It follows the Fetch standard step by step, and is as strict as the standard where browsers are
//! laxer. A page in a real browser may be stopped by more than CORS: mixed content, a content
//! security policy, the user's answer to a local-network prompt. No preflight is remembered from
//! an earlier call: each is asked anew, as for the first visitor after the policy has changed.
//!
//! ```
//! use cors_engine::browser::Fetch;
//! use cors_engine::{Block, Config, Mode};
//!
//! let policy = Config::new(Block::new().origins(["https://app.example"]).methods(["PUT"]).headers(["authorization"]))
//!     .policy(Mode::Production)?;
//! let put = Fetch::new("https://app.example").method("PUT").header("authorization", "Bearer …");
//! assert!(put.needs_preflight());
//! assert!(put.ask(&policy).is_allowed());
//! assert!(!put.method("DELETE").ask(&policy).is_allowed());
//! # Ok::<(), cors_engine::Violations>(())
//! ```

mod check;
mod failure;
mod outcome;
mod safelist;
mod step;

use alloc::string::{String, ToString};
use alloc::vec::Vec;

pub use check::Response;
pub use failure::{CheckFault, Failure};
pub use outcome::{Outcome, safelisted_response_headers};
pub use step::{Check, Step};

use crate::Decision;
use crate::Lines;
use crate::Request;

/// A call of `fetch()` by a page, to a server of another origin, in mode `cors`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    origin: String,
    method: String,
    headers: Vec<(String, String)>,
    credentials: bool,
    forced: bool,
}

impl Fetch {
    /// A `GET` by a page of this origin, without headers of its own and without credentials.
    pub fn new(origin: impl Into<String>) -> Self {
        Self {
            origin: origin.into(),
            method: "GET".into(),
            headers: Vec::new(),
            credentials: false,
            forced: false,
        }
    }

    /// Sets the method, in the case in which the page writes it.
    ///
    /// Fetch, "Methods": *normalize* puts six of them into upper case, and `patch` is not one.
    #[must_use]
    pub fn method(mut self, method: impl Into<String>) -> Self {
        let method = method.into();
        let normal = safelist::NORMALIZED_METHODS.iter().find(|normal| normal.eq_ignore_ascii_case(&method));
        self.method = normal.map_or(method, ToString::to_string);
        self
    }

    /// Adds a header. One that no page can set is left out, and blanks around the value are, as a
    /// browser does. Fetch, "Headers": *normalize*, *forbidden request-header*.
    #[must_use]
    pub fn header(mut self, name: impl AsRef<str>, value: impl Into<String>) -> Self {
        let name = name.as_ref().to_ascii_lowercase();
        let value = value.into().trim_matches(['\t', '\n', '\r', ' ']).to_string();
        let forbidden = crate::engine::standard::is_forbidden_request_header(&name)
            || safelist::METHOD_OVERRIDES.contains(&name.as_str())
                && safelist::names_forbidden_method(&value);
        if !forbidden {
            self.headers.push((name, value));
        }
        self
    }

    /// Sets `credentials: "include"`: cookies go along.
    #[must_use]
    pub fn credentials(mut self, include: bool) -> Self {
        self.credentials = include;
        self
    }

    /// Forces a preflight, as a listener on an upload or a stream for a body does.
    #[must_use]
    pub fn force_preflight(mut self, forced: bool) -> Self {
        self.forced = forced;
        self
    }

    /// The page's origin.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The method as it is sent.
    pub fn sent_method(&self) -> &str {
        &self.method
    }

    /// The headers as they are sent, beside those that the browser adds.
    pub fn sent_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Do cookies go along?
    pub fn includes_credentials(&self) -> bool {
        self.credentials
    }

    /// Must the browser ask first? Fetch, "HTTP fetch".
    pub fn needs_preflight(&self) -> bool {
        self.forced || !safelist::is_method(&self.method) || !self.unsafe_headers().is_empty()
    }

    /// The value of `Access-Control-Request-Headers`; `None` if there is nothing to ask for.
    /// Fetch, "CORS-preflight fetch": names in lower case, sorted, without spaces.
    pub fn requested_headers(&self) -> Option<String> {
        let names = self.unsafe_headers();
        (!names.is_empty()).then(|| names.join(","))
    }

    fn unsafe_headers(&self) -> Vec<&str> {
        safelist::unsafe_names(&self.headers)
    }

    /// The preflight, as the server sees it. `lines` holds [`requested_headers`](Self::requested_headers), if
    /// there are any: a request borrows them.
    pub fn preflight_request<'r>(&'r self, lines: &'r dyn Lines) -> Request<'r> {
        Request::new(b"OPTIONS")
            .origin(self.origin.as_bytes())
            .requested_method(self.method.as_bytes())
            .requested_headers(lines)
    }

    /// The call itself, as the server sees it.
    pub fn request(&self) -> Request<'_> {
        Request::new(self.method.as_bytes()).origin(self.origin.as_bytes())
    }

    /// What comes of the call, with a server that answers by `policy`.
    pub fn ask(&self, policy: &crate::Policy) -> Outcome {
        self.ask_with(policy, |decision| decision)
    }

    /// What comes of the call, with a server that answers by `policy` and names the reason of a refusal:
    /// see [`Decision::diagnostic`]. What is allowed is the same, and what the console says more to the point.
    pub fn ask_diagnostic(&self, policy: &crate::Policy) -> Outcome {
        self.ask_with(policy, |decision| decision.diagnostic())
    }

    fn ask_with(&self, policy: &crate::Policy, answer_by: fn(Decision<'_>) -> Decision<'_>) -> Outcome {
        let lines: Vec<String> = self.requested_headers().into_iter().collect();
        let preflight = answer_by(policy.decide(&self.preflight_request(&lines)));
        let actual = policy.decide(&self.request());
        let outcome = self.judge(&Response::of(&preflight, self), &Response::of(&actual, self));
        // What the browser does not send, no policy refuses.
        let asked = self.refused_by_browser().is_none();
        let first = if outcome.was_preflighted() { &preflight } else { &actual };
        outcome.denied(first.reason().filter(|_| asked).map(|reason| reason.to_string()))
    }

    /// What comes of the call, with a server that answers its preflight, if there is one, and itself
    /// so: whoever made the answers.
    pub fn judge(&self, preflight: &Response, answer: &Response) -> Outcome {
        if let Some(failure) = self.refused_by_browser() {
            return Outcome::blocked(false, failure);
        }
        let needs_preflight = self.needs_preflight();
        let asked = if needs_preflight { self.check_preflight(preflight) } else { Ok(()) };
        match asked.and_then(|()| self.check_response(answer)) {
            Ok(()) => Outcome::allowed(needs_preflight, answer.clone(), self.credentials),
            Err(failure) => Outcome::blocked(needs_preflight, failure),
        }
    }

    /// What the browser refuses before it sends anything.
    pub fn refused_by_browser(&self) -> Option<Failure> {
        let method = self.method.as_bytes();
        if !crate::engine::standard::is_token(method) || crate::engine::standard::is_forbidden_method(method)
        {
            return Some(Failure::ForbiddenMethod { method: self.method.clone() });
        }
        None
    }
}
