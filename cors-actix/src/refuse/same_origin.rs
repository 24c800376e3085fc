//! Who made a request: a page of the API's own origin, the user, or a page elsewhere. CORS leaves this check to the server.

use actix_web::HttpRequest;
use actix_web::dev::RequestHead;
use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::http::{Method, Version};
use cors_engine::Policy;

use crate::options::Options;
use crate::request::{is_upgrade, lines};

/// Who made a request, by `Sec-Fetch-Site`, a field that no script can write.
// https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Site {
    /// The field is missing or empty: an old browser, plain HTTP, or not a browser.
    Unsaid,
    SameOrigin,
    /// The user did, by the address bar or a bookmark.
    User,
    /// A page of the same site, but of another origin.
    Sibling,
    /// Another site, or an unknown value.
    Foreign,
}

impl Site {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        match lines(headers, SEC_FETCH_SITE) {
            [] => Self::Unsaid,
            [site] => match site.as_bytes() {
                b"" => Self::Unsaid,
                b"same-origin" => Self::SameOrigin,
                b"none" => Self::User,
                b"same-site" => Self::Sibling,
                _ => Self::Foreign,
            },
            // No browser sends it twice.
            _ => Self::Foreign,
        }
    }

    /// Returns whether a page of another origin made the request.
    pub(crate) fn is_elsewhere(self) -> bool {
        matches!(self, Self::Sibling | Self::Foreign)
    }
}

/// Returns whether a request with an `Origin` was made by a page of the API's own origin or by the user, on one of the policy's hosts.
///
/// Browsers put `Origin` on every request but `GET` and `HEAD`, same-origin ones included, and a policy
/// need not list the API's own origin. Without `Sec-Fetch-Site` the origin has to equal the one that the app has set, or scheme and
/// `Host`.
///
/// After DNS rebinding, an attacker's page passes all of these checks except for the host. So the host is checked, unless `Origin`
/// is the one that the app has set.
// https://fetch.spec.whatwg.org/#origin-header
pub(crate) fn is_same_origin(policy: &Policy, request: &HttpRequest, options: &Options) -> bool {
    let head = request.head();
    let site = Site::of(&head.headers);
    if site.is_elsewhere() {
        return false;
    }
    let origin = match lines(&head.headers, header::ORIGIN) {
        [origin] => Some(origin.as_bytes()),
        _ => None,
    };
    let own = options.own_origin.as_deref();
    if own.is_some_and(|own| origin == Some(own.as_bytes())) {
        return true;
    }
    let Some(authority) = authority(head).filter(|authority| policy.allows_host(authority)) else {
        return false;
    };
    if site != Site::Unsaid {
        return true;
    }
    let scheme =
        if options.behind_tls || request.app_config().secure() { Scheme::Https } else { Scheme::Http };
    own.is_none() && origin.is_some_and(|origin| scheme.serializes(authority, origin))
}

/// Returns whether a request without `Origin`, made by a page elsewhere, must not reach the app.
pub(crate) fn is_refused_by_site(policy: &Policy, head: &RequestHead, site: Site, options: &Options) -> bool {
    if !site.is_elsewhere() {
        return false;
    }
    // `origins: any` also allows the origin that this request does not name.
    let changes = || !policy.allows_any_origin() && (!is_safe(&head.method) || is_upgrade(head));
    let is_resource = || options.isolate && site == Site::Foreign && !is_navigation(head);
    changes() || is_resource()
}

/// Returns whether a method is safe: <https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1>. `TRACE`, which is safe as well, is
/// left out: browsers never send it.
pub(crate) fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Returns whether the request navigates to another document. Those of `<object>` and `<embed>` look like navigations, but are not.
fn is_navigation(head: &RequestHead) -> bool {
    let one = |name| match lines(&head.headers, name) {
        [value] => Some(value.as_bytes()),
        _ => None,
    };
    head.method == Method::GET
        && one(SEC_FETCH_MODE) == Some(b"navigate")
        && !matches!(one(SEC_FETCH_DEST), Some(b"object" | b"embed"))
}

/// The fields that say why a browser makes a request. An answer that depends on one names it in `Vary`.
pub(crate) const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// The host and port that the client wants to reach.
fn authority(head: &RequestHead) -> Option<&[u8]> {
    let authority = match (head.uri.authority(), lines(&head.headers, header::HOST)) {
        // A target in absolute form, or `:authority`, overrides `Host`: https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2
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
    /// Returns whether `origin` is the serialization of this scheme and `authority`.
    // https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin
    fn serializes(self, authority: &[u8], origin: &[u8]) -> bool {
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
    use actix_web::http::Version;
    use actix_web::test::TestRequest;

    use super::Scheme::{Http, Https};
    use super::authority;

    #[test]
    fn the_authority_is_that_of_the_target_or_else_of_host() {
        for (version, target, hosts, expected) in [
            (Version::HTTP_11, "/", &["a.example"][..], Some("a.example")),
            (Version::HTTP_11, "/", &[], None),
            (Version::HTTP_11, "/", &[""], None),
            (Version::HTTP_11, "/", &["a.example", "a.example"], None),
            (Version::HTTP_11, "http://b.example:81/", &["a.example"], Some("b.example:81")),
            (Version::HTTP_11, "http://b.example/", &["a.example", "b.example"], None),
            (Version::HTTP_2, "http://b.example/", &[], Some("b.example")),
            // It has to say `:authority`.
            (Version::HTTP_2, "/", &["a.example"], None),
        ] {
            let request = TestRequest::with_uri(target).version(version);
            let request = hosts.iter().fold(request, |request, host| request.append_header(("host", *host)));
            let request = request.to_srv_request();
            let expected = expected.map(str::as_bytes);
            assert_eq!(authority(request.head()), expected, "{version:?} {target} {hosts:?}");
        }
    }

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
                scheme.serializes(authority.as_bytes(), origin.as_bytes()),
                same,
                "{authority} {origin}"
            );
        }
    }
}
