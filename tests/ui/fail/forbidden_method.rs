use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: ["https://app.example"],
    methods: [GET, TRACE, "connect", Track],
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
