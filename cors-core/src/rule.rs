//! What rules there are: their names, and for each the page that a message refers to.

use core::fmt;

/// A rule that a policy must follow. The documentation of each variant is the page that messages link to: a bad example, who gets
/// in or what never works, and the fix.
///
/// Some rules are about policies that can never do what they say. These rules fire in every mode and cannot be excused. The
/// others fire only in production, and `expect(rule, reason = "…")` in the policy excuses them.
///
/// ```
/// use cors_engine::Rule;
///
/// assert_eq!(Rule::from_name("null_origin"), Some(Rule::NullOrigin));
/// assert!(Rule::NullOrigin.is_excusable());
/// assert!(!Rule::InvalidOrigin.is_excusable());
/// ```
///
#[doc = include_str!("rules.md")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Rule {
    /// `empty_origins`: a policy without origins.
    ///
    /// Bad: `cors_policy! { static P; credentials: true }`, or `origins: []`.
    ///
    /// No page gets in, so the policy does nothing. Some libraries treated an empty list as "everything allowed", which was a
    /// vulnerability (CVE-2023-49803).
    ///
    /// Fix: list the origins of your front ends, `origins: ["https://app.example"]`, or remove the policy.
    EmptyOrigins,
    /// `invalid_origin`: an entry that is not written as browsers send it.
    ///
    /// Bad: `"app.example"` (no scheme), `"https://app.example/"` (a path), `"https://app.example:443"` (the default port),
    /// `"https://App.example"` (upper case), `"https://bücher.example"` (Unicode), `"https://*app.example"`,
    /// `"https://a.example, https://b.example"` (two), `"${ORIGIN}"` (a placeholder that nothing filled in), `"*"` (a word for all),
    /// `"https://me@app.example"` (a user name), `"https://127.1"` (no address as browsers write it), `"about:blank"` (no origin of its own).
    ///
    /// A browser sends `scheme://host[:port]`, in lower case and Punycode, without the default port;
    /// entries are compared with it byte for byte. An entry in another spelling never matches. (In a library that compares
    /// loosely it matches, and so do origins that were not meant.)
    ///
    /// Fix: open the page, type `location.origin` into the browser's console, and copy what it prints.
    InvalidOrigin,
    /// `invalid_regex`: a regular expression that cannot be used.
    ///
    /// Bad: `regex("https://(app.example")` (does not parse), `regex("app\\.example")` (does not match a whole origin),
    /// `regex("https://([a-z]{1,60}\\.){1,60}example\\.com")` (its table would be larger than 64 KiB),
    /// `regex("https://\\*\\.app\\.example")` (an escaped star only matches a star, and no host has one),
    /// `regex("https://a\\.example|b\\.example")` (the second alternative has no scheme).
    ///
    /// A regex is matched against the whole origin, scheme and port included.
    ///
    /// Fix: follow the message. Most regexes are better written as a pattern: `"https://*.app.example"`.
    InvalidRegex,
    /// `invalid_method`: an entry of `methods` that is not a method name.
    ///
    /// Bad: `methods: ["GET, PUT"]`, `methods: ["*"]`, `methods: ["any"]`, `methods: ["G*T"]`, `methods: [""]`. Names that could be methods of
    /// your own, such as `"GET|PUT"` and `"ALL"`, are [`MisspelledName`](Rule::MisspelledName).
    ///
    /// A browser asks for one method, by its exact name. An entry that is not a method name never matches.
    ///
    /// Fix: write one name per entry, `methods: [GET, PUT]`; for all methods, `methods: any`.
    InvalidMethod,
    /// `forbidden_method`: `CONNECT`, `TRACE` or `TRACK`.
    ///
    /// Bad: `methods: [GET, TRACE]`.
    ///
    /// Browsers do not let scripts send these, in upper or lower case: <https://fetch.spec.whatwg.org/#forbidden-method>.
    ///
    /// Fix: take the entry out.
    ForbiddenMethod,
    /// `invalid_header`: an entry of `headers` or `expose` that is not a field name.
    ///
    /// Bad: `headers: ["Content Type"]`, `headers: ["authorization, content-type"]`, `headers: ["*"]`, `headers: ["x-*-id"]` (a `*` that ends no
    /// family), `expose: ["x-app-*"]` (browsers know no families to expose).
    ///
    /// HTTP has no fields with such names, so the entry never matches.
    ///
    /// Fix: write one name per entry, `headers: ["authorization", "content-type"]`; for all names, `headers: any`.
    InvalidHeader,
    /// `wrong_header`: a CORS field, in a list where it has no effect.
    ///
    /// Bad: `headers: ["access-control-allow-origin"]`, `expose: ["origin"]`.
    ///
    /// The server or the browser sends these fields on its own. Pages neither ask to send them nor read them.
    /// Listing one usually means that request and response headers were mixed up.
    ///
    /// Fix: take the entry out. The policy sends the field whenever a response needs it.
    WrongHeader,
    /// `invalid_host`: an entry of `hosts` that never matches a `Host` field, or an empty list.
    ///
    /// Bad: `hosts: ["api.example:8080"]` (a port), `hosts: ["https://api.example"]` (a scheme), `hosts: ["*.api.example"]`,
    /// `hosts: ["bücher.example"]`, `hosts: ["all"]`, `hosts: ["none"]` (a word for all or for none), `hosts: []`.
    ///
    /// `Host` is compared without its port, so an entry with a port never matches. An empty list
    /// would refuse every request.
    ///
    /// Fix: `"api.example"` for that host, `".api.example"` for it and every subdomain, `any` for all.
    InvalidHost,
    /// `invalid_max_age`: a value that is not a duration, or that is longer than a day.
    ///
    /// Bad: `max_age: 1y`, `max_age: 604800`, `max_age: -1`.
    ///
    /// Browsers cap it: Chromium at 2 hours, Firefox at 24 hours, Safari at 10 minutes. None honors
    /// more than 86400 seconds.
    ///
    /// Fix: write seconds, or a number with `s`, `m` or `h`, at most `24h`. `0` turns the cache off.
    InvalidMaxAge,
    /// `invalid_status`: a `preflight_status` that is not 200 to 299.
    ///
    /// Bad: `preflight_status: 404`.
    ///
    /// With any other status the preflight fails: <https://fetch.spec.whatwg.org/#cors-preflight-fetch-0>.
    ///
    /// Fix: 204, which is the default, or 200 for very old clients.
    InvalidStatus,
    /// `any_origin_with_credentials`: every site, with the user's cookies.
    ///
    /// Bad: `origins: any, credentials: true`.
    ///
    /// Browsers refuse `*` for a request with credentials, so this cannot work as written.
    /// Some libraries made it work by echoing the origin. With them, every site could read every user's data.
    ///
    /// Fix: list the origins that need credentials; or drop `credentials` if the data is public.
    AnyOriginWithCredentials,
    /// `any_expose_with_credentials`: `*` among exposed headers, with credentials.
    ///
    /// Bad: `expose: any, credentials: true`.
    ///
    /// For a request with credentials the standard takes `*` literally, as the name of a header. So
    /// nothing is exposed: <https://fetch.spec.whatwg.org/#cors-protocol-and-credentials>.
    ///
    /// Fix: list the headers that pages read, `expose: ["x-total-count"]`.
    AnyExposeWithCredentials,
    /// `wrong_type`: a value of the wrong type for its key.
    ///
    /// Bad: `origins: "https://app.example"` (no list), `credentials: "yes"`, `hosts: [regex("…")]`, `origins: [5]`,
    /// and in a file `expect = "any_origin"` (no reason) or a key with no value.
    ///
    /// If the value were ignored, the setting would silently be missing.
    ///
    /// Fix: write the value as the message shows it.
    WrongType,
    /// `duplicate_entry`: the same entry, or the same key, twice.
    ///
    /// Bad: `headers: ["Authorization", "authorization"]`, two `origins` in one block, two `expect`s of one rule at one place.
    ///
    /// The second adds nothing, or contradicts the first. Usually one of the two was meant to be something else.
    ///
    /// Fix: take one out.
    DuplicateEntry,
    /// `unknown_key`: a key that does not exist.
    ///
    /// Bad: `allow_origins: […]`, `credential: true`; in a file `[prod]`, a table `[cors]` around the keys, a block within a block.
    ///
    /// If the key were ignored, the setting would silently be missing.
    ///
    /// Fix: write the key or the block that the message suggests. What is wrong with its value is reported beside it.
    UnknownKey,
    /// `unknown_rule`: an `expect` for a rule that does not exist.
    ///
    /// Bad: `expect(insecure_origins, reason = "…")`.
    ///
    /// It excuses nothing.
    ///
    /// Fix: name the rule that the message suggests.
    UnknownRule,
    /// `unfulfilled_expectation`: an `expect` whose rule does not fire, or that has no reason.
    ///
    /// Bad: `expect(null_origin, reason = "…")` where no `"null"` is listed; `expect(null_origin)`; `expect(invalid_origin, reason = "…")`, which
    /// nothing excuses; one inside `development`.
    ///
    /// An `expect` that is left behind when its cause is gone would hide the next mistake.
    ///
    /// Fix: take it out, or give the reason.
    UnfulfilledExpectation,
    /// `any_origin`: every site on the web.
    ///
    /// Bad: `origins: any` in production.
    ///
    /// Every page that a user visits can read this service's responses. That is right for public data that anyone may fetch. It
    /// is wrong for a service that only its network protects (an intranet, `localhost`, a list of client addresses). A WebSocket
    /// handshake carries the user's cookies whatever `credentials` says, so if any origin is allowed, any site can open a
    /// WebSocket as the user.
    ///
    /// Fix: list the origins; or `expect(any_origin, reason = "public data")`.
    AnyOrigin,
    /// `null_origin`: the opaque origin.
    ///
    /// Bad: `origins: ["null"]`, `origins: ["file://"]`.
    ///
    /// Every sandboxed frame, on any site, sends `Origin: null`: an attacker's page can create such a frame with a line of HTML.
    /// `null` does not only stand for local files.
    ///
    /// Fix: serve the page from an origin of its own, and list that.
    NullOrigin,
    /// `insecure_origin`: a page that is served over plain `http`.
    ///
    /// Bad: `"http://app.example"`.
    ///
    /// Anyone between the user and `app.example`, such as somebody on a café's Wi-Fi, can put a script into that page and use it
    /// to read this service's responses.
    ///
    /// Fix: `"https://app.example"`.
    InsecureOrigin,
    /// `loopback_origin`: a program on the user's own machine.
    ///
    /// Bad: `"http://localhost:3000"`, `"http://0.0.0.0:8080"`, `"https://app.localhost"`, `"http://[::ffff:127.0.0.1]"`,
    /// `regex("https://localhost(:\\d+)?")` in production.
    ///
    /// Any program that listens on that port of a user's machine gets in, with the user's cookies. Usually
    /// the entry is left over from development.
    ///
    /// Fix: move it to `development { … }`; for a desktop or mobile app that is served from there,
    /// `expect(loopback_origin, reason = "…")`.
    LoopbackOrigin,
    /// `misspelled_name`: a name that is likely a typo of a standard one, or that stands for several names.
    ///
    /// Bad: `headers: ["contenttype"]`, `expose: ["autorization"]`, `methods: [POTS]`, `methods: ["GET|POST"]`,
    /// `methods: ["HttpMethod.GET"]`, `headers: ["ALL"]`, `origins: ["htps://app.example"]`,
    /// `origins: ["https://app.example:80"]` (port 80 is that of `http:`).
    ///
    /// Names are compared letter by letter, so the entry matches nothing that a browser sends, and the name that was meant is
    /// refused. Methods of other standards (`PROPFIND`, `LOCK`) and your own methods are accepted, unless they are one letter
    /// away from a standard one.
    ///
    /// Fix: write the name that the message suggests, or `expect` the rule if there really is a header with this name.
    MisspelledName,
    /// `header_family`: a family of headers that can change what a request means.
    ///
    /// Bad: `headers: ["x-*"]`, `headers: ["x-forwarded-*"]`, `headers: ["sec-*"]`.
    ///
    /// A family stands for every name with that prefix. These include names that proxies and frameworks obey:
    /// `X-HTTP-Method-Override` turns a `POST` into a `DELETE`, `X-Forwarded-For` is taken for the client's
    /// address, `X-Original-URL` for the path.
    ///
    /// Fix: list a family of your own, `headers: ["x-app-*"]`, or list the names one by one.
    HeaderFamily,
    /// `public_suffix`: every customer of a registry or a hosting service.
    ///
    /// Bad: `"https://*.com"`, `"https://*.github.io"`, `"https://*.amazonaws.com"`, `"https://*.internal"` (on no list, so nobody knows who can have one).
    ///
    /// Anyone can get a name there: an attacker registers `evil.github.io` and gets in.
    ///
    /// Fix: name your own domain under it, `"https://you.github.io"`.
    ///
    /// The rule uses both sections of the list of publicsuffix.org, and our own list of other shared domains.
    /// `cors_engine::public_suffix_list_date` returns the date of the former.
    PublicSuffix,
    /// `unbounded_regex`: a regex that also accepts strangers' origins.
    ///
    /// Bad: `regex("https://.*app\\.example")`, `regex("https://www.app\\.example")`, `regex("https?://app\\.example")` (one of them is not encrypted).
    ///
    /// The first accepts `https://evilapp.example`; in the second the unescaped dot accepts any byte. What a regex accepts
    /// is computed exactly, from its automaton, and the message shows an origin that an attacker could register.
    /// `regex("https://[a-z]+\\.eth\\.limo")` is also bad: `*.eth.limo` is on the public suffix list, because every name there
    /// belongs to somebody else.
    ///
    /// Fix: spell out the registrable domain and escape its dots: `regex("https://.*\\.app\\.example")`, or the pattern
    /// `"https://*.app.example"`.
    UnboundedRegex,
    /// `any_header_with_credentials`: every request header, with the user's cookies.
    ///
    /// Bad: `headers: any, credentials: true` in production.
    ///
    /// A page of an allowed origin can send headers that proxies and frameworks obey
    /// (`x-http-method-override`, `x-forwarded-for`).
    ///
    /// Fix: list the headers that your front end sends.
    AnyHeaderWithCredentials,
    /// `any_method_with_credentials`: every method, with the user's cookies.
    ///
    /// Bad: `methods: any, credentials: true` in production.
    ///
    /// Methods that only tools were meant to use (`PURGE`, `PROPFIND`) are open to pages.
    ///
    /// Fix: list the methods that your front end uses.
    AnyMethodWithCredentials,
    /// `private_network`: public pages that call private addresses.
    ///
    /// Bad: `private_network: true` in production.
    ///
    /// The setting is for a draft that browsers have dropped: they now ask the user (Local Network Access). In a browser that
    /// still follows the draft, it lets pages on the Internet reach a device behind a firewall.
    ///
    /// Fix: take it out. For old clients in the field, use `expect(private_network, reason = "…")`.
    PrivateNetwork,
    /// `redundant_origin`: an entry that another one covers.
    ///
    /// Bad: `["https://*.app.example", "https://shop.app.example"]`, `[regex("https://(a|b)\\.app\\.example"), "https://a.app.example"]`.
    ///
    /// Removing the narrow entry would not lock its origin out: the other entry still allows it.
    ///
    /// Fix: take out the entry that is covered, or narrow the other.
    RedundantOrigin,
    /// `inert_entry`: an entry that no browser ever acts on.
    ///
    /// Bad: `headers: ["origin", "dnt", "accept-encoding"]`, `expose: ["content-type"]`, `methods: ["get"]`, `"ws://app.example"`.
    ///
    /// Browsers set forbidden request headers themselves and never ask for them; safelisted response
    /// headers are readable anyway; method names are case-sensitive; no page has a `ws` origin.
    ///
    /// Fix: take it out, or write it as the message says.
    InertEntry,
    /// `any_host`: no check of `Host`.
    ///
    /// Bad: `hosts: any` in production.
    ///
    /// An attacker can point a domain at this service's address (DNS rebinding). Requests for that domain are then served as if
    /// it were the service's own.
    ///
    /// Fix: list the host names of the service.
    AnyHost,
}

/// The rules before this one cannot be excused.
const FIRST_EXCUSABLE: Rule = Rule::AnyOrigin;

/// The facts about a rule that are not on its page.
struct Row {
    rule: Rule,
    name: &'static str,
    /// The first release that has it.
    since: &'static str,
    fires_on: &'static str,
}

/// Every rule, in the order of the enum.
const ROWS: [Row; 31] = [
    Row {
        rule: Rule::EmptyOrigins,
        name: "empty_origins",
        since: "0.1.0",
        fires_on: "no `origins`, or an empty list",
    },
    Row {
        rule: Rule::InvalidOrigin,
        name: "invalid_origin",
        since: "0.1.0",
        fires_on: "an entry that is not the text of an origin or pattern: no scheme, a path, several in one, a placeholder, a word for all",
    },
    Row {
        rule: Rule::InvalidRegex,
        name: "invalid_regex",
        since: "0.1.0",
        fires_on: "a regex that does not parse, matches no origin that a page can have, has an alternative that matches none, or is too large",
    },
    Row {
        rule: Rule::InvalidMethod,
        name: "invalid_method",
        since: "0.1.0",
        fires_on: "an entry of `methods` that is not a method name: several in one, with a `*`, empty",
    },
    Row {
        rule: Rule::ForbiddenMethod,
        name: "forbidden_method",
        since: "0.1.0",
        fires_on: "`CONNECT`, `TRACE`, `TRACK`",
    },
    Row {
        rule: Rule::InvalidHeader,
        name: "invalid_header",
        since: "0.1.0",
        fires_on: "an entry of `headers` or `expose` that is not a field name: several in one, a `*` that ends no family, a family to expose, empty",
    },
    Row {
        rule: Rule::WrongHeader,
        name: "wrong_header",
        since: "0.1.0",
        fires_on: "a CORS field in `headers` or `expose`",
    },
    Row {
        rule: Rule::InvalidHost,
        name: "invalid_host",
        since: "0.1.0",
        fires_on: "an entry of `hosts` that is no host: with a port, a scheme, a `*`; a word for all or for none, such as `all`; or no entry at all",
    },
    Row {
        rule: Rule::InvalidMaxAge,
        name: "invalid_max_age",
        since: "0.1.0",
        fires_on: "a `max_age` that is not a duration, or longer than a day",
    },
    Row {
        rule: Rule::InvalidStatus,
        name: "invalid_status",
        since: "0.1.0",
        fires_on: "a `preflight_status` that is not 200 to 299",
    },
    Row {
        rule: Rule::AnyOriginWithCredentials,
        name: "any_origin_with_credentials",
        since: "0.1.0",
        fires_on: "`origins: any` with `credentials: true`",
    },
    Row {
        rule: Rule::AnyExposeWithCredentials,
        name: "any_expose_with_credentials",
        since: "0.1.0",
        fires_on: "`expose: any` with `credentials: true`",
    },
    Row {
        rule: Rule::WrongType,
        name: "wrong_type",
        since: "0.1.0",
        fires_on: "a value, an entry of a list or an `expect` of another type than its key takes",
    },
    Row {
        rule: Rule::DuplicateEntry,
        name: "duplicate_entry",
        since: "0.1.0",
        fires_on: "the same entry, key or expectation twice",
    },
    Row {
        rule: Rule::UnknownKey,
        name: "unknown_key",
        since: "0.1.0",
        fires_on: "a key or block that no policy has, and keys inside of another table",
    },
    Row {
        rule: Rule::UnknownRule,
        name: "unknown_rule",
        since: "0.1.0",
        fires_on: "an `expect` for a rule that does not exist",
    },
    Row {
        rule: Rule::UnfulfilledExpectation,
        name: "unfulfilled_expectation",
        since: "0.1.0",
        fires_on: "an `expect` without a cause, without a reason, or of a rule that cannot be excused",
    },
    Row { rule: Rule::AnyOrigin, name: "any_origin", since: "0.1.0", fires_on: "`origins: any`" },
    Row {
        rule: Rule::NullOrigin,
        name: "null_origin",
        since: "0.1.0",
        fires_on: "`null` or `file://` among the origins",
    },
    Row {
        rule: Rule::InsecureOrigin,
        name: "insecure_origin",
        since: "0.1.0",
        fires_on: "an `http:` origin that is not the user's own machine",
    },
    Row {
        rule: Rule::LoopbackOrigin,
        name: "loopback_origin",
        since: "0.1.0",
        fires_on: "an origin of the user's own machine, or a regex that matches no other",
    },
    Row {
        rule: Rule::MisspelledName,
        name: "misspelled_name",
        since: "0.1.0",
        fires_on: "a method, header or scheme one or two typos away from a standard one, several names in one entry, a word for all names, `https:` with the port of `http:`",
    },
    Row {
        rule: Rule::HeaderFamily,
        name: "header_family",
        since: "0.1.0",
        fires_on: "a family of headers that can change what a request means",
    },
    Row {
        rule: Rule::PublicSuffix,
        name: "public_suffix",
        since: "0.1.0",
        fires_on: "`*.` where strangers can have names: on a public suffix, a shared domain, a single label",
    },
    Row {
        rule: Rule::UnboundedRegex,
        name: "unbounded_regex",
        since: "0.1.0",
        fires_on: "a regex that accepts an origin that a stranger can have, or one that is not `https:`",
    },
    Row {
        rule: Rule::AnyHeaderWithCredentials,
        name: "any_header_with_credentials",
        since: "0.1.0",
        fires_on: "`headers: any` with `credentials: true`",
    },
    Row {
        rule: Rule::AnyMethodWithCredentials,
        name: "any_method_with_credentials",
        since: "0.1.0",
        fires_on: "`methods: any` with `credentials: true`",
    },
    Row {
        rule: Rule::PrivateNetwork,
        name: "private_network",
        since: "0.1.0",
        fires_on: "`private_network: true`",
    },
    Row {
        rule: Rule::RedundantOrigin,
        name: "redundant_origin",
        since: "0.1.0",
        fires_on: "an entry that another one covers, regexes included",
    },
    Row {
        rule: Rule::InertEntry,
        name: "inert_entry",
        since: "0.1.0",
        fires_on: "an entry that no browser acts on: a header that no page can set or read, or that every page can read; a standard method in another case; a scheme that no page has",
    },
    Row { rule: Rule::AnyHost, name: "any_host", since: "0.1.0", fires_on: "`hosts: any`" },
];

impl Rule {
    /// Every rule.
    pub fn all() -> impl ExactSizeIterator<Item = Rule> {
        ROWS.iter().map(|row| row.rule)
    }

    /// The rule's name, as in messages and in `expect`.
    pub const fn name(self) -> &'static str {
        ROWS[self as usize].name
    }

    /// The rule with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        ROWS.iter().find(|row| row.name == name).map(|row| row.rule)
    }

    /// What the rule fires on, in a few words.
    pub const fn fires_on(self) -> &'static str {
        ROWS[self as usize].fires_on
    }

    /// The first release that has the rule.
    pub const fn since(self) -> &'static str {
        ROWS[self as usize].since
    }

    /// The URL of the rule's page, which is part of this enum's documentation.
    ///
    /// ```
    /// let url = cors_engine::Rule::NullOrigin.url();
    /// assert_eq!(url, "https://docs.rs/cors-engine/latest/cors_engine/enum.Rule.html#variant.NullOrigin");
    /// ```
    #[cfg(feature = "alloc")]
    pub fn url(self) -> alloc::string::String {
        alloc::format!("https://docs.rs/cors-engine/latest/cors_engine/enum.Rule.html#variant.{self:?}")
    }

    /// Returns whether `expect(rule, reason = "…")` can excuse the rule. If so, it fires only in production.
    pub const fn is_excusable(self) -> bool {
        self as usize >= FIRST_EXCUSABLE as usize
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of the documentation is made from the rows; a new rule's line is copied from the failure.
    #[test]
    fn the_table_has_every_rule() {
        let mut table =
            alloc::string::String::from("| rule | severity | since | fires on |\n|---|---|---|---|\n");
        for rule in Rule::all() {
            let severity = if rule.is_excusable() { "in production, can be excused" } else { "always" };
            let (since, fires_on) = (rule.since(), rule.fires_on());
            table += &std::format!("| [`{rule}`](Rule::{rule:?}) | {severity} | {since} | {fires_on} |\n");
        }
        assert_eq!(include_str!("rules.md"), table);
    }

    #[test]
    fn names_stand_in_the_order_of_the_enumeration() {
        for (at, rule) in Rule::all().enumerate() {
            assert_eq!(rule as usize, at, "{rule}");
            assert_eq!(Rule::from_name(rule.name()), Some(rule));
        }
    }
}
