//! Refusals that tell the browser more: which fields a refused preflight can carry so that the console names
//! the check that failed, and the browser refuses all the same.

use super::console::Shown;
use super::denial::Denial;
use crate::engine::decision::Decision;
use crate::engine::field::{Field, Fields};
use crate::engine::policy::Policy;
use crate::engine::standard;

impl<'a> Decision<'a> {
    /// The same decision, with an answer that names the reason of a refusal.
    ///
    /// A refused preflight then carries the fields up to the check that fails, so that the browser's
    /// console names the right culprit where it would else miss `Access-Control-Allow-Origin`:
    ///
    /// | refused is | fields | status |
    /// |---|---|---|
    /// | the origin | none | 403 |
    /// | the method, if the browser will miss it in the list | the origin's, `-Allow-Methods` | 200 |
    /// | a header, if the browser will miss it in the list | the origin's, `-Allow-Methods`, `-Allow-Headers` | 200 |
    /// | any other method or header | the origin's | 403 |
    ///
    /// The last line is for what a list cannot refuse: browsers take `GET`, `HEAD` and `POST` for
    /// allowed whatever the list says, some take `patch` for `PATCH`, and a list of `*` lacks nothing.
    /// So the browser refuses whatever this decision refuses. `Access-Control-Max-Age` is left out.
    ///
    /// The answer shows the policy's lists to a page that the policy lets in, and to no other. Everything else
    /// is as it was: an allowed request, and an actual one.
    ///
    /// [`explain`](Self::explain) says what the console shows of this answer.
    ///
    /// Fetch, section "CORS-preflight fetch", step 7.
    #[must_use]
    #[cold]
    pub fn diagnostic(mut self) -> Self {
        let Some(denial) = &self.denial else { return self };
        if !self.preflight {
            return self;
        }
        self.shown = shown(self.policy, denial);
        let asked = self.request.private_network;
        self.fields = fields(self.policy, denial, self.shown).with_if(
            asked && self.policy.private_network() && self.shown == Shown::List,
            Field::AllowPrivateNetwork,
        );
        self
    }
}

/// What can be shown so that the browser refuses nevertheless.
fn shown(policy: &Policy, denial: &Denial<'_>) -> Shown {
    let is_missed = match *denial {
        Denial::OriginNotAllowed { .. } => return Shown::Nothing,
        Denial::MethodNotAllowed { method: Some(method), .. } => {
            let listed = policy.methods().chain(standard::SAFELISTED_METHODS);
            !policy.allows_any_method()
                && standard::is_token(method)
                && !listed.into_iter().any(|listed| listed.as_bytes().eq_ignore_ascii_case(method))
        }
        Denial::HeaderNotAllowed { name, .. } => {
            !policy.allows_any_header()
                && standard::is_token(name)
                // A browser that asks for one of these looks at it with other eyes than the standard.
                && core::str::from_utf8(name).is_ok_and(|name| !standard::is_forbidden_request_header(name))
        }
        Denial::MethodNotAllowed { method: None, .. } | Denial::TooManyEmptyNames { .. } => false,
    };
    if is_missed { Shown::List } else { Shown::Origin }
}

fn fields(policy: &Policy, denial: &Denial<'_>, shown: Shown) -> Fields {
    let refused = policy.answers.refused_preflight;
    let about_origin =
        refused.with(Field::AllowOrigin).with_if(policy.credentials(), Field::AllowCredentials);
    match shown {
        Shown::Nothing => refused,
        Shown::Origin => about_origin,
        Shown::List => {
            let header = matches!(denial, Denial::HeaderNotAllowed { .. });
            about_origin
                .with(Field::AllowMethods)
                .with_if(header && policy.headers().next().is_some(), Field::AllowHeaders)
        }
    }
}
