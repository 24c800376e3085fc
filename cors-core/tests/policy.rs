//! What a policy says of itself, setting by setting, and which hosts are its own.

use std::sync::LazyLock;

#[cfg(feature = "regex")]
use cors_engine::Entry;
use cors_engine::adapter::{Field, Fields, Value};
use cors_engine::{
    Block, Config, Decision, Denial, Explanation, Key, Mode, Policy, PolicySet, Request, Violation,
    Violations,
};

fn policy(block: Block) -> Policy {
    let policy = Config::default().development(block).policy(Mode::Development);
    policy.unwrap_or_else(|violations| panic!("{violations}"))
}

fn at(origins: &[&str]) -> Block {
    Block::new().origins(origins.iter().copied())
}

#[test]
fn the_public_types_go_between_threads() {
    fn check<T: Send + Sync + std::fmt::Debug>() {}
    fn check_error<T: std::error::Error + Send + Sync + 'static>() {}
    check::<(Policy, PolicySet, Config, Block)>();
    check::<(Request<'_>, Decision<'_>, Denial<'_>, Explanation<'_>)>();
    check::<Violation>();
    check_error::<Violations>();
    #[cfg(feature = "std")]
    check::<(cors_engine::browser::Fetch, cors_engine::browser::PreflightCache)>();
    #[cfg(feature = "std")]
    check_error::<cors_engine::browser::Failure>();
    #[cfg(feature = "regex")]
    check_error::<cors_engine::compare::TooComplex>();
}

// Compiled once: Miri takes seconds for each.
static WHOLE: LazyLock<Policy> = LazyLock::new(|| {
    policy(
        at(&["https://app.example", "https://*.app.example", "null"])
            .methods(["GET", "PURGE"])
            .headers(["Authorization", "x-a"])
            .expose(["ETag", "x-total-count"])
            .hosts(["API.example", ".internal.example"])
            .credentials(true)
            .max_age(3600)
            .private_network(true)
            .timing(true)
            .preflight_status(200),
    )
});

static BARE: LazyLock<Policy> = LazyLock::new(|| policy(at(&["https://app.example"])));

static OPEN: LazyLock<Policy> =
    LazyLock::new(|| policy(Block::new().any_origin().any_method().any_header().expose_any().any_host()));

static MIRROR: LazyLock<Policy> =
    LazyLock::new(|| policy(at(&["https://app.example"]).any_method().any_header().credentials(true)));

/// A policy in full.
fn whole() -> Policy {
    WHOLE.clone()
}

/// One with nothing but what a policy must have.
fn bare() -> Policy {
    BARE.clone()
}

/// One that allows whatever can be allowed without credentials.
fn open() -> Policy {
    OPEN.clone()
}

/// One that mirrors what is asked for.
fn mirror() -> Policy {
    MIRROR.clone()
}

#[test]
fn lists() {
    type List = fn(&Policy) -> Vec<&str>;
    let lists: [(&str, List); 5] = [
        ("origins", |policy| policy.origins().collect()),
        ("methods", |policy| policy.methods().collect()),
        ("headers", |policy| policy.headers().collect()),
        ("exposed", |policy| policy.exposed().collect()),
        ("hosts", |policy| policy.hosts().collect()),
    ];
    let whole: [&[&str]; 5] = [
        &["https://app.example", "null", "https://*.app.example"],
        &["GET", "HEAD", "PURGE"],
        &["authorization", "x-a"],
        &["etag", "x-total-count"],
        &["api.example", ".internal.example"],
    ];
    let bare: [&[&str]; 5] = [&["https://app.example"], &["GET", "HEAD", "POST"], &[], &[], &[]];
    let open: [&[&str]; 5] = [&[], &["*"], &["*", "authorization"], &["*"], &[]];
    for (name, policy, wanted) in
        [("whole", self::whole(), whole), ("bare", self::bare(), bare), ("open", self::open(), open)]
    {
        for ((list, read), wanted) in lists.iter().zip(wanted) {
            assert_eq!(read(&policy), wanted, "{list} of {name}");
        }
    }
}

/// An adapter may leave all of them out where the first is missing.
#[test]
fn no_field_lets_a_page_read_without_the_origin() {
    let request = Request::new(b"GET");
    let foreign = request.origin(b"https://foreign.example");
    let listed = request.origin(b"https://app.example");
    for (name, policy) in [("whole", whole()), ("bare", bare()), ("open", open()), ("mirror", mirror())] {
        for request in [request, foreign, listed, listed.origin(b"https://app.example")] {
            let fields = policy.decide(&request).fields();
            let others = fields.into_iter().filter(|field| *field != Field::Vary).count();
            assert!(fields.contains(Field::AllowOrigin) || others == 0, "{name}: {request:?}, {fields:?}");
        }
    }
}

#[test]
fn the_only_origin() {
    for (name, block, only) in [
        ("one", at(&["https://app.example"]), Some("https://app.example")),
        ("null", at(&["null"]), Some("null")),
        ("two", at(&["https://app.example", "https://b.example"]), None),
        ("a pattern", at(&["https://*.app.example"]), None),
        ("any port", at(&["https://app.example:*"]), None),
        ("one and a pattern", at(&["https://app.example", "https://*.app.example"]), None),
        ("any", Block::new().any_origin(), None),
    ] {
        assert_eq!(policy(block).only_origin(), only, "{name}");
    }
}

#[test]
fn settings() {
    let read = |policy: &Policy| {
        let switches = [
            policy.allows_any_origin(),
            policy.credentials(),
            policy.private_network(),
            policy.timing(),
            policy.checks_host(),
        ];
        (switches, policy.max_age(), policy.preflight_status())
    };
    for (name, policy, wanted) in [
        ("whole", whole(), ([false, true, true, true, true], Some(3600), 200)),
        ("bare", bare(), ([false; 5], None, 204)),
        ("open", open(), ([true, false, false, false, true], None, 204)),
        ("mirror", mirror(), ([false, true, false, false, false], None, 204)),
    ] {
        assert_eq!(read(&policy), wanted, "{name}");
    }
    let larger = policy(at(&["https://app.example", "https://b.example"]));
    assert!(larger.table_size() > bare().table_size(), "an entry takes room");
    assert_eq!(bare(), bare());
    assert_ne!(larger, bare());
}

#[test]
fn values() {
    use Field::*;
    let fixed = |text| Some(Value::Fixed(text));
    let vary = fixed("Origin");
    let preflight = fixed("Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
    let on = fixed("true");
    let origin = Some(Value::RequestOrigin);
    for (name, policy, wanted) in [
        (
            "whole",
            whole(),
            [
                (AllowOrigin, origin),
                (AllowCredentials, on),
                (AllowMethods, fixed("GET, HEAD, PURGE")),
                (AllowHeaders, fixed("authorization, x-a")),
                (MaxAge, fixed("3600")),
                (AllowPrivateNetwork, on),
                (ExposeHeaders, fixed("etag, x-total-count")),
                (TimingAllowOrigin, origin),
                (Vary, vary),
                (PreflightVary, preflight),
            ],
        ),
        (
            "bare",
            bare(),
            [
                (AllowOrigin, origin),
                (AllowCredentials, None),
                (AllowMethods, fixed("GET, HEAD, POST")),
                (AllowHeaders, None),
                (MaxAge, None),
                (AllowPrivateNetwork, None),
                (ExposeHeaders, None),
                (TimingAllowOrigin, None),
                (Vary, vary),
                (PreflightVary, preflight),
            ],
        ),
        (
            "open",
            open(),
            [
                (AllowOrigin, fixed("*")),
                (AllowCredentials, None),
                (AllowMethods, fixed("*")),
                (AllowHeaders, fixed("*, authorization")),
                (MaxAge, None),
                (AllowPrivateNetwork, None),
                (ExposeHeaders, fixed("*")),
                (TimingAllowOrigin, None),
                (Vary, None),
                (PreflightVary, preflight),
            ],
        ),
        (
            "open, with timing",
            policy(Block::new().any_origin().any_method().any_header().expose_any().any_host().timing(true)),
            [
                (AllowOrigin, fixed("*")),
                (AllowCredentials, None),
                (AllowMethods, fixed("*")),
                (AllowHeaders, fixed("*, authorization")),
                (MaxAge, None),
                (AllowPrivateNetwork, None),
                (ExposeHeaders, fixed("*")),
                (TimingAllowOrigin, fixed("*")),
                (Vary, None),
                (PreflightVary, preflight),
            ],
        ),
        (
            "mirror",
            mirror(),
            [
                (AllowOrigin, origin),
                (AllowCredentials, on),
                (AllowMethods, Some(Value::RequestMethod)),
                (AllowHeaders, Some(Value::RequestHeaders)),
                (MaxAge, None),
                (AllowPrivateNetwork, None),
                (ExposeHeaders, None),
                (TimingAllowOrigin, None),
                (Vary, vary),
                (PreflightVary, preflight),
            ],
        ),
    ] {
        assert!(wanted.iter().map(|(field, _)| *field).eq(Field::ALL), "every field is asked for");
        for (field, value) in wanted {
            assert_eq!(policy.value(field), value, "{field:?} of {name}");
        }
    }
}

#[test]
fn what_is_allowed() {
    type Question = fn(&Policy, &[u8]) -> bool;
    let method: Question = |policy, name| policy.allows_method(name);
    let header: Question = |policy, name| policy.allows_header(name);
    let origin: Question = |policy, name| policy.allows_origin(name);
    for (question, name, in_whole, in_bare, in_open) in [
        (method, "GET", true, true, true),
        (method, "HEAD", true, true, true),
        (method, "POST", false, true, true),
        (method, "PURGE", true, false, true),
        (method, "purge", false, false, true),
        (method, "GET, HEAD", false, false, false),
        (method, "TRACE", false, false, false),
        (method, "", false, false, false),
        (header, "authorization", true, false, true),
        (header, "X-A", true, false, true),
        (header, "x-b", false, false, true),
        (header, "authorization, x-a", false, false, false),
        (header, "x a", false, false, false),
        (header, "", false, false, false),
        (origin, "https://app.example", true, true, true),
        (origin, "https://a.app.example", true, false, true),
        (origin, "null", true, false, true),
        (origin, "https://evil.example", false, false, true),
    ] {
        let name = name.as_bytes();
        let answers = [whole(), bare(), open()].map(|policy| question(&policy, name));
        assert_eq!(answers, [in_whole, in_bare, in_open], "{}", name.escape_ascii());
    }
}

#[test]
fn entries() {
    let long = format!("https://{}.app.example", ["a"; 150].join("."));
    assert!(long.len() > 300);
    let label = |length| format!("https://x.{}.app.example", "a".repeat(length));
    for (origin, entry) in [
        ("https://app.example", Some("https://app.example")),
        ("https://a.b.app.example", Some("https://*.app.example")),
        ("null", Some("null")),
        ("https://evil.example", None),
        (long.as_str(), None),
        (&label(63), Some("https://*.app.example")),
        (&label(64), None),
        ("", None),
    ] {
        assert_eq!(whole().origin_entry(origin.as_bytes()), entry, "{origin}");
    }
    assert_eq!(open().origin_entry(b"https://app.example"), None, "no entry lets it in");
}

#[test]
#[cfg(feature = "regex")]
fn regexes() {
    let regexes = |regexes: &[&str]| {
        let entries = regexes.iter().map(|regex| Entry::regex(*regex));
        let config = Config::new(Block::new().origins(entries));
        config.policy(Mode::Production).unwrap_or_else(|violations| panic!("{violations}"))
    };
    let one = regexes(&[r"https://\w+\.a\.com"]);
    assert!(one.origin_regexes().eq([r"https://\w+\.a\.com"]) && one.regex_domains().eq(["a.com"]));
    assert_eq!(one.origin_entry(b"https://x.a.com"), Some(r"https://\w+\.a\.com"));
    assert_eq!(one.origins().count(), 0);
    let two = regexes(&[r"https://\w+\.a\.com", r"https://\w+\.b\.com"]);
    assert_eq!(two.origin_entry(b"https://x.b.com"), Some("a regex"), "which is not known");
    assert!(two.regex_domains().eq(["a.com", "b.com"]));
    assert_eq!(bare().origin_regexes().count() + bare().regex_domains().count(), 0);
    let bounded = Entry::regex(r"https://\w+\.a\.com");
    let open = Entry::regex(r"https://.*b\.com").expect("unbounded_regex", "all theirs");
    let plain = [bounded.clone(), Entry::regex(open.text())];
    let both = Config::new(Block::new())
        .production(Block::new().origins([bounded, open]))
        .development(Block::new().origins(plain));
    for (mode, listed) in [(Mode::Production, &["a.com"][..]), (Mode::Development, &[])] {
        let policy = both.policy(mode).unwrap_or_else(|violations| panic!("{mode:?}: {violations}"));
        assert!(policy.allows_origin(b"https://evilb.com"), "{mode:?}");
        assert!(policy.regex_domains().eq(listed.iter().copied()), "{mode:?}: {policy:?}");
    }
}

/// It is refused, and not left out: who lists one would else wonder why it never matches.
#[test]
#[cfg(not(feature = "regex"))]
fn without_the_feature_a_regex_is_refused() {
    use cors_engine::{Entry, Rule};

    let pattern = Entry::from("https://app.example");
    let regex = Entry::regex(r"https://\w+\.a\.com");
    let entries = vec![pattern, regex];
    let config = Config::new(Block::new().origins(entries));
    for mode in [Mode::Production, Mode::Development] {
        let violations = config.policy(mode).expect_err("it cannot be compiled");
        let found = violations.iter().map(|violation| (violation.rule(), violation.locus().entry));
        assert!(found.eq([(Rule::InvalidRegex, Some(1))]), "{violations}");
    }
}

#[test]
fn hosts() {
    let listed = policy(at(&["https://app.example"]).hosts([
        "API.example",
        ".internal.example",
        "[::1]",
        "10.0.0.1",
        "localhost",
    ]));
    let (any, unchecked) = (open(), bare());
    let (label, long_label) = ("a".repeat(63), "a".repeat(64));
    let in_limit = format!("{}.internal.example", ["abc"; 59].join("."));
    let over_limit = format!("{}x.internal.example", ["abc"; 59].join("."));
    assert_eq!((in_limit.len(), over_limit.len()), (252, 253));
    let over_limit = format!("x{over_limit}");
    // A legal one is listed or not; one that is malformed is refused by whoever checks.
    let (yes, no, malformed) = ((true, true), (false, true), (false, false));
    for (host, wanted) in [
        ("api.example", yes),
        ("API.EXAMPLE", yes),
        ("api.example.", yes),
        ("api.example:8080", yes),
        ("api.example.:1", yes),
        ("x.api.example", no),
        ("example", no),
        ("xapi.example", no),
        ("api.example.evil.net", no),
        ("internal.example", yes),
        ("a.internal.example", yes),
        ("A.b.Internal.example:65535", yes),
        ("xinternal.example", no),
        ("a.xinternal.example", no),
        ("_-.internal.example", yes),
        (&format!("{label}.internal.example"), yes),
        (&format!("{long_label}.internal.example"), malformed),
        (&in_limit, yes),
        (&over_limit, malformed),
        ("localhost", yes),
        ("localhost:3000", yes),
        ("[::1]", yes),
        ("[::1]:80", yes),
        ("[::2]", no),
        ("[::1", malformed),
        ("::1]", malformed),
        ("[::1]x", malformed),
        ("[::1]:", malformed),
        ("[localhost]", malformed),
        ("10.0.0.1", yes),
        ("10.0.0.1:80", yes),
        ("10.0.0.2", no),
        ("10.1", malformed),
        ("a.10.0.0.1", malformed),
        ("a.0x1", malformed),
        ("", malformed),
        (".", malformed),
        ("..", malformed),
        (":80", malformed),
        ("api.example..", malformed),
        (".internal.example", malformed),
        ("a..internal.example", malformed),
        ("api.example:", malformed),
        ("api.example:123456", malformed),
        ("api.example:8a", malformed),
        ("api.example:8:8", malformed),
        ("a b.internal.example", malformed),
        ("\u{e9}.internal.example", malformed),
        ("https://api.example", malformed),
    ] {
        let found = (listed.allows_host(host.as_bytes()), any.allows_host(host.as_bytes()));
        assert_eq!(found, wanted, "{host:?}");
        assert!(unchecked.allows_host(host.as_bytes()), "{host:?} without hosts");
    }
}

#[test]
fn fields_are_a_set() {
    let policy = whole();
    let preflight = Request::new(b"OPTIONS").origin(b"https://app.example").requested_method(b"GET");
    for (name, request, wanted) in [
        (
            "preflight",
            preflight.private_network(true),
            &[
                Field::AllowOrigin,
                Field::AllowCredentials,
                Field::AllowMethods,
                Field::AllowHeaders,
                Field::MaxAge,
                Field::AllowPrivateNetwork,
                Field::PreflightVary,
            ][..],
        ),
        ("refused", Request::new(b"GET").origin(b"https://evil.example"), &[Field::Vary]),
    ] {
        let fields = policy.decide(&request).fields();
        assert!(fields.into_iter().eq(wanted.iter().copied()), "{name}: {fields:?}");
        for field in Field::ALL {
            assert_eq!(fields.contains(field), wanted.contains(&field), "{field:?} of {name}");
        }
        assert!(!fields.is_empty(), "{name}");
    }
    let actual = open().decide(&Request::new(b"GET")).fields();
    assert!(actual.into_iter().eq([Field::AllowOrigin, Field::ExposeHeaders]), "{actual:?}");
    assert!(Fields::NONE.is_empty() && Fields::NONE.into_iter().next().is_none());
    for (name, owned) in [("access-control-x", true), ("vary", false), ("timing-allow-origin", false)] {
        assert_eq!(Field::is_owned(name), owned, "{name}");
    }
}

/// What a refused preflight shows: the table at `Decision::diagnostic`, row by row.
#[test]
fn fields_of_a_diagnostic_refusal() {
    use Field::*;
    let preflight = |method| {
        Request::new(b"OPTIONS").origin(b"https://app.example").requested_method(method).private_network(true)
    };
    let evil = Request::new(b"OPTIONS").origin(b"https://evil.example").requested_method(b"GET");
    for (name, policy, request, status, fields) in [
        ("the origin", whole(), evil.private_network(true), 403, &[PreflightVary][..]),
        (
            "a method",
            whole(),
            preflight(b"PUT"),
            200,
            &[AllowOrigin, AllowCredentials, AllowMethods, AllowPrivateNetwork, PreflightVary],
        ),
        (
            "a method, and no private network asked for",
            whole(),
            preflight(b"PUT").private_network(false),
            200,
            &[AllowOrigin, AllowCredentials, AllowMethods, PreflightVary],
        ),
        (
            "no method at all",
            whole(),
            preflight(b"P T"),
            403,
            &[AllowOrigin, AllowCredentials, PreflightVary],
        ),
        (
            "a header",
            whole(),
            preflight(b"GET").requested_headers(&["x-b"]),
            200,
            &[AllowOrigin, AllowCredentials, AllowMethods, AllowHeaders, AllowPrivateNetwork, PreflightVary],
        ),
        (
            "a method, no private network",
            bare(),
            preflight(b"PUT"),
            200,
            &[AllowOrigin, AllowMethods, PreflightVary],
        ),
        (
            "a header, none listed",
            bare(),
            preflight(b"GET").requested_headers(&["x-b"]),
            200,
            &[AllowOrigin, AllowMethods, PreflightVary],
        ),
        (
            "no header at all",
            whole(),
            preflight(b"GET").requested_headers(&["x b"]),
            403,
            &[AllowOrigin, AllowCredentials, PreflightVary],
        ),
        (
            "a header that browsers set",
            whole(),
            preflight(b"GET").requested_headers(&["Cookie"]),
            403,
            &[AllowOrigin, AllowCredentials, PreflightVary],
        ),
        (
            "no header at all, where any goes",
            open(),
            preflight(b"GET").requested_headers(&["x b"]),
            403,
            &[AllowOrigin, PreflightVary],
        ),
        ("a method that nobody may ask for", open(), preflight(b"TRACE"), 403, &[AllowOrigin, PreflightVary]),
    ] {
        let told = policy.decide(&request).diagnostic();
        assert!(told.fields().into_iter().eq(fields.iter().copied()), "{name}: {:?}", told.fields());
        assert_eq!(told.status(), Some(status), "{name}");
    }
}

#[test]
fn denials() {
    let preflight = Request::new(b"OPTIONS").origin(b"https://app.example");
    for (request, kind, key) in [
        (Request::new(b"GET").origin(b"null"), "origin_not_allowed", Some("origins")),
        (preflight.requested_method(b"PUT"), "method_not_allowed", Some("methods")),
        (
            preflight.requested_method(b"GET").requested_headers(&["x-a"]),
            "header_not_allowed",
            Some("headers"),
        ),
        (
            preflight.requested_method(b"GET").requested_headers(&[",,,,,,,,,,,,,,,,,"]),
            "too_many_empty_names",
            None,
        ),
    ] {
        let policy = bare();
        let decision = policy.decide(&request);
        let denial = decision.denial().unwrap_or_else(|| panic!("{kind}: {request:?} is allowed"));
        assert_eq!((denial.kind(), denial.key().map(Key::name)), (kind, key));
    }
}

/// More names than are compared one by one, some of them shorter than a word of the hash.
#[test]
fn names_of_a_long_list_are_found_whatever_their_case() {
    let names = [
        "accept-version",
        "authorization",
        "dpop",
        "etag",
        "if-match",
        "prefer",
        "te-x",
        "x",
        "x-a",
        "x-csrftoken",
        "x-requested-with",
    ];
    let policy = policy(at(&["https://app.example"]).headers(names));
    for name in names {
        for spelled in [name.to_owned(), name.to_uppercase(), name.replacen('e', "E", 1)] {
            assert!(policy.allows_header(spelled.as_bytes()), "{spelled}");
            let lines = [spelled.as_str()];
            let request = Request::new(b"OPTIONS").origin(b"https://app.example").requested_method(b"GET");
            assert!(policy.decide(&request.requested_headers(&lines)).is_allowed(), "{spelled}");
        }
    }
    for other in ["", "dpo", "dpops", "d\u{10}op", "X-A-", "\0", "X\0"] {
        assert!(!policy.allows_header(other.as_bytes()), "{other:?}");
    }
}

/// How many events of level error there are.
#[cfg(feature = "tracing")]
#[derive(Clone, Default)]
struct Errors(std::sync::Arc<std::sync::atomic::AtomicUsize>);

#[cfg(feature = "tracing")]
impl tracing::Subscriber for Errors {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() == tracing::Level::ERROR
    }

    fn event(&self, _: &tracing::Event<'_>) {
        self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

/// A process gets its environment when it starts, so that the test runs itself anew with each.
#[test]
#[cfg(feature = "tracing")]
fn the_environment_asks_for_a_mode() {
    use std::{env, process::Command};

    const WANTED: &str = "CORS_TEST_WANTED";
    let set = cors_engine::__private::policy_set(bare(), Some(open()));
    let alone = cors_engine::__private::policy_set(bare(), None);
    assert_eq!((set.get(Mode::Production), set.get(Mode::Development)), (Some(&bare()), Some(&open())));
    assert_eq!((alone.get(Mode::Production), alone.get(Mode::Development)), (Some(&bare()), None));
    if let Ok(wanted) = env::var(WANTED) {
        let errors = Errors::default();
        let (of_two, of_one) =
            tracing::subscriber::with_default(errors.clone(), || (set.active(), alone.active()));
        let complaints = errors.0.load(std::sync::atomic::Ordering::Relaxed);
        let active = if of_two == &open() { "development" } else { "production" };
        assert_eq!(format!("{active}, {complaints} complaints"), wanted);
        assert_eq!(of_one, &bare(), "there is no other");
        return;
    }
    for (asked, wanted) in [
        (None, "development, 0 complaints"),
        (Some("development"), "development, 0 complaints"),
        (Some("production"), "production, 0 complaints"),
        // One for both sets: it is the process that is misconfigured.
        (Some("Development"), "production, 1 complaints"),
        (Some(" "), "production, 1 complaints"),
        // Set to nothing is not set.
        (Some(""), "development, 0 complaints"),
    ] {
        let mut again = Command::new(env::current_exe().expect("it runs"));
        again.args(["--exact", "the_environment_asks_for_a_mode"]).env(WANTED, wanted);
        again.env_remove("CORS_MODE").envs(asked.map(|mode| ("CORS_MODE", mode)));
        let output = again.output().expect("it ran before");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{asked:?}: {said}");
    }
}

/// What a route's method is held against when the app is built.
#[test]
fn compiled_policies_know_their_methods() {
    use cors_engine::__private::{allows_method, image, nothing, policy};
    for (name, compiled, wanted) in [
        ("whole", whole(), [true, true, true, false]),
        ("bare", bare(), [true, true, false, true]),
        ("open", open(), [true; 4]),
        ("mirror", mirror(), [true; 4]),
    ] {
        let read = policy(image(&compiled).to_vec().leak());
        assert_eq!(read, compiled, "{name}");
        let answers = ["GET", "HEAD", "PURGE", "POST"].map(|method| allows_method(&read, method));
        assert_eq!(answers, wanted, "{name}");
        assert!(allows_method(&compiled, "POST"), "{name} was not there when the app was built");
    }
    // What stands in for a policy with mistakes is no reason for another.
    assert!(allows_method(nothing().production(), "PUT"));
    assert!(!nothing().production().allows_method(b"PUT"));
}

#[test]
fn an_origin_of_300_bytes_is_looked_at_and_a_longer_one_is_not() {
    let scheme = "s".repeat(285);
    let exact = format!("{scheme}://bb.app.example");
    let (exact, longer) = (&exact[2..], &exact[1..]);
    assert_eq!((exact.len(), longer.len()), (300, 301));
    let wide = format!("{}://*.app.example", &scheme[3..]);
    let (matched, too_long) =
        (format!("{}://aaa.app.example", &scheme[3..]), format!("{}://aaaa.app.example", &scheme[3..]));
    assert_eq!((matched.len(), too_long.len()), (300, 301));
    let policy = policy(at(&[exact, &wide]));
    for (origin, entry) in [(exact, Some(exact)), (longer, None), (&matched, Some(&*wide)), (&too_long, None)]
    {
        assert_eq!(policy.origin_entry(origin.as_bytes()), entry, "{origin}");
        assert_eq!(policy.allows_origin(origin.as_bytes()), entry.is_some(), "{origin}");
    }
    // And an entry of that length can be the nearest.
    let longest = format!("{}://www.app.example", "s".repeat(282));
    assert_eq!(longest.len(), 300);
    let policy = self::policy(at(&[&longest]));
    let bare = longest.replace("www.", "");
    let decision = policy.decide(&Request::new(b"GET").origin(bare.as_bytes()));
    let denial = decision.denial().map(|denial| denial.to_string()).unwrap_or_default();
    assert!(
        denial.contains(&format!("the nearest entry is {longest:?}, which differs in `www.`")),
        "{denial}"
    );
}

#[test]
fn a_family_is_every_name_that_begins_so_and_goes_on() {
    let block = Block::new()
        .origins(["https://app.example"])
        .methods(["PUT"])
        .headers(["authorization", "x-stainless-*", "x-stainless-a-*", "x-app-*"])
        .credentials(true);
    let policy = Config::default().development(block).policy(Mode::Development);
    let policy = policy.unwrap_or_else(|violations| panic!("{violations}"));
    assert_eq!(policy.value(Field::AllowHeaders), Some(Value::RequestHeaders));
    assert!(policy.headers().eq(["authorization", "x-stainless-*", "x-stainless-a-*", "x-app-*"]));
    let preflight = Request::new(b"OPTIONS").origin(b"https://app.example").requested_method(b"PUT");
    for (names, is_allowed) in [
        ("x-stainless-lang", true),
        ("X-STAINLESS-OS,authorization,x-app-1", true),
        ("x-stainless-a-b", true),
        ("x-stainless-a-", true),
        ("x-stainless-", false),
        ("x-stainless", false),
        ("x-stainlesss-os", false),
        ("x-app", false),
        ("x-app-a b", false),
        ("x-stainless-os,x-b", false),
        ("y-stainless-os", false),
        ("*", false),
    ] {
        let lines = [names];
        let decision = policy.decide(&preflight.requested_headers(&lines));
        assert_eq!(decision.is_allowed(), is_allowed, "{names}");
        assert_eq!(decision.fields().contains(Field::AllowHeaders), is_allowed, "{names}");
        // The names that were asked for are no list that a browser would miss one in.
        assert!(is_allowed || !decision.diagnostic().fields().contains(Field::AllowHeaders), "{names}");
        assert!(is_allowed || decision.diagnostic().status() == Some(403), "{names}");
    }
    let explained = policy.decide(&preflight.requested_headers(&["X-App-Version"])).explain().to_string();
    assert!(
        explained.ends_with("the header is allowed by the entry \"x-app-*\" of `headers`"),
        "{explained}"
    );
}

#[test]
fn origins_that_no_browser_makes_of_a_url_match_exactly() {
    let policy = |origins: &[&str]| {
        let policy = Config::default().development(Block::new().origins(origins.iter().copied()));
        policy.policy(Mode::Development).unwrap_or_else(|violations| panic!("{violations}"))
    };
    let app = policy(&["app://.", "app://*.shop"]);
    assert!(app.allows_origin(b"app://."));
    for other in ["app://", "app://a", "app://..", "app://.a", "apps://.", "app://.:1", "file://", "null"] {
        assert!(!app.allows_origin(other.as_bytes()), "{other}");
    }
    let file = policy(&["file://"]);
    assert!(file.allows_origin(b"file://") && !file.allows_origin(b"null"));
    for other in ["file:///", "file://a", "file:", "null"] {
        assert!(!file.allows_origin(other.as_bytes()), "{other}");
    }
    let denial = |origin: &[u8]| {
        let policy = policy(&["https://app.example"]);
        policy.decide(&Request::new(b"GET").origin(origin)).denial().map(|denial| denial.to_string())
    };
    assert!(denial(b"app://.").is_some_and(|text| text.ends_with("to allow it: origins: [\"app://.\"]")));
    assert!(denial(b"file://").is_some_and(|text| text.contains("a sandboxed frame, a file")));
}
