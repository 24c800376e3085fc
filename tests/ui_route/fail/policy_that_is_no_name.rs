use actix_web::get;
use cors_actix::{cors, cors_policy};

cors_policy! {
    static TASKS;
    origins: ["https://app.example"],
}

#[cors("TASKS")]
#[get("/a")]
async fn string() -> &'static str {
    ""
}

#[cors(&TASKS)]
#[get("/a")]
async fn reference() -> &'static str {
    ""
}

#[cors(TASKS.production())]
#[get("/a")]
async fn mode() -> &'static str {
    ""
}

#[cors(any)]
#[get("/a")]
async fn word() -> &'static str {
    ""
}

fn main() {}
