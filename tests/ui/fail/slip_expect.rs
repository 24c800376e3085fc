use cors_macros::cors_policy;

cors_policy! {
    static A;

    origins: ["http://localhost", #[allow(insecure_origin)] "http://a.example"],
    headers: [#[expect("header_family")] "x-*"],
    expect(loopback-origin, because = "the app"),
}

cors_policy! {
    static B;

    origins: any,
    expect: any_origin,
}

fn main() {
    let _: [&cors_engine::PolicySet; 2] = [&A, &B];
}
