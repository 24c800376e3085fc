//! The outcome of a call.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::check::Response;
use super::failure::Failure;
use super::fetch::{Fetch, Redirect};
use crate::adapter::Field;
use crate::engine::standard::{
    SAFELISTED_RESPONSE_HEADERS, is_forbidden_response_header, is_safelisted_response_header,
};

/// The headers that a page may read in every answer that it can read.
/// <https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name>.
pub fn safelisted_response_headers() -> impl ExactSizeIterator<Item = &'static str> {
    SAFELISTED_RESPONSE_HEADERS.into_iter()
}

/// The outcome of a call for the page: the answer, or a failure without details.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    preflighted: bool,
    result: Ending,
    denial: Option<String>,
}

/// How a call ends. <https://fetch.spec.whatwg.org/#concept-filtered-response>.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Ending {
    /// An answer from the page's own origin: *basic*.
    Own(Response),
    /// An answer that CORS lets the page read: *cors*.
    Shared { answer: Response, credentials: bool },
    /// An answer of which the page learns nothing: *opaque*, *opaque-redirect*.
    Opaque,
    /// Not yet: another call follows.
    Redirected(Box<Fetch>),
    /// A *network error*, or an exception before anything is sent.
    Failed(Failure),
}

impl Outcome {
    /// The outcome for an answer that passes all checks.
    pub(super) fn answered(preflighted: bool, fetch: &Fetch, answer: Response) -> Self {
        let result = if fetch.redirect == Redirect::Manual && answer.is_redirect() {
            Ending::Opaque
        } else if !fetch.is_foreign() {
            Ending::Own(answer)
        } else if fetch.is_cors() {
            Ending::Shared { answer, credentials: fetch.includes_credentials() }
        } else {
            Ending::Opaque
        };
        Self { preflighted, result, denial: None }
    }

    pub(super) fn redirected(preflighted: bool, next: Fetch) -> Self {
        Self { preflighted, result: Ending::Redirected(Box::new(next)), denial: None }
    }

    pub(super) fn blocked(preflighted: bool, failure: Failure) -> Self {
        Self { preflighted, result: Ending::Failed(failure), denial: None }
    }

    /// With the policy's own explanation.
    pub(super) fn denied(self, denial: Option<String>) -> Self {
        Self { denial, ..self }
    }

    /// Returns whether the page may read the answer.
    pub fn is_allowed(&self) -> bool {
        self.answer().is_some()
    }

    /// Returns whether the page only learns that there was an answer: in mode `no-cors`, or for a redirect that the browser was
    /// told not to follow.
    pub fn is_opaque(&self) -> bool {
        self.result == Ending::Opaque
    }

    /// The answer, if the page may read it.
    pub fn answer(&self) -> Option<&Response> {
        match &self.result {
            Ending::Own(answer) | Ending::Shared { answer, .. } => Some(answer),
            _ => None,
        }
    }

    /// The call that follows, if the answer is a redirect.
    pub fn next(&self) -> Option<&Fetch> {
        match &self.result {
            Ending::Redirected(next) => Some(next),
            _ => None,
        }
    }

    /// Returns whether the browser sent a preflight first.
    pub fn was_preflighted(&self) -> bool {
        self.preflighted
    }

    /// The check that failed, as the console shows it.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.result {
            Ending::Failed(failure) => Some(failure),
            _ => None,
        }
    }

    /// The policy's own explanation, if it refused.
    pub fn denial(&self) -> Option<&str> {
        self.denial.as_deref()
    }

    /// Returns whether the page may read this header of the answer. Fetch, "Main fetch":
    /// *CORS-exposed header-name list*.
    pub fn can_read(&self, header: &str) -> bool {
        let header = header.to_ascii_lowercase();
        if is_forbidden_response_header(&header) {
            return false;
        }
        let (answer, credentials) = match &self.result {
            Ending::Own(_) => return true,
            Ending::Shared { answer, credentials } => (answer, *credentials),
            _ => return false,
        };
        // An invalid list exposes nothing.
        let exposed: Vec<String> = answer.list(Field::ExposeHeaders).unwrap_or_default();
        is_safelisted_response_header(&header)
            || exposed.iter().any(|name| name.eq_ignore_ascii_case(&header))
            || !credentials && exposed.iter().any(|name| name == "*")
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.preflighted { "after a preflight: " } else { "without a preflight: " })?;
        match &self.result {
            Ending::Own(_) | Ending::Shared { .. } => f.write_str("allowed"),
            Ending::Opaque => f.write_str("answered, and nothing of it can be read"),
            Ending::Redirected(next) => match next.url() {
                Some(url) => write!(f, "redirected to {url}"),
                None => f.write_str("redirected"),
            },
            Ending::Failed(failure) => write!(f, "blocked by CORS policy: {failure}"),
        }?;
        match &self.denial {
            Some(denial) => write!(f, "\n{denial}"),
            None => Ok(()),
        }
    }
}
