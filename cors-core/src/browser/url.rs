//! The URL of a call: the parts that matter for origins and redirects.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::failure::LocationFault;
use crate::engine::origin::Parts;
use crate::engine::standard::default_port;

/// An absolute `http` or `https` URL without a fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Url {
    /// As a page there would write it.
    pub(super) origin: String,
    /// From the slash on, with the query.
    path: String,
    /// Whether it contains a user name or a password.
    pub(super) has_credentials: bool,
}

impl Url {
    pub(super) fn parse(text: &str) -> Result<Self, LocationFault> {
        let text = clean(text);
        match scheme_of(&text) {
            Some((scheme, rest)) => Self::special(&scheme, rest.trim_start_matches(['/', '\\'])),
            None => Err(LocationFault::Malformed),
        }
    }

    /// The target of a `Location`, with this URL as the base: <https://url.spec.whatwg.org/#concept-url-parser>.
    pub(super) fn join(&self, location: &str) -> Result<Self, LocationFault> {
        let text = clean(location);
        let own_scheme = self.origin.split(':').next().unwrap_or_default();
        let rest = match scheme_of(&text) {
            // `https:tasks` is relative if the scheme is the base's own: https://url.spec.whatwg.org/#special-relative-or-authority-state
            Some((scheme, rest)) if scheme == own_scheme && !has_authority(rest) => rest,
            Some((scheme, rest)) => return Self::special(&scheme, rest.trim_start_matches(['/', '\\'])),
            None => &text,
        };
        if has_authority(rest) {
            return Self::special(own_scheme, rest.trim_start_matches(['/', '\\']));
        }
        let (own_path, _) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let path = match rest.chars().next() {
            None => self.path.clone(),
            Some('?') => format!("{own_path}{rest}"),
            Some('/' | '\\') => normalized(rest),
            Some(_) => {
                let folder = own_path.rfind('/').map_or("/", |slash| &own_path[..=slash]);
                normalized(&format!("{folder}{rest}"))
            }
        };
        Ok(Self { path, has_credentials: false, origin: self.origin.clone() })
    }

    /// From the authority on.
    fn special(scheme: &str, rest: &str) -> Result<Self, LocationFault> {
        if !matches!(scheme, "http" | "https") {
            return Err(LocationFault::Scheme);
        }
        let end = rest.find(['/', '\\', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let host = host.to_ascii_lowercase();
        let (host, port) = match host.rsplit_once(':') {
            Some((host, digits)) if !digits.ends_with(']') => (host, Some(digits)),
            _ => (host.as_str(), None),
        };
        let port = match port {
            None | Some("") => None,
            Some(digits) => Some(digits.parse::<u16>().map_err(|_| LocationFault::Malformed)?),
        };
        let origin = match port.filter(|port| default_port(scheme.as_bytes()) != Some(*port)) {
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => format!("{scheme}://{host}"),
        };
        // A host in Unicode, percent-encoded or abbreviated is not converted to the form that browsers give it.
        let is_serialized = Parts::split(origin.as_bytes()).is_some_and(|parts| parts.is_serialized());
        match is_serialized {
            true => Ok(Self { origin, path: normalized(path), has_credentials: !matches!(user, "" | ":") }),
            false => Err(LocationFault::Malformed),
        }
    }
}

impl core::fmt::Display for Url {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}{}", self.origin, self.path)
    }
}

/// Without what the URL parser leaves out before it begins, and without the fragment.
fn clean(text: &str) -> String {
    let text = text.trim_matches(|letter: char| letter <= ' ');
    let text = text.split('#').next().unwrap_or_default();
    text.chars().filter(|letter| !matches!(letter, '\t' | '\n' | '\r')).collect()
}

fn scheme_of(text: &str) -> Option<(String, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic()) && scheme.bytes().all(fits);
    is_scheme.then(|| (scheme.to_ascii_lowercase(), rest))
}

/// Returns whether an authority follows: two slashes of either kind.
fn has_authority(rest: &str) -> bool {
    matches!(rest.as_bytes(), [b'/' | b'\\', b'/' | b'\\', ..])
}

/// The path with its dots resolved, and the query as it is.
fn normalized(text: &str) -> String {
    let (path, query) = match text.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (text, None),
    };
    let path = path.replace('\\', "/");
    let mut segments: Vec<&str> = Vec::new();
    let all: Vec<&str> = path.strip_prefix('/').unwrap_or(&path).split('/').collect();
    for (at, segment) in all.iter().enumerate() {
        let is_last = at + 1 == all.len();
        match *segment {
            "." | ".." => {
                if *segment == ".." {
                    segments.pop();
                }
                if is_last {
                    segments.push("");
                }
            }
            segment => segments.push(segment),
        }
    }
    let path = segments.join("/");
    match query {
        Some(query) => format!("/{path}?{query}"),
        None => format!("/{path}"),
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn where_a_location_leads() {
        use LocationFault::{Malformed, Scheme};
        let base = Url::parse("https://api.example/v1/tasks?all").expect("it is a URL");
        for (location, wanted) in [
            ("/b", Ok("https://api.example/b")),
            ("b", Ok("https://api.example/v1/b")),
            ("../b/./c", Ok("https://api.example/b/c")),
            ("..", Ok("https://api.example/")),
            ("?x", Ok("https://api.example/v1/tasks?x")),
            ("#top", Ok("https://api.example/v1/tasks?all")),
            ("", Ok("https://api.example/v1/tasks?all")),
            (" /b\t\n", Ok("https://api.example/b")),
            ("//B.example", Ok("https://b.example/")),
            ("\\\\b.example\\c", Ok("https://b.example/c")),
            ("HTTPS:b", Ok("https://api.example/v1/b")),
            ("https:/b", Ok("https://api.example/b")),
            ("http:b.example", Ok("http://b.example/")),
            ("https://b.example:443?q", Ok("https://b.example/?q")),
            ("https://b.example:8443/#f", Ok("https://b.example:8443/")),
            ("https://[::1]:8443/", Ok("https://[::1]:8443/")),
            ("data:text/plain,x", Err(Scheme)),
            ("ftp://b.example", Err(Scheme)),
            ("https://", Err(Malformed)),
            ("https://b.example:x/", Err(Malformed)),
            ("https://b.example:65536/", Err(Malformed)),
            ("https://b example/", Err(Malformed)),
        ] {
            let url = base.join(location).map(|url| url.to_string());
            assert_eq!(url, wanted.map(String::from), "{location:?}");
        }
    }

    #[test]
    fn a_user_or_a_password_is_noticed() {
        for (url, has_credentials) in [
            ("https://a@b.example/", true),
            ("https://:a@b.example/", true),
            ("https://a:b@c.example", true),
            ("https://@b.example/", false),
            ("https://:@b.example/", false),
            ("https://b.example/a@b", false),
        ] {
            assert_eq!(Url::parse(url).map(|url| url.has_credentials), Ok(has_credentials), "{url}");
        }
    }
}
