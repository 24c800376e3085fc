//! The Fetch standard's lists and lexical classes, each once.

/// Methods that no script can send, in any case.
/// Fetch, section "Methods": *forbidden method*.
pub(crate) const FORBIDDEN_METHODS: [&str; 3] = ["CONNECT", "TRACE", "TRACK"];

/// Fields that belong to the policy: an app that sets one itself is overruled.
pub(crate) const OWNED_PREFIX: &str = "access-control-";

/// Is `bytes` an RFC 9110 `token`, the form of every method and field name?
pub(crate) fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|&byte| is_token_byte(byte))
}

pub(crate) const fn is_token_byte(byte: u8) -> bool {
    TOKEN_BYTES[byte as usize]
}

const TOKEN_BYTES: [bool; 256] = table(b"!#$%&'*+-.^_`|~", true);

/// The bytes of a label as the URL parser leaves it, bar the punctuation that only a hand-made
/// name has: what a wildcard may stand for. (URL, section "Host writing".)
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

/// Is `method` forbidden? Fetch, section "Methods".
pub(crate) fn is_forbidden_method(method: &[u8]) -> bool {
    FORBIDDEN_METHODS.iter().any(|forbidden| method.eq_ignore_ascii_case(forbidden.as_bytes()))
}

/// The port that the URL parser drops for `scheme`. URL, section "URL miscellaneous": *special
/// scheme*. Schemes that are not special have none.
pub(crate) fn default_port(scheme: &[u8]) -> Option<u16> {
    match scheme {
        b"http" | b"ws" => Some(80),
        b"https" | b"wss" => Some(443),
        b"ftp" => Some(21),
        _ => None,
    }
}
