//! Paths and Actix's patterns for them, before any policy or route.

pub(crate) mod index;
pub(crate) mod normalize;
pub(crate) mod path_pattern;
