// The last `.layer(…)` of the router, instead of any other `CorsLayer`:
tower_http::cors::CorsLayer::new()
    .allow_origin([http::HeaderValue::from_static("https://shop.myapp.com")])
    .allow_methods(["PUT"].map(|method| http::Method::from_bytes(method.as_bytes()).expect("a method")))
    .allow_headers(["authorization"].map(http::HeaderName::from_static))
    .expose_headers(["x-total-count"].map(http::HeaderName::from_static))
    .allow_credentials(true)
