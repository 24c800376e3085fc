use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: ["https://app.example"],
    preflight_status: 404,
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
