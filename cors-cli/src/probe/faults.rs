//! Which server setting makes a check fail.

use cors_engine::Field;
use cors_engine::browser::{CheckFault, Failure, Fetch, Response};

use super::client::Client;
use super::finding::Finding;
use super::narrow::{Culprit, narrow};
use super::place::split_origin;
use super::redirect::location;
use crate::exchange::Leg;

/// What is wrong with an answer that a browser does not take.
pub(super) fn of_leg(leg: &Leg, client: &Client) -> Vec<Finding> {
    let (fetch, answer) = (&leg.fetch, &leg.answer.response);
    let mut findings = Vec::new();
    if leg.passes() {
        if !leg.sent.is_preflight {
            findings.extend(redirected_call(answer));
        }
        return findings;
    }
    if leg.sent.is_preflight && !(200..=299).contains(&answer.status) {
        let by_status = status(answer);
        if by_status.is_some() || speaks_of_cors(answer) {
            findings.push(by_status.unwrap_or_else(|| failed(answer.status)));
        }
    }
    if speaks_of_cors(answer) {
        let failures = leg.steps.iter().filter_map(|step| step.failure());
        findings.extend(failures.filter_map(|failure| of_failure(fetch, answer, failure)));
    } else if findings.is_empty() {
        // Without a word about CORS the other checks fail for the same reason.
        findings.push(match leg.sent.is_preflight {
            true => refused(fetch, answer, narrow(fetch, client)),
            false => unmarked(fetch, answer),
        });
    }
    findings
}

/// Has the answer any field of CORS?
fn speaks_of_cors(answer: &Response) -> bool {
    answer.fields.iter().any(|(name, _)| name.to_ascii_lowercase().starts_with("access-control-"))
}

/// Does the answer depend on the origin, by its own account?
pub(super) fn varies_by_origin(answer: &Response) -> bool {
    let vary = answer.get(Field::Vary).unwrap_or_default();
    vary.split(',').map(str::trim).any(|name| name == "*" || name.eq_ignore_ascii_case("origin"))
}

/// A status that says who answered the preflight in place of CORS.
fn status(answer: &Response) -> Option<Finding> {
    let status = answer.status;
    Some(match status {
        300..=399 => {
            let to = location(answer).map(|to| format!(" to {}", to.escape_debug())).unwrap_or_default();
            Finding::error("preflight_redirected", format!("the preflight is redirected{to} ({status})"))
                .why("Browsers follow no redirect of a preflight (Fetch, \"CORS-preflight fetch\"): the call ends here.")
                .help("call the final URL from the page (its scheme, its slash at the end), or answer OPTIONS before the server redirects")
        }
        401 | 407 => Finding::error("preflight_unauthorized", format!("the preflight is asked for credentials ({status})"))
            .why("A preflight never carries cookies or `authorization`, so that authentication before CORS refuses every one.")
            .help("let the CORS layer answer OPTIONS before authentication runs: put it outside, or exempt preflights"),
        404 | 405 | 501 => {
            Finding::error("preflight_not_handled", format!("nothing at this URL answers OPTIONS ({status})"))
                .why("The router knows the method of the call, but not OPTIONS, and no CORS layer stands before it.")
                .help("add the CORS layer of the framework outside the router, or a route for OPTIONS; if the URL is wrong, correct it")
        }
        500..=599 => failed(status),
        _ => return None,
    })
}

fn failed(status: u16) -> Finding {
    Finding::error("preflight_failed", format!("the preflight is answered with the status {status}"))
        .why("A browser takes 200 to 299, and any other status for a refusal, whatever the fields say.")
        .help("answer preflights with 204, before the app and what stands before it (a firewall, a rate limit) can refuse them")
}

/// A preflight that is refused without a reason.
fn refused(fetch: &Fetch, answer: &Response, culprit: Culprit) -> Finding {
    let (origin, method, status) = (fetch.origin(), fetch.sent_method(), answer.status);
    let why = |kind: &str| {
        format!(
            "The preflight is answered with {status} and without access-control-allow-origin; one that asks for less passes, so that it is the {kind}."
        )
    };
    match culprit {
        Culprit::Everything if varies_by_origin(answer) || status == 403 => {
            Finding::error("origin_refused", format!("the server refuses the origin {origin}"))
                .why(format!("The preflight is answered with {status} and without access-control-allow-origin, whatever it asks for."))
                .help(format!("add {origin:?} to the server's allowed origins, exactly so; if it is there, look for a firewall or a proxy that answers in its place"))
        }
        // A policy that lacks `GET` as well.
        Culprit::Preflights if varies_by_origin(answer) => {
            Finding::error("method_refused", format!("the server refuses the method {method}"))
                .why(format!("The preflight is answered with {status} and without access-control-allow-origin, and so is one for GET; a GET without a preflight may be read, so that it is not the origin."))
                .help(format!("add {method} to the server's allowed methods at this URL"))
        }
        Culprit::Everything | Culprit::Preflights => Finding::error("no_cors", "the server answers the preflight, but says nothing of CORS")
            .why(format!("The status is {status}, and no field begins with access-control-: whoever answers OPTIONS here is not a CORS layer, or one that does not know {origin}."))
            .help(format!("switch CORS on for this URL, and allow the origin {origin:?}")),
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
            .why(format!("It is answered with {status} and without access-control-allow-origin; asked for less, the server did not answer, so that the reason stays unknown."))
            .help("look for a firewall or a rate limit in front of the server, and ask again"),
        Culprit::Together => Finding::error("preflight_refused", "the server refuses the preflight as a whole")
            .why(why("whole of it, though each header passes alone"))
            .help("look for a limit on the length or number of headers between the browser and the app"),
    }
}

/// An answer to the call itself that says nothing of CORS.
fn unmarked(fetch: &Fetch, answer: &Response) -> Finding {
    let (origin, status) = (fetch.origin(), answer.status);
    if status >= 400 && !varies_by_origin(answer) {
        return Finding::error("error_without_cors", format!("the error page ({status}) says nothing of CORS"))
            .why("The page cannot read why the call failed: its console blames CORS, and the cause is the status.")
            .help("mend what causes the status; and put the CORS layer outside whatever answers with errors, so that these carry the fields too");
    }
    if varies_by_origin(answer) {
        return Finding::error("origin_refused", format!("the server refuses the origin {origin}"))
            .why("The answer depends on the origin (its Vary says so) and lacks access-control-allow-origin for this one.")
            .help(format!("add {origin:?} to the server's allowed origins, exactly so"));
    }
    let name = if fetch.needs_preflight() { "preflight_only" } else { "no_cors" };
    let message = match fetch.needs_preflight() {
        true => "the preflight passes, but the answer itself says nothing of CORS",
        false => "the server says nothing of CORS",
    };
    Finding::error(name, message)
        .why("The page may read an answer only if the answer itself has access-control-allow-origin.")
        .help(format!("switch CORS on for this URL and method, and allow the origin {origin:?}"))
}

fn redirected_call(answer: &Response) -> Option<Finding> {
    let to = location(answer)?.escape_debug();
    let finding = Finding::note("redirected", format!("the call is redirected to {to} ({})", answer.status));
    let why = "The browser goes through everything again there; between two sites it loses `authorization`, and its origin becomes `null`.";
    Some(finding.why(why).help("call the final URL from the page"))
}

/// The setting behind one failed check.
fn of_failure(fetch: &Fetch, answer: &Response, failure: &Failure) -> Option<Finding> {
    Some(match failure {
        Failure::Check { fault, .. } => of_check(fetch, answer, fault),
        Failure::Unparsable { field } => {
            let value = answer.fields.iter().filter(|(name, _)| name.eq_ignore_ascii_case(field));
            let value = value.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", ");
            Finding::error("unparsable_list", format!("{field} is no list of names: `{}`", value.escape_debug()))
                .why("Browsers read it as names between commas; one that cannot be read fails the whole preflight.")
                .help("separate the names by commas, without quotes, brackets or semicolons")
        }
        Failure::Method { method } => method_fault(fetch, answer, method),
        Failure::Header { name } => header_fault(fetch, answer, name),
        // The status has its own finding, and what the browser refuses is no fault of the server.
        _ => return None,
    })
}

fn method_fault(fetch: &Fetch, answer: &Response, method: &str) -> Finding {
    let listed = answer.list(Field::AllowMethods).unwrap_or_default();
    let help = format!("write access-control-allow-methods: {method}, beside the others");
    if let Some(near) = listed.iter().find(|listed| listed.eq_ignore_ascii_case(method)) {
        return Finding::error("method_case", format!("the server allows {near}, and the page calls with {method}"))
            .why("Methods are compared with their case, and `fetch()` puts only six of them into upper case: PATCH is not one.")
            .help("write the method in upper case on both sides");
    }
    if fetch.includes_credentials() && listed.iter().any(|listed| listed == "*") {
        return literal_star("access-control-allow-methods").help(help);
    }
    Finding::error("method_not_allowed", format!("the server does not allow {method}"))
        .why(format!("access-control-allow-methods lists {}.", names(&listed)))
        .help(help)
}

fn header_fault(fetch: &Fetch, answer: &Response, name: &str) -> Finding {
    let listed = answer.list(Field::AllowHeaders).unwrap_or_default();
    let help = format!("write access-control-allow-headers: {name}, beside the others");
    if listed.iter().any(|listed| listed == "*") {
        return match fetch.includes_credentials() {
            true => literal_star("access-control-allow-headers").help(help),
            false => Finding::error("authorization_by_wildcard", format!("access-control-allow-headers: * does not cover {name}"))
                .why("By the standard `*` leaves it out (Fetch, \"CORS non-wildcard request-header name\"). Chromium and Safari still let it pass, Firefox warns.")
                .help(format!("{help}: `*, {name}`")),
        };
    }
    Finding::error("header_not_allowed", format!("the server does not allow the header {name}"))
        .why(format!("access-control-allow-headers lists {}.", names(&listed)))
        .help(help)
}

fn literal_star(field: &str) -> Finding {
    Finding::error(
        "wildcard_with_credentials",
        format!("{field}: * means nothing for a call with credentials"),
    )
    .why("With credentials browsers take `*` literally, for a method or a header of that name.")
}

fn names(listed: &[String]) -> String {
    if listed.is_empty() { "nothing".into() } else { listed.join(", ") }
}

fn of_check(fetch: &Fetch, answer: &Response, fault: &CheckFault) -> Finding {
    let origin = fetch.origin();
    let exact =
        format!("send access-control-allow-origin: {origin} to this page, and `vary: Origin` to everybody");
    match fault {
        CheckFault::SeveralOrigins { value } => several_origins(answer, value),
        CheckFault::Wildcard => Finding::error("wildcard_with_credentials", "access-control-allow-origin: * means nothing for a call with credentials")
            .why("With credentials the field must be the page's origin itself: `*` would hand every site the user's data.")
            .help(format!("{exact}; or call without credentials, if the data is public")),
        CheckFault::NoUrl { value } => Finding::error("no_origin", format!("access-control-allow-origin is no origin: `{}`", value.escape_debug()))
            .why("Browsers compare the whole text with `scheme://host[:port]`.")
            .help(exact),
        CheckFault::OtherOrigin { value } => Finding::error("other_origin", format!("access-control-allow-origin is `{}`, which {}", value.escape_debug(), difference(value, origin)))
            .why(format!("Browsers compare it with {origin} byte for byte, and know no patterns."))
            .help(exact),
        CheckFault::NoCredentials { value } if value.is_empty() => Finding::error("credentials_not_allowed", "the server does not allow credentials")
            .why("The page calls with credentials, and access-control-allow-credentials is missing.")
            .help("send access-control-allow-credentials: true, if this origin may see the user's data; or call without"),
        CheckFault::NoCredentials { value } => Finding::error("credentials_not_true", format!("access-control-allow-credentials is `{}`", value.escape_debug()))
            .why("Browsers take `true`, in lower case and once, and nothing else.")
            .help("send access-control-allow-credentials: true, from one place alone"),
        // `NoOrigin`, among other fields of CORS.
        _ => Finding::error("origin_refused", format!("access-control-allow-origin is missing for {origin}"))
            .why("The answer has other fields of CORS, so that a CORS layer made it, and did not allow this origin.")
            .help(format!("add {origin:?} to the server's allowed origins, exactly so")),
    }
}

fn several_origins(answer: &Response, value: &str) -> Finding {
    let name = Field::AllowOrigin.name();
    let lines = answer.fields.iter().filter(|(field, _)| field.eq_ignore_ascii_case(name)).count();
    let value = value.escape_debug();
    if lines > 1 {
        return Finding::error(
            "several_lines",
            format!("access-control-allow-origin comes {lines} times: `{value}`"),
        )
        .why("Browsers join the lines, and take the result for no origin, even if both say the same.")
        .help("two parts of the server add the field, such as the app and a proxy: leave it to one");
    }
    Finding::error("several_origins", format!("access-control-allow-origin is a list: `{value}`"))
        .why("The field holds one origin. The list of allowed ones is the server's to keep and to compare.")
        .help("send back the one that is asked for, if it is on the list, with `vary: Origin`")
}

/// Completes "…, which ".
fn difference(value: &str, origin: &str) -> &'static str {
    let parts = |text| split_origin(text).unwrap_or(("", text));
    let ((scheme, rest), (own_scheme, own)) = (parts(value), parts(origin));
    let without_port = |authority| super::place::host_of(authority);
    if value == "null" {
        return "is the origin of sandboxed frames and files";
    }
    if value.contains('*') {
        return "is a pattern";
    }
    if value.strip_prefix(origin).is_some_and(|rest| rest.starts_with('/')) {
        return "goes on with a slash, where an origin ends";
    }
    if value.eq_ignore_ascii_case(origin) {
        return "is in another case";
    }
    if rest == own && scheme != own_scheme {
        return "has another scheme";
    }
    if scheme == own_scheme && without_port(rest) == without_port(own) {
        return "has another port";
    }
    if rest.strip_prefix("www.").unwrap_or(rest) == own.strip_prefix("www.").unwrap_or(own) {
        return "differs in `www.`";
    }
    "is another origin"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences() {
        let origin = "https://app.example";
        for (value, said) in [
            ("https://app.example/", "goes on with a slash, where an origin ends"),
            ("https://App.example", "is in another case"),
            ("http://app.example", "has another scheme"),
            ("https://app.example:8443", "has another port"),
            ("https://www.app.example", "differs in `www.`"),
            ("https://*.example", "is a pattern"),
            ("null", "is the origin of sandboxed frames and files"),
            ("https://other.example", "is another origin"),
        ] {
            assert_eq!(difference(value, origin), said, "{value}");
        }
    }
}
