//! What is tried: policies, wrong servers and calls, made from a seed.

use cors_actix::Cors;
use cors_engine::Policy;
use cors_engine::browser::{Engine, Fetch, Outcome, Redirect, RequestMode, Response};
use cors_properties::engine;
use cors_properties::reference::Settings;

use super::random::Random;
use super::servers::{APP_FIELDS, Raw};

/// How many calls share a policy.
const CASES_PER_POLICY: usize = 6;

/// Everything that is tried.
pub(crate) struct Plan {
    pub(crate) policies: Vec<Written>,
    pub(crate) cases: Vec<Case>,
}

/// A policy, and the settings that it was made from.
pub(crate) struct Written {
    pub(crate) settings: Settings,
    pub(crate) policy: Policy,
    /// Whether its refusals say why.
    pub(crate) diagnostics: bool,
}

impl Written {
    /// What comes of a call to an app behind it, as the engine has it.
    pub(crate) fn ask(&self, fetch: &Fetch) -> Outcome {
        if self.diagnostics { fetch.ask_diagnostic(&self.policy) } else { fetch.ask(&self.policy) }
    }

    pub(crate) fn cors(&self) -> Cors {
        let cors = Cors::new(self.policy.clone());
        if self.diagnostics { cors.diagnostics() } else { cors }
    }
}

pub(crate) struct Case {
    pub(crate) number: usize,
    /// Which page calls.
    pub(crate) page: usize,
    /// Whom it calls first.
    pub(crate) at: At,
    pub(crate) server: Server,
    /// One after the other, to the same URL.
    pub(crate) calls: Vec<Call>,
}

/// A server, by its origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    Api(usize),
    /// The one that the page came from.
    Page,
}

/// What stands at the URL that is called.
#[derive(Clone, Debug)]
pub(crate) enum Server {
    /// An app behind `cors-actix`.
    App { policy: usize, route: &'static str },
    /// Redirects, each behind a policy of its own, and the app behind another at the end.
    Chain { hops: Vec<Hop>, last: usize },
    /// Answers made by hand.
    Raw(Raw),
}

/// A redirect.
#[derive(Clone, Debug)]
pub(crate) struct Hop {
    pub(crate) policy: usize,
    pub(crate) status: u16,
    pub(crate) leads: Leads,
}

/// What `Location` says.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Leads {
    Absolute(At),
    Relative,
    WithPassword(At),
    OtherScheme,
    Malformed,
    /// There is none.
    Nowhere,
}

/// A call as a script writes it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) credentials: &'static str,
    pub(crate) mode: &'static str,
    pub(crate) redirect: &'static str,
    /// `XMLHttpRequest` with a listener on the upload in place of `fetch`.
    pub(crate) watched: bool,
    /// Milliseconds to wait before it.
    pub(crate) after: u32,
}

impl Call {
    /// The call by a page of an origin, in a browser.
    pub(crate) fn fetch(&self, origin: &str, engine: Option<Engine>) -> Fetch {
        let mode = match self.mode {
            "no-cors" => RequestMode::NoCors,
            "same-origin" => RequestMode::SameOrigin,
            _ => RequestMode::Cors,
        };
        let redirect = match self.redirect {
            "error" => Redirect::Error,
            "manual" => Redirect::Manual,
            _ => Redirect::Follow,
        };
        let call = Fetch::new(origin)
            .method(&self.method)
            .mode(mode)
            .redirect(redirect)
            .credentials(self.credentials == "include")
            .force_preflight(self.watched);
        let call = match engine {
            Some(engine) => call.in_engine(engine),
            None => call,
        };
        let call = if self.credentials == "omit" { call.omit_credentials() } else { call };
        self.headers.iter().fold(call, |call, (name, value)| call.header(name, value))
    }
}

const METHODS: &[&str] = &[
    "GET",
    "GET",
    "GET",
    "HEAD",
    "POST",
    "POST",
    "PUT",
    "PUT",
    "DELETE",
    "PATCH",
    "patch",
    "put",
    "Post",
    "OPTIONS",
    "QUERY",
    "PURGE",
    "query",
    "TRACE",
    "connect",
    "Track",
    "X-Odd.method",
    "PUT IT",
    "",
];

/// Headers that a page may try to send, by their values: safelisted, not so, and never sent.
const HEADERS: &[(&str, &str)] = &[
    ("Accept", "text/html, */*;q=0.1"),
    ("Accept", ""),
    ("Accept", "text/\"html"),
    ("Accept", "a(b)"),
    ("Accept-Language", "de-CH, en;q=0.5"),
    ("Accept-Language", "de_CH"),
    ("Content-Language", "de"),
    ("Content-Language", "de/CH"),
    ("Content-Language", "\tde "),
    ("Content-Type", "text/plain;charset=utf-8"),
    ("Content-Type", "Application/X-WWW-Form-URLencoded"),
    ("Content-Type", "multipart/form-data; boundary=x"),
    ("Content-Type", " text/plain\t"),
    ("Content-Type", "text/plain;"),
    ("Content-Type", "text/plain, application/json"),
    ("Content-Type", "text/plain; charset=\"utf-8\""),
    ("Content-Type", "text /plain"),
    ("Content-Type", "text/ plain"),
    ("Content-Type", "te xt/plain"),
    ("Content-Type", "text/plain ;charset=utf-8"),
    ("Content-Type", "application/json"),
    ("content-type", "application/json; charset=utf-8"),
    ("Content-Type", ""),
    ("Range", "bytes=0-"),
    ("Range", "bytes=5-9"),
    ("Range", "bytes=9-5"),
    ("Range", "bytes=-5"),
    ("Range", "bytes= 0-5"),
    ("Range", "bytes=0 -5"),
    ("Range", "bytes=0- 5"),
    ("Range", "bytes =0-5"),
    ("Range", "Bytes=0-5"),
    ("Range", "bytes=0-1, 3-4"),
    ("Authorization", "Bearer token"),
    ("authorization", ""),
    ("X-Requested-With", "XMLHttpRequest"),
    ("X-CSRFToken", "token"),
    ("x-debug", ""),
    ("X_Underscore", "1"),
    ("x-!#$%&'*+.^`|~", "1"),
    ("If-None-Match", "\"1\""),
    ("Cache-Control", "no-cache"),
    ("X-HTTP-Method-Override", "PATCH"),
    ("X-HTTP-Method-Override", "TRACE"),
    ("X-Method-Override", "patch, Track"),
    ("Cookie", "a=b"),
    ("Sec-Anything", "1"),
    ("Proxy-Anything", "1"),
    ("DNT", "1"),
    ("Access-Control-Request-Method", "PUT"),
    ("Access-Control-Allow-Origin", "*"),
    ("*", "1"),
    ("X-HTTP-Method", "\"TRACE\""),
    ("X-Debug", "caf\u{e9}"),
    ("X-Debug", "\u{20ac}"),
    ("X-Debug", "two\nlines"),
    ("X-Debug", "nu\0ll"),
    ("X Debug", "1"),
    ("", "1"),
];

/// Entries of `origins` that no page here has.
const OTHER_ORIGINS: &[&str] = &[
    "https://app.example",
    "https://*.app.example",
    "http://localhost:1",
    "http://evil.localhost:*",
    "app://localhost",
];

/// Entries of `origins` that some pages here match.
const PATTERNS: &[&str] = &["http://localhost:*", "http://*.localhost:*", "http://[::1]:*"];

const LISTED_METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY", "PURGE"];
const LISTED_HEADERS: &[&str] = &[
    "accept",
    "accept-language",
    "authorization",
    "content-language",
    "content-type",
    "if-none-match",
    "range",
    "x-csrftoken",
    "x-debug",
    "x-requested-with",
    "x_underscore",
    "cache-control",
    "x-http-method-override",
];
const EXPOSED: &[&str] = &["etag", "location", "x-request-id", "x-total-count", "date", "vary"];

const ROUTES: &[&str] = &["fine", "fine", "fine", "missing", "broken", "nowhere", "by-hand"];

impl Plan {
    /// `count` cases for pages of these origins.
    pub(crate) fn new(seed: u64, count: usize, origins: &[String]) -> Self {
        let mut random = Random::new(seed);
        let policies = (0..count.div_ceil(CASES_PER_POLICY))
            .map(|index| policy(&mut random, origins, index % 3 == 0))
            .collect();
        let mut plan = Self { policies, cases: Vec::new() };
        for number in 0..count {
            let case = plan.case(&mut random, number, origins);
            plan.cases.push(case);
        }
        plan
    }

    fn case(&self, random: &mut Random, number: usize, origins: &[String]) -> Case {
        let likely = random.chance(70);
        let policy = self.policy(random, likely, origins);
        let page = self.page(random, policy, likely, origins);
        let mut call = self.call(random, policy, likely);
        let at = if random.chance(12) { At::Page } else { At::Api(0) };
        let (server, calls) = match random.below(100) {
            0..50 => {
                if !call.watched && random.chance(8) {
                    call.mode = random.pick(&["no-cors", "same-origin"]);
                }
                (Server::App { policy, route: random.pick(ROUTES) }, vec![call])
            }
            50..65 => {
                let server = self.chain(random, policy, likely, origins);
                if !call.watched && random.chance(25) {
                    call.redirect = random.pick(&["error", "manual"]);
                }
                if !call.watched && random.chance(8) {
                    call.mode = random.pick(&["no-cors", "same-origin"]);
                }
                (server, vec![call])
            }
            65..80 => {
                let call = self.asking(random, policy, call);
                let again = self.again(random, policy, &call);
                (Server::App { policy, route: "fine" }, vec![call, again])
            }
            _ => {
                let call = if random.chance(70) { self.asking(random, policy, call) } else { call };
                let raw = raw(random, &call.fetch(&origins[page], None));
                let again = random.chance(40).then(|| self.again(random, policy, &call));
                (Server::Raw(raw), [call].into_iter().chain(again).collect())
            }
        };
        Case { number, page, at, server, calls }
    }

    fn chain(&self, random: &mut Random, policy: usize, likely: bool, origins: &[String]) -> Server {
        let at = |random: &mut Random| match random.below(10) {
            0..5 => At::Api(1),
            5..8 => At::Api(0),
            _ => At::Page,
        };
        // The most that are followed, and one more.
        let long = random.chance(4).then(|| 20 + random.below(2));
        let mut hops = Vec::new();
        let mut policy = policy;
        for _ in 0..long.unwrap_or(1 + random.below(3)) {
            let leads = match random.below(100) {
                _ if long.is_some() => Leads::Relative,
                0..60 => Leads::Absolute(at(random)),
                60..75 => Leads::Relative,
                75..83 => Leads::WithPassword(at(random)),
                83..88 => Leads::OtherScheme,
                88..92 => Leads::Malformed,
                92..95 => Leads::Nowhere,
                _ => Leads::Absolute(At::Api(1)),
            };
            hops.push(Hop { policy, status: [301, 302, 303, 307, 308][random.below(5)], leads });
            if long.is_none() {
                policy = self.policy(random, likely, origins);
            }
        }
        Server::Chain { hops, last: policy }
    }

    /// If the call is to be a likely one, a policy that lets something in.
    fn policy(&self, random: &mut Random, likely: bool, origins: &[String]) -> usize {
        loop {
            let index = random.below(self.policies.len());
            let policy = &self.policies[index].policy;
            if !likely || policy.allows_origin(origins[0].as_bytes()) || random.chance(20) {
                return index;
            }
        }
    }

    /// If the call is to be a likely one, a page that the policy lets in, if there is one.
    fn page(&self, random: &mut Random, policy: usize, likely: bool, origins: &[String]) -> usize {
        let policy = &self.policies[policy].policy;
        let listed = |page: &usize| policy.allows_origin(origins[*page].as_bytes());
        let pages: Vec<_> = (0..origins.len()).filter(|page| !likely || listed(page)).collect();
        if pages.is_empty() { random.below(origins.len()) } else { pages[random.below(pages.len())] }
    }

    /// A call: a likely one asks for what the policy allows.
    fn call(&self, random: &mut Random, policy: usize, likely: bool) -> Call {
        let policy = &self.policies[policy].policy;
        let method = random.pick(METHODS);
        let method = if likely && !policy.allows_method(method.as_bytes()) { "GET" } else { method };
        let mut headers: Vec<(String, String)> = Vec::new();
        for _ in 0..random.below(4) {
            let (name, value) = HEADERS[random.below(HEADERS.len())];
            let twice = headers.iter().any(|(header, _)| header.eq_ignore_ascii_case(name));
            if !twice && (!likely || policy.allows_header(name.as_bytes())) {
                headers.push((name.into(), value.into()));
            }
        }
        if random.chance(3) {
            headers.retain(|(name, _)| name != "Accept");
            headers.push(("Accept".into(), "a".repeat(127 + random.below(3))));
        }
        let include = if likely { policy.credentials() && random.chance(70) } else { random.chance(40) };
        let watched = random.chance(8);
        let without = if watched { "same-origin" } else { random.pick(&["omit", "same-origin"]) };
        let credentials = if include { "include" } else { without };
        let (mode, redirect) = ("cors", "follow");
        Call { method: method.into(), headers, credentials, mode, redirect, watched, after: 0 }
    }

    /// A call like this one that needs a preflight, as far as a few tries find one.
    fn asking(&self, random: &mut Random, policy: usize, mut call: Call) -> Call {
        for _ in 0..8 {
            let fetch = call.fetch("null", None);
            if fetch.needs_preflight() && fetch.refused_by_browser().is_none() {
                break;
            }
            call = self.call(random, policy, true);
        }
        call
    }

    /// A second call to the same URL, which a remembered preflight may or may not cover.
    fn again(&self, random: &mut Random, policy: usize, call: &Call) -> Call {
        let mut again = call.clone();
        match random.below(4) {
            0 => again = self.call(random, policy, true),
            1 => again.credentials = if call.credentials == "include" { "same-origin" } else { "include" },
            _ => {}
        }
        if self.policies[policy].policy.max_age() == Some(1) {
            again.after = 1200;
        }
        again
    }
}

/// A policy that keeps the rules of development; those that do not are thrown away.
fn policy(random: &mut Random, origins: &[String], diagnostics: bool) -> Written {
    loop {
        let settings = settings(random, origins);
        if let Ok(policy) = engine::compile(&settings) {
            return Written { settings, policy, diagnostics };
        }
    }
}

fn settings(random: &mut Random, origins: &[String]) -> Settings {
    let mut names = |pool: &[&str], any, percent| {
        let some = (!random.chance(any)).then(|| random.some(pool, percent));
        some.map(|names| names.into_iter().map(str::to_owned).collect::<Vec<String>>())
    };
    let mut methods = names(LISTED_METHODS, 25, 60);
    if let Some(methods) = &mut methods
        && let Some(get) = methods.iter().position(|method| method == "GET")
    {
        methods.insert(get + 1, "HEAD".into());
    }
    let headers = names(LISTED_HEADERS, 30, 55);
    let expose = names(EXPOSED, 25, 30);
    let origins = (!random.chance(20)).then(|| {
        let mut entries = random.some(origins, 60);
        for (pool, percent) in [(OTHER_ORIGINS, 30), (PATTERNS, 15)] {
            entries.extend(random.some(pool, percent).into_iter().map(str::to_owned));
        }
        entries
    });
    Settings {
        origins,
        methods,
        headers,
        expose,
        credentials: random.chance(45),
        max_age: random.chance(75).then(|| [0, 1, 60, 7200][random.below(4)]),
        timing: random.chance(30),
        private_network: random.chance(30),
        preflight_status: if random.chance(40) { [200, 202, 206, 299][random.below(4)] } else { 204 },
    }
}

/// Answers by a server that is right, but for a field or two.
fn raw(random: &mut Random, fetch: &Fetch) -> Raw {
    let origin = fetch.origin().to_owned();
    let asked = fetch.requested_headers().unwrap_or_default();
    let method = fetch.sent_method();
    let credentials = fetch.includes_credentials();
    let wrong = [random.below(10), random.below(10)];
    let open = random.chance(50);
    let actual_status = [200, 200, 404, 500][random.below(4)];
    let mut field = |at: usize, right: &[&str], wrongs: &[&[&str]]| -> Vec<String> {
        let lines = if wrong.contains(&at) { wrongs[random.below(wrongs.len())] } else { right };
        lines.iter().map(|line| (*line).to_owned()).collect()
    };
    let slash = format!("{origin}/");
    let upper = origin.to_uppercase();
    let both = format!("{origin}, {origin}");
    let spaced = format!("{origin} {origin}");
    let origins: &[&[&str]] = &[
        &[],
        &["*"],
        &["*", "*"],
        &[&origin, &origin],
        &[&origin, "*"],
        &[&both],
        &[&spaced],
        &["*, *"],
        &[&slash],
        &[&upper],
        &["null"],
        &["NULL"],
        &[""],
        &["https://other.example"],
        &["no origin at all"],
        &["nonsense"],
        &["http://localhost"],
    ];
    let yes: &[&str] = if credentials { &["true"] } else { &[] };
    let consents: &[&[&str]] = &[
        &[],
        &["true"],
        &["True"],
        &["TRUE"],
        &["false"],
        &["true, true"],
        &["true", "true"],
        &["1"],
        &[""],
    ];
    let lower = method.to_lowercase();
    let star_or_method = format!("*, {method}");
    let methods: &[&[&str]] = &[
        &[],
        &["*"],
        &[&lower],
        &["GET, POST"],
        &["GET,, ,PUT, "],
        &["GET", method],
        &["PUT DELETE"],
        &["\"PUT\""],
        &[method, "bad entry"],
        &[""],
        &[", ,"],
        &[&star_or_method],
    ];
    let capitals = asked.to_uppercase();
    let invalid = format!("{asked};q=1");
    let empties = format!(",, {asked} ,");
    let first = asked.split(',').next().unwrap_or_default().to_owned();
    let headers: &[&[&str]] = &[
        &[],
        &["*"],
        &["*, authorization"],
        &[&capitals],
        &[&invalid],
        &[&empties],
        &[&first],
        &["x-a", &asked],
        &["x-a x-b"],
        &[&asked, "(bad)"],
        &[""],
    ];
    let exposes: &[&[&str]] = &[
        &[],
        &["*"],
        &["ETag"],
        &["etag,, x-total-count"],
        &["etag", "x-total-count"],
        &["etag x-total-count"],
        &["etag", "(bad)"],
        &["set-cookie, location"],
        &["*, etag"],
        &[""],
    ];
    let ages: &[&[&str]] = &[&[], &["0"], &["-1"], &["abc"], &["60", "60"], &["1.5"], &[""]];
    let statuses: &[&[&str]] =
        &[&["201"], &["299"], &["301"], &["302"], &["307"], &["300"], &["403"], &["404"], &["500"], &["503"]];

    let mut preflight = Vec::new();
    let mut actual = Vec::new();
    let put = |answer: &mut Vec<(String, String)>, name: &str, lines: Vec<String>| {
        answer.extend(lines.into_iter().map(|line| (name.to_owned(), line)));
    };
    let star: &[&str] = &["*"];
    let own: &[&str] = &[origin.as_str()];
    let right_origin = if open && !credentials { star } else { own };
    put(&mut preflight, "access-control-allow-origin", field(1, right_origin, origins));
    put(&mut preflight, "access-control-allow-credentials", field(2, yes, consents));
    put(&mut preflight, "access-control-allow-methods", field(3, &[method], methods));
    put(&mut preflight, "access-control-allow-headers", field(4, &[&asked], headers));
    put(&mut preflight, "access-control-max-age", field(5, &["60"], ages));
    put(&mut actual, "access-control-allow-origin", field(6, right_origin, origins));
    put(&mut actual, "access-control-allow-credentials", field(7, yes, consents));
    put(&mut actual, "access-control-expose-headers", field(8, &["etag"], exposes));
    for (name, value) in APP_FIELDS {
        put(&mut actual, name, vec![value.into()]);
    }
    let status = field(0, &["204"], statuses)[0].parse().expect("the plan writes numbers");
    if (300..400).contains(&status) {
        put(&mut preflight, "location", vec!["/raw/elsewhere".into()]);
    }
    Raw {
        preflight: Response { status, fields: preflight },
        actual: Response { status: actual_status, fields: actual },
    }
}
