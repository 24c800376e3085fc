use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: [
        regex(r"https://.*myapp\.com"),
        regex(r"https://www.example.com"),
        regex(r"https://\w+\.github\.io"),
        regex(r"^https://a\.example\.com|https://b\.example\.com$"),
        regex(r"http://a\.example\.com"),
    ],
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
