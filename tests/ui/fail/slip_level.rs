use cors_macros::cors_policy;

cors_policy! {
    static INNER;

    #![expect(any_origin, reason = "the data is public")]
    origins: any,
}

cors_policy! {
    static INNER_OF_A_BLOCK;

    production {
        #![allow(loopback_origin)]
        origins: ["http://localhost:3000"],
    }
}

cors_policy! {
    static ALLOW;

    origins: ["http://localhost:3000"],
    allow(loopback_origin),
}

cors_policy! {
    static WARN;

    warn(loopback_origin, reason = "the desktop app"),
    origins: ["http://localhost:3000"],
}

cors_policy! {
    static DENY;

    origins: ["https://app.example"],
    deny(loopback_origin),
}

cors_policy! {
    static EXPECT;

    origins: ["http://localhost:3000"],
    expect(loopback_origin),
}

cors_policy! {
    static ENTRY;

    origins: [expect(loopback_origin, reason = "the desktop app") "http://localhost:3000"],
}

fn main() {
    let _: [&cors_engine::PolicySet; 7] = [&INNER, &INNER_OF_A_BLOCK, &ALLOW, &WARN, &DENY, &EXPECT, &ENTRY];
}
