//! The failures that are expected, each with the reason.

use cors_engine::browser::Engine;

/// Failures of one kind on one page, or on several. `*` stands for anything.
struct Row {
    page: &'static str,
    subtest: &'static str,
    engines: &'static [Engine],
    why: &'static str,
}

const ALL: &[Engine] = &Engine::ALL;

const HTTPS: &str = "asks a server for https, and there is none here";
const NO_PROMISE: &str = "the page forgets to return its promise, and its harness does not let that pass";
const REFERRER: &str = "the page is older than the default `strict-origin-when-cross-origin`";
const SAFELISTED: &str = "the page is older than the rule that `_` takes `Accept-Language` off the safelist";

const HINTS: &str =
    "the standard has taken client hints off the safelist since; Chromium alone keeps them there";
const EMPTY: &str = "it takes an `Access-Control-Allow-Origin` that is empty for one that is not there";
const PASSWORD: &str = "it sends the URL's password to another origin that has not asked for one";
const NO_COOKIE: &str =
    "as it is automated, it keeps no cookie of a host other than the page's, not even of its site";
const NO_CACHE: &str =
    "as it is automated, it asks anew for what it could revalidate, also of the page's own origin";

const ROWS: &[Row] = &[
    Row { page: "cors/basic.htm", subtest: "* different protocol*", engines: ALL, why: HTTPS },
    Row {
        page: "cors/simple-requests.htm",
        subtest: "Check simple headers (async)",
        engines: ALL,
        why: SAFELISTED,
    },
    Row {
        page: "fetch/api/cors/cors-basic.any.*",
        subtest: "* different protocol* [no-cors mode]",
        engines: ALL,
        why: HTTPS,
    },
    Row {
        page: "fetch/api/cors/cors-basic.any.*",
        subtest: "* different protocol* [cors mode]",
        engines: ALL,
        why: HTTPS,
    },
    Row {
        page: "fetch/api/cors/cors-no-preflight.any.*",
        subtest: "* different protocol*",
        engines: ALL,
        why: HTTPS,
    },
    Row {
        page: "fetch/api/cors/cors-origin.any.*",
        subtest: "* different protocol* [origin OK]",
        engines: ALL,
        why: HTTPS,
    },
    Row { page: "fetch/api/cors/cors-preflight-redirect.any.*", subtest: "*", engines: ALL, why: NO_PROMISE },
    Row {
        page: "fetch/api/cors/cors-preflight-referrer.any.*",
        subtest: "Referrer policy: \"\" *",
        engines: ALL,
        why: REFERRER,
    },
    Row { page: "cors/304.htm", subtest: "*", engines: &[Engine::WebKit], why: NO_CACHE },
    Row {
        page: "cors/client-hint-request-headers.htm",
        subtest: "Client hint headers are simple headers",
        engines: &[Engine::Firefox, Engine::WebKit],
        why: HINTS,
    },
    Row {
        page: "cors/credentials-flag.htm",
        subtest: "Don't send cookie part 2",
        engines: &[Engine::WebKit],
        why: NO_COOKIE,
    },
    Row {
        page: "cors/credentials-flag.htm",
        subtest: "Don't obey Set-Cookie when withCredentials=false",
        engines: &[Engine::WebKit],
        why: NO_COOKIE,
    },
    Row {
        page: "cors/origin.htm",
        subtest: "Disallow multiple headers (, *",
        engines: &[Engine::Firefox],
        why: EMPTY,
    },
    Row {
        page: "cors/origin.htm",
        subtest: "Disallow multiple headers (*, )",
        engines: &[Engine::Firefox],
        why: EMPTY,
    },
    Row {
        page: "cors/simple-requests.htm",
        subtest: "*\"save-data\":*",
        engines: &[Engine::Firefox, Engine::WebKit],
        why: HINTS,
    },
    Row {
        page: "fetch/api/cors/cors-cookies.any.*",
        subtest: "Include mode: 1 cookie",
        engines: &[Engine::WebKit],
        why: NO_COOKIE,
    },
    Row {
        page: "xhr/access-control-basic-cors-safelisted-request-headers.htm",
        subtest: "Request with CORS-safelisted headers",
        engines: &[Engine::Firefox, Engine::WebKit],
        why: HINTS,
    },
    Row {
        page: "xhr/access-control-preflight-credential-*",
        subtest: "CORS *sync request with URL credentials",
        engines: &[Engine::Firefox],
        why: PASSWORD,
    },
    Row {
        page: "xhr/access-control-preflight-request-must-not-contain-cookie.htm",
        subtest: "*",
        engines: &[Engine::WebKit],
        why: NO_COOKIE,
    },
];

/// The rows of an engine, and which of them were met.
pub(super) struct Expected {
    rows: Vec<(&'static Row, bool)>,
}

impl Expected {
    pub(super) fn of(engine: Engine) -> Self {
        let rows = ROWS.iter().filter(|row| row.engines.contains(&engine));
        Self { rows: rows.map(|row| (row, false)).collect() }
    }

    /// Why a subtest has to fail, if it has.
    pub(super) fn take(&mut self, page: &str, subtest: &str) -> Option<&'static str> {
        let mut rows = self.rows.iter_mut();
        let (row, met) = rows.find(|(row, _)| matches(row.page, page) && matches(row.subtest, subtest))?;
        *met = true;
        Some(row.why)
    }

    /// The rows about this page that no subtest of it met.
    pub(super) fn unmet(&self, page: &str) -> Vec<String> {
        let rows = self.rows.iter().filter(|(row, met)| !met && matches(row.page, page));
        rows.map(|(row, _)| format!("{page}: has no subtest {:?}: {}", row.subtest, row.why)).collect()
    }
}

/// Whether a text is as the pattern says.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|text| {
            let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.into_iter().any(|at| matches(rest, &text[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("a*", "ab", true),
            ("*b", "ab", true),
            ("a*c*", "abcd", true),
            ("a*c", "abcd", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
