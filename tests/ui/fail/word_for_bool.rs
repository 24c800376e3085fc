use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: ["https://app.example"],
    credentials: yes,
    timing: "true",
    private_network: 1,
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
