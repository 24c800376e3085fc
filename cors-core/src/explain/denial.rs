//! Why a request is refused, in words for a person.

use core::fmt;

use super::console::{Console, Disclosed};
use super::nearest;
use super::refused::{self, Extent};
use crate::Key;
use crate::engine::decide::FailedCheck;
use crate::engine::decision::Decision;
use crate::engine::origin;
use crate::engine::policy::Policy;
use crate::engine::request::Escaped;
use crate::engine::standard;
use crate::engine::table::names::{MAX_EMPTY, RefusedNames};

/// Why a policy refuses a request. Its `Display` says what was asked for and what the policy allows.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Denial<'a> {
    /// The policy does not allow the origin.
    #[non_exhaustive]
    OriginNotAllowed {
        /// The policy that refuses.
        policy: &'a Policy,
        /// The value of `Origin`; `None` if the field came more than once.
        origin: Option<&'a [u8]>,
        /// Whether the request is a preflight. If so, the browser's console says so.
        preflight: bool,
    },
    /// The policy does not allow the requested method, or it is not a method at all.
    #[non_exhaustive]
    MethodNotAllowed {
        /// The policy that refuses.
        policy: &'a Policy,
        /// The value of `Access-Control-Request-Method`; `None` if the field came more than once.
        method: Option<&'a [u8]>,
    },
    /// The policy does not allow a requested header, or it is not a field name at all.
    #[non_exhaustive]
    HeaderNotAllowed {
        /// The policy that refuses.
        policy: &'a Policy,
        /// The first such header.
        name: &'a [u8],
    },
    /// `Access-Control-Request-Headers` has more than 16 empty elements, which no browser sends.
    #[non_exhaustive]
    TooManyEmptyNames {
        /// The policy that refuses.
        policy: &'a Policy,
    },
    /// `Sec-Fetch-Site` says that a page of another origin made the request, and there is no `Origin` to say which one. Adapters
    /// decide this, not [`Policy::decide`].
    #[non_exhaustive]
    CrossSite {
        /// The value of `Sec-Fetch-Site`; `None` if the field came more than once.
        site: Option<&'a [u8]>,
    },
}

impl<'a> Denial<'a> {
    /// The denial of a request that has no `Origin` although a page of another origin made it, for adapters that refuse such
    /// requests. `site` is the value of `Sec-Fetch-Site`; `None` if the field was repeated.
    pub const fn cross_site(site: Option<&'a [u8]>) -> Self {
        Self::CrossSite { site }
    }
}

impl<'a> Decision<'a> {
    /// Why the request is refused; `None` if it is allowed. This call computes the reason, not [`Policy::decide`].
    #[cold]
    pub fn denial(&self) -> Option<Denial<'a>> {
        if self.is_allowed {
            return None;
        }
        let Self { policy, request, is_preflight: preflight, .. } = *self;
        Some(match policy.first_failure(&request) {
            Some(FailedCheck::Method) if preflight => {
                Denial::MethodNotAllowed { policy, method: request.requested_method.one() }
            }
            Some(FailedCheck::Headers(RefusedNames::Name(name))) if preflight => {
                Denial::HeaderNotAllowed { policy, name }
            }
            Some(FailedCheck::Headers(RefusedNames::Empty)) if preflight => {
                Denial::TooManyEmptyNames { policy }
            }
            // For an actual request, only the origin is checked.
            _ => Denial::OriginNotAllowed { policy, origin: request.origin.one(), preflight },
        })
    }
}

impl Denial<'_> {
    /// The key of the policy that decided. `None` for a request that no policy would allow.
    pub const fn key(&self) -> Option<Key> {
        match self {
            Denial::OriginNotAllowed { .. } => Some(Key::Origins),
            Denial::MethodNotAllowed { .. } => Some(Key::Methods),
            Denial::HeaderNotAllowed { .. } => Some(Key::Headers),
            Denial::TooManyEmptyNames { .. } | Denial::CrossSite { .. } => None,
        }
    }

    /// The kind of denial in one word, for logs and counters, such as `origin_not_allowed`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Denial::OriginNotAllowed { .. } => "origin_not_allowed",
            Denial::MethodNotAllowed { .. } => "method_not_allowed",
            Denial::HeaderNotAllowed { .. } => "header_not_allowed",
            Denial::TooManyEmptyNames { .. } => "too_many_empty_names",
            Denial::CrossSite { .. } => "cross_site",
        }
    }
}

/// What was asked for, what the policy allows, what the browser's console shows for a plain refusal, and the
/// line to add. The request's bytes are escaped and cut, and only CORS fields are shown.
impl fmt::Display for Denial<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.describe(f, Disclosed::Nothing)
    }
}

/// The text of a denial, if the browser sees this much of the answer.
pub(crate) struct DenialText<'a> {
    denial: Denial<'a>,
    shown: Disclosed,
}

impl<'a> Decision<'a> {
    /// The text of the denial, with the console's message for this answer.
    pub(crate) fn reason(&self) -> Option<DenialText<'a>> {
        Some(DenialText { denial: self.denial()?, shown: Disclosed::by(self.fields) })
    }
}

impl fmt::Display for DenialText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.denial.describe(f, self.shown)
    }
}

impl Denial<'_> {
    /// Writes the text for an answer that shows the browser this much.
    fn describe(&self, f: &mut fmt::Formatter<'_>, shown: Disclosed) -> fmt::Result {
        match *self {
            Denial::OriginNotAllowed { policy, origin: Some(origin), preflight } => {
                origin_not_allowed(f, policy, origin, preflight)
            }
            Denial::OriginNotAllowed { origin: None, .. } => f.write_str(
                "the request has more than one `Origin`: no browser sends that, so that none of them is believed\n\
                 look for a proxy or a client that adds the field",
            ),
            Denial::MethodNotAllowed { policy, method: Some(method) } => {
                method_not_allowed(f, policy, method, console(shown, Console::Method(&Escaped(method))))
            }
            Denial::MethodNotAllowed { method: None, .. } => f.write_str(
                "the preflight has more than one `Access-Control-Request-Method`: no browser sends that\n\
                 look for a proxy or a client that adds the field",
            ),
            Denial::HeaderNotAllowed { policy, name } => {
                header_not_allowed(f, policy, name, console(shown, Console::Header(&Escaped(name))))
            }
            Denial::TooManyEmptyNames { .. } => write!(
                f,
                "`Access-Control-Request-Headers` has more than {MAX_EMPTY} empty elements: no browser sends that"
            ),
            Denial::CrossSite { site: Some(site) } => write!(
                f,
                "the request has no `Origin`, and `Sec-Fetch-Site: {}` says that a page elsewhere made it\n\
                 have the page call the API with `fetch` from an origin that `origins` lists; for an image or a script of such a page, \
                 add the attribute `crossorigin`",
                Escaped(site)
            ),
            Denial::CrossSite { site: None } => f.write_str(
                "the request has more than one `Sec-Fetch-Site`: no browser sends that, so that none of them is believed\n\
                 look for a proxy or a client that adds the field",
            ),
        }
    }
}

/// The console's message for a preflight whose origin is allowed. `missed` is what the lists lack.
fn console(shown: Disclosed, missed: Console<'_>) -> Console<'_> {
    match shown {
        Disclosed::Nothing => Console::NoOrigin { preflight: true },
        Disclosed::Origin => Console::Status,
        Disclosed::List => missed,
    }
}

fn origin_not_allowed(
    f: &mut fmt::Formatter<'_>,
    policy: &Policy,
    origin: &[u8],
    preflight: bool,
) -> fmt::Result {
    write!(f, "the origin {} is not in `origins`", Escaped(origin))?;
    if let Some(near) = nearest::nearest(policy, origin) {
        write!(f, "; the nearest entry is {:?}, which {}", near.entry, near.differs.text())?;
    }
    write!(f, "\n{}", Console::NoOrigin { preflight })?;
    match origin::sendable(origin) {
        Some(text) => to_allow_origin(f, text),
        None if matches!(origin, b"null" | b"file://") => f.write_str(
            "\na sandboxed frame, a file or a redirect between sites sent it: serve the page from an origin of its own",
        ),
        None => f.write_str("\nno browser sends such an origin"),
    }
}

fn method_not_allowed(
    f: &mut fmt::Formatter<'_>,
    policy: &Policy,
    method: &[u8],
    console: Console<'_>,
) -> fmt::Result {
    refused::method_refused(f, policy, method)?;
    write!(f, "\n{console}")?;
    refused::to_allow_method(f, policy, method, Extent::Entry)
}

/// What to write to allow an origin that a page can have: an entry that follows the rules, or what to do first.
fn to_allow_origin(f: &mut fmt::Formatter<'_>, origin: &str) -> fmt::Result {
    let (scheme, rest) = origin.split_once("://").unwrap_or_default();
    let rest = rest.strip_suffix(":443").unwrap_or(rest);
    let host =
        origin::Parts::split(origin.as_bytes()).and_then(|parts| core::str::from_utf8(parts.host).ok());
    match scheme {
        "http" | "https" if host.is_some_and(origin::is_loopback_host) => {
            write!(f, "\nto develop with it: development {{ origins: [{origin:?}] }}")
        }
        "http" => {
            write!(f, "\nto allow it: serve the page over https, and add origins: [\"https://{rest}\"]")
        }
        _ if standard::is_pageless_scheme(scheme) => f.write_str("\nno page has such an origin"),
        _ => write!(f, "\nto allow it: origins: [{origin:?}]"),
    }
}

fn header_not_allowed(
    f: &mut fmt::Formatter<'_>,
    policy: &Policy,
    name: &[u8],
    console: Console<'_>,
) -> fmt::Result {
    refused::header_refused(f, name)?;
    write!(f, "\n{console}")?;
    refused::to_allow_header(f, policy, name, Extent::Entry)
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use alloc::string::ToString;

    use crate::Block;
    use crate::Config;
    use crate::Mode;
    use crate::Policy;
    use crate::Request;

    fn policy() -> Policy {
        let block = Block::new()
            .origins([
                "https://myapp.com",
                "https://*.tenant.com",
                "http://localhost:3000",
                "https://www.shop.com",
            ])
            .methods(["GET", "PATCH"])
            .headers(["authorization"]);
        Config::default()
            .development(block)
            .policy(Mode::Development)
            .unwrap_or_else(|violations| panic!("{violations}"))
    }

    #[test]
    fn an_origin_is_told_what_it_misses() {
        let policy = policy();
        for (origin, first_line) in [
            ("http://myapp.com", "; the nearest entry is \"https://myapp.com\", which has another scheme"),
            (
                "https://myapp.com:8443",
                "; the nearest entry is \"https://myapp.com\", which has another port",
            ),
            (
                "http://localhost:3001",
                "; the nearest entry is \"http://localhost:3000\", which has another port",
            ),
            (
                "https://myapp.com.",
                "; the nearest entry is \"https://myapp.com\", which differs in the trailing dot",
            ),
            (
                "https://www.myapp.com",
                "; the nearest entry is \"https://myapp.com\", which differs in `www.`",
            ),
            ("https://shop.com", "; the nearest entry is \"https://www.shop.com\", which differs in `www.`"),
            (
                "https://tenant.com",
                "; the nearest entry is \"https://*.tenant.com\", which stands for the subdomains, not for the domain itself",
            ),
            (
                "https://MyApp.com",
                "; the nearest entry is \"https://myapp.com\", which is in lower case, as browsers write origins",
            ),
            (
                "https://myapp.com/",
                "; the nearest entry is \"https://myapp.com\", which ends where an origin ends, without a slash or path",
            ),
            ("https://evil.example", ""),
            ("null", ""),
        ] {
            let request = Request::new(b"GET").origin(origin.as_bytes());
            let decision = policy.decide(&request);
            let text = decision.denial().unwrap_or_else(|| panic!("{origin} is allowed")).to_string();
            let wanted = alloc::format!("the origin {origin} is not in `origins`{first_line}");
            assert_eq!(text.lines().next(), Some(wanted.as_str()), "{origin}");
        }
    }

    #[test]
    fn the_console_tells_a_preflight_from_the_call() {
        let policy = policy();
        let preflight = |origin| Request::new(b"OPTIONS").origin(origin).requested_method(b"PUT");
        for (name, request, is_preflight) in [
            ("another origin", Request::new(b"GET").origin(b"https://evil.example"), false),
            ("another origin's preflight", preflight(b"https://evil.example"), true),
            ("another method's preflight", preflight(b"https://myapp.com"), true),
        ] {
            let text = policy.decide(&request).denial().map(|denial| denial.to_string()).unwrap_or_default();
            let console =
                text.lines().find_map(|line| line.strip_prefix("Chromium: blocked by CORS policy: "));
            let console = console.unwrap_or_else(|| panic!("{name}: {text}"));
            assert_eq!(
                console.starts_with("Response to preflight request"),
                is_preflight,
                "{name}: {console}"
            );
        }
    }

    #[test]
    fn a_denial_ends_with_the_line_to_add() {
        let policy = policy();
        let preflight = || Request::new(b"OPTIONS").origin(b"https://myapp.com");
        for (request, start, end) in [
            (
                Request::new(b"GET").origin(b"https://evil.example"),
                "the origin https://evil.example is",
                "to allow it: origins: [\"https://evil.example\"]",
            ),
            (
                Request::new(b"GET").origin(b"evil\r\n"),
                "the origin evil\\r\\n is",
                "no browser sends such an origin",
            ),
            (
                Request::new(b"GET").origin(b"null"),
                "the origin null is",
                "a sandboxed frame, a file or a redirect between sites sent it: serve the page from an origin of its own",
            ),
            (
                Request::new(b"GET").origin(b"https://myapp.com").origin(b"https://myapp.com"),
                "the request has more than one `Origin`",
                "look for a proxy or a client that adds the field",
            ),
            (
                preflight().requested_method(b"DELETE"),
                "the method DELETE is not in `methods`\n",
                "to allow it: methods: [\"DELETE\"]",
            ),
            (
                preflight().requested_method(b"patch"),
                "the method patch is not in `methods`; PATCH is, but methods are compared with their case: call `fetch` with method: \"PATCH\"",
                "",
            ),
            (preflight().requested_method(b"TRACE"), "the method TRACE", "no browser asks for such a method"),
            (preflight().requested_method(b""), "the method  is", "no browser asks for such a method"),
            (
                preflight().requested_method(b"GET").requested_method(b"GET"),
                "the preflight has more than one",
                "look for a proxy or a client that adds the field",
            ),
            (
                preflight().requested_method(b"GET").requested_headers(&["Authorization, X-Token"]),
                "the request header X-Token is not in `headers`",
                "to allow it: headers: [\"x-token\"]",
            ),
            (
                preflight().requested_method(b"GET").requested_headers(&["contenttype"]),
                "the request header contenttype is not in `headers`",
                "the standard name is content-type: have the page send that",
            ),
            (
                preflight().requested_method(b"GET").requested_headers(&["x-*"]),
                "the request header x-* is not in `headers`",
                "no policy can list a name with a `*` in it: have the page use another",
            ),
            (
                preflight().requested_method(b"PUR*GE"),
                "the method PUR*GE is not in `methods`",
                "no policy can list a name with a `*` in it: have the page use another",
            ),
            (
                preflight().requested_method(b"GET").requested_headers(&["a b"]),
                "the request header a b is",
                "no browser asks for such a header",
            ),
            (
                preflight().requested_method(b"GET").requested_headers(&[",,,,,,,,,,,,,,,,,"]),
                "`Access-Control-Request-Headers` has more than 16 empty elements",
                "no browser sends that",
            ),
        ] {
            let decision = policy.decide(&request);
            let text = decision.denial().unwrap_or_else(|| panic!("{request:?} is allowed")).to_string();
            assert!(text.starts_with(start), "{start}\n{text}");
            assert!(text.ends_with(end), "{end}\n{text}");
        }
    }

    #[test]
    fn long_values_are_cut() {
        let policy = policy();
        let origin = [b'a'; 70_000];
        let request = Request::new(b"GET").origin(&origin);
        let decision = policy.decide(&request);
        let text = decision.denial().map(|denial| denial.to_string()).unwrap_or_default();
        assert!(text.len() < 600, "{}", text.len());
        assert!(text.contains("… (70000 bytes)"), "{text}");
    }
}
