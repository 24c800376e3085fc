//! `cors import`

use crate::program::{cors, cors_with};

#[test]
fn what_is_printed() {
    for (name, arguments) in [
        ("import_toml", &["import", "django", "django.json"][..]),
        ("import_rust", &["import", "django", "django.json", "--emit", "rust"]),
        ("import_defaults", &["import", "django", "django_defaults.json"]),
        ("import_all", &["import", "django", "django_all.json"]),
        ("import_old_names", &["import", "django", "django_old.json"]),
        ("import_wrong_types", &["import", "django", "django_wrong.json"]),
        ("import_settings_py", &["import", "django", "main.rs"]),
    ] {
        cors(arguments).is_as_expected(name);
    }
}

#[test]
fn what_is_written_is_a_policy() {
    for settings in ["django.json", "django_defaults.json", "django_all.json", "django_old.json"] {
        let imported = cors(&["import", "django", settings]);
        let checked = cors_with(&["check", "-"], &[], &imported.out);
        assert_eq!(checked.code, imported.code, "{settings}: {checked:?}");
    }
}

#[test]
fn settings_come_by_standard_input_too() {
    let settings = r#"{ "CORS_ALLOWED_ORIGINS": ["https://app.example"], "ALLOWED_HOSTS": ["*"] }"#;
    let run = cors_with(&["import", "django", "-"], &[], settings);
    assert!(
        run.out.contains("origins = [\"https://app.example\"]") && run.out.contains("hosts = \"any\""),
        "{run:?}"
    );
    // `any_host`
    assert_eq!(run.code, Some(1), "{run:?}");
}

#[test]
fn no_character_of_the_settings_breaks_a_comment() {
    for settings in [
        r#"{ "CORS_ALLOWED_ORIGIN_REGEXES": ["^https://a\u001b\u009b\\.example"] }"#,
        r#"{ "CORS_ODD\u0007\nNAME": 1 }"#,
        r#"{ "CORS_URLS_REGEX": "^/api/\u0000" }"#,
    ] {
        for emit in ["toml", "rust"] {
            let run = cors_with(&["import", "django", "-", "--emit", emit], &[], settings);
            // It has no origins, or a regex that nobody has.
            assert!(run.code == Some(1) && run.out.contains("max_age"), "{settings}: {run:?}");
            let is_odd = |letter: char| letter.is_control() && letter != '\n';
            assert!(!run.out.contains(is_odd), "{settings}: {}", run.out);
        }
    }
}

#[test]
fn a_method_that_is_a_keyword_of_rust_is_a_string() {
    let settings =
        r#"{ "CORS_ALLOW_METHODS": ["GET", "fn"], "CORS_ALLOWED_ORIGINS": ["https://app.example"] }"#;
    let run = cors_with(&["import", "django", "-", "--emit", "rust"], &[], settings);
    assert!(run.out.contains(r#"methods: [GET, "fn"]"#), "{run:?}");
}

#[test]
fn other_tools_are_read_and_judged() {
    for (source, file) in [
        ("nginx", "nginx.conf"),
        ("gateway-api", "gateway.yaml"),
        ("ingress-nginx", "ingress.yaml"),
        ("istio", "istio.yaml"),
        ("envoy", "envoy.yaml"),
        ("s3", "s3.json"),
        ("gcs", "gcs.json"),
        ("actix-cors", "layers.rs"),
        ("tower-http", "layers.rs"),
    ] {
        let path = format!("foreign/{file}");
        let name = source.replace('-', "_");
        cors(&["check", "--from", source, &path]).is_as_expected(&format!("from_{name}"));
        cors(&["import", source, &path, "--nth", "1"]).is_as_expected(&format!("import_{name}"));
    }
}

#[test]
fn any_origin_with_credentials_is_imported_as_what_it_is() {
    for (source, text) in [
        (
            "nginx",
            "add_header Access-Control-Allow-Origin *; add_header Access-Control-Allow-Credentials true;",
        ),
        (
            "nginx",
            "add_header Access-Control-Allow-Origin $http_origin; add_header Access-Control-Allow-Credentials true;",
        ),
        ("gateway-api", "{type: CORS, cors: {allowOrigins: ['*'], allowCredentials: true}}"),
        ("ingress-nginx", "{nginx.ingress.kubernetes.io/enable-cors: 'true'}"),
        ("istio", "{corsPolicy: {allowOrigins: [{exact: '*'}], allowCredentials: true}}"),
        ("envoy", "{allow_origin_string_match: [{exact: '*'}], allow_credentials: true}"),
        ("actix-cors", "fn a() { Cors::permissive() }"),
        ("actix-cors", "fn a() { Cors::default().allow_any_origin().supports_credentials() }"),
        ("tower-http", "fn a() { CorsLayer::very_permissive() }"),
        (
            "tower-http",
            "fn a() { CorsLayer::new().allow_origin(AllowOrigin::mirror_request()).allow_credentials(true) }",
        ),
    ] {
        let run = cors_with(&["check", "--from", source, "-"], &[], text);
        assert!(
            run.code == Some(1) && run.out.contains("[any_origin_with_credentials]"),
            "{source} {text}: {run:?}"
        );
    }
}

/// What an nginx does that no policy can have, by the first words of the warnings. `tests/tests/import_gateways.rs` asks the real one.
#[test]
fn habits_of_nginx() {
    const ALWAYS: &str = "`add_header` without `always`";
    const VARY: &str = "no `Vary: Origin`";
    const TWO: &str = "two lines with `Access-Control-Allow-Origin`";
    const DROPS: &str = "an `if` with an `add_header` of its own";
    const STATUS: &str = "preflights are refused by their status";
    let origin = "add_header Access-Control-Allow-Origin https://a.example always;";
    let vary = "add_header Vary Origin always;";
    for (text, said) in [
        (format!("{origin} {vary}"), &[][..]),
        (format!("add_header Access-Control-Allow-Origin https://a.example; {vary}"), &[ALWAYS]),
        (format!("{origin} add_header X-Other 1;"), &[VARY]),
        ("add_header Access-Control-Allow-Origin * always;".into(), &[]),
        (format!("{origin} {vary} add_header Access-Control-Allow-Origin https://b.example always;"), &[TWO]),
        (format!("{vary} more_set_headers 'Access-Control-Allow-Origin: https://a.example'; {vary}"), &[]),
        (format!("{origin} {vary} if ($request_method = GET) {{ add_header X-Other 1; }}"), &[DROPS]),
        (format!("{origin} {vary} if ($request_method = GET) {{ {origin} {vary} }}"), &[]),
        (format!("{origin} {vary} if ($request_method = GET) {{ set $a 1; }}"), &[]),
        (format!("{origin} {vary} if ($request_method = OPTIONS) {{ return 204; }}"), &[]),
        (format!("{origin} {vary} if ($request_method = OPTIONS) {{ return 405; }}"), &[STATUS]),
        (format!("{origin} {vary} if ($request_method = TRACE) {{ return 405; }}"), &[]),
        (
            format!(
                "if ($request_method = OPTIONS) {{ {origin} {origin} {vary} return 204; }} {origin} {vary}"
            ),
            &[TWO],
        ),
    ] {
        let config = format!("server {{ location / {{ {text} }} }}");
        let run = cors_with(&["import", "nginx", "-"], &[], &config);
        let warnings: Vec<&str> = run.err.lines().filter_map(|line| line.strip_prefix("warning: ")).collect();
        let is_said = warnings.len() == said.len()
            && said.iter().zip(&warnings).all(|(said, found)| found.starts_with(said));
        assert!(is_said, "{text}: {run:#?}");
    }
}

#[test]
fn what_has_no_cors_settings_is_no_policy() {
    for (source, text) in [
        ("nginx", "server { listen 80; }"),
        ("nginx", "server {"),
        ("gateway-api", "kind: HTTPRoute"),
        ("gateway-api", "a: ["),
        ("s3", "{}"),
        ("actix-cors", "fn a() { CorsLayer::new() }"),
        ("tower-http", "fn a( {"),
    ] {
        let run = cors_with(&["import", source, "-"], &[], text);
        assert!(run.code == Some(2) && run.out.is_empty() && !run.err.is_empty(), "{source} {text}: {run:?}");
    }
}

/// ingress-nginx has patterns there, and no regexes.
#[test]
fn what_an_ingress_lists_is_no_part_of_a_regex() {
    for (listed, written) in [
        ("https://*.a.example", r"^https://[A-Za-z0-9-]+\.a\.example$"),
        ("https://*.a.example|https://b.example", r"^https://[A-Za-z0-9-]+\.a\.example\|https://b\.example$"),
        ("https://*.[a-z]+", r"^https://[A-Za-z0-9-]+\.\[a-z\]\+$"),
        ("http.*://*.a.example", r"^http\.\*://[A-Za-z0-9-]+\.a\.example$"),
    ] {
        let annotations = format!(
            "{{nginx.ingress.kubernetes.io/enable-cors: 'true', nginx.ingress.kubernetes.io/cors-allow-origin: '{listed}'}}"
        );
        let run = cors_with(&["import", "ingress-nginx", "-"], &[], &annotations);
        assert!(run.out.contains(&format!("{{ regex = '{written}' }}")), "{listed}: {run:?}");
    }
}

#[test]
fn the_largest_numbers_are_written_as_they_are() {
    for (source, text) in [
        (
            "nginx",
            "add_header Access-Control-Allow-Origin https://a.example; add_header Access-Control-Max-Age NUMBER;",
        ),
        ("gateway-api", "{type: CORS, cors: {allowOrigins: ['https://a.example'], maxAge: NUMBER}}"),
        ("istio", "{corsPolicy: {allowOrigins: [{exact: 'https://a.example'}], maxAge: NUMBERs}}"),
        ("s3", r#"[{"AllowedOrigins": ["https://a.example"], "MaxAgeSeconds": NUMBER}]"#),
        ("actix-cors", r#"fn a() { Cors::default().allowed_origin("https://a.example").max_age(NUMBER) }"#),
        ("django", r#"{"CORS_ALLOWED_ORIGINS": ["https://a.example"], "CORS_PREFLIGHT_MAX_AGE": NUMBER}"#),
    ] {
        for number in ["9223372036854775807", "9223372036854775808", "18446744073709551615"] {
            let run = cors_with(&["import", source, "-"], &[], &text.replace("NUMBER", number));
            assert!(
                run.code == Some(1) && run.out.contains("https://a.example"),
                "{source}, {number}: {run:?}"
            );
        }
    }
}

#[test]
fn variables_that_are_set_by_each_other_are_read_once() {
    let sets = "set $a $b; set $b $a; ".repeat(300);
    let config = format!(
        "server {{ {sets} set $b https://a.example; add_header Access-Control-Allow-Origin $a always; add_header Vary Origin; }}"
    );
    let run = cors_with(&["import", "nginx", "-"], &[], &config);
    assert!(run.out.contains("origins = [\"https://a.example\"]"), "{run:?}");
}

/// What is asked for and sent back is not `any` where a condition takes some of it out: what is guessed may only tighten.
#[test]
fn what_nginx_sends_back_under_a_condition() {
    for (condition, key, read) in [
        ("", "headers = \"any\"", true),
        (r#"($http_access_control_request_headers = "")"#, "headers = \"any\"", true),
        (r"($http_access_control_request_headers ~* x-evil)", "headers", false),
        (r"($http_access_control_request_headers !~* ^[a-z,-]+$)", "headers", false),
        ("", "methods = \"any\"", true),
        (r#"($http_access_control_request_method !~ "^(GET|PUT)$")"#, "methods = [\"GET\", \"PUT\"]", true),
        (r#"($http_access_control_request_method !~ "^(GET|P.T)$")"#, "methods = [", false),
        (r"($http_access_control_request_method = DELETE)", "methods = \"any\"", false),
    ] {
        let limit =
            if condition.is_empty() { String::new() } else { format!("if {condition} {{ return 403; }}") };
        let config = format!(
            "server {{\n{limit}\nadd_header Access-Control-Allow-Origin https://app.example always;\n\
             add_header Access-Control-Allow-Headers $http_access_control_request_headers always;\n\
             add_header Access-Control-Allow-Methods $http_access_control_request_method always;\n\
             add_header Vary Origin always;\n}}\n"
        );
        let run = cors_with(&["import", "nginx", "-"], &[], &config);
        let said = run.out.lines().any(|line| line.starts_with(key));
        assert_eq!(said, read, "{condition}: {run:?}");
        assert_eq!(run.err.contains("not read"), !read, "{condition}: {run:?}");
    }
}

#[test]
fn a_star_that_browsers_saw_is_said_to_have_meant_less() {
    const BOTH: &str = "does not work for calls with credentials, nor for Authorization";
    const AUTHORIZATION: &str = "does not work for Authorization";
    let nginx = |headers: &str, more: &str| {
        format!(
            "server {{ location / {{ add_header Access-Control-Allow-Origin https://app.example always; \
             add_header Access-Control-Allow-Headers {headers} always; {more} }} }}"
        )
    };
    let credentials = "add_header Access-Control-Allow-Credentials true always;";
    let gateway = |credentials: bool| {
        format!(
            "type: CORS\ncors:\n  allowOrigins: [https://app.example]\n  allowHeaders: ['*']\n  allowCredentials: {credentials}\n"
        )
    };
    let ingress = "metadata:\n  annotations:\n    nginx.ingress.kubernetes.io/enable-cors: 'true'\n    \
                   nginx.ingress.kubernetes.io/cors-allow-headers: '*'\n";
    let envoy = |headers: &str| {
        format!(
            "allow_origin_string_match: [{{exact: https://app.example}}]\nallow_headers: '{headers}'\nallow_credentials: true\n"
        )
    };
    let tower = |headers: &str| format!("fn a() {{ CorsLayer::new().allow_headers({headers}); }}");
    let s3 = r#"[{"AllowedOrigins": ["https://app.example"], "AllowedMethods": ["GET"], "AllowedHeaders": ["*"]}]"#;
    for (name, source, text, said) in [
        ("nginx", "nginx", nginx("*", ""), AUTHORIZATION),
        ("nginx, credentials", "nginx", nginx("*", credentials), BOTH),
        ("nginx, mirrored", "nginx", nginx("$http_access_control_request_headers", credentials), ""),
        ("the Gateway API", "gateway-api", gateway(false), AUTHORIZATION),
        ("the Gateway API lists what was asked for", "gateway-api", gateway(true), ""),
        ("ingress-nginx", "ingress-nginx", ingress.into(), BOTH),
        ("Envoy answers with what was asked for", "envoy", envoy("*"), ""),
        ("Envoy, a star among others", "envoy", envoy("x-a, *"), BOTH),
        ("tower-http", "tower-http", tower("Any"), AUTHORIZATION),
        ("tower-http, mirrored", "tower-http", tower("AllowHeaders::mirror_request()"), ""),
        ("S3 answers with what was asked for", "s3", s3.into(), ""),
    ] {
        let run = cors_with(&["import", source, "-"], &[], &text);
        // A comment is broken into lines.
        let words = run.out.replace("\n# ", " ");
        assert!(run.out.contains("headers = \"any\""), "{name}: {run:?}");
        match said {
            "" => assert!(!words.contains("browsers saw"), "{name}: {words}"),
            said => assert!(words.contains(said), "{name}: {words}"),
        }
    }
}
