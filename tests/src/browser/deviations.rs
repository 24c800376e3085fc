//! Where Chromium is known to leave the standard, each with its reason. Nothing else may differ.

use cors_engine::browser::{Failure, Fetch, Response};

use super::plan::Call;

/// *`*` covers `Authorization`.* By the standard the star stands for every header but this one, and only
/// without credentials; Chromium has the distinction behind a feature that is off
/// (`CorsNonWildcardRequestHeadersSupport`), and whatwg/fetch#1919 proposes to give it up.
/// A policy's `headers = "any"` lists it by name, and so is read alike by all.
pub(crate) fn preflight(fetch: &Fetch, answer: &Response) -> Response {
    let mut answer = answer.clone();
    let lists = answer.fields.iter().filter(|(name, _)| name == "access-control-allow-headers");
    let star = lists.flat_map(|(_, value)| value.split(',')).any(|element| element.trim() == "*");
    if star && !fetch.includes_credentials() {
        answer.fields.push(("access-control-allow-headers".into(), "authorization".into()));
    }
    answer
}

/// *A watched upload of nothing.* By the XHR standard a listener on the upload forces a preflight, whether
/// or not there is a body to upload; Chromium looks at the listeners only if there is.
pub(crate) fn forces_preflight(call: &Call) -> bool {
    call.watched && !matches!(call.method.as_str(), "GET" | "HEAD")
}

/// What the console may name as the reason, where the standard's first check has failed.
///
/// *Any header that is not listed.* The standard goes through them in their order; Chromium goes through
/// a hash map, and so names whichever comes first there.
///
/// *A redirect before all else.* The standard looks at the fields of a preflight's answer before its
/// status; Chromium gives up as soon as it sees a redirect.
pub(crate) fn reasons(fetch: &Fetch, answer: &Response, failure: &Failure) -> Vec<Failure> {
    match failure {
        Failure::Header { .. } => {
            let alone = |name, value| {
                Fetch::new(fetch.origin()).credentials(fetch.includes_credentials()).header(name, value)
            };
            let failures =
                fetch.sent_headers().map(|(name, value)| alone(name, value).check_preflight(answer));
            let headers = failures.filter_map(Result::err);
            headers.filter(|failure| matches!(failure, Failure::Header { .. })).collect()
        }
        Failure::Check { preflight: true, .. } if (301..=308).contains(&answer.status) => {
            vec![Failure::Status { status: answer.status, redirect: true }]
        }
        _ => vec![failure.clone()],
    }
}

/// Does the browser look for a remembered preflight?
///
/// *Nothing is remembered for `null`.* By the standard answers to preflights are kept by the origin's text
/// and the site that the user looks at; Chromium keeps none for a frame whose origin is opaque.
///
/// *A call that goes past the HTTP cache goes past this one, too.* A condition such as `If-None-Match` makes
/// it one of those. In the standard the two caches have nothing to do with each other.
pub(crate) fn looks_for_remembered(fetch: &Fetch) -> bool {
    fetch.origin() != "null" && !fetch.sent_headers().any(|(name, _)| name == "if-none-match")
}

/// The call by which a remembered answer is judged.
///
/// *A star stays what it was.* In an answer to a call with credentials it is a header of that name. By the
/// standard it becomes a wildcard when a later call without credentials finds it remembered; not so in
/// Chromium.
pub(crate) fn as_remembered(first: &Fetch, second: &Fetch) -> Fetch {
    second.clone().credentials(first.includes_credentials())
}
