//! The fields of a response.

pub(crate) mod body;
pub(crate) mod edit;
pub(crate) mod extras;
pub(crate) mod headers;
