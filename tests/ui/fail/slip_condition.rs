use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: [
        "https://app.example",
        "https://localhost" #[expect(loopback_origin, reason = "the Android app")],
        file = "partners.txt",
        #[cfg(debug_assertions)] "http://localhost:3000",
    ],
    credentials: if cfg!(debug_assertions) { true } else { false },
    #[cfg(not(debug_assertions))] timing: true,
    policy = OTHER,
    dev: { headers: any }
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
