//! One body type for the app's responses and our own.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::ServiceResponse;

/// The result of polling a service's future.
type Polled<B> = Poll<Result<ServiceResponse<B>, Error>>;

/// A function that polls such a future.
type Polling<F, B> = fn(Pin<&mut F>, &mut Context<'_>) -> Polled<B>;

/// Polls a service's future and boxes the body of its response. The bodies of the app itself are boxed already, so such a
/// response is returned as it is.
///
/// `map_into_boxed_body` moves the whole response, which is large. So this casts the poll function, not the response; the
/// check folds away at compile time.
#[inline(always)]
pub(crate) fn poll_boxed<F, B>(future: Pin<&mut F>, context: &mut Context<'_>) -> Polled<BoxBody>
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
