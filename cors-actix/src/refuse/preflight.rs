//! The verdict about a preflight.

use std::rc::Rc;

use actix_web::HttpRequest;
use cors_engine::Request;

use crate::options::Options;
use crate::refuse::answer::Verdict;
use crate::refuse::diagnostics;
use crate::report::foretell;
use crate::report::log::{self, Outcome};
use crate::report::metrics::{self, Allowed};
use crate::request::Preflight;
use crate::response::headers::Answers;

/// Decides a preflight by the policies that may hold for the request after it. Returns `None` if it is no preflight, or
/// there are no policies.
///
/// Usually there is one policy. With several, all have to allow the preflight, and then the first one answers.
#[inline]
pub(crate) fn judge<'a>(
    policies: impl IntoIterator<Item = &'a Rc<Answers>>,
    request: &HttpRequest,
    options: &Options,
) -> Option<Verdict> {
    let headers = &request.head().headers;
    let mut allowed = None;
    for answers in policies {
        let asked = Preflight::read(headers, Some(answers.policy()));
        let engine_request = asked.request();
        let decision = answers.decide(&engine_request);
        if !decision.is_preflight() {
            return None;
        }
        if decision.is_allowed() {
            // A release build has no development policies.
            if cfg!(debug_assertions)
                && let Some(production) = answers.production()
            {
                foretell::preflight(production, &engine_request);
            }
            allowed = allowed.or(Some((answers, decision.fields())));
        } else if has_plain_refusals(answers, options) {
            return Some(Verdict::Refused(decision.fields()));
        } else {
            return Some(explained(answers, request, &engine_request, options));
        }
    }
    let (answers, fields) = allowed?;
    metrics::allowed(Allowed::Preflight);
    Some(Verdict::Allowed(Rc::clone(answers), fields))
}

/// Returns whether a refusal needs no reason, because it is not logged, counted, explained or written by the app.
#[inline]
fn has_plain_refusals(answers: &Answers, options: &Options) -> bool {
    !metrics::refusals_are_noticed() && options.on_refusal.is_none() && !options.explains(answers)
}

#[cold]
fn explained(
    answers: &Answers,
    request: &HttpRequest,
    engine_request: &Request<'_>,
    options: &Options,
) -> Verdict {
    let decision = answers.decide(engine_request);
    let fields = decision.fields();
    if let Some(denial) = &decision.denial() {
        metrics::denied(denial.kind(), Outcome::PreflightRefused, || false);
        log::denied(denial, request, Outcome::PreflightRefused, || false);
        if let Some(mut response) = options.refusal(denial, request) {
            answers.edit_refusal(response.headers_mut(), fields);
            return Verdict::Explained(Box::new(response));
        }
    }
    if options.explains(answers) {
        let response = diagnostics::preflight(answers, decision, &request.head().headers);
        return Verdict::Explained(Box::new(response));
    }
    Verdict::Refused(fields)
}
