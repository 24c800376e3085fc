//! Regexes that look wide and let only the owners of named domains in.

use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: [
        regex(r"^https://\w+\.myapp\.com$"),
        regex(r"^https://pr-\d+\.myapp-preview\.com$"),
        regex(r"https://(shop|blog)\.example\.com(:8443)?"),
        regex(r"https://.*\.example\.co\.uk"),
        regex(r"https://[a-z]+\.(eu|us)\.example\.net"),
    ],
}

fn main() {
    assert!(CORS.production().allows_origin(b"https://pr-17.myapp-preview.com"));
    assert!(!CORS.production().allows_origin(b"https://pr-17.myapp-preview.com.evil.example"));
}
