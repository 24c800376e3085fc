use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins:
    credentials: true,
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
