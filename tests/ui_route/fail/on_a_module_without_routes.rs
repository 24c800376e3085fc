use cors_actix::{cors, cors_policy};

cors_policy! {
    static TASKS;
    origins: ["https://app.example"],
    methods: [GET],
}

#[cors(TASKS)]
mod tasks {
    pub const LONGEST: usize = 10;
}

fn main() {
    let _ = tasks::LONGEST;
}
