//! What came of a call.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::check::Response;
use super::failure::Failure;
use crate::Field;
use crate::engine::standard::{
    SAFELISTED_RESPONSE_HEADERS, is_forbidden_response_header, is_safelisted_response_header,
};

/// The headers that a page may read of every answer that it may read at all.
/// Fetch, section "Headers": *CORS-safelisted response-header name*.
pub fn safelisted_response_headers() -> impl ExactSizeIterator<Item = &'static str> {
    SAFELISTED_RESPONSE_HEADERS.into_iter()
}

/// What a page gets of a call: the answer, or a failure that tells it nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    preflighted: bool,
    credentials: bool,
    result: Result<Response, Failure>,
    denial: Option<String>,
}

impl Outcome {
    pub(super) fn allowed(preflighted: bool, answer: Response, credentials: bool) -> Self {
        Self { preflighted, credentials, result: Ok(answer), denial: None }
    }

    pub(super) fn blocked(preflighted: bool, failure: Failure) -> Self {
        Self { preflighted, credentials: false, result: Err(failure), denial: None }
    }

    /// With the policy's own explanation.
    pub(super) fn denied(self, denial: Option<String>) -> Self {
        Self { denial, ..self }
    }

    /// May the page read the answer?
    pub fn is_allowed(&self) -> bool {
        self.result.is_ok()
    }

    /// Did the browser ask first?
    pub fn was_preflighted(&self) -> bool {
        self.preflighted
    }

    /// The check that failed, as the console says it.
    pub fn failure(&self) -> Option<&Failure> {
        self.result.as_ref().err()
    }

    /// The policy's own explanation, if it refused.
    pub fn denial(&self) -> Option<&str> {
        self.denial.as_deref()
    }

    /// May the page read this header of the answer? Fetch, "Main fetch":
    /// *CORS-exposed header-name list*.
    pub fn can_read(&self, header: &str) -> bool {
        let Ok(answer) = &self.result else { return false };
        let header = header.to_ascii_lowercase();
        if is_forbidden_response_header(&header) {
            return false;
        }
        // A value that is no list exposes nothing.
        let exposed: Vec<String> = answer.list(Field::ExposeHeaders).unwrap_or_default();
        is_safelisted_response_header(&header)
            || exposed.iter().any(|name| name.eq_ignore_ascii_case(&header))
            || !self.credentials && exposed.iter().any(|name| name == "*")
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.preflighted { "after a preflight: " } else { "without a preflight: " })?;
        match &self.result {
            Ok(_) => f.write_str("allowed"),
            Err(failure) => write!(f, "blocked by CORS policy: {failure}"),
        }?;
        match &self.denial {
            Some(denial) => write!(f, "\n{denial}"),
            None => Ok(()),
        }
    }
}
