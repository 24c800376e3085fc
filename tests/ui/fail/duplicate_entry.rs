use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: ["https://app.example", "https://app.example"],
    methods: [PUT, PUT],
    headers: ["Authorization", "authorization"],
    expose: ["x-total-count", "X-Total-Count"],
    hosts: ["api.example", "API.example"],
    expect(redundant_origin, reason = "it is the same origin twice"),
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
