//! Why a regex is refused, as plain data. The caller adds the place.

use super::table::LIMIT;
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
    /// It asks for a character that no origin has, because an origin is ASCII.
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
    pub(crate) fn look_around(span: Range<usize>) -> Self {
        Self {
            help: "say what may get in, not what may not: whatever a regex does not accept stays out".into(),
            ..Self::syntax("there is no look-ahead and no look-behind".into(), span)
        }
    }

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
            help: "a browser sends a host with such characters in Punycode: write the `xn--` form".into(),
            span: Some(span),
        }
    }

    /// A character that is not ASCII, where it may stand for letters that are.
    pub(crate) fn folds_to_ascii(span: Range<usize>) -> Self {
        Self {
            kind: RegexErrorKind::NonAscii,
            message: "under `(?i)` a class with characters outside ASCII can stand for ASCII letters as well".into(),
            help: "an origin is ASCII: write a class of ASCII characters, or take `(?i)` out, for browsers send \
                   origins in lower case"
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
pub(crate) enum TooBig {
    /// Its table takes this many bytes: an exact number if it was built, otherwise an estimate.
    Table(usize),
    /// Some automaton on the way to an answer takes more states than these.
    States(usize),
}

impl From<TooBig> for RegexError {
    fn from(too_big: TooBig) -> Self {
        let message = match too_big {
            TooBig::Table(size) => {
                format!("the policy's regexes need a table of about {size} bytes; the limit is {LIMIT}")
            }
            TooBig::States(states) => format!(
                "the regex is too intricate: an automaton on the way to its table, or to deciding \
                 whom it lets in, has more than {states} states"
            ),
        };
        Self {
            kind: RegexErrorKind::TooBig,
            message,
            help: "a counted repetition costs its count, nested ones multiply: write `+` or `*` \
                   for a large count, or list the origins one by one"
                .into(),
            span: None,
        }
    }
}
