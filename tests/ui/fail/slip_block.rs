use cors_macros::cors_policy;

cors_policy! {
    static COLON_AND_BRACKETS;

    prod: [
        origins: ["https://app.example"],
    ]
}

cors_policy! {
    static BRACKETS;

    production: [
        origins: ["https://app.example"],
        credentials: true,
    ]
}

cors_policy! {
    static EQUALS;

    production = {
        origins: ["https://app.example"],
    }
}

cors_policy! {
    static NO_SETTINGS;

    origins: ["https://app.example"],
    development: ["http://localhost:3000"],
}

fn main() {
    let _: [&cors_engine::PolicySet; 4] = [&COLON_AND_BRACKETS, &BRACKETS, &EQUALS, &NO_SETTINGS];
}
