//! The language against readers of origins that are no automata.

use super::*;
use crate::compile::regex::automaton::RegexErrorKind;
use crate::engine::origin::Parts;
use alloc::string::ToString;
use core::net::{Ipv4Addr, Ipv6Addr};
use proptest::prelude::*;
use std::sync::LazyLock;

/// Made once for all tests.
pub(crate) static ORIGINS: LazyLock<BrowserOrigins> =
    LazyLock::new(|| BrowserOrigins::new().expect("the origins fit"));

/// Whether a browser sends these bytes as an origin.
type Judge = fn(&[u8]) -> bool;

/// What has to agree with the language on every origin below the length limits.
const READERS: [(&str, Judge); 2] = [("the reference", is_serialized), ("the engine", engine_reads)];

fn engine_reads(origin: &[u8]) -> bool {
    Parts::split(origin).is_some_and(|parts| parts.is_serialized())
}

/// Returns whether a browser sends `origin`, said as a parser says it.
pub(crate) fn is_serialized(origin: &[u8]) -> bool {
    let Some((scheme, authority)) =
        core::str::from_utf8(origin).ok().and_then(|origin| origin.split_once("://"))
    else {
        return false;
    };
    let (host, port) = match authority.strip_prefix('[') {
        Some(v6) => match v6.split_once(']') {
            Some((v6, "")) => (is_ipv6(v6), None),
            Some((v6, rest)) => (is_ipv6(v6) && rest.starts_with(':'), rest.strip_prefix(':')),
            None => return false,
        },
        None => match authority.split_once(':') {
            Some((host, port)) => (is_host(host), Some(port)),
            None => (is_host(authority), None),
        },
    };
    is_scheme(scheme) && host && port.is_none_or(|port| is_port(scheme, port))
}

fn is_scheme(scheme: &str) -> bool {
    scheme != "file"
        && scheme.starts_with(|first: char| first.is_ascii_lowercase())
        && scheme.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'.' | b'-'))
}

fn is_port(scheme: &str, port: &str) -> bool {
    let default = match scheme {
        "http" | "ws" => 80,
        "https" | "wss" => 443,
        "ftp" => 21,
        _ => 0,
    };
    port.parse::<u16>().is_ok_and(|number| number != 0 && number != default && number.to_string() == port)
}

fn is_ipv6(text: &str) -> bool {
    let parsed = text.parse::<Ipv6Addr>();
    // The standard library writes an embedded IPv4 address with dots, the URL standard never.
    parsed.is_ok_and(|address| {
        let mapped = address.to_ipv4_mapped();
        let written = match mapped.map(|address| address.octets()) {
            Some([a, b, c, d]) => {
                format!("::ffff:{:x}:{:x}", u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]))
            }
            None => address.to_string(),
        };
        written == text
    })
}

fn is_host(host: &str) -> bool {
    let name = host.strip_suffix('.').unwrap_or(host);
    let Some(last) = name.rsplit('.').next() else {
        return false;
    };
    let hex = last.strip_prefix("0x");
    let is_number = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit())
        || hex.is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if is_number {
        return host.parse::<Ipv4Addr>().is_ok_and(|address| address.to_string() == host);
    }
    name.split('.').all(|label| (1..=63).contains(&label.len()) && label.bytes().all(is_host_byte))
}

fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !byte.is_ascii_uppercase() && !b"#%/:<>?@[\\]^|".contains(&byte)
}

#[test]
fn origins_that_browsers_send() {
    let label = "a".repeat(63);
    let cases = [
        ("https://example.com", true),
        ("https://a.b.example.com:8443", true),
        ("https://example.com.", true),
        ("https://example.com.:8443", true),
        ("https://-a_b.example.com", true),
        ("https://a!$&'()*+,;=`{}~\".com", true),
        ("https://localhost", true),
        ("http://127.0.0.1:3000", true),
        ("https://255.255.255.255", true),
        ("https://[::1]", true),
        ("https://[::1]:8443", true),
        ("https://[2001:db8::1]", true),
        ("https://[1:0:0:2::3]", true),
        ("https://[::ffff:102:304]", true),
        ("tauri://localhost", true),
        ("chrome-extension://abcdefghijklmnop", true),
        ("moz-extension://8d7a0c5e-0000-4000-8000-000000000000", true),
        ("http://example.com:443", true),
        ("tauri://localhost:443", true),
        ("https://1.a", true),
        ("https://0x.a", true),
        (&format!("https://{label}.com"), true),
        (&format!("https://{label}a.com"), false),
        ("null", false),
        ("", false),
        ("https://", false),
        ("https://example.com/", false),
        ("https://example.com:443", false),
        ("http://example.com:80", false),
        ("https://[::1]:443", false),
        ("https://example.com:0", false),
        ("https://example.com:08443", false),
        ("https://example.com:65536", false),
        ("https://example.com:", false),
        ("https://a..b", false),
        ("https://.a", false),
        ("https://a..", false),
        ("https://.", false),
        ("HTTPS://example.com", false),
        ("https://Example.com", false),
        ("https://u@example.com", false),
        ("https://127.0.0.01", false),
        ("https://127.0.0.1.", false),
        ("https://127.1", false),
        ("https://1.2.3.256", false),
        ("https://1", false),
        ("https://a.0x1f", false),
        ("https://a.0x", false),
        ("https://[::1", false),
        ("https://[0:0:0:0:0:0:0:1]", false),
        ("https://[1::2:0:0:3]", true),
        ("https://[1:0:0:0:2::]", false),
        ("https://[::ffff:1.2.3.4]", false),
        ("https://[fe80::1%25eth0]", false),
        ("file://host", false),
        ("https://example.com\n", false),
        ("https://\u{e9}.fr", false),
    ];
    for (origin, expected) in cases {
        assert_eq!(ORIGINS.have(origin.as_bytes()), expected, "{origin:?}");
        for (reader, read) in READERS {
            assert_eq!(read(origin.as_bytes()), expected, "{reader} on {origin:?}");
        }
    }
}

#[test]
fn the_kinds_of_https_origins() {
    let cases = [
        // origin, a name, an address
        ("https://example.com:8443", true, false),
        ("https://a.b.", true, false),
        ("https://localhost", false, false),
        ("https://localhost.", false, false),
        ("https://127.0.0.1", false, true),
        ("https://[::1]:8443", false, true),
        ("http://example.com", false, false),
        ("http://127.0.0.1", false, false),
        ("httpsx://example.com", false, false),
    ];
    for (origin, name, address) in cases {
        let word = origin.as_bytes();
        assert_eq!(ORIGINS.https_names.accepts(word), name, "{origin}");
        assert_eq!(ORIGINS.https_addresses.accepts(word), address, "{origin}");
    }
}

#[test]
fn a_regex_without_origins_gets_the_likely_cause() {
    let cases = [
        (r"^myapp\.com$", "begins with its scheme"),
        (r"https://myapp\.com/", "ends with its host or port"),
        (r"https://myapp\.com/.*", "ends with its host or port"),
        (r"https://MyApp\.com", "lower case"),
        (r"HTTPS://myapp\.com", "lower case"),
        (r"https://myapp\.com:443", "default port"),
        ("null", "opaque origin"),
        ("https://my app", "a space"),
        (r"https://127\.1", "as a browser writes it"),
        ("a$b", "as a browser writes it"),
    ];
    for (pattern, expected) in cases {
        let language = Automaton::from_regex(pattern).expect(pattern);
        let error = ORIGINS.check(&language).expect_err(pattern);
        assert_eq!(error.kind, RegexErrorKind::MatchesNothing, "{pattern}");
        assert!(error.help.contains(expected), "{pattern}: {}", error.help);
    }
    let sound = Automaton::from_regex(r"https://(MY|my)app\.com/?").expect("sound");
    assert_eq!(ORIGINS.check(&sound), Ok(()));
}

#[test]
fn entries_that_others_cover() {
    let exact = |origin| Automaton::from_regex(&regex_syntax::escape(origin)).expect(origin);
    let regex = |pattern| Automaton::from_regex(pattern).expect(pattern);
    let under = |subdomains, host, port| Automaton::pattern("https", subdomains, host, port).expect(host);
    let cases = [
        ("exact by regex", regex(r"https://\w+\.a\.com"), exact("https://x.a.com"), true),
        ("another by regex", regex(r"https://\w+\.a\.com"), exact("https://x-y.a.com"), false),
        ("exact by subdomains", under(true, "a.com", PortPattern::Default), exact("https://x.y.a.com"), true),
        ("apex by subdomains", under(true, "a.com", PortPattern::Default), exact("https://a.com"), false),
        ("port by any port", under(false, "a.com", PortPattern::Any), exact("https://a.com:1"), true),
        ("no port by any port", under(false, "a.com", PortPattern::Any), exact("https://a.com"), true),
        (
            "subdomains by subdomains",
            under(true, "a.com", PortPattern::Any),
            under(true, "b.a.com", PortPattern::Exact("1")),
            true,
        ),
        (
            "subdomains by regex",
            regex(r"https://.*\.a\.com"),
            under(true, "a.com", PortPattern::Default),
            true,
        ),
        (
            "regex by subdomains",
            under(true, "a.com", PortPattern::Default),
            regex(r"https://pr-\d{1,9}\.a\.com"),
            true,
        ),
        (
            "what no browser sends does not count",
            under(true, "a.com", PortPattern::Default),
            regex(r"https://[a-zA-Z]+\.a\.com/?"),
            true,
        ),
        (
            "a default port is never sent",
            under(false, "a.com", PortPattern::Default),
            regex(r"https://a\.com(:443)?"),
            true,
        ),
        (
            "a longer label",
            regex(r"https://[a-z0-9_-]{1,62}\.a\.com"),
            under(true, "a.com", PortPattern::Default),
            false,
        ),
    ];
    for (name, wider, narrower, expected) in cases {
        let sent = narrower.intersection(&ORIGINS.all).expect(name);
        assert_eq!(sent.is_subset_of(&wider), Ok(expected), "{name}");
    }
}

/// Text that is an origin or nearly one.
fn nearly_origin() -> impl Strategy<Value = String> {
    let scheme = proptest::sample::select(
        &["https", "http", "ws", "wss", "ftp", "file", "tauri", "x+1", "1x", "", "Https"][..],
    );
    let label = prop_oneof![
        3 => "[a-c_-]{0,3}",
        3 => "(0x|0X)?[0-9a]{0,3}",
        1 => "[!-~]{1,2}",
    ];
    let name = proptest::collection::vec(label, 1..5).prop_map(|labels| labels.join("."));
    let v6 =
        proptest::collection::vec(prop_oneof![2 => Just(0u16), 1 => any::<u16>()], 8).prop_map(|pieces| {
            let pieces: Vec<_> = pieces.iter().map(|piece| format!("{piece:x}")).collect();
            let address = pieces.join(":").parse::<Ipv6Addr>().expect("eight pieces");
            format!("[{address}]")
        });
    let odd_v6 = "\\[(:?[0-2]{0,2}:){0,8}:?[0-9a-f.]{0,3}\\]?";
    let v4 = proptest::collection::vec(0u16..300, 4)
        .prop_map(|octets| octets.iter().map(ToString::to_string).collect::<Vec<_>>().join("."));
    let host = prop_oneof![4 => name, 2 => v6, 1 => odd_v6, 1 => v4];
    let port = prop_oneof![
        4 => Just(String::new()),
        2 => (0u32..70_000).prop_map(|port| format!(":{port}")),
        1 => proptest::sample::select(&[":80", ":443", ":21", ":", ":0", ":01", ":65535", "/"][..])
            .prop_map(String::from),
    ];
    let ending = prop_oneof![6 => Just(""), 1 => Just(".")];
    (scheme, host, ending, port)
        .prop_map(|(scheme, host, ending, port)| format!("{scheme}://{host}{ending}{port}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn agrees_with_the_readers(origin in nearly_origin()) {
        let expected = ORIGINS.have(origin.as_bytes());
        for (reader, read) in READERS {
            prop_assert_eq!(read(origin.as_bytes()), expected, "{} on {}", reader, origin);
        }
    }
}
