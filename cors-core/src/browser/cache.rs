//! Preflights that a browser remembers. <https://fetch.spec.whatwg.org/#cors-preflight-cache>.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::check::Response;
use super::deviation::Deviation;
use super::fetch::Fetch;
use super::safelist;
use crate::adapter::Field;
use crate::engine::standard::NON_WILDCARD_HEADER;

/// How long an answer without a usable `Access-Control-Max-Age` is remembered, in seconds.
const DEFAULT_MAX_AGE: u32 = 5;

/// The answers to preflights that a browser remembers, as [`Fetch::run`] needs them.
#[derive(Clone, Debug, Default)]
pub struct PreflightCache {
    entries: Vec<CacheEntry>,
}

/// A method or a header that may be sent without asking again, until when.
#[derive(Clone, Debug)]
struct CacheEntry {
    origin: String,
    url: Option<String>,
    credentials: bool,
    until: u64,
    name: CachedName,
}

/// A method as it is, or a header in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
enum CachedName {
    Method(String),
    Header(String),
    /// That there was an answer at all.
    Answer,
}

impl PreflightCache {
    /// An empty cache.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns whether remembered answers make the preflight of a call unnecessary at the time `now` (in seconds).
    pub fn covers(&self, fetch: &Fetch, now: u64) -> bool {
        if fetch.deviates(Deviation::NothingRememberedForNull) && fetch.origin() == "null"
            || fetch.deviates(Deviation::ConditionsAskAgain)
                && fetch.sent_headers().any(|(name, _)| name == "if-none-match")
        {
            return false;
        }
        let entries = || self.entries.iter().filter(|entry| entry.matches(fetch) && now < entry.until);
        if entries().next().is_none() {
            return false;
        }
        let has = |wanted: CachedName, star: Option<CachedName>| {
            entries().any(|entry| {
                let literal = fetch.deviates(Deviation::RememberedStarStaysLiteral) && entry.credentials
                    || fetch.deviates(Deviation::StarIsNotRemembered)
                    || fetch.deviates(Deviation::StarNeedsNoCredentials) && fetch.includes_credentials();
                entry.name == wanted || !literal && star.as_ref() == Some(&entry.name)
            })
        };
        let method = fetch.sent_method();
        let is_free =
            safelist::is_method(method) && (!fetch.is_forced() || fetch.deviates(Deviation::ForcedIsSpared));
        (is_free || has(CachedName::Method(method.to_string()), Some(CachedName::Method("*".to_string()))))
            && fetch.unsafe_headers().into_iter().all(|name| {
                let has_star = name != NON_WILDCARD_HEADER
                    || fetch.deviates(Deviation::RememberedStarCoversAuthorization);
                let star = has_star.then(|| CachedName::Header("*".to_string()));
                has(CachedName::Header(name.to_string()), star)
            })
    }

    /// Remembers the answer to the preflight of `fetch`. The answer must have passed the checks.
    pub fn remember(&mut self, fetch: &Fetch, answer: &Response, now: u64) {
        let longest = fetch.engine.map_or(u32::MAX, |engine| engine.longest_max_age());
        let seconds = max_age(fetch, answer).min(longest);
        let until = now + u64::from(seconds);
        let mut methods = answer.list(Field::AllowMethods).unwrap_or_default();
        if fetch.is_forced() && answer.get(Field::AllowMethods).is_none() {
            methods.push(fetch.sent_method().to_string());
        }
        let headers = answer.list(Field::AllowHeaders).unwrap_or_default();
        let headers = headers.iter().map(|name| CachedName::Header(name.to_ascii_lowercase()));
        let names = methods.into_iter().map(CachedName::Method).chain(headers).chain([CachedName::Answer]);
        for name in names {
            let stays =
                name == CachedName::Answer && seconds > 0 && fetch.deviates(Deviation::ForcedIsSparedForever);
            let until = if stays { u64::MAX } else { until };
            let mut is_new = true;
            for entry in self.entries.iter_mut().filter(|entry| entry.matches(fetch) && entry.name == name) {
                entry.until = until;
                is_new = false;
            }
            if is_new {
                self.entries.push(CacheEntry {
                    origin: fetch.origin().to_string(),
                    url: fetch.url(),
                    credentials: fetch.includes_credentials(),
                    until,
                    name,
                });
            }
        }
    }

    /// Forgets what was remembered for the origin and the URL of a call that failed. <https://fetch.spec.whatwg.org/#concept-cache-clear>.
    pub fn forget(&mut self, fetch: &Fetch) {
        if fetch.deviates(Deviation::FailureIsNotForgotten) {
            return;
        }
        self.entries.retain(|entry| !entry.is_for(fetch));
    }
}

impl CacheEntry {
    fn is_for(&self, fetch: &Fetch) -> bool {
        self.origin == fetch.origin() && self.url == fetch.url()
    }

    /// <https://fetch.spec.whatwg.org/#concept-cache-match>.
    fn matches(&self, fetch: &Fetch) -> bool {
        let is_apart = fetch.deviates(Deviation::CredentialsAreApart);
        self.is_for(fetch)
            && (self.credentials == fetch.includes_credentials() || self.credentials && !is_apart)
    }
}

/// Only digits count: <https://fetch.spec.whatwg.org/#cors-preflight-fetch-0>.
fn max_age(fetch: &Fetch, answer: &Response) -> u32 {
    let Some(value) = answer.get(Field::MaxAge) else { return DEFAULT_MAX_AGE };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number(&value) {
        return value.parse().unwrap_or(u32::MAX);
    }
    let is_negative = value.strip_prefix('-').is_some_and(is_number);
    let is_zero = is_negative && fetch.deviates(Deviation::NegativeMaxAgeIsZero)
        || !value.is_empty() && fetch.deviates(Deviation::OddMaxAgeIsZero);
    if is_zero { 0 } else { DEFAULT_MAX_AGE }
}
