use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: ["https://app.example"],
    hosts: ["api.example:8080", "*.api.example", "bücher.example", "https://api.example", "::1", "*"],
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
