//! CORS for Actix Web, decided at compile time.

mod policy_macro;

#[doc(hidden)]
pub use cors_core as __core;
pub use cors_core::{Decision, Denial, Mode, Policy, PolicySet};
#[doc(hidden)]
pub use cors_macros::cors_policy as __cors_policy;
