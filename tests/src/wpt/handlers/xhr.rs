//! `xhr/resources/`

use serde_json::{Map, Value};

use super::super::answer::Answer;
use super::super::asked::Asked;
use super::super::stash::Stash;
use super::{Handler, allows_all, allows_asker, allows_asker_with_credentials, number, text};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("access-control-allow-lists.py", allow_lists),
    ("access-control-allow-with-body.py", allow_with_body),
    ("access-control-auth-basic.py", auth_basic),
    ("access-control-basic-allow.py", |asked, _| plain(allows_asker_with_credentials(asked))),
    ("access-control-basic-allow-no-credentials.py", |asked, _| plain(allows_asker(asked))),
    ("access-control-basic-allow-star.py", |_, _| plain(allows_all())),
    ("access-control-basic-cors-safelisted-request-headers.py", safelisted_request_headers),
    ("access-control-basic-denied.py", |_, _| text("FAIL: Cross-domain access allowed.")),
    ("access-control-basic-options-not-supported.py", options_not_supported),
    ("access-control-basic-preflight-cache.py", |asked, stash| preflight_cache(asked, stash, Cache::Kept)),
    ("access-control-basic-preflight-cache-invalidation.py", |asked, stash| {
        preflight_cache(asked, stash, Cache::OfOther)
    }),
    ("access-control-basic-preflight-cache-timeout.py", |asked, stash| {
        preflight_cache(asked, stash, Cache::Old)
    }),
    ("access-control-basic-put-allow.py", put_allow),
    ("access-control-basic-whitelist-response-headers.py", safelisted_response_headers),
    ("access-control-cookie.py", cookie),
    ("access-control-origin-header.py", origin_header),
    ("access-control-preflight-denied.py", preflight_denied),
    ("access-control-preflight-request-header-lowercase.py", header_lowercase),
    ("access-control-preflight-request-header-sorted.py", header_sorted),
    ("access-control-preflight-request-headers-origin.py", headers_origin),
    ("access-control-preflight-request-invalid-status.py", invalid_status),
    ("access-control-preflight-request-must-not-contain-cookie.py", no_cookie_on_preflight),
    ("no-custom-header-on-preflight.py", no_custom_header_on_preflight),
    ("redirect-cors.py", redirect_cors),
    ("redirect.py", redirect),
    ("reset-token.py", reset_token),
];

const PASS: &str = "PASS: Cross-domain access allowed.";

/// A plain text that the page looks for.
fn plain(answer: Answer) -> Answer {
    answer.with("Content-Type", "text/plain").body(PASS)
}

fn bad(body: &str) -> Answer {
    Answer::new(body).status(400)
}

/// The parameters as fields, and the request's fields as the body.
fn allow_lists(asked: &Asked, _: &Stash) -> Answer {
    let fields: Map<_, _> =
        asked.fields.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
    Answer::new(Value::Object(fields).to_string())
        .with_some("Access-Control-Allow-Origin", asked.get("origin"))
        .with_some("Access-Control-Allow-Headers", asked.get("headers"))
        .with_some("Access-Control-Allow-Methods", asked.get("methods"))
}

fn allow_with_body(_: &Asked, _: &Stash) -> Answer {
    allows_all()
        .with("Cache-Control", "no-store")
        .with("Access-Control-Allow-Headers", "X-Requested-With")
        .with("Access-Control-Max-Age", "0")
        .with("Access-Control-Allow-Methods", "*")
        .with("Vary", "Accept-Encoding")
        .with("Content-Type", "text/plain")
        .body("PASS")
}

/// Asks for a password. No page here gets one through, so none is looked at.
fn auth_basic(asked: &Asked, _: &Stash) -> Answer {
    let answer = allows_asker_with_credentials(asked).with("Cache-Control", "no-store");
    if asked.is_options() {
        return answer.with("Access-Control-Allow-Methods", "PUT");
    }
    match asked.field("authorization") {
        Some(sent) => answer.body(sent),
        None => answer
            .with("WWW-Authenticate", "Basic realm='Test Realm/Cross Origin'")
            .status(401)
            .body("no password"),
    }
}

/// Only the request itself succeeds, and says what it brought.
fn safelisted_request_headers(asked: &Asked, _: &Stash) -> Answer {
    if asked.method != "POST" {
        return Answer::empty().with("Cache-Control", "no-store").status(400);
    }
    let lines = ["Accept", "Accept-Language", "Content-Language", "Content-Type"]
        .map(|name| format!("{name}: {}\n", asked.field(&name.to_ascii_lowercase()).unwrap_or("<None>")));
    allows_asker_with_credentials(asked).with("Cache-Control", "no-store").body(lines.concat())
}

fn options_not_supported(asked: &Asked, _: &Stash) -> Answer {
    if asked.is_options() { bad("") } else { allows_asker_with_credentials(asked) }
        .with("Cache-Control", "no-store")
}

/// What the second request of a page is meant to find in the browser's cache of preflights.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cache {
    /// The answer that it needs.
    Kept,
    /// That of another method or header.
    OfOther,
    /// One that is too old.
    Old,
}

/// Goes through preflight, `PUT`, where it is needed a second preflight, and the last request, in this order alone.
fn preflight_cache(asked: &Asked, stash: &Stash, cache: Cache) -> Answer {
    let token = asked.get("token").unwrap_or_default();
    let state = stash.take(asked, token);
    let state = state.as_ref().and_then(Value::as_str).unwrap_or("new");
    let answer = allows_asker_with_credentials(asked);
    let is_allowed = |answer: Answer, methods: &str, headers: Option<&str>| {
        answer
            .with("Access-Control-Allow-Methods", methods)
            .with_some("Access-Control-Allow-Headers", headers)
    };
    let headers = (cache == Cache::Old).then_some("x-test");
    let (next, answer) = match (state, asked.method.as_str()) {
        ("new", "OPTIONS") => {
            let age = if cache == Cache::Old { "1" } else { "10" };
            ("asked", is_allowed(answer, "PUT", headers).with("Access-Control-Max-Age", age))
        }
        ("asked", "PUT") => ("put", answer.body("PASS: First PUT request.")),
        ("put", "PUT") if cache == Cache::Kept => {
            return answer.body("PASS: Second PUT request. Preflight worked.");
        }
        ("put", "OPTIONS") if cache == Cache::Kept => ("asked for nothing", is_allowed(answer, "PUT", None)),
        ("put", "OPTIONS") if cache == Cache::Old => ("asked again", is_allowed(answer, "PUT", headers)),
        ("put", "OPTIONS") => ("asked again", is_allowed(answer, "PUT, XMETHOD", Some("x-test"))),
        ("asked again", "PUT" | "XMETHOD") => return answer.body("PASS: Second OPTIONS request was sent."),
        (state, method) => {
            let status = if cache == Cache::Kept { 400 } else { 200 };
            return answer.status(status).body(format!("FAIL {method}: {state}"));
        }
    };
    stash.put(asked, token, next);
    answer
}

fn put_allow(asked: &Asked, _: &Stash) -> Answer {
    let wrong = || text(format!("Wrong method: {}", asked.method));
    let answer = allows_asker_with_credentials(asked).with("Content-Type", "text/plain");
    match asked.method.as_str() {
        "OPTIONS" => answer.with("Access-Control-Allow-Methods", "PUT"),
        "PUT" => answer.body([PASS.as_bytes(), b"\n", &asked.body].concat()),
        _ => wrong(),
    }
}

fn safelisted_response_headers(_: &Asked, _: &Stash) -> Answer {
    plain(allows_all())
        .with("cache-control", "no cache")
        .with("content-language", "en")
        .with("expires", "Fri, 30 Oct 1998 14:19:41 GMT")
        .with("last-modified", "Tue, 15 Nov 1994 12:45:26 GMT")
        .with("pragma", "no-cache")
        .with("x-test", "foobar")
}

/// Deletes every cookie that came along, and sets the one that is asked for.
fn cookie(asked: &Asked, _: &Stash) -> Answer {
    let answer = allows_asker_with_credentials(asked).with("Cache-Control", "no-store");
    let answer = asked.cookies().fold(answer, |answer, (name, _)| {
        answer.with("Set-Cookie", format!("{name}=deleted; Path=/; Max-Age=0"))
    });
    let wanted = asked.get("cookie_name").map(|name| format!("{name}=COOKIE; Path=/; Max-Age=86400"));
    answer.with_some("Set-Cookie", wanted)
}

fn origin_header(asked: &Asked, _: &Stash) -> Answer {
    let body = format!("{PASS}\nHTTP_ORIGIN: {}", asked.origin().unwrap_or("None"));
    plain(allows_all())
        .with("Cache-Control", "no-cache, no-store")
        .with("Access-Control-Allow-External", "true")
        .body(body)
}

/// Permits nothing that needs a preflight, and knows whether it was asked for something all the same.
fn preflight_denied(asked: &Asked, stash: &Stash) -> Answer {
    let token = asked.get("token").unwrap_or_default();
    let state = stash.take(asked, token);
    let state = state.as_ref().and_then(Value::as_str).unwrap_or_default();
    let answer = allows_asker(asked).with("Cache-Control", "no-store").with("Access-Control-Max-Age", "1");
    let (next, status, body) = match (asked.get("command"), state, asked.method.as_str()) {
        (Some("reset"), _, "GET") => ("", 200, "Server state reset"),
        (Some("reset"), ..) => ("", 400, "FAIL: Invalid Method."),
        (_, "", "OPTIONS") => ("denied", 200, "This request should not be displayed."),
        (_, "", _) => ("", 400, "FAIL: not asked"),
        (Some("complete"), "denied", "GET") => ("", 200, "Request successfully blocked."),
        (_, "denied", _) => ("ignored", 400, "FAIL: The request was not denied."),
        _ => ("", 400, "FAIL: the denial was ignored"),
    };
    stash.put(asked, token, next);
    answer.status(status).body(body)
}

fn wanted(asked: &Asked) -> &str {
    asked.field("access-control-request-headers").unwrap_or_default()
}

fn header_lowercase(asked: &Asked, _: &Stash) -> Answer {
    let answer = allows_all().with("Cache-Control", "no-store").with("Access-Control-Max-Age", "0");
    match asked.method.as_str() {
        "OPTIONS" if wanted(asked).split(',').any(|name| name.trim() == "x-test") => {
            answer.with("Access-Control-Allow-Headers", "X-Test")
        }
        "GET" if asked.field("x-test").is_some() => answer.body("PASS"),
        _ => answer.status(400),
    }
}

fn header_sorted(asked: &Asked, _: &Stash) -> Answer {
    const SORTED: &str = "x-custom-s,x-custom-test,x-custom-u,x-custom-ua,x-custom-v";
    let answer = allows_asker(asked).with("Cache-Control", "no-store");
    if asked.is_options() {
        let is_sorted = wanted(asked) == SORTED;
        return answer
            .with("Access-Control-Max-Age", "0")
            .with("Access-Control-Allow-Headers", SORTED)
            .status(if is_sorted { 200 } else { 400 });
    }
    match asked.field("x-custom-s") {
        Some(_) => answer.body("PASS"),
        None => answer.status(400).body("FAIL"),
    }
}

fn headers_origin(asked: &Asked, _: &Stash) -> Answer {
    let answer = allows_all().with("Cache-Control", "no-store");
    if !asked.is_options() {
        return answer.body(asked.field("x-pass").unwrap_or_default());
    }
    if wanted(asked).contains("origin") {
        return answer.status(400).body("`origin` among the names that are asked for");
    }
    answer.with("Access-Control-Allow-Headers", "x-pass")
}

fn invalid_status(asked: &Asked, _: &Stash) -> Answer {
    let answer = allows_asker(asked).with("Cache-Control", "no-store");
    if !asked.is_options() {
        return answer;
    }
    answer
        .with("Access-Control-Max-Age", "1")
        .with("Access-Control-Allow-Headers", "x-pass")
        .status(number(asked, "code").unwrap_or(200))
}

fn no_cookie_on_preflight(asked: &Asked, _: &Stash) -> Answer {
    let cookie = asked.cookie("foo");
    if asked.is_options() && cookie.is_some() {
        return bad("");
    }
    allows_asker_with_credentials(asked)
        .with("Cache-Control", "no-store")
        .with("Access-Control-Allow-Headers", "X-Proprietary-Header")
        .body(cookie.unwrap_or_default())
}

fn no_custom_header_on_preflight(asked: &Asked, stash: &Stash) -> Answer {
    let token = asked.get("token").unwrap_or_default();
    let answer =
        allows_all().with("Access-Control-Allow-Headers", "x-test").with("Access-Control-Max-Age", "0");
    match (asked.is_options(), asked.field("x-test")) {
        (true, Some(_)) => answer.status(400).body("FAIL: Invalid header in preflight request."),
        (true, None) => {
            stash.put(asked, token, "PASS");
            answer
        }
        (false, Some(_)) => {
            let state = stash.take(asked, token);
            answer.body(state.as_ref().and_then(Value::as_str).unwrap_or("no preflight"))
        }
        (false, None) => answer.status(400).body("FAIL: X-Test header missing in request"),
    }
}

fn redirect_cors(asked: &Asked, _: &Stash) -> Answer {
    let answer = Answer::empty()
        .with_some("Access-Control-Allow-Origin", asked.origin().filter(|_| asked.has("allow_origin")))
        .with_some("Access-Control-Allow-Headers", asked.get("allow_header"));
    let leads = |answer: Answer| answer.status(302).with_some("Location", asked.get("location"));
    if !asked.is_options() {
        return leads(answer);
    }
    let answer = answer.with("Access-Control-Allow-Methods", "GET").with("Access-Control-Max-Age", "1");
    if asked.has("redirect_preflight") { leads(answer) } else { answer }
}

fn redirect(asked: &Asked, _: &Stash) -> Answer {
    if asked.has("followed") {
        return text("MAGIC HAPPENED");
    }
    let location = asked.get("location").map_or_else(|| format!("{}?followed", asked.path), str::to_owned);
    Answer::new("TEST").status(number(asked, "code").unwrap_or(302)).with("Location", location)
}

fn reset_token(asked: &Asked, stash: &Stash) -> Answer {
    stash.put(asked, asked.get("token").unwrap_or_default(), "");
    allows_asker(asked).body("PASS")
}
