//! What runs for each request: the decision, the answer to a preflight, the fields of a response.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{RequestHead, Service, ServiceRequest, ServiceResponse, forward_ready};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{Error, HttpResponse};
use cors_core::Fields;
use pin_project_lite::pin_project;

use crate::body::boxed;
use crate::event::{self, Outcome};
use crate::fields::Answers;
use crate::head::{Preflight, actual, lines};

/// The service that [`Cors`](crate::Cors) makes of an app, once per worker.
pub struct CorsMiddleware<S> {
    pub(crate) service: S,
    pub(crate) answers: Rc<Answers>,
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
        let head = request.head();
        if head.method == Method::OPTIONS
            && let Some(response) = self.preflight(head)
        {
            return CorsFuture { state: State::Answer { response: Some(request.into_response(response)) } };
        }
        let origin = lines(&head.headers, header::ORIGIN);
        let asked = actual(origin);
        let decision = self.answers.policy().decide(&asked);
        if let Some(denial) = decision.denial() {
            event::denied(denial, head, Outcome::Unreadable);
        }
        let fields = decision.fields();
        let origin = self.answers.origin(fields, origin);
        let edit = Edit { answers: Rc::clone(&self.answers), fields, origin };
        CorsFuture { state: State::Pass { inner: self.service.call(request), edit } }
    }
}

impl<S> CorsMiddleware<S> {
    /// The answer, if it is a preflight.
    fn preflight(&self, head: &RequestHead) -> Option<HttpResponse> {
        let policy = self.answers.policy();
        let asked = Preflight::read(&head.headers, Some(policy));
        let request = asked.request();
        let decision = policy.decide(&request);
        if !decision.is_preflight() {
            return None;
        }
        if let Some(denial) = decision.denial() {
            event::denied(denial, head, Outcome::Preflight);
        }
        Some(self.answers.answer(&decision, &asked))
    }
}

/// What is to be done to a response, decided before the app ran.
struct Edit {
    answers: Rc<Answers>,
    fields: Fields,
    origin: Option<HeaderValue>,
}

impl Edit {
    #[inline]
    fn response<B>(&mut self, response: &mut ServiceResponse<B>) {
        self.answers.edit(response.headers_mut(), self.fields, &mut self.origin);
    }

    /// An error becomes a response further out, perhaps twice: once for a log.
    #[cold]
    fn error(&mut self, error: &mut Error) {
        let Self { answers, fields, origin } = self;
        let (answers, fields, origin) = (Rc::clone(answers), *fields, origin.take());
        error.add_response_mapper(move |mut response| {
            answers.edit(response.headers_mut(), fields, &mut origin.clone());
            response
        });
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
                    Poll::Ready(Ok(response)) => edit.response(response),
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
