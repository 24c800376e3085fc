use cors_actix::{cors, cors_policy};

cors_policy! {
    static TASKS;
    origins: ["https://app.example"],
    methods: [GET],
}

#[cors(TASKS)] //~ the policy of `b` does not allow PUT
#[actix_web::scope("/tasks")]
mod tasks {
    use actix_web::{get, put};

    #[get("/a")]
    pub async fn a() -> &'static str {
        "a"
    }

    #[put("/b")]
    pub async fn b() -> &'static str {
        "b"
    }
}

fn main() {
    actix_web::App::new().service(tasks::a).service(tasks::b);
}
