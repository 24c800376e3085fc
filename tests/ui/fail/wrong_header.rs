use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: ["https://app.example"],
    headers: ["access-control-allow-origin"],
    expose: ["origin", "access-control-allow-origin"],
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
