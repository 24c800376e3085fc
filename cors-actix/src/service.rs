//! What runs for each request: which policy decides, and what comes of it.

use std::cell::OnceCell;
use std::rc::Rc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, forward_ready};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{Error, HttpMessage};
use cors_engine::Fields;

use crate::future::{CorsFuture, Later};
use crate::options::Options;
use crate::policy::baked::{Own, Policies};
#[cfg(feature = "reload")]
use crate::policy::current::Swapped;
use crate::policy::origin_source::Asking;
use crate::refuse::actual::{self, Denied};
use crate::refuse::answer::Verdict;
use crate::refuse::preflight;
use crate::refuse::same_origin::is_same_origin;
use crate::report::log::{self, Outcome};
use crate::report::metrics::{self, Allowed};
use crate::request::{Preflight, actual, asked, lines};
use crate::response::edit::{Edit, Expected, HasOwn, Known, Place};
use crate::response::headers::Answers;
use crate::route::resolve::{Candidates, Routes};

/// The service that [`Cors`](crate::Cors) makes of an app, once per worker.
pub struct CorsMiddleware<S> {
    /// Shared with the futures that go on with a request later.
    service: Rc<S>,
    own: Kept,
    options: Options,
    /// The routes inside with policies of their own. They are known when the app is: at the first request.
    routes: OnceCell<Rc<Routes>>,
    /// The layer's policy, where no request can be another's affair and nobody else is asked: nearly everywhere.
    sole: OnceCell<Option<Rc<Answers>>>,
}

/// The policies of a layer, and whether they stay.
pub(crate) enum Kept {
    Fixed(Own),
    #[cfg(feature = "reload")]
    Swapped(Swapped),
}

impl Kept {
    pub(crate) fn new(policies: &impl Policies) -> Self {
        #[cfg(feature = "reload")]
        if let Some(swapped) = Swapped::new(policies) {
            return Self::Swapped(swapped);
        }
        Self::Fixed(policies.bake().0)
    }
}

impl<S> CorsMiddleware<S> {
    pub(crate) fn new(service: S, own: Kept, options: Options) -> Self {
        let (routes, sole) = (OnceCell::new(), OnceCell::new());
        Self { service: Rc::new(service), own, options, routes, sole }
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

    forward_ready!(service);

    // Inlined, with all that it needs for what most apps are, and `poll` as well: a future that is handed on is moved.
    #[inline(always)]
    fn call(&self, request: ServiceRequest) -> Self::Future {
        match self.sole.get() {
            Some(Some(answers)) => self.alone(request, answers),
            _ => self.look_closer(request),
        }
    }
}

impl<S, B> CorsMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    #[inline(always)]
    fn alone(&self, request: ServiceRequest, answers: &Rc<Answers>) -> CorsFuture<S::Future> {
        if request.head().method == Method::OPTIONS
            && let Some(verdict) = preflight::judge([answers], request.request(), &self.options)
        {
            return CorsFuture::verdict(request, verdict);
        }
        self.actual(request, Judge { answers, place: Place::Alone, expected: None })
    }

    #[inline(never)]
    fn look_closer(&self, request: ServiceRequest) -> CorsFuture<S::Future> {
        self.sole.get_or_init(|| self.find_sole(&request));
        match &self.own {
            Kept::Fixed(own) => self.by(own, request),
            // From here on it is these policies for this request, whatever is swapped meanwhile.
            #[cfg(feature = "reload")]
            Kept::Swapped(swapped) => self.by(&swapped.now(), request),
        }
    }

    /// Goes on with these policies.
    fn by(&self, own: &Own, request: ServiceRequest) -> CorsFuture<S::Future> {
        if let Some(asking) = &self.options.origins
            && let Some(answers) = self.unlisted(own, &request)
        {
            return CorsFuture::later(self.call_later(asking, answers, request));
        }
        if self.options.report_only {
            self.report(own, &request);
            return CorsFuture::pass((*self.service).call(request), None);
        }
        if request.head().method == Method::OPTIONS
            && let Some(verdict) = self.judge_preflight(own, &request)
        {
            return CorsFuture::verdict(request, verdict);
        }
        match self.judge(own, &request) {
            Some(judge) => self.actual(request, judge),
            None => CorsFuture::pass((*self.service).call(request), None),
        }
    }

    #[inline(always)]
    fn actual(&self, request: ServiceRequest, judge: Judge<'_>) -> CorsFuture<S::Future> {
        let origin = lines(request.headers(), header::ORIGIN);
        let fields = match judge.answers.actual_fields(&actual(origin)) {
            Ok(fields) => {
                if !origin.is_empty() && !matches!(judge.place, Place::Route { is_known: true }) {
                    metrics::allowed(Allowed::Readable);
                }
                fields
            }
            Err(fields) if self.minds(judge.place, &request) => return self.denied(request, judge, fields),
            Err(fields) => fields,
        };
        let origin = judge.origin(fields, origin);
        self.pass(request, judge, fields, origin, false)
    }

    /// Has the app answer, whose response is to get `fields`.
    #[inline(always)]
    fn pass(
        &self,
        request: ServiceRequest,
        judge: Judge<'_>,
        fields: Fields,
        origin: Option<HeaderValue>,
        by_site: bool,
    ) -> CorsFuture<S::Future> {
        let Judge { answers, place, expected } = judge;
        let inner = (*self.service).call(request);
        let answers = Rc::clone(answers);
        CorsFuture::pass(inner, Some(Edit { answers, fields, origin, by_site, place, expected }))
    }

    #[cold]
    fn denied(&self, request: ServiceRequest, judge: Judge<'_>, fields: Fields) -> CorsFuture<S::Future> {
        let by_site = match actual::judge(judge.answers, fields, request.request(), &self.options) {
            Denied::Pass => false,
            Denied::SameOrigin => true,
            Denied::Refused(verdict) => return CorsFuture::verdict(request, verdict),
        };
        let origin = judge.origin(fields, lines(request.headers(), header::ORIGIN));
        self.pass(request, judge, fields, origin, by_site)
    }

    /// Asks the app's source of origins, and goes on with what it says.
    #[cold]
    #[inline(never)]
    fn call_later(&self, asking: &Asking, answers: &Rc<Answers>, request: ServiceRequest) -> Later {
        let (asking, answers) = (asking.clone(), Rc::clone(answers));
        // The same for this one request, and it knows the answer.
        let mut options = self.options.clone();
        let patience = options.origins_timeout;
        options.origins = None;
        let (service, routes) = (Rc::clone(&self.service), self.routes.clone());
        Box::pin(async move {
            let asked = actual(lines(request.headers(), header::ORIGIN));
            let is_allowed = match answers.decide(&asked).unlisted_origin() {
                Some(origin) => asking.allows(origin, request.head(), patience).await,
                None => false,
            };
            let answers = if is_allowed { Rc::new(answers.vouching()) } else { answers };
            let own = Kept::Fixed(Own::One(answers));
            // That the app was ready has been asked when the request came, and has to do: another asking in its stead would
            // take the place of the server's own, which is then not told.
            Self { service, own, options, routes, sole: OnceCell::new() }.call(request).await
        })
    }
}

/// The policy for an actual request.
struct Judge<'a> {
    answers: &'a Rc<Answers>,
    place: Place,
    expected: Option<Rc<Expected>>,
}

impl Judge<'_> {
    /// The request's origin, if a response with `fields` says it, or may have to say it after all.
    #[inline]
    fn origin(&self, fields: Fields, lines: &[HeaderValue]) -> Option<HeaderValue> {
        match &self.expected {
            None => self.answers.origin(fields, lines),
            Some(expected) => self.answers.origin(fields, lines).or_else(|| {
                let (own, fields) = expected.own.as_ref()?;
                own.origin(*fields, lines)
            }),
        }
    }
}

impl<S> CorsMiddleware<S> {
    fn find_sole(&self, request: &ServiceRequest) -> Option<Rc<Answers>> {
        match &self.own {
            Kept::Fixed(Own::One(answers)) => {
                let asks = self.options.origins.is_some() || self.options.report_only;
                (!asks && self.routes(request).is_none()).then(|| Rc::clone(answers))
            }
            _ => None,
        }
    }

    /// The innermost policy holds: that of the route which the request is for. `None` if none holds.
    fn judge<'a>(&'a self, own: &'a Own, request: &ServiceRequest) -> Option<Judge<'a>> {
        if let Own::Route(answers) = own {
            let mut noted = request.extensions_mut();
            noted.insert(HasOwn);
            let is_known = noted.contains::<Known>();
            return Some(Judge { answers, place: Place::Route { is_known }, expected: None });
        }
        let own = own.of(request);
        let routes = self.routes(request);
        let Some(located) = routes.and_then(|routes| routes.find(request)) else {
            let place = if routes.is_some() { Place::Around } else { Place::Alone };
            return own.map(|answers| Judge { answers, place, expected: None });
        };
        request.extensions_mut().insert(Known);
        let own = own.map(|own| {
            let asked = actual(lines(&request.head().headers, header::ORIGIN));
            let (Ok(fields) | Err(fields)) = own.actual_fields(&asked);
            (Rc::clone(own), fields)
        });
        let expected = Some(Rc::new(Expected { located: Rc::clone(located), own }));
        Some(Judge { answers: &located.route.answers, place: Place::Around, expected })
    }

    /// The routes inside with policies of their own, if there are any.
    #[inline]
    fn routes(&self, request: &ServiceRequest) -> Option<&Routes> {
        let routes = self.routes.get_or_init(|| Rc::new(Routes::of(request.request())));
        (!routes.is_empty()).then_some(&**routes)
    }

    /// The verdict, if it is a preflight.
    fn judge_preflight(&self, own: &Own, request: &ServiceRequest) -> Option<Verdict> {
        let candidates = match (self.routes(request), asked(request.headers())) {
            (Some(routes), Some(method)) => routes.candidates(request, method),
            _ => Candidates::default(),
        };
        let Candidates { routes, is_open } = candidates;
        let own = if routes.is_empty() || is_open { own.of(request) } else { None };
        if own.is_none() && is_open {
            // Where it may be that no policy holds, none answers.
            return None;
        }
        let policies = routes.iter().map(|located| &located.route.answers).chain(own);
        preflight::judge(policies, request.request(), &self.options)
    }

    /// Does it matter to anybody that an origin is denied? Otherwise the app's response passes without the fields.
    #[inline(always)]
    fn minds(&self, place: Place, request: &ServiceRequest) -> bool {
        // The layer that knew the route has seen to it, by its own options.
        !matches!(place, Place::Route { is_known: true })
            && (self.options.guards(request.head()) || metrics::refusals_are_noticed())
    }

    /// The layer's policy, if it is that which decides, and does not list an origin that a page can have.
    fn unlisted<'a>(&self, own: &'a Own, request: &ServiceRequest) -> Option<&'a Rc<Answers>> {
        let asked = actual(lines(request.headers(), header::ORIGIN));
        let answers = own.of(request)?;
        answers.decide(&asked).unlisted_origin()?;
        (!self.options.report_only && !self.is_of_route(request)).then_some(answers)
    }

    /// Is the request for a route with a policy of its own, as far as can be told?
    fn is_of_route(&self, request: &ServiceRequest) -> bool {
        let head = request.head();
        self.routes(request).is_some_and(|routes| match asked(&head.headers) {
            Some(method) if head.method == Method::OPTIONS => {
                !routes.candidates(request, method).routes.is_empty()
            }
            _ => routes.find(request).is_some(),
        })
    }

    /// Says what the policy would do. Routes with policies of their own are not on trial.
    #[cold]
    fn report(&self, own: &Own, request: &ServiceRequest) {
        let head = request.head();
        let Some(answers) = own.of(request) else { return };
        if self.is_of_route(request) {
            return;
        }
        let policy = answers.policy();
        let asked = Preflight::read(&head.headers, Some(policy));
        let asked = if head.method == Method::OPTIONS { asked.request() } else { actual(asked.origin) };
        if let Some(denial) = &policy.decide(&asked).denial() {
            let request = request.request();
            let same_origin = || is_same_origin(policy, request, self.options.behind_tls);
            metrics::denied(denial.kind(), Outcome::Reported, same_origin);
            log::denied(denial, request, Outcome::Reported, same_origin);
        }
    }
}
