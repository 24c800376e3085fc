//! The origins of strangers: a table made from the page's own origin and the server's name.

use std::hash::{BuildHasher as _, RandomState};

use cors_engine::{Block, Config, Mode};

use crate::probe::place::{host_of, is_address, is_loopback, split_origin};

/// The property of a stranger's origin that should not be enough to be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::probe) enum Kind {
    /// Nothing: a site that has nothing to do with the page's.
    Foreign,
    /// `null`: a sandboxed frame on any site.
    Null,
    /// The trusted name somewhere in the middle.
    Substring,
    /// The trusted name at the beginning.
    Prefix,
    /// The trusted name at the beginning, and then this character, which ends no name.
    Punctuation(char),
    /// The trusted registrable domain at the end, without a dot before it.
    Suffix,
    /// The trusted name with another character for one of its dots.
    OpenDot(Dot),
    /// The trusted name under another public suffix.
    OtherSuffix,
    /// The same public suffix, and perhaps the beginning of the same name.
    Neighbor,
    /// Another subdomain of the same registrable domain.
    Sibling,
    /// The trusted name, unencrypted.
    PlainHttp,
    /// The trusted name, on another port.
    OtherPort,
    /// A program on the user's own machine.
    Loopback,
    /// `localhost` at the beginning of a stranger's name.
    LoopbackPrefix,
    /// A domain under which anybody can publish pages.
    SharedDomain,
}

/// Where a dot stands, and so what comes of another character in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::probe) enum Dot {
    /// Before the registrable domain: a name that ends like it.
    Edge,
    /// In it: a name to register under a shorter suffix.
    Within,
    /// Left of all that: a subdomain of the same registrable domain.
    Left,
    /// The last: a top-level domain that does not exist.
    Last,
}

impl Dot {
    fn new(after: &str, site: &str) -> Self {
        match after {
            _ if !after.contains('.') => Self::Last,
            _ if after == site => Self::Edge,
            _ if after.len() > site.len() => Self::Left,
            _ => Self::Within,
        }
    }
}

impl Kind {
    /// Returns whether a server that allows `other` allows this as well, so that it is no separate fault.
    pub(in crate::probe) fn is_part_of(self, other: Self) -> bool {
        use Kind::{
            Foreign, Loopback, LoopbackPrefix, Neighbor, OpenDot, OtherPort, Prefix, Punctuation, Sibling,
            Substring, Suffix,
        };
        match other {
            Foreign => self != Foreign,
            Substring => {
                matches!(self, Prefix | Punctuation(_) | Suffix | Sibling | OtherPort | OpenDot(Dot::Edge))
            }
            Prefix => matches!(self, Punctuation(_) | OtherPort),
            Suffix => matches!(self, Sibling | OpenDot(Dot::Edge)),
            Neighbor => matches!(self, Suffix | Sibling | OpenDot(_)),
            LoopbackPrefix => self == Loopback,
            _ => false,
        }
    }
}

/// A stranger to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::probe) struct Candidate {
    pub(in crate::probe) kind: Kind,
    pub(in crate::probe) origin: String,
    /// Whether a cookie is sent. Some servers check the origin only then.
    pub(in crate::probe) with_cookie: bool,
    /// Whether it is among the five that matter most.
    pub(in crate::probe) is_quick: bool,
}

/// What may follow a name in a host without being part of a name that can be registered. Of printable ASCII the URL standard forbids
/// only `# % / : < > ? @ [ \ ] ^ |` in a domain: <https://url.spec.whatwg.org/#forbidden-domain-code-point>.
const PUNCTUATION: &str = "_`$~=+&()!;,{}'\"*";

/// Domains that anybody can publish under, and sites that run anybody's code. Those that CORScanner tries, and the two
/// most used hosts of previews (as of 2026-11).
const SHARED: [&str; 5] = [
    "https://{}.github.io",
    "https://{}.vercel.app",
    "https://{}.s3.amazonaws.com",
    "https://codepen.io",
    "https://jsfiddle.net",
];

/// The usual origins of pages on a developer's own machine.
const LOOPBACK: [&str; 3] = ["http://localhost:3000", "http://localhost", "http://127.0.0.1:3000"];

/// Names that no list has: one of letters, since a pattern may let in nothing else, and one of digits.
pub(super) struct Labels {
    pub(super) letters: String,
    pub(super) digits: String,
}

impl Labels {
    pub(super) fn random() -> Self {
        let mut seed = RandomState::new().hash_one(());
        let mut letters = "corsprobe".to_owned();
        for _ in 0..8 {
            letters.extend(u8::try_from(seed % 26).map(|letter| char::from(b'a' + letter)));
            seed /= 26;
        }
        Self { letters, digits: format!("{:06}", seed % 1_000_000) }
    }
}

/// The strangers of a page whose server is called `server`, those that matter most first.
pub(super) fn candidates(page: &str, server: &str, labels: &Labels) -> Vec<Candidate> {
    let Labels { letters, digits } = labels;
    let mut list = List(Vec::new());
    let parts = split_origin(page).filter(|(scheme, _)| matches!(*scheme, "http" | "https"));
    let host = parts.map(|(_, authority)| host_of(authority)).filter(|host| !is_address(host));
    let trusted = host.and_then(Trusted::new);
    // Not under the page's own suffix: that is a kind of its own. RFC 2606: nobody has these.
    let foreign = match trusted.as_ref().is_some_and(|trusted| trusted.suffix == "example") {
        true => "test",
        false => "example",
    };

    list.quick(Kind::Foreign, format!("https://{letters}.{foreign}"));
    if page != "null" {
        list.quick(Kind::Null, "null".into());
    }
    let Some((scheme, authority)) = parts else { return list.0 };
    if let Some(host) = host {
        list.quick(Kind::Prefix, format!("{scheme}://{host}.{letters}.{foreign}"));
        // Subdomains of the page's site are its owner's, so that a stranger's name goes on from the site itself.
        if let Some(Trusted { site, .. }) = &trusted {
            list.quick(Kind::Suffix, format!("{scheme}://{letters}{site}"));
        }
    }
    let is_own_machine = is_loopback(host_of(authority));
    if scheme == "https" && !is_own_machine {
        list.quick(Kind::PlainHttp, format!("http://{authority}"));
    }

    // What stands before the name is no subdomain of one label, as patterns of subdomains let in.
    let inside = |host| format!("{scheme}://{letters}.{digits}-{host}.{letters}.{foreign}");
    list.add(Kind::Substring, host.map(inside));
    if let Some(host) = host.filter(|_| !is_own_machine) {
        // No right edge, or one that a hyphen passes.
        for edge in ["", "-"] {
            list.add(Kind::Prefix, [format!("{scheme}://{host}{edge}{letters}.{foreign}")]);
        }
    }
    if let Some(trusted) = &trusted {
        trusted.relatives(&mut list, scheme, labels, foreign);
    }
    list.0.push(Candidate {
        kind: Kind::Foreign,
        origin: format!("https://{letters}.{foreign}"),
        with_cookie: true,
        is_quick: false,
    });
    if !is_own_machine {
        list.add(Kind::Loopback, LOOPBACK.map(str::to_owned));
        for scheme in ["http", "https"] {
            list.add(Kind::LoopbackPrefix, [format!("{scheme}://localhost.{letters}.{foreign}")]);
        }
        let port = if authority.ends_with(":8443") { 9443 } else { 8443 };
        list.add(Kind::OtherPort, [format!("{scheme}://{}:{port}", host_of(authority))]);
        let own = trusted.as_ref().map_or("", |trusted| trusted.suffix);
        let shared = SHARED.iter().filter(|shared| !shared.ends_with(&format!("{{}}.{own}")));
        list.add(Kind::SharedDomain, shared.map(|shared| shared.replace("{}", letters)));
    }
    // A server may trust what looks like its own name, wherever the page is.
    let own = Some(server).filter(|server| !is_address(server)).and_then(Trusted::new);
    if let Some(own) = own.filter(|own| trusted.as_ref().is_none_or(|trusted| trusted.site != own.site)) {
        list.add(Kind::Suffix, [format!("https://{letters}{}", own.site)]);
        list.add(Kind::Prefix, [format!("https://{}.{letters}.{foreign}", own.host)]);
        list.add(Kind::Sibling, [format!("https://{letters}.{}", own.site)]);
    }
    if let Some(host) = host.filter(|_| !is_own_machine) {
        for letter in PUNCTUATION.chars() {
            list.add(Kind::Punctuation(letter), [format!("{scheme}://{host}{letter}.{letters}.{foreign}")]);
        }
        list.add(Kind::Suffix, trusted.iter().map(|own| format!("{scheme}://{digits}{}", own.site)));
    }
    list.0
}

struct List(Vec<Candidate>);

impl List {
    fn quick(&mut self, kind: Kind, origin: String) {
        self.0.push(Candidate { kind, origin, with_cookie: false, is_quick: true });
    }

    /// Adds those that are not there yet.
    fn add(&mut self, kind: Kind, origins: impl IntoIterator<Item = String>) {
        for origin in origins {
            if self.0.iter().all(|candidate| candidate.origin != origin) {
                self.0.push(Candidate { kind, origin, with_cookie: false, is_quick: false });
            }
        }
    }
}

/// A name that a policy may trust.
struct Trusted<'h> {
    host: &'h str,
    /// The registrable domain.
    site: &'h str,
    /// What strangers register their names under.
    suffix: &'h str,
}

impl<'h> Trusted<'h> {
    /// `None` if nobody can register a name like it, such as `localhost`.
    fn new(host: &'h str) -> Option<Self> {
        let site = site(host).filter(|_| !is_loopback(host))?;
        let (_, suffix) = site.split_once('.')?;
        Some(Self { host, site, suffix })
    }

    /// Names that share a part with the trusted one.
    fn relatives(&self, list: &mut List, scheme: &str, labels: &Labels, foreign: &str) {
        let Self { host, site, suffix } = self;
        let letters = &labels.letters;
        let dots = host.match_indices('.').map(|(dot, _)| (&host[..dot], &host[dot + 1..]));
        for (before, after) in dots {
            list.add(Kind::OpenDot(Dot::new(after, site)), [format!("{scheme}://{before}x{after}")]);
        }
        for name in [format!("{letters}-{site}"), format!("{letters}.{letters}{site}")] {
            list.add(Kind::Suffix, [format!("{scheme}://{name}")]);
        }
        let name = site.split('.').next().unwrap_or(site);
        let begins = name.split_once('-').map_or(name, |(begins, _)| begins);
        list.add(Kind::Neighbor, [format!("{scheme}://{letters}.{suffix}")]);
        list.add(Kind::Neighbor, [format!("{scheme}://{begins}-{letters}.{suffix}")]);
        let ends = name.split_once('-').map(|(_, ends)| format!("{scheme}://{letters}-{ends}.{suffix}"));
        list.add(Kind::Neighbor, ends);
        if let Some(name) = host.strip_suffix(suffix) {
            list.add(Kind::OtherSuffix, [format!("{scheme}://{name}{foreign}")]);
        }
        list.add(
            Kind::Sibling,
            [format!("{scheme}://{letters}.{site}"), format!("{scheme}://{letters}.{host}")],
        );
        list.add(Kind::Sibling, (host != site).then(|| format!("{scheme}://{letters}{host}")));
        list.add(Kind::PlainHttp, (scheme == "https").then(|| format!("http://{letters}.{site}")));
    }
}

/// The registrable domain: the shortest name of which the rules let a policy trust every subdomain.
pub(super) fn site(host: &str) -> Option<&str> {
    let dots = host.rmatch_indices('.').map(|(dot, _)| dot + 1);
    let names = dots.chain([0]).filter_map(|start| host.get(start..));
    names.into_iter().find(|name| {
        let block = Block::new().origins([format!("https://*.{name}")]);
        Config::default().production(block).policy(Mode::Production).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels() -> Labels {
        Labels { letters: "evil".into(), digits: "042".into() }
    }

    fn all(page: &str, server: &str) -> Vec<Candidate> {
        candidates(page, server, &labels())
    }

    #[test]
    fn the_five_that_matter_most() {
        for (page, others) in [
            (
                "https://app.example:8443",
                &[
                    "https://evil.test",
                    "null",
                    "https://app.example.evil.test",
                    "https://evilapp.example",
                    "http://app.example:8443",
                ][..],
            ),
            (
                "https://a.b.app.co.uk",
                &[
                    "https://evil.example",
                    "null",
                    "https://a.b.app.co.uk.evil.example",
                    "https://evilapp.co.uk",
                    "http://a.b.app.co.uk",
                ],
            ),
            (
                "https://me.github.io",
                &[
                    "https://evil.example",
                    "null",
                    "https://me.github.io.evil.example",
                    "https://evilme.github.io",
                    "http://me.github.io",
                ],
            ),
            ("http://intranet", &["https://evil.example", "null", "http://intranet.evil.example"]),
            ("http://localhost:3000", &["https://evil.example", "null", "http://localhost.evil.example"]),
            ("https://127.0.0.1", &["https://evil.example", "null"]),
            ("tauri://localhost", &["https://evil.example", "null"]),
            ("null", &["https://evil.example"]),
        ] {
            let quick = all(page, "127.0.0.1").into_iter().filter(|candidate| candidate.is_quick);
            let quick: Vec<String> = quick.map(|candidate| candidate.origin).collect();
            assert_eq!(quick, others, "{page}");
        }
    }

    #[test]
    fn each_kind_has_its_origins() {
        let found = all("https://shop.my-app.com", "api.other.com");
        let of = |kind| -> Vec<&str> {
            let found = found.iter().filter(|candidate| candidate.kind == kind);
            found.map(|candidate| candidate.origin.as_str()).collect()
        };
        for (kind, origins) in [
            (Kind::Substring, &["https://evil.042-shop.my-app.com.evil.example"][..]),
            (
                Kind::Prefix,
                &[
                    "https://shop.my-app.com.evil.example",
                    "https://shop.my-app.comevil.example",
                    "https://shop.my-app.com-evil.example",
                    "https://api.other.com.evil.example",
                ],
            ),
            (
                Kind::Suffix,
                &[
                    "https://evilmy-app.com",
                    "https://evil-my-app.com",
                    "https://evil.evilmy-app.com",
                    "https://evilother.com",
                    "https://042my-app.com",
                ],
            ),
            (Kind::OpenDot(Dot::Edge), &["https://shopxmy-app.com"]),
            (Kind::OpenDot(Dot::Last), &["https://shop.my-appxcom"]),
            (Kind::OtherSuffix, &["https://shop.my-app.example"]),
            (Kind::Neighbor, &["https://evil.com", "https://my-evil.com", "https://evil-app.com"]),
            (
                Kind::Sibling,
                &[
                    "https://evil.my-app.com",
                    "https://evil.shop.my-app.com",
                    "https://evilshop.my-app.com",
                    "https://evil.other.com",
                ],
            ),
            (Kind::PlainHttp, &["http://shop.my-app.com", "http://evil.my-app.com"]),
            (Kind::OtherPort, &["https://shop.my-app.com:8443"]),
            (Kind::Punctuation('{'), &["https://shop.my-app.com{.evil.example"]),
            (Kind::LoopbackPrefix, &["http://localhost.evil.example", "https://localhost.evil.example"]),
        ] {
            assert_eq!(of(kind), origins, "{kind:?}");
        }
    }

    #[test]
    fn what_comes_of_a_dot() {
        for (after, site, dot) in [
            ("b.myapp.co.uk", "myapp.co.uk", Dot::Left),
            ("myapp.co.uk", "myapp.co.uk", Dot::Edge),
            ("co.uk", "myapp.co.uk", Dot::Within),
            ("uk", "myapp.co.uk", Dot::Last),
            ("com", "myapp.com", Dot::Last),
        ] {
            assert_eq!(Dot::new(after, site), dot, "{after}");
        }
    }

    #[test]
    fn none_is_asked_twice_and_none_is_the_page() {
        for page in [
            "https://shop.my-app.com",
            "https://a.b.c.my-app.co.uk:8443",
            "https://me.github.io",
            "http://localhost:3000",
            "http://intranet",
            "https://192.168.0.1",
            "tauri://localhost",
            "null",
        ] {
            let found = all(page, "api.other.com");
            for (place, candidate) in found.iter().enumerate() {
                assert_ne!(candidate.origin, page);
                let again = found[..place].iter().any(|earlier| {
                    earlier.origin == candidate.origin && earlier.with_cookie == candidate.with_cookie
                });
                assert!(!again, "{page}: {candidate:?}");
            }
            // Beside the preflight, the call, and a client without an origin.
            assert!(found.len() <= 57, "{page}: {}", found.len());
        }
    }

    #[test]
    fn labels_are_of_letters_and_of_digits() {
        let Labels { letters, digits } = Labels::random();
        assert!(letters.len() == 17 && letters.bytes().all(|byte| byte.is_ascii_lowercase()), "{letters}");
        assert!(digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit()), "{digits}");
    }
}
