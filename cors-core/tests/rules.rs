//! Every rule, provoked from a file: which fire, in which mode, and what they propose.

use cors_engine::{Block, Config, Mode, Rule};

fn rules(toml: &str, mode: Mode) -> Vec<&'static str> {
    let config: Config = toml::from_str(toml).unwrap_or_else(|error| panic!("{toml}\n{error}"));
    let Err(violations) = config.policy(mode) else { return Vec::new() };
    let count = violations.len();
    let rules: Vec<_> = violations.into_iter().map(|violation| violation.rule().name()).collect();
    assert_eq!(rules.len(), count, "{toml}");
    rules
}

/// Settings on top of an origin that breaks no rule, the rules they break in production, and those
/// they break in development.
const CASES: &[(&str, &str, &[&str], &[&str])] = &[
    ("no mistake", r#"credentials = true"#, &[], &[]),
    ("unknown key", r#"credential = true"#, &["unknown_key"], &["unknown_key"]),
    ("method of two words", r#"methods = ["GET, PUT"]"#, &["invalid_method"], &["invalid_method"]),
    ("star method", r#"methods = ["*"]"#, &["invalid_method"], &["invalid_method"]),
    ("empty method", r#"methods = [""]"#, &["invalid_method"], &["invalid_method"]),
    (
        "forbidden method",
        r#"methods = ["trace", "CONNECT"]"#,
        &["forbidden_method"; 2],
        &["forbidden_method"; 2],
    ),
    ("lower-case method", r#"methods = ["get", "patch"]"#, &["inert_entry"; 2], &[]),
    ("custom methods", r#"methods = ["PURGE", "QUERY", "purge"]"#, &[], &[]),
    (
        "methods of the registry, and others in use",
        r#"methods = ["ACL", "BASELINE-CONTROL", "BIND", "CHECKIN", "CHECKOUT", "COPY", "LABEL", "LINK", "LOCK", "MERGE",
            "MKACTIVITY", "MKCALENDAR", "MKCOL", "MKREDIRECTREF", "MKWORKSPACE", "MOVE", "ORDERPATCH", "PRI", "PROPFIND",
            "PROPPATCH", "REBIND", "REPORT", "SEARCH", "UNBIND", "UNCHECKOUT", "UNLINK", "UNLOCK", "UPDATE",
            "UPDATEREDIRECTREF", "VERSION-CONTROL", "PURGE", "BAN", "REFRESH", "SUBSCRIBE", "NOTIFY", "M-SEARCH", "LIST"]"#,
        &[],
        &[],
    ),
    (
        "misspelled methods",
        r#"methods = ["POTS", "gets", "OPTION", "PUT|DELETE", "HttpMethod.HEAD"]"#,
        &["misspelled_name"; 5],
        &[],
    ),
    ("words for every name", "methods = ['ALL']\nheaders = ['all']", &["misspelled_name"; 2], &[]),
    ("no methods", r#"methods = []"#, &[], &[]),
    ("star in a method", r#"methods = ["GE*"]"#, &["invalid_method"], &["invalid_method"]),
    ("family", r#"headers = ["X-Stainless-*", "mcp-param-*"]"#, &[], &[]),
    (
        "star in a header",
        r#"headers = ["x-a*", "x-*-a", "*-a"]"#,
        &["invalid_header"; 3],
        &["invalid_header"; 3],
    ),
    ("family to expose", r#"expose = ["x-a-*"]"#, &["invalid_header"], &["invalid_header"]),
    (
        "powerful families",
        r#"headers = ["x-*", "x-forwarded-*", "x-http-*", "sec-fetch-*", "proxy-*", "x-original-*"]"#,
        &["header_family"; 6],
        &[],
    ),
    ("family of CORS", r#"headers = ["access-control-*"]"#, &["wrong_header"], &["wrong_header"]),
    ("misspelled headers", r#"headers = ["contenttype", "autorization"]"#, &["misspelled_name"; 2], &[]),
    ("headers near standard ones", r#"headers = ["x-authorization", "x-csrftoken", "accept-ch"]"#, &[], &[]),
    ("duplicate method", r#"methods = ["GET", "GET"]"#, &["duplicate_entry"], &["duplicate_entry"]),
    ("any method", r#"methods = "any""#, &[], &[]),
    (
        "any method with credentials",
        "methods = 'any'\ncredentials = true",
        &["any_method_with_credentials"],
        &[],
    ),
    ("header with a space", r#"headers = ["Content Type"]"#, &["invalid_header"], &["invalid_header"]),
    ("any among methods", r#"methods = ["any", "ANY"]"#, &["invalid_method"; 2], &["invalid_method"; 2]),
    (
        "any among headers",
        r#"headers = ["any"]
expose = ["Any"]"#,
        &["invalid_header"; 2],
        &["invalid_header"; 2],
    ),
    ("any among hosts", r#"hosts = ["any", "a.example"]"#, &["invalid_host"], &["invalid_host"]),
    ("star among hosts", r#"hosts = ["*"]"#, &["invalid_host"], &["invalid_host"]),
    ("star header", r#"headers = ["*"]"#, &["invalid_header"], &["invalid_header"]),
    (
        "answer among headers",
        r#"headers = ["Access-Control-Allow-Origin"]"#,
        &["wrong_header"],
        &["wrong_header"],
    ),
    (
        "other answers among headers",
        r#"headers = ["access-control-max-age", "access-control-expose-headers", "access-control-allow-x"]"#,
        &["wrong_header"; 3],
        &["wrong_header"; 3],
    ),
    ("forbidden headers", r#"headers = ["origin", "DNT", "sec-foo", "proxy-x"]"#, &["inert_entry"; 4], &[]),
    (
        "request of CORS among headers",
        r#"headers = ["access-control-request-method"]"#,
        &["inert_entry"],
        &[],
    ),
    (
        "useful headers",
        r#"headers = ["accept", "authorization", "content-type", "range", "user-agent"]"#,
        &[],
        &[],
    ),
    ("duplicate header", r#"headers = ["X-Token", "x-token"]"#, &["duplicate_entry"], &["duplicate_entry"]),
    (
        "any header with credentials",
        "headers = 'any'\ncredentials = true",
        &["any_header_with_credentials"],
        &[],
    ),
    ("exposed star", r#"expose = ["*"]"#, &["invalid_header"], &["invalid_header"]),
    (
        "exposed CORS",
        r#"expose = ["origin", "access-control-max-age"]"#,
        &["wrong_header"; 2],
        &["wrong_header"; 2],
    ),
    ("exposed for nothing", r#"expose = ["set-cookie", "Content-Type"]"#, &["inert_entry"; 2], &[]),
    ("exposed", r#"expose = ["x-total-count", "etag", "location"]"#, &[], &[]),
    (
        "any exposed with credentials",
        "expose = 'any'\ncredentials = true",
        &["any_expose_with_credentials"],
        &["any_expose_with_credentials"],
    ),
    ("a day", r#"max_age = "24h""#, &[], &[]),
    ("no cache", r#"max_age = 0"#, &[], &[]),
    ("over a day", r#"max_age = 86401"#, &["invalid_max_age"], &["invalid_max_age"]),
    ("over a day in hours", r#"max_age = "25h""#, &["invalid_max_age"], &["invalid_max_age"]),
    ("no duration", r#"max_age = "soon""#, &["invalid_max_age"], &["invalid_max_age"]),
    ("negative", r#"max_age = -1"#, &["invalid_max_age"], &["invalid_max_age"]),
    ("status", r#"preflight_status = 404"#, &["invalid_status"], &["invalid_status"]),
    ("private network", r#"private_network = true"#, &["private_network"], &[]),
    ("private network off", r#"private_network = false"#, &[], &[]),
    ("hosts", r#"hosts = ["api.example", ".internal.example", "[::1]", "10.0.0.1", "backend"]"#, &[], &[]),
    ("a word for all hosts", r#"hosts = ["all"]"#, &["invalid_host"], &["invalid_host"]),
    ("another", r#"hosts = ["Everyone"]"#, &["invalid_host"], &["invalid_host"]),
    ("a word for no host", r#"hosts = ["none"]"#, &["invalid_host"], &["invalid_host"]),
    ("no hosts", r#"hosts = []"#, &["invalid_host"], &["invalid_host"]),
    ("host with port", r#"hosts = ["api.example:8080"]"#, &["invalid_host"], &["invalid_host"]),
    ("Unicode host", r#"hosts = ["bücher.example"]"#, &["invalid_host"], &["invalid_host"]),
    (
        "duplicate host",
        r#"hosts = ["API.example", "api.example"]"#,
        &["duplicate_entry"],
        &["duplicate_entry"],
    ),
    ("any host", r#"hosts = "any""#, &["any_host"], &[]),
    (
        "expectation without a cause",
        r#"expect = [{ rule = "null_origin", reason = "x" }]"#,
        &["unfulfilled_expectation"],
        &["unfulfilled_expectation"],
    ),
    (
        "expectation of the impossible",
        r#"expect = [{ rule = "invalid_origin", reason = "x" }]"#,
        &["unfulfilled_expectation"],
        &["unfulfilled_expectation"],
    ),
    (
        "unknown rule",
        r#"expect = [{ rule = "nul_origin", reason = "x" }]"#,
        &["unknown_rule"],
        &["unknown_rule"],
    ),
    (
        "expectation",
        "hosts = 'any'\nexpect = [{ rule = 'any_host', reason = 'behind a proxy that checks' }]",
        &[],
        &["unfulfilled_expectation"],
    ),
    (
        "expectation without a reason",
        "hosts = 'any'\nexpect = [{ rule = 'any_host' }]",
        &["unfulfilled_expectation"],
        &["unfulfilled_expectation"],
    ),
    (
        "expectation with an empty reason",
        "hosts = 'any'\nexpect = [{ rule = 'any_host', reason = ' ' }]",
        &["unfulfilled_expectation"],
        &["unfulfilled_expectation"],
    ),
];

#[test]
fn settings() {
    for (name, toml, production, development) in CASES {
        let in_production = format!("origins = [\"https://app.example\"]\n{toml}");
        assert_eq!(rules(&in_production, Mode::Production), *production, "{name}: production");
        let in_development = format!("[development]\n{in_production}");
        assert_eq!(rules(&in_development, Mode::Development), *development, "{name}: development");
    }
}

/// A setting on top of an origin that breaks no rule, what is wrong with it, and the help.
const SAID: &[(&str, &str, Option<&str>)] = &[
    (r#"methods = ["get, PUT"]"#, "`get, PUT` is not a method", Some(r#"write "GET", "PUT""#)),
    (r#"methods = ["get put;"]"#, "`get put;` is not a method", Some(r#"write "GET", "PUT""#)),
    (
        r#"methods = ["GÉT"]"#,
        "`GÉT` is not a method",
        Some(r#"write the method itself, for example `methods = ["GET", "PUT"]`"#),
    ),
    (r#"methods = [""]"#, "an empty string is not a method", Some("take the entry out")),
    (
        r#"headers = ["X-A; Content Type:"]"#,
        "`X-A; Content Type:` is not a header name",
        Some(r#"write "x-a", "content-type""#),
    ),
    (r#"headers = [""]"#, "an empty string is not a header name", Some("take the entry out")),
    ("max_age = 86401", "`86401` is longer than a day", Some("write `max_age = 86400` or less")),
    ("max_age = -1", "`-1` is not a duration", Some("write `max_age = 0` for no cache")),
    ("max_age = '1d'", "`1d` is not a duration", Some("write `max_age = 86400`")),
    ("max_age = '1 fortnight'", "`1 fortnight` is not a duration", Some(A_DURATION)),
    (
        "hosts = ['https://api.example']",
        "`https://api.example` is not a host: it has a scheme",
        Some(r#"write "api.example""#),
    ),
    (
        "hosts = ['a..b']",
        "`a..b` is not a host: its host has an empty label",
        Some(r#"write the host itself, for example `hosts = ["api.example"]`"#),
    ),
];

const A_DURATION: &str = r#"write seconds, `3600`, or a unit, `"30s"`, `"10m"`, `"1h"`; `0` for no cache"#;

#[test]
fn what_is_said() {
    for (toml, message, help) in SAID {
        let config: Config =
            toml::from_str(&format!("origins = ['https://app.example']\n{toml}")).expect("it is TOML");
        let violations = config.policy(Mode::Production).expect_err(toml);
        assert_eq!(violations.len(), 1, "{toml}: {violations}");
        for violation in &violations {
            assert_eq!((violation.message(), violation.help()), (*message, *help), "{toml}");
            assert_eq!(violation.key(), toml.split(' ').next(), "{toml}");
            let (rule, why) = (violation.rule(), violation.why());
            let help = help.map(|help| format!("\nhelp: {help}")).unwrap_or_default();
            assert_eq!(violation.to_string(), format!("in production: {message} [{rule}]\n{why}{help}"));
        }
    }
}

/// What other libraries and the standard call a key.
#[test]
fn keys_of_others() {
    for (others, ours) in [
        ("CORS_ALLOWED_ORIGINS", "origins"),
        ("allow_origin", "origins"),
        ("allow_origins", "origins"),
        ("allowed_origin", "origins"),
        ("Access-Control-Allow-Origin", "origins"),
        ("access_control_allow_credentials", "credentials"),
        ("supports_credentials", "credentials"),
        ("CORS_ALLOW_METHODS", "methods"),
        ("allowed_methods", "methods"),
        ("CORS_ALLOW_HEADERS", "headers"),
        ("allowed_headers", "headers"),
        ("Access-Control-Expose-Headers", "expose"),
        ("exposed_headers", "expose"),
        ("CORS_PREFLIGHT_MAX_AGE", "max_age"),
        ("ALLOWED_HOSTS", "hosts"),
        ("allow_hosts", "hosts"),
        ("CORS_ALLOW_PRIVATE_NETWORK", "private_network"),
    ] {
        let origins = if ours == "origins" { "" } else { "origins = ['https://app.example']\n" };
        let config: Config = toml::from_str(&format!("{origins}{others} = true")).expect("it is TOML");
        let violations = config.policy(Mode::Production).expect_err(others);
        let help = format!("write `{ours}`");
        let unknown = violations.iter().filter(|violation| violation.rule() == Rule::UnknownKey);
        assert!(unknown.map(|violation| violation.help()).eq([Some(&*help)]), "{violations}");
    }
}

#[test]
fn durations() {
    for (written, seconds) in [
        ("0", 0),
        ("3600", 3600),
        ("'3600'", 3600),
        ("'30s'", 30),
        ("'10m'", 600),
        ("'1h'", 3600),
        ("'3_600'", 3600),
        ("86400", 86400),
    ] {
        let toml = format!("origins = ['https://app.example']\nmax_age = {written}");
        let config: Config = toml::from_str(&toml).expect("it is TOML");
        let policy = config.policy(Mode::Production).unwrap_or_else(|violations| panic!("{violations}"));
        assert_eq!(policy.max_age(), Some(seconds), "{written}");
    }
}

/// An entry of `origins`, the rules it breaks, and what the message says: mostly the text that the help proposes.
const ORIGINS: &[(&str, &[&str], &str)] = &[
    ("https://myapp.com", &[], ""),
    ("https://*.myapp.com", &[], ""),
    ("https://*.myapp.co.uk", &[], ""),
    ("https://*.you.github.io", &[], ""),
    ("https://github.io", &[], ""),
    ("tauri://localhost", &[], ""),
    ("chrome-extension://abcdefghijklmnopabcdefghijklmnop", &[], ""),
    ("https://192.168.1.1:8443", &[], ""),
    ("myapp.com", &["invalid_origin"], "\"https://myapp.com\""),
    ("https://myapp.com/", &["invalid_origin"], "\"https://myapp.com\""),
    ("https://myapp.com:443", &["invalid_origin"], "\"https://myapp.com\""),
    ("HTTPS://MyApp.com", &["invalid_origin"], "\"https://myapp.com\""),
    ("https://bücher.example", &["invalid_origin"], "\"https://xn--bcher-kva.example\""),
    ("https://*myapp.com", &["invalid_origin"], "\"https://*.myapp.com\""),
    ("https://myapp.com/*", &["invalid_origin"], "\"https://myapp.com\""),
    ("http://localhost*", &["invalid_origin"], "\"http://localhost:*\""),
    ("*", &["invalid_origin"], r#"`origins = "any"`"#),
    ("any", &["invalid_origin"], r#"`origins = "any"`"#),
    ("Any", &["invalid_origin"], r#"`origins = "any"`"#),
    (".*", &["invalid_origin"], r#"`origins = "any"`"#),
    (".+", &["invalid_origin"], r#"`origins = "any"`"#),
    ("^https?://.+$", &["invalid_origin"], r#"`origins = "any"`"#),
    ("file://", &["null_origin"], "help: serve the page from an origin of its own"),
    ("file:///index.html", &["invalid_origin"], ""),
    ("app://.", &[], ""),
    ("app://.:80", &["invalid_origin"], ""),
    ("htps://myapp.com", &["misspelled_name"], "\"https://myapp.com\""),
    ("https://*.app.github.dev", &["public_suffix"], "strangers as well as you"),
    ("https://*.internal", &["public_suffix"], "on no list of names"),
    ("http://0.0.0.0:3000", &["loopback_origin"], "development"),
    ("http://[::ffff:7f00:1]", &["loopback_origin"], "development"),
    ("^https://.*\\.example\\.com$", &["invalid_origin"], r"{ regex = '^https://.*\.example\.com$' }"),
    (
        "https://a.example, https://b.example",
        &["invalid_origin"],
        r#"write "https://a.example", "https://b.example""#,
    ),
    ("https://pr-*.example.com", &["invalid_origin"], r"{ regex = '^https://pr-[a-z0-9-]+\.example\.com$' }"),
    ("moz-extension://*", &["invalid_origin"], r#"expect = { rule = "unbounded_regex""#),
    ("null", &["null_origin"], ""),
    ("http://myapp.com", &["insecure_origin"], "\"https://myapp.com\""),
    ("http://*.myapp.com", &["insecure_origin"], "\"https://*.myapp.com\""),
    ("http://myapp.com:8080", &["insecure_origin"], "\"https://myapp.com:8080\""),
    ("http://localhost:3000", &["loopback_origin"], "development"),
    ("https://localhost", &["loopback_origin"], "development"),
    ("http://*.localhost", &["loopback_origin"], "development"),
    ("http://tauri.localhost", &["loopback_origin"], "development"),
    ("http://127.1.2.3", &["loopback_origin"], "development"),
    ("http://[::1]:3000", &["loopback_origin"], "development"),
    ("http://localhost:*", &["loopback_origin"], "development"),
    ("https://*.com", &["public_suffix"], "name in full the domain that is yours"),
    ("https://*.github.io", &["public_suffix"], "name in full the domain that is yours"),
    ("https://*.pythonanywhere.com", &["public_suffix"], ""),
    ("https://*.amazonaws.com", &["public_suffix"], ""),
    ("https://*.intranet", &["public_suffix"], ""),
    ("http://*.com", &["insecure_origin", "public_suffix"], ""),
    // Where the fix of one rule would break another, none is proposed.
    ("*.github.io", &["invalid_origin"], ""),
    ("https://*.github.io/", &["invalid_origin"], ""),
    ("*.amazonaws.com", &["invalid_origin"], ""),
    ("ws://*.com", &["inert_entry", "public_suffix"], "take the entry out"),
    ("wss://myapp.com", &["inert_entry"], "which is http or https.\nhelp: write \"https://myapp.com\""),
    ("ws://myapp.com", &["inert_entry"], "which is http or https.\nhelp: write \"https://myapp.com\""),
    ("ftp://myapp.com", &["inert_entry"], "opaque origin, if they show it at all.\nhelp: take the entry out"),
];

#[test]
fn origins() {
    for (origin, wanted, help) in ORIGINS {
        let toml = format!("origins = [{origin:?}]");
        assert_eq!(rules(&toml, Mode::Production), *wanted, "{origin}");
        let config: Config = toml::from_str(&toml).expect("it is TOML");
        if let Err(violations) = config.policy(Mode::Production) {
            let text = violations.to_string();
            assert!(text.contains("help: ") || help.is_empty(), "{origin}: {text}");
            assert!(text.contains(help), "{origin}: {text}");
            let proposed = text.split("help: write \"").skip(1).filter_map(|help| help.split('"').next());
            for proposed in proposed {
                let broken = rules(&format!("origins = [{proposed:?}]"), Mode::Production);
                let is_open = broken.contains(&"public_suffix") || broken.contains(&"invalid_origin");
                assert!(!is_open, "{origin}: proposes {proposed}, which breaks {broken:?}");
            }
        }
        let impossible: Vec<_> = wanted.iter().filter(|rule| **rule == "invalid_origin").copied().collect();
        let toml = format!("[development]\n{toml}");
        assert_eq!(rules(&toml, Mode::Development), impossible, "{origin} in development");
    }
}

#[test]
fn coverage() {
    for (name, origins, wanted) in [
        ("a subdomain", r#"["https://*.a.com", "https://x.a.com"]"#, &["redundant_origin"][..]),
        ("the order does not matter", r#"["https://x.a.com", "https://*.a.com"]"#, &["redundant_origin"]),
        ("a deeper subdomain", r#"["https://*.a.com", "https://x.y.a.com"]"#, &["redundant_origin"]),
        ("a narrower pattern", r#"["https://*.a.com", "https://*.b.a.com"]"#, &["redundant_origin"]),
        ("a port", r#"["https://a.com:*", "https://a.com:8443", "https://a.com"]"#, &["redundant_origin"; 2]),
        ("pattern and port", r#"["https://*.a.com:*", "https://x.a.com:1"]"#, &["redundant_origin"]),
        ("pattern in pattern", r#"["https://*.a.com:*", "https://*.b.a.com"]"#, &["redundant_origin"]),
        ("the domain itself", r#"["https://*.a.com", "https://a.com"]"#, &[]),
        ("another scheme", r#"["https://*.a.com", "app://x.a.com"]"#, &[]),
        ("another port", r#"["https://*.a.com", "https://x.a.com:8443"]"#, &[]),
        ("a common suffix", r#"["https://*.a.com", "https://xa.com"]"#, &[]),
        ("equal ones", r#"["https://a.com", "https://a.com"]"#, &["duplicate_entry"]),
        ("by one that is refused", r#"["http://*.a.com", "http://x.a.com"]"#, &["insecure_origin"; 2]),
    ] {
        assert_eq!(rules(&format!("origins = {origins}"), Mode::Production), wanted, "{name}");
    }
}

/// A file of origins is not a host: nobody would find the origin that was proposed.
#[test]
fn no_origin_is_proposed_for_the_name_of_a_file() {
    for name in ["origins.yaml", "./origins.json", "cors.env", "allowed.txt", "hosts.csv"] {
        let violations = Config::new(Block::new().origins([name])).policy(Mode::Production).expect_err(name);
        let proposals: Vec<_> = violations.iter().filter_map(|violation| violation.proposal()).collect();
        assert!(proposals.is_empty(), "{name}: {violations}");
    }
}

#[test]
fn regexes() {
    for (regex, wanted, text) in [
        (r"^https://pr-\d+\.myapp-preview\.com$", &[][..], ""),
        (r"^https://\w+\.myapp\.com$", &[], ""),
        (r"https://(shop|blog)\.example\.com", &[], ""),
        (r"https://.*\.example\.com", &[], ""),
        (r"https://\w+\.(a|b)\.com", &[], ""),
        (r"https://.*myapp\.com", &["unbounded_regex"], "`https://0myapp.com`"),
        (r"https://.*myapp\.com", &["unbounded_regex"], r"write { regex = 'https://(.*\.)?myapp\.com' }"),
        (r"https://www.example.com", &["unbounded_regex"], r"write { regex = 'https://www\.example"),
        (r"[a-z]{10}\.com", &["invalid_regex"], "begins with its scheme"),
        (r"https://[a-z]{10}\.com", &["unbounded_regex"], "`https://aaaaaaaaaa.com`"),
        (r"https://.*\.github\.io", &["unbounded_regex"], "Anyone can have a name under `github.io`"),
        (
            r"https://.*\.app\.github\.dev",
            &["unbounded_regex"],
            "Anyone can have a name under `app.github.dev`",
        ),
        (r"http://192\.168\.0\.\d+:3000", &["unbounded_regex"], "in a local network"),
        (
            r"^moz-extension://[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
            &["unbounded_regex"],
            "an extension of the browser",
        ),
        (r"http://a\.example\.com", &["unbounded_regex"], "not encrypted"),
        (r"[a-z]+://a\.example\.com", &["unbounded_regex"], "not encrypted"),
        (r"exp\+?://.*", &["unbounded_regex"], "no page of the web"),
        // Proposals do not repeat themselves.
        (r"https://a\.com|http://a\.com", &["unbounded_regex"], r"write { regex = 'https://a\.com' }"),
        (r"^https://a\.com$|^http://a\.com$", &["unbounded_regex"], r"write { regex = '^https://a\.com$' }"),
        (
            r"(http://a\.com|https://a\.com|http://b\.com)",
            &["unbounded_regex"],
            r"write { regex = '(https://a\.com|https://b\.com)' }",
        ),
        (r"(http://|https://)a\.com", &["unbounded_regex"], r"write { regex = 'https://a\.com' }"),
        (r"https://.*", &["unbounded_regex"], r#"for public data write `origins = "any"`"#),
        (r".+", &["unbounded_regex"], r#"for public data write `origins = "any"`"#),
        (r"https?://\S+", &["unbounded_regex"], r#"for public data write `origins = "any"`"#),
        (r"[\s\S]*", &["unbounded_regex"], r#"for public data write `origins = "any"`"#),
        (
            r"https://([a-z0-9-]+\.)+[a-z]{2,}",
            &["unbounded_regex"],
            r#"for public data write `origins = "any"`"#,
        ),
        (r"https://[a-z-]+\.(com|org)", &["unbounded_regex"], "spell out the registrable domain"),
        (r"https://a\.com,https://b\.com", &["invalid_regex"], r"several entries, or alternatives"),
        (r"tauri://localhost", &["unbounded_regex"], r#"write "tauri://localhost""#),
        (r"http://localhost:\d+", &["loopback_origin"], r#"write "http://localhost:*" in `[development]`"#),
        (r"https://10\.0\.0\.\d+", &["unbounded_regex"], "which is an address of a local network"),
        (r"https://192\.168\.\d+\.\d+", &["unbounded_regex"], "list the addresses that are yours"),
        (r"https://8\.8\.8\.\d+", &["unbounded_regex"], "spell out the addresses"),
        (
            r"https://[a-z0-9-]+\.eth\.limo",
            &["unbounded_regex"],
            "Every name under `eth.limo` is a public suffix",
        ),
        (
            r"https://localhost(:\d+)?",
            &["loopback_origin"],
            "accepts `https://localhost`, which is on the user's",
        ),
        (r"https://127\.0\.0\.1:\d+", &["loopback_origin"], "`https://127.0.0.1:1`"),
        (r"https://\[::1\](:\d+)?", &["loopback_origin"], "`https://[::1]`"),
        (r"https://(app\.example\.com|tauri\.localhost)", &["loopback_origin"], "`https://tauri.localhost`"),
        (r"https://128\.0\.0\.1|https://localhost\.example\.com", &[], ""),
        // The near miss that all of the regex is, rather than the first that some of it is.
        (r"https://.+@example\.com", &["invalid_regex"], "user name"),
        (r"https://\w+\.1", &["invalid_regex"], "four numbers"),
        (r"https://.*\.example\.com/", &["invalid_regex"], "leave the slash"),
        (r"https://.*\.example\.com:443", &["invalid_regex"], "default port"),
        (r"https://[A-Z]+\.example\.com", &["invalid_regex"], "lower case"),
        (r"https://(a.com", &["invalid_regex"], "does not parse"),
        (r"app[/:a-z]{1010}\.com", &["invalid_regex"], "at most 300 bytes"),
        (r"https://a\.com|app[/:a-z]{1010}\.com", &["invalid_regex"], "alternative"),
        (r"(https://a\.|app[/:a-z]{1010}\.)com", &[], ""),
        (r"https://bücher\.example", &["invalid_regex"], "Punycode"),
        (r"null", &["invalid_regex"], "opaque origin"),
        // What they repeat would fill any memory if it were written out.
        (
            r"https://h++++++++++++++++++++++++++++++++++++++++\.example\.com",
            &["invalid_regex"],
            "nested ones multiply",
        ),
        (
            r"https://((((((((((a{16}){16}){16}){16}){16}){16}){16}){16}){16}){16})\.example\.com",
            &["invalid_regex"],
            "nested ones multiply",
        ),
        (
            r"https://[a-z]+{9}{9}{9}{9}{9}{9}{9}{9}{9}{9}{9}{9}\.example\.com",
            &["invalid_regex"],
            "nested ones multiply",
        ),
        (r"https://((a{1,1000}){1,1000}){1,1000}\.example\.com", &["invalid_regex"], "counted repetition"),
        (r"https://([a-z]{1,60}\.){1,60}example\.com", &["invalid_regex"], "65536"),
    ] {
        let toml = format!("origins = [{{ regex = '{regex}' }}]");
        assert_eq!(rules(&toml, Mode::Production), *wanted, "{regex}");
        let config: Config = toml::from_str(&toml).expect("it is TOML");
        let message = config
            .policy(Mode::Production)
            .err()
            .map(|violations| violations.to_string())
            .unwrap_or_default();
        assert!(message.contains(text), "{regex}: {message}");
    }
}

#[test]
fn regexes_cover_and_are_covered() {
    let regex = |text: &str| format!("{{ regex = '{text}' }}");
    let wide = regex(r"https://([a-z0-9_-]{1,63}\.)+a\.com");
    for (name, origins, wanted) in [
        ("an exact origin", [regex(r"https://\w+\.a\.com"), "'https://x.a.com'".into()], Some(1)),
        ("a pattern", [regex(r"https://.*\.a\.com"), "'https://*.a.com'".into()], Some(1)),
        ("a regex in a pattern", ["'https://*.a.com'".into(), regex(r"https://[a-z]+\.a\.com")], Some(1)),
        (
            "a regex in a later pattern",
            [regex(r"https://[a-z]+\.a\.com"), "'https://*.a.com'".into()],
            Some(0),
        ),
        ("a regex in a regex", [regex(r"https://[a-c]+\.a\.com"), regex(r"https://[a-z]+\.a\.com")], Some(0)),
        (
            "equal regexes: the later",
            [regex(r"https://(a|b)\.a\.com"), regex(r"https://[ab]\.a\.com")],
            Some(1),
        ),
        ("an equal pattern: the later", [wide.clone(), "'https://*.a.com'".into()], Some(1)),
        ("an equal regex: the later", ["'https://*.a.com'".into(), wide], Some(1)),
        ("an equal exact origin: the later", [regex(r"https://a\.com"), "'https://a.com'".into()], Some(1)),
        ("a regex for one origin: the later", ["'https://a.com'".into(), regex(r"https://a\.com")], Some(1)),
        ("a wider regex that is later", ["'https://a.com'".into(), regex(r"https://a\.com(:1)?")], Some(0)),
        (
            "a wider regex whose first origin it is not",
            ["'https://a.com:1'".into(), regex(r"https://a\.com(:1)?")],
            Some(0),
        ),
        ("a pattern but for its ports", [regex(r"https://.*\.a\.com"), "'https://*.a.com:*'".into()], None),
        (
            "no pattern, for its `_`",
            [regex(r"https://([a-z0-9-]+\.)+a\.com"), "'https://*.a.com'".into()],
            Some(0),
        ),
        (
            "no pattern, for its labels",
            [regex(r"https://(a|-_)(\.0)?\.a\.com"), "'https://*.a.com'".into()],
            Some(0),
        ),
        ("neither", [regex(r"https://[a-m]+\.a\.com"), regex(r"https://[k-z]+\.a\.com")], None),
        ("another domain", [regex(r"https://\w+\.a\.com"), "'https://x.b.com'".into()], None),
        ("null", [regex(r"https://\w+\.a\.com"), "'https://a.com'".into()], None),
    ] {
        let toml = format!("origins = [{}]", origins.join(", "));
        let config: Config = toml::from_str(&toml).expect("it is TOML");
        let found = config.policy(Mode::Production).err().map(|violations| {
            assert_eq!(violations.len(), 1, "{name}: {violations}");
            let violation = violations.iter().next().expect("there is one");
            assert_eq!(violation.rule(), Rule::RedundantOrigin, "{name}");
            violation.locus().entry.expect("it is about an entry")
        });
        assert_eq!(found, wanted, "{name}");
    }
}

#[test]
fn a_regex_that_is_repeated_is_judged_once() {
    let origins = [r"{ regex = 'https://.*a\.com' }"; 3].join(", ");
    let config: Config = toml::from_str(&format!("origins = [{origins}]")).expect("it is TOML");
    let violations = config.policy(Mode::Production).expect_err("it is open, and repeated");
    let found: Vec<_> =
        violations.iter().map(|violation| (violation.locus().entry, violation.rule().name())).collect();
    let wanted = [(Some(0), "unbounded_regex"), (Some(1), "duplicate_entry"), (Some(2), "duplicate_entry")];
    assert_eq!(found, wanted, "a repeated entry is that alone");
}

#[test]
fn a_regex_is_matched_against_the_whole_origin() {
    let toml = r#"origins = [{ regex = 'https://trusted\.com' }, { regex = 'https://[^.]+\.a\.com$' }, "https://b.com"]"#;
    let config: Config = toml::from_str(toml).expect("it is TOML");
    let policy = config.policy(Mode::Production).unwrap_or_else(|violations| panic!("{violations}"));
    for (origin, allowed) in [
        ("https://trusted.com", true),
        ("https://trusted.com.evil.io", false),
        ("https://trusted.com:8080", false),
        ("https://x.a.com", true),
        ("https://x_y.a.com", true),
        ("https://b.com", true),
        ("https://x/y.a.com", false),
        ("https://x y.a.com", false),
        ("https://X.a.com", false),
        ("https://x@y.a.com", false),
        ("https://x.a.com\n", false),
        ("null", false),
        ("", false),
    ] {
        assert_eq!(policy.allows_origin(origin.as_bytes()), allowed, "{origin:?}");
    }
    assert!(policy.origin_regexes().eq([r"https://trusted\.com", r"https://[^.]+\.a\.com$"]));
    assert!(policy.regex_domains().eq(["a.com", "trusted.com"]));
}

#[test]
fn origins_as_a_whole() {
    for (name, toml, production, development) in [
        ("none", "", &["empty_origins"][..], &["empty_origins"][..]),
        ("an empty list", "origins = []", &["empty_origins"], &["empty_origins"]),
        ("any", "origins = 'any'", &["any_origin"], &[]),
        (
            "any with credentials",
            "origins = 'any'\ncredentials = true",
            &["any_origin_with_credentials"],
            &["any_origin_with_credentials"],
        ),
    ] {
        assert_eq!(rules(toml, Mode::Production), production, "{name}: production");
        assert_eq!(
            rules(&format!("[development]\n{toml}"), Mode::Development),
            development,
            "{name}: development"
        );
    }
}

#[test]
fn modes() {
    let both = "origins = ['https://a.com']\n[development]\norigins = ['http://localhost:3000']";
    assert!(rules(both, Mode::Production).is_empty());
    assert!(rules(both, Mode::Development).is_empty());

    let only_development = "[development]\norigins = 'any'";
    assert_eq!(rules(only_development, Mode::Production), ["empty_origins"]);
    assert!(rules(only_development, Mode::Development).is_empty());

    let without_block = "origins = ['null']";
    assert_eq!(rules(without_block, Mode::Development), ["null_origin"], "development is production here");

    let joined = "origins = ['null', 'http://a.com']\nexpect = [{ rule = 'null_origin', reason = 'x' }]\n\
                  [production]\nexpect = [{ rule = 'insecure_origin', reason = 'y' }]";
    assert!(rules(joined, Mode::Production).is_empty(), "outer and inner expectations are joined");

    let overridden = "origins = ['nonsense']\n[production]\norigins = ['https://a.com']";
    assert!(rules(overridden, Mode::Production).is_empty(), "an overridden setting is not in force");
}

#[test]
fn five_mistakes_are_five_violations() {
    let toml = r#"
        origins = ["myapp.com", "https://*.github.io"]
        methods = ["get"]
        headers = ["Content Type"]
        max_age = "1y"
    "#;
    let wanted = ["invalid_origin", "public_suffix", "inert_entry", "invalid_header", "invalid_max_age"];
    let mut found = rules(toml, Mode::Production);
    // The order in a TOML map is its reader's.
    found.sort_unstable();
    let mut wanted = wanted.to_vec();
    wanted.sort_unstable();
    assert_eq!(found, wanted);
}

#[test]
fn the_reference_services_own_settings() {
    let toml = r#"
        origins = ["migoadvs.pythonanywhere.com"]
        credentials = true
        headers = ["accept", "accept-encoding", "authorization", "content-type", "dnt", "origin",
                   "user-agent", "x-csrftoken", "x-requested-with"]
    "#;
    let config: Config = toml::from_str(toml).expect("it is TOML");
    let violations = config.policy(Mode::Production).expect_err("it is wrong");
    let found: Vec<_> = violations.iter().map(|v| (v.rule(), v.value().unwrap_or_default())).collect();
    for wanted in [
        (Rule::InvalidOrigin, "migoadvs.pythonanywhere.com"),
        (Rule::InertEntry, "accept-encoding"),
        (Rule::InertEntry, "dnt"),
        (Rule::InertEntry, "origin"),
    ] {
        assert!(found.contains(&wanted), "{wanted:?}: {found:?}");
    }
    assert_eq!(found.len(), 4, "{found:?}");
}

#[test]
fn json_says_the_same_and_keeps_duplicate_keys() {
    let json = r#"{"origins": ["https://a.com"], "origins": ["https://b.com"], "mode": 1}"#;
    let config: Config = serde_json::from_str(json).expect("it is JSON");
    let violations = config.policy(Mode::Production).expect_err("it is wrong");
    let found: Vec<_> = violations.iter().map(|violation| violation.rule()).collect();
    assert_eq!(found, [Rule::DuplicateEntry, Rule::UnknownKey]);

    let value = serde_json::to_value(&violations).expect("it serializes");
    assert_eq!(value[1]["rule"], "unknown_key");
    assert_eq!(value[1]["value"], "mode");
}

#[test]
fn wrong_types_do_not_deserialize() {
    for (json, wanted) in [
        (r#"{"origins": "https://a.com"}"#, "`\"origins\"` takes a list or `any`, not `https://a.com`"),
        (r#"{"credentials": "yes"}"#, "takes `true` or `false`, not `yes`"),
        (r#"{"max_age": 1.5}"#, "takes seconds or a duration, not `1.5`"),
        (r#"{"origins": [{"regexp": "x"}]}"#, "or a regex, `{ \"regex\": "),
        (r#"{"production": {"methods": 1}}"#, "takes a list or `any`, not `1`"),
    ] {
        let error = serde_json::from_str::<Config>(json).expect_err(json).to_string();
        assert!(error.contains(wanted), "{json}: {error}");
    }
}

#[test]
fn the_environment() {
    let rules = |variables: &[(&str, &str)]| match Config::from_vars("CORS", variables.iter().copied())
        .policy(Mode::Production)
    {
        Ok(_) => Vec::new(),
        Err(violations) => violations.iter().map(|violation| violation.rule().name()).collect::<Vec<_>>(),
    };
    let origin = ("CORS_ORIGINS", "https://a.com, https://*.a.com,");
    assert_eq!(rules(&[]), ["empty_origins"], "unset");
    assert_eq!(rules(&[("CORS_ORIGINS", "")]), ["empty_origins"], "empty");
    assert_eq!(rules(&[("CORS_ORIGINS", " , ")]), ["empty_origins"], "blank");
    assert_eq!(rules(&[("CORS_ORIGIN", "https://a.com")]), ["unknown_key"], "misspelled");
    assert_eq!(rules(&[origin, ("CORS_MODE", "production"), ("CORSX", "y")]), [""; 0], "no settings");
    assert_eq!(rules(&[origin, ("CORS_CREDENTIALS", "yes")]), ["wrong_type"], "not a switch");
    assert_eq!(rules(&[origin, ("CORS_MAX_AGE", "1h"), ("CORS_TIMING", "true")]), [""; 0], "fine");
    assert_eq!(rules(&[origin, ("CORS_MAX_AGE", "")]), ["invalid_max_age"], "empty");
    assert_eq!(rules(&[origin, ("CORS_PREFLIGHT_STATUS", "ok")]), ["invalid_status"], "no number");
    let violations = Config::from_vars("CORS", [origin, ("CORS_PREFLIGHT_STATUS", " ok ")])
        .policy(Mode::Production)
        .expect_err("it is no number");
    let values: Vec<_> = violations.iter().map(|violation| violation.value()).collect();
    assert_eq!(values, [Some("ok")], "what was written is shown");
    assert_eq!(rules(&[("CORS_ORIGINS", "any")]), ["any_origin"], "any");
    assert_eq!(
        rules(&[("CORS_ORIGINS", "any"), ("CORS_EXPECT", "any_origin = public data")]),
        [""; 0],
        "any on purpose"
    );
}
