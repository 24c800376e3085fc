//! What keys and rules there are: bare names with their documentation. They need no `alloc`, so that
//! what an editor shows on a word of a compiled policy is there in every build.

pub(crate) mod key;
pub(crate) mod rule;
