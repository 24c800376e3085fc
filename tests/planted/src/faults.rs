//! Servers with one planted fault each, and what a probe has to find: that, and nothing else.

use crate::row::Behavior::{Answers, Trusts, TrustsWithout};
use crate::row::{PAGE, Row, Trust, right};
use crate::server::{Answer, Head};

type Findings = &'static [&'static str];

/// A server that trusts strangers, with credentials.
const fn lets(name: &'static str, page: &'static str, trust: Trust, findings: Findings) -> Row {
    Row { name, page, call: "credentials", server: Trusts(trust), findings }
}

const fn row(name: &'static str, call: &'static str, answer: fn(&Head) -> Answer, findings: Findings) -> Row {
    Row { name, page: PAGE, call, server: Answers(answer), findings }
}

/// Servers that let a stranger in.
pub const STRANGERS: &[Row] = &[
    lets("every origin is reflected", PAGE, Trust::Any, &["origin_reflected"]),
    Row {
        call: "",
        server: TrustsWithout(Trust::Any),
        ..lets("every origin is reflected, without credentials", PAGE, Trust::Any, &["origin_reflected"])
    },
    lets("every origin with a cookie is reflected", PAGE, Trust::AnyWithCookie, &["origin_reflected"]),
    Row { call: "PUT", ..lets("every preflight is let pass", PAGE, Trust::Any, &["origin_reflected"]) },
    lets("null is listed", PAGE, Trust::These(&["null"]), &["null_allowed"]),
    Row {
        call: "",
        server: TrustsWithout(Trust::These(&["null"])),
        ..lets("null is listed, without credentials", PAGE, Trust::Nobody, &["null_allowed"])
    },
    lets("startsWith", PAGE, Trust::Starts("https://shop.myapp.com"), &["prefix_match"]),
    lets(
        "startsWith, of a page with a port",
        "https://shop.myapp.com:8443",
        Trust::Starts("https://shop.myapp.com"),
        &["prefix_match"],
    ),
    lets(
        "startsWith, of half a name",
        PAGE,
        Trust::Starts("https://shop.myapp"),
        &["open_dot", "other_suffix", "prefix_match"],
    ),
    lets(
        "startsWith, of localhost",
        "http://localhost:3000",
        Trust::Starts("http://localhost"),
        &["prefix_match"],
    ),
    lets("endsWith", PAGE, Trust::Ends("myapp.com"), &["plain_http_allowed", "suffix_match"]),
    lets("endsWith, with a dot, and any scheme", PAGE, Trust::Ends(".myapp.com"), &["plain_http_allowed"]),
    lets("includes", PAGE, Trust::Contains("shop.myapp.com"), &["plain_http_allowed", "substring_match"]),
    lets(
        "includes the domain",
        PAGE,
        Trust::Contains("myapp.com"),
        &["plain_http_allowed", "substring_match"],
    ),
    lets("a dot is open", PAGE, Trust::Matches(r"^https://shop.myapp\.com$"), &["open_dot"]),
    lets("every dot is open", PAGE, Trust::Matches(r"^https://shop.myapp.com$"), &["open_dot"]),
    lets("the last dot is open", PAGE, Trust::Matches(r"^https://shop\.myapp.com$"), &["open_dot"]),
    lets(
        "a dot is open, in co.uk",
        "https://shop.myapp.co.uk",
        Trust::Matches(r"^https://shop\.myapp.co\.uk$"),
        &["open_dot"],
    ),
    lets(
        "a dot is open, left of the domain",
        "https://a.b.myapp.com",
        Trust::Matches(r"^https://a.b\.myapp\.com$"),
        &["open_dot"],
    ),
    lets(
        "a dot is open, of two labels",
        "https://myapp.com",
        Trust::Matches("^https://myapp.com$"),
        &["open_dot"],
    ),
    lets("anything before the domain", PAGE, Trust::Matches(r"^https://.*myapp\.com$"), &["suffix_match"]),
    lets(
        "letters and dots before the domain",
        PAGE,
        Trust::Matches(r"^https://[a-z.]*myapp\.com$"),
        &["suffix_match"],
    ),
    lets("words before the domain", PAGE, Trust::Matches(r"^https://[\w.-]*myapp\.com$"), &["suffix_match"]),
    lets(
        "digits before the domain",
        "https://myapp.com",
        Trust::Matches(r"^https://\d*myapp\.com$"),
        &["suffix_match"],
    ),
    lets(
        "a hyphen before the domain",
        "https://myapp.com",
        Trust::Matches(r"^https://([a-z]+-)?myapp\.com$"),
        &["suffix_match"],
    ),
    lets(
        "letters before the domain of a subdomain",
        PAGE,
        Trust::Matches(r"^https://[a-z]+\.[a-z]*myapp\.com$"),
        &["suffix_match"],
    ),
    lets("no left edge", PAGE, Trust::Matches(r"myapp\.com$"), &["plain_http_allowed", "suffix_match"]),
    lets("[A-z]", PAGE, Trust::Matches(r"^https://[A-z.]+myapp\.com$"), &["suffix_match"]),
    lets("no right edge", PAGE, Trust::Matches(r"^https://shop\.myapp\.com"), &["prefix_match"]),
    lets(
        "no right edge, with subdomains",
        PAGE,
        Trust::Matches(r"^https://(.+\.)?myapp\.com"),
        &["substring_match"],
    ),
    lets(
        "a word's edge on the right",
        PAGE,
        Trust::Matches(r"^https://shop\.myapp\.com\b"),
        &["prefix_match"],
    ),
    lets(
        "an alternative without an edge",
        PAGE,
        Trust::Matches(r"^https://shop\.myapp\.com|https://admin\.myapp\.com$"),
        &["prefix_match"],
    ),
    lets("a hyphen is no edge", PAGE, Trust::Matches(r"^https://shop\.myapp\.com(-.*)?$"), &["prefix_match"]),
    lets(
        "a name that goes on",
        PAGE,
        Trust::Matches(r"^https://shop\.myapp\.com[a-z.]*$"),
        &["prefix_match"],
    ),
    lets(
        "punctuation is an edge",
        PAGE,
        Trust::Matches(r"^https://shop\.myapp\.com([^a-z0-9.:-]|$)"),
        &["punctuation_match"],
    ),
    lets(
        "punctuation is an edge, but for _",
        PAGE,
        Trust::Matches(r"^https://shop\.myapp\.com([^\w.:-]|$)"),
        &["punctuation_match"],
    ),
    lets("http as well", PAGE, Trust::Matches(r"^https?://shop\.myapp\.com$"), &["plain_http_allowed"]),
    lets(
        "subdomains by http as well",
        PAGE,
        Trust::Matches(r"^https?://([a-z0-9-]+\.)*myapp\.com$"),
        &["plain_http_allowed"],
    ),
    lets("any scheme", PAGE, Trust::Ends("://shop.myapp.com"), &["plain_http_allowed"]),
    lets("any top-level domain", PAGE, Trust::Matches(r"^https://shop\.myapp\.[a-z]+$"), &["other_suffix"]),
    lets("any name in com", PAGE, Trust::Matches(r"^https://[a-z.-]+\.com$"), &["neighbor_allowed"]),
    lets(
        "the last two labels, in co.uk",
        "https://shop.myapp.co.uk",
        Trust::Ends(".co.uk"),
        &["neighbor_allowed", "plain_http_allowed"],
    ),
    lets(
        "any tenant of a shared domain",
        "https://me.github.io",
        Trust::Matches(r"^https://[a-z]+\.github\.io$"),
        &["neighbor_allowed"],
    ),
    lets(
        "any preview of a name",
        "https://myapp-git-main.vercel.app",
        Trust::Matches(r"^https://myapp-.*\.vercel\.app$"),
        &["neighbor_allowed"],
    ),
    lets(
        "any name that ends alike",
        "https://pr-preview.com",
        Trust::Matches(r"^https://[a-z]+-preview\.com$"),
        &["neighbor_allowed"],
    ),
    lets(
        "a development server is listed",
        PAGE,
        Trust::These(&["http://localhost:3000"]),
        &["loopback_allowed"],
    ),
    lets("any port of localhost", PAGE, Trust::Matches(r"^http://localhost(:\d+)?$"), &["loopback_allowed"]),
    lets("localhost at the beginning", PAGE, Trust::Starts("http://localhost"), &["loopback_prefix"]),
    lets("localhost anywhere", PAGE, Trust::Contains("localhost"), &["loopback_prefix"]),
    lets("all of a shared domain", PAGE, Trust::Ends(".vercel.app"), &["shared_domain_allowed"]),
    lets(
        "a site that runs anybody's code",
        PAGE,
        Trust::These(&["https://codepen.io", "https://jsfiddle.net"]),
        &["shared_domain_allowed"],
    ),
    lets(
        "a bucket of anybody",
        PAGE,
        Trust::Matches(r"^https://[a-z0-9.-]+\.s3\.amazonaws\.com$"),
        &["shared_domain_allowed"],
    ),
];

fn preflight(head: &Head, answer: Answer) -> Answer {
    if head.is_preflight() { answer } else { right(head) }
}

fn call(head: &Head, answer: Answer) -> Answer {
    if head.is_preflight() { right(head) } else { answer }
}

const ORIGIN: &str = "access-control-allow-origin";
const CREDENTIALS: &str = "access-control-allow-credentials";
const METHODS: &str = "access-control-allow-methods";
const HEADERS: &str = "access-control-allow-headers";
const EXPOSE: &str = "access-control-expose-headers";
const MAX_AGE: &str = "access-control-max-age";

/// Servers that a browser, a cache or a page has trouble with.
pub const OTHERS: &[Row] = &[
    // The origin.
    row("no CORS", "", |_| Answer::new(200), &["no_cors"]),
    row(
        "no CORS for OPTIONS",
        "PUT",
        |head| preflight(head, Answer::new(200).with("allow", "GET, PUT")),
        &["no_cors"],
    ),
    row(
        "another origin",
        "",
        |_| Answer::new(200).with(ORIGIN, "https://admin.myapp.com"),
        &["other_origin"],
    ),
    row(
        "an origin with a slash",
        "",
        |_| Answer::new(200).with(ORIGIN, "https://shop.myapp.com/"),
        &["other_origin"],
    ),
    row(
        "an origin with its port",
        "",
        |_| Answer::new(200).with(ORIGIN, "https://shop.myapp.com:443"),
        &["other_origin"],
    ),
    row(
        "an origin in capitals",
        "PUT",
        |head| right(head).set(ORIGIN, "https://Shop.MyApp.com"),
        &["other_origin"],
    ),
    row("a pattern", "", |_| Answer::new(200).with(ORIGIN, "https://*.myapp.com"), &["other_origin"]),
    row("no scheme", "", |_| Answer::new(200).with(ORIGIN, "shop.myapp.com"), &["no_origin"]),
    row(
        "a list",
        "",
        |_| Answer::new(200).with(ORIGIN, "https://shop.myapp.com, https://admin.myapp.com"),
        &["several_origins"],
    ),
    row("app and proxy", "", |_| Answer::new(200).with(ORIGIN, "*").with(ORIGIN, "*"), &["several_lines"]),
    row(
        "the origin is refused",
        "PUT",
        |head| match head.is_preflight() {
            true => Answer::new(403).with("vary", "Origin"),
            false => Answer::new(200).with("vary", "Origin"),
        },
        &["origin_refused"],
    ),
    row(
        "a 403 for every origin",
        "",
        |head| Answer::new(if head.field("origin").is_empty() { 200 } else { 403 }),
        &["origin_refused"],
    ),
    row(
        "a check that throws",
        "",
        |head| Answer::new(if head.field("origin").is_empty() { 200 } else { 500 }),
        &["origin_refused_by_error"],
    ),
    row(
        "a check that throws for preflights",
        "PUT",
        |head| Answer::new(if head.field("origin").is_empty() { 200 } else { 500 }),
        &["origin_refused_by_error"],
    ),
    // Credentials.
    row(
        "a wildcard",
        "credentials",
        |_| Answer::new(200).with(ORIGIN, "*").with(CREDENTIALS, "true"),
        &["wildcard_with_credentials"],
    ),
    row(
        "a wildcard beside credentials",
        "",
        |_| Answer::new(200).with(ORIGIN, "*").with(CREDENTIALS, "true"),
        &["wildcard_with_credentials"],
    ),
    row(
        "credentials are missing",
        "credentials",
        |head| right(head).without(CREDENTIALS),
        &["credentials_not_allowed"],
    ),
    row(
        "credentials on the preflight alone",
        "PUT credentials",
        |head| call(head, right(head).without(CREDENTIALS)),
        &["credentials_not_allowed"],
    ),
    row("True", "credentials", |head| right(head).set(CREDENTIALS, "True"), &["credentials_not_true"]),
    row(
        "a wildcard of methods",
        "PUT credentials",
        |head| right(head).set(METHODS, "*"),
        &["wildcard_with_credentials"],
    ),
    row(
        "a wildcard of headers",
        "x-token credentials",
        |head| right(head).set(HEADERS, "*"),
        &["wildcard_with_credentials"],
    ),
    // The preflight.
    row(
        "authentication first",
        "PUT authorization",
        |head| preflight(head, Answer::new(401)),
        &["preflight_unauthorized"],
    ),
    row(
        "no route for OPTIONS",
        "PUT",
        |head| preflight(head, Answer::new(405).with("allow", "GET, PUT")),
        &["preflight_not_handled"],
    ),
    row(
        "a slash is added",
        "PUT",
        |head| preflight(head, Answer::new(301).with("location", "/tasks/")),
        &["preflight_redirected"],
    ),
    row(
        "https comes first",
        "PUT",
        |head| preflight(head, Answer::new(308).with("location", "https://api.myapp.com/")),
        &["preflight_redirected"],
    ),
    row(
        "sign-in comes first",
        "PUT",
        |head| preflight(head, Answer::new(302).with("location", "/accounts/login/?next=/")),
        &["redirected_to_sign_in"],
    ),
    row("an app that fails", "PUT", |head| preflight(head, Answer::new(500)), &["preflight_failed"]),
    row(
        "a status beside the fields",
        "PUT",
        |head| if head.is_preflight() { Answer { status: 404, ..right(head) } } else { right(head) },
        &["preflight_not_handled"],
    ),
    row("the method is not listed", "PATCH", right, &["method_not_allowed"]),
    row("the method's case", "patch", |head| right(head).set(METHODS, "PATCH"), &["method_case"]),
    row(
        "the method is refused",
        "PUT",
        |head| match head.field("access-control-request-method") {
            "PUT" => Answer::new(403).with("vary", "Origin"),
            _ => right(head),
        },
        &["method_refused"],
    ),
    row("a header is not listed", "PUT x-token", right, &["header_not_allowed"]),
    row(
        "a header is refused",
        "PUT authorization x-token",
        |head| match head.field("access-control-request-headers").contains("x-token") {
            true => Answer::new(403).with("vary", "Origin"),
            false => right(head),
        },
        &["header_refused"],
    ),
    row(
        "authorization by a wildcard",
        "authorization",
        |head| {
            preflight(head, Answer::new(204).with(ORIGIN, "*").with(HEADERS, "*"))
                .set(ORIGIN, "*")
                .without(CREDENTIALS)
        },
        &["authorization_by_wildcard"],
    ),
    row("no list of methods", "PUT", |head| right(head).set(METHODS, "GET; PUT"), &["unparsable_list"]),
    row("a list in brackets", "x-token", |head| right(head).set(HEADERS, "[x-token]"), &["unparsable_list"]),
    row("a long max-age", "PUT", |head| right(head).set(MAX_AGE, "31536000"), &["max_age_over_cap"]),
    row("a max-age in hours", "PUT", |head| right(head).set(MAX_AGE, "24h"), &["max_age_unparsable"]),
    row(
        "too much at once",
        "PUT authorization content-type",
        |head| match head.field("access-control-request-headers").contains(',') {
            true => Answer::new(403),
            false => right(head),
        },
        &["preflight_refused"],
    ),
    // Who answered.
    row("the preflight alone", "PUT", |head| call(head, Answer::new(200)), &["preflight_only"]),
    row("an error page", "", |_| Answer::new(500), &["error_without_cors"]),
    row(
        "an error page after the preflight",
        "PUT",
        |head| call(head, Answer::new(404)),
        &["error_without_cors"],
    ),
    row("a rate limit", "", |_| Answer::new(429).with("retry-after", "30"), &["rate_limited"]),
    row("a rate limit of preflights", "PUT", |head| preflight(head, Answer::new(429)), &["rate_limited"]),
    row("down", "", |_| Answer::new(503), &["unavailable"]),
    row("a gateway", "", |_| Answer::new(502).with("server", "nginx/1.22.1"), &["proxy_error"]),
    row("a gateway's time limit", "PUT", |head| call(head, Answer::new(504)), &["proxy_error"]),
    row(
        "a sign-in page",
        "",
        |head| match head.target.as_str() {
            "/login" => Answer::new(200),
            _ => Answer { status: 302, ..right(head).with("location", "/login") },
        },
        &["redirected_to_sign_in"],
    ),
    row(
        "a redirect to where no CORS is",
        "",
        |head| match head.target.as_str() {
            "/new" => Answer::new(200),
            _ => Answer { status: 301, ..right(head).with("location", "/new") },
        },
        &["redirected_and_blocked"],
    ),
    row(
        "a cache with another's answer",
        "",
        |head| match head.target.contains('?') {
            true => right(head),
            false => Answer::new(200).with("x-cache", "HIT").with(ORIGIN, "https://admin.myapp.com"),
        },
        &["cached_answer"],
    ),
    row(
        "a cache with nobody's answer",
        "",
        |head| match head.target.contains('?') {
            true => right(head),
            false => Answer::new(200).with("age", "77"),
        },
        &["cached_answer"],
    ),
    // Caches and headers.
    row("no vary", "", |head| right(head).without("vary"), &["vary_missing"]),
    row(
        "vary for the listed alone",
        "",
        |head| if head.field("origin") == PAGE { right(head) } else { Answer::new(200) },
        &["vary_missing"],
    ),
    row(
        "vary for those with an origin alone",
        "",
        |head| if head.field("origin").is_empty() { Answer::new(200) } else { right(head) },
        &["vary_missing"],
    ),
    row(
        "a header that is not exposed",
        "read:x-total-count",
        |head| right(head).with("x-total-count", "7"),
        &["unreadable_header"],
    ),
    row(
        "a cookie is to be read",
        "credentials read:set-cookie",
        |head| right(head).with("set-cookie", "a=b"),
        &["unreadable_header"],
    ),
    row(
        "exposed by a wildcard",
        "credentials",
        |head| right(head).with("x-total-count", "7").with(EXPOSE, "*"),
        &["expose_wildcard_with_credentials"],
    ),
    row(
        "exposed by a wildcard, and wanted",
        "credentials read:x-total-count",
        |head| right(head).with("x-total-count", "7").with(EXPOSE, "*"),
        &["expose_wildcard_with_credentials", "unreadable_header"],
    ),
    row(
        "exposed on the preflight alone",
        "PUT",
        |head| match head.is_preflight() {
            true => right(head).with(EXPOSE, "x-total-count"),
            false => right(head).with("x-total-count", "7"),
        },
        &["expose_only_on_preflight"],
    ),
];
