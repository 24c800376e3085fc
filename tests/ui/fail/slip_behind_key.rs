use cors_macros::cors_policy;

cors_policy! {
    static A;

    orgins: [a.example, "https://b.example/"],
    allow_methods: vec![Method::GET, "put"],
    maxAge: "1 hour",
}

cors_policy! {
    static B;

    origin("https://a.example"),
    allow-credentials: "yes",
    exposedHeaders: *,
}

fn main() {
    let _: [&cors_engine::PolicySet; 2] = [&A, &B];
}
