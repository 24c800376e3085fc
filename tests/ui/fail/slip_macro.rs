use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: [env!("ORIGIN"), concat!("https://", "app.example"), format!("https://{HOST}")],
    methods: vec![GET, PUT],
    headers: &["authorization"],
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
