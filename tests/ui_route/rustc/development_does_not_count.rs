use actix_web::put;
use cors_actix::{cors, cors_policy};

cors_policy! {
    static TASKS;
    origins: ["https://app.example"],
    development { methods: [PUT] }
}

#[cors(TASKS)] //~ the policy of `update` does not allow PUT
#[put("/tasks")]
async fn update() -> &'static str {
    "updated"
}

fn main() {
    actix_web::App::new().service(update);
}
