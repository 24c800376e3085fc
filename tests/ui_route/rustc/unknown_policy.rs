use actix_web::get;
use cors_actix::cors;

#[cors(TASKS)] //~ cannot find value `TASKS`
#[get("/tasks")]
async fn show() -> &'static str {
    "shown"
}

fn main() {
    actix_web::App::new().service(show);
}
