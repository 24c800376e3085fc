// The last `.wrap(…)` of the app, instead of any other `Cors`:
actix_cors::Cors::default()
    .allowed_origin("https://shop.myapp.com")
    .allowed_methods(["PUT"])
    .allowed_headers(["authorization"])
    .expose_headers(["x-total-count"])
    .supports_credentials()
