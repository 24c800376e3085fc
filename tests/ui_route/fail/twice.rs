use actix_web::get;
use cors_actix::{cors, cors_policy};

cors_policy! {
    static TASKS;
    origins: ["https://app.example"],
    methods: [GET],
}

#[cors(TASKS)]
#[cors(TASKS)]
#[get("/tasks")]
async fn show() -> &'static str {
    "shown"
}

fn main() {
    actix_web::App::new().service(show);
}
