//! `cors import nginx` beside the real nginx: what a browser lets pages do, snippet by snippet.
//!
//! `cargo test -p cors-tests --test import_nginx -- --ignored --nocapture`.

use actix_web::{App, HttpResponse, web};
use cors_engine::browser::Response;
use cors_tests::example::{Profile, build};
use cors_tests::gateway::{Gateway, Kind};
use cors_tests::head::Head;
use cors_tests::imported::Wanted::{Authorization, Broken, Looser, Same};
use cors_tests::imported::{May, Wanted, calls, compare, may};
use cors_tests::server::Server;

/// Of a server in front of an app that answers everything with 200 and `x-total-count`.
const SNIPPETS: &[(Wanted, &str)] = &[
    (Same, r#"add_header Access-Control-Allow-Origin https://a.example always;"#),
    (
        Same,
        r#"add_header Access-Control-Allow-Origin *; add_header Access-Control-Allow-Methods "GET, PUT"; add_header Access-Control-Allow-Headers "x-a, authorization"; add_header Access-Control-Expose-Headers x-total-count;"#,
    ),
    (
        Authorization,
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
        let could: Vec<May> = calls
            .iter()
            .map(|call| {
                let preflight = Head::preflight("/c", call.preflight_origin(), call.sent_method());
                let preflight = match call.requested_headers() {
                    Some(names) => preflight.asks_for(&names),
                    None => preflight,
                };
                let answer = Head::new(call.sent_method(), "/c").origin(call.origin());
                may(&call.judge(&response(preflight), &response(answer)))
            })
            .collect();
        let config = format!("server {{ location /c {{ {snippet} }} }}");
        if let Err(mistake) = compare(&cors, "nginx", &config, *wanted, &calls, &could) {
            mistakes.push(format!("{snippet}: {mistake}"));
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}
