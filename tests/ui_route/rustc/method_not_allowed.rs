use actix_web::{get, put};
use cors_actix::{cors, cors_policy};

cors_policy! {
    static TASKS;
    origins: ["https://app.example"],
    methods: [GET],
}

#[cors(TASKS)] //~ the policy of `update` does not allow PUT
#[put("/tasks/{id}")]
async fn update() -> &'static str {
    "updated"
}

#[cors(TASKS)]
#[get("/tasks/{id}")]
async fn show() -> &'static str {
    "shown"
}

fn main() {
    actix_web::App::new().service(update).service(show);
}
