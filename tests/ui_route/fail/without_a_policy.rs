use actix_web::get;
use cors_actix::cors;

#[cors]
#[get("/a")]
async fn a() -> &'static str {
    "a"
}

#[cors()]
#[get("/b")]
async fn b() -> &'static str {
    "b"
}

fn main() {
    actix_web::App::new().service(a).service(b);
}
