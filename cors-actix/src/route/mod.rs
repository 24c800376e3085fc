//! `#[cors]`: routes with policies of their own.

pub(crate) mod around;
pub(crate) mod index;
pub(crate) mod map;
pub(crate) mod normalize;
pub(crate) mod path_pattern;
pub(crate) mod place;
pub(crate) mod register;
pub(crate) mod registry;
pub(crate) mod resolve;
pub(crate) mod service;
