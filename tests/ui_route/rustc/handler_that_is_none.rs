use actix_web::get;
use cors_actix::{cors, cors_policy};

cors_policy! {
    static TASKS;
    origins: ["https://app.example"],
    methods: [GET],
}

#[cors(TASKS)]
#[get("/a")]
async fn not_a_responder() -> f32 { //~ `f32: Responder` is not satisfied
    1.0
}

fn main() {
    actix_web::App::new().service(not_a_responder);
}
