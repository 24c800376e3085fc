//! Why a browser blocks a call, in the words of its console.

use alloc::string::String;
use core::fmt;

use crate::explain::console::{CHROMIUM_PREFLIGHT, Console};

/// The check that failed first. `Display` is the text that Chromium's console shows for a `fetch()`, after "has
/// been blocked by CORS policy:".
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// `fetch()` throws before it sends anything: no browser lets a page send this method.
    ForbiddenMethod {
        /// The method.
        method: String,
    },
    /// `fetch()` throws before it sends anything: the method is not a token.
    InvalidMethod {
        /// The method.
        method: String,
    },
    /// `fetch()` throws before it sends anything: the name of a header is not a token.
    InvalidHeaderName {
        /// The name.
        name: String,
    },
    /// `fetch()` throws before it sends anything: the value of a header contains a line break, a null byte, or a character above
    /// U+00FF.
    InvalidHeaderValue {
        /// The header, in lower case.
        name: String,
    },
    /// `fetch()` throws before it sends anything: the method is not allowed in mode `no-cors`.
    NoCorsMethod {
        /// The method.
        method: String,
    },
    /// `fetch()` throws before it sends anything: the URL is invalid, or contains a user name or a password.
    InvalidUrl(LocationFault),
    /// Mode `same-origin`, but the server has another origin.
    ForeignServer,
    /// Mode `no-cors` to another origin, without following redirects.
    NoCorsRedirect,
    /// A redirect, though the call allows none.
    RedirectForbidden,
    /// A redirect that is not followed.
    Redirect {
        /// Where it leads.
        location: String,
        /// Why it is not followed.
        fault: LocationFault,
    },
    /// A failure of the CORS check.
    Check {
        /// Whether it is about the preflight's answer.
        preflight: bool,
        /// What is wrong with it.
        fault: CheckFault,
    },
    /// The preflight's status is not 200 to 299.
    Status {
        /// The status.
        status: u16,
        /// Whether it is a redirect.
        redirect: bool,
    },
    /// `Access-Control-Allow-Methods` or `-Headers` is not a list of tokens.
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

/// What is wrong with a URL. <https://fetch.spec.whatwg.org/#http-redirect-fetch>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LocationFault {
    /// It is not a URL, or its host is not written as browsers send it.
    Malformed,
    /// It is neither `http` nor `https`.
    Scheme,
    /// It contains a user name or a password.
    Credentials,
    /// It is the 21st redirect.
    TooMany,
    /// The URL from which it starts is not known: see [`Fetch::to`](super::Fetch::to).
    UnknownBase,
}

/// What is wrong with `Access-Control-Allow-Origin` or `-Credentials`. <https://fetch.spec.whatwg.org/#concept-cors-check>.
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
    /// Something that is not a URL.
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

impl Failure {
    /// Returns whether the script gets an exception before anything is sent, because pages may not ask for this.
    pub fn is_exception(&self) -> bool {
        matches!(
            self,
            Self::ForbiddenMethod { .. }
                | Self::InvalidMethod { .. }
                | Self::InvalidHeaderName { .. }
                | Self::InvalidHeaderValue { .. }
                | Self::NoCorsMethod { .. }
                | Self::InvalidUrl(_)
        )
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ForbiddenMethod { method } => write!(f, "'{method}' HTTP method is unsupported."),
            Self::InvalidMethod { method } => write!(f, "'{method}' is not a valid HTTP method."),
            Self::InvalidHeaderName { .. } => f.write_str("Invalid name"),
            Self::InvalidHeaderValue { .. } => f.write_str("Invalid value"),
            Self::NoCorsMethod { method } => write!(f, "'{method}' is unsupported in no-cors mode."),
            Self::InvalidUrl(fault) => write!(f, "The URL cannot be called: {fault}."),
            Self::ForeignServer => f.write_str(
                "Request mode is \"same-origin\" but the URL's origin is not same as the request origin.",
            ),
            Self::NoCorsRedirect => {
                f.write_str("Request mode is \"no-cors\" but the redirect mode is not \"follow\".")
            }
            Self::RedirectForbidden => {
                f.write_str("The answer is a redirect, and the redirect mode is \"error\".")
            }
            // Keeps the password out of the console.
            Self::Redirect { fault: LocationFault::Credentials, .. } => f.write_str(
                "Redirect location '' contains a username and password, which is disallowed for cross-origin requests.",
            ),
            Self::Redirect { location, fault } => {
                write!(f, "The redirect to '{location}' is not followed: {fault}.")
            }
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

impl fmt::Display for LocationFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "it is no URL, or its host is not written as browsers send it",
            Self::Scheme => "it is neither http nor https",
            Self::Credentials => "it has a user or a password in it",
            Self::TooMany => "there were 20 redirects before it",
            Self::UnknownBase => "where it starts from was not said",
        })
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

/// A field name as people write it. The console writes it that way, whatever the server's spelling.
fn capitalised(name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut first = true;
    for letter in name.chars() {
        fmt::Write::write_char(f, if first { letter.to_ascii_uppercase() } else { letter })?;
        first = letter == '-';
    }
    Ok(())
}

impl core::error::Error for Failure {}
