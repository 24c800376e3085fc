//! What a browser makes of a policy's answers, case by case.

use std::sync::LazyLock;

use cors_engine::adapter::{Field, Value};
use cors_engine::browser::{CheckFault, Failure, Fetch, Response};
use cors_engine::{Block, Config, Denial, Mode, Policy, Request};

fn policy(block: Block) -> Policy {
    let policy = Config::default().development(block).policy(Mode::Development);
    policy.unwrap_or_else(|violations| panic!("{violations}"))
}

// Compiled once: Miri takes seconds for each.
static LISTED: LazyLock<Policy> = LazyLock::new(|| {
    policy(
        Block::new()
            .origins(["https://app.example"])
            .credentials(true)
            .methods(["GET", "PUT", "PATCH"])
            .headers(["authorization", "content-type"])
            .expose(["x-total-count"]),
    )
});

static ANY: LazyLock<Policy> =
    LazyLock::new(|| policy(Block::new().any_origin().any_method().any_header().expose_any()));

fn listed() -> Policy {
    LISTED.clone()
}

fn any() -> Policy {
    ANY.clone()
}

#[test]
fn calls() {
    let fetch = || Fetch::new("https://app.example");
    for (name, call, policy, preflight, allowed) in [
        ("simple", fetch(), listed(), false, true),
        ("with credentials", fetch().credentials(true), listed(), false, true),
        ("a form", fetch().method("post").header("Content-Type", "text/plain"), listed(), false, true),
        ("JSON", fetch().method("POST").header("Content-Type", "application/json"), listed(), true, false),
        ("PUT", fetch().method("put"), listed(), true, true),
        ("PATCH", fetch().method("PATCH").credentials(true), listed(), true, true),
        ("patch", fetch().method("patch"), listed(), true, false),
        ("a token", fetch().header("Authorization", "Bearer x"), listed(), true, true),
        ("another header", fetch().header("X-Other", "1"), listed(), true, false),
        ("a header that is left out", fetch().header("Cookie", "a=b"), listed(), false, true),
        ("a value in blanks", fetch().header("Content-Language", "\tde "), listed(), false, true),
        ("a hidden method", fetch().header("X-HTTP-Method-Override", "put, Trace"), listed(), false, true),
        ("another method", fetch().header("X-HTTP-Method-Override", "PUT"), listed(), true, false),
        ("an upload that is watched", fetch().force_preflight(true), listed(), true, true),
        ("a method that is refused", fetch().method("TRACE"), listed(), false, false),
        ("another origin", Fetch::new("https://evil.example"), listed(), false, false),
        ("another origin's PUT", Fetch::new("https://evil.example").method("PUT"), listed(), true, false),
        ("any", Fetch::new("null"), any(), false, true),
        (
            "any method and header",
            fetch().method("PURGE").header("authorization", "x").header("x-a", ""),
            any(),
            true,
            true,
        ),
        ("any with credentials", fetch().credentials(true), any(), false, false),
    ] {
        let outcome = call.ask(&policy);
        // POST is safelisted, but a preflight that asks for it is refused if it is not listed.
        assert_eq!(outcome.is_allowed(), allowed, "{name}: {outcome}");
        assert_eq!(outcome.was_preflighted(), preflight, "{name}: {outcome}");
    }
}

#[test]
fn headers_that_a_page_can_read() {
    let page = Fetch::new("https://app.example");
    let outcome = page.ask(&listed());
    for (header, readable) in
        [("Content-Type", true), ("X-Total-Count", true), ("etag", false), ("set-cookie", false)]
    {
        assert_eq!(outcome.can_read(header), readable, "{header}");
    }
    let outcome = page.ask(&any());
    assert!(outcome.can_read("etag") && !outcome.can_read("set-cookie"));
    assert!(!Fetch::new("https://evil.example").ask(&listed()).can_read("content-type"));
}

#[test]
fn every_check_is_made_though_the_first_fails() {
    let answer = |status, fields: &[(&str, &str)]| Response {
        status,
        fields: fields.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
    };
    let plain = Fetch::new("https://a.example").method("PUT").header("x-a", "1");
    let with_credentials = plain.clone().credentials(true);
    let failed = |fetch: &Fetch, answer: &Response| -> Vec<String> {
        let steps = fetch.preflight_steps(answer);
        let failed = steps.iter().filter(|step| step.failure().is_some());
        failed.map(|step| step.check().to_string()).collect()
    };
    let origin = "access-control-allow-origin lets the page's origin read";
    let credentials = "access-control-allow-credentials is `true`";
    let status = "the status is 200 to 299";
    let method = "access-control-allow-methods allows PUT";
    let header = "access-control-allow-headers allows x-a";
    let star = ("access-control-allow-origin", "*");
    for (name, fetch, answer, wanted) in [
        ("no CORS", &plain, answer(401, &[]), &[origin, status, method, header][..]),
        ("with credentials", &with_credentials, answer(200, &[star]), &[origin, credentials, method, header]),
        (
            "what cannot be read is not looked into",
            &plain,
            answer(200, &[star, ("access-control-allow-methods", "PUT;DELETE")]),
            &["access-control-allow-methods is a list of names", header],
        ),
        (
            "nothing",
            &plain,
            answer(
                200,
                &[star, ("access-control-allow-methods", "PUT"), ("access-control-allow-headers", "*")],
            ),
            &[],
        ),
    ] {
        assert_eq!(failed(fetch, &answer), wanted, "{name}");
    }
    let simple = Fetch::new("https://a.example");
    let steps = simple.preflight_steps(&answer(200, &[star]));
    assert!(steps.iter().all(|step| step.failure().is_none()), "a safelisted method need not be listed");
    assert_eq!(simple.response_steps(&answer(500, &[])).len(), 1, "the status of an answer does not matter");
}

#[test]
fn a_policy_explains_what_it_was_asked() {
    for (name, call, denial) in [
        ("an origin", Fetch::new("https://evil.example"), Some("the origin https://evil.example")),
        (
            "a preflight's origin",
            Fetch::new("https://evil.example").method("PUT"),
            Some("the origin https://evil.example"),
        ),
        ("a method", Fetch::new("https://app.example").method("DELETE"), Some("the method DELETE")),
        ("a header", Fetch::new("https://app.example").header("x-b", ""), Some("the request header x-b")),
        ("what is never sent", Fetch::new("https://evil.example").method("TRACE"), None),
        ("what is allowed", Fetch::new("https://app.example"), None),
    ] {
        let outcome = call.ask(&listed());
        let start = outcome.denial().map(|denial| denial.split(" is ").next().unwrap_or_default());
        assert_eq!(start, denial, "{name}: {outcome}");
    }
}

#[test]
fn answers_of_other_servers() {
    let answer = |status, fields: &[(&str, &str)]| Response {
        status,
        fields: fields.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
    };
    let plain = Fetch::new("https://a.example").method("PUT").header("x-a", "1");
    let with_credentials = plain.clone().credentials(true);
    let origin = ("Access-Control-Allow-Origin", "https://a.example");
    let star = ("access-control-allow-origin", "*");
    let credentials = ("access-control-allow-credentials", "true");
    let methods = ("access-control-allow-methods", "PUT, , DELETE");
    let headers = ("access-control-allow-headers", "X-A");
    let check = |fault| Some(Failure::Check { preflight: true, fault });

    for (name, fetch, answer, failure) in [
        ("fine", &plain, answer(204, &[origin, methods, headers]), None),
        (
            "fine with stars",
            &plain,
            answer(
                200,
                &[star, ("Access-Control-Allow-Methods", "*"), ("access-control-allow-headers", "*")],
            ),
            None,
        ),
        ("nothing", &plain, answer(200, &[]), check(CheckFault::NoOrigin)),
        (
            "two origins",
            &plain,
            answer(200, &[origin, origin]),
            check(CheckFault::SeveralOrigins { value: "https://a.example, https://a.example".into() }),
        ),
        (
            "another origin",
            &plain,
            answer(200, &[("access-control-allow-origin", "https://a.example/")]),
            check(CheckFault::OtherOrigin { value: "https://a.example/".into() }),
        ),
        (
            "a star with credentials",
            &with_credentials,
            answer(200, &[star, credentials]),
            check(CheckFault::Wildcard),
        ),
        (
            "True",
            &with_credentials,
            answer(200, &[origin, ("access-control-allow-credentials", "True")]),
            check(CheckFault::NoCredentials { value: "True".into() }),
        ),
        (
            "404",
            &plain,
            answer(404, &[origin, methods, headers]),
            Some(Failure::Status { status: 404, redirect: false }),
        ),
        ("a redirect", &plain, answer(301, &[origin]), Some(Failure::Status { status: 301, redirect: true })),
        (
            "no methods",
            &plain,
            answer(200, &[origin, headers]),
            Some(Failure::Method { method: "PUT".into() }),
        ),
        (
            "a method in another case",
            &plain,
            answer(200, &[origin, ("access-control-allow-methods", "put"), headers]),
            Some(Failure::Method { method: "PUT".into() }),
        ),
        ("no headers", &plain, answer(200, &[origin, methods]), Some(Failure::Header { name: "x-a".into() })),
        (
            "stars with credentials",
            &with_credentials,
            answer(200, &[origin, credentials, ("access-control-allow-methods", "*"), headers]),
            Some(Failure::Method { method: "PUT".into() }),
        ),
        (
            "no list",
            &plain,
            answer(200, &[origin, ("access-control-allow-methods", "PUT DELETE")]),
            Some(Failure::Unparsable { field: "access-control-allow-methods" }),
        ),
    ] {
        assert_eq!(fetch.check_preflight(&answer).err(), failure, "{name}");
    }

    let token = Fetch::new("https://a.example").header("authorization", "x");
    let stars = answer(200, &[star, ("access-control-allow-headers", "*")]);
    assert_eq!(
        token.check_preflight(&stars).err(),
        Some(Failure::Header { name: "authorization".into() }),
        "the star leaves authorization out"
    );
}

#[test]
fn the_words_of_the_console() {
    let call = Fetch::new("https://a.example").method("PUT").credentials(true);
    let origin = ("access-control-allow-origin", "https://a.example");
    let credentials = ("access-control-allow-credentials", "true");
    for (fields, said) in [
        (&[][..], "No 'Access-Control-Allow-Origin' header is present on the requested resource."),
        (
            &[("access-control-allow-origin", "https://b.example")],
            "The 'Access-Control-Allow-Origin' header has a value 'https://b.example' that is not equal to the supplied origin. Have the server send the header with a valid value.",
        ),
        (
            &[("access-control-allow-origin", "null")],
            "The 'Access-Control-Allow-Origin' header has a value 'null' that is not equal to the supplied origin. Have the server send the header with a valid value.",
        ),
        (
            &[("access-control-allow-origin", "https://a.example https://b.example")],
            "The 'Access-Control-Allow-Origin' header contains multiple values 'https://a.example https://b.example', but only one is allowed. Have the server send the header with a valid value.",
        ),
        (
            &[("access-control-allow-origin", "a.example")],
            "The 'Access-Control-Allow-Origin' header contains the invalid value 'a.example'. Have the server send the header with a valid value.",
        ),
        (
            &[origin, credentials, ("access-control-allow-methods", "PUT DELETE")],
            "Cannot parse Access-Control-Allow-Methods response header field in preflight response.",
        ),
        (
            &[origin, credentials, ("access-control-allow-headers", "(bad)")],
            "Cannot parse Access-Control-Allow-Headers response header field in preflight response.",
        ),
    ] {
        let fields = fields.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        let failure = call.check_preflight(&Response { status: 200, fields: fields.collect() }).unwrap_err();
        let words = failure.to_string();
        let reason = words.strip_prefix("Response to preflight request doesn't pass access control check: ");
        assert_eq!(reason.unwrap_or(&words), said);
    }
}

#[test]
fn a_call_to_another_server() {
    let answer = |status, fields: &[(&str, &str)]| Response {
        status,
        fields: fields.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
    };
    let call = Fetch::new("https://a.example").header("x-a", "1");
    let star = ("access-control-allow-origin", "*");
    let asked = answer(204, &[star, ("access-control-allow-headers", "x-a")]);
    let read = answer(200, &[star, ("access-control-expose-headers", "etag")]);
    let outcome = call.judge(&asked, &read);
    assert!(outcome.is_allowed() && outcome.was_preflighted() && outcome.can_read("etag"), "{outcome}");
    for (name, call, preflight, answer, preflighted) in [
        ("the preflight fails", call.clone(), &read, &read, true),
        ("the answer fails", call, &asked, &answer(200, &[]), true),
        ("it is never sent", Fetch::new("https://a.example").method("TRACE"), &asked, &read, false),
    ] {
        let outcome = call.judge(preflight, answer);
        assert_eq!(
            (outcome.is_allowed(), outcome.was_preflighted()),
            (false, preflighted),
            "{name}: {outcome}"
        );
    }
    // Without a preflight nobody looks at the answer to one.
    assert!(Fetch::new("https://a.example").judge(&answer(500, &[]), &read).is_allowed());
}

#[test]
fn a_diagnostic_refusal_names_the_culprit_and_stays_a_refusal() {
    let page = || Fetch::new("https://app.example").credentials(true);
    let json = |call: Fetch| call.header("content-type", "application/json");
    let no_origin = |preflight| Some(Failure::Check { preflight, fault: CheckFault::NoOrigin });
    let status = || Some(Failure::Status { status: 403, redirect: false });
    let method = |method: &str| Some(Failure::Method { method: method.into() });
    let header = |name: &str| Some(Failure::Header { name: name.into() });
    let no_lists = || policy(Block::new().origins(["https://app.example"]).methods([""; 0]));
    for (name, call, policy, failure) in [
        ("allowed", json(page().method("PUT")), listed(), None),
        ("another origin", Fetch::new("https://evil.example"), listed(), no_origin(false)),
        ("another origin's PUT", Fetch::new("https://evil.example").method("PUT"), listed(), no_origin(true)),
        ("a method", page().method("DELETE"), listed(), method("DELETE")),
        (
            "a method, and a header as well",
            page().method("DELETE").header("x-a", "1"),
            listed(),
            method("DELETE"),
        ),
        // Browsers do not look for these in the list, and older ones do not look at the case.
        ("a safelisted method", json(page().method("POST")), listed(), status()),
        ("a method in another case", page().method("patch"), listed(), status()),
        (
            "a header",
            page().method("PUT").header("x-b", "1").header("authorization", "x"),
            listed(),
            header("x-b"),
        ),
        ("a header of a GET", page().header("x-b", "1"), listed(), header("x-b")),
        ("a quote in a name", page().header("x'b", "1"), listed(), header("x'b")),
        (
            "content-type",
            Fetch::new("https://app.example").method("PUT").header("content-type", "a/b"),
            no_lists(),
            method("PUT"),
        ),
        ("without any list", json(Fetch::new("https://app.example")), no_lists(), status()),
        (
            "credentials that are not allowed",
            page().method("PUT"),
            any(),
            Some(Failure::Check { preflight: true, fault: CheckFault::Wildcard }),
        ),
    ] {
        let (plain, outcome) = (call.ask(&policy), call.ask_diagnostic(&policy));
        assert_eq!(plain.is_allowed(), outcome.is_allowed(), "{name}: {outcome}");
        assert_eq!(outcome.failure(), failure.as_ref(), "{name}: {outcome}");
        // The policy's own words are those of the browser that gets this answer.
        if let (Some(denial), Some(failure)) = (outcome.denial(), failure) {
            let said = format!("Chromium: blocked by CORS policy: {failure}\n");
            assert!(denial.contains(&said), "{name}: {denial}");
        }
    }
}

#[test]
fn firefox_says_it_in_its_own_words() {
    let page = || Fetch::new("https://app.example").credentials(true);
    for (name, call, reason) in [
        (
            "an origin",
            Fetch::new("https://evil.example"),
            "CORS header 'Access-Control-Allow-Origin' missing",
        ),
        ("a status", page().method("patch"), "CORS preflight response did not succeed"),
        (
            "a method",
            page().method("DELETE"),
            "Did not find method in CORS header 'Access-Control-Allow-Methods'",
        ),
        (
            "a header",
            page().header("x-b", "1"),
            "header 'x-b' is not allowed according to header 'Access-Control-Allow-Headers' from CORS preflight response",
        ),
    ] {
        let outcome = call.ask_diagnostic(&listed());
        let said = format!("Firefox: Cross-Origin Request Blocked (Reason: {reason})");
        let is_said = outcome.denial().is_some_and(|denial| denial.lines().any(|line| line == said));
        assert!(is_said, "{name}: {outcome}");
    }
}

/// What a browser does not look for in a list must be refused by other means, whoever asks for it.
#[test]
fn a_diagnostic_answer_passes_nothing_that_the_policy_refuses() {
    const ORIGINS: [&[&str]; 3] = [&["https://app.example"], &["https://evil.example"], &["null", "null"]];
    const METHODS: [&[&str]; 10] = [
        &["GET"],
        &["POST"],
        &["post"],
        &["PUT"],
        &["put"],
        &["DELETE"],
        &["TRACE"],
        &["*"],
        &[""],
        &["PUT", "PUT"],
    ];
    const HEADERS: [&str; 9] = [
        "",
        "content-type",
        "x-a",
        "Authorization,x-a",
        "*",
        "cookie",
        "Sec-Fetch-Site",
        "a b",
        ",,,,,,,,,,,,,,,,,,",
    ];
    let any_with_credentials =
        Block::new().origins(["https://app.example"]).credentials(true).any_method().any_header();
    for policy in [listed(), any(), policy(any_with_credentials)] {
        for (origins, methods) in
            ORIGINS.iter().flat_map(|origins| METHODS.iter().map(move |methods| (origins, methods)))
        {
            for header in HEADERS {
                let lines = [header];
                let request = Request::new(b"OPTIONS").requested_headers(&lines);
                let request =
                    origins.iter().fold(request, |request, origin| request.origin(origin.as_bytes()));
                let request = methods
                    .iter()
                    .fold(request, |request, method| request.requested_method(method.as_bytes()));
                check_diagnostic(&policy, &request);
            }
        }
    }
}

fn check_diagnostic(policy: &Policy, request: &Request<'_>) {
    let name = || format!("{request:?} {policy:?}");
    let plain = policy.decide(request);
    let told = plain.diagnostic();
    let fields = told.fields();
    assert_eq!(plain.is_allowed(), told.is_allowed(), "{}", name());
    if plain.is_allowed() {
        assert_eq!((told.fields(), told.status()), (plain.fields(), plain.status()), "{}", name());
        return;
    }
    assert!(fields.contains(Field::PreflightVary) && !fields.contains(Field::MaxAge), "{}", name());
    // Where the status lets it pass a list has to refuse, the policy's own: neither `*` nor what was asked for.
    let list = match (told.status(), told.denial()) {
        (Some(403), _) => return,
        (Some(200), Some(Denial::MethodNotAllowed { .. })) => Field::AllowMethods,
        (Some(200), Some(Denial::HeaderNotAllowed { .. })) => Field::AllowHeaders,
        other => panic!("{}: {other:?}", name()),
    };
    match policy.value(list) {
        Some(Value::Fixed(text)) => assert!(!text.contains('*'), "{}", name()),
        value => assert_eq!(value, None, "{}", name()),
    }
}
