use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    production {
        origins: ["https://app.example"],
        max_age: 1y,
    }

    development {
        origins: any,
        max_age: 604_800,
    }
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
