//! What runs for each request.

pub(crate) mod dfa;
