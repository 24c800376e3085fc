//! Actual requests from origins that are not allowed. By default the app still runs; the options may refuse them.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use cors_engine::Denial;
use cors_engine::adapter::Fields;

use crate::options::Options;
use crate::refuse::answer::Verdict;
use crate::refuse::diagnostics;
use crate::refuse::same_origin::{SEC_FETCH_SITE, Site, is_refused_by_site, is_safe, is_same_origin};
use crate::report::log::{self, Outcome};
use crate::report::metrics;
use crate::request::{actual, lines};
use crate::response::extras::Extras;
use crate::response::headers::{self, Answers, VARY_BY_FETCH, VARY_BY_SITE, merge_vary};

/// What becomes of the request.
pub(crate) enum Denied {
    Pass,
    /// It passes because of certain fields, so the response depends on them.
    PassBy(Extras),
    Refused(Verdict),
}

/// Decides by the options, and logs and counts the denial. A request that a guard lets through as same-origin is only counted.
/// `fields` are those that the policy gives the response.
pub(crate) fn judge(answers: &Answers, fields: Fields, request: &HttpRequest, options: &Options) -> Denied {
    let asked = actual(lines(request.headers(), header::ORIGIN));
    let decision = answers.decide(&asked);
    let denial = decision.denial();
    let denial = denial.as_ref();
    let same_origin = || is_same_origin(answers.policy(), request, options);
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
        return Denied::PassBy(Extras::VARY_BY_SITE);
    }
    let explain = |response| diagnostics::refusal(answers, request, response);
    Denied::Refused(refuse(answers, fields, request, options, denial, &VARY_BY_SITE, explain))
}

/// Decides a request without `Origin` under `enforce`, by `Sec-Fetch-Site`.
#[cold]
pub(crate) fn judge_by_site(
    answers: &Answers,
    fields: Fields,
    request: &HttpRequest,
    options: &Options,
) -> Denied {
    let head = request.head();
    let site = Site::of(&head.headers);
    let (extras, varies) = if options.isolate && site == Site::Foreign {
        (Extras::VARY_BY_FETCH, &VARY_BY_FETCH)
    } else {
        (Extras::VARY_BY_SITE, &VARY_BY_SITE)
    };
    if !is_refused_by_site(answers.policy(), head, site, options) {
        let depends = options.isolate || !is_safe(&head.method);
        return if depends { Denied::PassBy(extras) } else { Denied::Pass };
    }
    let denial = Denial::cross_site(match lines(&head.headers, SEC_FETCH_SITE) {
        [site] => Some(site.as_bytes()),
        _ => None,
    });
    let explain = |response| diagnostics::write(response, &denial);
    Denied::Refused(refuse(answers, fields, request, options, Some(&denial), varies, explain))
}

/// Logs and counts a refusal, and builds the response: the app's own if there is an `on_refusal`.
fn refuse(
    answers: &Answers,
    fields: Fields,
    request: &HttpRequest,
    options: &Options,
    denial: Option<&Denial<'_>>,
    varies: &'static HeaderValue,
    explain: impl FnOnce(HttpResponse) -> HttpResponse,
) -> Verdict {
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
        None if options.explains(answers) => explain(headers::refusal(fields)),
        None => return Verdict::Foreign(fields, varies),
    };
    merge_vary(response.headers_mut(), varies);
    Verdict::Explained(Box::new(response))
}
