//! The layer of a route with `#[cors]`: it applies the route's policy, whichever route the layers further out expected.

use std::rc::Rc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, forward_ready};
use actix_web::http::Method;
use actix_web::http::header;
use actix_web::{Error, HttpMessage};
use cors_engine::Decision;
use cors_engine::adapter::Fields;

use crate::future::{After, CorsFuture};
use crate::options::Options;
use crate::path::normalize::Spelling;
use crate::refuse::actual::{self, Denied};
use crate::refuse::answer::Verdict;
use crate::refuse::preflight;
use crate::report::metrics::{self, Allowed};
use crate::request::{actual, asked, is_preflight, lines};
use crate::response::edit::Edit;
use crate::response::extras::Extras;
use crate::route::around::{Outer, Reached};
use crate::route::log;
use crate::route::registry::{App, Route};
use crate::route::resolve::{Guards, Others, Question};

/// The outermost layer of a route with `#[cors]`.
pub(crate) struct RouteMiddleware<S> {
    service: S,
    app: Rc<App>,
    route: Rc<Route>,
}

impl<S> RouteMiddleware<S> {
    pub(crate) fn new(service: S, app: Rc<App>, route: Rc<Route>) -> Self {
        Self { service, app, route }
    }
}

impl<S, B> Service<ServiceRequest> for RouteMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type Future = CorsFuture<S::Future>;

    forward_ready!(service);

    #[inline(always)]
    fn call(&self, request: ServiceRequest) -> Self::Future {
        if self.app.has_layers.get() {
            request.extensions_mut().insert(Reached);
            if self.route.is_behind_scopes.get() {
                self.note_reached(&request);
            }
        }
        let outer = if self.app.are_asked.get() { outer(&request) } else { None };
        let is_answered = outer.as_ref().is_some_and(|outer| outer.answered_by_gateway);
        if request.head().method == Method::OPTIONS
            && !is_answered
            && let Some(verdict) = self.preflight(&request)
        {
            return CorsFuture::verdict(request, verdict);
        }
        let answers = &self.route.answers;
        let origin = lines(request.headers(), header::ORIGIN);
        let decision = answers.decide(&actual(origin));
        let (mut fields, mut extras) = (decision.fields(), Extras::NONE);
        let strict = outer.as_deref().filter(|outer| outer.enforce);
        let denied = match strict {
            Some(outer) if origin.is_empty() => {
                actual::judge_by_site(answers, fields, request.request(), outer)
            }
            _ if decision.is_allowed() => Denied::Pass,
            _ => self.denied(&request, decision),
        };
        if decision.is_allowed() && !origin.is_empty() {
            metrics::allowed(Allowed::Readable);
        }
        match denied {
            Denied::Pass => {}
            Denied::PassBy(by) => extras = by,
            Denied::Refused(verdict) => return CorsFuture::verdict(request, verdict),
        }
        if is_answered {
            fields = Fields::NONE;
        }
        if let Some(outer) = outer {
            let is_unsettled = is_answered && outer.enforce;
            extras =
                extras | Extras::ISOLATED.given(outer.isolate) | Extras::VARY_BY_ORIGIN.given(is_unsettled);
        }
        let origin = answers.origin(fields, origin);
        let inner = self.service.call(request);
        let answers = Rc::clone(answers);
        CorsFuture::pass(inner, After::Edit(Edit { answers, fields, origin, extras, is_route: true }))
    }
}

/// The options of the layer around, if it has options for the routes inside.
fn outer(request: &ServiceRequest) -> Option<Rc<Options>> {
    request.extensions().get().map(|Outer(options)| Rc::clone(options))
}

impl<S> RouteMiddleware<S> {
    /// A scope in front may have turned this request away, which a layer around could not know.
    #[cold]
    #[inline(never)]
    fn note_reached(&self, request: &ServiceRequest) {
        if let Some(tree) = self.app.known_tree()
            && !self.app.scopes_are_guarded.get()
        {
            tree.reach(&self.route, request.match_info().as_str());
        }
    }

    /// Decides a request from an origin that the route's policy does not allow, by the options of the layer around the app.
    #[cold]
    #[inline(never)]
    fn denied(&self, request: &ServiceRequest, decision: Decision<'_>) -> Denied {
        let options = outer(request).unwrap_or_default();
        let options = match &*options {
            // These are the options of one layer around, and another one may guard upgrades.
            options if options.unguarded_upgrades && self.app.upgrades_are_guarded.get() => {
                &Options { unguarded_upgrades: false, ..options.clone() }
            }
            options => options,
        };
        if !options.guards(request.head()) && !metrics::refusals_are_noticed() {
            return Denied::Pass;
        }
        actual::judge(&self.route.answers, decision.fields(), request.request(), options)
    }

    /// The verdict, if it is a preflight for one of this route's methods. It only gets here if no layer around has answered it.
    #[cold]
    #[inline(never)]
    fn preflight(&self, request: &ServiceRequest) -> Option<Verdict> {
        let method = asked(request.headers()).filter(|method| self.route.serves(method))?;
        if !is_preflight(request) {
            return None;
        }
        let guards = |route: &Route| if route.accepts(request) { Guards::Accept } else { Guards::MayAccept };
        let scopes_are_guarded = self.app.scopes_are_guarded.get();
        let spelling = Spelling::Kept;
        let question = Question { method, guards: &guards, scopes_are_guarded, spelling };
        let path = request.match_info().as_str();
        let possible = self.app.tree(request.request()).possible_at(&self.route, path, &question);
        if possible.others == Others::Resource {
            // The other resource has no policy that could allow it.
            log::route_is_uncertain(&self.route);
            return Some(Verdict::Uncertain);
        }
        let policies = possible.routes().map(|route| &route.answers);
        let verdict = preflight::judge(policies, request.request(), &Options::default());
        // A preflight must never run the handler.
        Some(verdict.unwrap_or(Verdict::Uncertain))
    }
}
