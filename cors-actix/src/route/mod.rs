//! `#[cors]`: a policy of its own for a route.

pub(crate) mod normalize;
pub(crate) mod path_pattern;
pub(crate) mod register;
pub(crate) mod registry;
pub(crate) mod resolve;
