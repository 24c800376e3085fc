//! `axum`: CORS for a program on axum, by the engine and the macro alone: an adapter is one function.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::{Router, routing};
use cors_engine::Policy;
use cors_engine::adapter::{Field, Value};
use cors_macros::cors_policy;

cors_policy! {
    /// Who may call the API from a browser.
    static API;
    origins: ["https://myapp.com", "https://*.myapp.com"],
    credentials: true,
    methods: [GET, PUT],
    headers: ["authorization", "content-type"],
    expose: ["x-total-count"],
    max_age: 1h,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let policy = API.active();
    let app = Router::new()
        .route("/tasks", routing::get(|| async { ([("x-total-count", "0"), ("vary", "accept")], "[]") }))
        // A field that somebody once set by hand: the policy removes it.
        .route("/tasks/{id}", routing::put(|| async { ([("access-control-allow-origin", "*")], "updated") }))
        // What is routed, and the 404 and 405 of what is not. Authentication belongs inside: its layer goes above.
        .layer(from_fn(move |request, next| cors(policy, request, next)));
    // `--port 8081`
    let port = std::env::args().next_back().and_then(|port| port.parse().ok()).unwrap_or(8080);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("API http://{}", listener.local_addr()?);
    axum::serve(listener, app).await
}

/// Decides about the request as it arrived, answers it if it is a preflight, and sets the fields of its response.
async fn cors(policy: &Policy, request: Request, next: Next) -> Response {
    let (status, fields) = decide(policy, &request);
    let mut response = match status.map(StatusCode::from_u16) {
        Some(status) => status.unwrap_or(StatusCode::FORBIDDEN).into_response(),
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    // The policy owns these: remove what the app set by hand, or they would come twice.
    let owned = headers.keys().filter(|name| Field::is_owned(name.as_str())).cloned().collect::<Vec<_>>();
    for name in owned {
        headers.remove(name);
    }
    for (field, value) in fields {
        match field {
            Field::Vary | Field::PreflightVary => merge_vary(headers, &value),
            _ => drop(headers.insert(field.name(), value)),
        }
    }
    response
}

/// The status if it is a preflight, and the fields with their values: nothing of it borrows the request.
fn decide(policy: &Policy, request: &Request) -> (Option<u16>, Vec<(Field, HeaderValue)>) {
    let headers = request.headers();
    let mut asked = cors_engine::Request::new(request.method().as_str().as_bytes());
    for origin in headers.get_all(header::ORIGIN) {
        asked = asked.origin(origin.as_bytes());
    }
    for method in headers.get_all(header::ACCESS_CONTROL_REQUEST_METHOD) {
        asked = asked.requested_method(method.as_bytes());
    }
    let lines: Vec<&HeaderValue> = headers.get_all(header::ACCESS_CONTROL_REQUEST_HEADERS).iter().collect();
    let lines = lines.as_slice();
    let decision = policy.decide(&asked.requested_headers(&lines));
    let text = |field| match policy.value(field)? {
        Value::Fixed(text) => HeaderValue::from_str(text).ok(),
        Value::RequestOrigin => headers.get(header::ORIGIN).cloned(),
        // The requested names: only a policy that says `any` with credentials sends them back.
        _ => None,
    };
    (
        decision.status(),
        decision.fields().into_iter().filter_map(|field| Some((field, text(field)?))).collect(),
    )
}

/// Adds what no `Vary` has yet: what the app said stays.
fn merge_vary(headers: &mut HeaderMap, wanted: &HeaderValue) {
    let said: Vec<_> = headers.get_all(header::VARY).iter().filter_map(|line| line.to_str().ok()).collect();
    let has = |wanted: &str| {
        let mut said = said.iter().flat_map(|line| line.split(',')).map(str::trim);
        said.any(|name| name == "*" || name.eq_ignore_ascii_case(wanted.trim()))
    };
    if !wanted.to_str().is_ok_and(|wanted| wanted.split(',').all(has)) {
        headers.append(header::VARY, wanted.clone());
    }
}
