//! `fetch/api/resources/`

use serde_json::{Value, json};

use super::super::answer::Answer;
use super::super::asked::Asked;
use super::super::stash::Stash;
use super::{Handler, number, text};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("clean-stash.py", clean_stash),
    ("inspect-headers.py", inspect_headers),
    ("preflight.py", preflight),
    ("redirect.py", redirect),
];

/// Says whether something was there under the token.
fn clean_stash(asked: &Asked, stash: &Stash) -> Answer {
    let was_there = stash.take(asked, asked.get("token").unwrap_or_default()).is_some();
    Answer::new(if was_there { "1" } else { "0" })
}

/// Repeats the fields that it is asked about.
fn inspect_headers(asked: &Asked, _: &Stash) -> Answer {
    let names: Vec<_> = asked.get("headers").unwrap_or_default().split('|').collect();
    let seen = names
        .iter()
        .filter_map(|name| Some((format!("x-request-{name}"), asked.field(&name.to_ascii_lowercase())?)));
    let answer = seen.fold(text(""), |answer, (name, value)| answer.with(&name, value));
    if !asked.has("cors") {
        return answer;
    }
    let exposed: Vec<_> = names.iter().map(|name| format!("x-request-{name}")).collect();
    let own: Vec<_> = asked.fields.iter().map(|(name, _)| name.as_str()).collect();
    let allowed = asked.get("allow_headers").map_or_else(|| own.join(", "), str::to_owned);
    answer
        .with("Access-Control-Allow-Origin", asked.origin().unwrap_or("*"))
        .with("Access-Control-Allow-Credentials", "true")
        .with("Access-Control-Allow-Methods", "GET, POST, HEAD")
        .with("Access-Control-Expose-Headers", exposed.join(", "))
        .with("Access-Control-Allow-Headers", allowed)
}

/// Answers preflights as the query says, and tells the request that follows what it saw.
fn preflight(asked: &Asked, stash: &Stash) -> Answer {
    let token = asked.get("token");
    let origins = asked.get("origin").unwrap_or("*").split(", ");
    let answer = origins.fold(text(""), |answer, origin| answer.with("Access-Control-Allow-Origin", origin));
    if asked.has("clear-stash") {
        let was_there = token.and_then(|token| stash.take(asked, token)).is_some();
        return answer.body(if was_there { "1" } else { "0" });
    }
    let answer =
        answer.with_some("Access-Control-Allow-Credentials", asked.get("credentials").map(|_| "true"));
    let field = |name| asked.field(name).unwrap_or_default();
    if asked.is_options() {
        let wanted = asked.field("access-control-request-headers");
        let noted = json!({
            "wanted": if asked.has("control_request_headers") { json!(wanted) } else { json!("") },
            "referrer": field("referer"),
            "agent": field("user-agent"),
        });
        if let Some(token) = token {
            stash.put(asked, token, noted);
        }
        return answer
            .with_some("Access-Control-Max-Age", asked.get("max_age"))
            .with_some("Access-Control-Allow-Headers", asked.get("allow_headers"))
            .with_some("Access-Control-Allow-Methods", asked.get("allow_methods"))
            .status(number(asked, "preflight_status").unwrap_or(200));
    }
    let noted = token.and_then(|token| stash.take(asked, token));
    let did_preflight = noted.is_some();
    let noted = noted.unwrap_or_else(|| json!({ "wanted": "", "referrer": "", "agent": "" }));
    if asked.has("checkUserAgentHeaderInPreflight") && noted["agent"] != field("user-agent") {
        return answer.status(400).body("the preflight had no user agent, or another");
    }
    let answer = answer
        .with(
            "Access-Control-Expose-Headers",
            "x-did-preflight, x-control-request-headers, x-referrer, x-preflight-referrer, x-origin",
        )
        .with("x-did-preflight", if did_preflight { "1" } else { "0" })
        .with_some("x-control-request-headers", noted["wanted"].as_str())
        .with_some("x-preflight-referrer", noted["referrer"].as_str())
        .with("x-referrer", field("referer"))
        .with("x-origin", field("origin"));
    if let Some(token) = token.filter(|_| did_preflight) {
        stash.put(asked, token, noted);
    }
    answer
}

/// Leads to `location` with its own parameters, and with a count, so that no two hops are alike.
fn redirect(asked: &Asked, stash: &Stash) -> Answer {
    let token = asked.get("token");
    let noted = token.and_then(|token| stash.take(asked, token)).and_then(|noted| noted.as_u64());
    let count = noted.unwrap_or_default();
    let note = |count: u64| {
        if let Some(token) = token {
            stash.put(asked, token, Value::from(count));
        }
    };
    let answer = text("")
        .with("Cache-Control", "no-cache")
        .with("Pragma", "no-cache")
        .with("Access-Control-Allow-Origin", asked.origin().unwrap_or("*"))
        .with_some("Access-Control-Allow-Credentials", asked.origin().map(|_| "true"));
    let answer = if asked.is_options() {
        let answer = answer.with_some("Access-Control-Allow-Headers", asked.get("allow_headers"));
        if !asked.has("redirect_preflight") {
            note(count);
            return answer;
        }
        answer
    } else {
        answer
    };
    let count = count + 1;
    let location = asked.get("location").map(|location| lead(asked, location, count));
    let answer = answer
        .with_some("Location", location)
        .with_some("Referrer-Policy", asked.get("redirect_referrerpolicy"))
        .status(number(asked, "redirect_status").unwrap_or(302));
    note(count);
    match asked.get("max_count").and_then(|most| most.parse().ok()) {
        Some(most) if token.is_some() && count > most => Answer::new((count - 1).to_string()),
        _ => answer,
    }
}

/// Where a redirect leads.
fn lead(asked: &Asked, location: &str, count: u64) -> String {
    let is_http = ["http:", "https:"].iter().any(|scheme| location.starts_with(scheme));
    if !is_http && location.split(['/', '?']).next().is_some_and(|start| start.contains(':')) {
        return location.to_owned();
    }
    let separator = if location.contains('?') { '&' } else { '?' };
    let parameters: Vec<_> =
        asked.parameters().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    format!("{location}{separator}{}&count={count}", parameters.join("&"))
}

/// Percent-encodes what is not plain in a query.
fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
