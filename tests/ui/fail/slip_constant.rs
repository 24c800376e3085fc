use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: [ORIGIN, config::ORIGIN],
    methods: [Method::GET, Method::PUT],
    headers: [header::AUTHORIZATION, http::header::CONTENT_TYPE],
    expose: EXPOSED,
    max_age: MAX_AGE,
    credentials: CREDENTIALS,
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
