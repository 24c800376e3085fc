use actix_web::{get, route};
use cors_actix::{cors, cors_policy};

cors_policy! {
    static TASKS;
    origins: ["https://app.example"],
    methods: [GET],
}

#[cors(TASKS)]
#[get]
async fn no_path() -> &'static str {
    ""
}

#[cors(TASKS)]
#[get("/a", methods = "GET")]
async fn unknown_argument() -> &'static str {
    ""
}

#[cors(TASKS)]
#[route("/a", method = "get")]
async fn lower_case() -> &'static str {
    ""
}

#[cors(TASKS)]
#[get("/a")]
async fn no_response() {}

fn main() {}
