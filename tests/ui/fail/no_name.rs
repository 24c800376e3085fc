use cors_macros::cors_policy;

cors_policy! {
    origins: ["https://app.example"],
    credentials: yes,
}

fn main() {}
