use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    production {
        origins: [],
    }

    development {
        headers: any,
    }
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
