//! The answer to a preflight.

use std::rc::Rc;

use actix_web::{HttpRequest, HttpResponse};

use crate::count::{self, Allowed};
use crate::diagnostics;
use crate::event::{self, Outcome};
use crate::fields::Answers;
use crate::head::Preflight;
use crate::options::Options;

/// The answer of the policies that may govern the request to come; `None` if this is no preflight, or
/// there are none.
///
/// Mostly it is one policy. Of several the first answers, unless another refuses: what one of them
/// refuses must not get through on the word of the others.
pub(crate) fn answer<'a>(
    policies: impl IntoIterator<Item = &'a Rc<Answers>>,
    request: &HttpRequest,
    options: &Options,
) -> Option<HttpResponse> {
    let head = request.head();
    let mut allowed = None;
    for answers in policies {
        let policy = answers.policy();
        let asked = Preflight::read(&head.headers, Some(policy));
        let engine_request = asked.request();
        let decision = answers.decide(&engine_request);
        if !decision.is_preflight() {
            return None;
        }
        let Some(denial) = decision.denial() else {
            if allowed.is_none() {
                allowed = Some(answers.answer(&decision, &asked));
            }
            continue;
        };
        count::denied(denial.kind(), Outcome::PreflightRefused, || false);
        if event::is_heard() {
            event::denied(denial, request, Outcome::PreflightRefused, || false);
        }
        if let Some(mut response) = options.refusal(denial, request) {
            answers.edit_refusal(response.headers_mut(), decision.fields());
            return Some(response);
        }
        if options.explains(answers) {
            return Some(diagnostics::preflight(answers, decision, &asked));
        }
        return Some(answers.answer(&decision, &asked));
    }
    if allowed.is_some() {
        count::allowed(Allowed::Preflight);
    }
    allowed
}
