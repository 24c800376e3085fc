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
    for (target, settings, why) in [
        ("apache", "preflight_status = 200", "`preflight_status` is 200"),
        ("gateway-api", "origins = [{ regex = 'https://a\\.b\\.com' }]", "no regexes"),
        ("gateway-api", "origins = [\"http://localhost:*\"]", "list the ports"),
        ("gateway-api", "origins = [\"tauri://localhost\"]", "`http` and `https` alone"),
        (
            "gateway-api",
            "origins = [\"https://a.com\"]\nmethods = [\"QUERY\"]",
            "does not know the method `QUERY`",
        ),
        ("gateway-api", "origins = [\"https://a.com\"]\ntiming = true", "no `Timing-Allow-Origin`"),
        ("gateway-api", "origins = [\"https://a.com\"]\nmax_age = 0", "begins at 1"),
        ("s3", "origins = [\"https://a.com\"]", "sends `Access-Control-Allow-Credentials: true`"),
        ("s3", "origins = \"any\"\nmethods = [\"PATCH\"]", "does not know the method `PATCH`"),
        ("s3", "origins = \"any\"\nexpose = \"any\"", "have no `*`"),
        ("nginx", "origins = [\"https://a.com\"]\nexpose = [\"x-$\"]", "begins a variable"),
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
