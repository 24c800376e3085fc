use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: "https://app.example",
    methods: GET,
    headers: authorization,
    expose: 5,
    hosts: "api.example",
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
