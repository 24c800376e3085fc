//! Refusals that say why: see [`Cors::diagnostics`](crate::Cors::diagnostics).

use std::fmt::Display;

use actix_web::body::BoxBody;
use actix_web::dev::RequestHead;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use cors_engine::adapter::Escaped;
use cors_engine::{Decision, Request};

use crate::request::lines;
use crate::response::headers::Answers;

/// A refused preflight's answer, with the fields up to the check that fails.
#[cold]
pub(crate) fn preflight(answers: &Answers, decision: Decision<'_>, headers: &HeaderMap) -> HttpResponse {
    let decision = decision.diagnostic();
    let status = decision.status().and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.unwrap_or(StatusCode::FORBIDDEN);
    write(answers.answer(status, decision.fields(), headers), &decision.explain())
}

/// Says in the body of a refusal why an actual request is refused.
#[cold]
pub(crate) fn refusal(answers: &Answers, request: &HttpRequest, response: HttpResponse) -> HttpResponse {
    let head = request.head();
    let mut asked = Request::new(head.method.as_str().as_bytes());
    for line in lines(&head.headers, header::ORIGIN) {
        asked = asked.origin(line.as_bytes());
    }
    write(response, &answers.decide(&asked).explain())
}

/// Says in the body of a refusal which host is not in `hosts`.
#[cold]
pub(crate) fn host(head: &RequestHead, response: HttpResponse) -> HttpResponse {
    let mut named: Vec<&[u8]> =
        lines(&head.headers, header::HOST).iter().map(HeaderValue::as_bytes).collect();
    named.extend(head.uri.authority().map(|authority| authority.as_str().as_bytes()));
    let what = match named.as_slice() {
        [] => String::from("the request has no `Host`"),
        names => {
            let names: Vec<_> = names.iter().map(|name| format!("`{}`", Escaped(name))).collect();
            format!("the request is for {}, and every host must be one of `hosts`", names.join(" and "))
        }
    };
    write(
        response,
        &format_args!(
            "{what}\n\
             help: call the API by a name that `hosts` lists, or add the name to `hosts`; a port does not matter"
        ),
    )
}

/// Puts an explanation into the body.
#[cold]
pub(crate) fn write(response: HttpResponse, explanation: &dyn Display) -> HttpResponse {
    let mut response = response.set_body(BoxBody::new(format!("{explanation}\n")));
    for (name, value) in FIELDS {
        response.headers_mut().append(name, value);
    }
    response
}

/// Fixed, because the text quotes a stranger and is about one request: no sniffing and no caching.
const FIELDS: [(HeaderName, HeaderValue); 3] = [
    (header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];
