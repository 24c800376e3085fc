use cors_macros::cors_policy;

cors_policy! {
    static CORS;

    origins: ["https://*.co.uk", "https://*.github.io", "https://*.pythonanywhere.com", "https://*.amazonaws.com"],
}

fn main() {
    let _: &cors_engine::PolicySet = &CORS;
}
