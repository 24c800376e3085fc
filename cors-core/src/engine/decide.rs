//! The decision about a request, in the order of the standard.

use super::decision::Decision;
use super::field::{Field, Fields};
use super::policy::Policy;
use super::request::{Field as RequestField, Lines, Request};
use super::table::names::Refused;
use crate::explain::console::Shown;
use crate::explain::denial::Denial;

impl Policy {
    /// Decides about a request.
    ///
    /// It allocates nothing and never panics, whatever the bytes; the time is linear in the
    /// request's, and does not depend on how many origins the policy lists.
    ///
    /// Fetch, sections "CORS check" and "CORS-preflight fetch", from the server's side.
    #[inline]
    pub fn decide<'a>(&'a self, request: &Request<'a>) -> Decision<'a> {
        if request.is_preflight() {
            return self.decide_preflight(request);
        }
        let (fields, denial) = match self.actual_fields(request) {
            Ok(fields) => (fields, None),
            Err(fields) => (fields, Some(self.origin_denied(request.origin, false))),
        };
        Decision { policy: self, request: *request, preflight: false, fields, denial, shown: Shown::Nothing }
    }

    /// The [`fields`](Decision::fields) of the response to a request that is no [preflight](Request::is_preflight): what
    /// [`decide`](Self::decide) says of it, without the reasons. `Err` if the origin is not allowed.
    ///
    /// An adapter that asks for the reasons only where somebody wants them is faster by it.
    #[inline(always)]
    #[expect(clippy::missing_errors_doc, reason = "it is no error")]
    pub fn actual_fields(&self, request: &Request<'_>) -> Result<Fields, Fields> {
        match request.origin {
            RequestField::Absent => Ok(self.answers.no_origin),
            origin if self.accepts(origin) => Ok(self.answers.allowed),
            _ => Err(self.answers.refused),
        }
    }

    /// The [`fields`](Decision::fields) of the answer to a request that [is a preflight](Request::is_preflight), `Err` if it
    /// is refused; of any other, what this says means nothing.
    #[inline(always)]
    #[expect(clippy::missing_errors_doc, reason = "it is no error")]
    pub fn preflight_fields(&self, request: &Request<'_>) -> Result<Fields, Fields> {
        let is_allowed = self.accepts(request.origin)
            && self.accepts_method(request.requested_method)
            && self.scan_headers(request.requested_headers).is_ok();
        if is_allowed { Ok(self.allowed_preflight(request)) } else { Err(self.answers.refused_preflight) }
    }

    fn decide_preflight<'a>(&'a self, request: &Request<'a>) -> Decision<'a> {
        let denial = self.check_origin(request.origin).or_else(|| self.check_lists(request));
        let fields = match denial {
            None => self.allowed_preflight(request),
            Some(_) => self.answers.refused_preflight,
        };
        Decision { policy: self, request: *request, preflight: true, fields, denial, shown: Shown::Nothing }
    }

    #[inline]
    pub(super) fn check_lists<'a>(&'a self, request: &Request<'a>) -> Option<Denial<'a>> {
        self.check_method(request.requested_method).or_else(|| self.check_headers(request.requested_headers))
    }

    #[inline]
    pub(super) fn allowed_preflight(&self, request: &Request<'_>) -> Fields {
        let private = request.private_network && self.private_network();
        self.answers.preflight.with_if(private, Field::AllowPrivateNetwork)
    }

    #[inline(always)]
    fn accepts(&self, origin: RequestField<'_>) -> bool {
        self.allows_any_origin() || matches!(origin, RequestField::One(value) if self.lists_origin(value))
    }

    #[inline]
    fn accepts_method(&self, method: RequestField<'_>) -> bool {
        matches!(method, RequestField::One(value) if self.lists_method(value))
    }

    #[inline]
    fn origin_denied<'a>(&'a self, origin: RequestField<'a>, preflight: bool) -> Denial<'a> {
        let origin = match origin {
            RequestField::One(origin) => Some(origin),
            RequestField::Absent | RequestField::Many => None,
        };
        Denial::OriginNotAllowed { policy: self, origin, preflight }
    }

    fn check_origin<'a>(&'a self, origin: RequestField<'a>) -> Option<Denial<'a>> {
        if self.accepts(origin) { None } else { Some(self.origin_denied(origin, true)) }
    }

    fn check_method<'a>(&'a self, method: RequestField<'a>) -> Option<Denial<'a>> {
        if self.accepts_method(method) {
            return None;
        }
        let method = match method {
            RequestField::One(method) => Some(method),
            RequestField::Absent | RequestField::Many => None,
        };
        Some(Denial::MethodNotAllowed { policy: self, method })
    }

    fn check_headers<'a>(&'a self, lines: &'a dyn Lines) -> Option<Denial<'a>> {
        match self.scan_headers(lines) {
            Ok(()) => None,
            Err(Refused::Name(name)) => Some(Denial::HeaderNotAllowed { policy: self, name }),
            Err(Refused::Empty) => Some(Denial::TooManyEmptyNames { policy: self }),
        }
    }
}
