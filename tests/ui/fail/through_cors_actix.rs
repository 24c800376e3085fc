use cors_actix::cors_policy;

cors_policy! {
    static CORS;

    origins: ["http://app.example"],
    credentials: yes,
}

fn main() {
    let _: &cors_actix::PolicySet = &CORS;
}
