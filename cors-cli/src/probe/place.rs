//! Where the server is.

use std::net::{IpAddr, ToSocketAddrs as _};

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
            Problem::new(format!(
                "{text:?} is not a URL to call: {why}\nhelp: write it out, `https://api.example/tasks`"
            ))
        };
        let mut url = Url::parse(text).map_err(|error| problem(&error.to_string()))?;
        url.set_fragment(None);
        if !matches!(url.scheme(), "http" | "https") {
            return Err(problem("it begins with neither http:// nor https://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(problem("`fetch()` does not accept a user and password in a URL"));
        }
        Ok(Self { origin: url.origin().ascii_serialization(), url })
    }
}

/// The address space that a server is in, as far as it can be told from here; the most public first.
/// <https://wicg.github.io/local-network-access/#ip-address-space-section>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Space {
    Public,
    Local,
    Loopback,
}

impl Space {
    /// The space of an origin's host. A name is looked up; one that is not found counts as public.
    pub(super) fn of(origin: &str) -> Self {
        let Some((_, authority)) = split_origin(origin) else { return Self::Public };
        let host = host_of(authority);
        if is_loopback(host) {
            return Self::Loopback;
        }
        let spaces = match host.trim_start_matches('[').trim_end_matches(']').parse() {
            Ok(address) => vec![Self::of_address(address)],
            // The top-level domain of no public name is a name itself.
            Err(_) if !host.contains('.') => vec![Self::Local],
            Err(_) if is_of_documents(host) => Vec::new(),
            Err(_) => {
                let found = (host, 443).to_socket_addrs().into_iter().flatten();
                found.map(|address| Self::of_address(address.ip())).collect()
            }
        };
        spaces.into_iter().min().unwrap_or(Self::Public)
    }

    fn of_address(address: IpAddr) -> Self {
        let is_local = match address {
            IpAddr::V4(address) => {
                address.is_private() || address.is_link_local() || is_shared(address.octets())
            }
            IpAddr::V6(address) => address.is_unique_local() || address.is_unicast_link_local(),
        };
        match address.is_loopback() {
            true => Self::Loopback,
            false if is_local => Self::Local,
            false => Self::Public,
        }
    }
}

/// RFC 2606: names that no resolver knows.
fn is_of_documents(host: &str) -> bool {
    [".example", ".test", ".invalid"].iter().any(|suffix| host.ends_with(suffix))
}

/// 100.64.0.0/10: RFC 6598, carrier-grade NAT.
fn is_shared([first, second, ..]: [u8; 4]) -> bool {
    first == 100 && second & 0xc0 == 64
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

/// Returns whether it is the user's own machine. By the standard, an https page that calls it over http is no mixed content:
/// <https://w3c.github.io/webappsec-mixed-content/#should-block-fetch>.
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

    #[test]
    fn address_spaces() {
        for (origin, space) in [
            ("http://127.0.0.1:3000", Space::Loopback),
            ("http://a.localhost", Space::Loopback),
            ("http://[::1]", Space::Loopback),
            ("http://10.1.2.3", Space::Local),
            ("http://192.168.0.1:8080", Space::Local),
            ("http://172.32.0.1", Space::Public),
            ("http://100.64.0.1", Space::Local),
            ("http://100.128.0.1", Space::Public),
            ("http://[fd00::1]", Space::Local),
            ("http://[fe80::1]", Space::Local),
            ("http://[2001:db8::1]", Space::Public),
            ("https://app.example", Space::Public),
            ("http://intranet", Space::Local),
            ("null", Space::Public),
        ] {
            assert_eq!(Space::of(origin), space, "{origin}");
        }
    }
}
