//! What a policy answers.

use super::denial::Denial;
use super::explanation::Explanation;
use super::field::Fields;
use super::policy::Policy;
use super::request::Request;

/// What a policy says of a request: [`Policy::decide`] makes it.
#[derive(Clone, Debug)]
pub struct Decision<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) request: Request<'a>,
    pub(crate) preflight: bool,
    pub(crate) fields: Fields,
    pub(crate) denial: Option<Denial<'a>>,
}

impl<'a> Decision<'a> {
    /// Is the request a preflight? Then the adapter answers it with [`status`](Self::status), an
    /// empty body and [`fields`](Self::fields), and the app never sees it.
    pub fn is_preflight(&self) -> bool {
        self.preflight
    }

    /// May the page read the response? `true` as well for a request without an origin, of which
    /// CORS says nothing.
    pub fn is_allowed(&self) -> bool {
        self.denial.is_none()
    }

    /// Why not, if not.
    pub fn denial(&self) -> Option<&Denial<'a>> {
        self.denial.as_ref()
    }

    /// What was asked, which entry of which key decided, and for a refusal all that its [`Denial`] says.
    ///
    /// For a log, a tool or a test; a page never sees it. See [`Explanation`].
    pub fn explain(&self) -> Explanation<'_> {
        Explanation { decision: self }
    }

    /// The status of the answer to a preflight: the policy's own, or 403. `None` for an actual
    /// request, whose status is the app's.
    pub fn status(&self) -> Option<u16> {
        self.preflight.then(|| if self.is_allowed() { self.policy.preflight_status() } else { 403 })
    }

    /// The fields to put on the response, after every `Access-Control-*` field that the app set has
    /// been taken off.
    pub fn fields(&self) -> Fields {
        self.fields
    }
}
