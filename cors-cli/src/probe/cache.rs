//! A shared cache that hands the answer made for one origin to another.

use cors_engine::adapter::Field;
use cors_engine::browser::{Fetch, Response};

use super::client::Client;
use super::finding::Finding;
use super::strangers::{SAFE_METHODS, Seen};
use super::warnings::varies_by_origin;
use crate::exchange::{Leg, Sent};

/// A call that is blocked because a cache answered instead of the server.
pub(super) fn of_blocked(leg: &Leg, client: &Client) -> Option<Finding> {
    let (fetch, answer) = (&leg.fetch, &leg.answer.response);
    let evidence = hit(answer)?;
    let fresh = past_the_cache(fetch, client)?;
    fetch.check_response(&fresh).is_ok().then(|| {
        finding(
            Finding::error(
                "cached_answer",
                format!("a shared cache answered ({evidence}), with an answer for another origin"),
            ),
            &fresh,
        )
    })
}

/// A cache that answers strangers with the origin that it kept.
pub(super) fn of_strangers(fetch: &Fetch, seen: &Seen, client: &Client) -> Option<Finding> {
    if !seen.by_call {
        return None;
    }
    let allows_page = |answer: &Response| answer.get(Field::AllowOrigin).as_deref() == Some(fetch.origin());
    let stranger = seen.strangers.iter().find(|stranger| allows_page(&stranger.answer))?;
    let evidence = hit(&stranger.answer)?;
    let fresh = past_the_cache(&Fetch::new(&stranger.origin).method(fetch.sent_method()), client)?;
    (!allows_page(&fresh)).then(|| {
        finding(
            Finding::warning(
                "cached_answer",
                format!("a shared cache ({evidence}) gives the answer for one origin to others"),
            ),
            &fresh,
        )
    })
}

fn finding(finding: Finding, fresh: &Response) -> Finding {
    let help = match varies_by_origin(fresh) {
        true => "have the cache obey `vary: Origin`, or make `Origin` part of its key; then purge it",
        false => {
            "send `vary: Origin` with every answer of this URL, which its `vary` lacks; then purge the cache"
        }
    };
    finding.why("Without the cache, the server answers differently: the same URL works for one page and not for another.").help(help)
}

/// The server's own answer: no cache has a URL that was never called before.
fn past_the_cache(fetch: &Fetch, client: &Client) -> Option<Response> {
    if !SAFE_METHODS.contains(&fetch.sent_method()) {
        return None;
    }
    let mut place = client.place().clone();
    place.url.query_pairs_mut().append_pair("cors-probe", &std::process::id().to_string());
    client.at(place).send(&Sent::call(fetch)).ok()
}

/// The evidence that a shared cache answered, and not the server.
fn hit(answer: &Response) -> Option<String> {
    let hit = answer.fields.iter().find(|(name, value)| {
        let value = value.to_ascii_lowercase();
        match name.to_ascii_lowercase().as_str() {
            "age" => value.trim() != "0",
            "x-cache" | "x-cache-status" | "x-proxy-cache" | "cf-cache-status" | "cache-status" => {
                value.contains("hit")
            }
            // Varnish names the request that it kept the answer of beside this one.
            "x-varnish" => value.split_whitespace().count() > 1,
            _ => false,
        }
    });
    hit.map(|(name, value)| format!("{}: {}", name.to_ascii_lowercase(), value.escape_debug()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_that_a_cache_answered() {
        for (name, value, is_hit) in [
            ("age", "12", true),
            ("age", "0", false),
            ("X-Cache", "Hit from cloudfront", true),
            ("x-cache", "MISS", false),
            ("cf-cache-status", "HIT", true),
            ("cf-cache-status", "DYNAMIC", false),
            ("cache-status", "\"edge\"; hit", true),
            ("x-varnish", "32770 3", true),
            ("x-varnish", "3", false),
            ("etag", "hit", false),
        ] {
            assert_eq!(
                hit(&Response { status: 200, fields: vec![(name.into(), value.into())] }).is_some(),
                is_hit,
                "{name}: {value}"
            );
        }
    }
}
