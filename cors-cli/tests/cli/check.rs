//! `cors check`

use crate::program::{cors, cors_with, folder};

#[test]
fn what_is_printed() {
    for (name, arguments) in [
        ("check_good", &["check", "policy.toml"][..]),
        ("check_good_json", &["check", "policy.toml", "--format", "json"]),
        ("check_broken", &["check", "broken.toml"]),
        ("check_broken_in_development", &["check", "broken.toml", "--mode", "development"]),
        ("check_broken_as_json", &["check", "broken.toml", "--mode", "production", "--format", "json"]),
        ("check_broken_json_file", &["check", "broken.json"]),
        ("check_no_policy", &["check", "no_policy.toml"]),
        ("check_missing", &["check", "missing.toml"]),
        ("check_other_extension", &["check", "main.rs"]),
    ] {
        cors(arguments).is_as_expected(name);
    }
}

#[test]
fn standard_input_is_toml_or_json() {
    for (name, text, code) in [
        ("TOML", "origins = [\"https://app.example\"]", 0),
        ("JSON", " { \"origins\": [\"https://app.example\"] }", 0),
        ("broken TOML", "origins = [\"app.example\"]", 1),
        ("broken JSON", "{ \"origins\": [\"app.example\"] }", 1),
        ("TOML with a byte order mark", "\u{feff}origins = [\"https://app.example\"]", 0),
        ("JSON with a byte order mark", "\u{feff}{ \"origins\": [\"https://app.example\"] }", 0),
        ("neither", "origins", 2),
        ("nothing", "", 1),
    ] {
        let run = cors_with(&["check", "-"], &[], text);
        assert_eq!(run.code, Some(code), "{name}: {run:?}");
    }
}

#[test]
fn the_violations_are_those_of_the_engine() {
    let text = std::fs::read_to_string(folder().join("broken.toml")).expect("it is there");
    let config: cors_engine::Config = toml::from_str(&text).expect("it is a policy");
    let violations = config.policy(cors_engine::Mode::Production).expect_err("it is broken");
    let run = cors(&["check", "broken.toml", "--mode", "production", "--format", "json"]);
    let printed: serde_json::Value = serde_json::from_str(&run.out).expect("it is JSON");
    assert_eq!(printed, serde_json::to_value(&violations).expect("they serialise"));
}

#[test]
fn a_file_in_another_encoding_is_told_from_a_missing_one() {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("utf16.json");
    std::fs::write(&path, b"\xff\xfe{\0}\0").expect("the folder is there");
    let run = cors(&["check", path.to_str().expect("it is UTF-8")]);
    assert!(run.code == Some(2) && run.err.contains("help: save it as UTF-8"), "{run:?}");
}
