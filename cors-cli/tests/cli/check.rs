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
    let mut printed: serde_json::Value = serde_json::from_str(&run.out).expect("it is JSON");
    for violation in printed.as_array_mut().expect("it is a list") {
        let violation = violation.as_object_mut().expect("it is an object");
        // Where it stands is added to each.
        for key in ["file", "line", "column", "end_line", "end_column"] {
            assert!(violation.shift_remove(key).is_some(), "{key} in {}", run.out);
        }
    }
    assert_eq!(printed, serde_json::to_value(&violations).expect("they serialize"));
}

#[test]
fn several_files_and_globs_are_judged_together() {
    let run = cors(&["check", "policy.toml", "*oken.toml", "policy*.toml"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    for (line, count) in
        [("policy.toml keeps all", 1), ("policy_next.toml keeps all", 1), ("broken.toml breaks rules", 1)]
    {
        assert_eq!(run.out.matches(line).count(), count, "{line}: {}", run.out);
    }
    let none = cors(&["check", "nothing*.toml"]);
    assert!(none.code == Some(2) && none.err.contains("names no file"), "{none:?}");
}

#[test]
fn yaml_is_a_policy_too() {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("policy.yaml");
    std::fs::write(
        &path,
        "origins:\n- https://app.example\n- regex: ^https://.*evil\\.com$\nmethods: [get]\n",
    )
    .expect("the folder is there");
    let run = cors(&["check", path.to_str().expect("it is UTF-8")]);
    assert_eq!(run.code, Some(1), "{run:?}");
    for wanted in ["[unbounded_regex]", "[inert_entry]", "policy.yaml:3:3", "policy.yaml:4:11"] {
        assert!(run.out.contains(wanted), "{wanted}: {}", run.out);
    }
}

#[test]
fn pipelines_get_places() {
    cors(&["check", "broken.toml", "--format", "github"]).is_as_expected("check_github");
    let run = cors(&["check", "broken.toml", "policy.toml", "--format", "sarif"]);
    let log: serde_json::Value = serde_json::from_str(&run.out).expect("it is JSON");
    let results = log["runs"][0]["results"].as_array().expect("a list");
    assert_eq!((run.code, log["version"].as_str()), (Some(1), Some("2.1.0")));
    assert_eq!(results.len(), 7, "{}", run.out);
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().expect("a list");
    for result in results {
        let index = result["ruleIndex"].as_u64().expect("a number") as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "broken.toml");
        assert!(place["region"]["startLine"].as_u64() > Some(0), "{result}");
    }
    let good = cors(&["check", "policy.toml", "--format", "sarif"]);
    assert!(good.code == Some(0) && good.out.contains("\"results\": []"), "{good:?}");
}

#[test]
fn what_is_fixed_is_shown_first_and_written_once() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    for (name, before, after) in [
        (
            "comments stay",
            "# who may call\nmethods = [\"GET\", \"patch\"] # both\norigins = [\n    # the shop\n    \"shop.example/\",  # old\n    \"https://b.example\",\n]\n",
            "# who may call\nmethods = [\"GET\", \"PATCH\"] # both\norigins = [\n    # the shop\n    \"https://shop.example\",  # old\n    \"https://b.example\",\n]\n",
        ),
        (
            "a key",
            "orgins = [\"https://a.example\"]\ncredentials = true\n",
            "origins = [\"https://a.example\"]\ncredentials = true\n",
        ),
        (
            "a key, and what stands in it",
            "orgins = [\"a.example\"]\nallow_methods = [\"get\"]\n",
            "origins = [\"https://a.example\"]\nmethods = [\"GET\"]\n",
        ),
        (
            "a key whose name stands already, and what stands in it",
            "origins = [\"https://a.example\"]\nallowedOrigins = [\"b.example\"]\n",
            "origins = [\"https://a.example\", \"https://b.example\"]\n",
        ),
        (
            "a regex",
            "origins = [{ regex = '^https://.*myapp\\.com$' }]\n",
            "origins = [{ regex = '^https://(.*\\.)?myapp\\.com$' }]\n",
        ),
        (
            "an entry that does nothing",
            "origins = [\"https://a.example\"]\nheaders = [\"dnt\", \"x-a\"]\n",
            "origins = [\"https://a.example\"]\nheaders = [\"x-a\"]\n",
        ),
        (
            "what is for a person",
            "origins = \"any\"\ncredentials = true\n",
            "origins = \"any\"\ncredentials = true\n",
        ),
    ] {
        let path = folder.join("fix.toml");
        let text = path.to_str().expect("it is UTF-8");
        std::fs::write(&path, before).expect("the folder is there");
        let shown = cors(&["check", text, "--diff"]);
        assert_eq!(
            std::fs::read_to_string(&path).expect("it is there"),
            before,
            "{name}: nothing is written yet"
        );
        let changes = before != after;
        assert_eq!(shown.out.contains("\n+++ "), changes, "{name}: {}", shown.out);
        let fixed = cors(&["check", text, "--fix"]);
        assert_eq!(std::fs::read_to_string(&path).expect("it is there"), after, "{name}: {fixed:?}");
        assert_eq!(fixed.code, Some(if changes { 0 } else { 1 }), "{name}: {fixed:?}");
        let again = cors(&["check", text, "--fix"]);
        assert!(!again.out.contains("\n+++ "), "{name}: {again:?}");
        assert_eq!(std::fs::read_to_string(&path).expect("it is there"), after, "{name}: fixing twice");
    }
}

#[test]
fn a_long_list_of_violations_is_cut_unless_all_are_asked_for() {
    let entries: Vec<String> = (0..60).map(|index| format!("\"a{index}.example\"")).collect();
    let text = format!("origins = [{}]", entries.join(", "));
    let short = cors_with(&["check", "-"], &[], &text);
    let long = cors_with(&["check", "-", "--all"], &[], &text);
    assert!(short.out.contains("and 10 more") && !short.out.contains("a59.example` is not"), "{}", short.out);
    assert!(!long.out.contains(" more: ") && long.out.contains("a59.example` is not"), "{}", long.out);
}

#[test]
fn a_file_in_another_encoding_is_told_from_a_missing_one() {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("utf16.json");
    std::fs::write(&path, b"\xff\xfe{\0}\0").expect("the folder is there");
    let run = cors(&["check", path.to_str().expect("it is UTF-8")]);
    assert!(run.code == Some(2) && run.err.contains("help: save it as UTF-8"), "{run:?}");
}
