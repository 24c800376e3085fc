//! What is excused where it stands.
#![deny(warnings)]

use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: [
        "https://app.example",
        #[expect(loopback_origin, reason = "the Android app's WebView")]
        "https://localhost",
        #[expect(unbounded_regex, reason = "the partner's own domains")]
        regex(r"https://.*partner\.example"),
    ],
    headers: [#[expect(inert_entry, reason = "an old proxy asks for it")] "origin"],
    #[expect(private_network, reason = "printers")]
    private_network: true,
}

fn main() {
    assert!(CORS.production().allows_origin(b"https://localhost"));
}
