use cors_macros::cors_policy;

cors_policy! {
    static REGEXES;

    origins: [
        regex("https://(a|b)\\\\.example\\\\.com"),
        regex(r"/^https:\/\/app\.example$/"),
        regex("https://*.app.example"),
        r"^https://pr-\d+\.app\.example$",
    ],
}

cors_policy! {
    static PATTERNS;

    origins: ["https://a.example, https://b.example", "moz-extension://*", "https://app.example:443/shop"],
}

fn main() {
    let _: [&cors_engine::PolicySet; 2] = [&REGEXES, &PATTERNS];
}
