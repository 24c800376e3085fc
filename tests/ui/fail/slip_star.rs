use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: *,
    methods: *,
    headers: *,
    hosts: *,

    development { origins: * }
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
