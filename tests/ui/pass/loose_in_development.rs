//! What is a mistake in production is everyday life in development.

use cors_macros::cors_policy;

cors_policy! {
    static LOOSE;

    production {
        origins: ["https://app.example"],
    }

    development {
        origins: ["http://localhost:*", "http://localhost:3000", "http://phone.lan:8080", "null", "https://*.github.io"],
        credentials: true,
        methods: any,
        headers: any,
        private_network: true,
        hosts: any,
    }
}

fn main() {
    let development = LOOSE.get(cors_engine::Mode::Development).unwrap();
    assert!(development.allows_origin(b"null"));
    assert!(!LOOSE.production().allows_origin(b"null"));
}
