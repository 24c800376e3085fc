//! The program `task-api`, started as a process and tested over a socket.

use cors_tests::http::{self, Response};
use cors_tests::task_api::{Profile, TaskApi};

const VARY_PREFLIGHT: &str = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

fn preflight(task_api: &TaskApi, origin: &str, method: &str, headers: &str) -> Response {
    let fields = [
        ("Origin", origin),
        ("Access-Control-Request-Method", method),
        ("Access-Control-Request-Headers", headers),
    ];
    http::send(task_api.api.address, "OPTIONS /api/tasks", &fields, "")
}

#[test]
fn the_production_policy() {
    let task_api = TaskApi::start(Profile::Debug, &[], &[]);
    let trusted = task_api.trusted.text.as_str();
    let untrusted = task_api.untrusted.text.as_str();
    let api = task_api.api.address;

    let answer = preflight(&task_api, trusted, "PUT", "authorization,content-type");
    assert_eq!(answer.status, 204);
    assert_eq!(
        answer.cors(),
        [
            ("access-control-allow-credentials", "true"),
            ("access-control-allow-headers", "authorization, content-type, x-csrftoken, x-requested-with"),
            ("access-control-allow-methods", "GET, HEAD, POST, PUT, PATCH, DELETE"),
            ("access-control-allow-origin", trusted),
            ("access-control-max-age", "3600"),
            ("vary", VARY_PREFLIGHT),
        ]
    );
    for (case, origin, method, headers) in [
        ("origin", untrusted, "PUT", "authorization"),
        ("method", trusted, "PURGE", "authorization"),
        ("header", trusted, "PUT", "x-other"),
    ] {
        let refused = preflight(&task_api, origin, method, headers);
        assert_eq!((refused.status, refused.cors()), (403, vec![("vary", VARY_PREFLIGHT)]), "{case}");
        assert!(refused.body.is_empty(), "{case}");
    }

    let readable = [
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-origin", trusted),
        ("access-control-expose-headers", "x-total-count"),
        ("vary", "Origin"),
    ];
    for (case, line, status) in [
        ("without a token", "GET /api/tasks", 401),
        ("not there", "GET /api/nothing", 404),
        ("wrong method", "DELETE /api/health", 405),
        ("fine", "GET /api/health", 200),
    ] {
        let answer = http::send(api, line, &[("Origin", trusted)], "");
        assert_eq!((answer.status, answer.cors()), (status, readable.to_vec()), "{case}, trusted");
        let answer = http::send(api, line, &[("Origin", untrusted)], "");
        assert_eq!((answer.status, answer.cors()), (status, vec![("vary", "Origin")]), "{case}, untrusted");
        let answer = http::send(api, line, &[], "");
        assert_eq!((answer.status, answer.cors()), (status, vec![("vary", "Origin")]), "{case}, no origin");
    }

    let foreign = http::send(api, "GET /api/health", &[("Host", "evil.example"), ("Origin", trusted)], "");
    assert_eq!(foreign.status, 400, "a host that is not ours");
}

#[test]
fn refusals_say_why_if_asked_to() {
    let task_api = TaskApi::start(Profile::Debug, &["--diagnostics"], &[]);
    let refused = preflight(&task_api, task_api.trusted.text.as_str(), "PUT", "x-other");
    assert_eq!((refused.status, refused.one("access-control-allow-methods").is_some()), (200, true));
    assert!(refused.text().contains("the request header x-other is not in `headers`"), "{}", refused.text());
}

#[test]
fn a_task_from_login_to_delete() {
    let task_api = TaskApi::start(Profile::Debug, &[], &[]);
    let api = task_api.api.address;
    let origin = ("Origin", task_api.trusted.text.as_str());
    let json = ("Content-Type", "application/json");

    let login = http::send(api, "POST /api/login", &[origin, json], r#"{"user":"demo","password":"demo"}"#);
    assert_eq!(login.status, 200, "{}", login.text());
    let login = login.text();
    let token = login.split("\"token\":\"").nth(1).and_then(|rest| rest.split('"').next());
    let bearer = format!("Bearer {}", token.unwrap_or_else(|| panic!("no token in {login}")));
    let token = ("Authorization", bearer.as_str());

    let created = http::send(api, "POST /api/tasks", &[origin, json, token], r#"{"title":"write a test"}"#);
    assert_eq!(created.status, 201, "{}", created.text());
    let listed = http::send(api, "GET /api/tasks", &[origin, token], "");
    assert_eq!((listed.status, listed.one("x-total-count")), (200, Some("1")));
    assert!(listed.text().contains("write a test"), "{}", listed.text());
    assert_eq!(http::send(api, "DELETE /api/tasks/1", &[origin, token], "").status, 204);
    assert_eq!(http::send(api, "GET /api/tasks", &[origin, token], "").one("x-total-count"), Some("0"));
}

#[test]
fn removing_all_tasks_is_for_the_administrators_page_alone() {
    let task_api = TaskApi::start(Profile::Debug, &[], &[]);
    let (api, trusted) = (task_api.api.address, task_api.trusted.text.as_str());
    let admins = "https://admin.myapp.com";
    let answer = preflight(&task_api, admins, "DELETE", "authorization");
    assert_eq!(
        answer.cors(),
        [
            ("access-control-allow-credentials", "true"),
            ("access-control-allow-headers", "authorization"),
            ("access-control-allow-methods", "DELETE"),
            ("access-control-allow-origin", admins),
            ("vary", VARY_PREFLIGHT),
        ]
    );
    assert_eq!(preflight(&task_api, trusted, "DELETE", "authorization").status, 403);
    assert_eq!(preflight(&task_api, trusted, "POST", "authorization").status, 204, "the other methods");
    for (origin, allowed) in [(admins, Some(admins)), (trusted, None)] {
        let answer = http::send(api, "DELETE /api/tasks", &[("Origin", origin)], "");
        assert_eq!(answer.status, 401, "a token is asked for all the same");
        assert_eq!(answer.one("access-control-allow-origin"), allowed);
    }
}

#[test]
fn the_development_policy_is_asked_for_and_the_environment_only_tightens() {
    for (case, arguments, environment, allowed) in [
        ("by argument", &["--mode", "development"][..], &[][..], Some("*")),
        ("by DEBUG", &[], &[("DEBUG", "true")], Some("*")),
        ("tightened", &["--mode", "development"], &[("CORS_MODE", "production")], None),
        ("not by CORS_MODE", &[], &[("CORS_MODE", "development")], None),
        ("not by an empty CORS_MODE", &["--mode", "development"], &[("CORS_MODE", "")], Some("*")),
        ("nor is it a wish", &[], &[("CORS_MODE", "")], None),
    ] {
        let task_api = TaskApi::start(Profile::Debug, arguments, environment);
        let fields = [("Origin", "https://anyone.example")];
        let answer = http::send(task_api.api.address, "GET /api/health", &fields, "");
        assert_eq!(answer.one("access-control-allow-origin"), allowed, "{case}");
    }
}
