//! Splits and checks serialized origins at request time, within fixed limits.

use super::fixed::Fixed;
use crate::engine::standard;

/// The longest `Origin` that can match, in bytes: 253 for the host, and room for scheme and port.
pub(crate) const MAX_ORIGIN: usize = 300;

/// The longest host name, in bytes. <https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4>.
pub(crate) const MAX_HOST: usize = 253;

/// The longest label, in bytes. <https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4>.
pub(crate) const MAX_LABEL: usize = 63;

/// The parts of `scheme://host[:port]`. Splitting checks none of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts<'o> {
    pub(crate) scheme: &'o [u8],
    pub(crate) host: &'o [u8],
    /// The digits after the colon.
    pub(crate) port: Option<&'o [u8]>,
}

impl<'o> Parts<'o> {
    pub(crate) fn split(origin: &'o [u8]) -> Option<Self> {
        if origin.len() > MAX_ORIGIN {
            return None;
        }
        let scheme_len = match origin {
            [b'h', b't', b't', b'p', b's', b':', b'/', b'/', ..] => 5,
            _ => origin.iter().position(|&byte| byte == b':')?,
        };
        let (scheme, rest) = origin.split_at_checked(scheme_len)?;
        let rest = rest.strip_prefix(b"://")?;
        let digits = rest.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let (before, port) = rest.split_at_checked(rest.len() - digits)?;
        Some(match before.split_last() {
            Some((b':', host)) => Self { scheme, host, port: Some(port) },
            _ => Self { scheme, host: rest, port: None },
        })
    }

    /// Returns whether a browser's URL parser and origin serializer can produce this origin.
    ///
    /// A host may contain punctuation that the ABNF of the `Origin` field does not allow, because browsers send it.
    // https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin, https://url.spec.whatwg.org/#host-writing
    pub(crate) fn is_serialized(&self) -> bool {
        is_scheme(self.scheme)
            && self.scheme != b"file"
            && is_host(self.host)
            && self.port.is_none_or(|port| is_port(self.scheme, port))
    }
}

/// The text of an origin that a page can have. `None` for `null`, for the similar `file://`, and for anything else.
#[cold]
pub(crate) fn sendable(origin: &[u8]) -> Option<&str> {
    let parts = Parts::split(origin)?;
    // Electron apps send `app://.`: the host of a custom scheme can be anything that its handler accepts.
    let is_dot = || {
        parts.host == b"."
            && parts.port.is_none()
            && is_scheme(parts.scheme)
            && parts.scheme != b"file"
            && standard::default_port(parts.scheme).is_none()
    };
    if parts.is_serialized() || is_dot() { core::str::from_utf8(origin).ok() } else { None }
}

/// Returns whether this is an origin that a page can have, as browsers send it. `null` and `file://` do not count.
pub fn is_page_origin(origin: &[u8]) -> bool {
    sendable(origin).is_some()
}

/// Returns whether it is a scheme, in lower case. <https://www.rfc-editor.org/rfc/rfc3986#section-3.1>.
pub(crate) fn is_scheme(scheme: &[u8]) -> bool {
    matches!(scheme, [b'a'..=b'z', rest @ ..]
        if rest.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'-' | b'.')))
}

/// Returns whether it is a port as the serializer writes it: no leading zero, in range, not the scheme's default.
pub(crate) fn is_port(scheme: &[u8], port: &[u8]) -> bool {
    parse_port(port).is_some_and(|port| standard::default_port(scheme) != Some(port))
}

/// 1 to 65535 without a leading zero.
pub(crate) fn parse_port(digits: &[u8]) -> Option<u16> {
    if digits.first() == Some(&b'0') {
        return None;
    }
    core::str::from_utf8(digits).ok().filter(|text| !text.starts_with('+'))?.parse().ok()
}

/// Returns whether these are one or more labels that a wildcard may match: `a`, `a.b-c._d`.
pub(crate) fn are_labels(labels: &[u8]) -> bool {
    let mut length = 0;
    for &byte in labels {
        if byte == b'.' {
            if length == 0 {
                return false;
            }
            length = 0;
        } else {
            length += 1;
            if length > MAX_LABEL || !standard::is_label_byte(byte) {
                return false;
            }
        }
    }
    length > 0
}

fn is_host(host: &[u8]) -> bool {
    if let [b'[', inner @ .., b']'] = host {
        return is_ipv6(inner);
    }
    let name = host.strip_suffix(b".").unwrap_or(host);
    if name.is_empty() || name.len() > MAX_HOST {
        return false;
    }
    let mut last: &[u8] = b"";
    for label in name.split(|&byte| byte == b'.') {
        if label.is_empty() || label.len() > MAX_LABEL || !label.iter().all(|&byte| is_host_byte(byte)) {
            return false;
        }
        last = label;
    }
    // If the last label is a number, the host has to be an IPv4 address: https://url.spec.whatwg.org/#ends-in-a-number-checker
    !is_number(last) || host == name && is_ipv4(host)
}

/// Returns whether a domain may contain this byte. Upper case does not count, because the parser folds it.
// https://url.spec.whatwg.org/#forbidden-domain-code-point
const fn is_host_byte(byte: u8) -> bool {
    matches!(byte, b'!'..=b'~')
        && !byte.is_ascii_uppercase()
        && !matches!(
            byte,
            b'#' | b'%' | b'/' | b':' | b'<' | b'>' | b'?' | b'@' | b'[' | b'\\' | b']' | b'^' | b'|'
        )
}

/// Returns whether the URL parser takes the label for a number, decimal or hexadecimal.
pub(crate) fn is_number(label: &[u8]) -> bool {
    if let [b'0', b'x', hex @ ..] = label {
        return hex.iter().all(u8::is_ascii_hexdigit);
    }
    !label.is_empty() && label.iter().all(u8::is_ascii_digit)
}

/// Returns whether it is a dotted quad as the serializer writes it.
pub(crate) fn is_ipv4(host: &[u8]) -> bool {
    // The standard library only parses the canonical form: no leading zeros.
    core::str::from_utf8(host).is_ok_and(|text| text.parse::<core::net::Ipv4Addr>().is_ok())
}

/// Returns whether it is an IPv6 address as the serializer writes it, without its brackets: the longest run of zero pieces,
/// if longer than one, is `::`.
// https://url.spec.whatwg.org/#concept-ipv6-serializer
pub(crate) fn is_ipv6(inner: &[u8]) -> bool {
    let Ok(text) = core::str::from_utf8(inner) else { return false };
    let Ok(address) = text.parse::<core::net::Ipv6Addr>() else { return false };
    let mut canonical = Fixed::<39>::default();
    write_ipv6(&mut canonical, address).is_ok() && canonical.bytes() == inner
}

/// Writes `address` as the URL standard does. The standard library's form differs: it writes IPv4-mapped addresses with a dotted
/// quad.
pub(crate) fn write_ipv6(out: &mut dyn core::fmt::Write, address: core::net::Ipv6Addr) -> core::fmt::Result {
    let pieces = address.segments();
    let zeros = longest_zero_run(&pieces);
    let mut at = 0;
    while at < pieces.len() {
        if at == zeros.start && zeros.len() > 1 {
            out.write_str("::")?;
            at = zeros.end;
            continue;
        }
        if at != 0 && !(at == zeros.end && zeros.len() > 1) {
            out.write_char(':')?;
        }
        write!(out, "{:x}", pieces[at])?;
        at += 1;
    }
    Ok(())
}

/// The first of the longest runs of zeros.
fn longest_zero_run(pieces: &[u16; 8]) -> core::ops::Range<usize> {
    let mut best = 0..0;
    let mut start = 0;
    for (at, &piece) in pieces.iter().enumerate() {
        if piece != 0 {
            start = at + 1;
        } else if at + 1 - start > best.len() {
            best = start..at + 1;
        }
    }
    best
}

/// Returns whether a host is the user's own machine: `localhost` and everything under it, `127.0.0.0/8`, `[::1]`
/// (<https://w3c.github.io/webappsec-secure-contexts/#potentially-trustworthy-origin>), the addresses that operating systems
/// treat in the same way (`0.0.0.0`, `[::]`), and IPv6 addresses that embed one of these IPv4 addresses.
pub(crate) fn is_loopback_host(host: &str) -> bool {
    use core::net::{Ipv4Addr, Ipv6Addr};

    let is_v4 = |address: Ipv4Addr| address.is_loopback() || address.is_unspecified();
    let host = host.strip_suffix('.').unwrap_or(host);
    if let Some(inner) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return inner.parse::<Ipv6Addr>().is_ok_and(|address| {
            address.is_loopback() || address.is_unspecified() || address.to_ipv4_mapped().is_some_and(is_v4)
        });
    }
    host == "localhost" || host.ends_with(".localhost") || host.parse::<Ipv4Addr>().is_ok_and(is_v4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_serialized(origin: &str) -> bool {
        Parts::split(origin.as_bytes()).is_some_and(|parts| parts.is_serialized())
    }

    #[test]
    fn what_browsers_send_is_serialized() {
        for origin in [
            "https://example.com",
            "https://example.com.",
            "http://localhost:8080",
            "https://a_b.example.com",
            "https://-a.example.com",
            "https://a`b{}.example.com",
            "http://127.0.0.1:3000",
            "http://[::1]:3000",
            "http://[2001:db8::1:0:0:1]",
            "http://[::ffff:102:304]",
            "http://[1:0:2:3:4:5:6:7]",
            "tauri://localhost",
            "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
            "https://xn--fa-hia.de",
            "https://1.a",
        ] {
            assert!(is_serialized(origin), "{origin}");
        }
    }

    #[test]
    fn what_browsers_never_send_is_not() {
        for origin in [
            "",
            "null",
            "https://",
            "https:///",
            "https://a..b",
            "https://.a.com",
            "https://a.com..",
            "https://a.com/",
            "https://A.com",
            "HTTPS://a.com",
            "https://a.com:443",
            "http://a.com:80",
            "https://a.com:0",
            "https://a.com:08",
            "https://a.com:65536",
            "https://a.com:",
            "https://u@a.com",
            "https://a.com#b",
            "https://a b.com",
            "https://a.com\n",
            "https://\u{e9}.com",
            "https://127.1",
            "https://127.0.0.01",
            "https://0x7f.0.0.0x1",
            "https://1.2.3.4.",
            "https://1a.2",
            "http://[::1",
            "http://[0:0:0:0:0:0:0:1]",
            "http://[::FFFF]",
            "http://[::ffff:1.2.3.4]",
            "http://[1::2:3:4:5:6:7]",
            "file://",
            "file://host",
            "1a://b",
        ] {
            assert!(!is_serialized(origin), "{origin:?}");
        }
        let label = "a".repeat(64);
        assert!(!is_serialized(&std::format!("https://{label}.com")));
        let host = std::format!("{}com", "abc.".repeat(63));
        assert!(!is_serialized(&std::format!("https://{host}")), "255 bytes of host");
    }

    #[test]
    fn the_limits_are_inclusive() {
        let long = |scheme: usize, label: usize, host: usize| {
            let host = std::format!("{}{}", "a.".repeat((host - label) / 2), "b".repeat(label));
            std::format!("{}://{host}", "s".repeat(scheme))
        };
        for (origin, length, expected) in [
            (long(5, 63, 253), 261, true),
            (long(5, 63, 255), 263, false),
            (long(5, 64, 250), 258, false),
            (long(44, 63, 253), 300, true),
            (long(45, 63, 253), 301, false),
        ] {
            assert_eq!((origin.len(), is_serialized(&origin)), (length, expected), "{origin}");
        }
    }
}
