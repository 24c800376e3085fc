use actix_web::get;
use cors_actix::cors;

#[cors(origin = ["https://app.example"], credentials: true, max_age = "1h")]
#[get("/a")]
async fn a() -> &'static str {
    "a"
}

#[cors(origins = any, credentials = true)]
#[get("/b")]
async fn b() -> &'static str {
    "b"
}

#[cors(origins = "https://app.example", headers = [Content Type])]
#[get("/c")]
async fn c() -> &'static str {
    "c"
}

fn main() {
    actix_web::App::new().service(a).service(b).service(c);
}
