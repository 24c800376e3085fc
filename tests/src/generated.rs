//! Random policies, for the tests of exports to gateways.

use std::fmt::Write as _;

use crate::gateway::Kind;

/// A generator of numbers that is the same in every run.
#[derive(Debug)]
pub struct Numbers(pub u64);

impl Numbers {
    /// Less than this.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    /// Returns whether this is one case of so many.
    pub fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    /// Some of these, at least one, in order.
    pub fn some<'e>(&mut self, entries: &[&'e str], most: usize) -> Vec<&'e str> {
        let count = 1 + self.below(most);
        let mut some: Vec<&str> = (0..count).map(|_| entries[self.below(entries.len())]).collect();
        some.sort_unstable();
        some.dedup();
        some
    }
}

const ORIGINS: &[&str] = &[
    "\"https://myapp.com\"",
    "\"https://www.myapp.com\"",
    "\"https://*.myapp.com\"",
    "\"https://*.eu.myapp.com:8443\"",
    "\"http://localhost:*\"",
    "\"http://[::1]:3000\"",
    "\"http://*.localhost:*\"",
    "\"null\"",
    "\"tauri://localhost\"",
    "\"app://*.shop\"",
    "\"https://xn--bcher-kva.example\"",
    "\"https://a_b.example.\"",
    r"{ regex = '^https://pr-\d+\.preview\.com$' }",
    r"{ regex = 'https://(shop|blog)\.example\.com(:8443)?' }",
    r"{ regex = 'https://[a-z0-9-]{2,5}\.a\.com|https://b\.com' }",
    r"{ regex = '(?i)https://[^.]+\.c\.com' }",
    "\"app://x\"",
    "\"http://[2001:db8::1]:8080\"",
    "\"http://127.0.0.1:*\"",
    r"{ regex = 'https://a[\^$(){}*+?|\\/%`#&~@!;,=<>\[\]\x22\x27b2-]+\.d\.com' }",
    r"{ regex = 'https://(ok|a\$|b\{1\}|c%d|e#f|g\x22h)\.d\.com' }",
];

const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "QUERY", "x.y", "!#%&'+^_`|~-"];
const HEADERS: &[&str] =
    &["authorization", "content-type", "x-csrftoken", "x.y", "x'y", "!#%&'+.^_`|~-", "x-f-*", "x-!'%`-*"];
/// `$` in a name is a variable to these two, whatever stands around it, and an error.
const WITH_DOLLAR: &str = "x$y-$1";

/// A policy that each of these servers can say, as a development block: nothing but the impossible is refused.
pub fn made_up(numbers: &mut Numbers, kind: Kind) -> String {
    let mut text = String::from("origins = [\"https://myapp.com\"]\n[development]\n");
    let any_origin = numbers.one_in(8);
    let mut origins = format!("[{}]", numbers.some(ORIGINS, 6).join(", "));
    if numbers.one_in(40) {
        let many: Vec<String> =
            (0..1000).map(|tenant| format!("\"https://tenant-{tenant}.myapp.com\"")).collect();
        origins = format!("[{}, \"null\"]", many.join(", "));
    }
    let _ = writeln!(text, "origins = {}", if any_origin { "\"any\"" } else { &origins });
    let credentials = !any_origin && numbers.one_in(2);
    let _ = writeln!(text, "credentials = {credentials}");
    // A backtick ends an expression of Caddy: it says so.
    let no_backtick = |entries: &[&'static str]| -> Vec<&'static str> {
        entries.iter().copied().filter(|entry| kind != Kind::Caddy || !entry.contains('`')).collect()
    };
    let (methods, headers) = (no_backtick(METHODS), no_backtick(HEADERS));
    for (key, entries, may_be_any) in [
        ("methods", &methods[..], true),
        ("headers", &headers[..], true),
        ("expose", &["x-a", "x-b"][..], !credentials),
    ] {
        match numbers.below(5) {
            0 => {}
            1 if may_be_any => {
                let _ = writeln!(text, "{key} = \"any\"");
            }
            _ => {
                let _ = writeln!(text, "{key} = {:?}", numbers.some(entries, 4));
            }
        }
    }
    if !matches!(kind, Kind::Nginx | Kind::Apache) && !text.contains("expose") && numbers.one_in(2) {
        let _ = writeln!(text, "expose = [{WITH_DOLLAR:?}]");
    }
    if numbers.one_in(20) && !text.contains("headers") && !text.contains("expose") {
        // nginx takes no longer line, and says so.
        let count = if kind == Kind::Nginx { 80 } else { 130 };
        let many: Vec<String> = (0..count).map(|number| format!("x-rather-long-name-{number}")).collect();
        let _ = writeln!(text, "headers = {many:?}\nexpose = {many:?}");
    }
    if numbers.one_in(2) {
        let _ = writeln!(text, "max_age = {}", numbers.below(7200));
    }
    if numbers.one_in(3) {
        text += "timing = true\n";
    }
    if numbers.one_in(4) {
        text += "private_network = true\n";
    }
    if kind != Kind::Apache && numbers.one_in(3) {
        let _ = writeln!(text, "preflight_status = {}", [200, 204, 299][numbers.below(3)]);
    }
    text
}

/// A policy of what stores and the Gateway API can say as well, most of the time: origins of the web by name, and a few headers.
pub fn plain(numbers: &mut Numbers) -> String {
    const PLAIN: &[&str] = &[
        "\"https://myapp.com\"",
        "\"https://*.myapp.com\"",
        "\"https://www.shop.example:8443\"",
        "\"http://localhost:3000\"",
        "\"https://*.eu.shop.example\"",
        "\"https://xn--bcher-kva.example\"",
        "\"http://127.0.0.1:8080\"",
    ];
    let any_origin = numbers.one_in(6);
    let origins = format!("[{}]", numbers.some(PLAIN, 5).join(", "));
    let mut text = String::from("origins = [\"https://myapp.com\"]\n[development]\n");
    let _ = writeln!(text, "origins = {}", if any_origin { "\"any\"" } else { &origins });
    if !any_origin && numbers.one_in(2) {
        text += "credentials = true\n";
    }
    for (key, entries) in [
        ("methods", &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"][..]),
        ("headers", &["authorization", "content-type", "x-csrftoken", "x.y", "range"]),
        ("expose", &["x-total-count", "etag", "x-b"]),
    ] {
        if !numbers.one_in(4) {
            let _ = writeln!(text, "{key} = {:?}", numbers.some(entries, 4));
        }
    }
    if numbers.one_in(2) {
        let _ = writeln!(text, "max_age = {}", numbers.below(86_401));
    }
    text
}
