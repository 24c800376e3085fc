use cors_actix::{cors, cors_policy};

cors_policy! {
    static TASKS;
    origins: ["https://app.example"],
    methods: [GET],
}

#[cors(TASKS)]
#[derive(Default)]
struct Tasks;

fn main() {
    let _ = Tasks::default();
}
