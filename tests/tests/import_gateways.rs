//! `cors import nginx` and `envoy` beside the real ones: what a browser lets pages do, snippet by snippet.
//!
//! `cargo test -p cors-tests --test import_gateways -- --ignored --nocapture`; `CORS_ENVOY` says where Envoy is.

use std::net::SocketAddr;

use actix_web::{App, HttpResponse, web};
use cors_engine::browser::{Fetch, Response};
use cors_tests::example::{Profile, build};
use cors_tests::gateway::{Gateway, Kind};
use cors_tests::head::Head;
use cors_tests::imported::Wanted::{Authorization, Broken, Looser, Same};
use cors_tests::imported::{May, Wanted, calls, compare, may};
use cors_tests::server::Server;

/// In a location, before its `proxy_pass`.
const NGINX: &[(Wanted, &str)] = &[
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

/// A `CorsPolicy`, as JSON.
const ENVOY: &[(Wanted, &str)] = &[
    (Same, r#"{"allow_origin_string_match": [{"exact": "https://a.example"}]}"#),
    (
        Same,
        r#"{"allow_origin_string_match": [{"exact": "https://a.example"}, {"exact": "https://b.example"}], "allow_methods": "GET, PUT", "allow_headers": "x-a,authorization", "expose_headers": "x-total-count", "allow_credentials": true}"#,
    ),
    (Same, r#"{"allow_origin_string_match": [{"exact": "*"}], "allow_methods": "GET"}"#),
    (
        Broken("any_origin_with_credentials"),
        r#"{"allow_origin_string_match": [{"exact": "*"}], "allow_credentials": true}"#,
    ),
    (
        Same,
        r#"{"allow_origin_string_match": [{"safe_regex": {"regex": "https://(a|b)\\.example"}}], "allow_methods": "PUT"}"#,
    ),
    (
        Same,
        r#"{"allow_origin_string_match": [{"safe_regex": {"regex": ".*b\\.example"}}], "allow_methods": "PUT"}"#,
    ),
    (Same, r#"{"allow_origin_string_match": [{"prefix": "https://b.example"}], "allow_methods": "PUT"}"#),
    (Same, r#"{"allow_origin_string_match": [{"suffix": "b.example"}], "allow_methods": "PUT"}"#),
    (Same, r#"{"allow_origin_string_match": [{"contains": "b.example"}], "allow_methods": "PUT"}"#),
    (
        Same,
        r#"{"allow_origin_string_match": [{"suffix": "B.example", "ignore_case": true}], "allow_methods": "PUT"}"#,
    ),
    (
        Same,
        r#"{"allow_origin_string_match": [{"exact": "https://a.example"}], "allow_headers": "*", "allow_methods": "*"}"#,
    ),
    (
        Authorization,
        r#"{"allow_origin_string_match": [{"exact": "https://a.example"}], "allow_headers": "x-a, *", "allow_methods": "GET"}"#,
    ),
    (Same, r#"{"allow_origin_string_match": [{"exact": "https://a.example"}], "expose_headers": "*"}"#),
    (
        Same,
        r#"{"allow_origin_string_match": [{"exact": "https://a.example"}, {"safe_regex": {"regex": ".*"}}], "allow_methods": "PUT"}"#,
    ),
    (Same, r#"{"allow_origin_string_match": [{"contains": "*"}], "allow_methods": "PUT"}"#),
    (Same, r#"{"allow_origin_string_match": [{"safe_regex": {"regex": "[*]"}}], "allow_methods": "PUT"}"#),
    (
        Same,
        r#"{"allow_origin_string_match": [{"suffix": "*"}, {"prefix": "https://*."}], "allow_methods": "PUT"}"#,
    ),
];

/// What pages could do behind a site, call by call.
fn could(site: SocketAddr, calls: &[Fetch]) -> Vec<May> {
    let response = |head: Head| {
        let answer = head.send(site);
        Response { status: answer.status, fields: answer.fields }
    };
    let could = calls.iter().map(|call| {
        let preflight = Head::preflight("/c", call.preflight_origin(), call.sent_method());
        let preflight = match call.requested_headers() {
            Some(names) => preflight.asks_for(&names),
            None => preflight,
        };
        let answer = Head::new(call.sent_method(), "/c").origin(call.origin());
        may(&call.judge(&response(preflight), &response(answer)))
    });
    could.collect()
}

/// Holds what is imported against a gateway in front of an app that answers everything with 200 and `x-total-count`.
fn hold(
    kind: Kind,
    cases: &[(Wanted, &str)],
    site: impl Fn(SocketAddr, &str) -> String,
    settings: impl Fn(&str) -> String,
) {
    let cors = build("cors", Profile::Debug);
    let app = Server::start(|| {
        let count = || async { HttpResponse::Ok().insert_header(("x-total-count", "1")).finish() };
        App::new().default_service(web::to(count))
    });
    let sites: Vec<String> = cases.iter().map(|(_, case)| site(app.address(), case)).collect();
    let gateway = Gateway::start(kind, &sites, app.address());
    let calls = calls();
    let mut mistakes = Vec::new();
    for (index, (wanted, case)) in cases.iter().enumerate() {
        let could = could(gateway.site(index), &calls);
        if let Err(mistake) = compare(&cors, kind.target(), &settings(case), *wanted, &calls, &could) {
            mistakes.push(format!("{case}: {mistake}"));
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

#[test]
#[ignore = "needs nginx"]
fn policies_of_nginx_let_pages_do_the_same() {
    let location = |snippet: &str, more: &str| format!("location /c {{ {snippet} {more} }}");
    hold(
        Kind::Nginx,
        NGINX,
        |app, snippet| location(snippet, &format!("proxy_pass http://{app};")),
        |snippet| format!("server {{ {} }}", location(snippet, "")),
    );
}

#[test]
#[ignore = "needs Envoy"]
fn policies_of_envoy_let_pages_do_the_same() {
    let policy = "type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy";
    hold(
        Kind::Envoy,
        ENVOY,
        |_, case| {
            let fields = case.strip_prefix('{').expect("an object");
            format!(
                "typed_per_filter_config: {{ envoy.filters.http.cors: {{ \"@type\": {policy}, {fields} }}\n\
                 routes:\n- match: {{ prefix: / }}\n  route: {{ cluster: app }}"
            )
        },
        |case| case.into(),
    );
}
