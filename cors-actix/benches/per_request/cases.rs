//! Which requests, under which policies.

use std::fmt::Write as _;

pub(crate) const ORIGIN: &str = "https://app.example.com";
pub(crate) const METHODS: [&str; 5] = ["GET", "HEAD", "POST", "PUT", "DELETE"];
pub(crate) const HEADERS: &str = "authorization, content-type, x-a, x-b, x-c, x-requested-with";
pub(crate) const MAX_AGE: &str = "3600";

/// Whom the policy lets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origins {
    One,
    /// One, by a policy that is the route's own, inside an app with another.
    Route,
    Pattern,
    Listed(usize),
    Any,
}

impl Origins {
    /// The list, with [`ORIGIN`] in its middle.
    pub(crate) fn list(self) -> Vec<String> {
        match self {
            Self::One | Self::Route => vec![ORIGIN.into()],
            Self::Pattern => vec!["https://*.example.com".into()],
            Self::Any => Vec::new(),
            Self::Listed(count) => {
                let mut list: Vec<_> =
                    (1..count).map(|n| format!("https://tenant-{n}.example.net")).collect();
                list.insert(count / 2, ORIGIN.into());
                list
            }
        }
    }
}

/// How cors-actix comes to the policy. The peers have one way, and the same policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// One for the app.
    Fixed,
    /// One that can be swapped.
    #[cfg(feature = "reload")]
    Reloadable,
    /// One that lists the origin, beside a source that need not be asked.
    ListedBesideSource,
    /// One that does not: the source is asked, and knows at once.
    Source,
    /// That of the last of so many paths.
    Paths(usize),
}

pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) origins: Origins,
    pub(crate) way: Way,
    pub(crate) method: &'static str,
    pub(crate) fields: Vec<(&'static str, String)>,
}

impl Case {
    pub(crate) fn is_preflight(&self) -> bool {
        self.method == "OPTIONS"
    }

    /// The request as a browser writes it.
    pub(crate) fn head(&self) -> String {
        let mut head = format!("{} /tasks HTTP/1.1\r\n", self.method);
        for (name, value) in self.all_fields() {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        head + "\r\n"
    }

    pub(crate) fn all_fields(&self) -> impl Iterator<Item = (&str, &str)> {
        let always = [
            ("host", "api.example.com"),
            ("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
            ("accept", "*/*"),
            ("accept-language", "en-US,en;q=0.5"),
            ("accept-encoding", "gzip, deflate, br, zstd"),
        ];
        always.into_iter().chain(self.fields.iter().map(|(name, value)| (*name, value.as_str())))
    }
}

fn case(name: &'static str, origins: Origins, method: &'static str, fields: &[(&'static str, &str)]) -> Case {
    let fields = fields.iter().map(|&(name, value)| (name, value.to_owned())).collect();
    Case { name, origins, way: Way::Fixed, method, fields }
}

/// One origin, by another way.
fn by(way: Way, name: &'static str, method: &'static str, fields: &[(&'static str, &str)]) -> Case {
    Case { way, ..case(name, Origins::One, method, fields) }
}

pub(crate) fn all() -> Vec<Case> {
    use Origins::{Any, Listed, One, Pattern, Route};

    const ACTUAL: &[(&str, &str)] = &[("origin", ORIGIN)];
    const FOREIGN: &[(&str, &str)] = &[("origin", "https://foreign.example")];
    const PREFLIGHT: &[(&str, &str)] = &[
        ("origin", ORIGIN),
        ("access-control-request-method", "PUT"),
        ("access-control-request-headers", "content-type"),
    ];
    const FOREIGN_PREFLIGHT: &[(&str, &str)] = &[
        ("origin", "https://foreign.example"),
        ("access-control-request-method", "PUT"),
        ("access-control-request-headers", "content-type"),
    ];
    const FIVE: &[(&str, &str)] = &[
        ("origin", ORIGIN),
        ("access-control-request-method", "PUT"),
        ("access-control-request-headers", "authorization,content-type,x-a,x-b,x-requested-with"),
    ];
    let long_origin = format!("https://{}.example.com", "a".repeat(64 * 1024));
    let long_origin: &[(&str, &str)] = &[("origin", &long_origin)];
    // As long as listed ones, and the same from the second byte of the host on.
    const NEAR: &[(&str, &str)] = &[("origin", "https://benant-4999.example.net")];
    let commas = ",".repeat(16 * 1024);
    let commas: &[(&str, &str)] = &[
        ("origin", ORIGIN),
        ("access-control-request-method", "PUT"),
        ("access-control-request-headers", &commas),
    ];
    let hostile: Vec<_> = (0..1000).map(|n| format!("x-{n:04}")).collect();
    let hostile = hostile.join(",");
    let hostile: &[(&str, &str)] = &[
        ("origin", ORIGIN),
        ("access-control-request-method", "PUT"),
        ("access-control-request-headers", &hostile),
    ];
    vec![
        case("actual, allowed, one origin", One, "GET", ACTUAL),
        case("actual, allowed, two origins", Listed(2), "GET", ACTUAL),
        case("actual, allowed, a subdomain pattern", Pattern, "GET", ACTUAL),
        case("actual, allowed, 100 origins", Listed(100), "GET", ACTUAL),
        case("actual, allowed, 10 000 origins", Listed(10_000), "GET", ACTUAL),
        case("actual, any origin", Any, "GET", ACTUAL),
        case("actual, allowed, a route's own policy", Route, "GET", ACTUAL),
        case("actual, refused, one origin", One, "GET", FOREIGN),
        case("actual, refused, a subdomain pattern", Pattern, "GET", FOREIGN),
        case("actual, refused, 10 000 origins", Listed(10_000), "GET", FOREIGN),
        case("actual, a near miss of 10 000", Listed(10_000), "GET", NEAR),
        case("actual, an origin of 64 KiB", Pattern, "GET", long_origin),
        case("no Origin", One, "GET", &[]),
        case("no Origin, any origin", Any, "GET", &[]),
        case("preflight, allowed, one origin", One, "OPTIONS", PREFLIGHT),
        case("preflight, allowed, two origins", Listed(2), "OPTIONS", PREFLIGHT),
        case("preflight, allowed, a subdomain pattern", Pattern, "OPTIONS", PREFLIGHT),
        case("preflight, allowed, 100 origins", Listed(100), "OPTIONS", PREFLIGHT),
        case("preflight, allowed, 10 000 origins", Listed(10_000), "OPTIONS", PREFLIGHT),
        case("preflight, any origin", Any, "OPTIONS", PREFLIGHT),
        case("preflight, allowed, a route's own policy", Route, "OPTIONS", PREFLIGHT),
        case("preflight, refused", One, "OPTIONS", FOREIGN_PREFLIGHT),
        case("preflight, 5 requested headers", One, "OPTIONS", FIVE),
        case("preflight, 16 KiB of commas", One, "OPTIONS", commas),
        case("preflight, 1 000 hostile header names", One, "OPTIONS", hostile),
        #[cfg(feature = "reload")]
        by(Way::Reloadable, "actual, a `Reloadable`", "GET", ACTUAL),
        #[cfg(feature = "reload")]
        by(Way::Reloadable, "preflight, a `Reloadable`", "OPTIONS", PREFLIGHT),
        by(Way::ListedBesideSource, "actual, listed, with `origins_from`", "GET", ACTUAL),
        by(Way::Source, "actual, not listed, allowed by `origins_from`", "GET", ACTUAL),
        by(Way::Source, "preflight, not listed, allowed by `origins_from`", "OPTIONS", PREFLIGHT),
        by(Way::Paths(1), "actual, `Cors::paths` with 1 pattern", "GET", ACTUAL),
        by(Way::Paths(10), "actual, `Cors::paths`, the last of 10", "GET", ACTUAL),
        by(Way::Paths(100), "actual, `Cors::paths`, the last of 100", "GET", ACTUAL),
        by(Way::Paths(1000), "actual, `Cors::paths`, the last of 1 000", "GET", ACTUAL),
        by(Way::Paths(1000), "preflight, `Cors::paths`, the last of 1 000", "OPTIONS", PREFLIGHT),
    ]
}
