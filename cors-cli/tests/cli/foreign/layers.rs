//! Layers as people write them: read as text, never compiled.

fn actix() {
    let cors = Cors::default()
        .allowed_origin("https://app.example")
        .allowed_origin_fn(|origin, _req| origin.as_bytes().ends_with(b"app.example"))
        .allowed_methods(vec!["GET", "PUT"])
        .allowed_headers(&[header::AUTHORIZATION, header::CONTENT_TYPE])
        .supports_credentials()
        .max_age(3600);
    App::new().wrap(cors).wrap(Cors::permissive());
}

fn tower() {
    Router::new().layer(
        CorsLayer::new()
            .allow_origin("https://app.example".parse::<HeaderValue>().unwrap())
            .allow_methods([Method::GET, Method::PUT])
            .allow_headers(Any)
            .allow_credentials(true),
    );
}
