//! Origins that look odd and are what a browser sends.

use cors_macros::cors_policy;

cors_policy! {
    static ODD;

    origins: [
        "tauri://localhost",
        "capacitor://localhost",
        "chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb",
        "https://a_b.example",
        "https://-a.example",
        "https://app.example.",
        "https://xn--bcher-kva.example",
        "https://intranet",
        "https://93.184.216.34",
        "https://[2001:db8::1]:8443",
        "https://you.github.io",
        "https://*.you.github.io",
        "https://apex.example",
        "https://*.apex.example",
        "https://ports.example:*",
    ],
}

fn main() {
    let policy = ODD.production();
    assert!(policy.allows_origin(b"https://a.b.apex.example"));
    assert!(policy.allows_origin(b"https://ports.example"));
    assert!(!policy.allows_origin(b"https://app.example"));
    assert!(!policy.allows_origin(b"https://me.github.io"));
}
