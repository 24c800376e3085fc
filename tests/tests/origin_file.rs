//! A policy with its origins in their own file.

use cors_macros::cors_policy;

cors_policy! {
    static CATALOG;
    origins: ["https://app.example", file("tests/partners.txt")],
}

#[test]
fn the_origins_of_the_file_are_allowed_beside_the_others() {
    let policy = CATALOG.production();
    for origin in ["https://app.example", "https://partner.example", "https://a.shops.example"] {
        assert!(policy.allows_origin(origin.as_bytes()), "{origin}");
    }
    assert_eq!(policy.origins().count(), 3);
}
