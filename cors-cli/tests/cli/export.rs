//! `cors export`

use std::fs;

use crate::program::{cors, cors_with, folder};

const TARGETS: [&str; 7] = ["nginx", "haproxy", "caddy", "apache", "envoy", "gateway-api", "s3"];

#[test]
fn what_is_printed() {
    for target in TARGETS {
        cors(&["export", target, "gateway.toml"])
            .is_as_expected(&format!("export_{}", target.replace('-', "_")));
    }
}

#[test]
fn what_a_target_cannot_say_is_an_error() {
    let names: Vec<String> = (0..200).map(|number| format!("x-some-long-header-name-{number}")).collect();
    let long = format!("headers = {names:?}");
    let long_name = format!("headers = [\"x-{}\"]", "n".repeat(255));
    let long_origin = format!("origins = [\"https://{}a.com\"]", "label.".repeat(41));
    for (target, settings, why) in [
        ("apache", "preflight_status = 200", "`preflight_status` is 200"),
        ("gateway-api", "origins = [{ regex = 'https://a\\.b\\.com' }]", "no regexes"),
        ("gateway-api", "origins = [\"http://localhost:*\"]", "list the ports"),
        ("gateway-api", "origins = [\"tauri://localhost\"]", "only have `http` or `https`"),
        (
            "gateway-api",
            "origins = [\"https://a.com\"]\nmethods = [\"QUERY\"]",
            "does not know the method `QUERY`",
        ),
        ("gateway-api", "origins = [\"https://a.com\"]\ntiming = true", "no `Timing-Allow-Origin`"),
        ("gateway-api", "origins = [\"https://a.com\"]\nmax_age = 0", "begins at 1"),
        ("gateway-api", "headers = \"any\"", "its `*` for headers must be the only entry"),
        ("gateway-api", &long_name, "a header name has 256 bytes at most"),
        ("gateway-api", &long_origin, "an origin has 253 bytes at most"),
        ("s3", "origins = [\"https://a.com\"]", "sends `Access-Control-Allow-Credentials: true`"),
        ("s3", "origins = \"any\"\nmethods = [\"PATCH\"]", "does not know the method `PATCH`"),
        ("s3", "origins = \"any\"\nexpose = \"any\"", "have no `*`"),
        ("nginx", "origins = [\"https://a.com\"]\nexpose = [\"x-$\"]", "begins a variable"),
        ("nginx", &long, "a parameter holds 4000"),
        ("caddy", "origins = [{ regex = 'https://\\b{start}a\\.b\\.com' }]", "word boundary"),
    ] {
        let origins = if settings.contains("origins") { "" } else { "origins = [\"https://a.com\"]\n" };
        let text = format!("origins = [\"https://z.com\"]\n[development]\n{origins}{settings}\n");
        let run = cors_with(&["export", target, "-", "--mode", "development"], &[], &text);
        assert!(
            run.code == Some(2) && run.out.is_empty() && run.err.contains(why),
            "{target} {settings}: {run:?}"
        );
    }
}

/// A comment ends with its line: nothing that names the policy may begin another.
#[test]
fn the_name_of_a_file_is_no_configuration() {
    let folder = std::env::temp_dir().join(format!("cors-export-names-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    for name in ["x\nreturn 200;.toml", "x\r.toml", "x\u{2028}.toml", "{$HOME}.toml"] {
        let path = folder.join(name);
        fs::copy(crate::program::folder().join("gateway.toml"), &path).expect("it is copied");
        for target in TARGETS {
            let run = cors(&["export", target, path.to_str().expect("text")]);
            assert!(
                run.code == Some(2) && run.out.is_empty() && run.err.contains("cannot be written"),
                "{run:?}"
            );
        }
    }
    let long = folder.join("d".repeat(200)).join("e".repeat(200));
    fs::create_dir_all(&long).expect("a folder");
    let path = long.join("it's a policy.toml");
    fs::copy(crate::program::folder().join("gateway.toml"), &path).expect("it is copied");
    for target in TARGETS {
        let run = cors(&["export", target, path.to_str().expect("text")]);
        let quoted = run.out.contains(r"/it'\''s a policy.toml'`: change");
        assert!(run.code == Some(0) && (quoted || target == "s3"), "{run:?}");
        let id = run.out.lines().find_map(|line| line.trim().strip_prefix("\"ID\": \""));
        assert!(id.is_none_or(|id| id.len() <= 257), "{run:?}");
    }
    let cluster = cors(&["export", "envoy", "gateway.toml", "--cluster", "a\n- match: {}"]);
    assert!(cluster.code == Some(2) && cluster.out.is_empty(), "{cluster:?}");
    let cluster = cors(&["export", "envoy", "gateway.toml", "--cluster", "a', x: 'b"]);
    assert!(cluster.out.contains("cluster: 'a'', x: ''b'"), "{cluster:?}");
    fs::remove_dir_all(&folder).expect("it is there");
}

/// What policies have that some target cannot say, beside what every target can.
const FEATURES: [(&str, &str); 20] = [
    ("`origins` listed, without credentials", ""),
    ("`origins` listed, with credentials", "credentials = true"),
    ("`origins = \"any\"`", "origins = \"any\""),
    ("a subdomain pattern", "credentials = true\norigins = [\"https://*.a.com\"]"),
    ("a port pattern, `:*`", "credentials = true\norigins = [\"http://a.com:*\"]"),
    ("a scheme of an app", "credentials = true\norigins = [\"tauri://localhost\"]"),
    ("an IPv6 address", "credentials = true\norigins = [\"http://[::1]:3000\"]"),
    ("a host with `_`", "credentials = true\norigins = [\"https://*.a_b.com\"]"),
    ("a host that ends with a dot", "credentials = true\norigins = [\"https://a.com.\"]"),
    ("a regex", "credentials = true\norigins = [{ regex = 'https://a[0-9]\\.b\\.com' }]"),
    ("`PATCH`", "credentials = true\nmethods = [\"PATCH\"]"),
    ("`QUERY`, or another method that few know", "credentials = true\nmethods = [\"QUERY\"]"),
    ("`methods = []`", "credentials = true\nmethods = []"),
    ("`methods = \"any\"`", "credentials = true\nmethods = \"any\""),
    ("`headers = \"any\"`", "credentials = true\nheaders = \"any\""),
    ("a family of headers", "credentials = true\nheaders = [\"x-app-*\"]"),
    ("`expose = \"any\"`", "origins = \"any\"\nexpose = \"any\""),
    ("`timing`", "credentials = true\ntiming = true"),
    ("`private_network`", "credentials = true\nprivate_network = true"),
    ("`preflight_status = 200`", "credentials = true\npreflight_status = 200"),
];

/// The table of limits in the docs is what the targets say to a policy with each feature.
#[test]
fn the_limits_in_the_docs_are_those_of_the_targets() {
    let mut table =
        format!("| A policy with | {} |\n|---|{}\n", TARGETS.join(" | "), "---|".repeat(TARGETS.len()));
    let mut reasons = String::new();
    for (feature, settings) in FEATURES {
        table += &format!("| {feature} |");
        for target in TARGETS {
            let origins = if settings.contains("origins") { "" } else { "origins = [\"https://a.com\"]\n" };
            let text = format!("origins = [\"https://z.com\"]\n[development]\n{origins}{settings}\n");
            let run = cors_with(&["export", target, "-", "--mode", "development"], &[], &text);
            let why = run.err.lines().find_map(|line| line.split_once(" cannot express this policy: "));
            table += match (run.code, why) {
                (Some(0), None) => " yes |",
                (Some(2), Some((_, why))) => {
                    reasons += &format!("- {target}, {feature}: {why}\n");
                    " no |"
                }
                _ => panic!("{target}, {feature}: {run:?}"),
            };
        }
        table.push('\n');
    }
    let path = folder().join("../../gateways.md");
    let page = fs::read_to_string(&path).expect("the page is there");
    let begin = "<!-- limits: by the test `the_limits_in_the_docs_are_those_of_the_targets` -->\n";
    let (head, _) = page.split_once(begin).expect("the page has a place for the table");
    let wanted = format!("{head}{begin}\n{table}\nWhy not:\n\n{reasons}");
    if std::env::var("CORS_EXPECTED").is_ok_and(|value| value == "overwrite") {
        return fs::write(&path, &wanted).expect("it is written");
    }
    assert!(
        page == wanted,
        "gateways.md is not what the targets say: CORS_EXPECTED=overwrite writes it\n{wanted}"
    );
}

#[test]
fn a_file_in_a_repository_is_held_against_the_policy() {
    let file = std::env::temp_dir().join(format!("cors-export-check-{}.conf", std::process::id()));
    let path = file.to_str().expect("a path of text");
    for target in TARGETS {
        let exported = cors(&["export", target, "gateway.toml"]).out;
        fs::write(&file, &exported).expect("it is written");
        let same = cors(&["export", target, "gateway.toml", "--check", path]);
        assert!(same.code == Some(0) && same.out.is_empty() && same.err.is_empty(), "{target}: {same:?}");
        fs::write(&file, exported.replace("myapp", "evilapp")).expect("it is written");
        let stale = cors(&["export", target, "gateway.toml", "--check", path]);
        assert!(
            stale.code == Some(1) && stale.err.contains("is not what this policy exports"),
            "{target}: {stale:?}"
        );
    }
    fs::remove_file(&file).expect("it is there");
    let text = fs::read_to_string(folder().join("gateway.toml")).expect("it is there");
    let hosts = cors_with(&["export", "nginx", "-"], &[], &format!("{text}hosts = [\"a.com\"]\n"));
    assert!(hosts.code == Some(0) && hosts.err.contains("`hosts` is not exported"), "{hosts:?}");
}
