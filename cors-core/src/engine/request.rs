//! The parts of a request's head that CORS looks at.

use core::fmt;

/// A request as a policy sees it: borrowed bytes of its head.
///
/// An adapter adds the fields as they arrived, line by line. All fields except [`origin`](Self::origin) matter only for
/// `OPTIONS`, so an adapter may leave them out for other methods.
// https://fetch.spec.whatwg.org/#http-requests
///
/// ```
/// use cors_engine::Request;
///
/// let preflight = Request::new(b"OPTIONS")
///     .origin(b"https://app.example")
///     .requested_method(b"PUT")
///     .requested_headers(&["authorization, content-type"]);
/// assert!(preflight.is_preflight());
/// ```
#[derive(Clone, Copy)]
pub struct Request<'r> {
    pub(crate) method: &'r [u8],
    pub(crate) origin: SingleField<'r>,
    pub(crate) requested_method: SingleField<'r>,
    pub(crate) requested_headers: &'r dyn Lines,
    pub(crate) private_network: bool,
    pub(crate) vouched: bool,
}

/// A field that must not be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SingleField<'r> {
    Absent,
    One(&'r [u8]),
    Many,
}

impl<'r> SingleField<'r> {
    /// The value, if the field occurs exactly once.
    pub(crate) fn one(self) -> Option<&'r [u8]> {
        match self {
            SingleField::One(value) => Some(value),
            SingleField::Absent | SingleField::Many => None,
        }
    }

    fn and(self, value: &'r [u8]) -> Self {
        match self {
            SingleField::Absent => SingleField::One(value),
            SingleField::One(_) | SingleField::Many => SingleField::Many,
        }
    }
}

impl<'r> Request<'r> {
    /// A request with this method and none of the fields.
    pub const fn new(method: &'r [u8]) -> Self {
        Self {
            method,
            origin: SingleField::Absent,
            requested_method: SingleField::Absent,
            requested_headers: &NoLines,
            private_network: false,
            vouched: false,
        }
    }

    /// Adds a value of `Origin`. A repeated `Origin`, which no browser sends, matches only
    /// `origins: any`.
    #[must_use]
    pub fn origin(mut self, value: &'r [u8]) -> Self {
        self.origin = self.origin.and(value);
        self
    }

    /// Adds a value of `Access-Control-Request-Method`. A preflight that repeats it is refused.
    #[must_use]
    pub fn requested_method(mut self, value: &'r [u8]) -> Self {
        self.requested_method = self.requested_method.and(value);
        self
    }

    /// Sets the lines of `Access-Control-Request-Headers`. They count as one list.
    #[must_use]
    pub fn requested_headers(mut self, lines: &'r dyn Lines) -> Self {
        self.requested_headers = lines;
        self
    }

    /// Sets whether `Access-Control-Request-Private-Network` is present and `true`.
    #[must_use]
    pub fn private_network(mut self, asked: bool) -> Self {
        self.private_network = asked;
        self
    }

    /// Sets whether the app vouches for the origin, because a source of its own, such as a database of tenants, contains it. The
    /// request is then decided as if `origins` listed the origin. The rest of the policy applies unchanged.
    ///
    /// Ask such a source only about a [`Decision::unlisted_origin`](crate::Decision::unlisted_origin). `null`, a repeated
    /// `Origin`, and values that no browser sends are refused even if the app vouches for them.
    #[must_use]
    pub fn vouched(mut self, vouched: bool) -> Self {
        self.vouched = vouched;
        self
    }

    /// Returns whether this is a preflight: `OPTIONS` with `Origin` and `Access-Control-Request-Method`.
    // CORS-preflight request: https://fetch.spec.whatwg.org/#cors-preflight-request
    #[inline]
    pub fn is_preflight(&self) -> bool {
        self.method == b"OPTIONS"
            && self.origin != SingleField::Absent
            && self.requested_method != SingleField::Absent
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &Escaped(self.method))
            .field("origin", &self.origin)
            .field("requested_method", &self.requested_method)
            .field("private_network", &self.private_network)
            .field("vouched", &self.vouched)
            .finish_non_exhaustive()
    }
}

/// The lines of one header field, in the order in which they arrived.
///
/// Slices, arrays and (with `alloc`) vectors implement it, for elements that are bytes, such as the header values of an HTTP
/// library.
pub trait Lines: Sync {
    /// The line at `index`, counted from 0; `None` past the last.
    fn line(&self, index: usize) -> Option<&[u8]>;
}

struct NoLines;

impl Lines for NoLines {
    fn line(&self, _: usize) -> Option<&[u8]> {
        None
    }
}

impl<T: AsRef<[u8]> + Sync> Lines for &[T] {
    fn line(&self, index: usize) -> Option<&[u8]> {
        self.get(index).map(AsRef::as_ref)
    }
}

impl<T: AsRef<[u8]> + Sync, const N: usize> Lines for [T; N] {
    fn line(&self, index: usize) -> Option<&[u8]> {
        self.get(index).map(AsRef::as_ref)
    }
}

#[cfg(feature = "alloc")]
impl<T: AsRef<[u8]> + Sync> Lines for alloc::vec::Vec<T> {
    fn line(&self, index: usize) -> Option<&[u8]> {
        self.get(index).map(AsRef::as_ref)
    }
}

/// Bytes of a request, made safe for a log: bytes that are not printable ASCII are escaped, and long values are cut.
///
/// ```
/// use cors_engine::adapter::Escaped;
///
/// assert_eq!(Escaped(b"https://a\r\nb").to_string(), r"https://a\r\nb");
/// ```
#[derive(Clone, Copy)]
pub struct Escaped<'b>(pub &'b [u8]);

/// The most bytes of a request's value that a message shows.
const SHOWN: usize = 120;

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.get(..SHOWN).unwrap_or(self.0);
        for &byte in shown {
            // A header's name may contain this quote, and browsers' consoles do not escape it.
            if byte == b'\'' { f.write_str("'") } else { write!(f, "{}", byte.escape_ascii()) }?;
        }
        if shown.len() < self.0.len() {
            write!(f, "… ({} bytes)", self.0.len())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}
