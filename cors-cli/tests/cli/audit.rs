//! `cargo cors audit`

use std::process::{Command, Output};

use crate::program::folder;

fn audit(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-cors"));
    command.args(["cors", "audit"]).args(arguments).current_dir(folder()).output().expect("cargo-cors runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("it prints UTF-8")
}

#[test]
fn every_layer_is_found_and_judged() {
    let run = audit(&["foreign"]);
    let out = text(&run.stdout);
    assert_eq!(run.status.code(), Some(1), "{out}");
    for wanted in [
        "layers.rs: line 4, Cors::default() actix-cors",
        "a closure decides",
        "layers.rs: line 11, Cors::permissive() actix-cors",
        "[any_origin_with_credentials]",
        "layers.rs: line 16, CorsLayer::new() tower-http",
        "of 3 layers in 1 files break rules",
    ] {
        assert!(out.contains(wanted), "{wanted}: {out}");
    }
    let sarif: serde_json::Value =
        serde_json::from_slice(&audit(&["foreign", "--format", "sarif"]).stdout).expect("JSON");
    assert_eq!(
        sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "layers.rs"
    );
    let json: serde_json::Value =
        serde_json::from_slice(&audit(&["foreign", "--format", "json"]).stdout).expect("JSON");
    assert_eq!(json["layers"].as_array().map(Vec::len), Some(3));
}

#[test]
fn apps_without_a_layer_and_policies_of_ours_are_named() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("audited");
    std::fs::create_dir_all(folder.join("target")).expect("the folder is there");
    let source = "cors_policy! { pub static A; origins: [\"https://a.example\"] }\n#[cors(A)]\nfn b() {}\n\
                  fn c() { App::new().service(b); App::new().wrap(Cors::new(&A)).service(b); }\n";
    std::fs::write(folder.join("main.rs"), source).expect("it is written");
    std::fs::write(folder.join("target/built.rs"), "fn a() { Cors::permissive() }").expect("it is written");
    std::fs::write(folder.join("broken.rs"), "fn cors( {").expect("it is written");
    let run = audit(&[folder.to_str().expect("it is UTF-8")]);
    let out = text(&run.stdout);
    assert_eq!(run.status.code(), Some(0), "{out}");
    for (wanted, count) in [
        ("main.rs: line 1, cors_policy!: checked by the compiler", 1),
        ("main.rs: line 2, #[cors]: checked by the compiler", 1),
        ("main.rs: line 4, App::new(): an app without a CORS layer", 1),
        ("broken.rs: not read", 1),
        ("built.rs", 0),
    ] {
        assert_eq!(out.matches(wanted).count(), count, "{wanted}: {out}");
    }
}

#[test]
fn routes_of_axum_without_a_layer_are_named() {
    let out = text(&audit(&["axum"]).stdout);
    let bare: Vec<&str> =
        out.lines().filter_map(|line| line.split_once(": routes without")).map(|(place, _)| place).collect();
    let wanted = [
        "main.rs: line 9, Router: \"/admin\"",
        "main.rs: line 9, Router: \"/deeper\"",
        "main.rs: line 10, Router: \"/late\", because they come after the layer",
        "main.rs: line 30, Router: \"/two\"",
        "routes.rs: line 19, Router: \"/forgotten\", the fallback",
    ];
    assert_eq!(bare, wanted, "{out}");
}

#[test]
fn a_folder_that_is_not_there_is_no_audit() {
    let run = audit(&["nowhere"]);
    assert!(run.status.code() == Some(2) && run.stdout.is_empty() && !run.stderr.is_empty(), "{run:?}");
}
