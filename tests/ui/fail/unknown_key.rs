use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: ["https://app.example"],
    allow_credentials: true,
    header: ["authorization"],
    colour: { "any": [GREEN, 3.5] },
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
