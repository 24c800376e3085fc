//! Data that is for everyone, by everyone: said so, it is no mistake.

use cors_macros::cors_policy;

cors_policy! {
    static PUBLIC;

    origins: any,
    methods: [GET],
    headers: any,
    expose: any,
    timing: true,
    expect(any_origin, reason = "public data"),
}

fn main() {
    let policy = PUBLIC.production();
    assert!(policy.allows_any_origin());
    assert_eq!(policy.methods().collect::<Vec<_>>(), ["GET", "HEAD"]);
}
