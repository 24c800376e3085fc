//! `cors/resources/`

use serde_json::{Map, Value};

use super::super::answer::Answer;
use super::super::asked::Asked;
use super::super::stash::Stash;
use super::{Handler, allows_all, allows_asker, number, text};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("304.py", not_modified),
    ("cors-cookie.py", cookie),
    ("cors-makeheader.py", make_header),
    ("preflight.py", preflight),
    ("status.py", status),
];

/// The field by which a request says which one it is, and the answer to which one it belongs.
const NUMBER: &str = "content-language";

const ETAG: &str = "abcdef";

/// First requests get something to keep, second ones a 304 with other fields.
fn not_modified(asked: &Asked, _: &Stash) -> Answer {
    let error = |body: &str| {
        allows_all()
            .with("Content-Type", "text/plain")
            .with("Access-Control-Expose-Headers", NUMBER)
            .with("Cache-Control", "no-store")
            .status(299)
            .reason("Client Error")
            .body(body)
    };
    let known = asked.field("if-none-match");
    let number = match asked.field(NUMBER).map(str::parse) {
        Some(Ok(number @ 1..=8_u8)) => number,
        _ => return error("no number, or one that is not known"),
    };
    let written = number.to_string();
    let answer = Answer::empty()
        .with("Access-Control-Expose-Headers", NUMBER)
        .with(NUMBER, written.as_str())
        .with("A", written.as_str())
        .with("B", written.as_str());
    if number % 2 == 1 {
        if known.is_some() {
            return error("If-None-Match on first request");
        }
        return answer
            .with("Access-Control-Allow-Origin", "*")
            .with("Content-Type", "text/plain")
            .with("Cache-Control", "private, max-age=3, must-revalidate")
            .with("ETag", ETAG)
            .body("Success");
    }
    if known != Some(ETAG) {
        return error("If-None-Match is missing, or another");
    }
    let answer = answer.status(304);
    match number {
        4 => answer.with("Access-Control-Expose-Headers", "a, b"),
        6 => answer.with("Access-Control-Expose-Headers", "a"),
        8 => answer.with("Access-Control-Allow-Origin", "other.origin.example:80"),
        _ => answer,
    }
}

/// Says which cookie came along and deletes it; sets it if none came.
fn cookie(asked: &Asked, _: &Stash) -> Answer {
    let name = asked.get("ident").unwrap_or("test");
    let unless_none = |value: &&str| *value != "none";
    let origin = asked.get("origin").or(asked.origin()).filter(unless_none);
    let credentials = asked.get("credentials").or(Some("true")).filter(unless_none);
    let (body, set) = match asked.cookie(name) {
        Some(value) => (value, format!("{name}=; Path=/; Max-Age=0")),
        None => ("NO_COOKIE", format!("{name}=COOKIE; Path=/")),
    };
    text(body)
        .with_some("Access-Control-Allow-Origin", origin)
        .with_some("Access-Control-Allow-Credentials", credentials)
        .with("Set-Cookie", set)
}

/// Says whether a preflight was noted under the token, and forgets it.
fn check(asked: &Asked, stash: &Stash) -> Answer {
    let token = asked.get("token").unwrap_or_default();
    let noted = stash.take(asked, token);
    let body = if noted.is_some() { "1" } else { "0" };
    if let Some(noted) = noted.filter(|_| asked.get("check") == Some("keep")) {
        stash.put(asked, token, noted);
    }
    text(body)
}

/// The parameters as fields and status, and the request's fields as the body.
fn make_header(asked: &Asked, stash: &Stash) -> Answer {
    if asked.has("check") {
        return check(asked, stash);
    }
    let origin = asked.get("origin").or(asked.origin()).filter(|origin| *origin != "none");
    if let Some(token) = asked.get("token").filter(|_| asked.is_options()) {
        stash.put(asked, token, true);
    }
    let mut status = number(asked, "code");
    if asked.is_options() {
        status = number(asked, "preflight").or(status);
    }
    if asked.has("location") {
        status = status.or(Some(302));
    }
    let location = asked.get("location").filter(|_| status.is_some_and(|status| status / 100 == 3));
    let mut fields: Map<_, _> =
        asked.fields.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
    fields.insert("get_value".into(), asked.get("get_value").unwrap_or_default().into());
    let answer = Answer::new(Value::Object(fields).to_string())
        .with_some("Access-Control-Allow-Origin", origin)
        .with_some("Access-Control-Allow-Origin", asked.get("origin2"))
        .with_some("Access-Control-Allow-Headers", asked.get("headers"))
        .with_some("Access-Control-Allow-Credentials", asked.get("credentials"))
        .with_some("Access-Control-Allow-Methods", asked.get("methods"))
        .with_some("Location", location);
    match status {
        Some(status) => answer.status(status).reason("StatusText"),
        None => answer,
    }
}

/// Notes preflights, and says what `x-print` brought.
fn preflight(asked: &Asked, stash: &Stash) -> Answer {
    if asked.has("check") {
        return check(asked, stash);
    }
    let answer =
        allows_all().with("Content-Type", "text/plain").with("Access-Control-Allow-Headers", "x-print");
    if !asked.is_options() {
        return answer.body(asked.field("x-print").unwrap_or("NO"));
    }
    let Some(method) = asked.field("access-control-request-method") else {
        return Answer::new("no Access-Control-Request-Method").status(400);
    };
    if let Some(token) = asked.get("token") {
        stash.put(asked, token, true);
    }
    answer
        .with("Access-Control-Allow-Methods", method)
        .with_some("Access-Control-Max-Age", asked.get("max_age"))
}

/// The status that the parameters say.
fn status(asked: &Asked, _: &Stash) -> Answer {
    let methods = asked.is_options().then_some("GET, CHICKEN, HEAD, POST, PUT");
    let wanted = asked.field("access-control-request-method").unwrap_or_default();
    let preflight = number(asked, "preflight").filter(|_| asked.is_options());
    allows_asker(asked)
        .with("Access-Control-Expose-Headers", "X-Request-Method")
        .with_some("Access-Control-Allow-Methods", methods)
        .with_some("Access-Control-Allow-Headers", asked.get("headers"))
        .with("X-Request-Method", asked.method.as_str())
        .with("X-A-C-Request-Method", wanted)
        .with_some("Content-Type", asked.get("type"))
        .status(preflight.or(number(asked, "code")).unwrap_or(200))
        .reason(asked.get("text").unwrap_or("OMG"))
        .body(asked.get("content").unwrap_or_default())
}
