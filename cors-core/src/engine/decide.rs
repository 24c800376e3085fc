//! The decision about a request, in the order of the standard.

use super::decision::Decision;
use super::denial::Denial;
use super::field::Field;
use super::policy::Policy;
use super::request::{Field as RequestField, Lines, Request};
use super::table::names::Refused;

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
        let (fields, denial) = match request.origin {
            RequestField::Absent => (self.answers.no_origin, None),
            origin if self.accepts(origin) => (self.answers.allowed, None),
            origin => (self.answers.refused, Some(self.origin_denied(origin, false))),
        };
        Decision { policy: self, request: *request, preflight: false, fields, denial }
    }

    fn decide_preflight<'a>(&'a self, request: &Request<'a>) -> Decision<'a> {
        let denial = self
            .check_origin(request.origin)
            .or_else(|| self.check_method(request.requested_method))
            .or_else(|| self.check_headers(request.requested_headers));
        let private = request.private_network && self.private_network();
        let fields = match denial {
            None => self.answers.preflight.with_if(private, Field::AllowPrivateNetwork),
            Some(_) => self.answers.refused_preflight,
        };
        Decision { policy: self, request: *request, preflight: true, fields, denial }
    }

    fn accepts(&self, origin: RequestField<'_>) -> bool {
        self.allows_any_origin() || matches!(origin, RequestField::One(value) if self.lists_origin(value))
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
        match method {
            RequestField::One(value) if self.lists_method(value) => None,
            RequestField::One(method) => {
                Some(Denial::MethodNotAllowed { policy: self, method: Some(method) })
            }
            RequestField::Absent | RequestField::Many => {
                Some(Denial::MethodNotAllowed { policy: self, method: None })
            }
        }
    }

    fn check_headers<'a>(&'a self, lines: &'a dyn Lines) -> Option<Denial<'a>> {
        match self.scan_headers(lines) {
            Ok(()) => None,
            Err(Refused::Name(name)) => Some(Denial::HeaderNotAllowed { policy: self, name }),
            Err(Refused::Empty) => Some(Denial::TooManyEmptyNames { policy: self }),
        }
    }
}
