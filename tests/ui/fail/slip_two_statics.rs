use cors_macros::cors_policy;

cors_policy! {
    static SHOP;
    origins: ["https://shop.example"],

    /// The other one.
    pub static BLOG;
    origins: ["https://blog.example"],
}

fn main() {
    let _: [&cors_engine::PolicySet; 2] = [&SHOP, &BLOG];
}
