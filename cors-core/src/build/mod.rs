//! What runs when a policy is built.

pub(crate) mod automaton;
#[cfg(feature = "psl")]
pub(crate) mod bounded;
pub(crate) mod origin_language;
