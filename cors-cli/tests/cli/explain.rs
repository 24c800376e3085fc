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
