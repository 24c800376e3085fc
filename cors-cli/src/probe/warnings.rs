//! Warnings about answers that need not block the call: fields that contradict each other, values without a meaning.

use cors_engine::adapter::Field;
use cors_engine::browser::{Fetch, Response};

use super::finding::Finding;
use super::place::Place;
use super::surroundings::mixed_content;
use crate::exchange::{Exchange, Leg};

/// The most seconds that a browser remembers a preflight's answer: Safari, Chromium, Firefox.
const LONGEST: [(&str, u32); 3] = [("Safari", 600), ("Chromium", 7200), ("Firefox", 86_400)];

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
            Finding::warning("wildcard_with_credentials", "access-control-allow-origin: * comes with access-control-allow-credentials: true")
                .why("The two exclude each other: a call with credentials is blocked. Echoing the origin instead would let every site in.")
                .help("drop access-control-allow-credentials, if the data is public; or list the origins that need it"),
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
                format!("access-control-max-age is not a number of seconds: `{}`", value.escape_debug()),
            )
            .why("Browsers treat it as missing, and remember the answer for 5 seconds.")
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
            format!("access-control-max-age is {seconds} seconds, which no browser honors"),
        )
        .why(format!("They cap it: {}.", caps.join(", ")))
        .help(format!("send at most {longest}"))
    })
}

/// Returns whether the answer says that it depends on the origin.
pub(super) fn varies_by_origin(answer: &Response) -> bool {
    let vary = answer.get(Field::Vary).unwrap_or_default();
    vary.split(',').map(str::trim).any(|name| name == "*" || name.eq_ignore_ascii_case("origin"))
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
                    Next::Call(Box::new(fetch))
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
            let exchange = exchange.unwrap_or_else(|problem| panic!("{problem}"));
            let findings = of_legs(&fetch, &exchange);
            let names: Vec<&str> = findings.iter().map(|finding| finding.name).collect();
            assert_eq!(names, wanted, "{page} to {to}");
        }
    }
}
