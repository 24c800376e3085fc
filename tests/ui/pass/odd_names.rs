//! Methods and headers that look odd and are right.

use cors_macros::cors_policy;

cors_policy! {
    static ODD;

    origins: ["https://app.example"],
    methods: [QUERY, PURGE, "M-SEARCH", purge, PATCH],
    headers: ["Authorization", "accept", "content-type", "user-agent", "x-http-method-override"],
    expose: ["ETag", "x-total-count", "www-authenticate"],
    max_age: 0,
    hosts: ["api.example", ".internal.example", "LOCALHOST", "[::1]", "127.0.0.1"],
}

fn main() {
    let policy = ODD.production();
    assert!(policy.allows_method(b"M-SEARCH") && policy.allows_method(b"purge"));
    assert!(!policy.allows_method(b"GET"));
    assert!(policy.allows_header(b"authorization"));
    assert_eq!(policy.max_age(), Some(0));
    assert!(policy.allows_host(b"a.internal.example:8080"));
}
