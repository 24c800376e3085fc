use cors_macros::cors_policy;

cors_policy! {
    static IN_A_LIST;

    origins: [["https://a.example"], { origin: "https://b.example" }],
    methods: [(GET, PUT)],
    headers: [{ "x-request-id": true }],
}

cors_policy! {
    static FOR_A_LIST;

    origins: ("https://a.example", "https://b.example"),
    headers: { "authorization", "content-type" },
}

fn main() {
    let _: [&cors_engine::PolicySet; 2] = [&IN_A_LIST, &FOR_A_LIST];
}
