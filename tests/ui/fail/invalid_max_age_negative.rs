use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: ["https://app.example"],
    max_age: -1,
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
