use cors_actix::{cors, cors_policy};

cors_policy! {
    static TASKS;
    origins: ["https://app.example"],
    methods: [GET],
}

#[cors(TASKS)]
async fn show() -> &'static str {
    "shown"
}

fn main() {
    let _ = show();
}
