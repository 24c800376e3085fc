use cors_macros::cors_policy;

cors_policy! {
    static fn;

    origins: ["https://app.example"],
}

fn main() {}
