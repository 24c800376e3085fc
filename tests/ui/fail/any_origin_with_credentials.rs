use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: any,
    credentials: true,
    expect(any_origin, reason = "the rule for this pair is the one that counts"),
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
