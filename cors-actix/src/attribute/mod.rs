//! What `#[cors]` expands to: the registration of a route, and its layer.

pub(crate) mod register;
pub(crate) mod service;
