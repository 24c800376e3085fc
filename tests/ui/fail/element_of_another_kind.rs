use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: [["https://app.example"], 8080],
    headers: [b"authorization", true],
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
