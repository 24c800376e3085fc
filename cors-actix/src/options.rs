//! What an app asks of the middleware beyond the policy.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::RequestHead;
use actix_web::{HttpRequest, HttpResponse};
use cors_engine::Denial;

use crate::policy::origin_source::Asking;
use crate::refuse::same_origin::is_upgrade;
use crate::response::headers::Answers;

/// The app's own answer to a refused request.
pub(crate) type OnRefusal = dyn Fn(&Denial<'_>, &HttpRequest) -> HttpResponse + Send + Sync;

#[derive(Clone, Default)]
pub(crate) struct Options {
    pub(crate) enforce: bool,
    pub(crate) unguarded_upgrades: bool,
    pub(crate) behind_tls: bool,
    pub(crate) report_only: bool,
    pub(crate) diagnostics: bool,
    pub(crate) on_refusal: Option<Arc<OnRefusal>>,
    pub(crate) origins: Option<Asking>,
    pub(crate) origins_timeout: Option<Duration>,
}

impl Options {
    /// Does a foreign origin keep such a request from the app?
    #[inline]
    pub(crate) fn guards(&self, head: &RequestHead) -> bool {
        self.enforce || (!self.unguarded_upgrades && is_upgrade(head))
    }

    /// Do this policy's refusals say why?
    pub(crate) fn explains(&self, answers: &Answers) -> bool {
        self.diagnostics || answers.is_development()
    }

    pub(crate) fn refusal(&self, denial: &Denial<'_>, request: &HttpRequest) -> Option<HttpResponse> {
        self.on_refusal.as_ref().map(|respond| respond(denial, request))
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("enforce", &self.enforce)
            .field("unguarded_upgrades", &self.unguarded_upgrades)
            .field("behind_tls", &self.behind_tls)
            .field("report_only", &self.report_only)
            .field("diagnostics", &self.diagnostics)
            .field("on_refusal", &self.on_refusal.is_some())
            .field("origins", &self.origins.is_some())
            .field("origins_timeout", &self.origins_timeout)
            .finish()
    }
}
