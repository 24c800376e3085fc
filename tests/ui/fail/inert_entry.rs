use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: ["https://app.example", "wss://app.example", "ftp://app.example"],
    methods: [get, "patch"],
    headers: ["origin", "dnt", "accept-encoding", "Cookie"],
    expose: ["content-type", "set-cookie"],
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
