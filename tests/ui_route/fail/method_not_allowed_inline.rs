use actix_web::{delete, route};
use cors_actix::cors;

#[cors(origins = ["https://app.example"], methods = [PUT])]
#[delete("/tasks/{id}")]
async fn remove() -> &'static str {
    "removed"
}

#[cors(origins = ["https://app.example"])]
#[route("/tasks", method = "GET", method = "TRACE")]
async fn trace() -> &'static str {
    "traced"
}

fn main() {
    actix_web::App::new().service(remove).service(trace);
}
