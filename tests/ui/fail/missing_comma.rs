use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: ["https://app.example"]
    credentials: true
    max_age: 1h
    expect(null_origin, reason = "once there was one")
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
