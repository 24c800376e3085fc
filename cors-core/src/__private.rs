//! What expansions of the macros name: no part of the public interface.

use crate::{Policy, PolicySet};

/// The compiled policy behind an image.
pub const fn policy(image: &'static [u8]) -> Policy {
    Policy::compiled(image)
}

/// The static that `cors_policy!` declares.
pub const fn policy_set(production: Policy, development: Option<Policy>) -> PolicySet {
    PolicySet::new(production, development)
}

/// Does a compiled policy allow this method? For the check of a route against its policy.
pub const fn allows_method(policy: &Policy, method: &str) -> bool {
    policy.compiled_allows_method(method)
}

/// The bytes that `cors_policy!` puts into the binary for a policy.
#[cfg(feature = "alloc")]
pub fn image(policy: &Policy) -> &[u8] {
    policy.image()
}
