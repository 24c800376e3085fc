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
fn violations_are_in_the_order_of_the_lines() {
    let text = "[production]\norigins = ['a.example']\nmethods = ['get']\n[prodction]\nheaders = ['dnt']\n[development]\norigins = ['b.example/']\n";
    let run = cors_with(&["check", "-", "--format", "json"], &[], text);
    let printed: serde_json::Value = serde_json::from_str(&run.out).expect("it is JSON");
    let lines: Vec<u64> = printed
        .as_array()
        .expect("it is a list")
        .iter()
        .map(|violation| violation["line"].as_u64().expect("it has a line"))
        .collect();
    assert!(lines.len() > 3 && lines.is_sorted(), "{lines:?}: {}", run.out);
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
    assert!(none.code == Some(2) && none.err.contains("matches no file"), "{none:?}");
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

/// Files that no parser reads, as people write them: where the fault is, what it is, and what to write.
#[test]
fn what_cannot_be_read_is_explained() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let mut broken = Vec::new();
    for (extension, text, place, cause, help) in [
        (
            "toml",
            "origins: [\"https://a.example\"]",
            "1:8",
            "`:` is written where `=` belongs",
            "write `origins = [\"https://a.example\"]`",
        ),
        (
            "toml",
            "production:\n  timing: true",
            "1:11",
            "`:` is written where `=` belongs",
            "write `[production]`",
        ),
        (
            "toml",
            "production {\n  timing = true\n}",
            "1:12",
            "a block begins with its name",
            "write `[production]` on a line",
        ),
        ("toml", "[production\ntiming = true", "1:1", "this bracket is never closed", "write `[production]`"),
        (
            "toml",
            "origins = [https://a.example]",
            "1:12",
            "a text is written in quotes",
            "write `\"https://a.example\"`",
        ),
        (
            "toml",
            "origins = https://a.example",
            "1:11",
            "a text is written in quotes",
            "write `\"https://a.example\"`",
        ),
        ("toml", "origins = any", "1:11", "a text is written in quotes", "write `\"any\"`"),
        (
            "toml",
            "origins = [“https://a.example”]",
            "1:12",
            "`“` is not a quote",
            "write `\"https://a.example\"`",
        ),
        (
            "toml",
            "origins = [\"https://a.example\"]\ncredentials = True",
            "2:15",
            "`True` is not a word of TOML",
            "write `true`",
        ),
        (
            "toml",
            "origins = [\"https://a.example\"]\ncredentials = no # yet",
            "2:15",
            "`no` is not a word of TOML",
            "write `false`",
        ),
        (
            "toml",
            "origins = [\"https://a.example\"]\nmax_age = 1h",
            "2:11",
            "a duration is written in quotes",
            "write `\"1h\"`",
        ),
        ("toml", "origins = [\"https://a.example\"]\nmax_age = 010", "2:11", "", "without the `0` in front"),
        (
            "toml",
            "origins = [\"https://a.example\"]\nmethods = [GET, PUT]",
            "2:12",
            "a text is written in quotes",
            "write `\"GET\"`",
        ),
        (
            "toml",
            "origins = (\"https://a.example\")",
            "1:11",
            "a list is written in brackets",
            "write `[\"https://app.example\"]`",
        ),
        ("toml", "origins = [\"https://a.example\"];", "1:32", "a line does not end with `;`", "take it out"),
        (
            "toml",
            "origins = [\"https://a.example\"],\ntiming = true",
            "1:32",
            "a line does not end with `,`",
            "take it out",
        ),
        ("toml", "origins = [\"https://a.example\"] methods = []", "1:33", "", "a new line for each key"),
        (
            "toml",
            "origins = [\"https://a.example\",\nmethods = [\"GET\"]",
            "1:11",
            "this bracket is never closed",
            "a list ends with `]`",
        ),
        (
            "toml",
            "origins = [\"https://a.example\"\nmethods = [\"GET\"]",
            "1:11",
            "this bracket is never closed",
            "a list ends with `]`",
        ),
        (
            "toml",
            "origins = [\"https://a.example]\nmethods = [\"GET\"]",
            "1:12",
            "this quote is never closed",
            "write `\"` after it",
        ),
        (
            "toml",
            "origins = [\"https://a.example\"]\nmethods = [\"GET\" \"PUT\"]",
            "2:18",
            "a comma is missing",
            "write `,` before this",
        ),
        (
            "toml",
            "origins = [{ regex = \"https://\\d+\\.a\\.example\" }]",
            "1:31",
            "`\\d` is not an escape between double quotes in TOML",
            "in single quotes",
        ),
        (
            "toml",
            "// who\norigins = [\"https://a.example\"]",
            "1:1",
            "this is not a comment",
            "a comment begins with `#`",
        ),
        ("toml", "{\"origins\": [\"https://a.example\"]}", "1:1", "this is JSON", "name it `.json`"),
        (
            "toml",
            "[production]\nmax_age = 1\n[production]\ntiming = true",
            "3:2",
            "`production` is there twice",
            "in one place",
        ),
        (
            "json",
            "{ \"origins\": [\"https://a.example\"], }",
            "1:35",
            "there is a comma before the closing bracket",
            "take the comma out",
        ),
        (
            "json",
            "{ \"origins\": [\"https://a.example\",] }",
            "1:34",
            "there is a comma before the closing bracket",
            "take the comma out",
        ),
        ("json", "{ 'origins': [] }", "1:3", "JSON has only double quotes", "write `\"origins\"`"),
        ("json", "{ origins: [] }", "1:3", "a key is written in double quotes", "write `\"origins\"`"),
        ("json", "{\n  // who\n  \"origins\": []\n}", "2:3", "JSON has no comments", "take it out"),
        (
            "json",
            "{ \"origins\": ['https://a.example'] }",
            "1:15",
            "JSON has only double quotes",
            "write `\"https://a.example\"`",
        ),
        (
            "json",
            "{ \"origins\": [“https://a.example”] }",
            "1:15",
            "`“` is not a quote",
            "write `\"https://a.example\"`",
        ),
        ("json", "{ \"origins\": any }", "1:14", "a text is written in double quotes", "write `\"any\"`"),
        ("json", "{ \"origins\" = [] }", "1:13", "`=` is written where `:` belongs", "write `:`"),
        (
            "json",
            "{ \"origins\": [], \"credentials\": True }",
            "1:33",
            "`True` is not a word of JSON",
            "write `true`",
        ),
        (
            "json",
            "{ \"origins\": [], \"max_age\": 1h }",
            "1:29",
            "a duration is written in double quotes",
            "write `\"1h\"`",
        ),
        (
            "json",
            "{ \"origins\": [\"https://a.example\" \"https://b.example\"] }",
            "1:35",
            "a comma is missing",
            "write `,` before this",
        ),
        (
            "json",
            "{ \"origins\": []; \"timing\": true }",
            "1:16",
            "`;` is written where `,` belongs",
            "write `,`",
        ),
        ("json", "[\"https://a.example\"]", "1:1", "", "write the keys in braces"),
        ("json", "", "1:1", "the file is empty", "write the keys in braces"),
        ("json", "{ \"origins\": [", "1:14", "this bracket is never closed", "a list ends with `]`"),
        (
            "json",
            "{ \"origins\": [\"https://a.example\" }",
            "1:14",
            "this bracket is never closed",
            "a list ends with `]`",
        ),
        (
            "json",
            "{ \"origins\": [\"https://a.example\n\"] }",
            "1:15",
            "this quote is never closed",
            "write `\"` after it",
        ),
        (
            "json",
            "{ \"origins\": [{ \"regex\": \"https://\\d+\" }] }",
            "1:35",
            "`\\d` is not an escape in JSON",
            "each backslash twice",
        ),
        ("toml", "max_age = 60 * 60", "1:11", "this is code", "write the value itself"),
        ("json", "{ \"max_age\": 60 * 60 }", "1:14", "this is code", "write the value itself"),
        ("json", "{ \"origins\": process.env.ORIGINS }", "1:14", "this is code", "write the value itself"),
        (
            "yaml",
            "origins: {{ .Values.origins }}",
            "1:10",
            "this template was not filled in",
            "write the value itself",
        ),
        (
            "yaml",
            "origins:\n{{- range .o }}\n  - {{ . }}\n{{- end }}",
            "2:1",
            "this template",
            "the value itself",
        ),
        ("yaml", "{% if x %}\norigins: any\n{% endif %}", "1:1", "this template", "the value itself"),
        ("json", "{ \"origins\": {{ origins | tojson }} }", "1:14", "this template", "the value itself"),
        ("yaml", "origins: *", "1:10", "is an alias in YAML", "write `\"*\"`"),
        ("yaml", "origins:\n  - *", "2:5", "is an alias in YAML", "write `\"*\"`"),
        ("yaml", "origins: [*.a.example]", "1:11", "is an alias in YAML", "write `\"*.a.example\"`"),
        ("yaml", "headers: [x-a, *]", "1:16", "is an alias in YAML", "write `\"*\"`"),
        (
            "yaml",
            "origins:\n\t- https://a.example",
            "2:1",
            "YAML cannot be indented with tabs",
            "indent with spaces",
        ),
        (
            "yaml",
            "origins = [\"https://a.example\"]",
            "1:9",
            "`=` is written where `:` belongs",
            "write `origins: [\"https://a.example\"]`",
        ),
        (
            "yaml",
            "origins:[\"https://a.example\"]",
            "1:8",
            "a space is missing",
            "write `origins: [\"https://a.example\"]`",
        ),
        ("yaml", "origins: any\ntiming:true", "2:7", "a space is missing", "write `timing: true`"),
        (
            "yaml",
            "origins: [\"https://a.example\"],\ntiming: true",
            "1:31",
            "a line does not end with `,`",
            "take it out",
        ),
        (
            "yaml",
            "production {\n  timing: true\n}",
            "1:1",
            "a block begins with its name",
            "write `production:`",
        ),
        (
            "yaml",
            "origins:\n  - \"https://a.example",
            "2:5",
            "this quote is never closed",
            "write `\"` after the text",
        ),
        (
            "yaml",
            "origins: [{ regex: \"https://\\d+\" }]",
            "1:29",
            "`\\d` is not an escape between double quotes in YAML",
            "in single quotes",
        ),
        (
            "yaml",
            "headers:\n  - @a",
            "2:5",
            "a text that begins with `@` is written in quotes",
            "write `\"@a\"`",
        ),
        (
            "yaml",
            "origins: &o [https://a.example]\nproduction:\n  <<: *o",
            "1:14",
            "merge value",
            "behind the key that it is for",
        ),
        ("yaml", "methods: [GET]\nmethods: [PUT]", "2:1", "", "in one place"),
        ("yaml", "origins: any\n---\norigins: any", "3:1", "", "a file holds one policy"),
        ("yaml", "- https://a.example", "1:1", "a policy is a table of keys", "write the keys of the policy"),
        (
            "yaml",
            "origins: [https://a.example\nmethods: [GET]",
            "1:10",
            "this bracket is never closed",
            "a list ends with `]`",
        ),
        ("yaml", "origins: [https://a.example]\n methods: [GET]", "2:2", "", "in the same column"),
        ("yaml", "origins:\n  - https://a.example\n- https://b.example", "3:3", "", "in the same column"),
    ] {
        let path = folder.join(format!("unreadable.{extension}"));
        std::fs::write(&path, text).expect("the folder is there");
        let run = cors(&["check", path.to_str().expect("it is UTF-8")]);
        assert_eq!(run.code, Some(2), "{text}: {run:?}");
        let helps =
            run.err.lines().filter(|line| line.trim_start().starts_with("help: ")).collect::<Vec<_>>();
        let head = run.err.lines().next().unwrap_or_default();
        let is_said = head.contains("is not a policy: ") && head.contains(cause);
        let at = format!("unreadable.{extension}:{place}\n");
        let is_shown = run.err.contains(&at) && run.err.contains('^');
        if !(helps.len() == 1 && helps[0].contains(help) && is_said && is_shown) {
            broken.push(format!("{text}, at {place}: {}", run.err));
        }
        for aside in ["Options", "from_str"] {
            assert!(!run.err.contains(aside), "{text}: {}", run.err);
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Code of programs, where a file has values: what is marked, and what the help says in TOML.
#[test]
fn code_in_a_file_is_no_value() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let value = "write the value itself";
    let mut broken = Vec::new();
    for (list, marked, help) in [
        ("process.env.ORIGIN", "process.env.ORIGIN", value),
        ("\"https://a.example\", process.env.ORIGIN", "process.env.ORIGIN", value),
        ("import.meta.env.VITE_ORIGIN", "import.meta.env.VITE_ORIGIN", value),
        ("os.environ[\"X\"]", "os.environ[\"X\"]", value),
        ("os.environ.get(\"X\", \"Y\")", "os.environ.get(\"X\", \"Y\")", value),
        ("env(\"X\")", "env(\"X\")", value),
        (
            "get([\"a\", \"b\"], or(x[1], y)), \"https://a.example\"",
            "get([\"a\", \"b\"], or(x[1], y))",
            value,
        ),
        ("$ORIGIN", "$ORIGIN", value),
        ("{{ origin }}", "{{ origin }}", value),
        ("...ORIGINS", "...ORIGINS", value),
        ("\"https://\" + host", "\"https://\" + host", value),
        ("`https://${HOST}`", "`https://${HOST}`", value),
        ("f\"https://{host}\"", "f\"https://{host}\"", value),
        ("undefined", "undefined", "take it out"),
        ("None", "None", "take it out"),
        (
            r"/^https:\/\/a\.example$/",
            r"/^https:\/\/a\.example$/",
            r"write { regex = '^https://a\.example$' }",
        ),
        (
            r"/^https:\/\/[a-z,]+\.example\.com$/i",
            "/^https:",
            r"write { regex = '^https://[a-z,]+\.example\.com$' }",
        ),
        (r"/\.myapp\.com$/", r"/\.myapp\.com$/", r"write { regex = 'https://.*\.myapp\.com$' }"),
        // What is written must not let strangers in.
        (r"/https:\/\/.*myapp\.com/", "/https:", r"write { regex = 'https://(.*\.)?myapp\.com' }"),
        (r"/.*/", "/.*/", "for example { regex = "),
        (
            r#"new RegExp("^https://a\\.example$")"#,
            "new RegExp(",
            r"write { regex = '^https://a\.example$' }",
        ),
        (
            r#"re.compile(r"^https://a\.example$")"#,
            "re.compile(",
            r"write { regex = '^https://a\.example$' }",
        ),
        (
            r#"Regex::new(r"^https://a\.example$").unwrap()"#,
            "Regex::new(",
            r"write { regex = '^https://a\.example$' }",
        ),
    ] {
        for (extension, text) in
            [("toml", format!("origins = [{list}]\n")), ("json", format!("{{ \"origins\": [{list}] }}\n"))]
        {
            let path = folder.join(format!("code.{extension}"));
            std::fs::write(&path, &text).expect("the folder is there");
            let run = cors(&["check", path.to_str().expect("it is UTF-8")]);
            let column = text.find(marked).expect("it is in there") + 1;
            // Of a regex the table has the beginning.
            let carets = run.err.lines().find_map(|line| {
                Some(line.trim_start().strip_prefix('|')?.matches('^').count()).filter(|&carets| carets > 0)
            });
            let is_whole = help != value || carets == Some(marked.len());
            let is_marked = is_whole && run.err.contains(&format!("code.{extension}:1:{column}\n"));
            let is_helped = match extension {
                "toml" => run.err.contains(help),
                _ => run.err.contains(help.split('{').next().unwrap_or_default()),
            };
            let helps = run.err.matches("help: ").count();
            if run.code != Some(2) || !is_marked || !is_helped || helps != 1 {
                broken.push(format!("{text}{}", run.err));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Mistakes behind a misspelled key, and several at once, in YAML.
#[test]
fn slips_in_yaml_are_fixed() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    for (before, after) in [
        ("orgins: [a.example]\n", "origins: [https://a.example]\n"),
        (
            "orgins:\n  - a.example\n  - https://b.example/ # old\n",
            "origins:\n  - https://a.example\n  - https://b.example # old\n",
        ),
        ("origin: a.example\n", "origins: [\"https://a.example\"]\n"),
        (
            "origins: [https://a.example]\nallow_methods: GET, put\n",
            "origins: [https://a.example]\nmethods: [\"GET\", \"PUT\"]\n",
        ),
        (
            "origins: [https://a.example]\nmaxAge: 1h30m\nsupports_credentials: \"yes\"\n",
            "origins: [https://a.example]\nmax_age: 5400\ncredentials: true\n",
        ),
        (
            "origins: [https://a.example]\nheaders: [x-app.*, header::AUTHORIZATION]\n",
            "origins: [https://a.example]\nheaders: [\"x-app-*\", authorization]\n",
        ),
    ] {
        let path = folder.join("slips.yaml");
        std::fs::write(&path, before).expect("the folder is there");
        let run = cors(&["check", path.to_str().expect("it is UTF-8"), "--fix"]);
        let fixed = std::fs::read_to_string(&path).expect("it is there");
        assert_eq!((fixed.as_str(), run.code), (after, Some(0)), "{before}: {run:?}");
    }
}
