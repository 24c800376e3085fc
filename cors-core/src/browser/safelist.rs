//! Which methods and headers a page may send without a preflight.
//!
//! The standard: <https://fetch.spec.whatwg.org/#cors-safelisted-request-header>,
//! <https://fetch.spec.whatwg.org/#cors-unsafe-request-header-names>.

use alloc::string::String;
use alloc::vec::Vec;

use super::deviation::{Deviation, Engine};
use crate::engine::standard::{SAFELISTED_METHODS, is_forbidden_method};

/// Methods that `fetch()` puts into upper case. <https://fetch.spec.whatwg.org/#concept-method-normalize>.
pub(super) const NORMALIZED_METHODS: [&str; 6] = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];

/// Headers with which frameworks let a `POST` act as another method. A page cannot name a method there that it
/// could not send itself. <https://fetch.spec.whatwg.org/#forbidden-request-header>.
pub(super) const METHOD_OVERRIDES: [&str; 3] =
    ["x-http-method", "x-http-method-override", "x-method-override"];

/// The longest value of a safelisted header, in bytes.
const MAX_VALUE: usize = 128;

/// The most bytes of safelisted values together.
const MAX_TOTAL: usize = 1024;

const FORM_TYPES: [&str; 3] = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];

pub(super) fn is_method(method: &str) -> bool {
    SAFELISTED_METHODS.contains(&method)
}

/// Returns whether a list of methods has a forbidden one. Quoted text is one element with its quotes, and so
/// is never a method. <https://fetch.spec.whatwg.org/#concept-header-list-get-decode-split>.
pub(super) fn names_forbidden_method(list: &str) -> bool {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let parts = list.split(|letter| {
        let is_comma = letter == ',' && !is_quoted;
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ => {}
        }
        is_comma
    });
    let mut parts = parts.map(|method| method.trim_matches(['\t', ' ']));
    parts.any(|method| is_forbidden_method(method.as_bytes()))
}

/// The names that need a preflight, sorted, each once.
pub(super) fn unsafe_names(headers: &[(String, String)], engine: Option<Engine>) -> Vec<&str> {
    let hints = engine.is_some_and(|engine| Deviation::ClientHintsAreSafelisted.engines().contains(&engine));
    let safe = |header: &&(String, String)| {
        let (name, value) = (&header.0, &header.1);
        is_safelisted(name, value, engine) || hints && is_client_hint(name, value)
    };
    let total: usize = headers.iter().filter(safe).map(|(_, value)| length(value)).sum();
    let mut names: Vec<&str> = headers
        .iter()
        .filter(|header| total > MAX_TOTAL || !safe(header))
        .map(|(name, _)| name.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// <https://fetch.spec.whatwg.org/#no-cors-safelisted-request-header>.
pub(super) fn is_no_cors_safelisted(name: &str, value: &str, engine: Option<Engine>) -> bool {
    name != "range" && is_safelisted(name, value, engine)
}

fn is_safelisted(name: &str, value: &str, engine: Option<Engine>) -> bool {
    length(value) <= MAX_VALUE
        && match name {
            "accept" => !value.bytes().any(is_unsafe),
            "accept-language" | "content-language" => value.bytes().all(
                |byte| matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b' ' | b'*' | b',' | b'-' | b'.' | b';' | b'='),
            ),
            "content-type" => !value.bytes().any(is_unsafe) && is_form_type(value),
            "range" => {
                let deviates = |engine: Engine| Deviation::RangeUnitInAnyCase.engines().contains(&engine);
                is_simple_range(value, engine.is_some_and(deviates))
            }
            _ => false,
        }
}

/// Headers that used to be on the safelist, and still are in Chromium, with values as a browser sends them.
fn is_client_hint(name: &str, value: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    length(value) <= MAX_VALUE
        && match name {
            "save-data" => value.eq_ignore_ascii_case("on"),
            "device-memory" | "downlink" | "dpr" => {
                let (whole, part) = value.split_once('.').unwrap_or((value, "0"));
                is_number(whole) && is_number(part)
            }
            "rtt" | "viewport-width" | "width" => is_number(value),
            "ect" => ["slow-2g", "2g", "3g", "4g"].contains(&value),
            "intervention" => true,
            _ => false,
        }
}

/// The length in bytes as they are sent: one for each character, because a header only has characters up to U+00FF.
/// <https://webidl.spec.whatwg.org/#idl-ByteString>.
fn length(value: &str) -> usize {
    value.chars().count()
}

/// <https://fetch.spec.whatwg.org/#cors-unsafe-request-header-byte>.
fn is_unsafe(byte: u8) -> bool {
    byte < 0x20 && byte != b'\t'
        || matches!(
            byte,
            b'"' | b'(' | b')' | b':' | b'<' | b'>' | b'?' | b'@' | b'[' | b'\\' | b']' | b'{' | b'}' | 0x7f
        )
}

fn is_form_type(value: &str) -> bool {
    // HTTP knows no other blanks, and a type that contains another character is invalid.
    let essence = value.split(';').next().unwrap_or_default().trim_matches(['\t', ' ']);
    FORM_TYPES.iter().any(|form| form.eq_ignore_ascii_case(essence))
}

/// `bytes=N-` or `bytes=N-M` with N not above M. <https://fetch.spec.whatwg.org/#simple-range-header-value>.
fn is_simple_range(value: &str, in_any_case: bool) -> bool {
    let Some((unit, range)) = value.split_once('=') else { return false };
    let is_bytes = unit == "bytes" || in_any_case && unit.eq_ignore_ascii_case("bytes");
    let Some((from, to)) = range.split_once('-').filter(|_| is_bytes) else { return false };
    let number = |text: &str| {
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten()
    };
    match (number(from), to) {
        (Some(_), "") => true,
        (Some(from), to) => number(to).is_some_and(|to| from <= to),
        (None, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn safelisted() {
        for (name, value, safe) in [
            ("accept", "text/html, */*;q=0.1", true),
            ("accept", "text/html\"", false),
            ("accept-language", "de-CH, en;q=0.5", true),
            ("accept-language", "de_CH", false),
            ("content-type", "text/plain;charset=utf-8", true),
            ("content-type", "Multipart/Form-Data; boundary=x", true),
            ("content-type", "text/plain \t; charset=utf-8", true),
            ("content-type", "text/plain\u{a0}", false),
            ("content-type", "application/json", false),
            ("range", "bytes=0-", true),
            ("range", "bytes=5-9", true),
            ("range", "bytes=9-5", false),
            ("range", "bytes=-5", false),
            ("range", "bytes=0-1, 3-4", false),
            ("authorization", "x", false),
            ("x-anything", "", false),
        ] {
            assert_eq!(is_safelisted(name, value, None), safe, "{name}: {value}");
        }
        assert!(is_safelisted("accept", &"a".repeat(128), None));
        assert!(!is_safelisted("accept", &"a".repeat(129), None));
        assert!(is_safelisted("accept", &"\u{e9}".repeat(128), None));
    }

    #[test]
    fn together_they_may_be_too_long() {
        let header = |name: &str, length| (String::from(name), "a".repeat(length));
        let few: Vec<_> = (0..8).map(|_| header("accept", 128)).collect();
        assert!(unsafe_names(&few, None).is_empty());
        let many: Vec<_> = (0..9).map(|_| header("accept", 128)).collect();
        assert_eq!(unsafe_names(&many, None), ["accept"]);
    }

    #[test]
    fn what_is_quoted_is_no_method() {
        for (list, is_forbidden) in [
            ("PUT, trace", true),
            ("\tTRACK ,", true),
            ("\"TRACE\"", false),
            ("\"a,TRACE,b\"", false),
            ("\"a\\\",TRACE,b\"", false),
            ("\"a\", TRACE", true),
            ("\"open, TRACE", false),
            ("\\, TRACE", true),
            ("TRACES", false),
        ] {
            assert_eq!(names_forbidden_method(list), is_forbidden, "{list}");
        }
    }
}
