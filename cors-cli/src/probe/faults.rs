//! Which server setting makes a check fail.

use cors_engine::adapter::Field;
use cors_engine::browser::{CheckFault, Failure, Fetch, Response};

use super::answerer;
use super::cache;
use super::client::Client;
use super::finding::Finding;
use super::place::{Place, split_origin};
use super::redirect::location;
use super::refusals;
use crate::exchange::{Exchange, Leg};

/// Why a browser does not take the answers.
pub(super) fn of_exchange(exchange: &Exchange, client: &Client) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut redirected: Option<&Leg> = None;
    for leg in &exchange.legs {
        if leg.passes() {
            if !leg.sent.is_preflight && location(&leg.answer.response).is_some() {
                redirected = Some(leg);
            }
            continue;
        }
        let by_redirect = redirected.and_then(|from| {
            let place = Place::parse(&from.target).ok()?;
            let became_null = leg.fetch.origin() == "null" && from.fetch.origin() != "null";
            answerer::redirected_and_blocked(&from.answer.response, &place, became_null)
        });
        match by_redirect {
            // Whatever is wrong there, the page should not have come there.
            Some(finding) => findings.push(finding),
            None => findings.extend(of_blocked(leg, client)),
        }
    }
    if exchange.is_allowed() {
        findings.extend(redirected.and_then(|leg| redirected_call(&leg.answer.response)));
    }
    findings.extend(exchange.legs.iter().filter_map(|leg| refusals::of_own_origin(leg, client)));
    findings
}

fn of_blocked(leg: &Leg, client: &Client) -> Vec<Finding> {
    let (fetch, answer) = (&leg.fetch, &leg.answer.response);
    if !leg.sent.is_preflight
        && let Some(finding) = cache::of_blocked(leg, client)
    {
        return vec![finding];
    }
    let mut findings = Vec::new();
    if leg.sent.is_preflight && !(200..=299).contains(&answer.status) {
        let by_status = refusals::of_error(fetch, answer, client)
            .or_else(|| answerer::of_preflight(answer, client.place()))
            .or_else(|| refusals::of_failed_preflight(answer));
        if by_status.is_some() || speaks_of_cors(answer) {
            findings.push(by_status.unwrap_or_else(|| refusals::failed(answer.status)));
        }
    }
    if speaks_of_cors(answer) {
        let failures = leg.steps.iter().filter_map(|step| step.failure());
        findings.extend(failures.filter_map(|failure| of_failure(fetch, answer, failure)));
    } else if findings.is_empty() {
        // Without a word about CORS the other checks fail for the same reason.
        findings.push(match leg.sent.is_preflight {
            true => refusals::of_preflight(fetch, answer, client),
            false => refusals::of_call(fetch, answer, client),
        });
    }
    findings
}

/// Returns whether the answer has any field of CORS.
fn speaks_of_cors(answer: &Response) -> bool {
    answer.fields.iter().any(|(name, _)| name.to_ascii_lowercase().starts_with("access-control-"))
}

fn redirected_call(answer: &Response) -> Option<Finding> {
    let to = location(answer)?.escape_debug();
    let finding = Finding::note("redirected", format!("the call is redirected to {to} ({})", answer.status));
    let why = "The browser repeats everything there. Between two sites, the call loses `authorization`, and its origin becomes `null`.";
    Some(finding.why(why).help("call the final URL from the page"))
}

/// The setting behind one failed check.
fn of_failure(fetch: &Fetch, answer: &Response, failure: &Failure) -> Option<Finding> {
    Some(match failure {
        Failure::Check { fault, .. } => of_check(fetch, answer, fault),
        Failure::Unparsable { field } => {
            let value = answer.fields.iter().filter(|(name, _)| name.eq_ignore_ascii_case(field));
            let value = value.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", ");
            Finding::error("unparsable_list", format!("{field} is not a list of names: `{}`", value.escape_debug()))
                .why("Browsers read it as names with commas between them. One name that they cannot read makes the whole preflight fail.")
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
    let help = format!("send access-control-allow-methods: {method}, along with the others");
    if let Some(near) = listed.iter().find(|listed| listed.eq_ignore_ascii_case(method)) {
        return Finding::error("method_case", format!("the server allows {near}, and the page calls with {method}"))
            .why("Methods are case-sensitive, and `fetch()` converts only six of them to upper case: PATCH is not one of them.")
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
    let help = format!("send access-control-allow-headers: {name}, along with the others");
    if listed.iter().any(|listed| listed == "*") {
        return match fetch.includes_credentials() {
            true => literal_star("access-control-allow-headers").help(help),
            false => Finding::error("authorization_by_wildcard", format!("access-control-allow-headers: * does not cover {name}"))
                .why("By the standard, `*` does not include it (Fetch, \"CORS non-wildcard request-header name\"). Chromium and Safari still let it pass, and Firefox warns.")
                .help(help),
        };
    }
    Finding::error("header_not_allowed", format!("the server does not allow the header {name}"))
        .why(format!("access-control-allow-headers lists {}.", names(&listed)))
        .help(help)
}

fn literal_star(field: &str) -> Finding {
    Finding::error(
        "wildcard_with_credentials",
        format!("{field}: * has no effect for a call with credentials"),
    )
    .why("With credentials, browsers take `*` literally, as the name of a method or a header.")
}

fn names(listed: &[String]) -> String {
    if listed.is_empty() { "nothing".into() } else { listed.join(", ") }
}

fn of_check(fetch: &Fetch, answer: &Response, fault: &CheckFault) -> Finding {
    let origin = fetch.origin();
    let exact = refusals::send_exactly(origin);
    match fault {
        CheckFault::SeveralOrigins { value } => several_origins(answer, value),
        CheckFault::Wildcard => Finding::error("wildcard_with_credentials", "access-control-allow-origin: * has no effect for a call with credentials")
            .why("With credentials, the field must be the page's origin itself: `*` would give every site the user's data.")
            .help(format!("{exact}; or call without credentials")),
        CheckFault::NoUrl { value } => Finding::error("no_origin", format!("access-control-allow-origin is not an origin: `{}`", value.escape_debug()))
            .why("Browsers compare the whole text with `scheme://host[:port]`.")
            .help(exact),
        CheckFault::OtherOrigin { value } => Finding::error("other_origin", format!("access-control-allow-origin is `{}`, which {}", value.escape_debug(), difference(value, origin)))
            .why(format!("Browsers compare it with {origin} byte for byte, without any patterns."))
            .help(exact),
        CheckFault::NoCredentials { value } if value.is_empty() => Finding::error("credentials_not_allowed", "the server does not allow credentials")
            .why("The page calls with credentials, and access-control-allow-credentials is missing.")
            .help("send access-control-allow-credentials: true, if this origin may see the user's data; or call without credentials"),
        CheckFault::NoCredentials { value } => Finding::error("credentials_not_true", format!("access-control-allow-credentials is `{}`", value.escape_debug()))
            .why("Browsers accept only `true`, in lower case and once.")
            .help("send access-control-allow-credentials: true, from one place only"),
        // `NoOrigin`, among other fields of CORS.
        _ => Finding::error("origin_refused", format!("access-control-allow-origin is missing for {origin}"))
            .why("The answer has other CORS headers, so most likely a CORS layer answered, and did not allow this origin.")
            .help(refusals::allow(origin)),
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
        .why("Browsers join the lines, and the result is not an origin, even if both say the same.")
        .help(
            "leave the field to one part of the server; most likely, two add it, such as the app and a proxy",
        );
    }
    Finding::error("several_origins", format!("access-control-allow-origin is a list: `{value}`"))
        .why("The field holds one origin. The server has to keep the list of allowed origins, and compare with it.")
        .help("send back the origin of the request, if it is on the list, with `vary: Origin`")
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
        return "has a slash where an origin ends";
    }
    if value.eq_ignore_ascii_case(origin) {
        return "differs in upper and lower case";
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
            ("https://app.example/", "has a slash where an origin ends"),
            ("https://App.example", "differs in upper and lower case"),
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
