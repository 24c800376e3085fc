//! Routers as people write them: read as text, never compiled.

use axum::Router;

mod routes;

fn main() {
    let public = Router::new().route("/health", get(health));
    let admin = Router::new().route("/admin", get(admin)).nest("/deep", Router::new().route("/deeper", get(deep)));
    let app = Router::new()
        .nest("/api", routes::api())
        .merge(routes::tasks())
        .merge(public)
        .route("/covered", get(covered))
        .layer(CorsLayer::new().allow_origin(Any))
        .route("/late", get(late))
        .nest("/behind", admin);
    axum::serve(listener, app.with_state(state));
}

fn step_by_step() -> Router {
    let mut app = Router::new();
    app = app.route("/one", get(one));
    app = app.layer(cors());
    app
}

fn step_by_step_without() -> Router {
    let app = Router::new();
    let app = app.route("/two", get(two));
    app
}

fn no_router(config: &mut ServiceConfig) {
    config.route("/actix", web::get().to(actix));
}
