//! A call on its way: what a page may ask for at all, redirects, modes and remembered preflights, case by case.

use cors_engine::browser::{
    Deviation, Engine, Failure, Fetch, LocationFault, PreflightCache, Redirect, RequestMode, Response,
};

const PAGE: &str = "https://app.example";
const API: &str = "https://api.example/tasks";

fn answer(status: u16, fields: &[(&str, &str)]) -> Response {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Response { status, fields: fields.collect() }
}

const OPEN: (&str, &str) = ("access-control-allow-origin", "*");
const OPEN_TO_PAGE: (&str, &str) = ("access-control-allow-origin", PAGE);
const OPEN_TO_OTHER: (&str, &str) = ("access-control-allow-origin", "https://other.example");
const CREDENTIALS: (&str, &str) = ("access-control-allow-credentials", "true");
const PUT: (&str, &str) = ("access-control-allow-methods", "PUT");

#[test]
fn what_a_page_cannot_ask_for() {
    let get = || Fetch::new(PAGE).to(API);
    let method = |method: &str| get().method(method);
    let no_cors = || get().mode(RequestMode::NoCors);
    for (name, call, failure, is_exception) in [
        ("a call", get(), None, false),
        (
            "a forbidden method",
            method("trace"),
            Some(Failure::ForbiddenMethod { method: "trace".into() }),
            true,
        ),
        ("no token", method("PUT IT"), Some(Failure::InvalidMethod { method: "PUT IT".into() }), true),
        ("no method", method(""), Some(Failure::InvalidMethod { method: String::new() }), true),
        (
            "a name that is no token",
            get().header("x a", "1"),
            Some(Failure::InvalidHeaderName { name: "x a".into() }),
            true,
        ),
        ("no name", get().header("", "1"), Some(Failure::InvalidHeaderName { name: String::new() }), true),
        (
            "two lines",
            get().header("X-A", "1\n2"),
            Some(Failure::InvalidHeaderValue { name: "x-a".into() }),
            true,
        ),
        ("a line break at the end", get().header("X-A", "1\r\n"), None, false),
        (
            "a null byte",
            get().header("X-A", "\0"),
            Some(Failure::InvalidHeaderValue { name: "x-a".into() }),
            true,
        ),
        ("a letter that is a byte", get().header("X-A", "caf\u{e9}"), None, false),
        (
            "a letter that is none, before anything else",
            method("").header("x a", "1").header("X-A", "\u{20ac}"),
            Some(Failure::InvalidHeaderValue { name: "x-a".into() }),
            true,
        ),
        (
            "a header that is left out needs a valid value",
            get().header("Cookie", "a\nb"),
            Some(Failure::InvalidHeaderValue { name: "cookie".into() }),
            true,
        ),
        (
            "no-cors with a method of its own",
            no_cors().method("PUT"),
            Some(Failure::NoCorsMethod { method: "PUT".into() }),
            true,
        ),
        ("no-cors", no_cors(), None, false),
        (
            "no-cors without redirects",
            no_cors().redirect(Redirect::Manual),
            Some(Failure::NoCorsRedirect),
            false,
        ),
        ("another server", get().mode(RequestMode::SameOrigin), Some(Failure::ForeignServer), false),
        ("its own server", get().to("https://app.example/x").mode(RequestMode::SameOrigin), None, false),
        (
            "a password",
            get().to("https://a:b@api.example/"),
            Some(Failure::InvalidUrl(LocationFault::Credentials)),
            true,
        ),
        ("no URL", get().to("tasks"), Some(Failure::InvalidUrl(LocationFault::Malformed)), true),
    ] {
        let refused = call.refused_by_browser();
        assert_eq!(refused, failure, "{name}");
        assert_eq!(refused.is_some_and(|failure| failure.is_exception()), is_exception, "{name}");
    }
}

#[test]
fn where_a_redirect_leads() {
    let post = || {
        let call = Fetch::new(PAGE).to(API).method("POST");
        call.header("Authorization", "Bearer token").header("Content-Type", "text/plain").header("X-A", "1")
    };
    let put = || post().method("PUT");
    let own = || post().to("https://app.example/x");
    // Method, Origin, and how many headers are left; or why it is not followed.
    for (name, call, status, location, wanted) in [
        ("to the same server", post(), 307, "/b", Ok(("POST", PAGE, 3))),
        ("a POST", post(), 302, "/b", Ok(("GET", PAGE, 2))),
        ("a PUT", put(), 302, "/b", Ok(("PUT", PAGE, 3))),
        ("a PUT, see other", put(), 303, "/b", Ok(("GET", PAGE, 2))),
        ("a HEAD, see other", put().method("HEAD"), 303, "/b", Ok(("HEAD", PAGE, 3))),
        ("to another server", put(), 308, "https://other.example/", Ok(("PUT", "null", 2))),
        ("by another scheme", put(), 308, "http://api.example/", Ok(("PUT", "null", 2))),
        ("by another port", put(), 308, "https://api.example:8443/", Ok(("PUT", "null", 2))),
        ("by its own port", put(), 308, "https://api.example:443/", Ok(("PUT", PAGE, 3))),
        ("back to the page", put(), 308, "https://app.example/", Ok(("PUT", "null", 2))),
        ("from the page", own(), 308, API, Ok(("POST", PAGE, 2))),
        ("within the page's own", own(), 308, "/y", Ok(("POST", PAGE, 3))),
        ("with a password", put(), 308, "https://a:b@api.example/", Err(LocationFault::Credentials)),
        ("home with a password", put(), 308, "https://a@app.example/", Err(LocationFault::Credentials)),
        ("from home with a password", own(), 308, "https://a@app.example/", Ok(("POST", PAGE, 3))),
        ("to another scheme", put(), 308, "data:,x", Err(LocationFault::Scheme)),
        ("nowhere", put(), 308, "https://", Err(LocationFault::Malformed)),
        ("from an unknown place", Fetch::new(PAGE), 308, "/b", Err(LocationFault::UnknownBase)),
    ] {
        let next = call.follow(&answer(status, &[OPEN, ("Location", location)]));
        let next = next.map(|next| next.unwrap_or_else(|| panic!("{name}: it stays")));
        let seen = match &next {
            Ok(next) => Ok((next.sent_method(), next.origin(), next.sent_headers().count())),
            Err(Failure::Redirect { fault, .. }) => Err(*fault),
            Err(other) => panic!("{name}: {other}"),
        };
        assert_eq!(seen, wanted, "{name}");
    }
    for (name, call, status, fields, wanted) in [
        ("not modified", post(), 304, &[OPEN, ("location", "/b")][..], Ok(None)),
        ("no location", post(), 302, &[OPEN], Ok(None)),
        (
            "two locations",
            post(),
            302,
            &[("location", "/b"), ("location", "/b")],
            Ok(Some("https://api.example/b, /b")),
        ),
        ("no redirect wanted", post().redirect(Redirect::Error), 302, &[], Err(Failure::RedirectForbidden)),
        ("by hand", post().redirect(Redirect::Manual), 302, &[("location", "/b")], Ok(None)),
    ] {
        let next = call.follow(&answer(status, fields)).map(|next| next.and_then(|next| next.url()));
        assert_eq!(next, wanted.map(|url| url.map(str::to_owned)), "{name}");
    }
}

#[test]
fn calls_that_are_redirected() {
    let moved = |to: &str| answer(307, &[OPEN, ("location", to)]);
    let fine = || answer(200, &[OPEN, ("access-control-allow-methods", "*")]);
    // What is asked, and whether the page reads the answer.
    for (name, call, answers, asked, is_read) in [
        ("once", Fetch::new(PAGE).to(API), vec![moved("/b"), fine()], vec!["GET", "GET"], true),
        (
            "a PUT asks at each place",
            Fetch::new(PAGE).to(API).method("PUT"),
            vec![fine(), moved("/b"), fine(), fine()],
            vec!["OPTIONS", "PUT", "OPTIONS", "PUT"],
            true,
        ),
        (
            "without consent",
            Fetch::new(PAGE).to(API),
            vec![answer(307, &[("location", "/b")])],
            vec!["GET"],
            false,
        ),
        (
            "the end without consent",
            Fetch::new(PAGE).to(API),
            vec![moved("/b"), answer(200, &[])],
            vec!["GET", "GET"],
            false,
        ),
        (
            "from home",
            Fetch::new(PAGE).to("https://app.example/").method("PUT"),
            vec![answer(307, &[("location", API)]), fine(), fine()],
            vec!["PUT", "OPTIONS", "PUT"],
            true,
        ),
        (
            "away from one's own origin",
            Fetch::new(PAGE).to("https://app.example/").mode(RequestMode::SameOrigin),
            vec![moved(API)],
            vec!["GET"],
            false,
        ),
        (
            "20 times",
            Fetch::new(PAGE).to(API),
            [vec![moved("/b"); 20], vec![fine()]].concat(),
            vec!["GET"; 21],
            true,
        ),
        ("21 times", Fetch::new(PAGE).to(API), vec![moved("/b"); 21], vec!["GET"; 21], false),
    ] {
        let (mut answers, mut seen) = (answers.into_iter(), Vec::new());
        let outcome = call.run(&mut PreflightCache::new(), 0, |fetch, is_preflight| {
            seen.push(if is_preflight { "OPTIONS".to_owned() } else { fetch.sent_method().to_owned() });
            answers.next().unwrap_or_else(|| panic!("{name}: it asks once more"))
        });
        assert_eq!(seen, asked, "{name}");
        assert_eq!(outcome.is_allowed(), is_read, "{name}: {outcome}");
    }
}

#[test]
fn a_redirect_is_no_answer_yet() {
    let outcome =
        Fetch::new(PAGE).to(API).judge(&answer(204, &[]), &answer(302, &[OPEN, ("location", "/b")]));
    assert!(!outcome.is_allowed() && outcome.failure().is_none(), "{outcome}");
    assert_eq!(outcome.next().and_then(Fetch::url).as_deref(), Some("https://api.example/b"));
    let manual = Fetch::new(PAGE).to(API).redirect(Redirect::Manual);
    let outcome = manual.judge(&answer(204, &[]), &answer(302, &[OPEN, ("location", "/b")]));
    assert!(outcome.is_opaque() && !outcome.can_read("location"), "{outcome}");
}

#[test]
fn answers_of_other_kinds() {
    let secret = answer(200, &[("x-secret", "1"), ("set-cookie", "a=b")]);
    let call = |url: &str, mode| Fetch::new(PAGE).to(url).mode(mode).judge(&secret, &secret);
    let own = call("https://app.example/", RequestMode::Cors);
    assert!(own.is_allowed() && own.can_read("x-secret") && !own.can_read("set-cookie"), "{own}");
    let opaque = call(API, RequestMode::NoCors);
    assert!(opaque.is_opaque() && !opaque.is_allowed() && !opaque.can_read("content-type"), "{opaque}");
    assert_eq!(call(API, RequestMode::SameOrigin).failure(), Some(&Failure::ForeignServer));
    // What is not safelisted is left out, not asked for.
    let fetch = Fetch::new(PAGE).to(API).mode(RequestMode::NoCors);
    let fetch = fetch.header("X-A", "1").header("Accept", "a").header("Range", "bytes=0-");
    assert!(!fetch.needs_preflight());
    assert_eq!(fetch.sent_headers().collect::<Vec<_>>(), [("accept", "a")]);
}

#[test]
fn a_forced_preflight_needs_no_list() {
    let put = Fetch::new(PAGE).to(API).method("PUT");
    let bare = answer(204, &[OPEN]);
    assert!(put.check_preflight(&bare).is_err());
    let forced = put.force_preflight(true);
    assert!(forced.check_preflight(&bare).is_ok());
    assert!(forced.check_preflight(&answer(204, &[OPEN, ("access-control-allow-methods", "GET")])).is_err());
    for engine in Engine::ALL {
        assert!(forced.clone().in_engine(engine).check_preflight(&bare).is_err(), "{engine}");
    }
}

#[test]
fn client_hints_that_chromium_safelists() {
    for (name, value, safe) in [
        ("save-data", "On", true),
        ("save-data", "off", false),
        ("device-memory", "0", true),
        ("dpr", "1.5", true),
        ("dpr", "1e3", false),
        ("downlink", "", false),
        ("rtt", "100", true),
        ("width", "1.5", false),
        ("viewport-width", "-1", false),
        ("ect", "slow-2g", true),
        ("ect", "5g", false),
        ("intervention", "anything", true),
        ("x-hint", "1", false),
    ] {
        let call = Fetch::new(PAGE).to(API).header(name, value);
        assert!(call.needs_preflight(), "{name}: {value}");
        let asks = Engine::ALL.map(|engine| call.clone().in_engine(engine).needs_preflight());
        assert_eq!(asks, [!safe, true, true], "{name}: {value}");
    }
}

#[test]
fn empty_lines_that_firefox_skips() {
    const CREDENTIALS_NAME: &str = "access-control-allow-credentials";
    const ORIGIN: &str = "access-control-allow-origin";
    let call = Fetch::new(PAGE).to(API);
    let with_credentials = call.clone().credentials(true);
    for (name, call, fields, skipped) in [
        ("an origin", &call, &[OPEN, (ORIGIN, "")][..], true),
        ("an origin alone", &call, &[(ORIGIN, "")], false),
        ("credentials", &with_credentials, &[OPEN_TO_PAGE, (CREDENTIALS_NAME, ""), CREDENTIALS], true),
    ] {
        let answer = answer(200, fields);
        assert!(call.check_response(&answer).is_err(), "{name}");
        let passes = Engine::ALL.map(|engine| call.clone().in_engine(engine).check_response(&answer).is_ok());
        assert_eq!(passes, [false, skipped, false], "{name}");
    }
}

#[test]
fn redirects_as_engines_follow_them() {
    let to = |location: &'static str| answer(307, &[OPEN_TO_PAGE, CREDENTIALS, ("location", location)]);
    let in_each = |call: &Fetch, check: &dyn Fn(Fetch) -> bool| {
        [None, Some(Engine::Chromium), Some(Engine::Firefox), Some(Engine::WebKit)]
            .map(|engine| check(engine.map_or(call.clone(), |engine| call.clone().in_engine(engine))))
    };
    let put = Fetch::new(PAGE).to(API).method("PUT").credentials(true);
    for (name, fields, free) in [
        ("no credentials", &[OPEN_TO_PAGE, PUT][..], true),
        ("a star", &[OPEN, PUT], true),
        ("another origin", &[OPEN_TO_OTHER, PUT], false),
    ] {
        let passes = in_each(&put, &|call| {
            let home = call.follow(&to("https://app.example/b")).unwrap().unwrap();
            home.check_preflight(&answer(204, fields)).is_ok()
        });
        assert_eq!(passes, [false, false, free, false], "{name}");
    }
    let post = Fetch::new(PAGE).to("https://app.example/a").method("POST").mode(RequestMode::NoCors);
    let hidden = in_each(&post, &|call| call.follow(&to(API)).unwrap().unwrap().origin() == "null");
    assert_eq!(hidden, [false, true, false, false]);
    let reading = post.mode(RequestMode::Cors);
    let hidden = in_each(&reading, &|call| call.follow(&to(API)).unwrap().unwrap().origin() == "null");
    assert_eq!(hidden, [false; 4]);
}

#[test]
fn credentials_that_webkit_takes_along() {
    let own = || Fetch::new(PAGE).to("https://app.example/a");
    let moved = |to: &str| answer(307, &[OPEN, ("location", to)]);
    let fine = || answer(200, &[OPEN, PUT]);
    let answers = [moved(API), moved("/b"), fine()];
    // What WebKit asks before it gives up; the others read the answer.
    for (name, call, asked) in [
        ("a GET", own(), Some(&["GET", "GET"][..])),
        ("a PUT", own().method("PUT"), Some(&["PUT", "OPTIONS", "PUT", "OPTIONS"])),
        ("a PUT without any", own().method("PUT").omit_credentials(), None),
        ("a PUT from elsewhere", Fetch::new(PAGE).to("https://other.example").method("PUT"), None),
    ] {
        for engine in Engine::ALL {
            let (mut answers, mut seen) = (answers.clone().into_iter(), Vec::new());
            let call = call.clone().in_engine(engine);
            let outcome = call.run(&mut PreflightCache::new(), 0, |fetch, is_preflight| {
                seen.push(if is_preflight { "OPTIONS".to_owned() } else { fetch.sent_method().to_owned() });
                if is_preflight { fine() } else { answers.next().expect("it asks three times") }
            });
            let fails = asked.filter(|_| engine == Engine::WebKit);
            assert_eq!(outcome.is_allowed(), fails.is_none(), "{name} in {engine}: {outcome}");
            assert!(fails.is_none_or(|asked| asked == seen), "{name} in {engine}: {seen:?}");
        }
    }
    for (name, call, engine, sends) in [
        ("a GET", own(), Engine::WebKit, true),
        ("a GET in another engine", own(), Engine::Firefox, false),
        ("a GET without any", own().omit_credentials(), Engine::WebKit, false),
        ("a GET from elsewhere", Fetch::new(PAGE).to("https://other.example"), Engine::WebKit, false),
    ] {
        let call = call.in_engine(engine);
        for (mode, sends) in [(RequestMode::NoCors, sends), (RequestMode::Cors, false)] {
            let next = call.clone().mode(mode).follow(&moved(API)).unwrap().expect(name);
            assert_eq!(next.sends_credentials(), sends, "{name}, {mode:?}");
        }
    }
}

#[test]
fn headers_that_come_back() {
    let own = "https://app.example/a";
    for (name, mode, hops, [standard, firefox, webkit]) in [
        ("at home", RequestMode::Cors, &[(303, own), (307, own)][..], [2, 4, 3]),
        ("elsewhere", RequestMode::Cors, &[(303, own), (307, API)], [1, 3, 3]),
        ("elsewhere, unread", RequestMode::NoCors, &[(303, own), (307, API)], [0, 2, 1]),
        ("from elsewhere", RequestMode::Cors, &[(307, API), (307, API)], [3, 4, 3]),
    ] {
        for (engine, wanted) in [
            (None, standard),
            (Some(Engine::Chromium), standard),
            (Some(Engine::Firefox), firefox),
            (Some(Engine::WebKit), webkit),
        ] {
            let call = Fetch::new(PAGE).to(own).method("POST").mode(mode);
            let call = engine.map_or(call.clone(), |engine| call.in_engine(engine));
            let call = call.header("Content-Language", "de").header("Content-Type", "text/plain");
            let call = call.header("X-A", "1").header("Authorization", "Bearer token");
            let end = hops.iter().fold(call, |call, (status, to)| {
                call.follow(&answer(*status, &[OPEN_TO_PAGE, CREDENTIALS, ("location", to)]))
                    .unwrap()
                    .expect(name)
            });
            let sent: Vec<_> = end.sent_headers().collect();
            assert_eq!(sent.len(), wanted, "{name} in {engine:?}: {sent:?}");
        }
    }
}

#[test]
fn preflights_that_are_remembered() {
    const METHODS: &str = "access-control-allow-methods";
    const HEADERS: &str = "access-control-allow-headers";
    const AGE: &str = "access-control-max-age";
    let put = || Fetch::new(PAGE).to(API).method("PUT");
    let with_credentials = || put().credentials(true);
    let all = [Some(Engine::Chromium), Some(Engine::Firefox), Some(Engine::WebKit), None];
    // Of the three engines, and of the standard: whether the second call goes without a preflight.
    for (name, first, fields, second, after, covered) in [
        ("the same again", put(), &[(METHODS, "PUT"), (AGE, "60")][..], put(), 59, [true; 4]),
        ("too late", put(), &[(METHODS, "PUT"), (AGE, "60")], put(), 60, [false; 4]),
        ("five seconds by default", put(), &[(METHODS, "PUT")], put(), 4, [true; 4]),
        ("and no more", put(), &[(METHODS, "PUT")], put(), 5, [false; 4]),
        ("no time at all", put(), &[(METHODS, "PUT"), (AGE, "0")], put(), 0, [false; 4]),
        ("a negative age", put(), &[(METHODS, "PUT"), (AGE, "-1")], put(), 0, [false, false, false, true]),
        ("no age", put(), &[(METHODS, "PUT"), (AGE, "1h")], put(), 0, [true, false, true, true]),
        ("ten minutes", put(), &[(METHODS, "PUT"), (AGE, "999999")], put(), 601, [true, true, false, true]),
        ("two hours", put(), &[(METHODS, "PUT"), (AGE, "999999")], put(), 7201, [false, true, false, true]),
        ("a day", put(), &[(METHODS, "PUT"), (AGE, "999999")], put(), 86_401, [false, false, false, true]),
        ("another URL", put(), &[(METHODS, "PUT")], put().to("https://api.example/b"), 0, [false; 4]),
        (
            "another page",
            put(),
            &[(METHODS, "PUT")],
            Fetch::new("https://b.example").to(API).method("PUT"),
            0,
            [false; 4],
        ),
        ("another method", put(), &[(METHODS, "PUT, DELETE")], put().method("DELETE"), 0, [true; 4]),
        (
            "a header",
            put().header("x-a", "1"),
            &[(METHODS, "PUT"), (HEADERS, "X-A, x-b")],
            put().header("X-B", "1"),
            0,
            [true; 4],
        ),
        (
            "another header",
            put(),
            &[(METHODS, "PUT"), (HEADERS, "x-a")],
            put().header("X-B", "1"),
            0,
            [false; 4],
        ),
        ("a star", put(), &[(METHODS, "*")], put().method("DELETE"), 0, [true, false, true, true]),
        (
            "Authorization by a star",
            put(),
            &[(METHODS, "PUT"), (HEADERS, "*")],
            put().header("Authorization", "x"),
            0,
            [false, false, true, false],
        ),
        (
            "with credentials first",
            with_credentials(),
            &[(METHODS, "PUT")],
            put(),
            0,
            [true, false, true, true],
        ),
        ("without credentials first", put(), &[(METHODS, "PUT")], with_credentials(), 0, [false; 4]),
        (
            "a frame in a sandbox",
            Fetch::new("null").to(API).method("PUT"),
            &[(METHODS, "PUT")],
            Fetch::new("null").to(API).method("PUT"),
            0,
            [false, true, true, true],
        ),
    ] {
        let seen = all.map(|engine| {
            let at = |call: &Fetch| engine.map_or(call.clone(), |engine| call.clone().in_engine(engine));
            let mut cache = PreflightCache::new();
            cache.remember(&at(&first), &answer(204, fields), 100);
            cache.covers(&at(&second), 100 + after)
        });
        assert_eq!(seen, covered, "{name}");
    }

    let mut cache = PreflightCache::new();
    let preflight = answer(204, &[OPEN, (METHODS, "PUT")]);
    let outcome = put().run(
        &mut cache,
        0,
        |_, is_preflight| {
            if is_preflight { preflight.clone() } else { answer(200, &[]) }
        },
    );
    assert!(!outcome.is_allowed() && !cache.covers(&put(), 0), "a call that fails takes its preflight along");
}

#[test]
fn each_deviation_is_told() {
    for deviation in Deviation::ALL {
        assert!(!deviation.engines().is_empty(), "{deviation:?}");
        assert!(deviation.section().starts_with('#'), "{deviation:?}");
        for text in [deviation.what(), deviation.example()] {
            assert!(!text.is_empty() && !text.contains('|') && !text.ends_with('.'), "{deviation:?}: {text}");
        }
    }
}
