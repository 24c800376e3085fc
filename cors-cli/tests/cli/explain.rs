//! `cors explain`

use crate::program::cors;

#[test]
fn what_is_printed() {
    let explain = |more: &[&'static str]| [&["explain", "policy.toml", "--origin"], more].concat();
    for (name, arguments) in [
        (
            "explain_preflight",
            explain(&[
                "https://shop.myapp.com",
                "--method=put",
                "--header=authorization: Bearer secret",
                "--header=cookie: a=b",
                "--credentials",
            ]),
        ),
        ("explain_simple", explain(&["https://myapp.com"])),
        ("explain_origin", explain(&["http://myapp.com"])),
        ("explain_method", explain(&["https://myapp.com", "--method", "DELETE"])),
        ("explain_header", explain(&["https://myapp.com", "--header", "x-token"])),
        (
            "explain_credentials_of_a_wildcard",
            explain(&["https://a.example", "--mode=development", "--credentials"]),
        ),
        ("explain_development", explain(&["https://a.example", "--mode", "development"])),
        ("explain_forbidden_method", explain(&["https://myapp.com", "--method", "TRACE"])),
        ("explain_json", explain(&["https://myapp.com", "--method=PUT", "--format=json"])),
        ("explain_wrong_origin", explain(&["https://myapp.com/"])),
        ("explain_wrong_header", explain(&["https://myapp.com", "--header", "a b"])),
        ("explain_broken", ["explain", "broken.json", "--origin", "https://app.example"].to_vec()),
    ] {
        cors(&arguments).is_as_expected(name);
    }
}

#[test]
fn no_secret_is_printed() {
    for format in ["text", "json"] {
        let run = cors(&[
            "explain",
            "policy.toml",
            "--origin=https://myapp.com",
            "--header=authorization: hunter2",
            "--format",
            format,
        ]);
        assert!(
            run.code == Some(0) && !run.out.contains("hunter2") && run.out.contains("authorization"),
            "{run:?}"
        );
    }
}

#[test]
fn the_matrix_shows_every_kind_of_call() {
    cors(&["explain", "policy.toml", "--matrix"]).is_as_expected("explain_matrix");
    cors(&["explain", "policy_next.toml", "--matrix", "--html"]).is_as_expected("explain_matrix_html");
}

#[test]
fn every_failing_check_is_named_at_once() {
    let run = cors(&[
        "explain",
        "policy.toml",
        "--origin",
        "https://evil.example",
        "--method",
        "DELETE",
        "--header",
        "x-one",
        "--header",
        "x-two",
    ]);
    assert_eq!(run.code, Some(1), "{run:?}");
    for wanted in [
        "`origins` does not list https://evil.example",
        "`methods` does not list DELETE",
        "`headers` does not list x-one",
        "`headers` does not list x-two",
    ] {
        assert!(run.out.contains(wanted), "{wanted}: {}", run.out);
    }
}
