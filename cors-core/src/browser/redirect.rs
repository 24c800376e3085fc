//! Redirects. <https://fetch.spec.whatwg.org/#http-redirect-fetch>.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::cache::PreflightCache;
use super::check::Response;
use super::deviation::Deviation;
use super::failure::{Failure, LocationFault};
use super::fetch::{Fetch, Redirect, RequestMode};
use super::outcome::Outcome;
use super::step::Step;
use crate::engine::standard::NON_WILDCARD_HEADER;

/// The most redirects that are followed: step 7 of <https://fetch.spec.whatwg.org/#http-redirect-fetch>.
const MOST_REDIRECTS: u32 = 20;

/// Headers that describe a body. They are dropped together with it. <https://fetch.spec.whatwg.org/#request-body-header-name>.
const BODY_HEADERS: [&str; 4] = ["content-encoding", "content-language", "content-location", "content-type"];

impl Fetch {
    /// The call that follows an answer, if it is redirected: by its origin, method, headers and URL.
    ///
    /// # Errors
    ///
    /// Why the browser gives up.
    pub fn follow(&self, answer: &Response) -> Result<Option<Self>, Failure> {
        if !answer.is_redirect() {
            return Ok(None);
        }
        match self.redirect {
            Redirect::Follow => {}
            Redirect::Error
                if answer.location().is_none() && self.deviates(Deviation::ErrorNeedsLocation) =>
            {
                return Ok(None);
            }
            Redirect::Error => return Err(Failure::RedirectForbidden),
            Redirect::Manual if !self.deviates(Deviation::ManualNeedsHttp) => return Ok(None),
            Redirect::Manual => {}
        }
        let Some(location) = answer.location() else { return Ok(None) };
        let fail = |fault| Failure::Redirect { location: location.to_string(), fault };
        let Some(Ok(from)) = &self.url else { return Err(fail(LocationFault::UnknownBase)) };
        let to = match from.join(&location) {
            Err(LocationFault::Scheme) if self.redirect == Redirect::Manual => {
                return Err(fail(LocationFault::Scheme));
            }
            _ if self.redirect == Redirect::Manual => return Ok(None),
            to => to.map_err(fail)?,
        };
        if self.redirects == MOST_REDIRECTS {
            return Err(fail(LocationFault::TooMany));
        }
        let is_own = to.origin == self.page;
        let is_foreign = !is_own || self.is_foreign();
        let is_always = self.deviates(Deviation::PasswordInOwnRedirect);
        let fails = to.has_credentials && (self.mode == RequestMode::Cors && is_foreign || is_always);
        let is_late = !self.is_foreign() && self.deviates(Deviation::PasswordIsSeenLate);
        let doomed = fails.then(|| fail(LocationFault::Credentials));
        if let (Some(failure), false) = (&doomed, is_late) {
            return Err(failure.clone());
        }
        let doomed = doomed.or_else(|| self.check_own_credentials(answer).err());
        let elsewhere = to.origin != from.origin;
        let becomes_get = becomes_get_by(answer.status, &self.method)
            || self.method == "DELETE" && elsewhere && self.deviates(Deviation::DeleteBecomesGet);
        let loses_body = becomes_get_by(answer.status, &self.method);
        let mut next = self.clone();
        next.was_foreign = self.is_foreign();
        next.url = Some(Ok(to));
        next.forced = self.is_forced()
            || self.needs_preflight() && self.deviates(Deviation::PreflightedStaysPreflighted)
            || !self.unsafe_headers().is_empty() && self.deviates(Deviation::OwnCallsStayPreflighted);
        next.keeps_origin =
            self.sends_origin() && !elsewhere && self.deviates(Deviation::OriginSurvivesRedirects);
        next.asks_for = self.deviates(Deviation::HeadersSurviveRedirects).then(|| {
            let names = self.unsafe_headers().into_iter();
            names.map(ToString::to_string).collect()
        });
        if let Some((_, first)) = &self.first {
            let is_sent =
                |header: &&(String, String)| self.headers.contains(header) || next.has_back(&header.0);
            next.headers = first.iter().filter(is_sent).cloned().collect();
        } else {
            next.first = Some((self.method.clone(), self.headers.clone()));
        }
        if becomes_get {
            next.method = "GET".into();
        }
        if elsewhere {
            next.headers.retain(|(name, _)| name != NON_WILDCARD_HEADER);
        }
        if loses_body {
            next.lose_body_headers();
        }
        if let (Some((method, _)), true) = (&self.first, self.deviates(Deviation::FirstMethodDecides))
            && becomes_get_by(answer.status, method)
        {
            next.asks_for = Some(next.unsafe_headers().into_iter().map(ToString::to_string).collect());
            next.lose_body_headers();
        }
        // https://fetch.spec.whatwg.org/#requests
        let hides_own = self.mode == RequestMode::NoCors && self.deviates(Deviation::NoCorsHidesOrigin);
        next.hides_origin |= elsewhere && (self.page != from.origin || hides_own);
        next.began_with_own_credentials |= !self.is_foreign() && self.sends_credentials();
        next.redirects += 1;
        next.doomed = doomed;
        match (next.mode, &next.doomed) {
            (RequestMode::SameOrigin, _) if next.is_foreign() => Err(Failure::ForeignServer),
            (_, Some(failure)) if !next.needs_preflight() => Err(failure.clone()),
            _ => Ok(Some(next)),
        }
    }

    /// Checks an answer that redirects the call from another origin, as if the call had credentials that it had before.
    fn check_own_credentials(&self, answer: &Response) -> Result<(), Failure> {
        let stays = self.began_with_own_credentials && self.deviates(Deviation::OwnCredentialsStay);
        let steps =
            if stays && self.is_cors() { self.cors_check_with(answer, false, true) } else { Vec::new() };
        steps.into_iter().try_for_each(Step::result)
    }

    /// Returns whether a header that an earlier redirect has taken away is sent again.
    fn has_back(&self, name: &str) -> bool {
        match name {
            _ if self.deviates(Deviation::HeadersComeBack) => true,
            NON_WILDCARD_HEADER => false,
            "content-type" => self.deviates(Deviation::BodyHeadersComeBack),
            _ => self.is_cors() && self.deviates(Deviation::BodyHeadersComeBack),
        }
    }

    fn lose_body_headers(&mut self) {
        self.headers.retain(|(name, _)| !BODY_HEADERS.contains(&name.as_str()));
    }

    /// Runs the call: sends a preflight if one is needed and `cache` does not have its answer, and follows
    /// redirects. `serve` answers a preflight (`true`) or a call; `now` is a time in seconds, for the cache.
    ///
    /// ```
    /// use cors_engine::browser::{Fetch, PreflightCache, Response};
    ///
    /// let call = Fetch::new("https://app.example").to("https://api.example/old");
    /// let outcome = call.run(&mut PreflightCache::new(), 0, |fetch, _is_preflight| {
    ///     let moved = fetch.url().is_some_and(|url| url.ends_with("/old"));
    ///     let open = ("access-control-allow-origin".into(), "*".into());
    ///     match moved {
    ///         true => Response { status: 308, fields: vec![open, ("location".into(), "/new".into())] },
    ///         false => Response { status: 200, fields: vec![open] },
    ///     }
    /// });
    /// assert!(outcome.is_allowed());
    /// ```
    pub fn run(
        &self,
        cache: &mut PreflightCache,
        now: u64,
        mut serve: impl FnMut(&Self, bool) -> Response,
    ) -> Outcome {
        let mut fetch = self.clone();
        loop {
            let outcome = fetch.run_once(cache, now, &mut serve);
            match outcome.next() {
                Some(next) => fetch = next.clone(),
                None => return outcome,
            }
        }
    }

    fn run_once(
        &self,
        cache: &mut PreflightCache,
        now: u64,
        serve: &mut impl FnMut(&Self, bool) -> Response,
    ) -> Outcome {
        if let Some(failure) = self.refused_by_browser() {
            return Outcome::blocked(false, failure);
        }
        let asks = self.needs_preflight();
        let preflighted = asks && !cache.covers(self, now);
        if preflighted {
            let answer = serve(self, true);
            if let Err(failure) = self.check_preflight(&answer) {
                let is_list = matches!(failure, Failure::Method { .. } | Failure::Header { .. });
                match is_list && self.deviates(Deviation::FailedIsRemembered) {
                    true => cache.remember(self, &answer, now),
                    false => cache.forget(self),
                }
                return Outcome::blocked(true, failure);
            }
            cache.remember(self, &answer, now);
        }
        if let Some(failure) = &self.doomed {
            return Outcome::blocked(preflighted, failure.clone());
        }
        let answer = serve(self, false);
        let outcome = self.judge_answer(preflighted, &answer);
        if asks && outcome.failure().is_some() {
            cache.forget(self);
        }
        outcome
    }
}

/// Returns whether a call of `method` becomes a `GET`, and loses its body. <https://fetch.spec.whatwg.org/#http-redirect-fetch>.
fn becomes_get_by(status: u16, method: &str) -> bool {
    match status {
        301 | 302 => method == "POST",
        303 => !matches!(method, "GET" | "HEAD"),
        _ => false,
    }
}

impl Response {
    /// Returns whether the status is a redirect. <https://fetch.spec.whatwg.org/#redirect-status>.
    pub fn is_redirect(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308)
    }

    /// The value of `Location`, all lines joined.
    fn location(&self) -> Option<String> {
        let lines = self.fields.iter().filter(|(name, _)| name.eq_ignore_ascii_case("location"));
        let lines: Vec<&str> = lines.map(|(_, value)| value.as_str()).collect();
        (!lines.is_empty()).then(|| lines.join(", "))
    }

    /// This answer from the HTTP cache, after the server has confirmed it with a 304: the fields of the 304
    /// replace its own, those of CORS included. <https://www.rfc-editor.org/rfc/rfc9111#section-3.2>.
    ///
    /// ```
    /// use cors_engine::browser::{Fetch, Response};
    ///
    /// let allow = |origin: &str| vec![("access-control-allow-origin".to_string(), origin.to_string())];
    /// let stored = Response { status: 200, fields: allow("https://app.example") };
    /// let unchanged = Response { status: 304, fields: allow("https://other.example") };
    /// let page = Fetch::new("https://app.example");
    /// assert!(page.check_response(&stored).is_ok());
    /// assert!(page.check_response(&stored.updated_by(&unchanged)).is_err());
    /// ```
    #[must_use]
    pub fn updated_by(&self, not_modified: &Self) -> Self {
        let is_new =
            |name: &str| not_modified.fields.iter().any(|(field, _)| field.eq_ignore_ascii_case(name));
        let kept = self.fields.iter().filter(|(name, _)| !is_new(name));
        Self { status: self.status, fields: kept.chain(&not_modified.fields).cloned().collect() }
    }
}
