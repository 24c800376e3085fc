//! The page's call, from the command line.

use cors_engine::browser::Fetch;
use cors_engine::{Block, Config, Mode};

use crate::args::CallArgs;
use crate::report::Problem;

/// The page's call, and the parts of it that its browser leaves out.
pub(crate) struct Call {
    pub(crate) fetch: Fetch,
    /// Headers that no page can set.
    pub(crate) left_out: Vec<String>,
}

impl Call {
    pub(crate) fn new(args: &CallArgs) -> Result<Self, Problem> {
        if args.origin.is_empty() {
            return Err(Problem::new(
                "--origin is missing: which page calls?\nhelp: write `--origin https://app.example`".into(),
            ));
        }
        check_origin(&args.origin)?;
        let mut fetch = Fetch::new(&args.origin).method(&args.method).credentials(args.credentials);
        let mut left_out = Vec::new();
        for header in &args.headers {
            let (name, value) = header.split_once(':').unwrap_or((header, ""));
            let name = name.trim();
            if name.is_empty() || !name.bytes().all(is_name_byte) {
                return Err(Problem::new(format!(
                    "--header {header:?}: {name:?} is not the name of a header\nhelp: write `name` or `name: value`, one header for each --header"
                )));
            }
            let before = fetch.sent_headers().count();
            fetch = fetch.header(name, value);
            if fetch.sent_headers().count() == before {
                left_out.push(name.to_ascii_lowercase());
            }
        }
        Ok(Self { fetch, left_out })
    }

    /// `PUT with authorization, from a page at https://app.example, with credentials`
    pub(crate) fn sentence(&self) -> String {
        let fetch = &self.fetch;
        let names: Vec<&str> = fetch.sent_headers().map(|(name, _)| name).collect();
        let mut text = fetch.sent_method().to_owned();
        if !names.is_empty() {
            text += &format!(" with {}", names.join(", "));
        }
        text += &format!(", from a page at {}", fetch.origin());
        text += if fetch.includes_credentials() { ", with credentials" } else { ", without credentials" };
        text
    }

    /// Why the browser sends a preflight first, or why it does not.
    pub(crate) fn preflight_reason(&self) -> String {
        let fetch = &self.fetch;
        let mut reasons = Vec::new();
        if Fetch::new(fetch.origin()).method(fetch.sent_method()).needs_preflight() {
            reasons.push(format!("the method {}", fetch.sent_method()));
        }
        reasons.extend(fetch.requested_headers().map(|names| match names.split(',').count() {
            1 => format!("the header {names}"),
            _ => format!("the headers {}", names.replace(',', ", ")),
        }));
        match reasons.is_empty() {
            true => "a form could send this method and these headers".into(),
            false => format!("the server must allow {}", reasons.join(" and ")),
        }
    }
}

/// <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2>: `tchar`.
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Checks that an origin is written as browsers do. The message is that of the rule for entries of a policy.
fn check_origin(origin: &str) -> Result<(), Problem> {
    if origin.contains('*') {
        return Err(Problem::new(format!("--origin {origin:?}: a page has one origin, not a pattern")));
    }
    let block = Block::new().origins([origin]);
    let Err(violations) = Config::default().development(block).policy(Mode::Development) else {
        return Ok(());
    };
    let violation = violations.iter().next().map(|violation| {
        let help = violation.help().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
        format!("{}{help}", violation.message())
    });
    Err(Problem::new(format!("--origin: {}", violation.unwrap_or_default())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(origin: &str, method: &str, headers: &[&str]) -> Result<Call, String> {
        let headers = headers.iter().map(ToString::to_string).collect();
        let args = CallArgs { origin: origin.into(), method: method.into(), headers, credentials: false };
        Call::new(&args).map_err(|problem| problem.to_string())
    }

    #[test]
    fn what_no_page_is_like_is_refused() {
        for (origin, header, said) in [
            ("app.example", "x-a", "it has no scheme\nhelp: write \"https://app.example\""),
            ("https://app.example/", "x-a", "help: write \"https://app.example\""),
            ("https://*.app.example", "x-a", "a page has one origin, not a pattern"),
            ("", "x-a", "--origin is missing: which page calls?"),
            ("https://app.example", "x a", "\"x a\" is not the name of a header"),
            ("https://app.example", ": 1", "\"\" is not the name of a header"),
        ] {
            let refused = call(origin, "GET", &[header]).err();
            assert!(
                refused.as_ref().is_some_and(|text| text.contains(said)),
                "{origin}, {header}: {refused:?}"
            );
        }
        for origin in ["null", "http://localhost:3000", "tauri://localhost"] {
            assert!(call(origin, "GET", &[]).is_ok(), "{origin}");
        }
    }

    #[test]
    fn the_reason_for_a_preflight_names_what_causes_it() {
        for (method, headers, said) in [
            ("GET", &[][..], "a form could send this method and these headers"),
            ("put", &[], "the server must allow the method PUT"),
            ("POST", &["content-type: text/plain", "X-A"], "the server must allow the header x-a"),
            ("PUT", &["x-b", "x-a"], "the server must allow the method PUT and the headers x-a, x-b"),
        ] {
            let call = call("https://app.example", method, headers).unwrap_or_else(|text| panic!("{text}"));
            assert_eq!(call.preflight_reason(), said);
        }
        let call = call("https://app.example", "GET", &["Cookie: a", "Accept: b"])
            .unwrap_or_else(|text| panic!("{text}"));
        assert_eq!(call.left_out, ["cookie"]);
    }
}
