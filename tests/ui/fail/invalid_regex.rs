use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: [
        regex(r"https://(app\.example"),
        regex(r"app\.example"),
        regex(r"https://([a-z]{1,60}\.){1,60}app\.example"),
    ],
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
