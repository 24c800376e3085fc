//! Where the server is.

use url::Url;

use crate::report::Problem;

/// A URL, with the parts that a browser looks at.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) url: Url,
    /// As a page there would write it.
    pub(super) origin: String,
}

impl Place {
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        let problem = |why: &str| {
            Problem(format!(
                "{text:?} is no URL to call: {why}\nhelp: write it out, `https://api.example/tasks`"
            ))
        };
        let mut url = Url::parse(text).map_err(|error| problem(&error.to_string()))?;
        url.set_fragment(None);
        if !matches!(url.scheme(), "http" | "https") {
            return Err(problem("it begins with neither http:// nor https://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(problem("`fetch()` takes no user and password in a URL"));
        }
        Ok(Self { origin: url.origin().ascii_serialization(), url })
    }
}

/// `https` and `app.example:8443` of `https://app.example:8443`; `None` for `null`.
pub(super) fn split_origin(origin: &str) -> Option<(&str, &str)> {
    origin.split_once("://")
}

/// The host of `app.example:8443`, without its port.
pub(super) fn host_of(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// Does it lead to the user's own machine? Browsers let a secure page call there without encryption.
pub(super) fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || host.ends_with(".localhost") || address.is_ok_and(|address| address.is_loopback())
}

pub(super) fn is_address(host: &str) -> bool {
    host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_an_origin() {
        for (url, origin) in [
            ("https://API.example/tasks?a=b", Some("https://api.example")),
            ("https://api.example:443", Some("https://api.example")),
            ("http://api.example:443/", Some("http://api.example:443")),
            ("http://[::1]:8080/", Some("http://[::1]:8080")),
            ("api.example/tasks", None),
            ("ftp://api.example/", None),
            ("https://user:secret@api.example/", None),
            ("https://b\u{fc}cher.example/#a", Some("https://xn--bcher-kva.example")),
            ("https://", None),
        ] {
            assert_eq!(Place::parse(url).ok().map(|place| place.origin).as_deref(), origin, "{url}");
        }
    }

    #[test]
    fn parts_of_origins() {
        for (origin, host, loopback, address) in [
            ("https://app.example:8443", "app.example", false, false),
            ("http://localhost", "localhost", true, false),
            ("http://a.localhost:1", "a.localhost", true, false),
            ("http://127.0.0.1:3000", "127.0.0.1", true, true),
            ("http://[::1]:3000", "[::1]", true, true),
            ("http://[2001:db8::1]", "[2001:db8::1]", false, true),
        ] {
            let (_, authority) = split_origin(origin).unwrap_or_else(|| panic!("{origin}"));
            let found = host_of(authority);
            assert_eq!((found, is_loopback(found), is_address(found)), (host, loopback, address), "{origin}");
        }
    }
}
