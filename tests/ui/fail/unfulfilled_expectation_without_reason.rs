use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: ["null", "http://app.example"],
    expect(null_origin),
    expect(insecure_origin, reason = " "),
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
