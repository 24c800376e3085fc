#![allow(unused_imports)]
use actix_web::{get, get as fetch, route, routes};
use cors_actix::{cors, cors_policy};

cors_policy! {
    static TASKS;
    origins: ["https://app.example"],
    methods: [GET, POST],
}

#[cors(TASKS)]
#[get]
async fn no_path() -> &'static str {
    ""
}

#[cors(TASKS)]
#[get(concat!("/", "a"))]
async fn path_of_another_macro() -> &'static str {
    ""
}

#[cors(TASKS)]
#[get("/a", methods = "GET")]
async fn unknown_argument() -> &'static str {
    ""
}

#[cors(TASKS)]
#[get("/a", guard = is_admin)]
async fn guard_without_quotes() -> &'static str {
    ""
}

#[cors(TASKS)]
#[route("/a", method = "get")]
async fn lower_case() -> &'static str {
    ""
}

#[cors(TASKS)]
#[route("/a")]
async fn no_method() -> &'static str {
    ""
}

#[cors(TASKS)]
#[routes]
async fn no_routes() -> &'static str {
    ""
}

#[cors(TASKS)]
#[get("/a")]
async fn no_response() {}

#[cors(TASKS)]
#[fetch("/a")]
async fn another_name() -> &'static str {
    ""
}

fn main() {}
