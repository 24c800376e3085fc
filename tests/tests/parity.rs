//! The same settings in each way, `cors_policy!`, the builder, a file, and the file that is written of the static, are the
//! same policy: the same tables to the byte, and the same answers.

use cors_engine::{Block, Config, Mode, Policy, PolicySet};
use cors_macros::cors_policy;
use cors_properties::engine;
use cors_properties::reference::Head;

/// One policy, three times.
struct Case {
    name: &'static str,
    compiled: &'static PolicySet,
    built: Config,
    file: &'static str,
}

cors_policy! {
    static TASKS;

    methods: [GET, POST, PUT, PATCH, DELETE],

    production {
        origins: ["https://myapp.com", "https://*.myapp.com", "tauri://localhost"],
        credentials: true,
        headers: ["authorization", "Content-Type", "x-csrftoken", "x-requested-with"],
        expose: ["x-total-count"],
        max_age: 1h,
        hosts: ["api.myapp.com", ".internal.myapp.com"],
    }

    development {
        origins: any,
        headers: any,
        hosts: any,
    }
}

fn tasks() -> Case {
    let origins = ["https://myapp.com", "https://*.myapp.com", "tauri://localhost"];
    let headers = ["authorization", "Content-Type", "x-csrftoken", "x-requested-with"];
    let production = Block::new()
        .origins(origins)
        .credentials(true)
        .headers(headers)
        .expose(["x-total-count"])
        .max_age(3600)
        .hosts(["api.myapp.com", ".internal.myapp.com"]);
    let development = Block::new().any_origin().any_header().any_host();
    Case {
        name: "TASKS",
        compiled: &TASKS,
        built: Config::new(Block::new().methods(["GET", "POST", "PUT", "PATCH", "DELETE"]))
            .production(production)
            .development(development),
        file: r#"
            methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]

            [production]
            origins = ["https://myapp.com", "https://*.myapp.com", "tauri://localhost"]
            credentials = true
            headers = ["authorization", "Content-Type", "x-csrftoken", "x-requested-with"]
            expose = ["x-total-count"]
            max_age = "1h"
            hosts = ["api.myapp.com", ".internal.myapp.com"]

            [development]
            origins = "any"
            headers = "any"
            hosts = "any"
        "#,
    }
}

cors_policy! {
    static PUBLIC;

    origins: any,
    methods: any,
    headers: any,
    expose: any,
    max_age: 0,
    timing: true,
    preflight_status: 200,
    expect(any_origin, reason = "public data"),
}

fn public() -> Case {
    Case {
        name: "PUBLIC",
        compiled: &PUBLIC,
        built: Config::new(
            Block::new()
                .any_origin()
                .any_method()
                .any_header()
                .expose_any()
                .max_age(0)
                .timing(true)
                .preflight_status(200)
                .expect("any_origin", "public data"),
        ),
        file: r#"
            origins = "any"
            methods = "any"
            headers = "any"
            expose = "any"
            max_age = 0
            timing = true
            preflight_status = 200
            expect = [{ rule = "any_origin", reason = "public data" }]
        "#,
    }
}

cors_policy! {
    static MIRROR;

    origins: ["null", "http://localhost:*", "https://app.example:8443", "https://*.app.example:8443"],
    credentials: true,
    methods: [],

    production {
        methods: any,
        headers: any,
        private_network: true,
        expect(null_origin, reason = "a sandboxed frame"),
        expect(loopback_origin, reason = "a desktop app"),
        expect(any_method_with_credentials, reason = "a gateway"),
        expect(any_header_with_credentials, reason = "a gateway"),
        expect(private_network, reason = "old clients"),
    }

    development { timing: true }
}

fn mirror() -> Case {
    let origins = ["null", "http://localhost:*", "https://app.example:8443", "https://*.app.example:8443"];
    let outer = Block::new().origins(origins).credentials(true).methods([""; 0]);
    let production = Block::new()
        .any_method()
        .any_header()
        .private_network(true)
        .expect("null_origin", "a sandboxed frame")
        .expect("loopback_origin", "a desktop app")
        .expect("any_method_with_credentials", "a gateway")
        .expect("any_header_with_credentials", "a gateway")
        .expect("private_network", "old clients");
    Case {
        name: "MIRROR",
        compiled: &MIRROR,
        built: Config::new(outer).production(production).development(Block::new().timing(true)),
        file: r#"
            origins = ["null", "http://localhost:*", "https://app.example:8443", "https://*.app.example:8443"]
            credentials = true
            methods = []

            [production]
            methods = "any"
            headers = "any"
            private_network = true
            expect = [
                { rule = "null_origin", reason = "a sandboxed frame" },
                { rule = "loopback_origin", reason = "a desktop app" },
                { rule = "any_method_with_credentials", reason = "a gateway" },
                { rule = "any_header_with_credentials", reason = "a gateway" },
                { rule = "private_network", reason = "old clients" },
            ]

            [development]
            timing = true
        "#,
    }
}

fn cases() -> [Case; 3] {
    [tasks(), public(), mirror()]
}

/// The policy of each road in each mode that the case has.
fn each_mode(mut test: impl FnMut(&str, &Policy, [&Policy; 3])) {
    for Case { name, compiled, built, file } in cases() {
        let config =
            |text: &str| -> Config { toml::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}")) };
        let (read, written) = (config(file), config(&compiled.to_toml()));
        for mode in [Mode::Production, Mode::Development] {
            assert_eq!(built.has(mode), read.has(mode), "{name}");
            let load =
                |config: &Config| config.policy(mode).unwrap_or_else(|broken| panic!("{name}: {broken}"));
            match compiled.get(mode) {
                Some(compiled) => test(
                    &format!("{name} in {mode}"),
                    compiled,
                    [&load(&built), &load(&read), &load(&written)],
                ),
                None => assert!(!built.has(mode), "{name} has no policy for {mode}"),
            }
        }
    }
}

#[test]
fn the_tables_are_the_same() {
    each_mode(|name, compiled, loaded| {
        for loaded in loaded {
            assert!(compiled == loaded, "{name}: {compiled:?} is not {loaded:?}");
        }
    });
}

#[test]
fn the_answers_are_the_same() {
    let mut answers = Vec::new();
    each_mode(|name, compiled, loaded| {
        let compiled: Vec<_> = requests().iter().map(|head| engine::answer(compiled, head)).collect();
        for loaded in loaded {
            for (head, compiled) in requests().iter().zip(&compiled) {
                assert_eq!(*compiled, engine::answer(loaded, head), "{name}: {head:?}");
            }
        }
        answers.push(compiled);
    });
    let distinct = answers.iter().enumerate().all(|(at, answer)| !answers[..at].contains(answer));
    assert!(distinct, "requests that no two policies answer alike");
}

/// Requests of every kind: with and without each field, allowed by some policy and by none.
fn requests() -> Vec<Head> {
    let origins = [
        None,
        Some("null"),
        Some("https://myapp.com"),
        Some("https://a.b.myapp.com"),
        Some("http://myapp.com"),
        Some("tauri://localhost"),
        Some("http://localhost:5173"),
        Some("https://shop.app.example:8443"),
        Some("https://evilapp.example:8443"),
    ];
    let methods =
        [None, Some("GET"), Some("HEAD"), Some("PATCH"), Some("patch"), Some("PURGE"), Some("TRACE")];
    let headers = [None, Some(""), Some("authorization,x-csrftoken"), Some("x-other"), Some("no token")];
    let mut requests = Vec::new();
    for origin in origins {
        for requested_method in methods {
            for requested_headers in headers {
                for method in ["GET", "OPTIONS"] {
                    let lines =
                        |line: Option<&str>| line.map(|line| line.as_bytes().to_vec()).into_iter().collect();
                    requests.push(Head {
                        method: method.into(),
                        origin: lines(origin),
                        requested_method: lines(requested_method),
                        requested_headers: lines(requested_headers),
                        private_network: requested_headers.is_none(),
                    });
                }
            }
        }
    }
    requests
}
