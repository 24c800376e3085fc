//! One body type for the app's responses and our own.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::ServiceResponse;

/// What the future of a service comes to.
type Outcome<B> = Poll<Result<ServiceResponse<B>, Error>>;

/// How such a future is polled.
type Polling<F, B> = fn(Pin<&mut F>, &mut Context<'_>) -> Outcome<B>;

/// Polls a service's future for a response with its body boxed; as it is, if it comes from the app itself, whose
/// bodies are boxed already.
///
/// `map_into_boxed_body` takes every response apart and puts it together again, and a response is large. So it is not the
/// response that is cast, but the function that polls. Which of the two it is is known when this is compiled, and nothing is
/// left of the question.
#[inline(always)]
pub(crate) fn poll_boxed<F, B>(future: Pin<&mut F>, context: &mut Context<'_>) -> Outcome<BoxBody>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>> + 'static,
    B: MessageBody + 'static,
{
    let polling: Polling<F, B> = F::poll;
    let any: &dyn Any = &polling;
    match any.downcast_ref::<Polling<F, BoxBody>>() {
        Some(polling) => polling(future, context),
        None => future.poll(context).map_ok(ServiceResponse::map_into_boxed_body),
    }
}
