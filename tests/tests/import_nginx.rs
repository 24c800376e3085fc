//! `cors import nginx` beside the real nginx: what a browser lets pages do, snippet by snippet.
//!
//! `cargo test -p cors-tests --test import_nginx -- --ignored --nocapture`.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use actix_web::{App, HttpResponse, web};
use cors_engine::browser::{Fetch, Response};
use cors_engine::{Config, Draft, Mode};
use cors_tests::example::{Profile, build};
use cors_tests::gateway::{Gateway, Kind};
use cors_tests::head::Head;
use cors_tests::server::Server;

/// What is written in place of a snippet.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wanted {
    /// Pages may do the same.
    Same,
    /// Pages may do more, and the import has these words for it.
    Looser(&'static str),
    /// No page could do anything, and the policy breaks this rule in either mode.
    Broken(&'static str),
}
use Wanted::{Broken, Looser, Same};

/// Of a server in front of an app that answers everything with 200 and `x-total-count`.
const SNIPPETS: &[(Wanted, &str)] = &[
    (Same, r#"add_header Access-Control-Allow-Origin https://a.example always;"#),
    (
        Same,
        r#"add_header Access-Control-Allow-Origin *; add_header Access-Control-Allow-Methods "GET, PUT"; add_header Access-Control-Allow-Headers "x-a, authorization"; add_header Access-Control-Expose-Headers x-total-count;"#,
    ),
    (
        Same,
        r#"add_header Access-Control-Allow-Origin *; add_header Access-Control-Allow-Methods *; add_header Access-Control-Allow-Headers *; add_header Access-Control-Expose-Headers *;"#,
    ),
    (
        Same,
        r#"add_header Access-Control-Allow-Origin https://a.example; add_header Access-Control-Allow-Credentials true; add_header Access-Control-Allow-Headers x-a;"#,
    ),
    (
        Same,
        r#"if ($request_method = OPTIONS) { add_header Access-Control-Allow-Origin https://a.example; add_header Access-Control-Allow-Methods PUT; return 204; } add_header Access-Control-Allow-Origin https://a.example;"#,
    ),
    (
        Looser("sends none of the fields that are set outside"),
        r#"if ($request_method = OPTIONS) { add_header Access-Control-Allow-Methods "GET, PUT"; add_header Access-Control-Allow-Headers x-a; return 204; } add_header Access-Control-Allow-Origin https://a.example; add_header Access-Control-Allow-Methods "GET, PUT";"#,
    ),
    (
        Same,
        r#"if ($request_method = OPTIONS) { return 204; } add_header Access-Control-Allow-Origin https://a.example; add_header Access-Control-Allow-Methods "GET, PUT";"#,
    ),
    (
        Looser("preflights are refused by their status"),
        r#"if ($request_method = OPTIONS) { return 405; } add_header Access-Control-Allow-Origin https://a.example always; add_header Access-Control-Allow-Methods "GET, PUT" always;"#,
    ),
    (
        Same,
        r#"if ($http_origin ~ "^https://(a|b)\.example$") { add_header Access-Control-Allow-Origin $http_origin; add_header Access-Control-Allow-Headers x-a; }"#,
    ),
    (
        Same,
        r#"if ($http_origin = "https://a.example") { add_header Access-Control-Allow-Origin $http_origin; }"#,
    ),
    (
        Same,
        r#"set $cors ""; if ($http_origin ~ "^https://(a|b)\.example$") { set $cors $http_origin; } add_header Access-Control-Allow-Origin $cors; add_header Access-Control-Allow-Methods "GET, PUT";"#,
    ),
    (Same, r#"if ($http_origin ~ "b\.example") { add_header Access-Control-Allow-Origin $http_origin; }"#),
    (
        Same,
        r#"if ($http_origin ~* "https://.*b\.example$") { add_header Access-Control-Allow-Origin $http_origin; }"#,
    ),
    (
        Same,
        r#"set $cors ""; if ($http_origin ~ "^https://a\.example$") { set $cors "true"; } if ($request_method = OPTIONS) { set $cors "${cors}options"; } if ($cors = "true") { add_header Access-Control-Allow-Origin $http_origin; add_header Access-Control-Allow-Credentials true; } if ($cors = "trueoptions") { add_header Access-Control-Allow-Origin $http_origin; add_header Access-Control-Allow-Methods "GET, PUT"; add_header Access-Control-Allow-Headers x-a; add_header Access-Control-Allow-Credentials true; return 204; }"#,
    ),
    (
        Same,
        r#"add_header Access-Control-Allow-Origin $http_origin; add_header Access-Control-Allow-Headers $http_access_control_request_headers; add_header Access-Control-Allow-Methods $http_access_control_request_method;"#,
    ),
    (
        Broken("invalid_origin"),
        r#"add_header Access-Control-Allow-Origin "https://a.example https://b.example";"#,
    ),
    (
        Broken("invalid_origin"),
        r#"add_header Access-Control-Allow-Origin "https://a.example, https://b.example";"#,
    ),
    (
        Looser("send two fields"),
        r#"add_header Access-Control-Allow-Origin https://a.example; add_header Access-Control-Allow-Origin https://b.example;"#,
    ),
    (Broken("invalid_origin"), r#"add_header Access-Control-Allow-Origin https://a.example/;"#),
    (Broken("invalid_origin"), r#"add_header Access-Control-Allow-Origin "*.example";"#),
    (
        Same,
        r#"add_header Access-Control-Allow-Origin https://a.example; add_header Access-Control-Allow-Headers x-a; if ($request_method = PUT) { add_header X-Other 1; }"#,
    ),
    (
        Looser("sends none of the fields that are set outside"),
        r#"add_header Access-Control-Allow-Origin https://a.example; if ($request_method = GET) { add_header Access-Control-Expose-Headers x-total-count; }"#,
    ),
    (Same, r#"if ($request_method = GET) { add_header Access-Control-Allow-Origin https://a.example; }"#),
    (
        Same,
        r#"if ($request_method ~* "(GET|OPTIONS)") { add_header Access-Control-Allow-Origin https://a.example; add_header Access-Control-Allow-Headers x-a; }"#,
    ),
    (
        Same,
        r#"add_header access-control-allow-origin https://a.example; add_header ACCESS-CONTROL-ALLOW-METHODS PUT;"#,
    ),
    (
        Same,
        r#"add_header Access-Control-Allow-Origin https://a.example; add_header Access-Control-Allow-Credentials True; add_header Access-Control-Allow-Methods put;"#,
    ),
    (
        Same,
        r#"add_header Access-Control-Allow-Origin $http_origin; add_header Access-Control-Allow-Credentials false;"#,
    ),
];

/// Pages, of which all but the first two are strangers.
const PAGES: [&str; 5] = [
    "https://a.example",
    "https://b.example",
    "https://b.example.evil.test",
    "https://evilb.example",
    "https://evil.test",
];

fn calls() -> Vec<Fetch> {
    let mut calls = Vec::new();
    for page in PAGES {
        for method in ["GET", "PUT", "PURGE"] {
            for header in ["", "x-a", "x-b", "authorization"] {
                for credentials in [false, true] {
                    let call = Fetch::new(page).method(method).credentials(credentials);
                    calls.push(if header.is_empty() { call } else { call.header(header, "1") });
                }
            }
        }
    }
    calls
}

/// The policy as a draft, and all that is printed.
fn import(cors: &Path, snippet: &str) -> (Draft, String) {
    let mut command = Command::new(cors);
    command.args(["import", "nginx", "-"]);
    let mut command = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("cors starts");
    let text = format!("server {{ location /c {{ {snippet} }} }}");
    command.stdin.take().expect("it is piped").write_all(text.as_bytes()).expect("cors reads");
    let output = command.wait_with_output().expect("cors ends");
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("UTF-8"));
    // In development, where more is right: what production refuses is still what nginx did.
    let blocks = format!("[production]\norigins = [\"https://a.example\"]\n[development]\n{out}");
    let draft = toml::from_str(&blocks).unwrap_or_else(|error| panic!("{snippet}: {error}: {err}"));
    (draft, out + &err)
}

fn held(
    cors: &Path,
    snippet: &str,
    wanted: Wanted,
    could: &[(bool, bool)],
    calls: &[Fetch],
) -> Result<(), String> {
    let (draft, said) = import(cors, snippet);
    let config: Config = draft.into_config();
    let policy = match (config.policy(Mode::Development), wanted) {
        (Ok(policy), _) => policy,
        (Err(violations), Broken(rule)) if violations.iter().any(|found| found.rule().name() == rule) => {
            let is_nothing = could.iter().all(|could| !could.0);
            return if is_nothing { Ok(()) } else { Err("a page could do something".into()) };
        }
        (Err(violations), _) => return Err(violations.to_string()),
    };
    let mut is_looser = false;
    for (call, could) in calls.iter().zip(could) {
        let outcome = call.ask(&policy);
        let may = (outcome.is_allowed(), outcome.can_read("x-total-count"));
        let asks_authorization = call.requested_headers().is_some_and(|names| names == "authorization");
        if asks_authorization && said.contains("does not work for") {
            continue;
        }
        match wanted {
            Looser(_) if (could.0 && !may.0) || (could.1 && !may.1) => {
                return Err(format!("less is let in: {call:?}: {could:?}, {may:?}\n{said}"));
            }
            Looser(_) => is_looser |= *could != may,
            _ if *could != may => {
                return Err(format!("not the same: {call:?}: {could:?}, {may:?}\n{said}"));
            }
            _ => {}
        }
    }
    match wanted {
        Same => Ok(()),
        Looser(words) if is_looser && said.contains(words) => Ok(()),
        _ => Err(format!("looser: {is_looser}, and this is said:\n{said}")),
    }
}

#[test]
#[ignore = "needs nginx"]
fn policies_of_nginx_let_pages_do_the_same() {
    let cors = build("cors", Profile::Debug);
    let app = Server::start(|| {
        App::new().default_service(web::to(|| async {
            HttpResponse::Ok().insert_header(("x-total-count", "1")).finish()
        }))
    });
    let snippets: Vec<String> = SNIPPETS
        .iter()
        .map(|(_, snippet)| format!("location /c {{ {snippet} proxy_pass http://{}; }}", app.address()))
        .collect();
    let gateway = Gateway::start(Kind::Nginx, &snippets, app.address());
    let calls = calls();
    let mut mistakes = Vec::new();
    for (index, (wanted, snippet)) in SNIPPETS.iter().enumerate() {
        let site = gateway.site(index);
        let response = |head: Head| {
            let answer = head.send(site);
            Response { status: answer.status, fields: answer.fields }
        };
        let could: Vec<(bool, bool)> = calls
            .iter()
            .map(|call| {
                let preflight = Head::preflight("/c", call.preflight_origin(), call.sent_method());
                let preflight = match call.requested_headers() {
                    Some(names) => preflight.asks_for(&names),
                    None => preflight,
                };
                let answer = Head::new(call.sent_method(), "/c").origin(call.origin());
                let outcome = call.judge(&response(preflight), &response(answer));
                (outcome.is_allowed(), outcome.can_read("x-total-count"))
            })
            .collect();
        if let Err(mistake) = held(&cors, snippet, *wanted, &could, &calls) {
            mistakes.push(format!("{snippet}: {mistake}"));
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}
