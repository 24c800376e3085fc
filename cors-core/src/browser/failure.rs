//! Why a browser blocks a call, in the words of its console.

use alloc::string::String;
use core::fmt;

use crate::explain::console::{CHROMIUM_PREFLIGHT, Console};

/// The check that failed first. `Display` says it as Chromium's console does of a `fetch()`, after "has
/// been blocked by CORS policy:".
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// `fetch()` throws before it sends anything.
    ForbiddenMethod {
        /// The method.
        method: String,
    },
    /// A failure of the CORS check.
    Check {
        /// Of the preflight's answer?
        preflight: bool,
        /// What is wrong with it.
        fault: CheckFault,
    },
    /// The preflight's status is not 200 to 299.
    Status {
        /// The status.
        status: u16,
        /// Is it a redirect?
        redirect: bool,
    },
    /// `Access-Control-Allow-Methods` or `-Headers` is no list of tokens.
    Unparsable {
        /// The field.
        field: &'static str,
    },
    /// The method is not listed.
    Method {
        /// The method.
        method: String,
    },
    /// A header is not listed.
    Header {
        /// The header.
        name: String,
    },
}

/// What is wrong with `Access-Control-Allow-Origin` or `-Credentials`. Fetch, "CORS check".
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheckFault {
    /// No `Access-Control-Allow-Origin`.
    NoOrigin,
    /// More than one value.
    SeveralOrigins {
        /// The values, joined.
        value: String,
    },
    /// `*`, with credentials.
    Wildcard,
    /// Something that is no URL.
    NoUrl {
        /// The value.
        value: String,
    },
    /// Another origin.
    OtherOrigin {
        /// The value.
        value: String,
    },
    /// `Access-Control-Allow-Credentials` is not `true`.
    NoCredentials {
        /// The value.
        value: String,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ForbiddenMethod { method } => write!(f, "'{method}' HTTP method is unsupported."),
            Self::Check { preflight, fault } => {
                f.write_str(if *preflight { CHROMIUM_PREFLIGHT } else { "" })?;
                write!(f, "{fault}")
            }
            Self::Status { redirect: true, .. } => {
                write!(f, "{CHROMIUM_PREFLIGHT}Redirect is not allowed for a preflight request.")
            }
            Self::Status { .. } => Console::Status.chromium(f),
            Self::Unparsable { field } => {
                f.write_str("Cannot parse ")?;
                capitalised(field, f)?;
                f.write_str(" response header field in preflight response.")
            }
            Self::Method { method } => Console::Method(method).chromium(f),
            Self::Header { name } => Console::Header(name).chromium(f),
        }
    }
}

impl fmt::Display for CheckFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoOrigin => Console::NoOrigin { preflight: false }.chromium(f),
            Self::SeveralOrigins { value } => write!(
                f,
                "The 'Access-Control-Allow-Origin' header contains multiple values '{value}', but only one is allowed. Have the server send the header with a valid value."
            ),
            Self::Wildcard => f.write_str(
                "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the request's credentials mode is 'include'.",
            ),
            Self::NoUrl { value } => {
                write!(f, "The 'Access-Control-Allow-Origin' header contains the invalid value '{value}'. Have the server send the header with a valid value.")
            }
            Self::OtherOrigin { value } => write!(
                f,
                "The 'Access-Control-Allow-Origin' header has a value '{value}' that is not equal to the supplied origin. Have the server send the header with a valid value."
            ),
            Self::NoCredentials { value } => write!(
                f,
                "The value of the 'Access-Control-Allow-Credentials' header in the response is '{value}' which must be 'true' when the request's credentials mode is 'include'."
            ),
        }
    }
}

/// A field name as people write it: the console does so, wherever the server wrote it otherwise.
fn capitalised(name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut first = true;
    for letter in name.chars() {
        fmt::Write::write_char(f, if first { letter.to_ascii_uppercase() } else { letter })?;
        first = letter == '-';
    }
    Ok(())
}

impl core::error::Error for Failure {}
