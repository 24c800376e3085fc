//! An app depends on cors-actix alone, and may call it what it likes.

extern crate cors_actix as web_policy;

mod reexport {
    pub use crate::web_policy::cors_policy as declare;
}

reexport::declare! {
    /// By way of another name.
    pub static CORS;
    origins: ["https://app.example"],
}

fn main() {
    let policies: &web_policy::PolicySet = &CORS;
    assert!(policies.production().allows_origin(b"https://app.example"));
}
