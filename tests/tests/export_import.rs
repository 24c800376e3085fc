//! What `cors export` wrote and `cors import` read again is the same policy.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use cors_engine::compare::compare;
use cors_engine::{Config, Mode};
use cors_tests::example::{Profile, build};
use cors_tests::gateway::Kind;
use cors_tests::generated::{Numbers, made_up, plain};

/// Settings by key, one of each for a policy.
const ORIGINS: &[&str] = &[
    "\"any\"",
    "[\"https://myapp.com\"]",
    "[\"https://myapp.com\", \"https://*.myapp.com\"]",
    "[\"https://*.myapp.com:8443\", \"http://localhost:3000\"]",
    "[\"http://localhost:*\", \"null\", \"tauri://localhost\"]",
    r"[{ regex = '^https://pr-\d+\.preview\.com$' }, 'https://a.b.com']",
    r"[{ regex = '(?i)https://(shop|blog)\.c\.com(:8443)?|https://d\.com' }]",
];
const METHODS: &[&str] =
    &["", "\"any\"", "[\"GET\", \"PUT\", \"DELETE\"]", "[\"PATCH\", \"x.y\"]", "[\"POST\"]"];
const HEADERS: &[&str] = &[
    "",
    "\"any\"",
    "[\"authorization\", \"content-type\"]",
    "[\"x-csrftoken\", \"x'y\"]",
    "[\"x-f-*\", \"authorization\"]",
];
const EXPOSE: &[&str] = &["", "\"any\"", "[\"x-total-count\", \"etag\"]"];
const OTHERS: &[&str] = &[
    "",
    "credentials = true",
    "max_age = 3600",
    "credentials = true\nmax_age = 600",
    "timing = true",
    "private_network = true\npreflight_status = 200",
];

fn cors(cors: &Path, arguments: &[&str], input: &str) -> Option<String> {
    let mut command = Command::new(cors);
    let command = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut process = command.spawn().expect("cors starts");
    process.stdin.take().expect("it is piped").write_all(input.as_bytes()).expect("cors reads");
    let output = process.wait_with_output().expect("cors ends");
    // 1 says that production's rules are broken, and the policy is written all the same.
    let is_written = matches!(output.status.code(), Some(0 | 1));
    is_written.then(|| String::from_utf8(output.stdout).expect("cors prints UTF-8"))
}

fn config(settings: &str) -> String {
    format!("origins = [\"https://unused.example\"]\n[development]\n{settings}\n")
}

/// Returns whether the target can say the policy. If it can, what is read again is the same policy.
fn comes_back(program: &Path, target: &str, text: &str) -> bool {
    let policy = |text: &str| {
        let config: Config = toml::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        config.policy(Mode::Development).unwrap_or_else(|violations| panic!("{text}\n{violations}"))
    };
    let exported = cors(program, &["export", target, "-", "--mode", "development"], text);
    let Some(exported) = exported else { return false };
    let imported = cors(program, &["import", target, "-"], &exported);
    let imported = config(&imported.unwrap_or_else(|| panic!("{target} is not read:\n{text}\n{exported}")));
    // What the one lets in and the other does not, either way, and the values that let nobody in.
    let comparison = compare(&policy(text), &policy(&imported)).expect("they are small");
    assert!(comparison.changes().is_empty(), "{target}\n{text}\n{imported}\n{exported}\n{comparison:#?}");
    true
}

#[test]
fn what_was_exported_and_imported_is_the_same_policy() {
    let program = build("cors", Profile::Debug);
    let mut seen = [("nginx", 0), ("gateway-api", 0), ("s3", 0)];
    let mut number = 0_usize;
    for origins in ORIGINS {
        for methods in METHODS {
            for headers in HEADERS {
                // The other keys take turns. CORS_ROUND_TRIPS=all for every combination.
                number += 1;
                if !number.is_multiple_of(3) && std::env::var_os("CORS_ROUND_TRIPS").is_none() {
                    continue;
                }
                let (expose, others) = (EXPOSE[number % EXPOSE.len()], OTHERS[number % OTHERS.len()]);
                let mut settings = format!("origins = {origins}\n{others}\n");
                for (key, value) in [("methods", methods), ("headers", headers), ("expose", &expose)] {
                    if !value.is_empty() {
                        settings += &format!("{key} = {value}\n");
                    }
                }
                let text = config(&settings);
                let read: Config = toml::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
                if read.policy(Mode::Development).is_err() {
                    continue;
                }
                for (target, count) in &mut seen {
                    *count += usize::from(comes_back(&program, target, &text));
                }
            }
        }
    }
    for (target, count) in seen {
        assert!(count >= 3, "{target} could say {count} of the policies");
    }
}

/// As many as each target has to bring back.
const GENERATED: usize = 25;

/// The same with policies made by chance: those that the gateways run in `export`, and plainer ones that all can say.
/// `CORS_ROUND_TRIPS=2000` for more.
#[test]
fn what_was_made_by_chance_comes_back() {
    let program = build("cors", Profile::Debug);
    let wanted =
        std::env::var("CORS_ROUND_TRIPS").ok().and_then(|count| count.parse().ok()).unwrap_or(GENERATED);
    for target in ["nginx", "gateway-api", "s3"] {
        let mut numbers = Numbers(5);
        let (mut came_back, mut made) = (0, 0);
        while came_back < wanted {
            made += 1;
            assert!(made <= 20 * wanted, "{target} could say {came_back} of {made} policies");
            let text = if made % 2 == 0 { plain(&mut numbers) } else { made_up(&mut numbers, Kind::Nginx) };
            came_back += usize::from(comes_back(&program, target, &text));
        }
        println!("{target}: {came_back} of {made} policies came back");
    }
}
