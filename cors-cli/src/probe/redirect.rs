//! Where a browser goes from an answer that sends it elsewhere. <https://fetch.spec.whatwg.org/#http-redirect-fetch>.

use cors_engine::browser::{Fetch, Response};

use super::place::Place;

/// Headers that describe a body, and go with it.
const BODY_HEADERS: [&str; 5] =
    ["content-encoding", "content-language", "content-location", "content-type", "content-length"];

/// The place to call next, and the call there; `None` for an answer that stays.
///
/// # Errors
///
/// Why the browser gives up.
pub(super) fn follow(
    fetch: &Fetch,
    from: &Place,
    answer: &Response,
) -> Result<Option<(Place, Fetch)>, String> {
    let Some(location) = location(answer) else { return Ok(None) };
    let shown = location.escape_debug();
    let url =
        from.url.join(location).map_err(|error| format!("the redirect to {shown} leads nowhere: {error}"))?;
    let place = Place::parse(url.as_str())
        .map_err(|_| format!("the redirect to {shown} is not one that a page's call may follow: it must be http or https, without user and password"))?;

    let method = fetch.sent_method();
    let becomes_get = matches!(answer.status, 301 | 302) && method == "POST"
        || answer.status == 303 && !matches!(method, "GET" | "HEAD");
    let elsewhere = place.origin != from.origin;
    // From one foreign site to another, the browser sends `Origin: null`.
    let origin = if elsewhere && fetch.origin() != from.origin { "null" } else { fetch.origin() };
    let mut next = Fetch::new(origin).credentials(fetch.includes_credentials());
    next = next.method(if becomes_get { "GET" } else { method });
    for (name, value) in fetch.sent_headers() {
        let is_dropped = becomes_get && BODY_HEADERS.contains(&name) || elsewhere && name == "authorization";
        if !is_dropped {
            next = next.header(name, value);
        }
    }
    Ok(Some((place, next)))
}

/// The target of a redirect.
pub(super) fn location(answer: &Response) -> Option<&str> {
    // https://fetch.spec.whatwg.org/#redirect-status
    if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = answer.fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("location"));
    location.map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_browser_goes() {
        let page = "https://app.example";
        let call = |method: &str| {
            Fetch::new(page).method(method).header("authorization", "a").header("content-type", "text/plain")
        };
        for (name, method, status, location, wanted) in [
            ("no redirect", "GET", 304, "/b", Ok(None)),
            ("a slash", "GET", 301, "/tasks/", Ok(Some(("https://api.example/tasks/", page, "GET", 2)))),
            (
                "a POST that becomes a GET",
                "POST",
                302,
                "b",
                Ok(Some(("https://api.example/b", page, "GET", 1))),
            ),
            ("a POST that stays", "POST", 307, "b", Ok(Some(("https://api.example/b", page, "POST", 2)))),
            ("a PUT", "PUT", 301, "b", Ok(Some(("https://api.example/b", page, "PUT", 2)))),
            ("see other", "PUT", 303, "b", Ok(Some(("https://api.example/b", page, "GET", 1)))),
            ("another site", "GET", 302, "//b.example", Ok(Some(("https://b.example/", "null", "GET", 1)))),
            (
                "back to the page",
                "GET",
                302,
                "https://app.example",
                Ok(Some(("https://app.example/", "null", "GET", 1))),
            ),
            ("another scheme", "GET", 302, "ftp://b.example", Err(())),
            ("a password", "GET", 302, "https://a:b@api.example/", Err(())),
            ("nowhere", "GET", 302, "https://", Err(())),
        ] {
            let from = Place::parse("https://api.example/tasks").unwrap_or_else(|_| panic!("it is a URL"));
            let answer = Response { status, fields: vec![("Location".into(), location.into())] };
            let next = follow(&call(method), &from, &answer);
            let seen = next.as_ref().map(|next| {
                next.as_ref().map(|(place, fetch)| {
                    (place.url.as_str(), fetch.origin(), fetch.sent_method(), fetch.sent_headers().count())
                })
            });
            assert_eq!(seen.map_err(drop), wanted, "{name}");
        }
    }
}
