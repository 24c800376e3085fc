use cors_macros::cors_policy;

cors_policy! {

}

fn main() {}
