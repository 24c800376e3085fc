use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: ["https://app.example"],
    methods: [PUT, POTS, "GET|POST", "ALL"],
    headers: ["contenttype"],
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
