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
