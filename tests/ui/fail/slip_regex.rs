use cors_macros::cors_policy;

cors_policy! {
    static ENTRIES;

    origins: [
        "https://app.example",
        Regex::new(r"^https://pr-\d+\.app\.example$").unwrap(),
        regex!("^https://[a-z]+\\.shop\\.example$"),
        { regex = "^https://[a-z]+\\.blog\\.example$" },
    ],
}

cors_policy! {
    static WHOLE;

    origins: regex("^https://[a-z]+\\.shop\\.example$"),
}

cors_policy! {
    static WHOLE_CALL;

    origins: regex::Regex::new(r"^https://pr-\d+\.app\.example$"),
}

fn main() {
    let _: [&cors_engine::PolicySet; 3] = [&ENTRIES, &WHOLE, &WHOLE_CALL];
}
