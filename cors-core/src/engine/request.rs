//! The head of a request, as far as CORS looks at it.

use core::fmt;

/// What a policy decides about: borrowed bytes of a request's head.
///
/// An adapter fills in the fields as they arrived, each occurrence of one in turn. The ones after
/// [`origin`](Self::origin) matter for `OPTIONS` only: an adapter may leave them out for any
/// other method.
///
/// Fetch, section "HTTP requests".
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
    pub(crate) origin: Field<'r>,
    pub(crate) requested_method: Field<'r>,
    pub(crate) requested_headers: &'r dyn Lines,
    pub(crate) private_network: bool,
}

/// A field that must not occur twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field<'r> {
    Absent,
    One(&'r [u8]),
    Many,
}

impl<'r> Field<'r> {
    fn and(self, value: &'r [u8]) -> Self {
        match self {
            Field::Absent => Field::One(value),
            Field::One(_) | Field::Many => Field::Many,
        }
    }
}

impl<'r> Request<'r> {
    /// A request with this method and none of the fields.
    pub const fn new(method: &'r [u8]) -> Self {
        Self {
            method,
            origin: Field::Absent,
            requested_method: Field::Absent,
            requested_headers: &NoLines,
            private_network: false,
        }
    }

    /// Adds a value of `Origin`. Called twice, as no browser does, it makes a request whose origin
    /// no policy allows but one that allows any.
    #[must_use]
    pub fn origin(mut self, value: &'r [u8]) -> Self {
        self.origin = self.origin.and(value);
        self
    }

    /// Adds a value of `Access-Control-Request-Method`. Called twice, it makes a preflight that is
    /// refused.
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

    /// Sets whether `Access-Control-Request-Private-Network` is there and `true`.
    #[must_use]
    pub fn private_network(mut self, asked: bool) -> Self {
        self.private_network = asked;
        self
    }

    /// Is this a preflight: `OPTIONS` with `Origin` and `Access-Control-Request-Method`?
    /// Fetch, section "HTTP requests": *CORS-preflight request*.
    pub fn is_preflight(&self) -> bool {
        self.method == b"OPTIONS" && self.origin != Field::Absent && self.requested_method != Field::Absent
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &Escaped(self.method))
            .field("origin", &self.origin)
            .field("requested_method", &self.requested_method)
            .field("private_network", &self.private_network)
            .finish_non_exhaustive()
    }
}

/// The lines of one header field, in the order in which they arrived.
///
/// It is there for slices, arrays and (with `alloc`) vectors of anything that is bytes, such as the
/// header values of an HTTP library.
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

/// Bytes of a request, fit for a log: what is not printable ASCII is escaped, what is long is cut.
///
/// ```
/// use cors_engine::Escaped;
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
        write!(f, "{}", shown.escape_ascii())?;
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
