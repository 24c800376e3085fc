//! Verdicts, by table and by chance.

use super::super::automaton::{Label, RegexErrorKind, work};
use super::super::origin_language::tests::{ORIGINS, is_serialized};
use super::*;
use crate::compile::pattern::is_loopback_host;
use crate::engine::table::dfa::Dfa;
use alloc::format;
use alloc::vec::Vec;
use proptest::prelude::*;

fn decide(pattern: &str, origins: &BrowserOrigins) -> Result<Verdict, RegexError> {
    super::decide(pattern, &Automaton::from_regex(pattern)?, origins)
}

fn verdict(pattern: &str) -> Verdict {
    decide(pattern, &ORIGINS).unwrap_or_else(|error| panic!("{pattern}: {error}"))
}

fn witness(pattern: &str) -> Witness {
    match verdict(pattern) {
        Verdict::Unbounded(witness) => witness,
        Verdict::Bounded { domains } => panic!("{pattern} is bounded: {domains:?}"),
    }
}

#[test]
fn bounded() {
    let cases: &[(&str, &[&str])] = &[
        (r"https://(shop|blog)\.example\.com", &["example.com"]),
        (r"https://.*\.example\.com", &["example.com"]),
        (r"https://\w+\.(a|b)\.com", &["a.com", "b.com"]),
        (r"^https://\w+\.myapp\.com$", &["myapp.com"]),
        (r"^https://pr-\d+\.myapp-preview\.com$", &["myapp-preview.com"]),
        (r"https://[a-z]+\.myapp\.co\.uk", &["myapp.co.uk"]),
        (r"https://pr-\d+\.me\.github\.io", &["me.github.io"]),
        (r"https://(www\.)?example\.com", &["example.com"]),
        (r"^https://([a-z0-9-]+\.)*example\.com\z", &["example.com"]),
        (r"^https://a\.com$|^https://b\.com$", &["a.com", "b.com"]),
        (r"https://(a|b)(c|d)\.com", &["ac.com", "ad.com", "bc.com", "bd.com"]),
        ("(?i)https://MyApp[.]COM(:[0-9]+)?", &["myapp.com"]),
        // Nobody can have `example-com`, nor send any of the others.
        ("https://example.com", &["example.com"]),
        ("https://a.com|https://b.com", &["a.com", "b.com"]),
        (r"https://a[._]example\.com", &["example.com"]),
        (r"https://\w+\.example\.com/.*|https://example\.com", &["example.com"]),
        // A single domain leaves nothing open, however it is written.
        (r"(https://example\.com)?", &["example.com"]),
        (r"https://a{2}\.com", &["aa.com"]),
        // What is below a name that has public suffixes below it, but not below those.
        (r"https://pr-\d+\.salesforce\.com", &["salesforce.com"]),
        (r"https://me\.s3\.amazonaws\.com", &["me.s3.amazonaws.com"]),
        (r"https://(.*\.)?me\.any\.ck", &["me.any.ck"]),
        (r"https://.*\.www\.ck", &["www.ck"]),
        // Names that nobody can register, and single labels.
        (r"https://.+\.myapp_\.com", &[]),
        (r"https://[a-z]+", &[]),
        (r"https://[a-z]+(:\d+)?", &[]),
        (r"https://s3\.amazonaws\.com", &[]),
        // Public suffixes by a wildcard, spelled out, and what a wildcard makes an exception of.
        (r"https://(me|my-staging)\.eth\.limo(:\d+)?", &[]),
        (r"https://.+\.www\.ck|https://www\.ck\.?", &["www.ck"]),
        // Names that only a hosting service hands out, spelled out.
        (r"https://me_\.eth\.limo", &["me_.eth.limo"]),
        (r"https://-127\.0\.ck", &["-127.0.ck"]),
        (r"https://pr-\d+\.my_app\.github\.io", &["my_app.github.io"]),
        (
            r"https://(my_bucket|-b)\.s3\.amazonaws\.com",
            &["-b.s3.amazonaws.com", "my_bucket.s3.amazonaws.com"],
        ),
        (r"https://10\.0\.0\.(1|2)", &["10.0.0.1", "10.0.0.2"]),
        (r"https://\[::1\](:\d+)?", &["[::1]"]),
    ];
    for (pattern, expected) in cases {
        let expected = expected.iter().map(|&domain| domain.into()).collect();
        assert_eq!(verdict(pattern), Verdict::Bounded { domains: expected }, "{pattern}");
    }
}

/// More public suffixes than a search passes over, and two names that are open.
const PREFECTURES: &str = r"https://(aichi|akita|aomori|chiba|ehime|fukui|fukuoka|fukushima|gifu|gunma|hiroshima|hokkaido|hyogo|ibaraki|ishikawa|iwate|kagawa|kagoshima|kanagawa|kochi|kumamoto|kyoto|mie|miyagi|miyazaki|nagano|nagasaki|nara|niigata|oita|okayama|okinawa|osaka|saga|saitama|shiga|shimane|shizuoka|tochigi|tokushima|tokyo|tottori|toyama|wakayama|yamagata|yamaguchi|yamanashi|ac|ad|co|ed|go|gr|lg|ne|or|zzzzzzzzzzzzzz[ab])\.jp";

#[test]
fn unbounded() {
    let open = |domain: &str| Reason::OpenDomain { domain: domain.into() };
    let public = |suffix: &str| Reason::PublicSuffix { suffix: suffix.into() };
    let unlisted = |suffix: &str| Reason::UnlistedSuffix { suffix: suffix.into() };
    let shared = |under: &str| Reason::SharedSuffix { under: under.into() };
    let cases = [
        // Nobody registers these, but a hosting service may hand them out.
        (r"https://_[a-z]+\.github\.io", "https://_a.github.io", public("github.io")),
        (
            r"https://[a-z]+_my\.s3\.amazonaws\.com",
            "https://a_my.s3.amazonaws.com",
            public("s3.amazonaws.com"),
        ),
        (r"https://.*_app\.vercel\.app", "https://-_app.vercel.app", public("vercel.app")),
        (r"https://[a-z]_\.eth\.limo", "https://a_.eth.limo", public("eth.limo")),
        // Nor does a registry take them under a wildcard, and yet each name there is a suffix.
        (r"https://-[a-z]+\.foo\.ck", "https://-a.foo.ck", public("foo.ck")),
        (r"https://[a-z]*_\.foo\.kawasaki\.jp", "https://a_.foo.kawasaki.jp", public("foo.kawasaki.jp")),
        (r"https://[a-z]-\.nip\.io", "https://a-.nip.io", public("nip.io")),
        (r"https://.*myapp\.com", "https://0myapp.com", open("0myapp.com")),
        (r"https://.+myapp\.com", "https://0myapp.com", open("0myapp.com")),
        (r"https://www.example.com", "https://www-example.com", open("www-example.com")),
        (r"https://api.example\.com", "https://api-example.com", open("api-example.com")),
        (r"https://a.example\.co\.uk", "https://a-example.co.uk", public("co.uk")),
        (r"https://[a-z]{10}\.com", "https://aaaaaaaaaa.com", open("aaaaaaaaaa.com")),
        (r"https://[ab]\.com", "https://a.com", open("a.com")),
        (r"https://colou?r\.com", "https://colour.com", open("colour.com")),
        // Each byte is spelled out in one place or the other, and the domain in neither.
        (r"https://([ab]|a?|b?)x\.com", "https://ax.com", open("ax.com")),
        (r"https://example\.com.*", "https://example.com.ac", open("example.com.ac")),
        (r"https://example\..*", "https://example.ac", open("example.ac")),
        (r"https://.*-app\.com", "https://0-app.com", open("0-app.com")),
        (r"https://.*\.?myapp\.com:8443", "https://0myapp.com:8443", open("0myapp.com")),
        (r"https://[a-z]{9}\.[a-z]{3}", "https://aaaaaaaaa.aaa", open("aaaaaaaaa.aaa")),
        (r"https://.\.app.*", "https://0.app", open("0.app")),
        (r"https://[ab](x\.)?app.*", "https://ax.app", open("ax.app")),
        // A byte that leads where a dot or a colon leads is neither.
        (r"https://x?-.app\.com", "https://x--app.com", open("x--app.com")),
        (r"https://a\.b.1", "https://a.b-1", unlisted("b-1")),
        (r"https://[^.]+\.[^.]+", "https://0.ac", open("0.ac")),
        (".*", "https://0.ac", open("0.ac")),
        (r"https?://.*myapp\.com", "https://0myapp.com", open("0myapp.com")),
        (r"https://.*\.github\.io", "https://0.github.io", public("github.io")),
        (r"https://pr-\d+\.netlify\.app", "https://pr-0.netlify.app", public("netlify.app")),
        (r"https://\w+\.co\.uk", "https://0.co.uk", public("co.uk")),
        (r"https://.*\.amazonaws\.com", "https://0.s3.amazonaws.com", public("s3.amazonaws.com")),
        (r"https://.*\.za", "https://0.ac.za", public("ac.za")),
        (r"https://.*\.ck", "https://0.0.ck", public("0.ck")),
        // A name under a wildcard of the list is nobody's domain, and a stranger's all the same.
        (r"https://[a-z0-9-]+\.eth\.limo", "https://0.eth.limo", shared("eth.limo")),
        (r"https://[a-z0-9-]+\.vps\.myjino\.ru\.", "https://0.vps.myjino.ru.", shared("vps.myjino.ru")),
        (r"https://(a|[ab])\.eth\.limo", "https://b.eth.limo", shared("eth.limo")),
        (r"https://(me\.com|you?\.ck|x?\.eth\.limo)", "https://you.ck", shared("ck")),
        (r"https://(www|w+)\.ck", "https://w.ck", shared("ck")),
        (
            r"https://(a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p|q)1\.eth\.limo",
            "https://a1.eth.limo",
            Reason::TooManyDomains,
        ),
        (r"https://.*\.internal", "https://0.internal", unlisted("internal")),
        (r"https://www\.example.com", "https://www.example-com", unlisted("example-com")),
        (r"https://10\.0\.0\.\d+", "https://10.0.0.0", Reason::LocalAddress),
        (r"https://192\.168\.\d+\.\d+", "https://192.168.0.0", Reason::LocalAddress),
        (r"https://172\.16\.0\.\d+:8443", "https://172.16.0.0:8443", Reason::LocalAddress),
        (r"https://169\.254\.\d+\.\d+", "https://169.254.0.0", Reason::LocalAddress),
        (r"https://\[fd00::\d\]", "https://[fd00::1]", Reason::LocalAddress),
        (r"https://172\.32\.0\.\d+", "https://172.32.0.0", Reason::OpenAddress),
        (r"https://8\.8\.8\.\d+", "https://8.8.8.0", Reason::OpenAddress),
        (r"https://\[.*\]", "https://[::]", Reason::OpenAddress),
        (r"https://(a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p|q)1\.com", "https://a1.com", Reason::TooManyDomains),
        // Shorter ones that turn out to be nobody's, more of them than are passed over.
        (PREFECTURES, "https://zzzzzzzzzzzzzza.jp", open("zzzzzzzzzzzzzza.jp")),
        (
            // Among names that are public suffixes themselves, which do not count.
            r"https://(br|cn|de|eu|ru|sa|uk|us|za|(a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p|q)qz)\.com",
            "https://aqz.com",
            Reason::TooManyDomains,
        ),
        (r"https?://.*\.example\.com", "http://0.example.com", Reason::Scheme),
        (r"http://192\.168\.0\.\d+", "http://192.168.0.0", Reason::LocalNetwork),
        ("tauri://localhost", "tauri://localhost", Reason::OtherScheme),
        (
            r"moz-extension://[0-9a-f-]{36}",
            "moz-extension://00000000-0000-0000-0000-000000000000",
            Reason::Extension,
        ),
        (r"[a-z-]+://\w+\.myapp\.com", "http://0.myapp.com", Reason::Scheme),
    ];
    for (pattern, origin, reason) in cases {
        let witness = witness(pattern);
        let found = (witness.origin.as_str(), &witness.reason);
        assert_eq!(found, (origin, &reason), "{pattern}");
    }
}

#[test]
fn the_users_own_machine_is_judged_by_host_first() {
    for pattern in [r"http://localhost:\d+", r"^https?://(localhost|127\.0\.0\.1|0\.0\.0\.0)(:\d+)?$"] {
        assert!(matches!(verdict(pattern), Verdict::Bounded { .. }), "{pattern}");
    }
}

#[test]
fn repairs() {
    use crate::Mode;
    use crate::compile::regex::advice::Prover;
    use RepairKind::{EscapeDot, GroupAlternation, Https, SeparateLabel, SpellOut};

    let prover = Prover::default();
    let repair = |pattern: &str| prover.instead_of(pattern, Mode::Production);
    let cases: &[(&str, &str, &[RepairKind])] = &[
        ("https://www.example.com", r"https://www\.example\.com", &[EscapeDot]),
        (r"^https://(.+).acme.com$", r"^https://(.+)\.acme\.com$", &[EscapeDot]),
        (r"https://.*myapp\.com", r"https://(.*\.)?myapp\.com", &[SeparateLabel]),
        (r"https://\w+myapp.com", r"https://\w+\.myapp\.com", &[EscapeDot, SeparateLabel]),
        (r"https://[ab]\.com", r"https://(a|b)\.com", &[SpellOut]),
        (r"https://colou?r\.com", r"https://colo(u|)r\.com", &[SpellOut]),
        (r"https?://.*\.example\.com", r"https://.*\.example\.com", &[Https]),
        (r"http://www.example.com", r"https://www\.example\.com", &[Https, EscapeDot]),
        (r"https://.*\.a|b\.example\.com", r"https://.*\.(a|b)\.example\.com", &[GroupAlternation]),
        (r"/^https:\/\/.*\.example\.com$/i", r"^https://.*\.example\.com$", &[]),
        (r"https://.*\\.example\\.com", r"https://.*\.example\.com", &[]),
        (r".*\.example\.com", r"https://.*\.example\.com", &[]),
        (r"https://.*\.example\.com/.*", r"https://.*\.example\.com", &[]),
        (r"https://.*\.example\.com:443", r"https://.*\.example\.com", &[]),
    ];
    for (pattern, expected, kinds) in cases {
        let repair = repair(pattern).unwrap_or_else(|| panic!("{pattern}: no repair"));
        assert_eq!((repair.pattern.as_str(), repair.kinds.as_slice()), (*expected, *kinds), "{pattern}");
    }
    for pattern in [
        r"https://(localhost|[ab]\.com)",
        r"https://.*\.github\.io",
        "https://.*",
        r"https://[a-z]{10}\.com",
        r"https://.*\.netlify\.app|https://.*\.example\.com",
    ] {
        assert_eq!(repair(pattern), None, "{pattern}");
    }
}

/// A regex for hosts, mended and broken in the usual ways.
fn regex() -> impl Strategy<Value = String> {
    let scheme = prop_oneof![6 => Just("https://"), 1 => Just("https?://"), 1 => Just("")];
    let piece = proptest::sample::select(
        &[
            "a",
            "app",
            "my-",
            r"\.",
            ".",
            r"\w+",
            "[a-z]+",
            "[ab]",
            "(a|b)",
            ".*",
            ".+",
            r"\d",
            "x?",
            r"(x\.)?",
            "com",
            r"(\w+\.)*",
            "[^.]",
            "-",
            "_",
            r"127\.0",
            r"\b",
            "s3",
        ][..],
    );
    let end = proptest::sample::select(
        &[
            r"\.com",
            ".com",
            r"\.co\.uk",
            r"\.github\.io",
            r"app\.com",
            "",
            r"\.\w+",
            ".*",
            r"\.amazonaws\.com",
            r"\.ck",
            r"\.0\.1",
            r"\.(com|net)",
        ][..],
    );
    let port = prop_oneof![4 => Just(""), 1 => Just(r"(:\d+)?"), 1 => Just(":8443")];
    (scheme, proptest::collection::vec(piece, 0..5), end, port)
        .prop_map(|(scheme, pieces, end, port)| format!("{scheme}{}{end}{port}", pieces.concat()))
}

/// A word of `language`, which has one, by way of `choices`.
fn sample(language: &Automaton, choices: &[usize]) -> Vec<u8> {
    let (mut word, mut state) = (Vec::new(), language.start());
    let classes = language.classes_of(|_| true);
    for choice in choices {
        let steps: Vec<_> = language.steps(state, &classes).collect();
        if steps.is_empty() || language.is_accepting(state) && choice % 5 == 0 {
            break;
        }
        let (bytes, next) = steps[choice % steps.len()];
        word.push(bytes[choice / 7 % bytes.len()]);
        state = next;
    }
    word.extend(language.shortest_from(state, Label::OUTSIDE).expect("a way to the end"));
    word
}

/// Returns whether `domains` have the registrable domain of `origin`, if somebody can have it at all.
fn is_among(domains: &BTreeSet<String>, origin: &str) -> bool {
    let host = witness::host(origin);
    let is_address = ORIGINS.https_addresses.accepts(origin.as_bytes());
    match registrable(host) {
        _ if is_address => domains.contains(host),
        Some(found) => domains.contains(&found.domain),
        None => hosted::hosted(host).is_none_or(|domain| domains.contains(&domain)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_verdict_holds_for_what_the_regex_accepts(
        pattern in regex(),
        walks in proptest::collection::vec(proptest::collection::vec(0usize..1000, 0..60), 30),
    ) {
        let language = Automaton::from_regex(&pattern).expect("sound");
        let sendable = language.intersection(&ORIGINS.all).expect("small");
        let verdict = decide(&pattern, &ORIGINS).expect("small");
        match &verdict {
            Verdict::Unbounded(witness) => {
                let table = language.table().expect("a small table");
                let dfa = Dfa::new(&table).expect("a sound table");
                prop_assert!(dfa.is_match(witness.origin.as_bytes()), "{}: {:?}", pattern, witness);
                prop_assert!(is_serialized(witness.origin.as_bytes()), "{}: {:?}", pattern, witness);
                let is_https = witness.origin.starts_with("https://");
                let is_by_scheme = matches!(
                    witness.reason,
                    Reason::Scheme | Reason::LocalNetwork | Reason::Extension | Reason::OtherScheme
                );
                prop_assert_eq!(is_https, !is_by_scheme);
                if matches!(
                    witness.reason,
                    Reason::OpenDomain { .. } | Reason::PublicSuffix { .. }
                ) {
                    let spelling = Spelling::of(&pattern, &sendable).expect("small");
                    // A name as registries take them is shown before a shorter one with a `+` in it.
                    let familiar = ORIGINS.familiar_names(&sendable).expect("small");
                    let is_familiar = |origin: &str| familiar.accepts(origin.as_bytes());
                    for origin in walks.iter().map(|walk| text(sample(&sendable, walk))) {
                        let is_sooner = (origin.len(), &origin) < (witness.origin.len(), &witness.origin);
                        let found = registrable(witness::host(&origin));
                        let is_open = found.is_some_and(|found| {
                            found.is_listed && !spelling.has(&found.domain)
                        });
                        prop_assert!(
                            !(is_sooner && is_open && origin.starts_with("https://"))
                                || is_familiar(&witness.origin) && !is_familiar(&origin),
                            "{}: {} comes before {:?}", pattern, origin, witness
                        );
                    }
                    let host = witness::host(&witness.origin);
                    let is_listed = registrable(host).is_some_and(|found| found.is_listed);
                    prop_assert!(is_listed || hosted::hosted(host).is_some(), "{}: {:?}", pattern, witness);
                }
            }
            Verdict::Bounded { domains } => {
                prop_assert!(domains.len() <= MAX_DOMAINS);
                for walk in walks.iter().filter(|_| !sendable.is_empty()) {
                    let origin = text(sample(&sendable, walk));
                    if is_loopback_host(witness::host(&origin)) {
                        continue;
                    }
                    prop_assert!(origin.starts_with("https://"), "{}: {}", pattern, origin);
                    prop_assert!(is_among(domains, &origin), "{}: {} of {:?}", pattern, origin, domains);
                }
            }
        }
    }
}

/// Hosts of every standing with the public suffix list.
const HOSTS: [&str; 40] = [
    "a_b.github.io",
    "x.-a.s3.amazonaws.com",
    "a-.ck",
    "a-.kawasaki.jp",
    "a.com",
    "b.a.com",
    "c.b.a.com",
    "a.com.",
    "a_b.com",
    "x.a_b.com",
    "-a.com",
    "br.com",
    "a.br.com",
    "b.a.br.com",
    "co.uk",
    "a.co.uk",
    "a.b.co.uk",
    "github.io",
    "a.github.io",
    "amazonaws.com",
    "a.amazonaws.com",
    "s3.amazonaws.com",
    "a.s3.amazonaws.com",
    "us-east-1.amazonaws.com",
    "s3.us-east-1.amazonaws.com",
    "a.s3.us-east-1.amazonaws.com",
    "ck",
    "a.ck",
    "b.a.ck",
    "www.ck",
    "a.www.ck",
    "kawasaki.jp",
    "a.kawasaki.jp",
    "b.a.kawasaki.jp",
    "city.kawasaki.jp",
    "x.city.kawasaki.jp",
    "localhost",
    "a.internal",
    "10.0.0.1",
    "[::1]",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn hosts_that_are_spelled_out_are_counted_one_by_one(
        hosts in proptest::sample::subsequence(&HOSTS[..], 0..HOSTS.len()),
        more in 0..14,
        port in proptest::sample::select(&["", ":8443", r"(:\d+)?"][..]),
    ) {
        let more: Vec<_> = (0..more).map(|index| format!("x{index}.com")).collect();
        let hosts: Vec<&str> = hosts.into_iter().chain(more.iter().map(String::as_str)).collect();
        let escaped: Vec<_> = hosts.iter().map(|host| regex_syntax::escape(host)).collect();
        let pattern = format!("https://({}){port}", escaped.join("|"));
        let domain = |&host: &&str| match host {
            "10.0.0.1" | "[::1]" => Some(host.into()),
            _ => registrable(host).map(|found| found.domain).or_else(|| hosted::hosted(host)),
        };
        let domains: BTreeSet<String> = hosts.iter().filter_map(domain).collect();
        match decide(&pattern, &ORIGINS).expect("small") {
            Verdict::Bounded { domains: found } => prop_assert_eq!(found, domains, "{}", pattern),
            Verdict::Unbounded(witness) => {
                prop_assert!(domains.len() > MAX_DOMAINS, "{}: {:?}", pattern, witness);
                prop_assert_eq!(&witness.reason, &Reason::TooManyDomains);
                prop_assert!(is_among(&domains, &witness.origin), "{}: {:?}", pattern, witness);
            }
        }
    }
}

#[test]
fn intricate_regexes_end_soon() {
    let refused = [
        r"https://[a-z]*a[a-z]{10}\.com",
        r"https://.*a.{9}\.example\.com",
        r"https://[a-z]*a[a-z]{30}b?[a-z]*\.com",
        r"(https://)?(([a-z]{0,9}\.){0,9}[0-9a-f]{0,30}){0,5}(com|org)",
        r"https://((a{1,1000}){1,1000}){1,1000}\.com",
    ];
    for pattern in refused {
        let error = decide(pattern, &ORIGINS).expect_err(pattern);
        assert_eq!(error.kind, RegexErrorKind::TooBig, "{pattern}");
    }
    let decided = [
        (".{0,200}", "https://0.ac"),
        (r"https://[a-z]{16}a[a-z]*\.com", "https://aaaaaaaaaaaaaaaaa.com"),
        (r"https://[^x]*x[^x]*x[^x]*x[^x]*x\.com", "https://0xxxx.com"),
        (r"https://[a-z]{10}\.[a-z]{8}", "https://aaaaaaaaaa.abudhabi"),
        (r"https://.*\.(salesforce|amazonaws|windows)\.(com|net)", "https://0.s3.amazonaws.com"),
    ];
    for (pattern, origin) in decided {
        assert_eq!(witness(pattern).origin, origin, "{pattern}");
    }
    let bounded =
        [r"https://(\w{1,63}\.){0,6}x\.com", r"https://[a-z]{1,60}_\.[a-z]{1,60}", r"https://-[a-z]*\.com"];
    for pattern in bounded {
        assert!(matches!(verdict(pattern), Verdict::Bounded { .. }), "{pattern}");
    }
}

/// A witness is what a page could have, as far as the regex lets it.
#[test]
fn witnesses_look_like_origins_of_pages() {
    for (pattern, origin) in [
        (r"https://.*myapp\.com", "https://0myapp.com"),
        (r"https://.*\..*myapp\.com", "https://0.0myapp.com"),
        (r"https://.\.[a-z]+\.[a-z]+", "https://0.a.ac"),
        (r"https://_?.\.[a-z]+\.com", "https://0.a.com"),
        (r"https://_.\.[a-z]+\.com", "https://_!.a.com"),
        (r"https?://.*\.example\.com", "http://0.example.com"),
        (r"http://.*\.local", "http://0.local"),
        (r"http://.*", "http://0.io"),
        (r"http://[a-z]*", "http://a"),
        (r"http://192\.168\.\d+\.\d+(:\d+)?", "http://192.168.0.0"),
        (r"http://\[f.*", "http://[f::]"),
        (r".*\.example\.com", "http://0.example.com"),
        (r"chrome-extension://.*", "chrome-extension://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        (r"moz-extension://.*", "moz-extension://00000000-0000-0000-0000-000000000000"),
        (r"chrome-extension://abc.*", "chrome-extension://abcaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        (r"chrome-extension://xyz.*", "chrome-extension://xyz"),
        (r"exp://.*", "exp://a"),
        (r"http://!.*\.local", "http://!.local"),
    ] {
        let found = witness(pattern).origin;
        assert_eq!(found, origin, "{pattern}");
        assert!(is_serialized(found.as_bytes()), "{pattern}: {found}");
    }
}

/// What judging takes: the automata on the way count no bytes, or these would be some fifty times as many.
#[test]
fn judging_a_regex_takes_few_transitions() {
    let _ = &*ORIGINS;
    for (pattern, most) in [
        (r"https://.*h1.example", 18_000),
        (r"https://.*myapp\.com", 15_000),
        (r"https://.*\.example\.com", 10_000),
        (r"https?://(.+\.)?example\.com(:\d+)?", 22_000),
        (r"https://(shop|blog)\.example\.com", 3_000),
        (r"https://[a-z]{10}\.com", 3_500),
        (".*", 27_000),
    ] {
        let transitions = work::of(|| decide(pattern, &ORIGINS));
        assert!(transitions <= most, "{pattern} takes {transitions}");
    }
}
