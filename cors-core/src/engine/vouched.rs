//! Decisions about an origin that the policy does not list, for adapters that have another source of origins.

use super::decision::Decision;
use super::origin::{MAX_ORIGIN, Parts};
use super::policy::Policy;
use super::request::{Field, Request};
use crate::explain::console::Shown;
use crate::explain::denial::Denial;

impl Policy {
    /// Decides as if `origins` listed the origin of this request: for an adapter that has found it in another
    /// source, such as a database of tenants.
    ///
    /// Ask that source only about a [`Decision::unlisted_origin`]. Everything else is as the policy has it.
    ///
    /// ```
    /// # #[cfg(feature = "alloc")] {
    /// use cors_engine::{Block, Config, Mode, Request};
    ///
    /// let policy = Config::new(Block::new().origins(["https://myapp.com"])).policy(Mode::Development)?;
    /// let request = Request::new(b"GET").origin(b"https://tenant.example");
    /// let decision = policy.decide(&request);
    /// assert_eq!(decision.unlisted_origin(), Some("https://tenant.example"));
    /// assert!(policy.decide_vouched(&request).is_allowed());
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cold]
    pub fn decide_vouched<'a>(&'a self, request: &Request<'a>) -> Decision<'a> {
        let decision = self.decide(request);
        if !matches!(
            (&decision.denial, request.origin),
            (Some(Denial::OriginNotAllowed { .. }), Field::One(_))
        ) {
            return decision;
        }
        let denial = if decision.preflight { self.check_lists(request) } else { None };
        let fields = match denial {
            None if decision.preflight => self.allowed_preflight(request),
            None => self.answers.allowed,
            Some(_) => self.answers.refused_preflight,
        };
        Decision { fields, denial, shown: Shown::Nothing, ..decision }
    }
}

impl<'a> Decision<'a> {
    /// The request's origin, if it is refused since `origins` does not list it, and is one that a page can
    /// have: what another source of origins may be asked about.
    ///
    /// `None` for `null`, which every sandboxed frame on any site has, for several origins, and for what no
    /// browser sends.
    pub fn unlisted_origin(&self) -> Option<&'a str> {
        let Some(Denial::OriginNotAllowed { origin: Some(origin), .. }) = self.denial else { return None };
        let is_sendable = origin.len() <= MAX_ORIGIN && Parts::split(origin)?.is_serialised();
        is_sendable.then(|| core::str::from_utf8(origin).ok()).flatten()
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

    #[test]
    fn only_what_a_page_can_have_is_asked_about() {
        let long = format!("https://{}.example", "a".repeat(300));
        let policy = compile(Block::new().origins(["https://myapp.com"]));
        for (name, origins, wanted) in [
            ("listed", &["https://myapp.com"][..], None),
            ("none", &[], None),
            ("a tenant", &["https://tenant.example:8443"], Some("https://tenant.example:8443")),
            ("a custom scheme", &["app://tenant"], Some("app://tenant")),
            ("null", &["null"], None),
            ("two", &["https://a.example", "https://a.example"], None),
            ("a path", &["https://a.example/"], None),
            ("the default port", &["https://a.example:443"], None),
            ("upper case", &["https://A.example"], None),
            ("nonsense", &["a\r\n"], None),
            ("too long", &[&long], None),
        ] {
            let request = origins
                .iter()
                .fold(Request::new(b"GET"), |request, origin| request.origin(origin.as_bytes()));
            assert_eq!(policy.decide(&request).unlisted_origin(), wanted, "{name}");
        }
        let any = compile(Block::new().any_origin());
        assert_eq!(any.decide(&Request::new(b"GET").origin(b"https://a.example")).unlisted_origin(), None);
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
            let (wanted, vouched) = (listed.decide(&request), policy.decide_vouched(&request));
            assert_eq!(
                (wanted.fields(), wanted.status()),
                (vouched.fields(), vouched.status()),
                "{request:?}"
            );
            let kind = |decision: &crate::Decision<'_>| decision.denial().map(crate::Denial::kind);
            assert_eq!(kind(&wanted), kind(&vouched), "{request:?}");
        }
        let request = from(b"GET");
        assert_eq!(
            policy.decide_vouched(&request).explain().to_string(),
            "allowed: GET from https://tenant.example\nthe origin is allowed by the app, and not by `origins`"
        );
    }
}
