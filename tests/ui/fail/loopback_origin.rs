use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: ["http://localhost:3000", "https://127.0.0.1", "http://[::1]:*", "http://*.localhost"],
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
