//! `cors import` of actix-cors and tower-http beside the real layers: what a browser lets pages do, chain by chain.

use actix_web::http::Method as ActixMethod;
use actix_web::{App, HttpResponse, test as actix, web};
use cors_actix::browser::{Fetch, Response};
use cors_tests::example::{Profile, build};
use cors_tests::imported::Wanted::{Authorization, Broken, Same, Tighter};
use cors_tests::imported::{May, Wanted, calls, compare, may};
use tower::ServiceExt as _;

/// The fields of a request.
type Fields = Vec<(&'static str, String)>;

/// The method of each request, and its fields.
type Requests = Vec<(String, Fields)>;

type Answer = dyn Fn(Requests) -> Vec<Response>;

/// A layer as its source, and as it answers requests one by one.
struct Case {
    wanted: Wanted,
    source: &'static str,
    answer: Box<Answer>,
}

macro_rules! actix {
    ($wanted:expr, $($chain:tt)*) => {
        Case {
            wanted: $wanted,
            source: stringify!($($chain)*),
            answer: Box::new(|requests| {
                actix_web::rt::System::new().block_on(async {
                    let handler = web::to(|| async { HttpResponse::Ok().insert_header(("x-total-count", "1")).finish() });
                    let app = App::new().wrap({ $($chain)* }).default_service(handler);
                    let app = actix::init_service(app).await;
                    let mut answers = Vec::new();
                    for (method, fields) in requests {
                        let method = ActixMethod::from_bytes(method.as_bytes()).expect("a method");
                        let request = fields.into_iter().fold(actix::TestRequest::with_uri("/").method(method), |request, field| {
                            request.insert_header(field)
                        });
                        let answer = match actix::try_call_service(&app, request.to_request()).await {
                            Ok(answer) => answer.into_parts().1.into_parts().0.map_into_boxed_body(),
                            Err(error) => error.error_response(),
                        };
                        answers.push(response(answer.status().as_u16(), answer.headers().iter()));
                    }
                    answers
                })
            }),
        }
    };
}

macro_rules! tower {
    ($wanted:expr, $($chain:tt)*) => {
        Case {
            wanted: $wanted,
            source: stringify!($($chain)*),
            answer: Box::new(|requests| {
                let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
                runtime.block_on(async {
                    let app = axum::Router::new()
                        .fallback(|| async { [("x-total-count", "1")] })
                        .layer({ $($chain)* });
                    let mut answers = Vec::new();
                    for (method, fields) in requests {
                        let request = fields.into_iter().fold(http::Request::builder().method(&*method), |request, (name, value)| {
                            request.header(name, value)
                        });
                        let request = request.body(axum::body::Body::empty()).expect("a request");
                        let Ok(answer) = app.clone().oneshot(request).await;
                        answers.push(response(answer.status().as_u16(), answer.headers().iter()));
                    }
                    answers
                })
            }),
        }
    };
}

fn response<N: AsRef<str>, V: AsRef<[u8]>>(status: u16, fields: impl Iterator<Item = (N, V)>) -> Response {
    let fields = fields.map(|(name, value)| {
        (name.as_ref().to_owned(), String::from_utf8_lossy(value.as_ref()).into_owned())
    });
    Response { status, fields: fields.collect() }
}

/// The requests of a call: the preflight, and the call itself.
fn requests(call: &Fetch) -> [(String, Fields); 2] {
    let mut asking = vec![
        ("origin", call.preflight_origin().to_owned()),
        ("access-control-request-method", call.sent_method().to_owned()),
    ];
    asking.extend(call.requested_headers().map(|names| ("access-control-request-headers", names)));
    [("OPTIONS".into(), asking), (call.sent_method().into(), vec![("origin", call.origin().to_owned())])]
}

fn actix_cases() -> Vec<Case> {
    use actix_cors::Cors;
    use actix_web::http::header;
    vec![
        actix!(Same, Cors::default().allowed_origin("https://a.example")),
        actix!(Same, Cors::default().allowed_origin("https://a.example").allowed_methods(["GET", "PUT"])),
        actix!(
            Same,
            Cors::default()
                .allowed_origin("https://a.example")
                .allowed_origin("https://b.example")
                .allow_any_method()
        ),
        actix!(
            Same,
            Cors::default()
                .allowed_origin("https://a.example")
                .allowed_methods(vec!["PUT"])
                .allowed_headers(vec![header::AUTHORIZATION, header::ACCEPT])
                .allowed_header("x-a")
                .expose_headers(["x-total-count"])
                .supports_credentials()
                .max_age(Some(60))
        ),
        // The last word holds.
        actix!(Broken("any_expose_with_credentials"), Cors::permissive().allowed_origin("https://a.example")),
        actix!(
            Same,
            Cors::permissive()
                .allowed_origin("https://a.example")
                .allowed_header("x-a")
                .expose_headers(["x-total-count"])
        ),
        actix!(Same, Cors::permissive().allowed_origin("https://a.example").expose_headers(["x-other"])),
        actix!(
            Same,
            Cors::default().allow_any_origin().allowed_origin("https://a.example").allowed_methods(["GET"])
        ),
        actix!(
            Same,
            Cors::default().allowed_origin("https://a.example").allow_any_origin().allowed_methods(["GET"])
        ),
        actix!(
            Same,
            Cors::default().allowed_origin("https://a.example").allowed_methods(["PUT"]).allow_any_method()
        ),
        actix!(
            Same,
            Cors::default().allowed_origin("https://a.example").allow_any_method().allowed_methods(["PUT"])
        ),
        actix!(
            Same,
            Cors::default()
                .allowed_origin("https://a.example")
                .allowed_methods(["PUT"])
                .allow_any_header()
                .allowed_header("x-a")
        ),
        actix!(
            Same,
            Cors::default()
                .allowed_origin("https://a.example")
                .allowed_methods(["PUT"])
                .allowed_header("x-a")
                .allow_any_header()
        ),
        actix!(
            Same,
            Cors::default()
                .allowed_origin("https://a.example")
                .expose_any_header()
                .expose_headers(["x-other"])
        ),
        actix!(
            Same,
            Cors::default()
                .allowed_origin("https://a.example")
                .expose_headers(["x-other"])
                .expose_any_header()
        ),
        actix!(Broken("any_origin_with_credentials"), Cors::permissive()),
        actix!(
            Same,
            Cors::default().allow_any_origin().send_wildcard().allow_any_method().allow_any_header()
        ),
        actix!(
            Same,
            Cors::default()
                .allowed_origin("https://a.example")
                .allowed_methods(["PUT"])
                .allowed_header("x-a")
                .disable_preflight()
        ),
        actix!(
            Same,
            Cors::default()
                .allowed_origin("https://a.example")
                .allowed_methods(["GET", "PUT"])
                .disable_vary_header()
                .block_on_origin_mismatch(true)
        ),
        // What is decided elsewhere.
        actix!(
            Tighter("allowed_origin_fn"),
            Cors::default()
                .allowed_origin("https://a.example")
                .allowed_origin_fn(|origin, _| origin == "https://b.example")
        ),
        actix!(
            Tighter("cors.allowed_origin(origin)"),
            let mut cors = Cors::default().allowed_origin("https://a.example");
            for origin in ["https://b.example", "https://c.example"] {
                cors = cors.allowed_origin(origin);
            }
            cors
        ),
        actix!(
            Tighter("cors.supports_credentials()"),
            let cors = Cors::default().allowed_origin("https://a.example");
            if cfg!(test) { cors.supports_credentials() } else { cors }
        ),
        actix!(
            Tighter("cors.allowed_header(\"x-a\")"),
            let cors = Cors::default().allowed_origin("https://a.example").allowed_methods(["GET"]);
            cors.allowed_header("x-a")
        ),
    ]
}

fn tower_cases() -> Vec<Case> {
    use http::header::{self, HeaderName};
    use http::{HeaderValue, Method};
    use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, Any, CorsLayer};
    vec![
        tower!(Same, CorsLayer::new().allow_origin("https://a.example".parse::<HeaderValue>().unwrap())),
        tower!(
            Same,
            CorsLayer::new()
                .allow_origin([
                    "https://a.example".parse::<HeaderValue>().unwrap(),
                    HeaderValue::from_static("https://b.example")
                ])
                .allow_methods([Method::GET, Method::PUT])
                .allow_headers([header::AUTHORIZATION, HeaderName::from_static("x-a")])
                .expose_headers([HeaderName::from_static("x-total-count")])
                .allow_credentials(true)
        ),
        tower!(
            Same,
            CorsLayer::new()
                .allow_origin(Any)
                .allow_methods(Any)
                .allow_headers([HeaderName::from_static("x-a")])
        ),
        tower!(Authorization, CorsLayer::permissive()),
        tower!(Broken("any_origin_with_credentials"), CorsLayer::very_permissive()),
        tower!(
            Same,
            CorsLayer::new()
                .allow_origin(AllowOrigin::list([HeaderValue::from_static("https://a.example")]))
                .allow_methods(AllowMethods::mirror_request())
        ),
        tower!(
            Same,
            CorsLayer::new()
                .allow_origin(AllowOrigin::mirror_request())
                .allow_headers(AllowHeaders::mirror_request())
        ),
        tower!(
            Same,
            CorsLayer::new().allow_origin(AllowOrigin::exact(HeaderValue::from_static("https://a.example")))
        ),
        // The last word holds.
        tower!(
            Authorization,
            CorsLayer::permissive().allow_origin(HeaderValue::from_static("https://a.example"))
        ),
        tower!(
            Same,
            CorsLayer::new().allow_origin(Any).allow_origin([HeaderValue::from_static("https://a.example")])
        ),
        tower!(
            Same,
            CorsLayer::new()
                .allow_origin([HeaderValue::from_static("https://b.example")])
                .allow_origin([HeaderValue::from_static("https://a.example")])
        ),
        tower!(
            Same,
            CorsLayer::new()
                .allow_origin([HeaderValue::from_static("https://a.example")])
                .allow_methods([Method::PUT])
                .allow_methods([Method::GET])
        ),
        tower!(
            Broken("any_origin_with_credentials"),
            CorsLayer::very_permissive().allow_methods([Method::GET])
        ),
        tower!(
            Same,
            CorsLayer::very_permissive()
                .allow_headers([HeaderName::from_static("x-a")])
                .allow_credentials(false)
        ),
        tower!(Authorization, CorsLayer::permissive().expose_headers([HeaderName::from_static("x-other")])),
        tower!(
            Same,
            CorsLayer::new()
                .allow_origin([HeaderValue::from_static("https://a.example")])
                .expose_headers(Any)
                .expose_headers([HeaderName::from_static("x-total-count")])
        ),
        // What is decided elsewhere.
        tower!(
            Broken("empty_origins"),
            CorsLayer::new()
                .allow_origin(AllowOrigin::predicate(|origin, _| origin.as_bytes().ends_with(b"b.example")))
        ),
        tower!(
            Tighter("layer.allow_headers"),
            let mut layer = CorsLayer::new()
                .allow_origin([HeaderValue::from_static("https://a.example")])
                .allow_headers([HeaderName::from_static("x-b")]);
            if cfg!(test) {
                layer = layer.allow_headers([HeaderName::from_static("x-a")]);
            }
            layer
        ),
        tower!(
            Tighter("other.allow_credentials(false)"),
            let layer = CorsLayer::new()
                .allow_origin([HeaderValue::from_static("https://a.example")])
                .allow_headers([HeaderName::from_static("x-b")])
                .allow_credentials(true);
            let other = layer.allow_headers([HeaderName::from_static("x-a")]);
            other.allow_credentials(false)
        ),
    ]
}

fn hold(library: &str, cases: &[Case]) {
    let cors = build("cors", Profile::Debug);
    let calls = calls();
    let mut mistakes = Vec::new();
    for Case { wanted, source, answer } in cases {
        let answers = answer(calls.iter().flat_map(requests).collect());
        let could: Vec<May> = calls
            .iter()
            .zip(answers.chunks(2))
            .map(|(call, pair)| may(&call.judge(&pair[0], &pair[1])))
            .collect();
        let code = format!("fn app() {{ {source} }}");
        if let Err(mistake) = compare(&cors, library, &code, *wanted, &calls, &could) {
            mistakes.push(format!("{source}: {mistake}"));
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

#[test]
fn policies_of_actix_cors_let_pages_do_the_same() {
    hold("actix-cors", &actix_cases());
}

#[test]
fn policies_of_tower_http_let_pages_do_the_same() {
    hold("tower-http", &tower_cases());
}
