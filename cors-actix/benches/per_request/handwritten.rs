//! What the others are held against: CORS for one hard-coded origin, written by hand with nothing to spare.
//!
//! The least of it is what such code mostly is: it leaves alone what the app set itself, merges nothing, and
//! looks neither at the requested headers nor for upgrades. The dutiful one does all that, as the policies of
//! this crate do, still for one hard-coded origin, one list of methods and one of headers.

use std::future::{Future, Ready, ready};
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::body::BoxBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{Error, HttpResponse};
use pin_project_lite::pin_project;

use crate::cases::{HEADERS, MAX_AGE, METHODS, ORIGIN};

const VARY: &str = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

/// Written as most are, or so that it does what the policies of this crate do.
pub(crate) trait Manner {
    const DUTIFUL: bool;
}

pub(crate) struct Least;
pub(crate) struct Dutiful;

impl Manner for Least {
    const DUTIFUL: bool = false;
}

impl Manner for Dutiful {
    const DUTIFUL: bool = true;
}

pub(crate) struct HandWritten<D>(pub(crate) D);

pub(crate) struct HandWrittenMiddleware<S, D> {
    service: S,
    manner: PhantomData<D>,
}

impl<S, D: Manner> Transform<S, ServiceRequest> for HandWritten<D>
where
    S: Service<ServiceRequest, Response = ServiceResponse, Error = Error>,
{
    type Response = ServiceResponse;
    type Error = Error;
    type InitError = ();
    type Transform = HandWrittenMiddleware<S, D>;
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(HandWrittenMiddleware { service, manner: PhantomData }))
    }
}

impl<S, D: Manner> Service<ServiceRequest> for HandWrittenMiddleware<S, D>
where
    S: Service<ServiceRequest, Response = ServiceResponse, Error = Error>,
{
    type Response = ServiceResponse;
    type Error = Error;
    type Future = HandWrittenFuture<S::Future, D>;

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
            let allowed = allowed
                && METHODS.iter().any(|listed| listed.as_bytes() == method.as_bytes())
                && (!D::DUTIFUL || requested_headers_are_listed(headers));
            return HandWrittenFuture::Answer { response: Some(request.into_response(preflight(allowed))) };
        }
        if D::DUTIFUL && origin.is_some() && !allowed && headers.contains_key(header::UPGRADE) {
            let response = HttpResponse::new(StatusCode::FORBIDDEN);
            return HandWrittenFuture::Answer { response: Some(request.into_response(response)) };
        }
        HandWrittenFuture::Pass { inner: self.service.call(request), allowed, manner: PhantomData }
    }
}

fn requested_headers_are_listed(headers: &HeaderMap) -> bool {
    headers.get_all(header::ACCESS_CONTROL_REQUEST_HEADERS).all(|line| {
        line.as_bytes().split(|&byte| byte == b',').map(<[u8]>::trim_ascii).all(|name| {
            matches!(
                name,
                b"authorization" | b"content-type" | b"x-a" | b"x-b" | b"x-c" | b"x-requested-with" | b""
            ) || HEADERS.split(", ").any(|listed| name.eq_ignore_ascii_case(listed.as_bytes()))
        })
    })
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

fn edit<D: Manner>(headers: &mut HeaderMap, allowed: bool) {
    let (mut owned, mut vary) = (false, false);
    if D::DUTIFUL {
        for name in headers.keys() {
            owned |= is_owned(name);
            vary |= name == header::VARY;
        }
    }
    if owned {
        headers.retain(|name, _| !is_owned(name));
    }
    if allowed {
        headers.append(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static(ORIGIN));
    }
    if !vary || !varies_by_origin(headers) {
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
    }
}

fn is_owned(name: &HeaderName) -> bool {
    name.as_str().starts_with("access-control-")
}

fn varies_by_origin(headers: &HeaderMap) -> bool {
    let names = headers.get_all(header::VARY).flat_map(|line| line.as_bytes().split(|&byte| byte == b','));
    names.map(<[u8]>::trim_ascii).any(|name| name == b"*" || name.eq_ignore_ascii_case(b"origin"))
}

pin_project! {
    #[project = Projection]
    pub(crate) enum HandWrittenFuture<F, D> {
        Pass { #[pin] inner: F, allowed: bool, manner: PhantomData<D> },
        Answer { response: Option<ServiceResponse> },
    }
}

impl<F, D: Manner> Future for HandWrittenFuture<F, D>
where
    F: Future<Output = Result<ServiceResponse, Error>>,
{
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            Projection::Pass { inner, allowed, .. } => {
                let allowed = *allowed;
                Poll::Ready(match ready!(inner.poll(context)) {
                    Ok(mut response) => {
                        edit::<D>(response.headers_mut(), allowed);
                        Ok(response)
                    }
                    Err(mut error) => {
                        error.add_response_mapper(move |mut response| {
                            edit::<D>(response.headers_mut(), allowed);
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
