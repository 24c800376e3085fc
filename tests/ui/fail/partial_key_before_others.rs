use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    orig
    credentials: true,
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
