//! Whom a foreign origin does not get to the app at all: what CORS leaves to the server.

use actix_web::HttpRequest;
use actix_web::dev::RequestHead;
use actix_web::http::header::{self, HeaderName};
use actix_web::http::{Method, Version};
use cors_engine::Policy;

use crate::request::lines;

/// Does the request ask to leave HTTP? No CORS check is made of what follows.
///
/// The field alone decides: an app may look at more before it upgrades, but never at less. `CONNECT`
/// is how HTTP/2 does it (RFC 8441).
#[inline]
pub(crate) fn is_upgrade(head: &RequestHead) -> bool {
    head.method == Method::CONNECT || head.headers.contains_key(header::UPGRADE)
}

/// Is a request with an `Origin` from a page of this very origin, on a host of the policy's?
///
/// Browsers put `Origin` on every request but `GET` and `HEAD`, same-origin ones included, and the
/// list of a policy need not hold the API's own origin. Fetch, section "`Origin` header".
///
/// * `Sec-Fetch-Site` says it, in a field that no script can write. A value that is none of the
///   standard's counts as none. Fetch Metadata, section "The `Sec-Fetch-Site` HTTP Request Header".
/// * Without it, from an old browser or over plain HTTP, the origin has to be what scheme and `Host` spell.
///
/// After DNS rebinding both are true of an attacker's page, except for the host, which is why that is
/// looked at in either case.
pub(crate) fn is_same_origin(policy: &Policy, request: &HttpRequest, behind_tls: bool) -> bool {
    let head = request.head();
    let Some(authority) = authority(head) else { return false };
    if !policy.allows_host(authority) {
        return false;
    }
    match lines(&head.headers, SEC_FETCH_SITE) {
        [site] => match site.as_bytes() {
            b"same-origin" => return true,
            b"same-site" | b"cross-site" | b"none" => return false,
            _ => {}
        },
        [] => {}
        _ => return false,
    }
    let [origin] = lines(&head.headers, header::ORIGIN) else { return false };
    let scheme = if behind_tls || request.app_config().secure() { Scheme::Https } else { Scheme::Http };
    scheme.serialises(authority, origin.as_bytes())
}

/// The field that tells a browser's own requests apart: an answer that depends on it varies by it.
pub(crate) const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whom the client means to talk to.
fn authority(head: &RequestHead) -> Option<&[u8]> {
    let authority = match (head.uri.authority(), lines(&head.headers, header::HOST)) {
        // A target in absolute form or `:authority` is what counts. RFC 9112, section 3.2.2.
        (Some(authority), [] | [_]) => authority.as_str().as_bytes(),
        (None, [host]) if head.version < Version::HTTP_2 => host.as_bytes(),
        _ => return None,
    };
    (!authority.is_empty()).then_some(authority)
}

#[derive(Clone, Copy)]
enum Scheme {
    Http,
    Https,
}

impl Scheme {
    /// Is `origin` the serialisation of this scheme and `authority`? HTML, section "Origin".
    fn serialises(self, authority: &[u8], origin: &[u8]) -> bool {
        let (prefix, default_port): (&[u8], &[u8]) = match self {
            Self::Http => (b"http://", b":80"),
            Self::Https => (b"https://", b":443"),
        };
        let authority = authority.strip_suffix(default_port).unwrap_or(authority);
        origin.strip_prefix(prefix).is_some_and(|rest| rest.eq_ignore_ascii_case(authority))
    }
}

#[cfg(test)]
mod tests {
    use super::Scheme::{Http, Https};

    #[test]
    fn an_origin_is_scheme_and_host_without_the_default_port() {
        for (scheme, authority, origin, same) in [
            (Https, "api.example", "https://api.example", true),
            (Https, "API.example:443", "https://api.example", true),
            (Https, "api.example:8443", "https://api.example:8443", true),
            (Http, "localhost:80", "http://localhost", true),
            (Http, "[::1]:8080", "http://[::1]:8080", true),
            (Http, "api.example", "https://api.example", false),
            (Https, "api.example", "http://api.example", false),
            (Https, "api.example:80", "https://api.example", false),
            (Https, "api.example", "https://api.example.evil", false),
            (Https, "api.example", "https://evil.api.example", false),
            (Https, "api.example", "https://api.example:8443", false),
            (Https, "api.example", "null", false),
            (Http, "[::80]", "http://[:]", false),
        ] {
            assert_eq!(
                scheme.serialises(authority.as_bytes(), origin.as_bytes()),
                same,
                "{authority} {origin}"
            );
        }
    }
}
