use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    /// The front end.
    origins: ["https://app.example", #[cfg(debug_assertions)] "http://localhost:3000"],
    #[cfg(debug_assertions)]
    headers: any,
    #[allow(dead_code)]
    credentials: true,
    #[expect(any_origin, reason = "it is for tests")]
    development { max_age: 0 }
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
