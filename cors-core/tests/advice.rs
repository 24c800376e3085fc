//! Advice, case by case: which rules fire and where, what the message says and never says, and what comes of following it.

use cors_engine::{Config, Draft, Mode, Violation};
use serde_json::Value;

/// The strings of a field.
fn strings<'c>(case: &'c Value, field: &str) -> Vec<&'c str> {
    let list = case[field].as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().map(|text| text.as_str().expect("a string")).collect()
}

#[test]
fn cases() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("advice.json")).expect("the cases are JSON");
    let mut broken = Vec::new();
    for case in &cases {
        let policy = case["policy"].to_string();
        for fault in judge(case, &policy) {
            broken.push(format!("{}: {policy}\n{fault}", case["kind"]));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
}

/// What is wrong with the advice on one case.
fn judge(case: &Value, policy: &str) -> Vec<String> {
    let draft: Draft = serde_json::from_str(policy).unwrap_or_else(|error| panic!("{policy}: {error}"));
    let config = draft.into_config();
    let violations = match config.policy(Mode::Production) {
        Ok(policy) => {
            let shut_out =
                strings(case, "meant").into_iter().filter(|origin| !policy.allows_origin(origin.as_bytes()));
            let mut faults: Vec<String> = shut_out.map(|origin| format!("{origin} is shut out")).collect();
            if !strings(case, "rules").is_empty() {
                faults.push("no rule fires".into());
            }
            return faults;
        }
        Err(violations) => violations,
    };
    let text = violations.to_string();
    let place = |violation: &Violation| match violation.locus().entry {
        Some(entry) => format!("{} {entry}", violation.rule()),
        None => violation.rule().to_string(),
    };
    let mut found: Vec<String> = violations.iter().map(place).collect();
    let mut wanted = strings(case, "rules");
    // The order of JSON's keys is their reader's.
    found.sort_unstable();
    wanted.sort_unstable();
    let mut faults = Vec::new();
    if found != wanted {
        faults.push(format!("{found:?} fire"));
    }
    faults.extend(
        strings(case, "help").iter().filter(|part| !text.contains(**part)).map(|part| format!("no {part}")),
    );
    faults.extend(
        strings(case, "never").iter().filter(|part| text.contains(**part)).map(|part| format!("says {part}")),
    );
    if case["proposes"] == false && violations.iter().any(|violation| violation.proposal().is_some()) {
        faults.push("something is proposed".into());
    }
    let meant = strings(case, "meant");
    if !meant.is_empty() {
        match config.following(&violations).policy(Mode::Production) {
            Ok(policy) => {
                let shut_out = meant.iter().filter(|origin| !policy.allows_origin(origin.as_bytes()));
                faults.extend(shut_out.map(|origin| format!("followed, {origin} is shut out")));
            }
            Err(left) => faults.push(format!("followed, there is left: {left}")),
        }
    }
    if !faults.is_empty() {
        faults.push(text);
    }
    faults
}

/// Entries that are no origins, as they come from the settings of other tools, from shells and from typing.
const ODD: [&str; 92] = [
    "",
    " ",
    "none",
    "'none'",
    "None",
    "nobody",
    "self",
    "null,",
    "NULL",
    "undefined",
    "${ORIGIN}",
    "*",
    "all",
    "true",
    "0",
    "localhost",
    "localhost:3000",
    "a.example",
    "backend",
    "backend:80",
    "//a.example",
    "://a.example",
    "https",
    "https:",
    "https://",
    "https://:80",
    "https:///",
    "https://*",
    "https://*:3000",
    "http://*:*",
    "https://*.",
    "https://*.*",
    "https://**.a.example",
    "https://*.com*",
    "https://a.*",
    "https://a.*.example",
    "https://*a.example",
    "https://a*.example",
    "*-a.vercel.app",
    "*.a.example",
    ".a.example",
    "https://.a.example",
    "https://a..example",
    "https://a.example..",
    "https://..",
    "https://.",
    "vscode-webview://*",
    "tauri://*",
    "chrome-extension://*",
    "app://",
    "capacitor://",
    "http*://*",
    "1https://a.example",
    "ht tps://a.example",
    "https ://a.example",
    "https://a b.example",
    "https://a!b.example",
    "https://a%62.example",
    "https://a,b.example",
    "https://a_b!",
    "https://127.1",
    "https://0x7f.1",
    "https://2130706433",
    "https://01.2.3.4",
    "https://1.2.3",
    "https://1.2.3.256",
    "https://1.2.3.4.5",
    "https://a.0x1",
    "http://[::1",
    "http://::1",
    "http://[0:0:0:0:0:0:0:1]",
    "http://[::1]]",
    "https://[a.example]",
    "https://*.10.0.0.1",
    "https://10.0.0.0/8",
    "10.0.0.*",
    "192.168.1.1",
    "https://a.example:0",
    "https://a.example:65536",
    "https://a.example:x",
    "https://a.example:",
    "https://a.example:1-9",
    "https://a.example:80:81",
    "https://my@pp.example",
    "https://a.example:443@b.example",
    "https://shop.my/app.example",
    "https://my?pp.example",
    "file:///index.html",
    "file:",
    "about:blank",
    "mailto:me@a.example",
    "https://https://",
];

/// Regexes that cannot be used.
const ODD_REGEXES: [&str; 16] = [
    "",
    "(",
    "[",
    "*",
    "https://[a-z",
    "^$",
    "a.example",
    "https://a.example/",
    r"(?=a)https://a\.example",
    r"https://a\.example/.*",
    r"https://A\.example",
    r"https://a\.example:443",
    "${ORIGIN}",
    ".*(",
    r"\bhttps://(",
    "https://*.a.example",
];

/// Every violation says what to do, in each language, and what is proposed passes.
#[test]
fn what_is_no_origin_has_a_help() {
    use cors_engine::Language::{Attribute, Env, Json, Macro, Toml, Yaml};
    let mut broken = Vec::new();
    let mut judge = |name: String, config: &Config| {
        for mode in [Mode::Production, Mode::Development] {
            let Err(violations) = config.policy(mode) else { continue };
            let mut faults = Vec::new();
            if violations.iter().any(|violation| violation.help().is_none_or(|help| help.trim().is_empty())) {
                faults.push("has no help".to_owned());
            }
            if violations.iter().all(|violation| violation.proposal().is_some())
                && let Err(left) = config.following(&violations).policy(mode)
            {
                faults.push(format!("followed, there is left: {left}"));
            }
            broken
                .extend(faults.into_iter().map(|fault| format!("{name} in {mode:?} {fault}\n{violations}")));
        }
    };
    for word in [
        "all",
        "ALL",
        "any",
        "every",
        "everything",
        "none",
        "*",
        "*:*",
        "https://*",
        "localhost:*",
        "0.0.0.0/0",
    ] {
        let policy = serde_json::json!({ "origins": ["https://good.example"], "hosts": [word] });
        let config: Config = serde_json::from_value(policy).expect("it is JSON");
        for language in [Macro, Attribute, Toml, Json, Yaml, Env] {
            assert!(config.policy(Mode::Production).is_err(), "{word} passes as a host");
            judge(format!("host {word} in {language:?}"), &config.clone().written_in(language));
        }
    }
    let texts = ODD.iter().map(|text| serde_json::json!(text));
    let regexes = ODD_REGEXES.iter().map(|text| serde_json::json!({ "regex": text }));
    for entry in texts.chain(regexes) {
        let policy = serde_json::json!({ "origins": [entry, "https://good.example"] });
        let config: Config = serde_json::from_value(policy).expect("it is JSON");
        for language in [Macro, Attribute, Toml, Json, Yaml, Env] {
            judge(format!("{entry} in {language:?}"), &config.clone().written_in(language));
        }
    }
    for text in ODD {
        let value = format!("{text},https://good.example");
        judge(format!("CORS_ORIGINS={value}"), &Config::from_vars("CORS", [("CORS_ORIGINS", value)]));
    }
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
}

/// A file of any format is judged in its own words.
#[test]
fn each_language_shows_what_to_write_there() {
    let toml: Config = toml::from_str("origins = ['*', 'a.example']").expect("it is TOML");
    let json: Config = serde_json::from_str(r#"{ "origins": ["*", "a.example"] }"#).expect("it is JSON");
    let env = Config::from_vars("APP_CORS", [("APP_CORS_ORIGINS", "*,a.example")]);
    let yaml = toml.clone().written_in(cors_engine::Language::Yaml);
    let compiled = toml.clone().written_in(cors_engine::Language::Macro);
    let attribute = toml.clone().written_in(cors_engine::Language::Attribute);
    for (config, any, expect, entry) in [
        (
            toml,
            "`origins = \"any\"`",
            "`expect = [{ rule = \"any_origin\", reason = ",
            "write \"https://a.example\"",
        ),
        (
            json,
            "`\"origins\": \"any\"`",
            "`\"expect\": [{ \"rule\": \"any_origin\", ",
            "write \"https://a.example\"",
        ),
        (env, "`APP_CORS_ORIGINS=any`", "`APP_CORS_EXPECT=any_origin = ", "write `https://a.example`"),
        (yaml, "`origins: any`", "`expect: [{ rule: \"any_origin\", ", "write \"https://a.example\""),
        (compiled, "origins: any`", "`#[expect(any_origin, reason = ", "write \"https://a.example\""),
        (attribute, "`origins = any`", "`expect(any_origin, reason = ", "write \"https://a.example\""),
    ] {
        let text = config.policy(Mode::Production).expect_err("it is wrong").to_string();
        for part in [any, expect, entry] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
    }
}

/// A variable holds no regex: where a pattern says the same, that is proposed, and else where a regex can stand.
#[test]
fn regexes_in_the_environment() {
    const FILE: &str = r"write `{ regex = '^https://pr-\d+\.example\.com$' }` in a policy file, or `regex(r";
    const MARKED: &str =
        r"write `{ regex = '^https://[a-z]{2,3}\.example\.com$' }` in a policy file, or `regex(r";
    const NONE: &str = "a variable cannot hold a regex: list the origins one by one";
    for (written, help) in [
        (r"re:^https://.*\.example\.com$", "write `https://*.example.com`"),
        (r"^https://.*\.example\.com$", "write `https://*.example.com`"),
        (r"https?://app\.example\.com", "write `https://app.example.com`"),
        (r"^https://pr-\d+\.example\.com$", FILE),
        (r"re:^https://pr-\d+\.example\.com$", FILE),
        (r"regex:^https://pr-\d+\.example\.com$", FILE),
        (r"~^https://pr-\d+\.example\.com$", FILE),
        (r"/^https:\/\/pr-\d+\.example\.com$/", FILE),
        (r"{ regex = '^https://pr-\d+\.example\.com$' }", FILE),
        (r#"{"regex": "^https://pr-\\d+\\.example\\.com$"}"#, FILE),
        (r#"regex(r"^https://pr-\d+\.example\.com$")"#, FILE),
        (r"^https://[a-z]{2,3}\.example\.com$", MARKED),
        (
            r"https://pr-*.example.com",
            r"write `{ regex = '^https://pr-[a-z0-9-]+\.example\.com$' }` in a policy file",
        ),
        (r"re:^https://.*\.vercel\.app$", NONE),
        (r"^https://[a-z]{10}\.com$", NONE),
        ("re:.*", "for public data write `CORS_ORIGINS=any`"),
        (r"re:^http://localhost:\d+$", "write `http://localhost:*` and `CORS_EXPECT=loopback_origin = "),
    ] {
        let config = Config::from_vars("CORS", [("CORS_ORIGINS", written)]);
        let violations = config.policy(Mode::Production).expect_err(written);
        assert_eq!(violations.len(), 1, "{written}: {violations}");
        assert!(violations.to_string().contains(help), "{written}: {violations}");
    }
}

/// A variable whose name is a slip is read as the one that was meant, so that only the name is wrong.
#[test]
fn misspelled_variables_are_read_as_what_they_were_meant_as() {
    let variables = [
        ("CORS_ORGINS", "a.example,https://b.example"),
        ("CORS_SUPPORTS_CREDENTIALS", "true"),
        ("CORS_MAXAGE", "3600"),
    ];
    let config = Config::from_vars("CORS", variables);
    let violations = config.policy(Mode::Production).expect_err("no name is right");
    let rules: Vec<&str> = violations.iter().map(|violation| violation.rule().name()).collect();
    let unknown = rules.iter().filter(|rule| **rule == "unknown_key").count();
    assert!(unknown == 3 && rules.len() == 4 && rules.contains(&"invalid_origin"), "{violations}");
    let policy =
        config.following(&violations).policy(Mode::Production).expect("all helps together are right");
    assert!(policy.allows_origin(b"https://a.example") && policy.allows_origin(b"https://b.example"));
    assert!(policy.credentials(), "{policy:?}");
}

/// What is wrong with the value of a misspelled key is said of the key that stands there.
#[test]
fn misspelled_keys_are_named_as_they_are_written() {
    for (toml, expected) in [
        ("orgins = ['a.example']", "`a.example` is not an origin: it has no scheme"),
        ("orgins = 'a.example'", "`orgins`, read as `origins`, takes a list or `any`, not `a.example`"),
        ("orgins = [5]", "an entry of `orgins`, read as `origins`, is not `5`"),
        ("credentails = 'yes'", "`credentails`, read as `credentials`, takes `true` or `false`, not `yes`"),
        ("maxAge = '99h'", "`99h` is longer than a day"),
        ("allowed_methods = ['get']", "`get` is not `GET`"),
        ("exposed = ['x-*']", "`x-*` is a family, and `exposed`, read as `expose`, takes names"),
    ] {
        let written = toml.split(' ').next().expect("a key");
        let toml = match toml {
            toml if toml.starts_with('o') => toml.to_owned(),
            toml => format!("{toml}\norigins = ['https://a.example']"),
        };
        let draft: Draft = toml::from_str(&toml).unwrap_or_else(|error| panic!("{toml}: {error}"));
        let violations = draft.into_config().policy(Mode::Production).expect_err("the key is wrong");
        let all: Vec<(Option<&str>, &str)> =
            violations.iter().map(|violation| (violation.key(), violation.message())).collect();
        assert!(all.iter().all(|(key, _)| *key == Some(written)), "{toml}: {violations}");
        assert!(all.iter().any(|(_, message)| *message == expected), "{toml}: {violations}");
    }
}

/// A block under another name is one fault, and read as the one that was meant unless that is there as well.
#[test]
fn misspelled_blocks_are_read_as_what_they_were_meant_as() {
    let origins = "origins = ['https://a.example']";
    for (toml, is_proposed) in [
        (format!("[prod]\n{origins}"), true),
        (format!("[Production]\n{origins}"), true),
        (format!("[producton]\n{origins}"), true),
        (format!("[live]\n{origins}\n[dev]\norigins = 'any'"), true),
        (format!("[prod]\n{origins}\n[production]\ntiming = true"), false),
        (format!("[prod]\n{origins}\n[live]\ntiming = true"), false),
        (format!("[production]\n{origins}\n[production.dev]\ntiming = true"), false),
        (format!("{origins}\ndebug = true"), false),
    ] {
        let draft: Draft = toml::from_str(&toml).unwrap_or_else(|error| panic!("{toml}: {error}"));
        let config = draft.into_config();
        let violations = config.policy(Mode::Production).expect_err("a name is wrong");
        assert!(violations.iter().all(|violation| violation.rule().name() == "unknown_key"), "{violations}");
        let proposed = violations.iter().all(|violation| violation.proposal().is_some());
        assert_eq!(proposed, is_proposed, "{toml}: {violations}");
        let policy = config.following(&violations).policy(Mode::Production);
        assert_eq!(policy.is_ok(), is_proposed, "{toml}: {policy:?}");
        assert!(policy.is_err() || policy.is_ok_and(|policy| policy.allows_origin(b"https://a.example")));
    }
}

/// A hundred thousand entries, each of them wrong: judging takes time in proportion, and shows the first.
#[test]
fn a_long_list_of_mistakes_is_shown_in_part() {
    let origins = (0..2_000).map(|number| format!("HTTPS://shop{number}.example.com/"));
    let config = Config::new(cors_engine::Block::new().origins(origins));
    let violations = config.policy(Mode::Production).expect_err("each is wrong");
    assert_eq!(violations.len(), 2_000);
    let (some, all) = (violations.to_string(), format!("{violations:#}"));
    assert_eq!(some.matches("[invalid_origin]").count(), 50);
    assert!(some.ends_with("\n\n… and 1950 more"), "{some}");
    assert_eq!(all.matches("[invalid_origin]").count(), 2_000);
    let policy = config.following(&violations).policy(Mode::Production);
    assert!(policy.is_ok_and(|policy| policy.allows_origin(b"https://shop1999.example.com")));
}

#[test]
fn the_bytes_at_fault_are_marked() {
    let config: Config =
        toml::from_str("origins = ['https://app.example/shop', \"https://a.exämple\"]").expect("it is TOML");
    let text = config.policy(Mode::Production).expect_err("it is wrong").to_string();
    assert!(text.contains("\n    https://app.example/shop\n                       ^^^^^\n"), "{text}");
    assert!(text.contains("\n    https://a.exämple\n            ^^^^^^^^^\n"), "{text}");
}

/// Variables as shells, containers and people write them: the rules that fire, and the policy with all helps followed.
#[test]
fn variables_as_people_write_them() {
    let origins = |text| vec![("CORS_ORIGINS", text)];
    let with = |name, text| vec![("CORS_ORIGINS", "https://a.example"), (name, text)];
    let expect = |text| vec![("CORS_ORIGINS", "http://localhost:3000"), ("CORS_EXPECT", text)];
    for (variables, rules, help) in [
        (
            origins(r#"["https://a.example", "https://b.example"]"#),
            "wrong_type",
            "`CORS_ORIGINS=https://a.example,https://b.example`",
        ),
        (
            origins(r#""https://a.example,https://b.example""#),
            "wrong_type",
            "`CORS_ORIGINS=https://a.example,https://b.example`",
        ),
        (origins("'https://a.example'"), "wrong_type", "`CORS_ORIGINS=https://a.example`"),
        (origins(r#"["https://a.example"]"#), "wrong_type", "`CORS_ORIGINS=https://a.example`"),
        (
            with("CORS_ENABLED", "true"),
            "unknown_key",
            "take it out: a policy holds wherever the app wraps it",
        ),
        (with("CORS_RESOURCES", "/api/*"), "unknown_key", "with `Cors::at`"),
        (with("CORS_CREDENTIALS", "include"), "wrong_type", "`CORS_CREDENTIALS=true`"),
        (
            origins("https://a.example;https://b.example"),
            "invalid_origin",
            "https://a.example,https://b.example",
        ),
        (with("CORS_METHODS", r#"["GET","POST"]"#), "wrong_type", "`CORS_METHODS=GET,POST`"),
        (with("CORS_METHODS", "GET POST"), "invalid_method", "write `GET,POST`"),
        (with("CORS_HEADERS", "Content-Type Authorization"), "invalid_header", "content-type,authorization"),
        (with("CORS_HEADERS", "'x-a'"), "wrong_type", "`CORS_HEADERS=x-a`"),
        (with("CORS_HOSTS", "[::1]:80"), "invalid_host", "write `[::1]`"),
        (with("CORS_CREDENTIALS", "\"true\""), "wrong_type", "`CORS_CREDENTIALS=true`"),
        (with("CORS_CREDENTIALS", ""), "wrong_type", "and is empty"),
        (with("CORS_MAX_AGE", "'3600'"), "invalid_max_age", "`CORS_MAX_AGE=3600`"),
        (with("CORS_MAX_AGE", ""), "invalid_max_age", "an empty string"),
        (with("CORS_PREFLIGHT_STATUS", "\"200\""), "invalid_status", "`CORS_PREFLIGHT_STATUS=200`"),
        (with("CORS_DEVELOPMENT", "true"), "unknown_key", "holds in both modes"),
        (with("CORS_DEBUG", "true"), "unknown_key", "the keys are CORS_ORIGINS"),
        (expect("loopback_origin: the app"), "wrong_type", "`CORS_EXPECT=loopback_origin = the app`"),
        (
            expect(r#"{"rule":"loopback_origin","reason":"the app"}"#),
            "wrong_type",
            "`CORS_EXPECT=loopback_origin = why it is right here`",
        ),
        (expect("loopback-origin = the app"), "unknown_rule", "`loopback_origin`"),
        (expect("loopback_origin = the app, which we ship"), "unknown_rule", "without commas"),
    ] {
        let config = Config::from_vars("CORS", variables.clone());
        let violations = config.policy(Mode::Production).expect_err("each is wrong");
        let fired: Vec<&str> = violations.iter().map(|violation| violation.rule().name()).collect();
        assert_eq!(fired.join(" "), rules, "{variables:?}: {violations}");
        assert!(violations.to_string().contains(help), "{variables:?}: {violations}");
        if violations.iter().all(|violation| violation.proposal().is_some()) {
            let left = config.following(&violations).policy(Mode::Production);
            assert!(left.is_ok(), "{variables:?}: {violations}\n\nfollowed: {left:?}");
        }
    }
}
