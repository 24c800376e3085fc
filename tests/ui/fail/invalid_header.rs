use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: ["https://app.example"],
    headers: ["Content Type", "authorization, content-type", "*", any],
    expose: ["x-total-count:", ""],
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
