//! What runs for each request: which policy decides, and what is done then.

use std::cell::OnceCell;
use std::fmt;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{Error, HttpMessage};
use cors_engine::adapter::Fields;

use crate::future::{After, CorsFuture, Later};
use crate::options::Options;
use crate::path::normalize::Spelling;
use crate::policy::current::Current;
use crate::policy::origin_source::Asking;
use crate::refuse::actual::{self, Denied};
use crate::refuse::answer::Verdict;
use crate::refuse::preflight;
use crate::refuse::same_origin::is_same_origin;
use crate::report::log::{self, Outcome};
use crate::report::metrics::{self, Allowed};
use crate::request::{Preflight, actual, is_preflight, lines};
use crate::response::edit::Edit;
use crate::response::extras::Extras;
use crate::response::headers::Answers;
use crate::route::around::{Below, Outer, note_refusal};
use crate::route::inside::Inside;
use crate::route::response::Around;

/// The service that [`Cors`](crate::Cors) makes of an app, once per worker.
pub struct CorsMiddleware<S> {
    /// Shared with the futures that ask the app's source of origins before they call the app.
    layer: Rc<Layer<S>>,
    /// Fast path: set if the layer has one fixed policy, no `#[cors]` routes inside, no origin source and no report-only.
    only: OnceCell<Option<Rc<Answers>>>,
}

impl<S> fmt::Debug for CorsMiddleware<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CorsMiddleware").field("options", &self.layer.options).finish_non_exhaustive()
    }
}

struct Layer<S> {
    service: S,
    policies: Current,
    options: Rc<Options>,
    /// What the options add to each response.
    extras: Extras,
    /// How the layers inside may change the spelling of a path.
    spelling: Spelling,
    /// The routes inside with policies of their own. They are found at the first request, when the app is built.
    below: OnceCell<Option<Rc<Below>>>,
}

impl<S> CorsMiddleware<S> {
    pub(crate) fn new(service: S, policies: Current, options: Options) -> Self {
        // Even if the gateway answers, `enforce` refuses by the origin, so the response varies by it.
        let is_unsettled = options.answered_by_gateway && options.enforce;
        let extras = Extras::ISOLATED.given(options.isolate) | Extras::VARY_BY_ORIGIN.given(is_unsettled);
        let layer = Layer {
            service,
            policies,
            options: Rc::new(options),
            extras,
            spelling: Inside::of::<S>().spelling,
            below: OnceCell::new(),
        };
        Self { layer: Rc::new(layer), only: OnceCell::new() }
    }
}

impl<S, B> Service<ServiceRequest> for CorsMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type Future = CorsFuture<S::Future>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.layer.service.poll_ready(context)
    }

    // Inlined, together with the fast path, and so is `poll`: returning the future from a call would move it.
    #[inline(always)]
    fn call(&self, request: ServiceRequest) -> Self::Future {
        match self.only.get() {
            Some(Some(answers)) => self.layer.answer(request, answers, None),
            _ => self.choose(request),
        }
    }
}

impl<S, B> CorsMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    /// Finds out which policy applies.
    #[inline(never)]
    fn choose(&self, request: ServiceRequest) -> CorsFuture<S::Future> {
        let below = self.layer.below(&request);
        self.only.get_or_init(|| self.layer.only());
        // The request keeps these policies, even if one is swapped meanwhile.
        let policies = self.layer.policies.of(&request);
        let answers = policies.choose(request.match_info().as_str(), self.layer.spelling);
        if let Some(asking) = &self.layer.options.origins
            && let Some(answers) = answers
            && self.layer.is_unlisted(&request, answers, below)
        {
            return CorsFuture::later(self.call_later(asking, answers, request));
        }
        if self.layer.options.report_only {
            self.layer.report(&request, answers, below);
            return CorsFuture::pass(self.layer.service.call(request), After::Nothing);
        }
        match (answers, below) {
            (Some(answers), below) => self.layer.answer(request, answers, below),
            (None, None) => CorsFuture::pass(self.layer.service.call(request), After::Nothing),
            (None, Some(below)) => self.layer.answer_routes(request, below),
        }
    }

    /// Asks the app's source of origins, then handles the request by its answer.
    #[cold]
    #[inline(never)]
    fn call_later(&self, asking: &Asking, answers: &Rc<Answers>, request: ServiceRequest) -> Later {
        let (asking, mut answers, layer) = (asking.clone(), Rc::clone(answers), Rc::clone(&self.layer));
        Box::pin(async move {
            let asked = actual(lines(request.headers(), header::ORIGIN));
            let is_allowed = match answers.decide(&asked).unlisted_origin() {
                Some(origin) => asking.allows(origin, request.head(), layer.options.origins_timeout).await,
                None => false,
            };
            if is_allowed {
                answers = Rc::new(answers.vouching());
            }
            // `poll_ready` was called when the request came, and is not called again: this task's waker would replace the
            // server's, which would then not be woken.
            let below = layer.below(&request);
            layer.answer(request, &answers, below).await
        })
    }
}

impl<S, B> Layer<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    /// Answers by this policy, and by those of the routes below.
    #[inline(always)]
    fn answer(
        &self,
        request: ServiceRequest,
        answers: &Rc<Answers>,
        below: Option<&Rc<Below>>,
    ) -> CorsFuture<S::Future> {
        if request.head().method == Method::OPTIONS
            && let Some(verdict) = self.preflight(&request, Some(answers), below)
        {
            return CorsFuture::verdict(request, verdict);
        }
        let origin = lines(request.headers(), header::ORIGIN);
        let decision = answers.decide(&actual(origin));
        let fields = decision.fields();
        let is_judged = if origin.is_empty() {
            self.options.enforce
        } else {
            !decision.is_allowed() && (self.options.guards(request.head()) || metrics::refusals_are_noticed())
        };
        if is_judged {
            return self.denied(request, answers, fields, below);
        }
        let is_counted = decision.is_allowed() && !origin.is_empty();
        let fields = self.given(fields);
        match below {
            None => {
                if is_counted {
                    metrics::allowed(Allowed::Readable);
                }
                let origin = answers.origin(fields, origin);
                self.pass_alone(request, answers, fields, origin, Extras::NONE)
            }
            Some(below) => self.pass_around(request, answers, fields, below, Extras::NONE, is_counted),
        }
    }

    /// The fields that a response gets: none if a gateway answers browsers.
    #[inline(always)]
    fn given(&self, fields: Fields) -> Fields {
        if self.options.answered_by_gateway { Fields::NONE } else { fields }
    }

    /// Calls an app that has routes with policies of their own.
    #[inline(never)]
    fn pass_around(
        &self,
        request: ServiceRequest,
        answers: &Rc<Answers>,
        fields: Fields,
        below: &Rc<Below>,
        extras: Extras,
        counts: bool,
    ) -> CorsFuture<S::Future> {
        let lines = lines(request.headers(), header::ORIGIN);
        self.tell_routes(&request);
        let is_asked = lines.len() <= 1 && !self.options.answered_by_gateway;
        let asked = is_asked.then(|| below.keep(&request));
        // Kept even if this policy does not repeat it: the policy of a route may have to decide on it.
        let origin = match lines {
            [origin] => Some(origin.clone()),
            _ => answers.origin(fields, lines),
        };
        let edit = self.edit(answers, fields, origin, extras);
        CorsFuture::pass(self.service.call(request), After::Around(Around { edit, asked, counts }))
    }

    /// Calls an app without other policies inside. Its response gets `fields`.
    #[inline(always)]
    fn pass_alone(
        &self,
        request: ServiceRequest,
        answers: &Rc<Answers>,
        fields: Fields,
        origin: Option<HeaderValue>,
        extras: Extras,
    ) -> CorsFuture<S::Future> {
        let inner = self.service.call(request);
        CorsFuture::pass(inner, After::Edit(self.edit(answers, fields, origin, extras)))
    }

    /// Handles a request that the options may refuse, or whose denial is logged or counted.
    #[cold]
    #[inline(never)]
    fn denied(
        &self,
        request: ServiceRequest,
        answers: &Rc<Answers>,
        fields: Fields,
        below: Option<&Rc<Below>>,
    ) -> CorsFuture<S::Future> {
        let possible = below.map(|below| below.possible(&request, false));
        let certain = possible.as_ref().and_then(|possible| possible.certain());
        let denied = match certain {
            // The route's own layer logs and counts the denial, and has the last word.
            Some(_) if !self.options.guards(request.head()) => Denied::Pass,
            Some(route) => {
                let origin = lines(request.headers(), header::ORIGIN);
                let decision = route.answers.decide(&actual(origin));
                if origin.is_empty() {
                    actual::judge_by_site(&route.answers, decision.fields(), request.request(), &self.options)
                } else if decision.is_allowed() {
                    Denied::Pass
                } else {
                    actual::judge(&route.answers, decision.fields(), request.request(), &self.options)
                }
            }
            None if lines(request.headers(), header::ORIGIN).is_empty() => {
                actual::judge_by_site(answers, fields, request.request(), &self.options)
            }
            None => actual::judge(answers, fields, request.request(), &self.options),
        };
        let extras = match denied {
            Denied::Pass => Extras::NONE,
            Denied::PassBy(extras) => extras,
            Denied::Refused(verdict) => {
                note_refusal(&request);
                return CorsFuture::verdict(request, verdict);
            }
        };
        let fields = self.given(fields);
        match below {
            None => {
                let origin = answers.origin(fields, lines(request.headers(), header::ORIGIN));
                self.pass_alone(request, answers, fields, origin, extras)
            }
            Some(below) => self.pass_around(request, answers, fields, below, extras, false),
        }
    }

    /// Handles a request for which this layer has no policy, in an app that has routes with policies of their own.
    #[cold]
    #[inline(never)]
    fn answer_routes(&self, request: ServiceRequest, below: &Rc<Below>) -> CorsFuture<S::Future> {
        if request.head().method == Method::OPTIONS
            && let Some(verdict) = self.preflight(&request, None, Some(below))
        {
            return CorsFuture::verdict(request, verdict);
        }
        self.tell_routes(&request);
        CorsFuture::pass(self.service.call(request), After::Nothing)
    }

    /// The layer's policy, if only it decides, for every request: see the field `only`.
    fn only(&self) -> Option<Rc<Answers>> {
        let is_only = self.options.origins.is_none()
            && !self.options.report_only
            && self.below.get().is_some_and(Option::is_none);
        self.policies.fixed().filter(|_| is_only).and_then(|baked| baked.only()).cloned()
    }
}

impl<S> Layer<S> {
    fn below(&self, request: &ServiceRequest) -> Option<&Rc<Below>> {
        let find = || Below::find::<S>(request, &self.options).map(Rc::new);
        self.below.get_or_init(find).as_ref()
    }

    #[inline(always)]
    fn edit(
        &self,
        answers: &Rc<Answers>,
        fields: Fields,
        origin: Option<HeaderValue>,
        extras: Extras,
    ) -> Edit {
        Edit { answers: Rc::clone(answers), fields, origin, extras: self.extras | extras, is_route: false }
    }

    /// Notes the options of this layer for the routes below. Those of a layer further out stay, unless only this one has `enforce`.
    #[inline]
    fn tell_routes(&self, request: &ServiceRequest) {
        if self.options.concern_routes() {
            let mut noted = request.extensions_mut();
            let is_told = noted.get().is_some_and(|Outer(outer)| outer.enforce || !self.options.enforce);
            if !is_told {
                noted.insert(Outer(Rc::clone(&self.options)));
            }
        }
    }

    /// The verdict, if it is a preflight.
    #[inline(always)]
    fn preflight(
        &self,
        request: &ServiceRequest,
        answers: Option<&Rc<Answers>>,
        below: Option<&Rc<Below>>,
    ) -> Option<Verdict> {
        match below {
            _ if self.options.answered_by_gateway => None,
            None => preflight::judge(answers, request.request(), &self.options),
            Some(below) => self.preflight_around(request, answers, below),
        }
    }

    /// The same in an app that has routes with policies of their own: every policy that may hold has to agree.
    #[inline(never)]
    fn preflight_around(
        &self,
        request: &ServiceRequest,
        answers: Option<&Rc<Answers>>,
        below: &Below,
    ) -> Option<Verdict> {
        if !is_preflight(request) {
            return None;
        }
        let possible = below.possible(request, true);
        if possible.certain().is_none() && answers.is_none() {
            // Perhaps no policy holds for the request, so no policy answers its preflight here.
            return None;
        }
        let own = answers.filter(|_| possible.certain().is_none());
        let policies = possible.routes().map(|route| &route.answers).chain(own);
        preflight::judge(policies, request.request(), &self.options)
    }

    /// Returns whether the source of origins has to be asked: only the layer's policy decides, and it does not list the origin, which is one
    /// that a page can have.
    #[cold]
    fn is_unlisted(&self, request: &ServiceRequest, answers: &Answers, below: Option<&Rc<Below>>) -> bool {
        let asked = actual(lines(request.headers(), header::ORIGIN));
        answers.decide(&asked).unlisted_origin().is_some()
            && !self.options.report_only
            && (!self.options.answered_by_gateway || self.options.guards(request.head()))
            && !below.is_some_and(|below| below.possible(request, is_preflight(request)).has_routes())
    }

    /// Logs and counts what the policy would deny. Routes with policies of their own are left out.
    #[cold]
    fn report(&self, request: &ServiceRequest, answers: Option<&Rc<Answers>>, below: Option<&Rc<Below>>) {
        let Some(answers) = answers else { return };
        if below.is_some_and(|below| below.possible(request, is_preflight(request)).has_routes()) {
            return;
        }
        let head = request.head();
        let policy = answers.policy();
        let asked = Preflight::read(&head.headers, Some(policy));
        let asked = if head.method == Method::OPTIONS { asked.request() } else { actual(asked.origin) };
        if let Some(denial) = policy.decide(&asked).denial() {
            let request = request.request();
            let same_origin = || is_same_origin(policy, request, &self.options);
            metrics::denied(denial.kind(), Outcome::Reported, same_origin);
            log::denied(&denial, request, Outcome::Reported, same_origin);
        }
    }
}
