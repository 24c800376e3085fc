//! Routers that another file nests.

use axum::Router;

pub fn api() -> Router {
    Router::new().route("/nested", get(nested)).nest("/v1", v1())
}

fn v1() -> Router {
    let router = Router::new().route("/version", get(version));
    router
}

pub fn tasks() -> Router {
    Router::new().route("/tasks", get(tasks)).with_state(state)
}

pub fn forgotten() -> Router {
    Router::new().route("/forgotten", get(forgotten)).fallback(nothing)
}
