use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: ["https://app.example"],
    max_age: 1 hour,
    preflight_status: 2 * 102,
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
