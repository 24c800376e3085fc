//! The future of the middleware: the app's own, with its response edited, or an answer without the app.

use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::{Error, HttpRequest};
use pin_project_lite::pin_project;

use crate::refuse::answer::Verdict;
use crate::response::body::poll_boxed;
use crate::response::edit::Edit;
use crate::route::response::Around;

pin_project! {
    /// The future of [`CorsMiddleware`](crate::CorsMiddleware): the app's own, or an answer without the app. It is boxed only
    /// if the app's source of origins is asked.
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
            after: After,
        },
        Aside { aside: Aside },
    }
}

/// What to do to the app's response.
pub(crate) enum After {
    Nothing,
    Edit(Edit),
    Around(Around),
}

/// An answer without the app, or a request that waits for the app's source of origins.
enum Aside {
    Verdict(Option<(HttpRequest, Verdict)>),
    Later(Later),
}

/// The whole handling of a request for which the app's source of origins is asked first.
pub(crate) type Later = Pin<Box<dyn Future<Output = Finished>>>;

/// The output of the middleware's future.
type Finished = Result<ServiceResponse<BoxBody>, Error>;

impl<F> fmt::Debug for CorsFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CorsFuture").finish_non_exhaustive()
    }
}

impl<F> CorsFuture<F> {
    #[inline]
    pub(crate) fn pass(inner: F, after: After) -> Self {
        Self { state: State::Pass { inner, after } }
    }

    #[inline]
    pub(crate) fn verdict(request: ServiceRequest, verdict: Verdict) -> Self {
        let request = request.into_parts().0;
        Self { state: State::Aside { aside: Aside::Verdict(Some((request, verdict))) } }
    }

    #[inline]
    pub(crate) fn later(later: Later) -> Self {
        Self { state: State::Aside { aside: Aside::Later(later) } }
    }
}

impl<F, B> Future for CorsFuture<F>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>> + 'static,
    B: MessageBody + 'static,
{
    type Output = Finished;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            Projection::Pass { inner, after } => {
                let mut poll = poll_boxed(inner, context);
                match (&mut poll, after) {
                    (Poll::Pending, _) | (_, After::Nothing) => {}
                    (Poll::Ready(Ok(response)), After::Edit(edit)) => edit.response(response),
                    (Poll::Ready(answered), after) => after.rare(answered),
                }
                poll
            }
            Projection::Aside { aside } => aside.poll(context),
        }
    }
}

impl Aside {
    #[inline(never)]
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Finished> {
        match self {
            Self::Verdict(verdict) => {
                let (request, verdict) = verdict.take().expect("polled again after it was ready");
                let response = verdict.answer(&request);
                Poll::Ready(Ok(ServiceResponse::new(request, response)))
            }
            Self::Later(later) => later.as_mut().poll(context),
        }
    }
}

impl After {
    /// An error, or the response of an app with `#[cors]` inside: out of line, so that the caller stays small enough to
    /// inline.
    #[inline(never)]
    fn rare(&mut self, answered: &mut Finished) {
        match answered {
            Ok(response) => match self {
                Self::Nothing => {}
                Self::Edit(edit) => edit.response(response),
                Self::Around(around) => around.response(response),
            },
            // Taken by value: the error keeps the edit as a mapper, which runs after this future is gone.
            Err(error) => match mem::replace(self, Self::Nothing) {
                Self::Nothing => {}
                Self::Edit(edit) => edit.error(error),
                Self::Around(around) => around.error(error),
            },
        }
    }
}
