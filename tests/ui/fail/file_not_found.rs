use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: [file("no-such-partners.txt")],
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
