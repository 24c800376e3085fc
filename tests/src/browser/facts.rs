//! What web-platform-tests ask of browsers about CORS, as far as one call to one server shows it: each fact with the
//! page of theirs that it is from. Their own pages and servers are not here: `crate::wpt` runs them from a checkout, where there
//! is one, and has what is missing here.
//!
//! Where a policy can answer so, it is one that answers; elsewhere the table says why none can. What of theirs is
//! missing, and why:
//!
//! | pages | why not |
//! |---|---|
//! | `cors-preflight-referrer` | no server of ours looks at `Referer` |
//! | `data-url-*`, `cors-keepalive`, `sandboxed-iframe` | about documents and workers; a frame in a sandbox is a page of the generated cases |
//! | `access-control-*-sync` | the same answers, by a call that blocks the page |
//! | `access-control-basic-allow-access-control-origin-header-data-url` | there is no server behind `data:` |
//! | `send-authentication-*`, `access-control-preflight-credential-*` | passwords in a URL: `fetch()` refuses them |
//! | `access-control-and-redirects-*` | redirects: see the generated cases, which go through more of them |

use cors_engine::browser::Response;
use cors_properties::engine;
use cors_properties::reference::Settings;

use super::plan::{At, Call, Case, Hop, Leads, Plan, Server, Written};
use super::servers::{APP_FIELDS, Raw};

/// What the page gets by the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gets {
    Answer,
    Nothing,
    Exception,
}

/// Who answers.
enum Who {
    Policy(Settings),
    /// Preflight and answer, as field lines; `{origin}` stands for the page's. Why no policy answers so.
    Hand {
        why: &'static str,
        status: u16,
        preflight: Vec<(&'static str, &'static str)>,
        answer: Vec<(&'static str, &'static str)>,
    },
    /// A redirect between servers that allow everything without credentials.
    Redirect {
        status: u16,
        at: At,
        leads: Leads,
    },
}

struct Fact {
    page: &'static str,
    call: Call,
    who: Who,
    gets: Gets,
}

const WRONG: &str = "no policy gives an answer that no browser accepts";
const CASE: &str = "a rule refuses a standard method in another case";
const FAILS: &str = "a policy's preflights succeed or are refused as a whole";

fn call(method: &str, headers: &[(&str, &str)], credentials: &'static str) -> Call {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let (mode, redirect) = ("cors", "follow");
    Call { method: method.into(), headers, credentials, mode, redirect, watched: false, after: 0 }
}

fn names(names: &[&str]) -> Option<Vec<String>> {
    Some(names.iter().map(|name| (*name).to_owned()).collect())
}

/// Allows every page, without credentials, what the lists say.
fn open(methods: Option<Vec<String>>, headers: Option<Vec<String>>, expose: Option<Vec<String>>) -> Settings {
    Settings { methods, headers, expose, preflight_status: 204, ..Settings::default() }
}

fn facts(origins: &[String]) -> Vec<Fact> {
    use Gets::{Answer, Exception, Nothing};
    let mut facts = Vec::new();
    let mut add = |page, call, who, gets| facts.push(Fact { page, call, who, gets });
    let hand = |why, preflight: &[(&'static str, &'static str)], answer: &[(&'static str, &'static str)]| {
        Who::Hand { why, status: 200, preflight: preflight.to_vec(), answer: answer.to_vec() }
    };
    let own = |credentials, methods: Option<Vec<String>>, headers: Option<Vec<String>>| Settings {
        origins: Some(origins.to_vec()),
        credentials,
        methods,
        headers,
        expose: names(&[]),
        preflight_status: 204,
        ..Settings::default()
    };
    let (acao, acac) = ("access-control-allow-origin", "access-control-allow-credentials");
    let (acam, acah) = ("access-control-allow-methods", "access-control-allow-headers");
    let aceh = "access-control-expose-headers";
    let shared = [(acao, "{origin}"), (acac, "true")];

    for method in ["GET", "HEAD", "POST"] {
        let policy = || Who::Policy(open(names(&[]), names(&[]), names(&[])));
        add("cors-basic", call(method, &[], "omit"), policy(), Answer);
        add(
            "cors-no-preflight",
            call(method, &[("Accept", "test"), ("Content-Type", "text/plain")], "omit"),
            policy(),
            Answer,
        );
        add("cors-basic", call(method, &[], "omit"), hand(WRONG, &[], &[]), Nothing);
    }
    for (origin, gets) in [
        ("{origin}", Answer),
        ("*", Answer),
        ("", Nothing),
        ("{origin}/", Nothing),
        ("{origin}, {origin}", Nothing),
        ("*, {origin}", Nothing),
        ("{origin}, *", Nothing),
        ("*, *", Nothing),
        ("http://example.com", Nothing),
        ("http://example.com, {origin}", Nothing),
        ("null", Nothing),
        ("NULL", Nothing),
    ] {
        add(
            "cors-origin, cors-multiple-origins",
            call("GET", &[], "omit"),
            hand(WRONG, &[], &[(acao, origin)]),
            gets,
        );
    }
    for lines in [["", "*"], ["{origin}", ""]] {
        let answer = lines.map(|origin| (acao, origin));
        add("origin.htm", call("GET", &[], "omit"), hand(WRONG, &[], &answer), Nothing);
    }
    add(
        "cors-multiple-origins",
        call("GET", &[], "omit"),
        hand(WRONG, &[], &[(acao, "{origin}"), (acao, "*")]),
        Nothing,
    );

    for (credentials, value, gets) in [
        ("include", Some("true"), Answer),
        ("include", Some("True"), Nothing),
        ("include", Some("false"), Nothing),
        ("include", None, Nothing),
        ("omit", Some("false"), Answer),
        ("same-origin", None, Answer),
    ] {
        let consent = value.map(|value| (acac, value));
        let fields: Vec<_> = [(acao, "{origin}")].into_iter().chain(consent).collect();
        add("cors-cookies", call("GET", &[], credentials), hand(WRONG, &[], &fields), gets);
    }
    let twice = [(acao, "{origin}"), (acac, "true"), (acac, "")];
    add("credentials-flag.htm", call("GET", &[], "include"), hand(WRONG, &[], &twice), Nothing);
    add("cors-cookies", call("GET", &[], "include"), Who::Policy(own(true, names(&[]), names(&[]))), Answer);
    add(
        "cors-cookies",
        call("GET", &[], "include"),
        Who::Policy(own(false, names(&[]), names(&[]))),
        Nothing,
    );
    add(
        "cors-cookies",
        call("GET", &[], "include"),
        Who::Policy(open(names(&[]), names(&[]), names(&[]))),
        Nothing,
    );

    // Succeeds, with credentials, allowed methods and headers, method and header.
    for (succeeds, include, methods, headers, method, header) in [
        (true, false, "get", "x-test", "GET", Some("X-Test")),
        (true, false, "*", "x-test", "SUPER", Some("X-Test")),
        (true, false, "*", "*", "OK", Some("X-Test")),
        (false, true, "*", "*", "OK", Some("X-Test")),
        (false, true, "*", "", "PUT", None),
        (true, true, "PUT", "*", "PUT", None),
        (false, true, "get", "*", "GET", Some("X-Test")),
        (false, true, "*", "*", "GET", Some("X-Test")),
        (true, true, "*", "*", "*", Some("*")),
        (false, true, "put", "*", "PUT", None),
    ] {
        let sent: Vec<_> = header.into_iter().map(|name| (name, "1")).collect();
        let credentials = if include { "include" } else { "same-origin" };
        let preflight = [(acao, "{origin}"), (acac, "true"), (acam, methods), (acah, headers)];
        let gets = if succeeds { Answer } else { Nothing };
        add("cors-preflight-star", call(method, &sent, credentials), hand(CASE, &preflight, &shared), gets);
    }
    let any = || Who::Policy(open(None, None, names(&[])));
    add("cors-preflight-star", call("OK", &[("X-Test", "1"), ("Authorization", "1")], "omit"), any(), Answer);

    for method in ["PUT", "DELETE", "PATCH", "NEW"] {
        add(
            "cors-preflight",
            call(method, &[], "omit"),
            Who::Policy(open(names(&[method]), names(&[]), names(&[]))),
            Answer,
        );
        add(
            "cors-preflight",
            call(method, &[], "omit"),
            Who::Policy(open(names(&["GET"]), names(&[]), names(&[]))),
            Nothing,
        );
    }
    add(
        "cors-preflight",
        call("patch", &[], "omit"),
        Who::Policy(open(names(&["PATCH"]), names(&[]), names(&[]))),
        Nothing,
    );
    let listed = || Who::Policy(open(names(&["GET"]), names(&["x-test1", "x-test2"]), names(&[])));
    add("cors-preflight", call("GET", &[("X-Test1", "1"), ("x-test2", "2")], "omit"), listed(), Answer);
    add("cors-preflight", call("GET", &[("X-Test1", "1"), ("x-test3", "2")], "omit"), listed(), Nothing);

    for status in [200, 201, 204, 206, 299] {
        let settings = Settings { preflight_status: status, ..open(names(&["PUT"]), names(&[]), names(&[])) };
        add("cors-preflight-status", call("PUT", &[], "omit"), Who::Policy(settings), Answer);
    }
    for status in [301, 302, 303, 307, 308, 300, 304, 400, 401, 403, 404, 405, 500, 501, 503] {
        let preflight = vec![(acao, "*"), (acam, "PUT"), ("location", "/")];
        let answer = vec![(acao, "*")];
        let who = Who::Hand { why: FAILS, status, preflight, answer };
        add("cors-preflight-status, cors-preflight-redirect", call("PUT", &[], "omit"), who, Nothing);
    }
    for (field, value) in [(acah, "header name with space"), (acam, "Bad method name"), (acam, "GET, @")] {
        let preflight = [(acao, "*"), (acah, "x-force-preflight"), (field, value)];
        let sent = [("x-force-preflight", "")];
        add(
            "cors-preflight-response-validation",
            call("GET", &sent, "omit"),
            hand(WRONG, &preflight, &[(acao, "*")]),
            Nothing,
        );
    }
    let commas = [(acao, "*"), (acah, ",, x-test"), (acam, ",, PUT,")];
    add(
        "allow-lists-starting-with-comma",
        call("PUT", &[("x-test", "1")], "omit"),
        hand(WRONG, &commas, &[(acao, "*")]),
        Answer,
    );

    let long = "a".repeat(129);
    let long_type = format!("text/plain; long={}", "0".repeat(112));
    for (name, value) in [
        ("accept", "\""),
        ("accept", &long),
        ("accept-language", "@"),
        ("authorization", "basics"),
        ("content-language", "@"),
        ("content-type", "text/html"),
        ("content-type", &long_type),
        ("downlink", "1.5"),
        ("dpr", "2.0"),
        ("dpr", "1e3"),
        ("ect", "4g"),
        ("intervention", "x"),
        ("last-event-id", "\""),
        ("range", "bytes 0-"),
        ("save-data", "on"),
        ("save-data", "off"),
        ("test", "hi"),
        ("viewport-width", "1300"),
        ("width", "-1"),
    ] {
        // The server allows no header: what is safelisted would pass.
        let refuses = Who::Policy(open(names(&["GET"]), names(&[]), names(&[])));
        add("cors-preflight-not-cors-safelisted", call("GET", &[(name, value)], "omit"), refuses, Nothing);
        let allows = Who::Policy(open(names(&["GET"]), names(&[name]), names(&[])));
        add("cors-preflight-not-cors-safelisted", call("GET", &[(name, value)], "omit"), allows, Answer);
    }
    for method in ["CONNECT", "trace", "TRACK", "ha ha"] {
        add("request-init-002, open-method-bogus", call(method, &[], "omit"), any(), Exception);
    }
    for (name, value) in [("in valid", "1"), ("x", "a\nb"), ("x", "\u{20ac}"), ("", "1")] {
        add(
            "headers-basic, setrequestheader-bogus-*",
            call("GET", &[(name, value)], "omit"),
            any(),
            Exception,
        );
    }

    for (expose, credentials) in
        [("*", "omit"), ("*", "include"), ("*, set-cookie", "omit"), ("etag", "omit")]
    {
        let answer = [(acao, "{origin}"), (acac, "true"), (aceh, expose), ("*", "whoa")];
        add(
            "cors-expose-star, cors-filtering",
            call("GET", &[], credentials),
            hand(WRONG, &[], &answer),
            Answer,
        );
    }
    add(
        "cors-expose-star",
        call("GET", &[], "omit"),
        Who::Policy(open(names(&[]), names(&[]), None)),
        Answer,
    );

    for status in [301, 302, 303, 307, 308] {
        let mut redirect = |name, at, leads, gets| {
            add(name, call("GET", &[], "omit"), Who::Redirect { status, at, leads }, gets);
        };
        redirect("cors-redirect", At::Api(0), Leads::Relative, Answer);
        redirect("cors-redirect", At::Api(0), Leads::Absolute(At::Api(1)), Answer);
        redirect("cors-redirect", At::Page, Leads::Absolute(At::Api(0)), Answer);
        redirect("cors-redirect", At::Api(0), Leads::Absolute(At::Page), Answer);
        for (at, to) in [
            (At::Page, At::Api(0)),
            (At::Api(0), At::Page),
            (At::Api(0), At::Api(0)),
            (At::Api(0), At::Api(1)),
        ] {
            redirect("cors-redirect-credentials", at, Leads::WithPassword(to), Nothing);
        }
        let preflighted = call("PUT", &[("x-test", "1")], "omit");
        let who = Who::Redirect { status, at: At::Api(0), leads: Leads::Absolute(At::Api(1)) };
        add("cors-redirect-preflight", preflighted, who, Answer);
    }
    facts
}

/// A plan of the facts for pages of these origins, and what each page gets by the standard.
pub(crate) fn plan(origins: &[String]) -> (Plan, Vec<(&'static str, Gets)>) {
    let mut plan = Plan { policies: Vec::new(), cases: Vec::new() };
    let mut gets = Vec::new();
    for (number, fact) in facts(origins).into_iter().enumerate() {
        let mut policy = |settings: Settings| {
            let policy = engine::compile(&settings).unwrap_or_else(|error| panic!("{}: {error}", fact.page));
            plan.policies.push(Written { settings, policy, diagnostics: false });
            plan.policies.len() - 1
        };
        let (at, server) = match fact.who {
            Who::Policy(settings) => (At::Api(0), Server::App { policy: policy(settings), route: "fine" }),
            Who::Hand { why, status, preflight, answer } => {
                assert!(!why.is_empty(), "{}: a reason", fact.page);
                let fields = |fields: Vec<(&str, &str)>| -> Vec<(String, String)> {
                    let own = |value: &str| value.replace("{origin}", &origins[0]);
                    fields.into_iter().map(|(name, value)| (name.to_owned(), own(value))).collect()
                };
                let mut answer = fields(answer);
                answer.extend(APP_FIELDS.map(|(name, value)| (name.to_owned(), value.to_owned())));
                let raw = Raw {
                    preflight: Response { status, fields: fields(preflight) },
                    actual: Response { status: 200, fields: answer },
                };
                (At::Api(0), Server::Raw(raw))
            }
            Who::Redirect { status, at, leads } => {
                let policy = policy(open(None, None, names(&[])));
                (at, Server::Chain { hops: vec![Hop { policy, status, leads }], last: policy })
            }
        };
        plan.cases.push(Case { number, page: 0, at, server, calls: vec![fact.call] });
        gets.push((fact.page, fact.gets));
    }
    (plan, gets)
}
