//! What a response gets.

pub(crate) mod around;
pub(crate) mod body;
pub(crate) mod edit;
pub(crate) mod extras;
pub(crate) mod headers;
