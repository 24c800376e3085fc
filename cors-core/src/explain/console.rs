//! The messages that browsers' consoles show for a refusal.

use core::fmt;

use crate::engine::field::{Field, Fields};

/// The check that fails in the browser, as its console shows it.
#[derive(Clone, Copy)]
pub(crate) enum Console<'a> {
    /// The answer has no `Access-Control-Allow-Origin`.
    NoOrigin { preflight: bool },
    /// The preflight's status is not 200 to 299.
    Status,
    /// `Access-Control-Allow-Methods` does not list this one.
    Method(&'a dyn fmt::Display),
    /// `Access-Control-Allow-Headers` does not list this one.
    Header(&'a dyn fmt::Display),
}

/// How much a refused preflight's answer shows the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disclosed {
    /// No CORS fields: its console reports a missing `Access-Control-Allow-Origin`.
    Nothing,
    /// The fields about the origin, and a status that refuses: its console names the status.
    Origin,
    /// The fields up to the list that lacks what was asked for, and a status that passes: its console
    /// names what is missing.
    List,
}

impl Disclosed {
    /// What a refused preflight with these fields shows.
    pub(crate) fn by(fields: Fields) -> Self {
        if fields.contains(Field::AllowMethods) {
            Self::List
        } else if fields.contains(Field::AllowOrigin) {
            Self::Origin
        } else {
            Self::Nothing
        }
    }
}

/// Chromium's words for a preflight that fails before its lists are checked.
pub(crate) const CHROMIUM_PREFLIGHT: &str =
    "Response to preflight request doesn't pass access control check: ";

impl Console<'_> {
    /// Chromium's words for a `fetch()`, after "has been blocked by CORS policy:".
    pub(crate) fn chromium(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if matches!(self, Self::NoOrigin { preflight: true } | Self::Status) {
            f.write_str(CHROMIUM_PREFLIGHT)?;
        }
        match self {
            Self::NoOrigin { .. } => {
                f.write_str("No 'Access-Control-Allow-Origin' header is present on the requested resource.")
            }
            Self::Status => f.write_str("It does not have HTTP ok status."),
            Self::Method(method) => {
                write!(
                    f,
                    "Method {method} is not allowed by Access-Control-Allow-Methods in preflight response."
                )
            }
            Self::Header(name) => write!(
                f,
                "Request header field {name} is not allowed by Access-Control-Allow-Headers in preflight response."
            ),
        }
    }

    /// Firefox's words for the reason.
    fn firefox(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoOrigin { .. } => f.write_str("CORS header 'Access-Control-Allow-Origin' missing"),
            Self::Status => f.write_str("CORS preflight response did not succeed"),
            Self::Method(_) => {
                f.write_str("Did not find method in CORS header 'Access-Control-Allow-Methods'")
            }
            Self::Header(name) => write!(
                f,
                "header '{name}' is not allowed according to header 'Access-Control-Allow-Headers' from CORS preflight response"
            ),
        }
    }
}

impl fmt::Display for Console<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Chromium: blocked by CORS policy: ")?;
        self.chromium(f)?;
        f.write_str("\nFirefox: Cross-Origin Request Blocked (Reason: ")?;
        self.firefox(f)?;
        f.write_str(")")
    }
}
