//! The answer's headers that the page can read.

use cors_engine::adapter::Field;
use cors_engine::browser::{Fetch, Outcome, Response, safelisted_response_headers};

use super::finding::Finding;
use crate::exchange::{Exchange, Leg};

/// Headers that a page does not need to read: they are of no use to it, or only the browser acts on them.
const OF_NO_USE: [&str; 32] = [
    "accept-ranges",
    "age",
    "alt-svc",
    "cf-cache-status",
    "cf-ray",
    "connection",
    "content-encoding",
    "content-security-policy",
    "content-security-policy-report-only",
    "cross-origin-embedder-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "date",
    "keep-alive",
    "location",
    "nel",
    "origin-agent-cluster",
    "permissions-policy",
    "referrer-policy",
    "report-to",
    "reporting-endpoints",
    "server",
    "set-cookie",
    "strict-transport-security",
    "timing-allow-origin",
    "transfer-encoding",
    "vary",
    "via",
    "www-authenticate",
    "x-content-type-options",
    "x-frame-options",
    "x-powered-by",
];

/// The names of the answer's headers that the page reads.
pub(super) fn names(exchange: &Exchange) -> Vec<&str> {
    let Some(leg) = exchange.legs.last() else { return Vec::new() };
    let names = leg.answer.response.fields.iter().map(|(name, _)| name.as_str());
    let mut names: Vec<&str> = names.filter(|name| can_read(exchange, leg, name)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn can_read(exchange: &Exchange, leg: &Leg, name: &str) -> bool {
    match &exchange.outcome {
        _ if leg.is_same_origin => !is_cookie(name),
        Some(outcome) => Outcome::can_read(outcome, name),
        None => false,
    }
}

fn is_cookie(name: &str) -> bool {
    ["set-cookie", "set-cookie2"].contains(&name.to_ascii_lowercase().as_str())
}

/// Findings about headers that the page cannot read. `wanted` are the names that it needs.
pub(super) fn of_exchange(exchange: &Exchange, wanted: &[String]) -> Vec<Finding> {
    let Some(leg) = exchange.legs.last().filter(|leg| !leg.sent.is_preflight && exchange.is_allowed()) else {
        return Vec::new();
    };
    let answer = &leg.answer.response;
    let mut findings = Vec::new();
    for name in wanted.iter().map(|name| name.to_ascii_lowercase()) {
        if !can_read_if_sent(&leg.fetch, leg, answer, &name) {
            findings.push(unreadable(&leg.fetch, answer, &name));
        } else if !has(answer, &name) {
            findings.push(
                Finding::note("header_not_sent", format!("the answer has no header {name}"))
                    .why("The page could read it, but the header is not sent.")
                    .help(format!("have the app send {name} with this answer")),
            );
        }
    }
    if leg.is_same_origin {
        return findings;
    }
    findings.extend(wildcard(&leg.fetch, answer));
    findings.extend(only_on_the_preflight(exchange, answer));
    findings.extend(hidden(exchange, leg, wanted));
    findings
}

fn has(answer: &Response, name: &str) -> bool {
    answer.fields.iter().any(|(field, _)| field.eq_ignore_ascii_case(name))
}

fn can_read_if_sent(fetch: &Fetch, leg: &Leg, answer: &Response, name: &str) -> bool {
    if leg.is_same_origin {
        return !is_cookie(name);
    }
    fetch.judge(&answer_to_any_preflight(fetch), answer).can_read(name)
}

/// An answer that passes every preflight: only the answer to the call itself decides which headers can be read.
fn answer_to_any_preflight(fetch: &Fetch) -> Response {
    let line = |field: Field, value: String| (field.name().to_owned(), value);
    let fields = vec![
        line(Field::AllowOrigin, fetch.origin().into()),
        line(Field::AllowCredentials, "true".into()),
        line(Field::AllowMethods, fetch.sent_method().into()),
        line(Field::AllowHeaders, fetch.requested_headers().unwrap_or_default()),
    ];
    Response { status: 204, fields }
}

fn unreadable(fetch: &Fetch, answer: &Response, name: &str) -> Finding {
    let finding = Finding::error("unreadable_header", format!("the page cannot read the header {name}"));
    if is_cookie(name) {
        return finding
            .why("No page ever reads `set-cookie`: <https://fetch.spec.whatwg.org/#forbidden-response-header-name>.")
            .help("send what the page needs in the body, or in a header of another name");
    }
    let why = match answer.get(Field::ExposeHeaders) {
        Some(value) if value == "*" && fetch.includes_credentials() => {
            "access-control-expose-headers is `*`, which browsers take literally for a call with credentials."
                .to_owned()
        }
        Some(value) => {
            format!("access-control-expose-headers lists {}, and not {name}.", value.escape_debug())
        }
        None => {
            "The answer has no access-control-expose-headers, so a page can read only the safelisted headers."
                .to_owned()
        }
    };
    let safelisted = safelisted_response_headers().collect::<Vec<_>>().join(", ");
    finding.why(format!("{why} The safelisted headers are {safelisted}.")).help(format!(
        "send access-control-expose-headers: {name} with the answer itself, along with the others, and not with the preflight"
    ))
}

/// A finding about `*` with credentials, where it is only the name of a header.
fn wildcard(fetch: &Fetch, answer: &Response) -> Option<Finding> {
    let exposed = answer.list(Field::ExposeHeaders).ok()?;
    (fetch.includes_credentials() && exposed.iter().any(|name| name == "*")).then(|| {
        Finding::warning(
            "expose_wildcard_with_credentials",
            "access-control-expose-headers: * exposes nothing to a call with credentials",
        )
        .why("With credentials, browsers take `*` literally, as the name of a header.")
        .help("list the headers by name")
    })
}

fn only_on_the_preflight(exchange: &Exchange, answer: &Response) -> Option<Finding> {
    let preflight = exchange.legs.iter().rfind(|leg| leg.sent.is_preflight)?;
    let list = preflight.answer.response.get(Field::ExposeHeaders)?;
    answer.get(Field::ExposeHeaders).is_none().then(|| {
        Finding::warning("expose_only_on_preflight", format!("the preflight exposes {}, but the answer itself exposes nothing", list.escape_debug()))
            .why("Browsers look for access-control-expose-headers on the answer itself: on a preflight it does nothing.")
            .help(format!("send access-control-expose-headers: {} with the answer itself", list.escape_debug()))
    })
}

/// Headers that somebody sends for a page to read, perhaps.
fn hidden(exchange: &Exchange, leg: &Leg, wanted: &[String]) -> Option<Finding> {
    let fields = &leg.answer.response.fields;
    let mut names: Vec<String> = fields.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    names.retain(|name| {
        !OF_NO_USE.contains(&name.as_str())
            && !name.starts_with("access-control-")
            && !can_read(exchange, leg, name)
            && !wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(name))
    });
    names.sort_unstable();
    names.dedup();
    (!names.is_empty()).then(|| {
        Finding::note("hidden_headers", format!("the page cannot read the headers {}", names.join(", ").escape_debug()))
            .why("They are sent, but access-control-expose-headers does not list them, so the page does not see them.")
            .help("list those that the page needs in access-control-expose-headers; with `--read NAME`, a header that the page cannot read is an error here")
    })
}
