use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: [
        "https://app.example",
        #[expect(loopback_origin, reason = "the Android app's WebView")]
        "https://localhost",
        // The one above is not for this.
        "http://localhost:8080",
        #[expect(null_origin, reason = "nothing here is null")]
        "https://shop.example",
        #[expect(loopback_origin)]
        "https://localhost:8443",
    ],
    #[expect(private_netwrk, reason = "printers")]
    private_network: true,
}

cors_policy! {
    static WITHOUT_A_RULE;

    origins: ["https://app.example"],
    #[expect]
    timing: true,
    expect("any_origin"),
}

fn main() {
    let _: [&cors_engine::PolicySet; 2] = [&CORS, &WITHOUT_A_RULE];
}
