use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: ["https://app.example"],
    private_network: true,
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
