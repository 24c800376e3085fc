use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: ["https://app.example" "https://shop.example"],
    methods: [GET PUT],
    headers: ["authorization", , "content-type"],
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
