use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: [regex(app), regex(), file(partners.txt), glob("https://*")],
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
