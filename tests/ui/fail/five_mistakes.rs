use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    methods: [GET, patch],

    production {
        origins: ["app.example", "http://localhost:3000"],
        credentials: true,
        headers: any,
        max_age: 1d,
    }

    development {
        origins: any,
        credentials: false,
        headers: any,
    }
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
