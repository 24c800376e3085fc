//! Why a regex is refused, as plain data; whoever shows it adds the place.

use alloc::format;
use alloc::string::String;
use core::fmt;
use core::ops::Range;

/// What is wrong with a regex.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub(crate) enum RegexErrorKind {
    /// It does not parse.
    Syntax,
    /// It asks for a character that no origin has, since an origin is ASCII.
    NonAscii,
    /// No browser sends an origin that it accepts.
    MatchesNothing,
    /// Its automaton is larger than a policy may carry.
    TooBig,
}

/// A regex that cannot be an origin's pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RegexError {
    pub(crate) kind: RegexErrorKind,
    /// What is wrong, in one line.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) help: String,
    /// The bytes of the pattern that are to blame, if it is not the whole of it.
    pub(crate) span: Option<Range<usize>>,
}

impl RegexError {
    pub(crate) fn syntax(message: String, span: Range<usize>) -> Self {
        Self {
            kind: RegexErrorKind::Syntax,
            message: format!("the regex does not parse: {message}"),
            help: "the syntax is that of the `regex` crate; a byte that has a meaning in it is \
                   written with a backslash before it"
                .into(),
            span: Some(span),
        }
    }

    pub(crate) fn non_ascii(what: &str, span: Range<usize>) -> Self {
        Self {
            kind: RegexErrorKind::NonAscii,
            message: format!("{what} never matches, for an origin is ASCII"),
            help: "a browser sends a host with such characters in Punycode: write the `xn--` form"
                .into(),
            span: Some(span),
        }
    }

    pub(crate) fn matches_nothing(help: String) -> Self {
        Self {
            kind: RegexErrorKind::MatchesNothing,
            message: "the regex accepts no origin that a browser sends".into(),
            help,
            span: None,
        }
    }
}

impl fmt::Display for RegexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.message, self.help)
    }
}

impl core::error::Error for RegexError {}

/// An automaton that is larger than its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooBig {
    /// What its table takes, in bytes: exactly if it was built, else by estimate.
    pub(crate) size: usize,
}

impl From<TooBig> for RegexError {
    fn from(TooBig { size }: TooBig) -> Self {
        Self {
            kind: RegexErrorKind::TooBig,
            message: format!(
                "the policy's regexes need a table of about {size} bytes; the limit is {}",
                super::table::LIMIT
            ),
            help: "a counted repetition costs its count, nested ones multiply: write `+` or `*` \
                   for a large count, or list the origins one by one"
                .into(),
            span: None,
        }
    }
}
