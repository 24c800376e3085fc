use cors_macros::cors_policy;

cors_policy! {
    /// What the service has in its settings today.
    pub static CORS;

    production {
        origins: ["migoadvs.pythonanywhere.com"],
        credentials: true,
        methods: [DELETE, GET, OPTIONS, PATCH, POST, PUT],
        headers: [
            "accept",
            "accept-encoding",
            "authorization",
            "content-type",
            "dnt",
            "origin",
            "user-agent",
            "x-csrftoken",
            "x-requested-with",
        ],
    }

    development {
        origins: any,
        credentials: true,
    }
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
