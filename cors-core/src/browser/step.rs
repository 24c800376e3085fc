//! The standard's checks one by one, with their results.

use alloc::string::String;
use core::fmt;

use super::failure::Failure;

/// A check on an answer, and its result. [`Fetch::preflight_steps`](super::Fetch::preflight_steps) and
/// [`Fetch::response_steps`](super::Fetch::response_steps) make them.
///
/// A browser stops at the first that fails; a person who has to fix the server wants to see them all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    check: Check,
    failure: Option<Failure>,
}

impl Step {
    pub(super) fn new(check: Check, failure: Option<Failure>) -> Self {
        Self { check, failure }
    }

    /// The check.
    pub fn check(&self) -> &Check {
        &self.check
    }

    /// The failure, as the console shows it. `None` if the answer passes.
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    pub(super) fn result(self) -> Result<(), Failure> {
        self.failure.map_or(Ok(()), Err)
    }
}

/// A requirement for an answer. `Display` writes it as a statement that is true or false.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Check {
    /// Steps 1 to 4 of <https://fetch.spec.whatwg.org/#concept-cors-check>.
    Origin,
    /// Only for a call with credentials: steps 5 to 7 of <https://fetch.spec.whatwg.org/#concept-cors-check>.
    Credentials,
    /// <https://fetch.spec.whatwg.org/#ok-status>.
    Status,
    /// `Access-Control-Allow-Methods` or `-Headers` can be read.
    List {
        /// The field.
        field: &'static str,
    },
    /// The method is allowed. Only for a method that is not safelisted.
    Method {
        /// The method.
        method: String,
    },
    /// A header is allowed.
    Header {
        /// Its name, in lower case.
        name: String,
    },
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Origin => f.write_str("access-control-allow-origin lets the page's origin read"),
            Self::Credentials => f.write_str("access-control-allow-credentials is `true`"),
            Self::Status => f.write_str("the status is 200 to 299"),
            Self::List { field } => write!(f, "{field} is a list of names"),
            Self::Method { method } => write!(f, "access-control-allow-methods allows {method}"),
            Self::Header { name } => write!(f, "access-control-allow-headers allows {name}"),
        }
    }
}
