//! An actual request whose origin is not allowed. Fetch leaves it to the app; what the app asked for may not.

use actix_web::HttpRequest;
use actix_web::http::header;
use cors_engine::adapter::Fields;

use crate::options::Options;
use crate::refuse::answer::Verdict;
use crate::refuse::diagnostics;
use crate::refuse::same_origin::is_same_origin;
use crate::report::log::{self, Outcome};
use crate::report::metrics;
use crate::request::{actual, lines};
use crate::response::headers::{self, Answers, VARY_BY_SITE, merge_vary};

/// What becomes of the request.
pub(crate) enum Denied {
    Pass,
    /// It would have been refused, had it come from elsewhere.
    SameOrigin,
    Refused(Verdict),
}

/// Judges it by the options, and tells whoever listens. `fields` are those that the policy has for it.
pub(crate) fn judge(answers: &Answers, fields: Fields, request: &HttpRequest, options: &Options) -> Denied {
    let asked = actual(lines(request.headers(), header::ORIGIN));
    let decision = answers.decide(&asked);
    let denial = decision.denial();
    let denial = denial.as_ref();
    let same_origin = || is_same_origin(answers.policy(), request, options.behind_tls);
    if !options.guards(request.head()) {
        if let Some(denial) = denial {
            metrics::denied(denial.kind(), Outcome::Unreadable, same_origin);
            log::denied(denial, request, Outcome::Unreadable, same_origin);
        }
        return Denied::Pass;
    }
    if same_origin() {
        if let Some(denial) = denial {
            metrics::denied(denial.kind(), Outcome::Unreadable, || true);
        }
        return Denied::SameOrigin;
    }
    let written = denial.and_then(|denial| {
        metrics::denied(denial.kind(), Outcome::Refused, || false);
        log::denied(denial, request, Outcome::Refused, || false);
        options.refusal(denial, request)
    });
    let mut response = match written {
        Some(mut response) => {
            answers.edit_refusal(response.headers_mut(), fields);
            response
        }
        None if options.explains(answers) => diagnostics::refusal(answers, request, headers::refusal(fields)),
        None => return Denied::Refused(Verdict::Foreign(fields)),
    };
    merge_vary(response.headers_mut(), &VARY_BY_SITE);
    Denied::Refused(Verdict::Explained(Box::new(response)))
}
