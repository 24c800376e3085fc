use actix_web::get;
use cors_actix::{cors, cors_policy};

cors_policy! {
    static TASKS;
    origins: ["https://app.example"],
    methods: [GET],
}

#[cors(TASKS)]
#[get("/a", guard = "no_such_guard")] //~ cannot find value `no_such_guard`
async fn unknown_guard() -> &'static str {
    ""
}

fn main() {
    actix_web::App::new().service(unknown_guard);
}
