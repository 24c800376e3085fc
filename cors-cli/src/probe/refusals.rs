//! Answers without CORS fields: finds out whether the origin, the method, a header or something else is refused.

use cors_engine::browser::{Fetch, Response};

use super::answerer;
use super::client::Client;
use super::finding::Finding;
use super::narrow::{Culprit, narrow};
use super::strangers::SAFE_METHODS;
use super::warnings::varies_by_origin;
use crate::exchange::{Leg, Sent};

/// What to do about an origin that is not allowed. Any site can have `null`, so no list should hold it.
pub(super) fn allow(origin: &str) -> String {
    match origin {
        "null" => OWN_ORIGIN.into(),
        _ => format!("add {origin:?} to the server's allowed origins, exactly like that"),
    }
}

/// What to send to an origin.
pub(super) fn send_exactly(origin: &str) -> String {
    match origin {
        "null" => OWN_ORIGIN.into(),
        _ => format!(
            "if {origin} is on the server's list, send access-control-allow-origin: {origin} to it; and send `vary: Origin` to everybody"
        ),
    }
}

const OWN_ORIGIN: &str = "serve the page from its own origin, over http or https: a file, a sandboxed frame and a `data:` URL share their origin with every sandboxed frame on any site";

/// An error for this origin alone: a CORS check that throws.
pub(super) fn of_error(fetch: &Fetch, answer: &Response, client: &Client) -> Option<Finding> {
    if answer.status < 500 || answerer::of_status(answer).is_some() {
        return None;
    }
    let status = fails_for_origin_alone(fetch, answer, client).filter(|status| *status >= 500)?;
    let origin = fetch.origin();
    Some(
        Finding::error("origin_refused_by_error", format!("the server fails ({status}) only for the origin {origin}"))
            .why("Without `Origin`, the same request succeeds, and the error page has no CORS headers. Most likely, the CORS check throws an error for an origin that is not on its list.")
            .help(format!("{}; and make the check refuse without an error: in Express, call back with `false` instead of an `Error`", allow(origin))),
    )
}

/// The status with `Origin`, if it is an error and that without is none. Asked with `GET`, which changes nothing.
fn fails_for_origin_alone(fetch: &Fetch, answer: &Response, client: &Client) -> Option<u16> {
    let mut get = Fetch::new(fetch.origin()).credentials(fetch.includes_credentials());
    for (name, value) in fetch.sent_headers() {
        get = get.header(name, value);
    }
    let sent = Sent::call(&get);
    let with = match SAFE_METHODS.contains(&fetch.sent_method()) && !fetch.needs_preflight() {
        true => answer.status,
        false => client.send(&sent).ok()?.status,
    };
    let mut fields = sent.fields.clone();
    fields.retain(|(name, _)| name != "origin");
    (with >= 400 && client.send(&Sent { fields, ..sent }).ok()?.status < 400).then_some(with)
}

/// A same-origin call that is refused because its own origin is on no list.
pub(super) fn of_own_origin(leg: &Leg, client: &Client) -> Option<Finding> {
    let status = leg.answer.response.status;
    // A browser sends `Origin` with it: <https://fetch.spec.whatwg.org/#append-a-request-origin-header>.
    if !leg.is_same_origin || SAFE_METHODS.contains(&leg.fetch.sent_method()) || status < 400 {
        return None;
    }
    let seen = fails_for_origin_alone(&leg.fetch, &leg.answer.response, client)?;
    (seen == status).then(|| {
        Finding::error("own_origin_refused", format!("the server refuses its own origin ({status})"))
            .why("Browsers send `Origin` with same-origin calls other than GET and HEAD. Most likely, the server takes it for a foreign origin: it does not know its own name, or a proxy hides the scheme or the port.")
            .help("let same-origin calls pass (`Sec-Fetch-Site: same-origin`); and have the proxy pass on `Host` with its port, and the scheme")
    })
}

/// An error in answer to a preflight, without further details.
pub(super) fn of_failed_preflight(answer: &Response) -> Option<Finding> {
    (500..=599).contains(&answer.status).then(|| failed(answer.status))
}

pub(super) fn failed(status: u16) -> Finding {
    Finding::error("preflight_failed", format!("the preflight is answered with the status {status}"))
        .why("A browser accepts 200 to 299, and treats any other status as a refusal, whatever the fields say.")
        .help("answer preflights with 204, before the app or anything in front of it (a firewall, a rate limit) can refuse them")
}

/// A preflight that is refused without a reason.
pub(super) fn of_preflight(fetch: &Fetch, answer: &Response, client: &Client) -> Finding {
    let (origin, method, status) = (fetch.origin(), fetch.sent_method(), answer.status);
    let why = |kind: &str| {
        format!(
            "The preflight is answered with {status} and without access-control-allow-origin; one that asks for less passes, so the cause is the {kind}."
        )
    };
    match narrow(fetch, client) {
        Culprit::Everything if varies_by_origin(answer) || status == 403 => {
            Finding::error("origin_refused", format!("the server refuses the origin {origin}"))
                .why(format!("The preflight is answered with {status} and without access-control-allow-origin, whatever it asks for, so most likely the origin is not allowed."))
                .help(format!("{}; if it is there, look for a firewall or a proxy that answers in its place", allow(origin)))
        }
        // A policy that lacks `GET` as well.
        Culprit::Preflights if varies_by_origin(answer) => {
            Finding::error("method_refused", format!("the server refuses the method {method}"))
                .why(format!("The preflight is answered with {status} and without access-control-allow-origin, and so is one for GET; a GET without a preflight may be read, so it is not the origin."))
                .help(format!("add {method} to the server's allowed methods at this URL"))
        }
        Culprit::Everything | Culprit::Preflights => Finding::error("no_cors", "the server answers the preflight, but without CORS headers")
            .why(format!("The status is {status}, and no field begins with access-control-: most likely, what answers OPTIONS here is not a CORS layer, or does not know {origin}."))
            .help(format!("turn on CORS for this URL, and {}", allow(origin))),
        Culprit::Method => Finding::error("method_refused", format!("the server refuses the method {method}"))
            .why(why("method"))
            .help(format!("add {method} to the server's allowed methods")),
        Culprit::Headers(names) => {
            let names = names.join(", ");
            Finding::error("header_refused", format!("the server refuses the header {names}"))
                .why(why("header"))
                .help(format!("add {names} to the server's allowed headers"))
        }
        Culprit::Unknown => Finding::error("preflight_refused", "the server refuses the preflight")
            .why(format!("It is answered with {status} and without access-control-allow-origin; when asked for less, the server did not answer, so the reason is not known."))
            .help("look for a firewall or a rate limit in front of the server, and try again"),
        Culprit::Together => Finding::error("preflight_refused", "the server refuses the preflight as a whole")
            .why(why("whole of it, although each header passes by itself"))
            .help("look for a limit on the length or number of headers between the browser and the app"),
    }
}

/// An answer to the call itself without CORS fields.
pub(super) fn of_call(fetch: &Fetch, answer: &Response, client: &Client) -> Finding {
    let (origin, status) = (fetch.origin(), answer.status);
    if let Some(finding) = answerer::of_status(answer).or_else(|| of_error(fetch, answer, client)) {
        return finding;
    }
    if status >= 400
        && SAFE_METHODS.contains(&fetch.sent_method())
        && let Some(status) = fails_for_origin_alone(fetch, answer, client)
    {
        return Finding::error(
            "origin_refused",
            format!("the server refuses the origin {origin} ({status})"),
        )
        .why("Without `Origin`, the same request succeeds, so it is the origin that is refused.")
        .help(allow(origin));
    }
    if status >= 400 && !varies_by_origin(answer) {
        return Finding::error("error_without_cors", format!("the error page ({status}) has no CORS headers"))
            .why("The page cannot read why the call failed: its console blames CORS, but the cause is the error.")
            .help("fix what causes the status; and put the CORS layer outside whatever answers with errors, so that errors have the CORS headers, too");
    }
    if varies_by_origin(answer) {
        return Finding::error("origin_refused", format!("the server refuses the origin {origin}"))
            .why("The answer depends on the origin (its Vary says so) and lacks access-control-allow-origin for this one.")
            .help(allow(origin));
    }
    let name = if fetch.needs_preflight() { "preflight_only" } else { "no_cors" };
    let message = match fetch.needs_preflight() {
        true => "the preflight passes, but the answer itself has no CORS headers",
        false => "the server sends no CORS headers",
    };
    Finding::error(name, message)
        .why("The page may read an answer only if the answer itself has access-control-allow-origin.")
        .help(format!("turn on CORS for this URL and method, and {}", allow(origin)))
}
