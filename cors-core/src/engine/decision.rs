//! What a policy answers.

use super::field::Fields;
use super::policy::Policy;
use super::request::Request;
use crate::explain::console::Shown;
use crate::explain::denial::{Denial, Told};

/// What a policy says of a request: [`Policy::decide`] makes it.
#[derive(Clone, Debug)]
pub struct Decision<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) request: Request<'a>,
    pub(crate) preflight: bool,
    pub(crate) fields: Fields,
    pub(crate) denial: Option<Denial<'a>>,
    pub(crate) shown: Shown,
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

    /// What the denial says, with the console's words for this very answer.
    pub(crate) fn told(&self) -> Option<Told<'_>> {
        Some(Told { denial: self.denial()?, shown: self.shown })
    }

    /// The status of the answer to a preflight: the policy's own, or 403; 200 for some refusals that are
    /// [`diagnostic`](Self::diagnostic). `None` for an actual request, whose status is the app's.
    pub fn status(&self) -> Option<u16> {
        self.preflight.then(|| match self.shown {
            _ if self.is_allowed() => self.policy.preflight_status(),
            Shown::List => 200,
            Shown::Nothing | Shown::Origin => 403,
        })
    }

    /// The fields to put on the response, after every `Access-Control-*` field that the app set has
    /// been taken off.
    pub fn fields(&self) -> Fields {
        self.fields
    }
}
