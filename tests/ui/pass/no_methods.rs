//! An empty list of methods: simple requests alone get through.

use cors_macros::cors_policy;

cors_policy! {
    static SIMPLE;

    origins: ["https://app.example"],
    methods: [],
    headers: [],
    expose: [],
}

fn main() {
    assert_eq!(SIMPLE.production().methods().count(), 0);
}
