//! A policy's decision about a request.

use super::field::{Field, Fields};
use super::origin;
use super::policy::Policy;
use super::request::{Request, SingleField};

/// A policy's decision about a request, made by [`Policy::decide`].
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Decision<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) request: Request<'a>,
    pub(crate) is_preflight: bool,
    pub(crate) is_allowed: bool,
    pub(crate) fields: Fields,
}

impl<'a> Decision<'a> {
    /// Returns whether the request is a preflight. An adapter answers it with [`status`](Self::status), an empty body and
    /// [`fields`](Self::fields); the app never sees it.
    #[inline]
    pub fn is_preflight(&self) -> bool {
        self.is_preflight
    }

    /// Returns whether the page may read the response. For a preflight: whether the browser may send the actual request. Also
    /// `true` for a request without an origin, because CORS does not apply to it.
    #[inline]
    pub fn is_allowed(&self) -> bool {
        self.is_allowed
    }

    /// The status of the answer to a preflight: the policy's own if it is allowed, 403 if it is refused, and 200 for some
    /// [`diagnostic`](Self::diagnostic) refusals. `None` for an actual request, because the app sets its status.
    pub fn status(&self) -> Option<u16> {
        self.is_preflight.then(|| {
            if self.is_allowed {
                self.policy.preflight_status()
            } else if self.fields.contains(Field::AllowMethods) {
                // The browser checks the lists only if the status passes.
                200
            } else {
                403
            }
        })
    }

    /// The fields to put on the response. First remove every `Access-Control-*` field that the app has set.
    #[inline]
    pub fn fields(&self) -> Fields {
        self.fields
    }

    /// The request's origin, if a page can have it and `origins` does not list it. You may then ask another source of origins,
    /// such as a database of tenants. If the source allows the origin, decide again about the same request, now
    /// [vouched for](Request::vouched).
    ///
    /// `None` for `null`, which every sandboxed frame on any site has, for several origins, for values that no browser sends, and
    /// for an origin that is vouched for already.
    ///
    /// ```
    /// # #[cfg(feature = "alloc")] {
    /// use cors_engine::{Block, Config, Mode, Request};
    ///
    /// let policy = Config::new(Block::new().origins(["https://myapp.com"])).policy(Mode::Development)?;
    /// let request = Request::new(b"GET").origin(b"https://tenant.example");
    /// assert_eq!(policy.decide(&request).unlisted_origin(), Some("https://tenant.example"));
    /// assert!(policy.decide(&request.vouched(true)).is_allowed());
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cold]
    pub fn unlisted_origin(&self) -> Option<&'a str> {
        let SingleField::One(origin) = self.request.origin else { return None };
        if self.is_allowed || self.policy.accepts_origin(&self.request) {
            return None;
        }
        origin::sendable(origin)
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use alloc::format;
    use alloc::string::ToString;

    use crate::Block;
    use crate::Config;
    use crate::Mode;
    use crate::Policy;
    use crate::Request;

    fn compile(block: Block) -> Policy {
        let policy = Config::default().development(block).policy(Mode::Development);
        policy.unwrap_or_else(|violations| panic!("{violations}"))
    }

    /// Values that no source of origins is asked about, and no app can vouch for.
    const UNSENDABLE: [(&str, &[&str]); 8] = [
        ("null", &["null"]),
        ("a file", &["file://"]),
        ("two", &["https://a.example", "https://a.example"]),
        ("a path", &["https://a.example/"]),
        ("the default port", &["https://a.example:443"]),
        ("upper case", &["https://A.example"]),
        ("nonsense", &["a\r\n"]),
        ("empty", &[""]),
    ];

    fn from<'r>(origins: &[&'r str]) -> Request<'r> {
        origins.iter().fold(Request::new(b"GET"), |request, origin| request.origin(origin.as_bytes()))
    }

    #[test]
    fn only_what_a_page_can_have_is_asked_about() {
        let long = format!("https://{}.example", "a".repeat(300));
        let policy = compile(Block::new().origins(["https://myapp.com"]));
        let asked = [
            ("listed", &["https://myapp.com"][..], None),
            ("none", &[], None),
            ("a tenant", &["https://tenant.example:8443"], Some("https://tenant.example:8443")),
            ("a custom scheme", &["app://tenant"], Some("app://tenant")),
            ("Electron's host", &["app://."], Some("app://.")),
            ("that host elsewhere", &["https://."], None),
            ("too long", &[&long], None),
        ];
        let unsendable = UNSENDABLE.into_iter().map(|(name, origins)| (name, origins, None));
        for (name, origins, wanted) in asked.into_iter().chain(unsendable) {
            assert_eq!(policy.decide(&from(origins)).unlisted_origin(), wanted, "{name}");
            assert_eq!(
                policy.decide(&from(origins).vouched(true)).unlisted_origin(),
                None,
                "{name}, vouched"
            );
        }
        let any = compile(Block::new().any_origin());
        assert_eq!(any.decide(&Request::new(b"GET").origin(b"https://a.example")).unlisted_origin(), None);
    }

    #[test]
    fn nobody_vouches_for_what_no_page_can_have() {
        let policy = compile(Block::new().origins(["https://myapp.com"]).methods(["PUT"]));
        for (name, origins) in UNSENDABLE {
            assert!(!policy.decide(&from(origins).vouched(true)).is_allowed(), "{name}");
            let preflight = origins
                .iter()
                .fold(Request::new(b"OPTIONS"), |request, origin| request.origin(origin.as_bytes()));
            let preflight = preflight.requested_method(b"PUT").vouched(true);
            assert!(!policy.decide(&preflight).is_allowed(), "{name}, a preflight");
        }
    }

    #[test]
    fn a_vouched_origin_is_answered_as_a_listed_one() {
        let block = || {
            Block::new().credentials(true).methods(["PUT"]).headers(["x-a"]).expose(["x-b"]).max_age(5_u32)
        };
        let listed = compile(block().origins(["https://tenant.example"]));
        let policy = compile(block().origins(["https://myapp.com"]));
        let from = |method| Request::new(method).origin(b"https://tenant.example");
        let preflight = |method| from(b"OPTIONS").requested_method(method).requested_headers(&["x-a"]);
        for request in [
            from(b"GET"),
            preflight(b"PUT"),
            preflight(b"DELETE"),
            preflight(b"PUT").requested_headers(&["x-c"]),
            Request::new(b"GET"),
            from(b"GET").origin(b"https://tenant.example"),
        ] {
            let (wanted, vouched) = (listed.decide(&request), policy.decide(&request.vouched(true)));
            assert_eq!(
                (wanted.fields(), wanted.status()),
                (vouched.fields(), vouched.status()),
                "{request:?}"
            );
            let kind = |decision: crate::Decision<'_>| decision.denial().map(|denial| denial.kind());
            assert_eq!(kind(wanted), kind(vouched), "{request:?}");
        }
        let request = from(b"GET").vouched(true);
        assert_eq!(
            policy.decide(&request).explain().to_string(),
            "allowed: GET from https://tenant.example\nthe origin is allowed by the app, and not by `origins`"
        );
    }
}
