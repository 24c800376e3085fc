//! The engine against the naive reference, over generated policies and requests.

use cors_engine::{Config, Entry, Mode};
use cors_properties::decide::consistent;
use cors_properties::engine;
use cors_properties::origin::ENTRIES;
use cors_properties::reference::{self, Head, Settings, accepts};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::RngSeed;

/// What is put together to an origin.
const SCHEMES: &[&str] =
    &["https://", "http://", "tauri://", "app://", "HTTPS://", "https:/", "://", "", "null"];
const LABELS: &[&str] = &[
    "a.", "b.", "a.a.", "bar", "foo.", "www.", "-.", "_.", ".", "*.", "x\u{e9}.", "A.", "a`.", "a@", "a:1@",
    "a/", "a#", "a\\",
];
const HOSTS: &[&str] =
    &["foo.com", "bar.com", "localhost", "127.0.0.1", "[::1]", "com", "", "foo.com.", "foo.com.evil.net"];
const PORTS: &[&str] = &[
    "", ":8443", ":3000", ":443", ":80", ":0", ":65535", ":65536", ":08443", ":", ":x", ":+1", "/", "?", " ",
    "\n",
];

fn origin() -> impl Strategy<Value = Vec<u8>> {
    let composed =
        (select(SCHEMES), proptest::collection::vec(select(LABELS), 0..4), select(HOSTS), select(PORTS))
            .prop_map(|(scheme, labels, host, port)| {
                format!("{scheme}{}{host}{port}", labels.concat()).into_bytes()
            });
    let listed = (select(ENTRIES), select(&["a", "a.b", "", "a.", "-", "A"][..]), select(PORTS)).prop_map(
        |(entry, label, port)| entry.replace("://*", &format!("://{label}")).replace(":*", port).into_bytes(),
    );
    prop_oneof![4 => composed, 4 => listed, 1 => proptest::collection::vec(any::<u8>(), 0..320)]
}

fn names(pool: &'static [&'static str]) -> impl Strategy<Value = Option<Vec<String>>> {
    prop_oneof![
        4 => subsequence(pool, 0..=pool.len()).prop_map(|names| Some(names.into_iter().map(String::from).collect())),
        1 => Just(None),
    ]
}

fn settings() -> impl Strategy<Value = Settings> {
    let origins = prop_oneof![
        6 => subsequence(ENTRIES, 1..=ENTRIES.len()).prop_shuffle()
            .prop_map(|entries| Some(entries.into_iter().map(String::from).collect::<Vec<_>>())),
        1 => Just(None),
    ];
    let lists = (
        names(&["GET", "HEAD", "PUT", "PATCH", "patch", "PURGE"]),
        names(&["authorization", "content-type", "x-a", "x-ab", "x-b"]),
        names(&["etag", "x-total-count"]),
    );
    let switches = (any::<bool>(), any::<bool>(), any::<bool>());
    (origins, lists, switches, proptest::option::of(0u32..=86_400), 200u16..300).prop_map(
        |(
            origins,
            (methods, headers, expose),
            (credentials, private_network, timing),
            max_age,
            preflight_status,
        )| {
            let credentials = credentials && origins.is_some();
            let expose = if credentials { expose.or(Some(Vec::new())) } else { expose };
            Settings {
                origins,
                credentials,
                methods: methods.map(with_head),
                headers,
                expose,
                max_age,
                private_network,
                timing,
                preflight_status,
            }
        },
    )
}

fn with_head(mut methods: Vec<String>) -> Vec<String> {
    if methods.first().is_some_and(|first| first == "GET") && !methods.contains(&"HEAD".into()) {
        methods.insert(1, "HEAD".into());
    }
    methods
}

fn head() -> impl Strategy<Value = Head> {
    let method = select(&["GET", "OPTIONS", "OPTIONS", "OPTIONS", "POST", "options"][..]);
    let origins = prop_oneof![
        1 => Just(Vec::new()),
        8 => origin().prop_map(|origin| vec![origin]),
        1 => (origin(), origin()).prop_map(|(a, b)| vec![a, b]),
    ];
    let requested = select(
        &[
            "GET", "HEAD", "PUT", "PATCH", "patch", "PURGE", "TRACE", "connect", "", "GET, PUT", "*", "G T",
            "\u{e9}",
        ][..],
    );
    let requested = prop_oneof![
        1 => Just(Vec::new()),
        8 => requested.prop_map(|method| vec![method.as_bytes().to_vec()]),
        1 => Just(vec![b"GET".to_vec(), b"GET".to_vec()]),
    ];
    let element = select(
        &[
            "authorization",
            "Content-Type",
            " x-a ",
            "\tX-AB",
            "x-b",
            "",
            " ",
            "x-c",
            "x a",
            "*",
            "\u{e9}",
            ",,,,,,,,,",
            "x-a,x-b",
        ][..],
    );
    let line = proptest::collection::vec(element, 0..4).prop_map(|elements| elements.join(",").into_bytes());
    let lines = proptest::collection::vec(line, 0..3);
    (method, origins, requested, lines, any::<bool>()).prop_map(
        |(method, origin, requested_method, requested_headers, private_network)| Head {
            method: method.into(),
            origin,
            requested_method,
            requested_headers,
            private_network,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1_000,
        failure_persistence: None,
        // The same in each run: what CI finds is found again. PROPTEST_CASES for more.
        rng_seed: RngSeed::Fixed(17),
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_engine_answers_as_the_reference_does(settings in settings(), heads in proptest::collection::vec(head(), 1..12)) {
        let policy = engine::compile(&settings).expect("nothing impossible is made up");
        for head in heads {
            let (answer, wanted) = (engine::answer(&policy, &head), reference::answer(&settings, &head));
            prop_assert_eq!(&answer, &wanted, "{:?}", head);
            // T02, T39
            consistent(&answer);
        }
    }

    /// Many entries, so that patterns are found by hashing and not one by one; in any order.
    #[test]
    fn long_lists_accept_as_their_entries_do(
        hosts in proptest::collection::btree_set("[a-c]{1,2}(\\.[a-c]{1,2}){1,3}", 6..40),
        kinds in proptest::collection::vec(0u8..4, 40),
        probes in proptest::collection::vec("https://[a-c.]{1,12}(:(8443|443|1))?", 40),
    ) {
        let entries: Vec<String> = hosts.iter().zip(kinds).map(|(host, kind)| match kind {
            0 => format!("https://{host}"),
            1 => format!("https://*.{host}"),
            2 => format!("https://*.{host}:*"),
            _ => format!("https://{host}:8443"),
        }).collect();
        let policy = engine::compile(&Settings {
            origins: Some(entries.clone()),
            methods: Some(vec!["GET".into(), "HEAD".into()]),
            headers: Some(Vec::new()),
            expose: Some(Vec::new()),
            preflight_status: 204,
            ..Settings::default()
        }).expect("the hosts are distinct");
        let extended = hosts.iter().flat_map(|host| [
            format!("https://{host}"), format!("https://a.{host}"), format!("https://a.b.{host}:8443"), format!("https://a{host}"),
        ]);
        for origin in probes.into_iter().chain(extended) {
            let wanted = entries.iter().any(|entry| accepts(entry, origin.as_bytes()));
            prop_assert_eq!(policy.allows_origin(origin.as_bytes()), wanted, "{} in {:?}", origin, entries);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        // Few, for each is judged by every rule.
        cases: 100,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(17),
        ..ProptestConfig::default()
    })]

    /// The policy as a file, read back: the rules that production asks to be expected are expected.
    #[test]
    fn a_policy_written_as_a_file_decides_alike(settings in settings(), regex in any::<bool>(), heads in proptest::collection::vec(head(), 1..12)) {
        let regexes = settings.origins.iter().flatten().take(usize::from(regex)).map(|_| Entry::regex(r"^https://pr-\d+\.foo\.com$"));
        let listed = settings.origins.iter().flatten().map(|origin| Entry::from(origin.as_str()));
        let policy = engine::compile_origins(&settings, listed.chain(regexes)).expect("nothing impossible is made up");
        let text = policy.to_toml();
        let config: Config = toml::from_str(&text).expect("it is TOML");
        let read = config.policy(Mode::Production).unwrap_or_else(|violations| panic!("{text}\n{violations}"));
        prop_assert_eq!(read.fingerprint(), policy.fingerprint(), "{}", text);
        for head in heads {
            prop_assert_eq!(engine::answer(&read, &head), engine::answer(&policy, &head), "{:?} by {}", head, text);
        }
    }
}
