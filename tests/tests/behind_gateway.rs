//! An app that leaves CORS to the gateway in front (`Cors::answered_by_gateway`), behind real gateways with the exported policy, and what
//! `cors probe` sees where one layer answers, and where two do.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use actix_web::{App, HttpResponse, web};
use cors_actix::{AllowedHosts, Config, Cors, Mode, Policy};
use cors_tests::example::{Profile, build};
use cors_tests::gateway::{Gateway, Kind};
use cors_tests::head::Head;
use cors_tests::server::Server;
use cors_tests::spy::Spy;
use serde_json::Value;

const APP: &str = "https://app.example";
const FOREIGN: &str = "https://attacker.example";

const POLICY: &str = r#"
origins = ["https://app.example", "https://*.shop.example"]
credentials = true
methods = ["GET", "PUT"]
headers = ["authorization"]
expose = ["x-total-count"]
max_age = 600
hosts = ["localhost", "127.0.0.1"]
"#;

/// What the README of many a service says to put into nginx.
const BY_HAND: &str = "add_header Access-Control-Allow-Origin https://app.example always;\n\
                       add_header Access-Control-Allow-Credentials true always;\n";

fn policy() -> Arc<Policy> {
    let config: Config = toml::from_str(POLICY).expect("it is TOML");
    Arc::new(config.policy(Mode::Production).unwrap_or_else(|violations| panic!("{violations}")))
}

/// What `cors export` writes for a gateway.
fn exported(cors: &Path, kind: Kind) -> String {
    let file =
        std::env::temp_dir().join(format!("cors-behind-{}-{}.toml", kind.target(), std::process::id()));
    fs::write(&file, POLICY).expect("the policy is written");
    let output = Command::new(cors).args(["export", kind.target()]).arg(&file).output().expect("cors runs");
    fs::remove_file(&file).expect("it is there");
    assert!(output.status.success(), "{kind:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cors prints UTF-8")
}

/// An app whose handler sets a field by hand, which a gateway's users do as well.
fn app(cors: Cors) -> (Server, Spy) {
    let spy = Spy::default();
    let noted = spy.clone();
    let policy = policy();
    let server = Server::start(move || {
        let spy = noted.clone();
        let handler = move || {
            spy.note();
            async {
                HttpResponse::Ok()
                    .insert_header(("access-control-allow-origin", "*"))
                    .insert_header(("x-total-count", "3"))
                    .finish()
            }
        };
        App::new()
            .service(
                web::resource("/tasks")
                    .route(web::get().to(handler.clone()))
                    .route(web::put().to(handler.clone()))
                    .route(web::post().to(handler)),
            )
            .wrap(cors.clone())
            .wrap(AllowedHosts::new(Arc::clone(&policy)))
    });
    (server, spy)
}

/// The names of what `cors probe` finds, but for what is true of every server here: it is on loopback.
fn probe(cors: &Path, server: &str) -> (bool, Vec<String>) {
    let mut command = Command::new(cors);
    command.args(["probe", &format!("http://{server}/tasks"), "--origin", APP, "--method", "PUT"]);
    command.args(["--header=authorization: Bearer none", "--credentials", "--format=json", "--rate=10000"]);
    for variable in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(variable);
    }
    let output = command.output().expect("cors runs");
    let printed: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{server}: {}", String::from_utf8_lossy(&output.stderr)));
    let findings = printed["findings"].as_array().expect("there is a list of findings");
    let names = findings.iter().filter_map(|finding| finding["name"].as_str());
    let names = names.filter(|name| *name != "local_network").map(str::to_owned).collect();
    (printed["allowed"] == true, names)
}

fn only_the_gateway_answers(kind: Kind) {
    let program = build("cors", Profile::Debug);
    // Which origin the API has for browsers, only the app's author knows: nginx tells it another `Host`.
    let guarded = || Cors::new(policy()).enforce().own_origin("https://api.example").answered_by_gateway();
    let (behind, spy) = app(guarded());
    let gateway = Gateway::start(kind, &[exported(&program, kind)], behind.address());
    let site = gateway.site(0);

    let ours = "access-control-allow-credentials: true\naccess-control-allow-origin: https://app.example\naccess-control-expose-headers: x-total-count";
    let get = |origin: &str| Head::get("/tasks").origin(origin);
    // As a browser has it for a form without fields.
    let post = || Head::new("POST", "/tasks").field("content-length", "0");
    for (name, head, status, fields, runs) in [
        ("a listed page", get(APP), 200, ours, 1),
        ("a preflight", Head::preflight("/tasks", APP, "PUT"), 204, "", 0),
        ("a foreign preflight", Head::preflight("/tasks", FOREIGN, "PUT"), 403, "", 0),
        ("a foreign page", get(FOREIGN), 403, "", 0),
        ("a foreign form", post().origin(FOREIGN).field("sec-fetch-site", "cross-site"), 403, "", 0),
        ("the same without an origin", post().field("sec-fetch-site", "cross-site"), 403, "", 0),
        (
            "a form of its own",
            post().origin("https://api.example").field("sec-fetch-site", "same-origin"),
            200,
            "",
            1,
        ),
        ("the same from an old browser", post().origin("https://api.example"), 200, "", 1),
        ("no page", Head::get("/tasks"), 200, "", 1),
    ] {
        let received = head.send(site);
        assert_eq!(received.status, status, "{kind:?}: {name}");
        assert_eq!(spy.take(), runs, "{kind:?}: {name}: how often the handler runs");
        let origins = received.all("access-control-allow-origin");
        let is_let_in = name == "a listed page" || name == "a preflight";
        assert_eq!(origins, if is_let_in { vec![APP] } else { vec![] }, "{kind:?}: {name}");
        if !fields.is_empty() {
            let found: Vec<_> = received
                .cors()
                .iter()
                .filter(|(name, _)| *name != "vary")
                .map(|(name, value)| format!("{name}: {value}"))
                .collect();
            assert_eq!(found.join("\n"), fields, "{kind:?}: {name}");
        }
        assert!(received.all("vary").join(",").to_ascii_lowercase().contains("origin"), "{kind:?}: {name}");
    }
    assert_eq!(probe(&program, &site.to_string()), (true, vec![]), "{kind:?}");

    // What the probe has asked.
    spy.take();
    // Past the gateway: the layer says nothing of CORS, and guards.
    for (name, head, status, runs) in [
        ("a listed page", get(APP), 200, 1),
        ("a preflight is the app's", Head::preflight("/tasks", APP, "PUT"), 405, 0),
        ("a foreign page", get(FOREIGN), 403, 0),
        ("a foreign host", get(APP).host("attacker.example"), 400, 0),
    ] {
        let received = head.send(behind.address());
        assert_eq!((received.status, spy.take()), (status, runs), "{kind:?}: {name}");
        let said: Vec<_> =
            received.cors().into_iter().filter(|(name, _)| name.starts_with("access-control-")).collect();
        assert!(said.is_empty(), "{kind:?}: {name}: {said:?}");
    }
    let (is_allowed, findings) = probe(&program, &behind.address().to_string());
    assert_eq!((is_allowed, findings), (false, vec!["preflight_not_handled".to_owned()]), "{kind:?}");

    // The exported file takes the app's own fields off, so even an app that answers as well is heard once.
    let (answering, _) = app(Cors::new(policy()));
    let gateway = Gateway::start(kind, &[exported(&program, kind)], answering.address());
    assert_eq!(get(APP).send(gateway.site(0)).all("access-control-allow-origin"), [APP], "{kind:?}");
    assert_eq!(probe(&program, &gateway.site(0).to_string()).1, Vec::<String>::new(), "{kind:?}");
}

#[test]
#[ignore = "needs nginx: tests/run runs it"]
fn nginx() {
    only_the_gateway_answers(Kind::Nginx);
}

#[test]
#[ignore = "needs HAProxy: tests/run runs it"]
fn haproxy() {
    only_the_gateway_answers(Kind::Haproxy);
}

#[test]
#[ignore = "needs Caddy: tests/run runs it"]
fn caddy() {
    only_the_gateway_answers(Kind::Caddy);
}

#[test]
#[ignore = "needs Apache: tests/run runs it"]
fn apache() {
    only_the_gateway_answers(Kind::Apache);
}

/// What the page about deployment promises: a field that comes twice is found.
#[test]
#[ignore = "needs nginx: tests/run runs it"]
fn two_layers_that_answer_are_found() {
    let program = build("cors", Profile::Debug);
    let (answering, _) = app(Cors::new(policy()));
    let (silent, _) = app(Cors::new(policy()).answered_by_gateway());
    for (name, behind, wanted) in [
        ("both", &answering, &["credentials_not_true", "several_lines"][..]),
        (
            "the gateway, but no preflight",
            &silent,
            &["header_not_allowed", "method_not_allowed", "preflight_not_handled"],
        ),
    ] {
        let gateway = Gateway::start(Kind::Nginx, &[BY_HAND.to_owned()], behind.address());
        let (is_allowed, findings) = probe(&program, &gateway.site(0).to_string());
        assert_eq!(
            (is_allowed, findings),
            (false, wanted.iter().map(|name| (*name).to_owned()).collect()),
            "{name}"
        );
    }
}
