//! What runs for each request: the decision, the answer to a preflight, the fields of a response.

use std::cell::OnceCell;
use std::future::{Future, poll_fn};
use std::mem;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ResourceDef, Service, ServiceRequest, ServiceResponse, forward_ready};
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse};
use cors_core::Fields;
use pin_project_lite::pin_project;

use crate::body::boxed;
use crate::cors::Policies;
use crate::count::{self, Allowed};
use crate::diagnostics;
use crate::event::{self, Outcome};
use crate::fields::{Answers, merge_vary};
use crate::guard::is_same_origin;
use crate::head::{Preflight, actual, asked, lines};
use crate::options::Options;
use crate::origin_source::Asking;
use crate::paths;
use crate::preflight;
use crate::resolve::{Candidates, Located, Routes};
#[cfg(feature = "reload")]
use crate::swapped::Swapped;

/// The service that [`Cors`](crate::Cors) makes of an app, once per worker.
pub struct CorsMiddleware<S> {
    /// Shared with the futures that go on with a request later.
    service: Rc<S>,
    own: Kept,
    options: Options,
    /// The routes inside with policies of their own. They are known when the app is: at the first request.
    routes: OnceCell<Rc<Routes>>,
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

/// The policies of a layer.
pub(crate) enum Own {
    /// One for everything that gets here.
    One(Rc<Answers>),
    /// One per path.
    Paths(Vec<(ResourceDef, Rc<Answers>)>),
    /// That of the route around which this is the outermost layer.
    Route(Rc<Answers>),
}

impl Own {
    /// The layer's policy for this request.
    fn of(&self, request: &ServiceRequest) -> Option<&Rc<Answers>> {
        match self {
            Self::One(answers) | Self::Route(answers) => Some(answers),
            Self::Paths(entries) => paths::find(entries, request.match_info().as_str()),
        }
    }
}

impl<S> CorsMiddleware<S> {
    pub(crate) fn new(service: S, own: Kept, options: Options) -> Self {
        Self { service: Rc::new(service), own, options, routes: OnceCell::new() }
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

    #[inline]
    fn call(&self, request: ServiceRequest) -> Self::Future {
        // From here on it is these policies for this request, whatever is swapped meanwhile.
        #[cfg(feature = "reload")]
        let swapped;
        #[cfg_attr(
            not(feature = "reload"),
            expect(clippy::infallible_destructuring_match, reason = "of two, if the feature is on")
        )]
        let own = match &self.own {
            Kept::Fixed(own) => own,
            #[cfg(feature = "reload")]
            Kept::Swapped(now) => {
                swapped = now.now();
                &*swapped
            }
        };
        if let Some(asking) = &self.options.origins
            && let Some(answers) = self.unlisted(own, &request)
        {
            return CorsFuture::later(self.call_later(asking, answers, request));
        }
        // What most requests are in most apps has a way of its own, so that it is short.
        match self.only_policy(own, &request) {
            Some(answers) if request.head().method != Method::OPTIONS => {
                self.actual(request, answers, Place::Alone)
            }
            _ => self.look_closer(own, request),
        }
    }
}

impl<S, B> CorsMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    #[cold]
    fn look_closer(&self, own: &Own, request: ServiceRequest) -> CorsFuture<S::Future> {
        if self.options.report_only {
            self.report(own, &request);
            return CorsFuture::pass((*self.service).call(request), Edit::nothing());
        }
        if request.head().method == Method::OPTIONS
            && let Some(response) = self.preflight(own, &request)
        {
            return CorsFuture::answer(request.into_response(response));
        }
        match self.judge(own, &request) {
            Some(Judge { answers, place }) => self.actual(request, answers, place),
            None => CorsFuture::pass((*self.service).call(request), Edit::nothing()),
        }
    }

    #[inline(always)]
    fn actual(&self, request: ServiceRequest, answers: &Rc<Answers>, place: Place) -> CorsFuture<S::Future> {
        let origin = lines(request.headers(), header::ORIGIN);
        let mut by_site = false;
        let fields = match answers.actual_fields(&actual(origin)) {
            Ok(fields) => {
                if !origin.is_empty() && !matches!(place, Place::Route { is_known: true }) {
                    count::allowed(Allowed::Readable);
                }
                fields
            }
            Err(fields) => {
                match self.denied(answers, &place, fields, request.request()) {
                    Denied::Pass => {}
                    Denied::SameOrigin => by_site = true,
                    Denied::Refused(response) => return CorsFuture::answer(request.into_response(response)),
                }
                fields
            }
        };
        let origin = place.origin(answers.origin(fields, origin), origin);
        let edit = Edit { answers: Some(Rc::clone(answers)), fields, origin, by_site, place };
        CorsFuture::pass((*self.service).call(request), edit)
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
            let this = Self { service, own, options, routes };
            // It was, before the source was asked; others may have come in since.
            poll_fn(|context| this.poll_ready(context)).await?;
            this.call(request).await
        })
    }
}

/// The policy for an actual request.
struct Judge<'a> {
    answers: &'a Rc<Answers>,
    place: Place,
}

impl<S> CorsMiddleware<S> {
    /// The policy that holds for every request, where there is one.
    #[inline]
    fn only_policy<'a>(&self, own: &'a Own, request: &ServiceRequest) -> Option<&'a Rc<Answers>> {
        match own {
            Own::One(answers) if !self.options.report_only && self.routes(request).is_none() => Some(answers),
            _ => None,
        }
    }

    /// The innermost policy holds: that of the route which the request is for. `None` if none holds.
    fn judge<'a>(&'a self, own: &'a Own, request: &ServiceRequest) -> Option<Judge<'a>> {
        if let Some(answers) = self.only_policy(own, request) {
            return Some(Judge { answers, place: Place::Alone });
        }
        if let Own::Route(answers) = own {
            let mut noted = request.extensions_mut();
            noted.insert(HasOwn);
            let is_known = noted.contains::<Known>();
            return Some(Judge { answers, place: Place::Route { is_known } });
        }
        let own = own.of(request);
        let Some(located) = self.routes(request).and_then(|routes| routes.find(request)) else {
            return own.map(|answers| Judge { answers, place: Place::Around });
        };
        request.extensions_mut().insert(Known);
        let own = own.map(|own| {
            let asked = actual(lines(&request.head().headers, header::ORIGIN));
            (Rc::clone(own), own.decide(&asked).fields())
        });
        let place = Place::For(Box::new(Expected { located: Rc::clone(located), own }));
        Some(Judge { answers: &located.route.answers, place })
    }

    /// The routes inside with policies of their own, if there are any.
    #[inline]
    fn routes(&self, request: &ServiceRequest) -> Option<&Routes> {
        let routes = self.routes.get_or_init(|| Rc::new(Routes::of(request.request())));
        (!routes.is_empty()).then_some(&**routes)
    }

    /// The answer, if it is a preflight.
    fn preflight(&self, own: &Own, request: &ServiceRequest) -> Option<HttpResponse> {
        if let Some(answers) = self.only_policy(own, request) {
            return preflight::answer([answers], request.request(), &self.options);
        }
        self.preflight_of_route(own, request)
    }

    fn preflight_of_route(&self, own: &Own, request: &ServiceRequest) -> Option<HttpResponse> {
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
        preflight::answer(policies, request.request(), &self.options)
    }

    /// An actual request whose origin is not allowed. Fetch leaves it to the app; the options may not.
    #[inline]
    fn denied(&self, answers: &Answers, place: &Place, fields: Fields, request: &HttpRequest) -> Denied {
        if matches!(place, Place::Route { is_known: true }) {
            // The layer that knew the route has seen to it, by its own options.
            return Denied::Pass;
        }
        let is_guarded = self.options.guards(request.head());
        if !is_guarded && !event::is_heard() && !count::COUNTS {
            // Nobody asks for the reasons.
            return Denied::Pass;
        }
        self.denied_for_a_reason(answers, fields, request, is_guarded)
    }

    #[cold]
    fn denied_for_a_reason(
        &self,
        answers: &Answers,
        fields: Fields,
        request: &HttpRequest,
        is_guarded: bool,
    ) -> Denied {
        let asked = actual(lines(request.headers(), header::ORIGIN));
        let decision = answers.decide(&asked);
        let denial = decision.denial();
        let same_origin = || is_same_origin(answers.policy(), request, self.options.behind_tls);
        if !is_guarded {
            if let Some(denial) = denial {
                count::denied(denial.kind(), Outcome::Unreadable, same_origin);
                event::denied(denial, request, Outcome::Unreadable, same_origin);
            }
            return Denied::Pass;
        }
        if same_origin() {
            if let Some(denial) = denial {
                count::denied(denial.kind(), Outcome::Unreadable, || true);
            }
            return Denied::SameOrigin;
        }
        let response = denial.and_then(|denial| {
            count::denied(denial.kind(), Outcome::Refused, || false);
            event::denied(denial, request, Outcome::Refused, || false);
            self.options.refusal(denial, request)
        });
        let mut response = response.unwrap_or_else(|| {
            let response = HttpResponse::new(StatusCode::FORBIDDEN);
            if !self.options.explains(answers) {
                return response;
            }
            diagnostics::refusal(answers, request, response)
        });
        answers.edit_refusal(response.headers_mut(), fields);
        merge_vary(response.headers_mut(), &VARY_BY_SITE);
        Denied::Refused(response)
    }

    /// The layer's policy, if it is that which decides, and does not list an origin that a page can have.
    #[inline(never)]
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
        if let Some(denial) = policy.decide(&asked).denial() {
            let request = request.request();
            let same_origin = || is_same_origin(policy, request, self.options.behind_tls);
            count::denied(denial.kind(), Outcome::Reported, same_origin);
            event::denied(denial, request, Outcome::Reported, same_origin);
        }
    }
}

/// Noted in a request: it has reached a route with a policy of its own.
struct HasOwn;

/// Noted in a request: a layer knew which route it is for, and judged it by that route's policy.
struct Known;

/// What becomes of an actual request that the policy denies.
enum Denied {
    Pass,
    /// It would have been refused, had it come from elsewhere.
    SameOrigin,
    Refused(HttpResponse),
}

static VARY_BY_SITE: HeaderValue = HeaderValue::from_static("Sec-Fetch-Site");

/// What is to be done to a response, decided before the app ran.
#[derive(Clone)]
struct Edit {
    /// `None` if nothing is.
    answers: Option<Rc<Answers>>,
    fields: Fields,
    /// The value of a field that says the request's origin.
    origin: Option<HeaderValue>,
    /// `Sec-Fetch-Site` decided that the app was asked.
    by_site: bool,
    place: Place,
}

/// Where a layer stands to the routes with policies of their own.
#[derive(Clone)]
enum Place {
    /// There are none inside.
    Alone,
    /// Around them; this request seems to be for none of them.
    Around,
    /// Around them, and this request seems to be for one of them.
    For(Box<Expected>),
    /// At one of them.
    Route { is_known: bool },
}

/// The route for which a request seems to be. If it turns out to go elsewhere, the layer's own policy
/// holds after all.
#[derive(Clone)]
struct Expected {
    located: Rc<Located>,
    own: Option<(Rc<Answers>, Fields)>,
}

impl Place {
    /// The origin that a response says, or may have to say after all.
    #[inline]
    fn origin(&self, origin: Option<HeaderValue>, lines: &[HeaderValue]) -> Option<HeaderValue> {
        match self {
            Self::For(expected) if origin.is_none() => {
                let (own, fields) = expected.own.as_ref()?;
                own.origin(*fields, lines)
            }
            _ => origin,
        }
    }
}

impl Edit {
    const fn nothing() -> Self {
        Self { answers: None, fields: Fields::NONE, origin: None, by_site: false, place: Place::Alone }
    }

    #[inline]
    fn response<B>(&mut self, response: &mut ServiceResponse<B>) {
        if matches!(self.place, Place::Around | Place::For(_)) && !self.has_a_say(response.request()) {
            return;
        }
        self.headers(response.headers_mut());
    }

    /// What became of the request, if it was not alone: a route's own layer has the last word on the
    /// route's responses.
    #[inline(never)]
    fn has_a_say(&mut self, request: &HttpRequest) -> bool {
        if request.extensions().contains::<HasOwn>() {
            return false;
        }
        if let Place::For(expected) = &mut self.place
            && expected.located.is_not_what_matched(request)
        {
            let own = expected.own.take();
            self.fields = own.as_ref().map_or(Fields::NONE, |(_, fields)| *fields);
            self.answers = own.map(|(answers, _)| answers);
        }
        true
    }

    #[inline]
    fn headers(&mut self, headers: &mut HeaderMap) {
        let Some(answers) = &self.answers else { return };
        answers.edit(headers, self.fields, &mut self.origin);
        if self.by_site {
            merge_vary(headers, &VARY_BY_SITE);
        }
    }

    /// An error becomes a response further out, perhaps twice: once for a log.
    #[cold]
    fn error(&mut self, error: &mut Error) {
        let edit = mem::replace(self, Self::nothing());
        if edit.answers.is_some() {
            error.add_response_mapper(move |mut response| {
                match edit.place {
                    Place::Route { .. } => drop(response.extensions_mut().insert(HasOwn)),
                    Place::Alone => {}
                    Place::Around | Place::For(_) => {
                        if response.extensions().contains::<HasOwn>() {
                            return response;
                        }
                    }
                }
                edit.clone().headers(response.headers_mut());
                response
            });
        }
    }
}

pin_project! {
    /// The future of [`CorsMiddleware`]: the app's own, or an answer that is there already. It is boxed only where
    /// the app's source of origins is asked.
    #[must_use = "futures do nothing unless polled"]
    pub struct CorsFuture<F> {
        #[pin]
        state: State<F>,
    }
}

/// What comes when the app's source of origins has answered.
type Later = Pin<Box<dyn Future<Output = Result<ServiceResponse<BoxBody>, Error>>>>;

/// What comes in place of the app's own future.
enum Aside {
    Answer(Option<ServiceResponse>),
    Later(Later),
}

#[cold]
#[inline(never)]
fn poll_later(
    future: &mut Later,
    context: &mut Context<'_>,
) -> Poll<Result<ServiceResponse<BoxBody>, Error>> {
    future.as_mut().poll(context)
}

pin_project! {
    #[project = Projection]
    enum State<F> {
        Pass {
            #[pin]
            inner: F,
            edit: Edit,
        },
        Aside { aside: Aside },
    }
}

impl<F> CorsFuture<F> {
    #[inline]
    fn pass(inner: F, edit: Edit) -> Self {
        Self { state: State::Pass { inner, edit } }
    }

    #[inline]
    fn later(future: Later) -> Self {
        Self { state: State::Aside { aside: Aside::Later(future) } }
    }

    #[inline]
    fn answer(response: ServiceResponse) -> Self {
        Self { state: State::Aside { aside: Aside::Answer(Some(response)) } }
    }
}

impl<F, B> Future for CorsFuture<F>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
    B: MessageBody + 'static,
{
    type Output = Result<ServiceResponse<BoxBody>, Error>;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            Projection::Pass { inner, edit } => {
                let mut poll = inner.poll(context);
                match &mut poll {
                    Poll::Ready(Ok(response)) => edit.response(response),
                    Poll::Ready(Err(error)) => edit.error(error),
                    Poll::Pending => return Poll::Pending,
                }
                boxed(poll)
            }
            Projection::Aside { aside: Aside::Later(future) } => poll_later(future, context),
            Projection::Aside { aside: Aside::Answer(response) } => {
                Poll::Ready(Ok(response.take().expect("polled again after it was ready")))
            }
        }
    }
}
