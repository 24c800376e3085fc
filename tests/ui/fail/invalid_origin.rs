use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: [
        "app.example",
        "https://app.example/",
        "https://app.example/tasks?all=1",
        "https://app.example:443",
        "https://app.example:0",
        "https://app.example:65536",
        "HTTPS://App.example",
        "https://bücher.example",
        "https://user:password@app.example",
        "https://127.1",
        "https://[0::1]",
        "https://*app.example",
        "https://app.*.example",
        "https://*.93.184.216.34",
        "https://*",
        "file:///index.html",
        "https://",
        "",
        "*",
        any,
    ],
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
