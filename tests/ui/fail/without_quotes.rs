use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: [app.example, null],
    methods: [M-SEARCH],
    headers: [content-type, x-csrftoken],
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
