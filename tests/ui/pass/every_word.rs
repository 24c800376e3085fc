//! Every key and every rule that `expect` can name are words that the expansion finds.

use cors_macros::cors_policy;

cors_policy! {
    /// All that a policy can say.
    pub static EVERYTHING;

    origins: ["https://app.example", "null", "http://old.example"],
    credentials: true,
    methods: any,
    headers: any,
    expose: ["x-total-count"],
    max_age: 24h,
    private_network: true,
    timing: true,
    preflight_status: 200,
    hosts: any,
    expect(null_origin, reason = "an app in a sandboxed frame"),
    expect(insecure_origin, reason = "a kiosk without certificates"),
    expect(any_method_with_credentials, reason = "a gateway that knows them all"),
    expect(any_header_with_credentials, reason = "a gateway that knows them all"),
    expect(private_network, reason = "old clients in the field"),
    expect(any_host, reason = "the proxy in front checks it"),
}

cors_policy! {
    static LISTS;

    production {
        origins: ["http://localhost:*", "http://localhost:3000", "https://*.github.io", "wss://app.example"],
        expect(loopback_origin, reason = "a desktop app"),
        expect(redundant_origin, reason = "documented as it was"),
        expect(public_suffix, reason = "a showcase of strangers"),
        expect(inert_entry, reason = "for clients that are no browsers"),
    }

    development {
        origins: any,
        headers: any,
        methods: any,
        expose: any,
        hosts: any,
    }
}

fn main() {
    assert!(EVERYTHING.production().credentials());
    assert_eq!(EVERYTHING.production().max_age(), Some(86_400));
    assert_eq!(EVERYTHING.production().preflight_status(), 200);
    assert!(LISTS.production().allows_origin(b"http://localhost:8080"));
    assert!(LISTS.get(cors_engine::Mode::Development).is_some_and(|policy| policy.allows_any_origin()));
}
