use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: ["https://app.example"],
    expect(),
    expect("null_origin", reason = "in quotes"),
    expect: null_origin,
    expect(null_origin, reason: "with a colon"),
    expect(null_origin, because = "of another name"),
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
