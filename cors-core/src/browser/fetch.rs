//! A call by a page: the script's request, and what the browser does with it before anything is sent.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::check::Response;
use super::deviation::{Deviation, Engine};
use super::failure::{Failure, LocationFault};
use super::outcome::Outcome;
use super::safelist;
use super::url::Url;
use crate::Decision;
use crate::Request;
use crate::adapter::Lines;
use crate::engine::standard::{is_forbidden_method, is_forbidden_request_header, is_token};

/// A page's call of `fetch()`. The server has another origin, unless [`to`](Self::to) says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// The page's.
    pub(super) page: String,
    pub(super) url: Option<Result<Url, LocationFault>>,
    pub(super) method: String,
    pub(super) headers: Vec<(String, String)>,
    /// The first header that `Headers` throws at.
    invalid: Option<Failure>,
    /// Whether it contains a character above U+00FF. If so, the conversion throws before all other checks.
    invalid_first: bool,
    pub(super) credentials: Credentials,
    /// Whether an earlier redirect came from the page's own origin, which got cookies.
    pub(super) began_with_own_credentials: bool,
    pub(super) forced: bool,
    pub(super) mode: RequestMode,
    pub(super) redirect: Redirect,
    pub(super) engine: Option<Engine>,
    /// Whether an earlier redirect came from another origin: then an answer by the page's own counts as foreign.
    pub(super) was_foreign: bool,
    /// Whether a redirect led from one foreign origin to another. The call's origin is then `null`.
    pub(super) hides_origin: bool,
    /// The headers to ask for, if they are not those that are sent.
    pub(super) asks_for: Option<Vec<String>>,
    /// Method and headers before any redirect, once there was one.
    pub(super) first: Option<(String, Vec<(String, String)>)>,
    /// Why the call fails after its preflight, whatever the answer is.
    pub(super) doomed: Option<Failure>,
    /// Whether `Origin` is sent because it was sent before a redirect.
    pub(super) keeps_origin: bool,
    /// How many redirects brought it here.
    pub(super) redirects: u32,
}

/// <https://fetch.spec.whatwg.org/#concept-request-credentials-mode>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Credentials {
    Omit,
    SameOrigin,
    Include,
}

/// The kind of answer that the page wants. <https://fetch.spec.whatwg.org/#concept-request-mode>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequestMode {
    /// One that it can read, whatever the origin: `cors`, the default of `fetch()`.
    #[default]
    Cors,
    /// One that it cannot read, as for a picture: `no-cors`.
    NoCors,
    /// Only one from its own origin: `same-origin`.
    SameOrigin,
}

/// What the browser does about a redirect. <https://fetch.spec.whatwg.org/#concept-request-redirect-mode>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Redirect {
    /// The browser follows it.
    #[default]
    Follow,
    /// The call fails.
    Error,
    /// The page learns that there was one, but not where it leads.
    Manual,
}

impl Fetch {
    /// A `GET` by a page of this origin, without headers of its own and without credentials.
    pub fn new(origin: impl Into<String>) -> Self {
        Self {
            page: origin.into(),
            url: None,
            method: "GET".into(),
            headers: Vec::new(),
            invalid: None,
            invalid_first: false,
            asks_for: None,
            first: None,
            keeps_origin: false,
            doomed: None,
            credentials: Credentials::SameOrigin,
            began_with_own_credentials: false,
            forced: false,
            mode: RequestMode::Cors,
            redirect: Redirect::Follow,
            engine: None,
            was_foreign: false,
            hides_origin: false,
            redirects: 0,
        }
    }

    /// Sets the URL that is called, absolute and as a browser writes it. It decides whether the server has another
    /// origin, and redirects are relative to it.
    ///
    /// ```
    /// use cors_engine::browser::Fetch;
    ///
    /// let post = Fetch::new("https://app.example").method("PUT");
    /// assert!(post.clone().to("https://api.example/tasks").needs_preflight());
    /// assert!(!post.to("https://app.example/tasks").needs_preflight());
    /// ```
    #[must_use]
    pub fn to(mut self, url: &str) -> Self {
        self.url = Some(Url::parse(url));
        self
    }

    /// Sets the method, in the case in which the page writes it.
    ///
    /// Browsers put six methods into upper case, but not `patch`: <https://fetch.spec.whatwg.org/#concept-method-normalize>.
    #[must_use]
    pub fn method(mut self, method: impl Into<String>) -> Self {
        let method = method.into();
        let normal = safelist::NORMALIZED_METHODS.iter().find(|normal| normal.eq_ignore_ascii_case(&method));
        self.method = normal.map_or(method, ToString::to_string);
        self
    }

    /// Adds a header. As in a browser, a header that no page can set is left out, and so are blanks around the value. If
    /// `Headers` throws an exception, the call fails before anything is sent: see
    /// [`refused_by_browser`](Self::refused_by_browser).
    ///
    /// The standard: <https://fetch.spec.whatwg.org/#headers-validate>, <https://fetch.spec.whatwg.org/#forbidden-request-header>.
    #[must_use]
    pub fn header(mut self, name: impl AsRef<str>, value: impl Into<String>) -> Self {
        let name = name.as_ref();
        let value = value.into();
        let value = value.trim_matches(['\t', '\n', '\r', ' ']);
        // A method or a header is a `ByteString`, whose characters go up to U+00FF and are one byte each.
        let is_wide = |text: &str| text.chars().any(|letter| letter > '\u{ff}');
        let is_value = !value.contains(['\0', '\n', '\r']) && !is_wide(value);
        if !self.invalid_first && (is_wide(name) || is_wide(value)) {
            self.invalid = None;
            self.invalid_first = true;
        }
        if !is_token(name.as_bytes()) {
            self.invalid.get_or_insert(Failure::InvalidHeaderName { name: name.into() });
        } else if !is_value {
            self.invalid.get_or_insert(Failure::InvalidHeaderValue { name: name.to_ascii_lowercase() });
        } else {
            let name = name.to_ascii_lowercase();
            let overrides = safelist::METHOD_OVERRIDES.contains(&name.as_str());
            let is_forbidden =
                is_forbidden_request_header(&name) || overrides && safelist::names_forbidden_method(value);
            if !is_forbidden {
                self.headers.push((name, value.into()));
            }
        }
        self
    }

    /// Sets `credentials: "include"`: cookies are sent.
    #[must_use]
    pub fn credentials(mut self, include: bool) -> Self {
        self.credentials = if include { Credentials::Include } else { Credentials::SameOrigin };
        self
    }

    /// Sets `credentials: "omit"`: no cookies are sent, not even to the page's own origin.
    #[must_use]
    pub fn omit_credentials(mut self) -> Self {
        self.credentials = Credentials::Omit;
        self
    }

    /// Forces a preflight, as a listener on an upload or a streamed body does.
    #[must_use]
    pub fn force_preflight(mut self, forced: bool) -> Self {
        self.forced = forced;
        self
    }

    /// Sets the mode.
    #[must_use]
    pub fn mode(mut self, mode: RequestMode) -> Self {
        self.mode = mode;
        self
    }

    /// Sets what the browser does about a redirect.
    #[must_use]
    pub fn redirect(mut self, redirect: Redirect) -> Self {
        self.redirect = redirect;
        self
    }

    /// Makes the model deviate from the standard in the same way as this engine: see [`Deviation`].
    ///
    /// ```
    /// use cors_engine::browser::{Engine, Fetch, Response};
    ///
    /// let stars = ["access-control-allow-origin", "access-control-allow-headers"];
    /// let answer = Response { status: 204, fields: stars.map(|name| (name.into(), "*".into())).into() };
    /// let token = Fetch::new("https://app.example").header("Authorization", "Bearer token");
    /// assert!(token.check_preflight(&answer).is_err());
    /// assert!(token.in_engine(Engine::Chromium).check_preflight(&answer).is_ok());
    /// ```
    #[must_use]
    pub fn in_engine(mut self, engine: Engine) -> Self {
        self.engine = Some(engine);
        self
    }

    /// The page's origin, as the call sends it: `null` after a redirect from one foreign origin to another.
    pub fn origin(&self) -> &str {
        if self.hides_origin { "null" } else { &self.page }
    }

    /// The page's origin, as the preflight sends it.
    pub fn preflight_origin(&self) -> &str {
        if self.deviates(Deviation::PreflightNamesPage) { &self.page } else { self.origin() }
    }

    /// The URL that is called, if it was [set](Self::to) and is valid.
    pub fn url(&self) -> Option<String> {
        self.url.as_ref().and_then(|url| url.as_ref().ok()).map(ToString::to_string)
    }

    /// The method as it is sent.
    pub fn sent_method(&self) -> &str {
        &self.method
    }

    /// The headers as they are sent, without those that the browser adds.
    pub fn sent_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        // The guard "request-no-cors" drops all others: https://fetch.spec.whatwg.org/#concept-headers-guard
        let any = self.mode != RequestMode::NoCors;
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        headers.filter(move |(name, value)| any || safelist::is_no_cors_safelisted(name, value, self.engine))
    }

    /// Returns whether cookies are sent to another origin.
    pub fn includes_credentials(&self) -> bool {
        self.credentials == Credentials::Include
    }

    /// Returns whether the standard lets the browser send cookies. Their own attributes and the user's settings
    /// may still prevent it. <https://fetch.spec.whatwg.org/#http-network-or-cache-fetch>.
    pub fn sends_credentials(&self) -> bool {
        match self.credentials {
            Credentials::Include => true,
            Credentials::SameOrigin => {
                let stays = self.mode == RequestMode::NoCors && self.began_with_own_credentials;
                !self.is_foreign() || stays && self.deviates(Deviation::NoCorsCredentialsStay)
            }
            Credentials::Omit => false,
        }
    }

    /// Returns whether CORS decides about the answer: it comes from another origin, and the page wants to read it.
    pub fn is_cors(&self) -> bool {
        self.mode == RequestMode::Cors && self.is_foreign()
    }

    /// Returns whether the answer comes from another origin, or through one.
    /// <https://fetch.spec.whatwg.org/#concept-request-response-tainting>.
    pub fn is_foreign(&self) -> bool {
        self.was_foreign || self.is_elsewhere()
    }

    /// Returns whether the URL has another origin than the page.
    pub(super) fn is_elsewhere(&self) -> bool {
        !matches!(&self.url, Some(Ok(url)) if url.origin == self.page)
    }

    pub(super) fn deviates(&self, deviation: Deviation) -> bool {
        self.engine.is_some_and(|engine| deviation.engines().contains(&engine))
    }

    /// Returns whether the browser must send a preflight first. <https://fetch.spec.whatwg.org/#concept-http-fetch>.
    pub fn needs_preflight(&self) -> bool {
        self.is_cors() && (self.is_forced() || self.is_unsafe())
    }

    /// Returns whether no form could send such a request.
    pub(super) fn is_unsafe(&self) -> bool {
        !safelist::is_method(&self.method) || !self.unsafe_headers().is_empty()
    }

    /// <https://fetch.spec.whatwg.org/#use-cors-preflight-flag>.
    pub(super) fn is_forced(&self) -> bool {
        let has_body = !matches!(self.method.as_str(), "GET" | "HEAD");
        self.forced && (has_body || self.redirects > 0 || !self.deviates(Deviation::WatchedNothing))
    }

    /// The value of `Access-Control-Request-Headers`; `None` if there is nothing to ask for.
    /// The names are in lower case, sorted, without spaces: <https://fetch.spec.whatwg.org/#cors-preflight-fetch-0>.
    pub fn requested_headers(&self) -> Option<String> {
        let names = self.unsafe_headers();
        (!names.is_empty()).then(|| names.join(","))
    }

    pub(super) fn unsafe_headers(&self) -> Vec<&str> {
        match &self.asks_for {
            Some(names) => names.iter().map(String::as_str).collect(),
            None => safelist::unsafe_names(&self.headers, self.engine),
        }
    }

    /// The preflight, as the server sees it. `lines` holds [`requested_headers`](Self::requested_headers), if
    /// there are any: a request borrows them.
    pub fn preflight_request<'r>(&'r self, lines: &'r dyn Lines) -> Request<'r> {
        Request::new(b"OPTIONS")
            .origin(self.preflight_origin().as_bytes())
            .requested_method(self.method.as_bytes())
            .requested_headers(lines)
    }

    /// The call itself, as the server sees it.
    pub fn request(&self) -> Request<'_> {
        let request = Request::new(self.method.as_bytes());
        if self.sends_origin() { request.origin(self.origin().as_bytes()) } else { request }
    }

    /// Returns whether the call itself has an `Origin` field. <https://fetch.spec.whatwg.org/#append-a-request-origin-header>.
    pub fn sends_origin(&self) -> bool {
        self.is_cors() || self.keeps_origin || !matches!(self.method.as_str(), "GET" | "HEAD")
    }

    /// The outcome of the call, with a server that uses `policy`.
    pub fn ask(&self, policy: &crate::Policy) -> Outcome {
        self.ask_with(policy, |decision| decision)
    }

    /// The outcome of the call, with a server that uses `policy` and shows the reason for a refusal:
    /// see [`Decision::diagnostic`]. The same calls are allowed, and the console's messages are more precise.
    pub fn ask_diagnostic(&self, policy: &crate::Policy) -> Outcome {
        self.ask_with(policy, |decision| decision.diagnostic())
    }

    fn ask_with(&self, policy: &crate::Policy, answer_by: fn(Decision<'_>) -> Decision<'_>) -> Outcome {
        let lines: Vec<String> = self.requested_headers().into_iter().collect();
        let preflight = answer_by(policy.decide(&self.preflight_request(&lines)));
        let actual = policy.decide(&self.request());
        let outcome = self.judge(&Response::of(&preflight, self), &Response::of(&actual, self));
        // If the browser sends nothing, no policy has refused it.
        let asked = self.refused_by_browser().is_none();
        let first = if outcome.was_preflighted() { &preflight } else { &actual };
        outcome.denied(first.reason().filter(|_| asked).map(|reason| reason.to_string()))
    }

    /// The outcome of the call with these answers: to its preflight, if there is one, and to the call itself. Redirects are not
    /// followed: see [`Outcome::next`].
    pub fn judge(&self, preflight: &Response, answer: &Response) -> Outcome {
        if let Some(failure) = self.refused_by_browser() {
            return Outcome::blocked(false, failure);
        }
        let needs_preflight = self.needs_preflight();
        match if needs_preflight { self.check_preflight(preflight) } else { Ok(()) } {
            Ok(()) => self.judge_answer(needs_preflight, answer),
            Err(failure) => Outcome::blocked(true, failure),
        }
    }

    pub(super) fn judge_answer(&self, preflighted: bool, answer: &Response) -> Outcome {
        let read = self.check_response(answer).and_then(|()| self.follow(answer));
        match read {
            Ok(None) => Outcome::answered(preflighted, self, answer.clone()),
            Ok(Some(next)) => Outcome::redirected(preflighted, next),
            Err(failure) => Outcome::blocked(preflighted, failure),
        }
    }

    /// Why the browser sends nothing at all: `fetch()` throws, or the mode does not allow the call. `None` if it sends something.
    pub fn refused_by_browser(&self) -> Option<Failure> {
        let method = self.method.as_bytes();
        if self.invalid_first {
            return self.invalid.clone();
        }
        if !is_token(method) {
            return Some(Failure::InvalidMethod { method: self.method.clone() });
        }
        if is_forbidden_method(method) {
            return Some(Failure::ForbiddenMethod { method: self.method.clone() });
        }
        if self.mode == RequestMode::NoCors && !safelist::is_method(&self.method) {
            return Some(Failure::NoCorsMethod { method: self.method.clone() });
        }
        if let Some(failure) = &self.invalid {
            return Some(failure.clone());
        }
        match &self.url {
            // For a redirect with a user and a password, this is checked where it is followed.
            Some(Ok(url)) if url.has_credentials && self.redirects == 0 => {
                return Some(Failure::InvalidUrl(LocationFault::Credentials));
            }
            Some(Err(fault)) => return Some(Failure::InvalidUrl(*fault)),
            _ => {}
        }
        match self.mode {
            RequestMode::SameOrigin if self.is_foreign() => Some(Failure::ForeignServer),
            RequestMode::NoCors if self.is_foreign() && self.redirect != Redirect::Follow => {
                Some(Failure::NoCorsRedirect)
            }
            _ => None,
        }
    }
}
