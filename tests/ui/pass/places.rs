//! A policy stands where a static can stand, with the attributes and the visibility of one, and finds
//! the engine by whatever name.

extern crate cors_engine as engine;

mod inner {
    cors_macros::cors_policy! {
        pub(crate) static IN_A_MODULE;
        origins: ["https://app.example"]
    }
}

cors_macros::cors_policy! {
    crate = crate::engine;

    /// With documentation.
    #[allow(dead_code)]
    #[cfg(any())]
    pub static NOT_THERE;
    origins: ["https://app.example"],
}

macro_rules! policy_for {
    ($name:ident, $origin:literal, $credentials:expr) => {
        cors_macros::cors_policy! {
            static $name;
            origins: [$origin],
            credentials: $credentials,
        }
    };
}

policy_for!(FROM_A_MACRO, "https://app.example", true);

fn main() {
    cors_macros::cors_policy!(
        static IN_A_FUNCTION;
        origins: ["https://app.example"],
    );
    assert!(IN_A_FUNCTION.production() == inner::IN_A_MODULE.production());
    assert!(FROM_A_MACRO.production().credentials());
}
