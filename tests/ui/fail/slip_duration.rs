use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: ["https://app.example"],
    max_age: Duration::from_secs(60),
    development { max_age: "1h" }
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
