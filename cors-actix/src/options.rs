//! The options of the middleware, beside the policy.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::RequestHead;
use actix_web::{HttpRequest, HttpResponse};
use cors_engine::Denial;

use crate::policy::origin_source::Asking;
use crate::request::is_upgrade;
use crate::response::headers::Answers;

/// The app's own answer to a refused request.
pub(crate) type OnRefusal = dyn Fn(&Denial<'_>, &HttpRequest) -> HttpResponse + Send + Sync;

#[derive(Clone, Default)]
pub(crate) struct Options {
    pub(crate) enforce: bool,
    /// Only together with `enforce`.
    pub(crate) isolate: bool,
    pub(crate) answered_by_gateway: bool,
    pub(crate) own_origin: Option<Arc<str>>,
    pub(crate) unguarded_upgrades: bool,
    pub(crate) behind_tls: bool,
    pub(crate) report_only: bool,
    pub(crate) diagnostics: bool,
    pub(crate) scopes_are_guarded: bool,
    pub(crate) on_refusal: Option<Arc<OnRefusal>>,
    pub(crate) origins: Option<Asking>,
    pub(crate) origins_timeout: Option<Duration>,
}

impl Options {
    /// Returns whether such a request must not reach the app if its origin is not allowed.
    #[inline]
    pub(crate) fn guards(&self, head: &RequestHead) -> bool {
        self.enforce || (!self.unguarded_upgrades && is_upgrade(head))
    }

    /// Returns whether routes with `#[cors]` have to follow these options as well.
    #[inline]
    pub(crate) fn concern_routes(&self) -> bool {
        self.enforce
            || self.unguarded_upgrades
            || self.behind_tls
            || self.own_origin.is_some()
            || self.answered_by_gateway
            || self.diagnostics
            || self.on_refusal.is_some()
    }

    /// Returns whether this policy's refusals say why.
    pub(crate) fn explains(&self, answers: &Answers) -> bool {
        self.diagnostics || answers.is_development()
    }

    /// The options that have no effect, each with the reason.
    pub(crate) fn ignored(&self) -> impl Iterator<Item = &'static str> {
        let trial = self.report_only;
        [
            (
                self.origins_timeout.is_some() && self.origins.is_none(),
                "`origins_timeout` has no effect without `origins_from`: there is no source of origins to ask",
            ),
            (trial && self.origins.is_some(), "`origins_from` has no effect with `report_only`: the source is not asked"),
            (trial && self.answered_by_gateway, "`answered_by_gateway` has no effect with `report_only`: no response is changed"),
            (trial && self.isolate, "`isolate` has no effect with `report_only`: nothing is refused"),
            (trial && self.enforce && !self.isolate, "`enforce` has no effect with `report_only`: nothing is refused"),
            (trial && self.on_refusal.is_some(), "`on_refusal` has no effect with `report_only`: nothing is refused"),
            (trial && self.diagnostics, "`diagnostics` has no effect with `report_only`: nothing is refused"),
            (
                self.enforce && self.unguarded_upgrades,
                "`unguarded_upgrades` has no effect with `enforce`, which refuses upgrades like any other request",
            ),
        ]
        .into_iter()
        .filter_map(|(is_ignored, why)| is_ignored.then_some(why))
    }

    pub(crate) fn refusal(&self, denial: &Denial<'_>, request: &HttpRequest) -> Option<HttpResponse> {
        self.on_refusal.as_ref().map(|respond| respond(denial, request))
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("enforce", &self.enforce)
            .field("isolate", &self.isolate)
            .field("answered_by_gateway", &self.answered_by_gateway)
            .field("own_origin", &self.own_origin)
            .field("unguarded_upgrades", &self.unguarded_upgrades)
            .field("behind_tls", &self.behind_tls)
            .field("report_only", &self.report_only)
            .field("diagnostics", &self.diagnostics)
            .field("scopes_are_guarded", &self.scopes_are_guarded)
            .field("on_refusal", &self.on_refusal.is_some())
            .field("origins", &self.origins.is_some())
            .field("origins_timeout", &self.origins_timeout)
            .finish()
    }
}
