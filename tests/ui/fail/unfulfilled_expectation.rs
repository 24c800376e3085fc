use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: ["https://app.example"],
    expect(null_origin, reason = "once there was one"),
    expect(invalid_origin, reason = "it cannot be excused"),

    development {
        expect(any_origin, reason = "it never fires here"),
    }
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
