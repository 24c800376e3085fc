//! Refusals that tell the browser more: the fields that a refused preflight can carry, so that the console names the check that
//! failed while the browser still refuses.

use super::denial::Denial;
use crate::engine::decision::Decision;
use crate::engine::field::{Field, Fields, Value};
use crate::engine::policy::Policy;
use crate::engine::standard;

impl Decision<'_> {
    /// The same decision, with an answer that shows the browser the reason for a refusal.
    ///
    /// A refused preflight then carries the fields up to the check that fails, so that the browser's
    /// console names the cause instead of a missing `Access-Control-Allow-Origin`:
    ///
    /// | what is refused | fields | status |
    /// |---|---|---|
    /// | the origin | none | 403 |
    /// | the method, if the browser will see that the list lacks it | the origin's, `-Allow-Methods` | 200 |
    /// | a header, if the browser will see that the list lacks it | the origin's, `-Allow-Methods`, `-Allow-Headers` | 200 |
    /// | any other method or header | the origin's | 403 |
    ///
    /// The last row is for names that a list cannot exclude: browsers always allow `GET`, `HEAD` and `POST`, some treat
    /// `patch` as `PATCH`, and `*` includes everything. So the browser refuses everything that this decision refuses.
    /// `Access-Control-Max-Age` is left out.
    ///
    /// Only pages of allowed origins see the policy's lists. Nothing changes for allowed requests and actual requests.
    ///
    /// [`explain`](Self::explain) says what the console shows for this answer.
    ///
    // CORS-preflight fetch, step 7: https://fetch.spec.whatwg.org/#cors-preflight-fetch-0
    #[cold]
    pub fn diagnostic(mut self) -> Self {
        if self.is_preflight
            && let Some(denial) = self.denial()
        {
            let shown = self.policy.allowed_preflight(&self.request).only(mask(&denial));
            self.fields = self.fields.and(shown);
        }
        self
    }
}

/// The fields of an allowed preflight's answer that a refused one can show.
fn mask(denial: &Denial<'_>) -> Fields {
    const ORIGIN: Fields = Fields::NONE.with(Field::AllowOrigin).with(Field::AllowCredentials);
    const METHODS: Fields = ORIGIN.with(Field::AllowMethods).with(Field::AllowPrivateNetwork);
    const HEADERS: Fields = METHODS.with(Field::AllowHeaders);

    match *denial {
        Denial::OriginNotAllowed { .. } => Fields::NONE,
        Denial::MethodNotAllowed { policy, method: Some(method) } if is_method_missed(policy, method) => {
            METHODS
        }
        Denial::HeaderNotAllowed { policy, name } if is_header_missed(policy, name) => HEADERS,
        Denial::MethodNotAllowed { .. }
        | Denial::HeaderNotAllowed { .. }
        | Denial::TooManyEmptyNames { .. }
        | Denial::CrossSite { .. } => ORIGIN,
    }
}

/// Returns whether a browser sees that the policy's list lacks the method.
fn is_method_missed(policy: &Policy, method: &[u8]) -> bool {
    let mut passing = policy.methods().chain(standard::SAFELISTED_METHODS);
    !policy.allows_any_method()
        && standard::is_token(method)
        && !passing.any(|passing| passing.as_bytes().eq_ignore_ascii_case(method))
}

/// Returns whether a browser sees that the policy's list lacks the header.
fn is_header_missed(policy: &Policy, name: &[u8]) -> bool {
    // A list made of the requested names contains all of them.
    let is_listed = !matches!(policy.value(Field::AllowHeaders), Some(Value::RequestHeaders));
    is_listed
        && !policy.allows_any_header()
        && standard::is_token(name)
        // A script cannot set these. A browser that asks for one of them does not follow the standard.
        && core::str::from_utf8(name).is_ok_and(|name| !standard::is_forbidden_request_header(name))
}
