//! The Fetch standard's lists and lexical classes, each once.
#![cfg_attr(not(feature = "alloc"), expect(dead_code, reason = "the rules read most of them"))]

/// Methods that no script can send, in any case.
// https://fetch.spec.whatwg.org/#forbidden-method
pub(crate) const FORBIDDEN_METHODS: [&str; 3] = ["CONNECT", "TRACE", "TRACK"];

/// Methods that a standard defines, in the case in which browsers send them.
// https://httpwg.org/specs/rfc9110.html#methods, RFC 5789 (`PATCH`), and the `QUERY` method.
pub(crate) const STANDARD_METHODS: [&str; 8] =
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"];

/// The methods that a policy without `methods` allows.
// https://fetch.spec.whatwg.org/#cors-safelisted-method
pub(crate) const SAFELISTED_METHODS: [&str; 3] = ["GET", "HEAD", "POST"];

/// The only header that `*` does not include.
// https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name
pub(crate) const NON_WILDCARD_HEADER: &str = "authorization";

/// Names that only browsers can set, and that a preflight therefore never asks for.
/// Names that are only forbidden with some values are left out.
// https://fetch.spec.whatwg.org/#forbidden-request-header
const FORBIDDEN_REQUEST_HEADERS: [&str; 21] = [
    "accept-charset",
    "accept-encoding",
    "access-control-request-headers",
    "access-control-request-method",
    "connection",
    "content-length",
    "cookie",
    "cookie2",
    "date",
    "dnt",
    "expect",
    "host",
    "keep-alive",
    "origin",
    "referer",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// Prefixes of such names.
const FORBIDDEN_REQUEST_PREFIXES: [&str; 2] = ["proxy-", "sec-"];

/// Names that no script may read.
// https://fetch.spec.whatwg.org/#forbidden-response-header-name
const FORBIDDEN_RESPONSE_HEADERS: [&str; 2] = ["set-cookie", "set-cookie2"];

/// Names that every page may read.
// https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name
pub(crate) const SAFELISTED_RESPONSE_HEADERS: [&str; 7] = [
    "cache-control",
    "content-language",
    "content-length",
    "content-type",
    "expires",
    "last-modified",
    "pragma",
];

/// The prefix of the CORS fields, in requests and responses.
const CORS_PREFIX: &str = "access-control-";

/// The standard's CORS fields that a server sends. Those of the private-network draft begin with `access-control-allow-`, too.
// https://fetch.spec.whatwg.org/#http-responses
const CORS_RESPONSE_HEADERS: [&str; 6] = [
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "access-control-max-age",
];

/// Schemes that a URL can have but the origin of a page cannot: sockets use the origin of the page that
/// opens them, browsers no longer show `ftp`, and the others have an opaque origin or that of another page.
const PAGELESS_SCHEMES: [&str; 7] = ["ws", "wss", "ftp", "about", "blob", "data", "javascript"];

/// Returns whether browsers never ask for `name`, in any case.
pub(crate) fn is_forbidden_request_header(name: &str) -> bool {
    let begins =
        |prefix: &&str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    FORBIDDEN_REQUEST_HEADERS.iter().any(|forbidden| forbidden.eq_ignore_ascii_case(name))
        || FORBIDDEN_REQUEST_PREFIXES.iter().any(begins)
}

/// Returns whether no script may read `name` (in lower case).
pub(crate) fn is_forbidden_response_header(name: &str) -> bool {
    FORBIDDEN_RESPONSE_HEADERS.contains(&name)
}

/// Returns whether every script may read `name` (in lower case), exposed or not.
pub(crate) fn is_safelisted_response_header(name: &str) -> bool {
    SAFELISTED_RESPONSE_HEADERS.contains(&name)
}

/// Returns whether servers send `name` (in lower case) for CORS. No page asks to send it.
pub(crate) fn is_cors_response_header(name: &str) -> bool {
    CORS_RESPONSE_HEADERS.contains(&name) || name.starts_with("access-control-allow-")
}

/// Returns whether `name` (in lower case) is a field of CORS. No page reads it.
pub(crate) fn is_cors_header(name: &str) -> bool {
    name == "origin" || name.starts_with(CORS_PREFIX)
}

/// Returns whether no page can have an origin of this scheme.
pub(crate) fn is_pageless_scheme(scheme: &str) -> bool {
    PAGELESS_SCHEMES.contains(&scheme)
}

/// The prefix of a family of headers: `x-stainless-`, if `entry` is `x-stainless-*`. `None` if `entry` is a single name, or is
/// not a family, such as `*`, `-*` and `x-*-*`.
pub(crate) fn family(entry: &str) -> Option<&str> {
    let beginning = entry.strip_suffix('*')?;
    let stem = beginning.strip_suffix('-')?;
    (!stem.is_empty() && !stem.contains('*')).then_some(beginning)
}

/// Returns whether `bytes` is a `token`, the form of every method and field name.
// https://httpwg.org/specs/rfc9110.html#tokens
pub(crate) fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|&byte| is_token_byte(byte))
}

pub(crate) const fn is_token_byte(byte: u8) -> bool {
    TOKEN_BYTES[byte as usize]
}

const TOKEN_BYTES: [bool; 256] = table(b"!#$%&'*+-.^_`|~", true);

/// The bytes of labels that a wildcard may match: those that the URL parser allows, without punctuation that ordinary names never
/// have.
// https://url.spec.whatwg.org/#host-writing
pub(crate) const fn is_label_byte(byte: u8) -> bool {
    LABEL_BYTES[byte as usize]
}

const LABEL_BYTES: [bool; 256] = table(b"_-", false);

/// Letters and digits, and `also`.
const fn table(also: &[u8], upper: bool) -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        table[byte] = b.is_ascii_digit() || b.is_ascii_lowercase() || upper && b.is_ascii_uppercase();
        byte += 1;
    }
    let mut at = 0;
    while at < also.len() {
        table[also[at] as usize] = true;
        at += 1;
    }
    table
}

/// The index of the first `byte` in `bytes`, or their length if there is none. It looks at eight bytes at a time, because lists
/// of names can be long.
#[inline]
pub(crate) fn position(bytes: &[u8], byte: u8) -> usize {
    let Some(last) = bytes.last_chunk() else {
        return bytes.iter().position(|&found| found == byte).unwrap_or(bytes.len());
    };
    let (chunks, _) = bytes.as_chunks();
    for (at, chunk) in chunks.iter().enumerate() {
        if let Some(found) = position_in_word(*chunk, byte) {
            return at * WORD + found;
        }
    }
    // The last word overlaps the one before it, which costs less than checking the remaining bytes one by one.
    position_in_word(*last, byte).map_or(bytes.len(), |found| bytes.len() - WORD + found)
}

const WORD: usize = size_of::<u64>();

#[inline]
fn position_in_word(word: [u8; WORD], byte: u8) -> Option<usize> {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;

    let word = u64::from_le_bytes(word) ^ (LOW * u64::from(byte));
    // The lowest bit that is set marks the first byte that is zero.
    let zeros = word.wrapping_sub(LOW) & !word & HIGH;
    (zeros != 0).then(|| zeros.trailing_zeros() as usize / 8)
}

/// The index of `method` among the [`STANDARD_METHODS`].
#[inline]
pub(crate) fn standard_method(method: &[u8]) -> Option<usize> {
    STANDARD_METHODS.iter().position(|standard| standard.as_bytes() == method)
}

/// Returns whether no script can send `method`, in any case.
pub(crate) fn is_forbidden_method(method: &[u8]) -> bool {
    FORBIDDEN_METHODS.iter().any(|forbidden| method.eq_ignore_ascii_case(forbidden.as_bytes()))
}

/// The port that the URL parser drops for `scheme`. Schemes that are not special have none.
// https://url.spec.whatwg.org/#special-scheme
pub(crate) fn default_port(scheme: &[u8]) -> Option<u16> {
    match scheme {
        b"http" | b"ws" => Some(80),
        b"https" | b"wss" => Some(443),
        b"ftp" => Some(21),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::position;

    #[test]
    fn the_first_position_is_found_wherever_it_is() {
        let mut bytes = std::vec![b'a'; 40];
        assert_eq!(position(&bytes, b','), 40);
        for at in (0..40).rev() {
            // What borrows from a neighbor must not be taken for one.
            bytes[at] = b',';
            if at + 1 < 40 {
                bytes[at + 1] = b',' + 1;
            }
            assert_eq!(position(&bytes, b','), at);
            assert_eq!(position(&bytes[..at], b','), at);
        }
        assert_eq!(position(b"", b','), 0);
    }
}
