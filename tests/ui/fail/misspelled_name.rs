use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: ["https://app.example"],
    headers: ["contenttype"],
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
