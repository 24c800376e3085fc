//! What the others are held against: CORS for one hard-coded origin, written by hand with nothing to spare.
//!
//! It is no worse than it could be and does no more than such code does: it leaves alone what the
//! app set itself, merges nothing, and does not look at the requested headers.

use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::body::BoxBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{Error, HttpResponse};
use pin_project_lite::pin_project;

use crate::cases::{HEADERS, MAX_AGE, METHODS, ORIGIN};

const VARY: &str = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

pub(crate) struct HandWritten;

pub(crate) struct HandWrittenMiddleware<S> {
    service: S,
}

impl<S> Transform<S, ServiceRequest> for HandWritten
where
    S: Service<ServiceRequest, Response = ServiceResponse, Error = Error>,
{
    type Response = ServiceResponse;
    type Error = Error;
    type InitError = ();
    type Transform = HandWrittenMiddleware<S>;
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(HandWrittenMiddleware { service }))
    }
}

impl<S> Service<ServiceRequest> for HandWrittenMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse, Error = Error>,
{
    type Response = ServiceResponse;
    type Error = Error;
    type Future = HandWrittenFuture<S::Future>;

    forward_ready!(service);

    #[inline]
    fn call(&self, request: ServiceRequest) -> Self::Future {
        let headers = request.headers();
        let origin = headers.get(header::ORIGIN);
        let allowed = origin.is_some_and(|origin| origin.as_bytes() == ORIGIN.as_bytes());
        if origin.is_some()
            && request.method() == Method::OPTIONS
            && let Some(method) = headers.get(header::ACCESS_CONTROL_REQUEST_METHOD)
        {
            let allowed = allowed && METHODS.iter().any(|listed| listed.as_bytes() == method.as_bytes());
            return HandWrittenFuture::Answer { response: Some(request.into_response(preflight(allowed))) };
        }
        HandWrittenFuture::Pass { inner: self.service.call(request), allowed }
    }
}

fn preflight(allowed: bool) -> HttpResponse<BoxBody> {
    if !allowed {
        let mut response = HttpResponse::new(StatusCode::FORBIDDEN);
        response.headers_mut().append(header::VARY, HeaderValue::from_static(VARY));
        return response;
    }
    let mut response = HttpResponse::new(StatusCode::NO_CONTENT);
    let headers = response.headers_mut();
    headers.append(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static(ORIGIN));
    headers.append(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, HEAD, POST, PUT, DELETE"),
    );
    headers.append(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(HEADERS));
    headers.append(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE));
    headers.append(header::VARY, HeaderValue::from_static(VARY));
    response
}

fn edit(headers: &mut HeaderMap, allowed: bool) {
    if allowed {
        headers.append(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static(ORIGIN));
    }
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
}

pin_project! {
    #[project = Projection]
    pub(crate) enum HandWrittenFuture<F> {
        Pass { #[pin] inner: F, allowed: bool },
        Answer { response: Option<ServiceResponse> },
    }
}

impl<F> Future for HandWrittenFuture<F>
where
    F: Future<Output = Result<ServiceResponse, Error>>,
{
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            Projection::Pass { inner, allowed } => {
                let allowed = *allowed;
                Poll::Ready(match ready!(inner.poll(context)) {
                    Ok(mut response) => {
                        edit(response.headers_mut(), allowed);
                        Ok(response)
                    }
                    Err(mut error) => {
                        error.add_response_mapper(move |mut response| {
                            edit(response.headers_mut(), allowed);
                            response
                        });
                        Err(error)
                    }
                })
            }
            Projection::Answer { response } => Poll::Ready(Ok(response.take().expect("polled once"))),
        }
    }
}
