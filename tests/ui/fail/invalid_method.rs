use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: ["https://app.example"],
    methods: ["GET, PUT", "*", "get it", any],
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
