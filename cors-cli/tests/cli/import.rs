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
