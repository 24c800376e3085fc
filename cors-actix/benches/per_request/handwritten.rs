//! What the others are compared with: CORS for one hard-coded origin, written by hand with nothing to spare; where a
//! policy lists more, the same, and the lookup.
//!
//! The least of it is what such code mostly is: it leaves alone what the app set itself, merges nothing, and
//! looks neither at the requested headers nor for upgrades. The dutiful one does all that, as the policies of
//! this crate do, still for one hard-coded origin, one list of methods and one of headers.

use std::collections::HashSet;
use std::future::{Future, Ready, ready};
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;
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

/// Whom it lets in.
pub(crate) trait Allow: 'static {
    /// What is kept of an origin until the response is there.
    type Kept: Clone + Unpin + 'static;

    fn check(&self, origin: &HeaderValue) -> Option<Self::Kept>;

    fn value(kept: Self::Kept) -> HeaderValue;
}

/// [`ORIGIN`], and nobody else.
#[derive(Clone)]
pub(crate) struct One;

impl Allow for One {
    type Kept = ();

    #[inline]
    fn check(&self, origin: &HeaderValue) -> Option<()> {
        (origin.as_bytes() == ORIGIN.as_bytes()).then_some(())
    }

    #[inline]
    fn value((): ()) -> HeaderValue {
        HeaderValue::from_static(ORIGIN)
    }
}

/// The subdomains of a host.
#[derive(Clone)]
pub(crate) struct Subdomains;

impl Allow for Subdomains {
    type Kept = HeaderValue;

    #[inline]
    fn check(&self, origin: &HeaderValue) -> Option<HeaderValue> {
        let host = origin.as_bytes().strip_prefix(b"https://")?;
        let labels = host.strip_suffix(b".example.com")?;
        let is_label = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.');
        (!labels.is_empty() && labels.iter().all(is_label)).then(|| origin.clone())
    }

    fn value(kept: HeaderValue) -> HeaderValue {
        kept
    }
}

/// The origins of a list.
#[derive(Clone)]
pub(crate) struct Listed(pub(crate) Rc<HashSet<Vec<u8>>>);

impl Allow for Listed {
    type Kept = HeaderValue;

    #[inline]
    fn check(&self, origin: &HeaderValue) -> Option<HeaderValue> {
        self.0.contains(origin.as_bytes()).then(|| origin.clone())
    }

    fn value(kept: HeaderValue) -> HeaderValue {
        kept
    }
}

pub(crate) struct HandWritten<A, D>(pub(crate) A, pub(crate) D);

pub(crate) struct HandWrittenMiddleware<S, A, D> {
    service: S,
    allow: A,
    manner: PhantomData<D>,
}

impl<S, A: Allow + Clone, D: Manner> Transform<S, ServiceRequest> for HandWritten<A, D>
where
    S: Service<ServiceRequest, Response = ServiceResponse, Error = Error>,
{
    type Response = ServiceResponse;
    type Error = Error;
    type InitError = ();
    type Transform = HandWrittenMiddleware<S, A, D>;
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(HandWrittenMiddleware { service, allow: self.0.clone(), manner: PhantomData }))
    }
}

impl<S, A: Allow, D: Manner> Service<ServiceRequest> for HandWrittenMiddleware<S, A, D>
where
    S: Service<ServiceRequest, Response = ServiceResponse, Error = Error>,
{
    type Response = ServiceResponse;
    type Error = Error;
    type Future = HandWrittenFuture<S::Future, A, D>;

    forward_ready!(service);

    #[inline]
    fn call(&self, request: ServiceRequest) -> Self::Future {
        let headers = request.headers();
        let origin = headers.get(header::ORIGIN);
        let allowed = origin.and_then(|origin| self.allow.check(origin));
        if origin.is_some()
            && request.method() == Method::OPTIONS
            && let Some(method) = headers.get(header::ACCESS_CONTROL_REQUEST_METHOD)
        {
            let allowed = allowed.filter(|_| {
                METHODS.iter().any(|listed| listed.as_bytes() == method.as_bytes())
                    && (!D::DUTIFUL || requested_headers_are_listed(headers))
            });
            let response = preflight(allowed.map(A::value));
            return HandWrittenFuture::Answer { response: Some(request.into_response(response)) };
        }
        if D::DUTIFUL && origin.is_some() && allowed.is_none() && headers.contains_key(header::UPGRADE) {
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

fn preflight(allowed: Option<HeaderValue>) -> HttpResponse<BoxBody> {
    let Some(origin) = allowed else {
        let mut response = HttpResponse::new(StatusCode::FORBIDDEN);
        response.headers_mut().append(header::VARY, HeaderValue::from_static(VARY));
        return response;
    };
    let mut response = HttpResponse::new(StatusCode::NO_CONTENT);
    let headers = response.headers_mut();
    headers.append(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.append(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, HEAD, POST, PUT, DELETE"),
    );
    headers.append(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(HEADERS));
    headers.append(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE));
    headers.append(header::VARY, HeaderValue::from_static(VARY));
    response
}

fn edit<A: Allow, D: Manner>(headers: &mut HeaderMap, allowed: Option<A::Kept>) {
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
    if let Some(kept) = allowed {
        headers.append(header::ACCESS_CONTROL_ALLOW_ORIGIN, A::value(kept));
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
    pub(crate) enum HandWrittenFuture<F, A: Allow, D> {
        Pass { #[pin] inner: F, allowed: Option<A::Kept>, manner: PhantomData<D> },
        Answer { response: Option<ServiceResponse> },
    }
}

impl<F, A: Allow, D: Manner> Future for HandWrittenFuture<F, A, D>
where
    F: Future<Output = Result<ServiceResponse, Error>>,
{
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            Projection::Pass { inner, allowed, .. } => Poll::Ready(match ready!(inner.poll(context)) {
                Ok(mut response) => {
                    edit::<A, D>(response.headers_mut(), allowed.take());
                    Ok(response)
                }
                Err(mut error) => {
                    let allowed = allowed.take();
                    error.add_response_mapper(move |mut response| {
                        edit::<A, D>(response.headers_mut(), allowed.clone());
                        response
                    });
                    Err(error)
                }
            }),
            Projection::Answer { response } => Poll::Ready(Ok(response.take().expect("polled once"))),
        }
    }
}
