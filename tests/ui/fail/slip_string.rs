use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: ["https://app.example".into(), String::from("https://b.example"), null],
    headers: [authorization, b"content-type"],
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
