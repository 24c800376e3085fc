//! The decision about a request: the checks, in the order of the standard.

use super::decision::Decision;
use super::field::{Field, Fields};
use super::origin;
use super::policy::Policy;
use super::request::{Request, SingleField};
use super::table::names::RefusedNames;

/// The check that a request fails.
#[derive(Clone, Copy)]
pub(crate) enum FailedCheck<'r> {
    Origin,
    Method,
    Headers(RefusedNames<'r>),
}

impl Policy {
    /// Decides about a request.
    ///
    /// It allocates nothing and never panics, whatever the bytes. The time is linear in the request and does not depend on
    /// how many origins the policy lists. The reason for a refusal is only computed on demand:
    /// [`Decision::denial`], [`Decision::explain`].
    // CORS check: https://fetch.spec.whatwg.org/#concept-cors-check
    // CORS-preflight fetch, step 7: https://fetch.spec.whatwg.org/#cors-preflight-fetch-0
    //
    // Inlined, so that a caller only pays for the parts of the decision that it reads, and pays nothing for preflights if its
    // method is never `OPTIONS`.
    #[inline(always)]
    pub fn decide<'a>(&'a self, request: &Request<'a>) -> Decision<'a> {
        let is_preflight = request.is_preflight();
        let (is_allowed, fields) = match request.origin {
            _ if is_preflight => match self.first_failure(request) {
                None => (true, self.allowed_preflight(request)),
                Some(_) => (false, self.answers.refused_preflight),
            },
            SingleField::Absent => (true, self.answers.no_origin),
            _ if self.accepts_origin(request) => (true, self.answers.allowed),
            _ => (false, self.answers.refused),
        };
        Decision { policy: self, request: *request, is_preflight, is_allowed, fields }
    }

    /// The first check that a preflight fails.
    #[inline(always)]
    pub(crate) fn first_failure<'r>(&self, request: &Request<'r>) -> Option<FailedCheck<'r>> {
        if !self.accepts_origin(request) {
            return Some(FailedCheck::Origin);
        }
        if !self.accepts_method(request.requested_method) {
            return Some(FailedCheck::Method);
        }
        self.scan_headers(request.requested_headers).err().map(FailedCheck::Headers)
    }

    /// The fields of an allowed preflight's answer.
    #[inline]
    pub(crate) fn allowed_preflight(&self, request: &Request<'_>) -> Fields {
        let private = request.private_network && self.private_network();
        self.answers.preflight.with_if(private, Field::AllowPrivateNetwork)
    }

    #[inline(always)]
    pub(super) fn accepts_origin(&self, request: &Request<'_>) -> bool {
        self.allows_any_origin()
            || match request.origin {
                SingleField::One(value) => {
                    self.lists_origin(value) || request.vouched && origin::sendable(value).is_some()
                }
                SingleField::Absent | SingleField::Many => false,
            }
    }

    #[inline]
    fn accepts_method(&self, method: SingleField<'_>) -> bool {
        matches!(method, SingleField::One(value) if self.lists_method(value))
    }
}
