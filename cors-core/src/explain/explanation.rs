//! How a decision came about, in words for a person.

use core::fmt;

use super::denial::Denial;
use crate::engine::decision::Decision;
use crate::engine::policy::Policy;
use crate::engine::request::{Escaped, Request, SingleField};
use crate::engine::standard;
use crate::engine::table::names::requested_names;
use crate::engine::table::origins::SOME_REGEX;

/// How a [`Decision`] came about, made by [`Decision::explain`]. Its `Display` is the text.
///
/// The first line says what was asked for. Then there is a line for each check that passed, in the order of the standard, with
/// the entry and the key that decided. A refusal ends with the text of its [`Denial`]: the nearest entry, the message of the
/// browser's console, the line to add.
///
/// The request's bytes are escaped and cut, and only CORS fields are shown.
///
/// ```
/// # #[cfg(feature = "alloc")] {
/// use cors_engine::{Block, Config, Mode, Request};
///
/// let policy = Config::new(Block::new().origins(["https://*.myapp.com"]).methods(["PUT"]))
///     .policy(Mode::Development)?;
/// let preflight = Request::new(b"OPTIONS").origin(b"https://shop.myapp.com").requested_method(b"PUT");
/// assert_eq!(
///     policy.decide(&preflight).explain().to_string(),
///     "allowed: a preflight from https://shop.myapp.com for PUT\n\
///      the origin is allowed by the entry \"https://*.myapp.com\" of `origins`\n\
///      the method is allowed by the entry \"PUT\" of `methods`",
/// );
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Explanation<'d> {
    pub(crate) decision: &'d Decision<'d>,
}

/// The most requested headers that an explanation names.
const SHOWN: usize = 16;

impl Decision<'_> {
    /// What was asked for, which entry of which key decided, and for a refusal the text of its [`Denial`].
    ///
    /// For a log, a tool or a test; a page never sees it. See [`Explanation`].
    pub fn explain(&self) -> Explanation<'_> {
        Explanation { decision: self }
    }
}

impl fmt::Display for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Decision { policy, ref request, is_preflight: preflight, .. } = *self.decision;
        let denial = self.decision.denial();
        f.write_str(if denial.is_none() { "allowed: " } else { "refused: " })?;
        asked(f, request, preflight)?;
        if request.origin == SingleField::Absent {
            return without_origin(f, policy);
        }
        let passed = match &denial {
            None if preflight => CHECKS.len(),
            None => 1,
            Some(Denial::OriginNotAllowed { .. }) => 0,
            Some(Denial::MethodNotAllowed { .. }) => 1,
            Some(
                Denial::HeaderNotAllowed { .. } | Denial::TooManyEmptyNames { .. } | Denial::CrossSite { .. },
            ) => 2,
        };
        for allowed in CHECKS.iter().take(passed) {
            allowed(f, policy, request)?;
        }
        match self.decision.reason() {
            Some(reason) => write!(f, "\n{reason}"),
            None => Ok(()),
        }
    }
}

/// The checks in order. Each says what lets a request pass it.
const CHECKS: [fn(&mut fmt::Formatter<'_>, &Policy, &Request<'_>) -> fmt::Result; 3] =
    [origin_allowed, method_allowed, headers_allowed];

fn asked(f: &mut fmt::Formatter<'_>, request: &Request<'_>, preflight: bool) -> fmt::Result {
    if preflight {
        f.write_str("a preflight")?;
    } else if request.method.is_empty() {
        // An adapter may leave out the method: nothing depends on it.
        f.write_str("a request")?;
    } else {
        write!(f, "{}", Escaped(request.method))?;
    }
    match request.origin {
        SingleField::Absent => f.write_str(" without an `Origin`")?,
        SingleField::One(origin) => write!(f, " from {}", Escaped(origin))?,
        SingleField::Many => f.write_str(" with several `Origin` fields")?,
    }
    if !preflight {
        return Ok(());
    }
    if let SingleField::One(method) = request.requested_method {
        write!(f, " for {}", Escaped(method))?;
    }
    let mut names = requested_names(request.requested_headers);
    for (index, name) in names.by_ref().take(SHOWN).enumerate() {
        write!(f, "{}{}", if index == 0 { " with " } else { ", " }, Escaped(name))?;
    }
    match names.count() {
        0 => Ok(()),
        more => write!(f, " and {more} more"),
    }
}

fn without_origin(f: &mut fmt::Formatter<'_>, policy: &Policy) -> fmt::Result {
    f.write_str(
        "\nno page of another origin sent it, unless by a link, a form or an image: CORS has no say",
    )?;
    if policy.allows_any_origin() {
        f.write_str("\nits response has the fields all the same, for caches: `origins: any`")?;
    }
    Ok(())
}

fn origin_allowed(f: &mut fmt::Formatter<'_>, policy: &Policy, request: &Request<'_>) -> fmt::Result {
    f.write_str("\nthe origin is allowed by ")?;
    if policy.allows_any_origin() {
        return f.write_str("`origins: any`");
    }
    let entry = match request.origin {
        SingleField::One(origin) => policy.origin_entry(origin),
        SingleField::Absent | SingleField::Many => None,
    };
    match entry {
        // See `Request::vouched`.
        None => f.write_str("the app, and not by `origins`"),
        Some(entry) if entry.as_bytes() == SOME_REGEX => write!(f, "{entry} of `origins`"),
        Some(entry) => write!(f, "the entry \"{entry}\" of `origins`"),
    }
}

fn method_allowed(f: &mut fmt::Formatter<'_>, policy: &Policy, request: &Request<'_>) -> fmt::Result {
    f.write_str("\nthe method is allowed by ")?;
    match request.requested_method {
        SingleField::One(method) if !policy.allows_any_method() => {
            write!(f, "the entry \"{}\" of `methods`", Escaped(method))
        }
        _ => f.write_str("`methods: any`"),
    }
}

fn headers_allowed(f: &mut fmt::Formatter<'_>, policy: &Policy, request: &Request<'_>) -> fmt::Result {
    let mut names = requested_names(request.requested_headers);
    let Some(first) = names.next() else { return Ok(()) };
    if policy.allows_any_header() {
        return f.write_str("\nthe headers are allowed by `headers: any`");
    }
    match names.next() {
        None => {
            f.write_str("\nthe header is allowed by the entry \"")?;
            match policy.headers().find(|entry| is_of_family(entry, first)) {
                Some(family) => f.write_str(family)?,
                None => write!(f, "{}", Escaped(first))?,
            }
            f.write_str("\" of `headers`")
        }
        Some(_) => f.write_str("\nthe headers are allowed by their entries of `headers`"),
    }
}

fn is_of_family(entry: &str, name: &[u8]) -> bool {
    let beginning = standard::family(entry).map(str::as_bytes);
    beginning.is_some_and(|beginning| {
        name.get(..beginning.len()).is_some_and(|start| start.eq_ignore_ascii_case(beginning))
    })
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use alloc::format;
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;

    use crate::Block;
    use crate::Config;
    use crate::Mode;
    use crate::Policy;
    use crate::Request;

    fn compile(block: Block) -> Policy {
        let policy = Config::default().development(block).policy(Mode::Development);
        policy.unwrap_or_else(|violations| panic!("{violations}"))
    }

    fn listed() -> Policy {
        compile(
            Block::new()
                .origins(["https://myapp.com", "https://*.myapp.com", "null"])
                .methods(["GET", "PUT"])
                .headers(["authorization", "content-type"]),
        )
    }

    fn any() -> Policy {
        compile(Block::new().any_origin().any_method().any_header())
    }

    #[test]
    fn what_is_allowed_names_the_entry() {
        let preflight = || Request::new(b"OPTIONS").origin(b"https://a.myapp.com").requested_method(b"PUT");
        let (listed, any) = (listed(), any());
        for (name, policy, request, text) in [
            (
                "an exact origin",
                &listed,
                Request::new(b"GET").origin(b"https://myapp.com"),
                "GET from https://myapp.com\nthe origin is allowed by the entry \"https://myapp.com\" of `origins`",
            ),
            (
                "a pattern, without the method",
                &listed,
                Request::new(b"").origin(b"https://a.b.myapp.com"),
                "a request from https://a.b.myapp.com\nthe origin is allowed by the entry \"https://*.myapp.com\" of `origins`",
            ),
            (
                "null",
                &listed,
                Request::new(b"GET").origin(b"null"),
                "GET from null\nthe origin is allowed by the entry \"null\" of `origins`",
            ),
            (
                "no origin",
                &listed,
                Request::new(b"GET"),
                "GET without an `Origin`\nno page of another origin sent it, unless by a link, a form or an image: CORS has no say",
            ),
            (
                "no origin, any allowed",
                &any,
                Request::new(b"GET"),
                "GET without an `Origin`\nno page of another origin sent it, unless by a link, a form or an image: CORS has no say\
                 \nits response has the fields all the same, for caches: `origins: any`",
            ),
            (
                "any origin, several sent",
                &any,
                Request::new(b"GET").origin(b"a").origin(b"b"),
                "GET with several `Origin` fields\nthe origin is allowed by `origins: any`",
            ),
            (
                "a preflight",
                &listed,
                preflight(),
                "a preflight from https://a.myapp.com for PUT\
                 \nthe origin is allowed by the entry \"https://*.myapp.com\" of `origins`\
                 \nthe method is allowed by the entry \"PUT\" of `methods`",
            ),
            (
                "a preflight with a header",
                &listed,
                preflight().requested_headers(&["Authorization"]),
                "a preflight from https://a.myapp.com for PUT with Authorization\
                 \nthe origin is allowed by the entry \"https://*.myapp.com\" of `origins`\
                 \nthe method is allowed by the entry \"PUT\" of `methods`\
                 \nthe header is allowed by the entry \"Authorization\" of `headers`",
            ),
            (
                "a preflight with headers",
                &listed,
                preflight().requested_headers(&["authorization", " content-type,"]),
                "a preflight from https://a.myapp.com for PUT with authorization, content-type\
                 \nthe origin is allowed by the entry \"https://*.myapp.com\" of `origins`\
                 \nthe method is allowed by the entry \"PUT\" of `methods`\
                 \nthe headers are allowed by their entries of `headers`",
            ),
            (
                "a preflight where anything goes",
                &any,
                preflight().requested_headers(&["x-a"]),
                "a preflight from https://a.myapp.com for PUT with x-a\
                 \nthe origin is allowed by `origins: any`\
                 \nthe method is allowed by `methods: any`\
                 \nthe headers are allowed by `headers: any`",
            ),
        ] {
            let decision = policy.decide(&request);
            assert_eq!(decision.explain().to_string(), format!("allowed: {text}"), "{name}");
        }
    }

    #[test]
    fn a_refusal_says_what_passed_and_then_what_the_denial_says() {
        let policy = listed();
        let preflight =
            |method| Request::new(b"OPTIONS").origin(b"https://myapp.com").requested_method(method);
        let origin = "\nthe origin is allowed by the entry \"https://myapp.com\" of `origins`";
        let method = "\nthe method is allowed by the entry \"PUT\" of `methods`";
        for (kind, request, asked, passed) in [
            (
                "origin_not_allowed",
                Request::new(b"POST").origin(b"http://myapp.com"),
                "POST from http://myapp.com",
                String::new(),
            ),
            (
                "origin_not_allowed",
                Request::new(b"OPTIONS").origin(b"https://e\r\n").requested_method(b"PUT"),
                "a preflight from https://e\\r\\n for PUT",
                String::new(),
            ),
            (
                "origin_not_allowed",
                Request::new(b"GET").origin(b"null").origin(b"null"),
                "GET with several `Origin` fields",
                String::new(),
            ),
            (
                "method_not_allowed",
                preflight(b"put").requested_headers(&["x-a"]),
                "a preflight from https://myapp.com for put with x-a",
                origin.into(),
            ),
            (
                "method_not_allowed",
                preflight(b"PUT").requested_method(b"PUT"),
                "a preflight from https://myapp.com",
                origin.into(),
            ),
            (
                "header_not_allowed",
                preflight(b"PUT").requested_headers(&["authorization,x-a"]),
                "a preflight from https://myapp.com for PUT with authorization, x-a",
                format!("{origin}{method}"),
            ),
            (
                "too_many_empty_names",
                preflight(b"PUT").requested_headers(&[",,,,,,,,,,,,,,,,,,"]),
                "a preflight from https://myapp.com for PUT",
                format!("{origin}{method}"),
            ),
        ] {
            let decision = policy.decide(&request);
            let denial = decision.denial().unwrap_or_else(|| panic!("{asked} is allowed"));
            assert_eq!(denial.kind(), kind, "{asked}");
            assert_eq!(decision.explain().to_string(), format!("refused: {asked}{passed}\n{denial}"));
        }
    }

    #[test]
    fn long_lists_are_cut() {
        let policy = listed();
        let names: Vec<String> = (0..1_000).map(|number| format!("x-{number}")).collect();
        let request = Request::new(b"OPTIONS")
            .origin(b"https://myapp.com")
            .requested_method(b"PUT")
            .requested_headers(&names);
        let text = policy.decide(&request).explain().to_string();
        assert!(text.contains("x-14, x-15 and 984 more\n"), "{text}");
        assert!(text.len() < 1_200, "{}", text.len());
    }

    #[cfg(feature = "regex")]
    #[test]
    fn of_several_regexes_it_names_none() {
        use crate::Entry;

        let regex = |text: &str| Entry::regex(text);
        let one = r"^https://pr-\d+\.myapp\.com$";
        for (regexes, by) in [
            (Vec::from([regex(one)]), r#"the entry "^https://pr-\d+\.myapp\.com$" of `origins`"#),
            (Vec::from([regex(one), regex(r"^https://x\.myapp\.com$")]), "a regex of `origins`"),
        ] {
            let policy = compile(Block::new().origins(regexes));
            let request = Request::new(b"GET").origin(b"https://pr-7.myapp.com");
            let text = policy.decide(&request).explain().to_string();
            assert_eq!(text.lines().nth(1), Some(format!("the origin is allowed by {by}").as_str()));
        }
    }
}
