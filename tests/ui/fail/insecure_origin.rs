use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: ["http://app.example", "http://*.app.example:8080"],
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
