use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: ["null"],
    expect(nul_origin, reason = "an app in a sandboxed frame"),
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
