use actix_web::get;
use cors_actix::{cors, cors_policy};

cors_policy! {
    static TASKS;
    origins: ["https://app.example"],
    methods: [GET],
}

#[get("/tasks")]
#[cors(TASKS)]
async fn show() -> &'static str {
    "shown"
}

fn main() {
    actix_web::App::new().service(show);
}
