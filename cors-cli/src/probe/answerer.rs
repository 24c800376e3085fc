//! Finds what answered instead of a CORS layer: a redirect, a sign-in page, a rate limit, a proxy, a router.

use url::Url;

use cors_engine::browser::Response;

use super::finding::Finding;
use super::place::Place;
use super::redirect::location;

/// What a preflight's status says, if something other than CORS answered it.
pub(super) fn of_preflight(answer: &Response, place: &Place) -> Option<Finding> {
    let status = answer.status;
    Some(match status {
        300..=399 => preflight_redirected(answer, place),
        401 | 407 => Finding::error("preflight_unauthorized", format!("the preflight is asked for credentials ({status})"))
            .why("A preflight never carries cookies or `authorization`, so authentication before CORS refuses every one.")
            .help("let the CORS layer answer OPTIONS before authentication runs: put it outside, or exempt preflights"),
        404 | 405 | 501 => {
            Finding::error("preflight_not_handled", format!("OPTIONS is not handled at this URL ({status})"))
                .why("Most likely, the router does not know OPTIONS at this URL, or does not know the URL, and no CORS layer is in front of it.")
                .help("add the CORS layer of the framework outside the router, or a route for OPTIONS; if the URL is wrong, correct it")
        }
        _ => return of_status(answer),
    })
}

/// What is in front of the app and answers with this status.
pub(super) fn of_status(answer: &Response) -> Option<Finding> {
    let status = answer.status;
    Some(match status {
        429 => Finding::error("rate_limited", format!("a rate limit answered (429{})", retry_after(answer)))
            .why("The answer has no CORS headers, most likely because the limit runs before the CORS layer: the console blames CORS, and the page cannot read the status.")
            .help("try again later; on the server, put the CORS layer outside the rate limit, and do not count preflights"),
        503 => Finding::error("unavailable", format!("the answer is that the service is unavailable (503{})", retry_after(answer)))
            .why("The answer has no CORS headers, so the console blames CORS. Most likely, something in front of the app answered because the app is down, starting or overloaded.")
            .help("check that the app runs, or try again later; make whatever sends the 503 send the CORS headers, too"),
        502 | 504 | 520..=527 => Finding::error("proxy_error", format!("a proxy reports an error ({status}{})", server(answer)))
            .why("The answer has no CORS headers, so the console blames CORS. Most likely, a proxy got no usable answer from the app and sent its own error page.")
            .help("find out whether the proxy reaches the app: check its address, port, time limit and log"),
        _ => return None,
    })
}

/// Returns whether the status is that of a rate limit.
pub(super) fn is_limit(status: u16) -> bool {
    matches!(status, 429 | 503)
}

fn field<'a>(answer: &'a Response, name: &str) -> Option<&'a str> {
    let field = answer.fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name));
    field.map(|(_, value)| value.as_str())
}

fn retry_after(answer: &Response) -> String {
    field(answer, "retry-after")
        .map(|value| format!(", retry-after: {}", value.escape_debug()))
        .unwrap_or_default()
}

fn server(answer: &Response) -> String {
    field(answer, "server").map(|value| format!(", server: {}", value.escape_debug())).unwrap_or_default()
}

fn preflight_redirected(answer: &Response, place: &Place) -> Finding {
    let status = answer.status;
    let Some(to) = location(answer) else {
        return Finding::error(
            "preflight_redirected",
            format!("the preflight is answered with a redirect ({status})"),
        )
        .why("Browsers do not follow redirects of preflights: the call ends here.")
        .help("answer OPTIONS before the server redirects");
    };
    let shown = to.escape_debug();
    let to = place.url.join(to).ok();
    if to.as_ref().is_some_and(is_sign_in) {
        return sign_in(format!("the preflight is redirected to a sign-in page, {shown} ({status})"))
            .help("let the CORS layer answer OPTIONS before authentication runs: a preflight never carries a cookie; and answer a call without a session with 401, not with a redirect");
    }
    Finding::error("preflight_redirected", format!("the preflight is redirected to {shown} ({status})"))
        .why("Browsers do not follow redirects of preflights (<https://fetch.spec.whatwg.org/#cors-preflight-fetch-0>): the call ends here.")
        .help(format!("call {} from the page; or answer OPTIONS before the server redirects", target(place, to.as_ref())))
}

/// A call that was redirected, and then blocked.
pub(super) fn redirected_and_blocked(
    redirect: &Response,
    from: &Place,
    became_null: bool,
) -> Option<Finding> {
    let to = location(redirect)?;
    let shown = to.escape_debug();
    let to = from.url.join(to).ok();
    if to.as_ref().is_some_and(is_sign_in) {
        return Some(
            sign_in(format!("the call is redirected to a sign-in page, {shown} ({})", redirect.status))
                .help("answer a call without a session with 401 and the CORS headers, not with a redirect; the page then sends the user to sign in"),
        );
    }
    let finding = Finding::error(
        "redirected_and_blocked",
        format!("the call is redirected to {shown} ({}), and blocked there", redirect.status),
    );
    let why = match became_null {
        true => {
            "When a redirect leads from one foreign origin to another, the browser hides the page's: the last request has `Origin: null`, which no server should allow."
        }
        false => {
            "The browser repeats every check there, so that answer has to let the page's origin read, too."
        }
    };
    Some(finding.why(why).help(format!("call {} from the page", target(from, to.as_ref()))))
}

fn sign_in(message: String) -> Finding {
    Finding::error("redirected_to_sign_in", message)
        .why("By its name, this is a sign-in page, so authentication most likely answered in place of the API. A sign-in page is for users: `fetch()` cannot sign in there, and CORS headers on it would not help.")
}

/// Returns whether a URL is one that users sign in at, as far as names tell.
fn is_sign_in(url: &Url) -> bool {
    let words =
        ["login", "signin", "sign-in", "sign_in", "sso", "oauth", "oauth2", "saml", "authorize", "auth"];
    let is_word = |part: &str| {
        let part = part.to_ascii_lowercase();
        words.contains(&part.split('.').next().unwrap_or_default())
    };
    let mut path = url.path_segments().into_iter().flatten();
    url.host_str().is_some_and(|host| is_word(host) || host.starts_with("accounts.")) || path.any(is_word)
}

/// The final URL, with what differs.
fn target(from: &Place, to: Option<&Url>) -> String {
    let Some(to) = to else { return "the final URL".into() };
    let differs = if from.url.scheme() != to.scheme() && from.url.host_str() == to.host_str() {
        ", by https from the start"
    } else if from.url.path().strip_suffix('/').unwrap_or(from.url.path())
        == to.path().strip_suffix('/').unwrap_or(to.path())
        && from.url.path() != to.path()
    {
        if to.path().ends_with('/') {
            ", with the slash at the end"
        } else {
            ", without the slash at the end"
        }
    } else {
        ""
    };
    format!("{to}{differs}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, fields: &[(&str, &str)]) -> Response {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Response { status, fields }
    }

    #[test]
    fn a_guess_at_what_answered_is_worded_as_one() {
        let place = Place::parse("http://api.example/tasks").unwrap_or_else(|_| panic!("it is a URL"));
        let sign_in = [("location", "/login")];
        for (status, fields) in [
            (302, &sign_in[..]),
            (404, &[]),
            (405, &[]),
            (501, &[]),
            (429, &[]),
            (502, &[]),
            (503, &[]),
            (504, &[]),
            (522, &[]),
        ] {
            let finding = of_preflight(&answer(status, fields), &place);
            let text = finding.unwrap_or_else(|| panic!("{status} has no finding")).text();
            assert!(text.to_lowercase().contains("most likely"), "{status}: {text}");
        }
    }

    #[test]
    fn where_preflights_are_redirected_to() {
        let place = Place::parse("http://api.example/tasks").unwrap_or_else(|_| panic!("it is a URL"));
        for (to, name, said) in [
            ("/tasks/", "preflight_redirected", "call http://api.example/tasks/, with the slash at the end"),
            (
                "https://api.example/tasks",
                "preflight_redirected",
                "call https://api.example/tasks, by https from the start",
            ),
            (
                "https://www.api.example/tasks",
                "preflight_redirected",
                "call https://www.api.example/tasks from",
            ),
            ("/login?next=/tasks", "redirected_to_sign_in", "401"),
            ("https://accounts.example/x", "redirected_to_sign_in", "401"),
            ("https://sso.example/", "redirected_to_sign_in", "401"),
            ("/oauth2/authorize", "redirected_to_sign_in", "401"),
            ("/authors", "preflight_redirected", "call http://api.example/authors from"),
        ] {
            let finding = of_preflight(&answer(302, &[("location", to)]), &place);
            let finding = finding.unwrap_or_else(|| panic!("{to} has no finding"));
            assert_eq!(finding.name, name, "{to}");
            assert!(finding.text().contains(said), "{to}: {}", finding.text());
        }
    }
}
