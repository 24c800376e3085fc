//! What runs for each request: the decision, the answer to a preflight, the fields of a response.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, forward_ready};
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{Error, HttpRequest, HttpResponse};
use cors_core::{Denial, Fields};
use pin_project_lite::pin_project;

use crate::body::boxed;
use crate::event::{self, Outcome};
use crate::fields::{Answers, merge_vary};
use crate::guard::is_same_origin;
use crate::head::{Preflight, actual, lines};
use crate::options::Options;

/// The service that [`Cors`](crate::Cors) makes of an app, once per worker.
pub struct CorsMiddleware<S> {
    pub(crate) service: S,
    pub(crate) answers: Rc<Answers>,
    pub(crate) options: Options,
}

impl<S, B> Service<ServiceRequest> for CorsMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type Future = CorsFuture<S::Future>;

    forward_ready!(service);

    #[inline]
    fn call(&self, request: ServiceRequest) -> Self::Future {
        let state = match self.judge(request.request()) {
            Verdict::Pass(edit) => State::Pass { inner: self.service.call(request), edit },
            Verdict::Answer(response) => State::Answer { response: Some(request.into_response(response)) },
        };
        CorsFuture { state }
    }
}

/// What becomes of a request.
enum Verdict {
    /// The app gets it, and this is done to its response.
    Pass(Edit),
    /// The app never sees it.
    Answer(HttpResponse),
}

impl<S> CorsMiddleware<S> {
    #[inline]
    fn judge(&self, request: &HttpRequest) -> Verdict {
        let head = request.head();
        if self.options.report_only {
            self.report(request);
            return Verdict::Pass(Edit::nothing());
        }
        if head.method == Method::OPTIONS
            && let Some(response) = self.preflight(request)
        {
            return Verdict::Answer(response);
        }
        let origin = lines(&head.headers, header::ORIGIN);
        let asked = actual(origin);
        let decision = self.answers.policy().decide(&asked);
        let fields = decision.fields();
        let mut by_site = false;
        if let Some(denial) = decision.denial() {
            match self.denied(denial, fields, request) {
                Denied::Pass => {}
                Denied::SameOrigin => by_site = true,
                Denied::Refused(response) => return Verdict::Answer(response),
            }
        }
        let origin = self.answers.origin(fields, origin);
        Verdict::Pass(Edit { answers: Some(Rc::clone(&self.answers)), fields, origin, by_site })
    }

    /// The answer, if it is a preflight.
    fn preflight(&self, request: &HttpRequest) -> Option<HttpResponse> {
        let policy = self.answers.policy();
        let asked = Preflight::read(&request.head().headers, Some(policy));
        let engine_request = asked.request();
        let decision = policy.decide(&engine_request);
        if !decision.is_preflight() {
            return None;
        }
        if let Some(denial) = decision.denial() {
            event::denied(denial, request, Outcome::PreflightRefused, || false);
            if let Some(response) = self.options.refusal(denial, request) {
                return Some(self.dress(response, decision.fields()));
            }
        }
        Some(self.answers.answer(&decision, &asked))
    }

    /// An actual request whose origin is not allowed. Fetch leaves it to the app; the options may not.
    #[cold]
    fn denied(&self, denial: &Denial<'_>, fields: Fields, request: &HttpRequest) -> Denied {
        let same_origin = || is_same_origin(self.answers.policy(), request, self.options.behind_tls);
        if !self.options.guards(request.head()) {
            event::denied(denial, request, Outcome::Unreadable, same_origin);
            return Denied::Pass;
        }
        if same_origin() {
            return Denied::SameOrigin;
        }
        event::denied(denial, request, Outcome::Refused, || false);
        let response = self.options.refusal(denial, request);
        let response = response.unwrap_or_else(|| HttpResponse::new(StatusCode::FORBIDDEN));
        let mut response = self.dress(response, fields);
        merge_vary(response.headers_mut(), &VARY_BY_SITE);
        Denied::Refused(response)
    }

    /// A refusal with what every response of the policy carries.
    fn dress(&self, mut response: HttpResponse, fields: Fields) -> HttpResponse {
        self.answers.edit_refusal(response.headers_mut(), fields);
        response
    }

    /// Says what the policy would do.
    #[cold]
    fn report(&self, request: &HttpRequest) {
        let head = request.head();
        let policy = self.answers.policy();
        let asked = Preflight::read(&head.headers, Some(policy));
        let asked = if head.method == Method::OPTIONS { asked.request() } else { actual(asked.origin) };
        if let Some(denial) = policy.decide(&asked).denial() {
            let same_origin = || is_same_origin(policy, request, self.options.behind_tls);
            event::denied(denial, request, Outcome::Reported, same_origin);
        }
    }
}

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
}

impl Edit {
    const fn nothing() -> Self {
        Self { answers: None, fields: Fields::NONE, origin: None, by_site: false }
    }

    #[inline]
    fn response(&mut self, headers: &mut HeaderMap) {
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
                edit.clone().response(response.headers_mut());
                response
            });
        }
    }
}

pin_project! {
    /// The future of [`CorsMiddleware`]: the app's own, or an answer that is there already.
    #[must_use = "futures do nothing unless polled"]
    pub struct CorsFuture<F> {
        #[pin]
        state: State<F>,
    }
}

pin_project! {
    #[project = Projection]
    enum State<F> {
        Pass {
            #[pin]
            inner: F,
            edit: Edit,
        },
        Answer { response: Option<ServiceResponse> },
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
                    Poll::Ready(Ok(response)) => edit.response(response.headers_mut()),
                    Poll::Ready(Err(error)) => edit.error(error),
                    Poll::Pending => return Poll::Pending,
                }
                boxed(poll)
            }
            Projection::Answer { response } => {
                Poll::Ready(Ok(response.take().expect("polled again after it was ready")))
            }
        }
    }
}
