//! The head of an Actix request, as the engine reads it.

use std::slice;

use actix_web::dev::{RequestHead, ServiceRequest};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use cors_engine::{Policy, Request};

static PRIVATE_NETWORK: HeaderName = HeaderName::from_static("access-control-request-private-network");

/// Returns whether this is a preflight: `OPTIONS` with `Origin` and `Access-Control-Request-Method`.
///
/// Use it in layers outside of [`Cors`](crate::Cors) that would turn one away: a preflight never has
/// credentials, so authentication has to let it pass. Layers inside never see one.
///
/// The standard: <https://fetch.spec.whatwg.org/#cors-preflight-request>.
///
/// ```
/// use actix_web::test::TestRequest;
/// use cors_actix::is_preflight;
///
/// let request = TestRequest::default()
///     .method(actix_web::http::Method::OPTIONS)
///     .insert_header(("origin", "https://app.example"))
///     .insert_header(("access-control-request-method", "PUT"));
/// assert!(is_preflight(&request.to_srv_request()));
/// assert!(!is_preflight(&TestRequest::get().to_srv_request()));
/// ```
pub fn is_preflight(request: &ServiceRequest) -> bool {
    let head = request.head();
    head.method == Method::OPTIONS && Preflight::read(&head.headers, None).request().is_preflight()
}

/// The engine's request for any method but `OPTIONS`: only the origin matters.
#[inline]
pub(crate) fn actual(origin: &[HeaderValue]) -> Request<'_> {
    // Every name but `OPTIONS` gives the same decision, so the real one is not needed.
    let request = Request::new(b"");
    // A second line is rare.
    match origin.split_first() {
        None => request,
        Some((line, more)) => {
            more.iter().fold(request.origin(line.as_bytes()), |request, line| request.origin(line.as_bytes()))
        }
    }
}

/// The fields of an `OPTIONS` request that may be a preflight.
pub(crate) struct Preflight<'r> {
    pub(crate) origin: &'r [HeaderValue],
    requested_method: &'r [HeaderValue],
    requested_headers: &'r [HeaderValue],
    private_network: bool,
}

impl<'r> Preflight<'r> {
    /// Looks up only the fields that matter to `policy`, or without one those that make a preflight.
    #[inline(always)]
    pub(crate) fn read(headers: &'r HeaderMap, policy: Option<&Policy>) -> Self {
        Self {
            origin: lines(headers, header::ORIGIN),
            requested_method: lines(headers, header::ACCESS_CONTROL_REQUEST_METHOD),
            requested_headers: match policy {
                Some(_) => lines(headers, header::ACCESS_CONTROL_REQUEST_HEADERS),
                None => &[],
            },
            private_network: policy.is_some_and(Policy::private_network)
                && headers.get(&PRIVATE_NETWORK).is_some_and(|value| value.as_bytes() == b"true"),
        }
    }

    /// The same request for the engine.
    #[inline(always)]
    pub(crate) fn request(&self) -> Request<'_> {
        let mut request = Request::new(b"OPTIONS").requested_headers(&self.requested_headers);
        for line in self.origin {
            request = request.origin(line.as_bytes());
        }
        for line in self.requested_method {
            request = request.requested_method(line.as_bytes());
        }
        request.private_network(self.private_network)
    }
}

/// The method that a preflight asks for, if there is exactly one. That the request is a preflight is not checked.
pub(crate) fn asked(headers: &HeaderMap) -> Option<&str> {
    match lines(headers, header::ACCESS_CONTROL_REQUEST_METHOD) {
        [method] => method.to_str().ok(),
        _ => None,
    }
}

/// Returns whether the request asks to leave HTTP. Browsers make no CORS check of what follows.
///
/// Only the field decides: an app may check more before it upgrades, but never less. HTTP/2 uses
/// `CONNECT`: <https://www.rfc-editor.org/rfc/rfc8441>.
#[inline]
pub(crate) fn is_upgrade(head: &RequestHead) -> bool {
    head.method == Method::CONNECT || head.headers.contains_key(header::UPGRADE)
}

/// Every line of the field `name`, in the order in which they arrived.
#[inline]
pub(crate) fn lines(headers: &HeaderMap, name: HeaderName) -> &[HeaderValue] {
    slice::Iter::as_slice(&headers.get_all(name))
}
