//! What a server lets happen to others though this call may go through: strangers that get in, caches that are
//! misled, values that mean nothing.

use cors_engine::Field;
use cors_engine::browser::{Fetch, Response};

use super::faults::varies_by_origin;
use super::finding::Finding;
use super::place::{Place, host_of, is_loopback, split_origin};
use super::strangers::{Kind, NOBODY, Seen, Stranger};
use crate::exchange::{Exchange, Leg};

/// The most seconds that a browser remembers a preflight's answer: Safari, Chromium, Firefox.
const LONGEST: [(&str, u32); 3] = [("Safari", 600), ("Chromium", 7200), ("Firefox", 86_400)];

/// What can be told before anything is sent.
pub(super) fn of_the_call(fetch: &Fetch, place: &Place) -> Vec<Finding> {
    let mut findings = Vec::new();
    if fetch.origin() == place.origin {
        findings.push(
            Finding::note("same_origin", "the page and the server are of one origin")
                .why("A browser applies no CORS between them: the page may read the answer whatever the fields say.")
                .help("probe with the origin of a page that is elsewhere"),
        );
    }
    findings.extend(mixed_content(fetch.origin(), place));
    findings
}

fn mixed_content(page: &str, place: &Place) -> Option<Finding> {
    let host = split_origin(&place.origin).map(|(_, authority)| host_of(authority)).unwrap_or_default();
    if !page.starts_with("https://") || !place.origin.starts_with("http://") || is_loopback(host) {
        return None;
    }
    let finding = Finding::warning("mixed_content", format!("an https page calls {}", place.origin));
    let finding = finding.why("Browsers block that as mixed content, before CORS has a say.");
    Some(
        finding.help(
            "serve the API by https, and call it so; if it redirects from there, have it do so to https",
        ),
    )
}

/// What the answers show, each by itself.
pub(super) fn of_legs(fetch: &Fetch, exchange: &Exchange) -> Vec<Finding> {
    let mut findings = Vec::new();
    for leg in &exchange.legs {
        findings.extend(of_leg(leg));
        // The page stays what it is, whatever a redirect makes of its origin.
        findings
            .extend(Place::parse(&leg.target).ok().and_then(|place| mixed_content(fetch.origin(), &place)));
    }
    findings
}

fn of_leg(leg: &Leg) -> Vec<Finding> {
    let fetch = &leg.fetch;
    let answer = &leg.answer.response;
    let mut findings = Vec::new();
    let is = |field, value: &str| answer.get(field).as_deref() == Some(value);
    if is(Field::AllowOrigin, "*") && is(Field::AllowCredentials, "true") && !fetch.includes_credentials() {
        findings.push(
            Finding::warning("wildcard_with_credentials", "access-control-allow-origin: * stands beside access-control-allow-credentials: true")
                .why("The two exclude each other: a call with credentials is blocked. Who \"mends\" that by echoing the origin lets every site in.")
                .help("list the origins that need credentials; or drop access-control-allow-credentials, if the data is public"),
        );
    }
    if leg.sent.is_preflight && leg.passes() {
        findings.extend(max_age(answer));
    }
    findings
}

fn max_age(answer: &Response) -> Option<Finding> {
    let value = answer.get(Field::MaxAge)?;
    let seconds =
        value.bytes().all(|byte| byte.is_ascii_digit()).then(|| value.parse::<u64>().unwrap_or(u64::MAX));
    let seconds = if value.is_empty() { None } else { seconds };
    let Some(seconds) = seconds else {
        return Some(
            Finding::warning(
                "max_age_unparsable",
                format!("access-control-max-age is no number of seconds: `{}`", value.escape_debug()),
            )
            .why("Browsers take it for missing, and remember the answer for 5 seconds.")
            .help("send it once, in digits: `3600`; `0` for no cache"),
        );
    };
    let caps: Vec<String> = LONGEST
        .into_iter()
        .filter(|(_, cap)| seconds > u64::from(*cap))
        .map(|(browser, cap)| format!("{browser} at {cap}"))
        .collect();
    let (_, longest) = LONGEST[LONGEST.len() - 1];
    (caps.len() == LONGEST.len()).then(|| {
        Finding::warning(
            "max_age_over_cap",
            format!("access-control-max-age is {seconds} seconds, which no browser honours"),
        )
        .why(format!("They stop at less: {}.", caps.join(", ")))
        .help(format!("send at most {longest}"))
    })
}

/// What strangers were told.
pub(super) fn of_strangers(fetch: &Fetch, exchange: &Exchange, seen: &Seen) -> Vec<Finding> {
    let mut findings = let_in(seen);
    if !seen.unanswered.is_empty() {
        findings.push(
            Finding::note("stranger_unanswered", format!("no answer to {}", seen.unanswered.join(", ")))
                .why("The call itself was answered. Who hangs up on strangers lets none of them in, but what the server would say stays unknown.")
                .help("look for a firewall or a rate limit in front of the server, and ask again"),
        );
    }
    // What was answered before any redirect: the strangers were not sent further.
    let own = exchange.legs.iter().find(|leg| !leg.sent.is_preflight).map(|leg| &leg.answer.response);
    if seen.by_call
        && let Some(own) = own
    {
        findings.extend(vary(fetch, own, seen));
    }
    findings
}

fn let_in(seen: &Seen) -> Vec<Finding> {
    let strangers: Vec<&Stranger> = seen.strangers.iter().filter(|stranger| stranger.is_let_in()).collect();
    // Who lets in any site lets in the others as well.
    match strangers.iter().find(|stranger| stranger.kind == Kind::Foreign) {
        Some(stranger) => vec![reflected(stranger)],
        None => strangers.into_iter().map(trusted).collect(),
    }
}

fn reflected(stranger: &Stranger) -> Finding {
    let origin = &stranger.origin;
    match stranger.with_credentials() {
        true => Finding::warning("origin_reflected", format!("every site is let in, with the user's cookies: {origin} was"))
            .why("The server sends back whatever origin it is asked by. Any page that a user visits reads their data as if it were the user.")
            .help("compare the origin with a list, as a whole; never send back what was not looked up"),
        false => Finding::warning("origin_reflected", format!("every origin is sent back: {origin} was"))
            .why("Without credentials that is `*` in other words, and turns into a hole on the day when somebody adds them.")
            .help("send `*` if the data is public, or compare the origin with a list"),
    }
}

fn trusted(stranger: &Stranger) -> Finding {
    let origin = &stranger.origin;
    let cookies = if stranger.with_credentials() { ", with the user's cookies" } else { "" };
    let warning = |name, what: &str| Finding::warning(name, format!("{what} is let in{cookies}"));
    match stranger.kind {
        Kind::Foreign => reflected(stranger),
        Kind::Null => warning("null_allowed", "the origin `null`")
            .why("Every sandboxed frame on any site has it: `<iframe sandbox=\"allow-scripts\">` is all that an attacker needs.")
            .help("take `null` off the list, and serve the page that needs it from an origin of its own"),
        Kind::Prefix => warning("prefix_match", origin)
            .why("The server looks at how the origin begins. Anybody can register a domain and put that in front of it.")
            .help("compare the origin as a whole; a regex must end with `$`"),
        Kind::Suffix => warning("suffix_match", origin)
            .why("The server looks at how the origin ends. Anybody can register a domain that ends so.")
            .help("compare the origin as a whole; for subdomains ask for the dot as well, `https://*.app.example`"),
        Kind::PlainHttp => warning("plain_http_allowed", origin)
            .why("Whoever sits in the user's network can serve a page there, and reads through it what the https page may read.")
            .help("allow the origin with https alone"),
    }
}

/// Does what a cache keeps for one fit the other? Fetch, "CORS protocol and HTTP caches".
fn vary(fetch: &Fetch, own: &Response, seen: &Seen) -> Option<Finding> {
    let allow_origin = |answer: &Response| answer.get(Field::AllowOrigin);
    let others = seen.strangers.iter().map(|stranger| (stranger.origin.as_str(), &stranger.answer));
    let others = others.chain(seen.without_origin.iter().map(|answer| (NOBODY, answer)));
    let mut answers = vec![(fetch.origin(), own)];
    answers.extend(others);
    if answers.iter().all(|(_, answer)| allow_origin(answer) == allow_origin(own)) {
        return None;
    }
    let (whose, _) = answers.into_iter().find(|(_, answer)| !varies_by_origin(answer))?;
    Some(
        Finding::warning("vary_missing", format!("access-control-allow-origin depends on the origin, and the answer to {whose} has no `vary: Origin`"))
            .why("A cache hands the answer made for one to another: pages are locked out at random, or a stranger's origin is served to all.")
            .help("send `vary: Origin` with every answer of this URL: to allowed origins, to others, and to those without one"),
    )
}

#[cfg(test)]
mod tests {
    use super::super::redirect;
    use super::*;
    use crate::exchange::{Answer, Next, Sent, Server};
    use crate::report::Problem;

    /// Where it is, and where it sends whoever calls it there.
    struct Redirecting(Place, &'static str);

    impl Server for Redirecting {
        fn target(&self) -> String {
            self.0.url.to_string()
        }

        fn answer(&mut self, _: &Fetch, _: &Sent) -> Result<Answer, Problem> {
            let line = |name: &str, value: &str| (name.to_owned(), value.to_owned());
            let fields = vec![line(Field::AllowOrigin.name(), "*"), line("location", self.1)];
            let status = if self.0.url.as_str() == self.1 { 200 } else { 302 };
            Ok(Answer { response: Response { status, fields }, explanation: None })
        }

        fn follow(&mut self, fetch: &Fetch, answer: &Response) -> Next {
            match redirect::follow(fetch, &self.0, answer) {
                Ok(Some((place, fetch))) => {
                    self.0 = place;
                    Next::Call(fetch)
                }
                Ok(None) => Next::Done,
                Err(why) => Next::Fail(why),
            }
        }
    }

    #[test]
    fn a_redirect_to_http_is_mixed_content() {
        for (page, to, wanted) in [
            ("https://app.example", "http://api.example/", &["mixed_content"][..]),
            ("https://app.example", "http://other.example/", &["mixed_content"]),
            ("https://app.example", "https://other.example/", &[]),
            ("https://app.example", "http://localhost/", &[]),
            ("http://app.example", "http://api.example/", &[]),
        ] {
            let place = Place::parse("https://api.example/").unwrap_or_else(|_| panic!("it is a URL"));
            let fetch = Fetch::new(page);
            let exchange = Exchange::run(&fetch, &mut Redirecting(place, to), false);
            let exchange = exchange.unwrap_or_else(|Problem(text)| panic!("{text}"));
            let findings = of_legs(&fetch, &exchange);
            let names: Vec<&str> = findings.iter().map(|finding| finding.name).collect();
            assert_eq!(names, wanted, "{page} to {to}");
        }
    }

    #[test]
    fn what_the_url_and_the_origin_tell() {
        for (page, url, wanted) in [
            ("https://app.example", "https://api.example/", &[][..]),
            ("https://app.example", "https://app.example/tasks", &["same_origin"]),
            ("https://app.example", "https://app.example:8443/", &[]),
            ("https://app.example", "http://api.example/", &["mixed_content"]),
            ("https://app.example", "http://localhost:8080/", &[]),
            ("https://app.example", "http://[::1]:8080/", &[]),
            ("http://app.example", "http://api.example/", &[]),
            ("null", "http://api.example/", &[]),
        ] {
            let place = Place::parse(url).unwrap_or_else(|_| panic!("{url}"));
            let findings = of_the_call(&Fetch::new(page), &place);
            let names: Vec<&str> = findings.iter().map(|finding| finding.name).collect();
            assert_eq!(names, wanted, "{page} calls {url}");
        }
    }
}
