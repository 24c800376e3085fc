//! Servers without a fault, on which a probe must report nothing but notes.

use crate::row::Behavior::{Answers, Trusts, TrustsWithout};
use crate::row::{PAGE, Row, Trust, allow, right};
use crate::server::{Answer, Head};

const fn row(name: &'static str, call: &'static str, answer: fn(&Head) -> Answer) -> Row {
    Row { name, page: PAGE, call, server: Answers(answer), findings: &[] }
}

const fn lets(name: &'static str, page: &'static str, call: &'static str, trust: Trust) -> Row {
    Row { name, page, call, server: Trusts(trust), findings: &[] }
}

fn public(head: &Head) -> Answer {
    let answer =
        Answer::new(if head.is_preflight() { 204 } else { 200 }).with("access-control-allow-origin", "*");
    match head.is_preflight() {
        true => answer
            .with("access-control-allow-methods", "*")
            .with("access-control-allow-headers", "*, authorization"),
        false => answer.with("access-control-expose-headers", "*").with("x-total-count", "7"),
    }
}

/// All of them.
pub const SOUND: &[Row] = &[
    lets("a list of one", PAGE, "", Trust::Nobody),
    lets("a list of one, with credentials", PAGE, "credentials", Trust::Nobody),
    lets("a list of one, with a preflight", PAGE, "PUT authorization credentials", Trust::Nobody),
    lets(
        "a list of three",
        PAGE,
        "credentials",
        Trust::These(&["https://admin.myapp.com", "https://partner.example.net"]),
    ),
    Row { server: TrustsWithout(Trust::Nobody), ..lets("without credentials", PAGE, "", Trust::Nobody) },
    lets("subdomains", PAGE, "credentials", Trust::Matches(r"^https://([a-z0-9-]+\.)+myapp\.com$")),
    lets(
        "the domain and its subdomains",
        "https://myapp.com",
        "",
        Trust::Matches(r"^https://([a-z0-9-]+\.)*myapp\.com$"),
    ),
    lets("some subdomains", PAGE, "", Trust::Matches(r"^https://(shop|blog|www)\.myapp\.com$")),
    lets(
        "previews under a domain of one's own",
        "https://pr-12.preview.myapp.com",
        "",
        Trust::Matches(r"^https://pr-\d+\.preview\.myapp\.com$"),
    ),
    lets("any port of one host", PAGE, "", Trust::Matches(r"^https://shop\.myapp\.com(:\d+)?$")),
    lets("a tenant of a shared domain", "https://me.github.io", "credentials", Trust::Nobody),
    lets("a preview of a shared domain", "https://myapp-git-main.vercel.app", "", Trust::Nobody),
    lets("a name of one label", "http://intranet", "credentials", Trust::Nobody),
    lets("an address", "https://192.0.2.7", "credentials", Trust::Nobody),
    lets("a development server", "http://localhost:3000", "PUT", Trust::These(&["http://localhost:5173"])),
    lets("an app's own scheme", "tauri://localhost", "credentials", Trust::Nobody),
    lets("a domain in co.uk", "https://shop.myapp.co.uk", "", Trust::Ends(".myapp.co.uk/never")),
    row("public", "", public),
    row("public, with a preflight", "PUT authorization x-token read:x-total-count", public),
    row("one origin, sent to everybody", "", |_| Answer::new(200).with("access-control-allow-origin", PAGE)),
    row("a preflight that answers 200", "PUT", |head| Answer { status: 200, ..right(head) }),
    row("strangers are refused", "PUT authorization", |head| match head.field("origin") {
        PAGE => right(head),
        _ => Answer { status: 403, ..right(head) },
    }),
    row("vary beside others", "", |head| right(head).set("vary", "Accept-Encoding, ORIGIN")),
    row("vary in two lines", "", |head| right(head).with("vary", "accept-encoding")),
    row("vary: *", "credentials", |head| right(head).set("vary", "*")),
    row("a list with blanks and capitals", "PUT x-token", |head| {
        right(head).set("access-control-allow-headers", " X-Token ,, Content-Type,\tAuthorization")
    }),
    row("an error that the page may read", "", |head| Answer { status: 404, ..right(head) }),
    row("a missing session that the page may read", "credentials", |head| Answer {
        status: if head.is_preflight() { 204 } else { 401 },
        ..right(head)
    }),
    row("a header that is exposed", "credentials read:x-total-count", |head| {
        right(head)
            .with("access-control-expose-headers", "X-Total-Count, etag")
            .with("x-total-count", "7")
            .with("etag", "1")
    }),
    row("a redirect within the server", "", |head| match head.target.as_str() {
        "/" => Answer { status: 301, ..right(head).with("location", "/tasks") },
        _ => right(head),
    }),
    row("a cache that obeys", "", |head| right(head).with("age", "7").with("x-cache", "HIT")),
    row("a cache of what is public", "", |head| public(head).with("cf-cache-status", "HIT")),
    row("another method", "QUERY", |head| right(head).set("access-control-allow-methods", "QUERY")),
    row("a form's method", "POST", right),
    row("the longest max-age", "PUT", |head| right(head).set("access-control-max-age", "86400")),
    row("no max-age", "DELETE", |head| right(head).without("access-control-max-age")),
    row("more than is asked for", "PUT", |head| {
        right(head).set("access-control-allow-methods", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS, POST")
    }),
    row("preflights of strangers are answered alike", "PUT", |head| match head.is_preflight() {
        true if head.field("origin") != PAGE => {
            Answer::new(204).with("vary", "Origin").with("access-control-allow-methods", "PUT")
        }
        _ => allow(head, head.field("origin") == PAGE, true),
    }),
];
