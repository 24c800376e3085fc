//! The example on axum, started as a process and tested over a socket: the engine without Actix.

use cors_tests::example::Example;
use cors_tests::head::Head;

#[test]
fn the_engine_answers_for_another_framework() {
    let axum = Example::start("axum", &[]);
    let page = "https://shop.myapp.com";
    let preflight = |origin, method| Head::preflight("/tasks/1", origin, method);
    let allowed = "204\n\
        access-control-allow-credentials: true\n\
        access-control-allow-headers: authorization, content-type\n\
        access-control-allow-methods: GET, HEAD, PUT\n\
        access-control-allow-origin: https://shop.myapp.com\n\
        access-control-max-age: 3600\n\
        vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
    let refused = "403\nvary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
    let readable = |status| {
        format!(
            "{status}\n\
             access-control-allow-credentials: true\n\
             access-control-allow-origin: {page}\n\
             access-control-expose-headers: x-total-count\n"
        )
    };
    for (name, request, wanted) in [
        ("a preflight", preflight(page, "PUT").asks_for("authorization,content-type"), allowed.into()),
        ("another origin's", preflight("https://evil.example", "PUT"), refused.into()),
        ("another method's", preflight(page, "DELETE"), refused.into()),
        ("another header's", preflight(page, "PUT").asks_for("x-token"), refused.into()),
        ("two origins", preflight(page, "PUT").origin(page), refused.into()),
        ("two methods", preflight(page, "PUT").field("access-control-request-method", "PUT"), refused.into()),
        (
            "the call, whose app sets a field by hand",
            Head::new("PUT", "/tasks/1").origin(page),
            readable(200) + "vary: Origin",
        ),
        (
            "what the app says of itself stays",
            Head::get("/tasks").origin(page),
            readable(200) + "vary: accept\nvary: Origin",
        ),
        ("not found", Head::get("/nothing").origin(page), readable(404) + "vary: Origin"),
        ("not allowed", Head::new("DELETE", "/tasks").origin(page), readable(405) + "vary: Origin"),
        (
            "a stranger",
            Head::new("PUT", "/tasks/1").origin("https://evil.example"),
            "200\nvary: Origin".into(),
        ),
        ("no origin", Head::new("PUT", "/tasks/1"), "200\nvary: Origin".into()),
        ("OPTIONS of the app", Head::new("OPTIONS", "/tasks").origin(page), readable(405) + "vary: Origin"),
    ] {
        assert_eq!(request.send(axum.address).to_string(), wanted, "{name}");
    }
}

#[test]
fn an_adapter_is_short() {
    let lines = include_str!("../../examples/axum/main.rs").lines().count();
    assert!(lines < 100, "{lines} lines");
}
