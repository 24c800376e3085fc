//! One body type for the app's responses and our own.

use std::any::Any;
use std::mem;
use std::task::Poll;

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::ServiceResponse;

/// What the future of a service comes to.
pub(crate) type Outcome<B> = Poll<Result<ServiceResponse<B>, Error>>;

/// The response with its body boxed; as it is, if it comes from the app itself, whose bodies are
/// boxed already.
///
/// Which of the two is known when this is compiled, so that nothing is left of the question, while
/// `map_into_boxed_body` takes every response apart and puts it together again.
#[inline]
pub(crate) fn boxed<B: MessageBody + 'static>(mut outcome: Outcome<B>) -> Outcome<BoxBody> {
    let any: &mut dyn Any = &mut outcome;
    match any.downcast_mut::<Outcome<BoxBody>>() {
        Some(boxed) => mem::replace(boxed, Poll::Pending),
        None => outcome.map_ok(ServiceResponse::map_into_boxed_body),
    }
}
