//! The answer to a request that does not reach the app. Kept small: every future reserves room for one.

use std::rc::Rc;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use cors_engine::adapter::Fields;

use crate::response::headers::{self, Answers};

/// How a request that does not reach the app is answered.
pub(crate) enum Verdict {
    /// A preflight is allowed.
    Allowed(Rc<Answers>, Fields),
    /// A preflight is refused, without a reason.
    Refused(Fields),
    /// A preflight is refused: it may be for several routes, one of which has no policy.
    Uncertain,
    /// An actual request is refused, without a reason, because another origin's page made it. The answer varies by these fields.
    Foreign(Fields, &'static HeaderValue),
    /// A preflight or an actual request is refused, with a reason or in the app's own words.
    Explained(Box<HttpResponse>),
}

impl Verdict {
    #[inline(always)]
    pub(crate) fn answer(self, request: &HttpRequest) -> HttpResponse {
        match self {
            Self::Allowed(answers, fields) => answers.permission(fields, &request.head().headers),
            Self::Refused(fields) => headers::refusal(fields),
            Self::Uncertain => headers::preflight_refusal(),
            Self::Foreign(fields, varies) => {
                let mut response = headers::refusal(fields);
                // The response is ours, and its `Vary` does not name these fields yet: there is nothing to merge.
                response.headers_mut().append(header::VARY, varies.clone());
                response
            }
            Self::Explained(response) => *response,
        }
    }
}
