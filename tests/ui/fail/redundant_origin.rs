use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: [
        "https://*.app.example",
        "https://shop.app.example",
        "https://api.example:8443",
        "https://api.example:*",
    ],
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
