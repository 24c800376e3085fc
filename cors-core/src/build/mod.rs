//! What runs when a policy is built.

pub(crate) mod automaton;
pub(crate) mod origin_language;
